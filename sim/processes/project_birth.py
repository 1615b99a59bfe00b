"""Project birth: fully funded projects start, some of them in vacant premises.

A project of a kind run in a shop looks for premises with probability `premises_probability`, and
moves into random vacant ones of its sector within reach. From then on it is a shop: its risk is
that of shops with the same margin, times the effect of support.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.distance import squared_distance
from sim.kernels.entrants import entrant_quality
from sim.kernels.event_codes import CLOSED, TAKEN
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.project_codes import BORN, BY_OFFICIAL, RUNNING
from sim.kernels.random import block, normal_pair, stream_key, uniform, word
from sim.kernels.zone_codes import BUFFER
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 12
_NO_WORD = 1 << 32


class ProjectBirthParameters(ParameterGroup):
    """Start of projects."""

    premises_probability: float = parameter(
        0.2,
        unit="share",
        plausible=(0.0, 0.5),
        label="Projects that take premises",
        help="Probability that a new project of a kind run in a shop takes vacant premises.",
        source="judgement, 0-0.5",
    )
    takeover_reach: float = parameter(
        2.0,
        unit="km",
        bounds=(0.1, 50.0),
        plausible=(1.0, 8.0),
        label="Reach for premises",
        help="How far from home project holders look for premises, as the crow flies.",
    )
    supported_risk_ratio: float = parameter(
        1.0,
        bounds=(0.1, 2.0),
        plausible=(0.75, 1.33),
        label="Risk of supported projects",
        help="Risk that supported projects end, relative to others.",
        source="0.75-1.33; an effect in two of four French cohorts (Redor 2017, docs/sources.md)",
    )
    top_down_risk_ratio: float = parameter(
        1.2,
        bounds=(0.5, 5.0),
        plausible=(1.0, 1.5),
        label="Risk of projects from above",
        help="Risk that projects begun by officials end, relative to those from below.",
        source="judgement: fit to local need decides survival",
    )
    partners_risk_ratio: float = parameter(
        0.9,
        bounds=(0.2, 5.0),
        label="Risk of projects with partners",
        help="Risk that projects born with partners end, relative to those without.",
        source="three studies disagree, so 1 is plausible (docs/sources.md)",
        plausible=(0.6, 1.3),
    )


@rule
def support_ratio(is_supported, is_from_above, trials, p):
    """Return the risk ratio of a project from support and origin."""
    ratio = trials
    if is_supported:
        ratio *= p.supported_risk_ratio
    if is_from_above:
        ratio *= p.top_down_risk_ratio
    return ratio


@rule
def partners_ratio(usual_risk, partners, p):
    """Return the risk ratio of a project from its partners; `usual_risk` is that of one alone."""
    return usual_risk * (p.partners_risk_ratio if partners > 0 else 1.0)


@kernel
def _list_vacant(premises, listed):
    """List premises that can be taken. Return their number, and whether their cells ascend."""
    n, ascend, before = 0, True, 0
    for row in range(premises.is_open.size):
        if (
            premises.is_open[row]
            or premises.event[row] == CLOSED
            or premises.third_place[row] >= 0
            or premises.zone[row] >= BUFFER
        ):
            continue
        listed[n] = row
        n += 1
        ascend &= premises.cell_row[row] >= before
        before = premises.cell_row[row]
    return n, ascend


@rule
def _first_from(cell, premises, listed):
    """Return where the premises from a cell on begin in a list whose cells ascend."""
    low, high = 0, listed.size
    while low < high:
        middle = (low + high) // 2
        if premises.cell_row[listed[middle]] < cell:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def _premises_for(k0, k1, i, listed, ascend, reach, entrepreneur, premises, project_kind, columns):
    """Draw one of the listed premises within reach that suit a project; -1 if there are none."""
    home = entrepreneur.cell_row[i]
    rows, column = int(math.sqrt(reach)) + 1, home % columns
    sector = project_kind.sector[entrepreneur.kind[i]]
    chosen, lowest = -1, _NO_WORD
    for away in range(-rows if ascend else 0, rows + 1 if ascend else 1):
        first, last = 0, listed.size
        if ascend:  # others of this row of the grid are too many columns away
            here = home + away * columns
            first = _first_from(here - min(rows, column), premises, listed)
            last = _first_from(here + min(rows, columns - 1 - column) + 1, premises, listed)
        for at in range(first, last):
            row = listed[at]
            if (
                premises.is_open[row]
                or premises.sector[row] != sector
                or squared_distance(home, premises.cell_row[row], columns) > reach
            ):
                continue
            luck = word(k0, k1, premises.id[row], entrepreneur.id[i])
            if luck < lowest:
                chosen, lowest = row, luck
    return chosen


@kernel
def bear_projects(
    seed, month, entrepreneur, work, project_kind, third_place, premises, cell, town, p
):
    """Start the projects of this month in order of their ids, and give them premises."""
    k0, k1 = stream_key(seed, STREAM, month)
    columns = cell.office.shape[1]
    reach = (p.takeover_reach / town.cell_km[0]) ** 2
    # Allocated once: numba would count references to an array that the loop replaces.
    vacant, n, ascend = np.empty(premises.is_open.size, np.int64), -1, False
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if entrepreneur.event[i] != BORN:
            continue
        kind, place = entrepreneur.kind[i], entrepreneur.third_place[i]
        is_supported = entrepreneur.supporter[i] >= 0
        trials = 1.0
        if (
            is_supported
            and place >= 0
            and third_place.is_open[place]
            and third_place.account[place] == entrepreneur.supporter[i]
        ):
            trials = third_place.trials[place]
        ratio = support_ratio(is_supported, entrepreneur.origin[i] == BY_OFFICIAL, trials, p)
        ratio *= partners_ratio(town.usual_risk[0], entrepreneur.partners[i], p)
        entrepreneur.stage[i] = RUNNING
        entrepreneur.stage_months[i] = 0
        entrepreneur.months_to_birth[i] = entrepreneur.project_months[i]
        entrepreneur.risk_ratio[i] = ratio * project_kind.risk_ratio[kind]
        looks, word1, word2, _ = block(k0, k1, entrepreneur.id[i], 0)
        if not project_kind.needs_premises[kind] or uniform(looks) >= p.premises_probability:
            continue
        if n < 0:
            n, ascend = _list_vacant(premises, vacant)
        chosen = _premises_for(
            k0, k1, i, vacant[:n], ascend, reach, entrepreneur, premises, project_kind, columns
        )
        if chosen < 0:
            continue
        z, _ = normal_pair(word1, word2)
        premises.is_open[chosen] = 1
        premises.event[chosen] = TAKEN
        premises.tenancy[chosen] += 1
        premises.months_vacant[chosen] = 0
        premises.quality[chosen] = entrant_quality(z, p)
        premises.reserves[chosen] = p.starting_reserves
        premises.operator[chosen] = i
        premises.risk_ratio[chosen] = ratio
        entrepreneur.premises_row[i] = chosen


PROCESS = Process(
    name="project_birth",
    group=ProjectBirthParameters,
    kernel=bear_projects,
    writes=arrays(
        entrepreneur="stage stage_months months_to_birth risk_ratio premises_row",
        premises="is_open event tenancy months_vacant quality reserves operator risk_ratio",
    ),
    stream=STREAM,
)
