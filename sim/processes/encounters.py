"""Encounters: meetings at third places and innovation labs, and their effects.

Visitors of a place meet in random pairs, wherever they live. Two project holders learn from each
other if their competences are complementary, and may learn from a remote worker. Officials revise
their trust and openness after meeting somebody whose openness is not too far from theirs (bounded
confidence: Deffuant, Neau, Amblard and Weisbuch 2000, doi:10.1142/S0219525900000078). The young
become interested, and some get a role in a project, as partners of it in part of the cases.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.distance import squared_distance
from sim.kernels.ledger import EVENTS, in_purse, pay
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import IDEA, INCUBATING, RUNNING
from sim.kernels.random import stream_key, uniform, word
from sim.kernels.surroundings import reaction
from sim.kernels.visitors import ENTREPRENEUR, OFFICIAL, WORKER, YOUTH, unpack
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter, response

STREAM = 5

# Decision indices: one per visitor of a place, then a block for the lab of each account.
_LEARNS, _JOINS, _PARTNERS, _CONTRIBUTES, _LAB = 0, 1, 2, 3, 16
_DECISIONS_OF_LAB = 128
_MEETS, _LEARNS_AT_LAB, _FINDS, _PARTNERS_AT_LAB = 0, 1, 2, 100
_MOST_TRIES = 64


class EncountersParameters(ParameterGroup):
    """Effects of encounters on people."""

    encounter_gain: float = parameter(
        0.1,
        unit="share",
        label="Exposure of project holders",
        help="What a project holder gains from meeting another whose competences complement.",
        source="judgement; weighed by what exposure does to ideas",
        plausible=(0.03, 0.3),
    )
    worker_exposure: float = parameter(
        0.5,
        bounds=(0.0, 1.0),
        label="Exposure by remote workers",
        help="Value for a project holder of meeting a remote worker whose competences complement, "
        "relative to another holder.",
        source="judgement; no comparison group measured it, so 0 is plausible (docs/sources.md)",
        plausible=(0.0, 1.0),
    )
    exposure_half_life: float = parameter(
        12.0,
        unit="months",
        bounds=(0.5, 240.0),
        label="Half-life of exposure",
        help="Months after which half of what project holders gained has faded.",
        source="judgement, as for the interest of the young",
        plausible=(6.0, 24.0),
    )
    confidence_bound: float = parameter(
        0.3,
        unit="share",
        label="Confidence bound",
        help="Officials are influenced only by people whose openness differs by less than this.",
        source="bounded-confidence models, doi:10.1142/S0219525900000078; 0.15 to 0.5",
        evidence="recalled",
        plausible=(0.15, 0.5),
    )
    trust_gain: float = parameter(
        0.1,
        unit="share",
        label="Weight of an encounter in trust",
        help="How far an official's trust moves towards the experience of one encounter.",
        source="judgement; evaluated programmes barely shifted officials' practice",
        plausible=(0.02, 0.3),
    )
    openness_gain: float = parameter(
        0.02,
        unit="share",
        label="Weight of an encounter in openness",
        help="How far an official's openness moves towards that of the person met.",
        source="judgement; evaluated programmes barely shifted officials' practice",
        plausible=(0.0, 0.1),
    )
    good_experience: float = parameter(
        0.65,
        unit="share",
        label="Good encounters",
        help="Share of encounters after which an official trusts local projects more.",
        source="judgement: more good than bad, by far not all",
        plausible=(0.5, 0.8),
    )
    peer_exposure: float = parameter(
        0.5,
        bounds=(0.0, 1.0),
        label="Exposure by other youth",
        help="Value of meeting another young person, or a remote worker, relative to anybody else.",
        source="judgement: less than a project holder or an official",
        plausible=(0.0, 1.0),
    )
    role_probability: float = parameter(
        0.1,
        unit="share",
        label="Chance of a role",
        help="Probability that a youth who meets the holder of a project gets a role in it.",
        plausible=(0.03, 0.3),
    )
    youth_partner_share: float = response(
        0.2,
        0.5,
        most=1.0,
        unit="share",
        label="Young partners",
        help="Share of the young people who get a role in a project who count as partners of it.",
    )
    partnership_probability: float = parameter(
        0.1,
        unit="share",
        label="Chance of a public partnership",
        help="Probability that an official open to the holder of a project becomes its partner.",
        source="judgement: most meetings have no consequences",
        plausible=(0.03, 0.3),
    )


@rule
def complement(skills_a, skills_b):
    """Return whether each of two sets of competences (bits) has something that the other lacks."""
    both = skills_a | skills_b
    return both != skills_a and both != skills_b


@rule
def drawn_towards(value, goal, gain):
    """Move a value part of the way to a goal."""
    return value + gain * (goal - value)


@rule
def faded(exposure, kept):
    """Return the exposure left after a month, rounding tiny values to 0.

    Denormal numbers would slow the loop down twentyfold.
    """
    left = exposure * kept
    return left if left > 1e-9 else 0.0


@rule
def _openness(kind, i, youth, entrepreneur, official):
    """Return a visitor's openness to responsible innovation; for youth, interest in projects."""
    if kind == YOUTH:
        return min(max(np.float64(youth.interest[i]), 0.0), 1.0)
    if kind == ENTREPRENEUR:
        return np.float64(entrepreneur.openness[i])
    return np.float64(official.openness[i]) if kind == OFFICIAL else 0.0


