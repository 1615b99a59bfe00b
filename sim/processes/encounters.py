"""Encounters: who meets whom at third places and innovation labs, and what they take from it.

Visitors of a place meet in pairs, by place and luck, never by where they live. Two project holders
learn from each other where their competences complement each other. Officials revise their trust
and openness after meeting somebody whose openness is not too far from theirs (bounded confidence:
Deffuant, Neau, Amblard and Weisbuch 2000, doi:10.1142/S0219525900000078). The young become
interested, and some get a role in a project.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.distance import squared_distance
from sim.kernels.ledger import EVENTS, in_purse, pay
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import IDEA, INCUBATING, RUNNING
from sim.kernels.random import stream_key, uniform, word
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "EncountersParameters", "complement", "drawn_towards", "faded"]

STREAM = 5
_YOUTH, _ENTREPRENEUR, _OFFICIAL = 0, 1, 2  # kinds of visitors

# Numbers of decisions: one at a place each, then a block of them for the lab of each account.
_LEARNS, _JOINS, _PARTNERS, _LAB = 0, 1, 2, 16
_DECISIONS_OF_LAB = 128
_MEETS, _LEARNS_AT_LAB, _FINDS, _PARTNERS_AT_LAB = 0, 1, 2, 100
_MOST_TRIES = 64


class EncountersParameters(ParameterGroup):
    """What people take from meeting each other."""

    encounter_gain: float = parameter(
        0.1,
        unit="share",
        bounds=(0.0, 1.0),
        label="Exposure of project holders",
        help="What a project holder gains from meeting another whose competences complement.",
        source="judgement; weighed by what exposure does to ideas",
        evidence="assumed",
        plausible=(0.03, 0.3),
    )
    exposure_half_life: float = parameter(
        12.0,
        unit="months",
        bounds=(0.5, 240.0),
        label="Half-life of exposure",
        help="Months after which half of what project holders gained has faded.",
        source="judgement, as for the interest of the young",
        evidence="assumed",
        plausible=(6.0, 24.0),
    )
    confidence_bound: float = parameter(
        0.3,
        unit="share",
        bounds=(0.0, 1.0),
        label="Confidence bound",
        help="Officials are influenced only by people whose openness differs by less than this.",
        source="bounded-confidence models, doi:10.1142/S0219525900000078; 0.15 to 0.5",
        evidence="recalled",
        plausible=(0.15, 0.5),
    )
    trust_gain: float = parameter(
        0.1,
        unit="share",
        bounds=(0.0, 1.0),
        label="Weight of an encounter in trust",
        help="How far an official's trust moves towards the experience of one encounter.",
        source="judgement; evaluated programmes barely shifted officials' practice",
        evidence="assumed",
        plausible=(0.02, 0.3),
    )
    openness_gain: float = parameter(
        0.02,
        unit="share",
        bounds=(0.0, 1.0),
        label="Weight of an encounter in openness",
        help="How far an official's openness moves towards that of the person met.",
        source="judgement; evaluated programmes barely shifted officials' practice",
        evidence="assumed",
        plausible=(0.0, 0.1),
    )
    good_experience: float = parameter(
        0.65,
        unit="share",
        bounds=(0.0, 1.0),
        label="Good encounters",
        help="Share of encounters after which an official trusts local projects more.",
        source="judgement: more good than bad, by far not all",
        evidence="assumed",
        plausible=(0.5, 0.8),
    )
    peer_exposure: float = parameter(
        0.5,
        unit="1",
        bounds=(0.0, 1.0),
        label="Exposure by other youth",
        help="Value of meeting another young person, relative to anybody else.",
        source="judgement: less than a project holder or an official",
        evidence="assumed",
        plausible=(0.0, 1.0),
    )
    role_probability: float = parameter(
        0.1,
        unit="share",
        bounds=(0.0, 1.0),
        label="Chance of a role",
        help="Probability that a youth who meets the holder of a project gets a role in it.",
        source="judgement",
        evidence="assumed",
        plausible=(0.03, 0.3),
    )
    partnership_probability: float = parameter(
        0.1,
        unit="share",
        bounds=(0.0, 1.0),
        label="Chance of a public partnership",
        help="Probability that an official open to the holder of a project becomes its partner.",
        source="judgement: most meetings have no consequences",
        evidence="assumed",
        plausible=(0.03, 0.3),
    )


@rule
def complement(skills_a, skills_b):
    """Whether each of two sets of competences (bits) holds something that the other lacks."""
    both = skills_a | skills_b
    return both != skills_a and both != skills_b


@rule
def drawn_towards(value, goal, gain):
    """A value after it has gone part of the way to a goal."""
    return value + gain * (goal - value)


@rule
def faded(exposure, kept):
    """What is left of exposure a month later; next to nothing is nothing.

    Numbers too small for their type's full precision would slow the loop down twentyfold.
    """
    left = exposure * kept
    return left if left > 1e-9 else 0.0


@rule
def _openness(kind, i, youth_interest, entrepreneur_openness, official_openness):
    """Openness of a visitor to responsible innovation; that of a youth is interest in projects."""
    if kind == _YOUTH:
        return min(max(np.float64(youth_interest[i]), 0.0), 1.0)
    if kind == _ENTREPRENEUR:
        return np.float64(entrepreneur_openness[i])
    return np.float64(official_openness[i])


@rule
def _has_project(stage):
    return IDEA <= stage <= RUNNING


@rule
def _a_holder_learns(
    i, other, entrepreneur_skills, entrepreneur_exposure, entrepreneur_stage, entrepreneur_partners,
    encounter_gain,
):  # fmt: skip
    if complement(entrepreneur_skills[i], entrepreneur_skills[other]):
        entrepreneur_exposure[i] = drawn_towards(entrepreneur_exposure[i], 1.0, encounter_gain)
        if _has_project(entrepreneur_stage[i]):
            entrepreneur_partners[i] += 1


@rule
def _an_official_learns(
    i, luck, own_openness, openness, official_openness, official_trust,
    confidence_bound, trust_gain, openness_gain, good_experience,
):  # fmt: skip
    """Move trust and openness after meeting somebody of this openness; whether they moved."""
    if abs(own_openness - openness) >= confidence_bound:
        return False
    experience = 1.0 if luck < good_experience else 0.0
    official_trust[i] = drawn_towards(official_trust[i], experience, trust_gain)
    official_openness[i] = drawn_towards(own_openness, openness, openness_gain)
    return True


@rule
def _mean_trust(official_office, official_trust, office_trust):
    """Set the trust of offices; officials stand in the order of their offices."""
    first = 0
    while first < official_office.size:
        office, last, total = official_office[first], first, 0.0
        while last < official_office.size and official_office[last] == office:
            total += official_trust[last]
            last += 1
        office_trust[office] = total / (last - first)
        first = last


@kernel
def _find_innovator(
    k0, k1, official, decision, office, centre, reach, columns, entrepreneur_cell_row,
    entrepreneur_office,
):  # fmt: skip
    """A project holder of the office's area who lives in reach of the lab, by luck; -1 for none."""
    if entrepreneur_office.size == 0:
        return -1
    for attempt in range(_MOST_TRIES):
        luck = uniform(word(k0, k1, official, decision + attempt))
        i = int(luck * entrepreneur_office.size)
        away = squared_distance(entrepreneur_cell_row[i], centre, columns)
        if entrepreneur_office[i] == office and away <= reach**2:
            return i
    return -1


