"""Project birth: projects with their money complete start, some of them in vacant premises.

A project of a kind that is run in a shop looks for premises with probability
`premises_probability`, and moves into vacant ones of its sector within reach, by luck. It is a shop
from then on: its risk is that of shops with the same margin, times what support changes.
"""

from __future__ import annotations

import math

from sim.kernels.distance import squared_distance
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import BORN, BY_OFFICIAL, RUNNING
from sim.kernels.random import block, normal_pair, stream_key, uniform, word
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "ProjectBirthParameters", "support_ratio"]

STREAM = 12
CLOSED, TAKEN = 1, 3
_NO_WORD = 1 << 32


class ProjectBirthParameters(ParameterGroup):
    """How projects start."""

    premises_probability: float = parameter(
        0.2,
        unit="share",
        bounds=(0.0, 1.0),
        plausible=(0.0, 0.5),
        label="Projects that take premises",
        help="Probability that a new project of a kind run in a shop takes vacant premises.",
        source="judgement, 0-0.5",
        evidence="assumed",
    )
    takeover_reach: float = parameter(
        2.0,
        unit="km",
        bounds=(0.1, 50.0),
        plausible=(1.0, 8.0),
        label="Reach for premises",
        help="How far from home project holders look for premises, as the crow flies.",
        source="judgement",
        evidence="assumed",
    )
    supported_risk_ratio: float = parameter(
        0.85,
        unit="1",
        bounds=(0.1, 2.0),
        plausible=(0.6, 1.1),
        label="Risk of supported projects",
        help="Risk that supported projects end, relative to others.",
        source="0.6-1.1; raw figures (66 against 77 and 82 % alive) are inflated by selection",
        evidence="assumed",
    )
    top_down_risk_ratio: float = parameter(
        1.2,
        unit="1",
        bounds=(0.5, 5.0),
        plausible=(1.0, 1.5),
        label="Risk of projects from above",
        help="Risk that projects begun by officials end, relative to those from below.",
        source="judgement: fit to local need decides survival",
        evidence="assumed",
    )


@rule
def support_ratio(is_supported, is_from_above, trials, supported_risk_ratio, top_down_risk_ratio):
    """Risk ratio of a project whatever its kind."""
    ratio = trials
    if is_supported:
        ratio *= supported_risk_ratio
    if is_from_above:
        ratio *= top_down_risk_ratio
    return ratio


@rule
def entrant_quality(z, quality_spread):
    """Quality of a new shop from a standard normal; its mean is 1, as in reletting."""
    return math.exp(quality_spread * z - 0.5 * quality_spread * quality_spread)


@kernel
def bear_projects(
    seed,
    month,
    entrepreneur_id,
    entrepreneur_cell_row,
    entrepreneur_kind,
    entrepreneur_origin,
    entrepreneur_supporter,
    entrepreneur_third_place,
    work_project_row,
    work_projects,
    entrepreneur_event,
    entrepreneur_project_months,
    entrepreneur_stage,
    entrepreneur_stage_months,
    entrepreneur_months_to_birth,
    entrepreneur_risk_ratio,
    entrepreneur_premises_row,
    project_kind_needs_premises,
    project_kind_sector,
    project_kind_risk_ratio,
    third_place_account,
    third_place_is_open,
    third_place_trials,
    premises_id,
    premises_cell_row,
    premises_sector,
    premises_is_open,
    premises_event,
    premises_tenancy,
    premises_months_vacant,
    premises_quality,
    premises_reserves,
    premises_operator,
    premises_risk_ratio,
    cell_office,
    town_cell_km,
    premises_probability,
    takeover_reach,
    supported_risk_ratio,
    top_down_risk_ratio,
    quality_spread,
    starting_reserves,
):
    """Start the projects of this month in order of their ids; each takes the premises it finds."""
    k0, k1 = stream_key(seed, STREAM, month)
    columns = cell_office.shape[1]
    reach = (takeover_reach / town_cell_km[0]) ** 2
    for j in range(work_projects[0]):
        i = work_project_row[j]
        if entrepreneur_event[i] != BORN:
            continue
        kind, place = entrepreneur_kind[i], entrepreneur_third_place[i]
        is_supported = entrepreneur_supporter[i] >= 0
        trials = 1.0
        if (
            is_supported
            and place >= 0
            and third_place_is_open[place]
            and third_place_account[place] == entrepreneur_supporter[i]
        ):
            trials = third_place_trials[place]
        ratio = support_ratio(
            is_supported,
            entrepreneur_origin[i] == BY_OFFICIAL,
            trials,
            supported_risk_ratio,
            top_down_risk_ratio,
        )
        entrepreneur_stage[i] = RUNNING
        entrepreneur_stage_months[i] = 0
        entrepreneur_months_to_birth[i] = entrepreneur_project_months[i]
        entrepreneur_risk_ratio[i] = ratio * project_kind_risk_ratio[kind]
        looks, word1, word2, _ = block(k0, k1, entrepreneur_id[i], 0)
        if not project_kind_needs_premises[kind] or uniform(looks) >= premises_probability:
            continue
        chosen, lowest = -1, _NO_WORD
        for p in range(premises_is_open.size):
            if (
                premises_is_open[p]
                or premises_event[p] == CLOSED
                or premises_sector[p] != project_kind_sector[kind]
                or squared_distance(entrepreneur_cell_row[i], premises_cell_row[p], columns) > reach
            ):
                continue
            luck = word(k0, k1, premises_id[p], entrepreneur_id[i])
            if luck < lowest:
                chosen, lowest = p, luck
        if chosen < 0:
            continue
        z, _ = normal_pair(word1, word2)
        premises_is_open[chosen] = 1
        premises_event[chosen] = TAKEN
        premises_tenancy[chosen] += 1
        premises_months_vacant[chosen] = 0
        premises_quality[chosen] = entrant_quality(z, quality_spread)
        premises_reserves[chosen] = starting_reserves
        premises_operator[chosen] = i
        premises_risk_ratio[chosen] = ratio
        entrepreneur_premises_row[i] = chosen


PROCESS = Process(
    name="project_birth",
    group=ProjectBirthParameters,
    kernel=bear_projects,
    writes=(
        "entrepreneur.stage",
        "entrepreneur.stage_months",
        "entrepreneur.months_to_birth",
        "entrepreneur.risk_ratio",
        "entrepreneur.premises_row",
        "premises.is_open",
        "premises.event",
        "premises.tenancy",
        "premises.months_vacant",
        "premises.quality",
        "premises.reserves",
        "premises.operator",
        "premises.risk_ratio",
    ),
    english_title="Project birth",
    stream=STREAM,
)