@rule
def _has_project(stage):
    return IDEA <= stage <= RUNNING


@rule
def _a_holder_learns(i, other, entrepreneur, p):
    if complement(entrepreneur.skills[i], entrepreneur.skills[other]):
        entrepreneur.exposure[i] = drawn_towards(entrepreneur.exposure[i], 1.0, p.encounter_gain)
        if _has_project(entrepreneur.stage[i]):
            entrepreneur.partners[i] += 1


@rule
def _learns_from_worker(i, other, entrepreneur, worker, p):
    if complement(entrepreneur.skills[i], worker.skills[other]):
        gain = p.worker_exposure * p.encounter_gain
        entrepreneur.exposure[i] = drawn_towards(entrepreneur.exposure[i], 1.0, gain)


@rule
def _an_official_learns(i, luck, own_openness, openness, official, cell, p):
    """Move trust and openness after meeting somebody; return whether they moved."""
    if abs(own_openness - openness) >= p.confidence_bound:
        return False
    experience = 1.0 if luck < p.good_experience else 0.0
    official.trust[i] = drawn_towards(official.trust[i], experience, p.trust_gain)
    gain = p.openness_gain * reaction(
        p.cultural_openness * cell.cultural_gained.reshape(-1)[official.cell_row[i]]
    )
    official.openness[i] = drawn_towards(own_openness, openness, min(gain, 1.0))
    return True


@rule
def _mean_trust(official, office):
    """Set the trust of offices; officials are sorted by office."""
    first = 0
    while first < official.office.size:
        o, last, total = official.office[first], first, 0.0
        while last < official.office.size and official.office[last] == o:
            total += official.trust[last]
            last += 1
        office.trust[o] = total / (last - first)
        first = last


@rule
def _a_youth_meets(i, kind, other, k0, k1, youth, entrepreneur, p):
    """Add to exposure; a role in the project of its holder goes to some who have none."""
    carries_nothing = kind in (YOUTH, WORKER)
    youth.exposure[i] += p.peer_exposure if carries_nothing else 1.0
    if (
        kind == ENTREPRENEUR
        and INCUBATING <= entrepreneur.stage[other] <= RUNNING
        and youth.role[i] < 0
        and uniform(word(k0, k1, youth.id[i], _JOINS)) < p.role_probability
    ):
        youth.role[i] = other
        entrepreneur.team[other] += 1
        if uniform(word(k0, k1, youth.id[i], _CONTRIBUTES)) < p.youth_partner_share:
            entrepreneur.partners[other] += 1


@rule
def _may_become_partner(other, luck, entrepreneur, p):
    """Draw whether an official who has come closer becomes a public partner of the project."""
    if _has_project(entrepreneur.stage[other]) and luck < p.partnership_probability:
        entrepreneur.has_public_partner[other] = 1