@kernel
def meet(
    seed,
    month,
    youth_id,
    youth_interest,
    youth_role,
    youth_exposure,
    entrepreneur_cell_row,
    entrepreneur_office,
    entrepreneur_skills,
    entrepreneur_openness,
    entrepreneur_exposure,
    entrepreneur_stage,
    entrepreneur_team,
    entrepreneur_partners,
    entrepreneur_has_public_partner,
    official_id,
    official_cell_row,
    official_office,
    official_openness,
    official_trust,
    office_trust,
    visitor_key,
    visitor_agent,
    visitor_count,
    account_is_active,
    account_cell_row,
    account_grant_reach,
    account_lab_meetings,
    account_participant_cost,
    account_purse,
    ledger_spending,
    cell_zone,
    encounter_gain,
    exposure_half_life,
    confidence_bound,
    trust_gain,
    openness_gain,
    good_experience,
    peer_exposure,
    role_probability,
    partnership_probability,
):
    """Let visitors of places, and officials at labs, meet."""
    k0, k1 = stream_key(seed, STREAM, month)
    kept = 0.5 ** (1.0 / exposure_half_life)
    for i in range(entrepreneur_exposure.size):
        entrepreneur_exposure[i] = faded(entrepreneur_exposure[i], kept)

    v = 0
    while v + 1 < visitor_count[0]:
        if visitor_key[v] >> np.uint64(32) != visitor_key[v + 1] >> np.uint64(32):
            v += 1  # the last of a place, with nobody left to meet
            continue
        kind_a, a = visitor_agent[v] >> 32, visitor_agent[v] & 0xFFFFFFFF
        kind_b, b = visitor_agent[v + 1] >> 32, visitor_agent[v + 1] & 0xFFFFFFFF
        openness_a = _openness(kind_a, a, youth_interest, entrepreneur_openness, official_openness)
        openness_b = _openness(kind_b, b, youth_interest, entrepreneur_openness, official_openness)
        for _ in range(2):
            if kind_a == _YOUTH:
                youth_exposure[a] += peer_exposure if kind_b == _YOUTH else 1.0
                if (
                    kind_b == _ENTREPRENEUR
                    and INCUBATING <= entrepreneur_stage[b] <= RUNNING
                    and youth_role[a] < 0
                    and uniform(word(k0, k1, youth_id[a], _JOINS)) < role_probability
                ):
                    youth_role[a] = b
                    entrepreneur_team[b] += 1
            elif kind_a == _ENTREPRENEUR and kind_b == _ENTREPRENEUR:
                _a_holder_learns(a, b, entrepreneur_skills, entrepreneur_exposure,
                                 entrepreneur_stage, entrepreneur_partners,
                                 encounter_gain)  # fmt: skip
            elif kind_a == _OFFICIAL:
                moved = _an_official_learns(
                    a, uniform(word(k0, k1, official_id[a], _LEARNS)), openness_a, openness_b,
                    official_openness, official_trust, confidence_bound, trust_gain,
                    openness_gain, good_experience)  # fmt: skip
                if (
                    moved
                    and kind_b == _ENTREPRENEUR
                    and _has_project(entrepreneur_stage[b])
                    and uniform(word(k0, k1, official_id[a], _PARTNERS)) < partnership_probability
                ):
                    entrepreneur_has_public_partner[b] = 1
            kind_a, a, openness_a, kind_b, b, openness_b = (
                kind_b, b, openness_b, kind_a, a, openness_a)  # fmt: skip
        v += 2

    columns = cell_zone.shape[1]
    for account in range(account_is_active.size):
        if not account_is_active[account] or account_lab_meetings[account] <= 0.0:
            continue
        centre, reach = account_cell_row[account], account_grant_reach[account]
        cost = account_participant_cost[account]
        invited = 0
        for i in range(official_id.size):
            invited += squared_distance(official_cell_row[i], centre, columns) <= reach**2
        if invited == 0:
            continue
        share = np.float64(account_lab_meetings[account])
        if cost > 0:  # where money is short, everyone is asked less often
            share = min(share, in_purse(account_purse[account], EVENTS) // cost / invited)
        first = _LAB + _DECISIONS_OF_LAB * account
        for i in range(official_id.size):
            if (
                squared_distance(official_cell_row[i], centre, columns) > reach**2
                or uniform(word(k0, k1, official_id[i], first + _MEETS)) >= share
                or in_purse(account_purse[account], EVENTS) < cost
            ):
                continue
            b = _find_innovator(k0, k1, official_id[i], first + _FINDS, official_office[i], centre,
                                reach, columns, entrepreneur_cell_row,
                                entrepreneur_office)  # fmt: skip
            if b < 0:
                continue
            pay(account_purse[account], ledger_spending[account], EVENTS, cost)
            moved = _an_official_learns(
                i, uniform(word(k0, k1, official_id[i], first + _LEARNS_AT_LAB)),
                np.float64(official_openness[i]), np.float64(entrepreneur_openness[b]),
                official_openness, official_trust, confidence_bound, trust_gain, openness_gain,
                good_experience)  # fmt: skip
            if (
                moved
                and _has_project(entrepreneur_stage[b])
                and uniform(word(k0, k1, official_id[i], first + _PARTNERS_AT_LAB))
                < partnership_probability
            ):
                entrepreneur_has_public_partner[b] = 1

    _mean_trust(official_office, official_trust, office_trust)


PROCESS = Process(
    name="encounters",
    group=EncountersParameters,
    kernel=meet,
    writes=(
        "youth.exposure",
        "youth.role",
        "entrepreneur.exposure",
        "entrepreneur.team",
        "entrepreneur.partners",
        "entrepreneur.has_public_partner",
        "official.openness",
        "official.trust",
        "office.trust",
        "account.purse",
        "ledger.spending",
    ),
    english_title="Encounters",
    stream=STREAM,
)
