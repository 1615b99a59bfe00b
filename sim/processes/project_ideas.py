"""Project ideas: who begins a project this month, and what sort of project.

An entrepreneur without a project has an idea at the rate

    rate = idea_rate x exp(skill_effect x (skill - 1/2)) / mean x idea_exposure_effect ^ (
        facilitation x H / (H + half_facilitation_hours) + encounters x exposure + trust x gain)

with H the hours of facilitation received, exposure the fading memory of encounters, gain how much
the office has come to trust project holders since the start, and weights that add up to 1: together
they multiply the rate by `idea_exposure_effect` where everything is saturated, and by no more.
Evenings of ideas turn participants into holders of further projects.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.distance import squared_distance
from sim.kernels.ledger import EVENTS, in_purse, pay
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import BLOCK, lowest, marks_of_block, without_lowest
from sim.kernels.project_codes import (
    BY_ENTREPRENEUR,
    BY_OFFICIAL,
    BY_RESIDENT,
    BY_YOUTH,
    ENDED,
    HAD_IDEA,
    IDEA,
    LATENT,
    NOTHING,
)
from sim.kernels.random import block, fill_first_words, fill_words, stream_key, uniform
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "ProjectIdeasParameters", "idea_rate", "skill_factor"]

STREAM = 7
NOT_DRAWN = 255


def _weight(value: float, label: str, help: str) -> float:
    return parameter(
        value,
        unit="1",
        bounds=(0.0, 1.0),
        plausible=(0.5 * value, 1.5 * value),
        label=label,
        help=help,
        source="judgement; only its ratio to the two other weights matters",
        evidence="assumed",
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
        evidence="assumed",
    )


class ProjectIdeasParameters(ParameterGroup):
    """Who has ideas, and which."""

    skill_effect: float = parameter(
        1.0,
        unit="1",
        bounds=(0.0, 4.0),
        plausible=(0.0, 2.0),
        label="Skill and ideas",
        help="Log ratio of ideas between the ablest and the least able of project holders.",
        source="judgement",
        evidence="assumed",
    )
    idea_exposure_effect: float = parameter(
        1.15,
        unit="1",
        bounds=(0.5, 5.0),
        plausible=(1.0, 1.5),
        label="Ideas through support and encounters",
        help="By how much support, encounters and trust multiply ideas where all are saturated.",
        source="independent evaluations of hubs find far less than their advocates do (1.0-1.5)",
        evidence="assumed",
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
        evidence="assumed",
    )
    evening_idea_probability: float = parameter(
        0.055,
        unit="share",
        bounds=(0.0, 1.0),
        plausible=(0.03, 0.08),
        label="Ideas per participant of an evening",
        help="Probability that a participant of an evening of ideas goes home with a project.",
        source="80 ideas from 1,450 participants of start'up de territoire (docs/sources.md)",
        evidence="derived",
    )
    evening_turnout: float = parameter(
        0.01,
        unit="share",
        bounds=(0.0, 1.0),
        plausible=(0.005, 0.02),
        label="Turnout of an evening",
        help="Most participants that an evening draws, relative to the residents in its reach.",
        source="1,450 of some 215,000 people, 350 of some 35,000 (docs/sources.md)",
        evidence="assumed",
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
        source="judgement",
        evidence="assumed",
        plausible=(0.5, 3.0),
    )
    weight_jitter: float = parameter(
        0.3,
        unit="share",
        bounds=(0.0, 0.9),
        label="Variety within a kind",
        help="How far a project's weights on the four dimensions stray from those of its kind.",
        source="judgement",
        evidence="assumed",
        role="constant",
    )


@rule
def mean_skill_effect(skill_effect):
    """Mean of exp(skill_effect x (skill - 1/2)) over skills spread evenly over 0 to 1."""
    half = 0.5 * skill_effect
    return math.sinh(half) / half if half > 1e-6 else 1.0


@rule
def skill_factor(skill, skill_effect):
    """Ideas of somebody of this skill relative to the mean."""
    return math.exp(skill_effect * (skill - 0.5)) / mean_skill_effect(skill_effect)


@rule
def idea_rate(
    usual_rate,
    skill,
    hours,
    exposure,
    trust_gain,
    skill_effect,
    idea_exposure_effect,
    idea_weight_facilitation,
    idea_weight_encounters,
    idea_weight_trust,
    half_facilitation_hours,
):
    """Rate of ideas of one entrepreneur without a project, 1/year.

    `usual_rate` is the mean rate of the town over `mean_skill_effect`.
    """
    total = idea_weight_facilitation + idea_weight_encounters + idea_weight_trust
    felt = (
        idea_weight_facilitation * hours / (hours + half_facilitation_hours)
        + idea_weight_encounters * exposure
        + idea_weight_trust * trust_gain
    ) / max(total, 1e-9)
    able = math.exp(skill_effect * (skill - 0.5))
    return usual_rate * able * math.pow(idea_exposure_effect, felt)


@rule
def trust_gained(trust, trust_at_start):
    """Trust gained since the start relative to what could be gained; negative if lost."""
    return max((trust - trust_at_start) / max(1.0 - trust_at_start, 1e-6), -1.0)


@rule
def cumulative_choice(share, u):
    """Index of the class that u falls into when classes have these shares."""
    chosen = share.size - 1
    reached = 0.0
    for k in range(share.size - 1):
        reached += share[k]
        if u < reached:
            chosen = k
            break
    return chosen


@rule
def drawn_origin(u, origin_youth, origin_entrepreneur, origin_official):
    """Who begins a project that nobody asked for."""
    if u < origin_official:
        return BY_OFFICIAL
    if u < origin_official + origin_youth:
        return BY_YOUTH
    if u < origin_official + origin_youth + origin_entrepreneur:
        return BY_ENTREPRENEUR
    return BY_RESIDENT


@rule
def partners_at_first(u, usual_partners):
    """How many partners a holder has at first: geometric, so that most have none or one."""
    if usual_partners <= 0.0:
        return 0
    return int(math.log(u) / math.log(usual_partners / (1.0 + usual_partners)))


@kernel
def _participants(
    month,
    a,
    columns,
    account_is_active,
    account_evening_every,
    account_participant_cost,
    account_cell_row,
    account_grant_reach,
    account_purse,
    cell_residents,
    evening_turnout,
):
    """How many come to this month's evening of an account, if it holds one and can pay for it."""
    if not (account_is_active[a] and account_evening_every[a] and account_participant_cost[a]):
        return 0
    # At the end of each interval, so that the first evening too has its money together.
    if (month + 1) % account_evening_every[a] != 0:
        return 0
    reach = account_grant_reach[a] ** 2
    residents = 0.0
    centre_y, centre_x = divmod(account_cell_row[a], columns)
    for y in range(cell_residents.shape[0]):
        for x in range(columns):
            away = (y - centre_y) ** 2 + (x - centre_x) ** 2
            residents += cell_residents[y, x] if away <= reach else 0.0
    paid = in_purse(account_purse[a], EVENTS) // account_participant_cost[a]
    return min(paid, int(evening_turnout * residents))


