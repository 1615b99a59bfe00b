"""Project dimensions: effects of running projects around them, by their weights.

Each project divides itself over four dimensions. Those of running projects are added up around
homes, like jobs, and compared with the start:

    gained = (weights nearby - those at the start) per 1,000 residents nearby

- economic: jobs, and the consumers they bring, follow the weight within a kind (`economic_jobs`);
- ecological: repair, reuse and short chains keep a share of spending from going online
  (`ecological_retention`), which `sim.processes.shopping_trips` spends on site;
- social: the young of the cell are drawn in, as by encounters (`social_exposure`), and leave less
  (`social_staying`, in `sim.processes.youth_migration`);
- cultural: third places of the cell have more visits (`cultural_visits`), and officials of the cell
  become more open by their encounters (`cultural_openness`).

Gains are counted at the end of each quarter, since they change slowly. Every effect falls when
projects end. At the start there is none, since what is observed there contains the projects of the
start.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.dimensions import CULTURAL, ECOLOGICAL, SOCIAL
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import CHUNK
from sim.kernels.project_codes import RUNNING
from sim.kernels.space import decay_potential, potential_work
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, response

QUARTER = 3
"""Months between two counts."""

MOST_ENCOUNTERS = 1.0
"""Largest exposure of the young through projects nearby, in encounters a month."""


class ProjectDimensionsParameters(ParameterGroup):
    """Effects of projects around them by economic, ecological, social and cultural weight."""

    economic_jobs: float = response(
        0.5,
        1.0,
        most=1.0,
        label="Jobs by economic weight",
        help="How far the jobs of a project follow its economic weight within its kind; 1: in "
        "proportion.",
    )
    ecological_retention: float = response(
        0.02,
        0.06,
        most=0.5,
        label="Spending kept by local loops",
        help="Share of spending online that stays for each ecological project per 1,000 residents "
        "nearby gained since the start.",
    )
    social_exposure: float = response(
        0.02,
        0.1,
        most=1.0,
        label="Interest through social projects",
        help="Encounters a month to which a social project per 1,000 residents nearby amounts for "
        "the young.",
    )
    social_staying: float = response(
        0.01,
        0.05,
        most=1.0,
        label="Staying through social projects",
        help="By how much a social project per 1,000 residents nearby lowers the log rate of "
        "leaving.",
    )
    cultural_visits: float = response(
        0.05,
        0.3,
        most=1.0,
        label="Visits through cultural projects",
        help="By how much a cultural project per 1,000 residents nearby raises the log of visits "
        "to a third place.",
    )
    cultural_openness: float = response(
        0.05,
        0.3,
        most=1.0,
        label="Openness through cultural projects",
        help="By how much a cultural project per 1,000 residents nearby raises the log of what "
        "encounters add to officials' openness.",
    )


@rule
def encounters_nearby(gained, p):
    """Return the exposure of the young through social projects, in encounters a month."""
    return min(max(p.social_exposure * gained, -MOST_ENCOUNTERS), MOST_ENCOUNTERS)


@rule
def _is_on(p):
    """Return whether anybody reads the fields."""
    return (
        p.ecological_retention > 0.0
        or p.social_exposure > 0.0
        or p.social_staying > 0.0
        or p.cultural_visits > 0.0
        or p.cultural_openness > 0.0
    )


@kernel
def _subtract(gained, at_start, residents_nearby):
    """Replace sums around each cell by their gain since the start, per 1,000 residents."""
    rows, columns = gained.shape
    thousand, one = np.float32(1000), np.float32(1)
    for r in prange(rows):
        for c in range(np.uintp(columns)):
            more = gained[r, c] - at_start[r, c]
            gained[r, c] = thousand * more / max(residents_nearby[r, c], one)


@kernel
def _add_up(entrepreneur, work, premises, cell):
    """Add up the weights of running projects in each cell."""
    ecological, social = cell.ecological_gained.reshape(-1), cell.social_gained.reshape(-1)
    cultural = cell.cultural_gained.reshape(-1)
    ecological[:] = 0.0
    social[:] = 0.0
    cultural[:] = 0.0
    for j in range(work.projects[0]):
        i = work.project_row[j]
        if entrepreneur.stage[i] == RUNNING:
            place = entrepreneur.premises_row[i]
            home = premises.cell_row[place] if place >= 0 else entrepreneur.cell_row[i]
            ecological[home] += entrepreneur.weight[i, ECOLOGICAL]
            social[home] += entrepreneur.weight[i, SOCIAL]
            cultural[home] += entrepreneur.weight[i, CULTURAL]


@rule
def _compare(gained, at_start, residents_nearby, decay, scratch):
    """Replace sums in each cell by those around it, less those at the start."""
    decay_potential(gained, decay, gained, potential_work(scratch, gained))
    _subtract(gained, at_start, residents_nearby)


@kernel
def _draw_in(youth, cell, work, p):
    """Add the exposure of the young through social projects around their homes."""
    gained = cell.social_gained.reshape(-1)
    encounters = work.space[1].reshape(-1)[: gained.size]
    for c in prange(gained.size):
        encounters[c] = encounters_nearby(gained[c], p)
    n, exposure = np.uintp(youth.exposure.size), youth.exposure
    for chunk in prange((n + CHUNK - np.uintp(1)) // CHUNK):
        first, here = np.uintp(chunk) * CHUNK, np.empty(CHUNK, np.float32)
        last = min(first + CHUNK, n)
        for y in range(first, last):  # gathered apart, so that the sums are made as vectors
            here[y - first] = encounters[np.uintp(youth.cell_row[y])]
        for y in range(first, last):
            exposure[y] += here[y - first] * np.float32(youth.is_present[y])


@kernel
def act_by_dimension(month, entrepreneur, work, premises, youth, cell, town, p):
    """Update the fields at the end of a quarter, and draw in the young."""
    if not _is_on(p):
        return
    if (month + 1) % QUARTER == 0:
        decay, scratch = town.neighbourhood_decay[0], work.space[0]
        around = cell.residents_nearby
        _add_up(entrepreneur, work, premises, cell)
        _compare(cell.ecological_gained, cell.ecological_at_start, around, decay, scratch)
        _compare(cell.social_gained, cell.social_at_start, around, decay, scratch)
        _compare(cell.cultural_gained, cell.cultural_at_start, around, decay, scratch)
    if p.social_exposure > 0.0:
        _draw_in(youth, cell, work, p)


PROCESS = Process(
    name="project_dimensions",
    group=ProjectDimensionsParameters,
    kernel=act_by_dimension,
    writes=arrays(
        cell="ecological_gained social_gained cultural_gained", youth="exposure", work="space"
    ),
)
