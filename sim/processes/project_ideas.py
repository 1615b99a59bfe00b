"""Project ideas: new projects of the month, their holders and kinds.

An entrepreneur without a project has an idea at the rate

    rate = idea_rate x exp(skill_effect x (skill - 1/2)) / mean x idea_exposure_effect ^ (
        facilitation x H / (H + half_facilitation_hours) + encounters x exposure + trust x gain)
        x [1 + origin_youth x youth_idea_response x activity]
        x exp(-idea_vacancy_response x vacancy)

with H the hours of facilitation received, exposure the fading memory of encounters, gain the
office's gain in trust since the start, and weights that add up to 1: together they multiply the
rate by at most `idea_exposure_effect`. Activity is the number of active young people around the
home relative to the usual one, minus 1, and vacancy the share of vacant premises there beyond the
usual one; the last factor is clipped to between one half and two. The share of ideas that begin
with the young, `origin_youth` at the start, thus follows those who are active; the others do not.
Evenings of ideas turn participants into holders of further projects.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.evenings import hold_evening, participants_of_evening
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import BLOCK, lowest, marks_of_block, without_lowest
from sim.kernels.project_codes import BY_OFFICIAL, ENDED, HAD_IDEA, IDEA, LATENT, NOTHING
from sim.kernels.project_traits import (
    all_ideas,
    cumulative_choice,
    drawn_origin,
    partners_at_first,
    youth_factor,
)
from sim.kernels.random import block, fill_words, stream_key, uniform
from sim.kernels.surroundings import activity_gained, reaction, vacancy_gained
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter, response

STREAM = 7
NOT_DRAWN = 255


def _weight(value: float, label: str, help: str) -> float:
    return parameter(
        value,
        bounds=(0.0, 1.0),
        plausible=(0.5 * value, 1.5 * value),
        label=label,
        help=help,
        source="judgement; only its ratio to the two other weights matters",
    )


def _origin(value: float, label: str, help: str) -> float:
    return parameter(
        value,
        unit="share",
        bounds=(0.0, 0.33),
        plausible=(0.5 * value, min(1.5 * value, 0.33)),
        label=label,
        help=help,
        source="judgement; no census of local projects says who began them",
    )


class ProjectIdeasParameters(ParameterGroup):
    """Frequency and kind of ideas."""

    skill_effect: float = parameter(
        1.0,
        bounds=(0.0, 4.0),
        plausible=(0.0, 2.0),
        label="Skill and ideas",
        help="Log ratio of ideas between the ablest and the least able of project holders.",
    )
    idea_exposure_effect: float = parameter(
        1.15,
        bounds=(0.5, 5.0),
        plausible=(1.0, 1.5),
        label="Ideas through support and encounters",
        help="By how much support, encounters and trust multiply ideas where all are saturated.",
        source="independent evaluations of hubs find far less than their advocates do (1.0-1.5)",
    )
    idea_weight_facilitation: float = _weight(
        0.5,
        "Ideas, weight of facilitation",
        "How much of the effect on ideas comes from hours of facilitation.",
    )
    idea_weight_encounters: float = _weight(
        0.3, "Ideas, weight of encounters", "How much of the effect on ideas comes from encounters."
    )
    idea_weight_trust: float = _weight(
        0.2,
        "Ideas, weight of trust",
        "How much of the effect on ideas comes from officials' gain in trust.",
    )
    half_facilitation_hours: float = parameter(
        4.0,
        unit="hours/month",
        bounds=(0.1, 100.0),
        plausible=(1.0, 12.0),
        label="Facilitation of half effect",
        help="Hours of facilitation a month at which half of their effect on ideas is reached.",
        source="judgement: an hour a week",
    )
    evening_idea_probability: float = parameter(
        0.055,
        unit="share",
        plausible=(0.03, 0.08),
        label="Ideas per participant of an evening",
        help="Probability that a participant of an evening of ideas goes home with a project.",
        source="80 ideas from 1,450 participants of start'up de territoire (docs/sources.md)",
        evidence="derived",
    )
    evening_turnout: float = parameter(
        0.01,
        unit="share",
        plausible=(0.005, 0.02),
        label="Turnout of an evening",
        help="Most participants that an evening draws, relative to the residents in its reach.",
        source="1,450 of some 215,000 people, 350 of some 35,000 (docs/sources.md)",
    )
    origin_youth: float = _origin(
        0.10, "Begun by youth", "Share of projects that begin with young people."
    )
    origin_entrepreneur: float = _origin(
        0.30, "Begun by entrepreneurs", "Share of projects that begin with entrepreneurs."
    )
    origin_official: float = _origin(
        0.20,
        "Begun by officials",
        "Share of projects that begin with officials if nothing favours ideas from below.",
    )
    usual_partners: float = parameter(
        1.5,
        unit="partners",
        bounds=(0.0, 20.0),
        label="Partners from the beginning",
        help="Mean number of partners that a holder has when the idea comes up.",
        plausible=(0.5, 3.0),
    )
    youth_idea_response: float = response(
        0.5,
        1.0,
        most=1.0,
        unit="share",
        label="Ideas of the active young",
        help="How far the number of ideas of young people follows the number of those nearby who "
        "take part; 1: in proportion, 0: not at all.",
    )
    idea_vacancy_response: float = response(
        0.5,
        2.0,
        most=50.0,
        label="Ideas where shops are empty",
        help="By how much the log rate of ideas falls if all premises nearby become vacant.",
    )
    weight_jitter: float = parameter(
        0.3,
        unit="share",
        bounds=(0.0, 0.9),
        label="Variety within a kind",
        help="How far a project's weights on the four dimensions stray from those of its kind.",
        role="constant",
    )


@rule
def mean_skill_effect(p):
    """Return the mean of exp(skill_effect x (skill - 1/2)) over uniform skills in 0 to 1."""
    half = 0.5 * p.skill_effect
    return math.sinh(half) / half if half > 1e-6 else 1.0


@rule
def skill_factor(skill, p):
    """Return the ideas of somebody of this skill relative to the mean."""
    return math.exp(p.skill_effect * (skill - 0.5)) / mean_skill_effect(p)


@rule
def idea_rate(usual_rate, skill, hours, exposure, trust_gain, p):
    """Return the rate of ideas of an entrepreneur without a project, 1/year.

    `usual_rate` is the mean rate of the town over `mean_skill_effect`.
    """
    total = p.idea_weight_facilitation + p.idea_weight_encounters + p.idea_weight_trust
    felt = (
        p.idea_weight_facilitation * hours / (hours + p.half_facilitation_hours)
        + p.idea_weight_encounters * exposure
        + p.idea_weight_trust * trust_gain
    ) / max(total, 1e-9)
    able = math.exp(p.skill_effect * (skill - 0.5))
    return usual_rate * able * math.pow(p.idea_exposure_effect, felt)


@rule
def trust_gained(trust, trust_at_start):
    """Return the gain in trust since the start over the possible gain; negative for a loss."""
    return max((trust - trust_at_start) / max(1.0 - trust_at_start, 1e-6), -1.0)


@rule
def _word_of_the_likeliest(usual_rate, town, p):
    """Return the random word above which nobody has an idea.

    Nobody has them faster than the ablest of all when everything is saturated, all young people
    nearby take part, and no premises are vacant.
    """
    most = idea_rate(usual_rate, 1.0, 0.0, 0.0, 0.0, p) * max(
        p.idea_exposure_effect, 1.0 / p.idea_exposure_effect
    )
    if p.youth_idea_response > 0.0 and town.active_youth_share[0] > 0.0:
        everybody = 1.0 / town.active_youth_share[0] - 1.0
        most *= all_ideas(youth_factor(everybody, p), p) * (1.0 + 1e-5)  # sums are of 32 bits
    if p.idea_vacancy_response > 0.0:
        most *= reaction(p.idea_vacancy_response)
    likeliest = 1.0 - math.exp(-most / 12.0)
    return np.uint32(min(likeliest * 2.0**32, 2.0**32 - 1.0))


@rule
def _youth_around(i, entrepreneur, cell, town, p):
    """Return the ideas of young people around an entrepreneur relative to the start."""
    home = entrepreneur.cell_row[i]
    activity = activity_gained(
        cell.active_youth_nearby.flat[home],
        cell.youth_places_nearby.flat[home],
        town.active_youth_share[0],
    )
    return youth_factor(activity, p)


@rule
def _discouraged(i, entrepreneur, cell, p):
    """Return the factor of ideas through vacancy around an entrepreneur."""
    home = entrepreneur.cell_row[i]
    vacancy = vacancy_gained(
        cell.open_nearby.flat[home], cell.usual_open.flat[home], cell.premises_nearby.flat[home], p
    )
    return reaction(-p.idea_vacancy_response * vacancy)


@rule
def _has_idea(i, usual_rate, entrepreneur, office, cell, town, work, p):
    o = entrepreneur.office[i]
    rate = idea_rate(
        usual_rate,
        entrepreneur.skill[i],
        entrepreneur.facilitation[i],
        entrepreneur.exposure[i],
        trust_gained(office.trust[o], office.trust_at_start[o]),
        p,
    )
    rate *= all_ideas(_youth_around(i, entrepreneur, cell, town, p), p)
    rate *= _discouraged(i, entrepreneur, cell, p)
    return uniform(work.luck[i]) < 1.0 - math.exp(-rate / 12.0)


@kernel
def _list_projects(usual_rate, entrepreneur, third_place, office, cell, town, work, p):
    """List the rows with a project, now a month older, or a new idea; return their number."""
    n = np.uintp(entrepreneur.stage.size)
    # Mark rows with a project or a possible idea in bulk; events then overwrite the marks.
    unlikely = _word_of_the_likeliest(usual_rate, town, p)
    for i in range(n):
        may_have_idea = work.luck[i] <= unlikely
        entrepreneur.event[i] = np.uint8(entrepreneur.stage[i] != LATENT) | np.uint8(may_have_idea)
    projects = 0
    for start in range(np.uintp(0), n, BLOCK):
        bits = marks_of_block(entrepreneur.event, start, n)
        while bits:
            i, bits = start + lowest(bits), without_lowest(bits)
            entrepreneur.event[i] = NOTHING
            stage = entrepreneur.stage[i]
            if stage == ENDED:
                entrepreneur.stage[i] = LATENT
            elif stage != LATENT:
                entrepreneur.stage_months[i] += 1
                entrepreneur.project_months[i] += 1
                work.project_row[projects] = i
                projects += 1
                continue
            if _has_idea(i, usual_rate, entrepreneur, office, cell, town, work, p):
                place = entrepreneur.third_place[i]
                is_there = entrepreneur.at_place[i] != 0 and place >= 0
                from_above = is_there and third_place.is_top_down[place] != 0
                entrepreneur.event[i] = HAD_IDEA
                entrepreneur.origin[i] = BY_OFFICIAL if from_above else NOT_DRAWN
                entrepreneur.supporter[i] = third_place.account[place] if is_there else -1
                work.project_row[projects] = i
                projects += 1
    return projects


@rule
def _begin_project(i, k0, k1, entrepreneur, project_kind, cell, town, p):
    """Draw the kind, origin, partners and weights of a project, and put it at its first stage."""
    luck_kind, luck_origin, luck_partners, _ = block(k0, k1, entrepreneur.id[i], 1)
    kind = cumulative_choice(project_kind.share, uniform(luck_kind))
    if entrepreneur.origin[i] == NOT_DRAWN:
        by_youth = _youth_around(i, entrepreneur, cell, town, p)
        entrepreneur.origin[i] = drawn_origin(uniform(luck_origin), by_youth, p)
    luck = block(k0, k1, entrepreneur.id[i], 2)
    total = 0.0
    for d in range(4):
        jittered = 1.0 + p.weight_jitter * (2.0 * uniform(luck[d]) - 1.0)
        total += project_kind.weight[kind, d] * jittered
    for d in range(4):
        jittered = 1.0 + p.weight_jitter * (2.0 * uniform(luck[d]) - 1.0)
        entrepreneur.weight[i, d] = project_kind.weight[kind, d] * jittered / total
    entrepreneur.stage[i] = IDEA
    entrepreneur.projects[i] += 1
    entrepreneur.stage_months[i] = 0
    entrepreneur.project_months[i] = 0
    entrepreneur.months_to_birth[i] = 0
    entrepreneur.kind[i] = kind
    entrepreneur.partners[i] = partners_at_first(uniform(luck_partners), p)
    entrepreneur.has_public_partner[i] = entrepreneur.origin[i] == BY_OFFICIAL
    entrepreneur.engineering[i] = 0.0
    entrepreneur.accompanied_hours[i] = 0.0
    entrepreneur.review_left[i] = 0.0
    entrepreneur.review_months[i] = 0
    entrepreneur.risk_ratio[i] = 1.0


@kernel
def have_ideas(
    seed, month, entrepreneur, third_place, office, town, project_kind, cell, account, ledger,
    work, p,
):  # fmt: skip
    """Age all projects by a month and start new ones."""
    n = entrepreneur.stage.size
    work.projects[0] = 0
    if n == 0:
        return
    fill_words(seed, STREAM, month, entrepreneur.id[0], work.luck, 0)  # ids are consecutive
    usual_rate = town.idea_rate[0] / mean_skill_effect(p)
    projects = _list_projects(usual_rate, entrepreneur, third_place, office, cell, town, work, p)
    columns = cell.residents.shape[1]
    has_evening = False
    for a in range(account.is_active.size):
        participants = participants_of_evening(month, a, columns, account, cell, p)
        account.evening_participants[a] = participants
        if participants > 0:
            has_evening = True
            hold_evening(
                a, participants, seed, STREAM, month, cell, entrepreneur, account, ledger, work, p
            )
    if has_evening:
        projects = 0
        for i in range(n):
            if entrepreneur.stage[i] != LATENT or entrepreneur.event[i] == HAD_IDEA:
                work.project_row[projects] = i
                projects += 1
    work.projects[0] = projects
    k0, k1 = stream_key(seed, STREAM, month)
    for j in range(projects):
        i = work.project_row[j]
        if entrepreneur.event[i] == HAD_IDEA:
            _begin_project(i, k0, k1, entrepreneur, project_kind, cell, town, p)


PROCESS = Process(
    name="project_ideas",
    group=ProjectIdeasParameters,
    kernel=have_ideas,
    writes=arrays(
        account="evening_participants purse",
        ledger="spending",
        work="luck project_row projects",
        entrepreneur="stage event projects stage_months project_months months_to_birth kind "
        "weight origin partners has_public_partner supporter engineering "
        "accompanied_hours review_left review_months risk_ratio",
    ),
    stream=STREAM,
)