@kernel
def have_ideas(
    seed,
    month,
    entrepreneur_id,
    entrepreneur_cell_row,
    entrepreneur_office,
    entrepreneur_skill,
    entrepreneur_exposure,
    entrepreneur_facilitation,
    entrepreneur_at_place,
    entrepreneur_third_place,
    third_place_account,
    third_place_is_top_down,
    office_trust,
    office_trust_at_start,
    town_idea_rate,
    project_kind_share,
    project_kind_weight,
    cell_residents,
    account_is_active,
    account_cell_row,
    account_grant_reach,
    account_evening_every,
    account_participant_cost,
    account_evening_participants,
    account_purse,
    ledger_spending,
    work_luck,
    work_project_row,
    work_projects,
    entrepreneur_stage,
    entrepreneur_event,
    entrepreneur_projects,
    entrepreneur_stage_months,
    entrepreneur_project_months,
    entrepreneur_months_to_birth,
    entrepreneur_kind,
    entrepreneur_weight,
    entrepreneur_origin,
    entrepreneur_partners,
    entrepreneur_has_public_partner,
    entrepreneur_supporter,
    entrepreneur_engineering,
    entrepreneur_review_left,
    entrepreneur_review_months,
    entrepreneur_risk_ratio,
    skill_effect,
    idea_exposure_effect,
    idea_weight_facilitation,
    idea_weight_encounters,
    idea_weight_trust,
    half_facilitation_hours,
    evening_idea_probability,
    evening_turnout,
    origin_youth,
    origin_entrepreneur,
    origin_official,
    usual_partners,
    weight_jitter,
):
    """Open the month of all projects: they are a month older, and new ones begin."""
    n = entrepreneur_stage.size
    work_projects[0] = 0
    if n == 0:
        return
    k0, k1 = stream_key(seed, STREAM, month)
    fill_words(seed, STREAM, month, entrepreneur_id[0], work_luck, 0)  # ids are consecutive
    # Nobody has ideas faster than the ablest of all when everything is saturated.
    usual_rate = town_idea_rate[0] / mean_skill_effect(skill_effect)
    most = idea_rate(
        usual_rate,
        1.0,
        0.0,
        0.0,
        0.0,
        skill_effect,
        idea_exposure_effect,
        idea_weight_facilitation,
        idea_weight_encounters,
        idea_weight_trust,
        half_facilitation_hours,
    ) * max(idea_exposure_effect, 1.0 / idea_exposure_effect)
    likeliest = 1.0 - math.exp(-most / 12.0)
    unlikely = np.uint32(min(likeliest * 2.0**32, 2.0**32 - 1.0))
    # Who has a project, or may have an idea, is marked in bulk; the marks make way for events.
    for i in range(np.uintp(n)):
        may_have_idea = work_luck[i] <= unlikely
        entrepreneur_event[i] = np.uint8(entrepreneur_stage[i] != LATENT) | np.uint8(may_have_idea)
    projects = 0
    for start in range(np.uintp(0), np.uintp(n), BLOCK):
        bits = marks_of_block(entrepreneur_event, start, np.uintp(n))
        while bits:
            i, bits = start + lowest(bits), without_lowest(bits)
            entrepreneur_event[i] = NOTHING
            stage = entrepreneur_stage[i]
            if stage == ENDED:
                entrepreneur_stage[i] = LATENT
            elif stage != LATENT:
                entrepreneur_stage_months[i] += 1
                entrepreneur_project_months[i] += 1
                work_project_row[projects] = i
                projects += 1
                continue
            u = uniform(work_luck[i])
            o, place = entrepreneur_office[i], entrepreneur_third_place[i]
            rate = idea_rate(
                usual_rate,
                entrepreneur_skill[i],
                entrepreneur_facilitation[i],
                entrepreneur_exposure[i],
                trust_gained(office_trust[o], office_trust_at_start[o]),
                skill_effect,
                idea_exposure_effect,
                idea_weight_facilitation,
                idea_weight_encounters,
                idea_weight_trust,
                half_facilitation_hours,
            )
            if u < 1.0 - math.exp(-rate / 12.0):
                is_there = entrepreneur_at_place[i] != 0 and place >= 0
                from_above = is_there and third_place_is_top_down[place] != 0
                entrepreneur_event[i] = HAD_IDEA
                entrepreneur_origin[i] = BY_OFFICIAL if from_above else NOT_DRAWN
                entrepreneur_supporter[i] = third_place_account[place] if is_there else -1
                work_project_row[projects] = i
                projects += 1
    columns = cell_residents.shape[1]
    has_evening = False
    for a in range(account_is_active.size):
        participants = _participants(
            month,
            a,
            columns,
            account_is_active,
            account_evening_every,
            account_participant_cost,
            account_cell_row,
            account_grant_reach,
            account_purse,
            cell_residents,
            evening_turnout,
        )
        account_evening_participants[a] = participants
        if participants == 0:
            continue
        has_evening = True
        cost = participants * account_participant_cost[a]
        pay(account_purse[a], ledger_spending[a], EVENTS, cost)
        reach = account_grant_reach[a] ** 2
        latent = 0  # they are listed in the rows of projects, which are listed anew below
        for i in range(n):
            away = squared_distance(entrepreneur_cell_row[i], account_cell_row[a], columns)
            work_project_row[latent] = i
            is_free = entrepreneur_stage[i] == LATENT and entrepreneur_event[i] == NOTHING
            latent += is_free and away <= reach
        chance = participants * evening_idea_probability / max(latent, 1)
        fill_first_words(seed, STREAM, month, entrepreneur_id, work_luck, 3 + a)
        for j in range(latent):
            i = work_project_row[j]
            if uniform(work_luck[i]) < chance:
                entrepreneur_event[i] = HAD_IDEA
                entrepreneur_origin[i] = BY_RESIDENT
                entrepreneur_supporter[i] = a
    if has_evening:
        projects = 0
        for i in range(n):
            if entrepreneur_stage[i] != LATENT or entrepreneur_event[i] == HAD_IDEA:
                work_project_row[projects] = i
                projects += 1
    work_projects[0] = projects
    for j in range(projects):
        i = work_project_row[j]
        if entrepreneur_event[i] != HAD_IDEA:
            continue
        luck_kind, luck_origin, luck_partners, _ = block(k0, k1, entrepreneur_id[i], 1)
        kind = cumulative_choice(project_kind_share, uniform(luck_kind))
        if entrepreneur_origin[i] == NOT_DRAWN:
            entrepreneur_origin[i] = drawn_origin(
                uniform(luck_origin), origin_youth, origin_entrepreneur, origin_official
            )
        luck = block(k0, k1, entrepreneur_id[i], 2)
        total = 0.0
        for d in range(4):
            jittered = 1.0 + weight_jitter * (2.0 * uniform(luck[d]) - 1.0)
            total += project_kind_weight[kind, d] * jittered
        for d in range(4):
            jittered = 1.0 + weight_jitter * (2.0 * uniform(luck[d]) - 1.0)
            entrepreneur_weight[i, d] = project_kind_weight[kind, d] * jittered / total
        entrepreneur_stage[i] = IDEA
        entrepreneur_projects[i] += 1
        entrepreneur_stage_months[i] = 0
        entrepreneur_project_months[i] = 0
        entrepreneur_months_to_birth[i] = 0
        entrepreneur_kind[i] = kind
        entrepreneur_partners[i] = partners_at_first(uniform(luck_partners), usual_partners)
        entrepreneur_has_public_partner[i] = entrepreneur_origin[i] == BY_OFFICIAL
        entrepreneur_engineering[i] = 0.0
        entrepreneur_review_left[i] = 0.0
        entrepreneur_review_months[i] = 0
        entrepreneur_risk_ratio[i] = 1.0


PROCESS = Process(
    name="project_ideas",
    group=ProjectIdeasParameters,
    kernel=have_ideas,
    writes=(
        "account.evening_participants",
        "account.purse",
        "ledger.spending",
        "work.luck",
        "work.project_row",
        "work.projects",
        "entrepreneur.stage",
        "entrepreneur.event",
        "entrepreneur.projects",
        "entrepreneur.stage_months",
        "entrepreneur.project_months",
        "entrepreneur.months_to_birth",
        "entrepreneur.kind",
        "entrepreneur.weight",
        "entrepreneur.origin",
        "entrepreneur.partners",
        "entrepreneur.has_public_partner",
        "entrepreneur.supporter",
        "entrepreneur.engineering",
        "entrepreneur.review_left",
        "entrepreneur.review_months",
        "entrepreneur.risk_ratio",
    ),
    english_title="Project ideas",
    stream=STREAM,
)