@kernel
def _meet_at_places(k0, k1, youth, entrepreneur, official, worker, visitor, cell, p):
    """Let visitors of a place meet in pairs, in the order in which they are listed.

    Remote workers change others and stay as they are.
    """
    v = 0
    while v + 1 < visitor.count[0]:
        (place, kind_a, a), (next_place, kind_b, b) = unpack(v, visitor), unpack(v + 1, visitor)
        if place != next_place:
            v += 1  # the last visitor of a place, with nobody left to meet
            continue
        openness_a = _openness(kind_a, a, youth, entrepreneur, official)
        openness_b = _openness(kind_b, b, youth, entrepreneur, official)
        for _ in range(2):
            if kind_a == YOUTH:
                _a_youth_meets(a, kind_b, b, k0, k1, youth, entrepreneur, p)
            elif kind_a == ENTREPRENEUR and kind_b == ENTREPRENEUR:
                _a_holder_learns(a, b, entrepreneur, p)
            elif kind_a == ENTREPRENEUR and kind_b == WORKER:
                _learns_from_worker(a, b, entrepreneur, worker, p)
            elif kind_a == OFFICIAL and kind_b != WORKER:
                luck = uniform(word(k0, k1, official.id[a], _LEARNS))
                moved = _an_official_learns(a, luck, openness_a, openness_b, official, cell, p)
                if moved and kind_b == ENTREPRENEUR:
                    luck = uniform(word(k0, k1, official.id[a], _PARTNERS))
                    _may_become_partner(b, luck, entrepreneur, p)
            kind_a, kind_b = kind_b, kind_a
            a, b = b, a
            openness_a, openness_b = openness_b, openness_a
        v += 2


@kernel
def _find_innovator(k0, k1, person, decision, office, centre, reach, columns, entrepreneur):
    """Draw a project holder of the office's area in reach of the lab; -1 for none."""
    if entrepreneur.office.size == 0:
        return -1
    for attempt in range(_MOST_TRIES):
        luck = uniform(word(k0, k1, person, decision + attempt))
        i = int(luck * entrepreneur.office.size)
        away = squared_distance(entrepreneur.cell_row[i], centre, columns)
        if entrepreneur.office[i] == office and away <= reach**2:
            return i
    return -1


@kernel
def _meet_at_lab(lab, k0, k1, entrepreneur, official, account, ledger, cell, p):
    """Let officials in reach of an account's lab meet project holders there."""
    centre, reach = account.cell_row[lab], account.grant_reach[lab]
    columns, cost = cell.zone.shape[1], account.participant_cost[lab]
    invited = 0
    for i in range(official.id.size):
        invited += squared_distance(official.cell_row[i], centre, columns) <= reach**2
    if invited == 0:
        return
    share = np.float64(account.lab_meetings[lab])
    if cost > 0:  # if money is short, everyone is invited less often
        share = min(share, in_purse(account.purse[lab], EVENTS) // cost / invited)
    first = _LAB + _DECISIONS_OF_LAB * lab
    for i in range(official.id.size):
        person = official.id[i]
        if (
            squared_distance(official.cell_row[i], centre, columns) > reach**2
            or uniform(word(k0, k1, person, first + _MEETS)) >= share
            or in_purse(account.purse[lab], EVENTS) < cost
        ):
            continue
        office = official.office[i]
        other = _find_innovator(
            k0, k1, person, first + _FINDS, office, centre, reach, columns, entrepreneur
        )
        if other < 0:
            continue
        pay(account.purse[lab], ledger.spending[lab], EVENTS, cost)
        luck = uniform(word(k0, k1, person, first + _LEARNS_AT_LAB))
        own, openness = np.float64(official.openness[i]), np.float64(entrepreneur.openness[other])
        if _an_official_learns(i, luck, own, openness, official, cell, p):
            luck = uniform(word(k0, k1, person, first + _PARTNERS_AT_LAB))
            _may_become_partner(other, luck, entrepreneur, p)


@kernel
def meet(
    seed, month, youth, entrepreneur, official, worker, office, visitor, account, ledger, cell, p
):
    """Let visitors of places, and officials at labs, meet."""
    k0, k1 = stream_key(seed, STREAM, month)
    kept = 0.5 ** (1.0 / p.exposure_half_life)
    for i in range(entrepreneur.exposure.size):
        entrepreneur.exposure[i] = faded(entrepreneur.exposure[i], kept)
    _meet_at_places(k0, k1, youth, entrepreneur, official, worker, visitor, cell, p)
    for a in range(account.is_active.size):
        if account.is_active[a] and account.lab_meetings[a] > 0.0:
            _meet_at_lab(a, k0, k1, entrepreneur, official, account, ledger, cell, p)
    _mean_trust(official, office)


PROCESS = Process(
    name="encounters",
    group=EncountersParameters,
    kernel=meet,
    writes=arrays(
        youth="exposure role",
        entrepreneur="exposure team partners has_public_partner",
        official="openness trust",
        office="trust",
        account="purse",
        ledger="spending",
    ),
    stream=STREAM,
)
