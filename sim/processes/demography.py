"""Demography: the number of residents changes, and with it the consumers of the territory.

All cells grow at one rate. Besides, households follow what is around their homes: in the long run,
the residents of a cell are 1 - residents_vacancy_response x vacancy times what they would be, with
vacancy the share of vacant premises around it beyond what is usual there. They approach this over
`residents_adjustment` years, a step each January.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.surroundings import vacancy_gained
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter, response

LARGEST_LOSS = 0.95
"""Largest share of the residents of a cell who leave it for the shops around."""


class DemographyParameters(ParameterGroup):
    """Change of the population over the years."""

    residents_growth: float = parameter(
        0.0,
        unit="1/year",
        bounds=(-0.05, 0.05),
        label="Growth of residents",
        help="Yearly growth of the number of residents, the same everywhere.",
        source="scenario; a prototype used -0.3 to +0.6% a year by size of town",
        plausible=(-0.003, 0.003),
    )
    residents_vacancy_response: float = response(
        0.2,
        1.0,
        most=10.0,
        label="Residents where shops are empty",
        help="Share of the residents who leave, in the long run, per share of premises nearby that "
        "become vacant.",
    )
    residents_adjustment: float = parameter(
        10.0,
        unit="years",
        bounds=(1.0, 100.0),
        label="Years until residents follow",
        help="Years in which 63% of the households react that react to empty shops.",
        source="judgement: households move every ten years or so",
        plausible=(5.0, 20.0),
    )


@rule
def consumers(residents, purchasing_power, visitors, moved):
    """Return the residents of a cell and its visitors from outside, in average consumers.

    `moved` are consumers' equivalents of spending that third places and projects bring or take
    away.
    """
    return np.maximum(residents * purchasing_power + visitors + moved, np.float32(0.0))


@rule
def drawn(before, vacancy, p):
    """Return the relative gain in residents through the shops around, a year after `before`."""
    goal = max(-p.residents_vacancy_response * vacancy, -LARGEST_LOSS)
    return before + (goal - before) / p.residents_adjustment


@kernel
def follow_shops(cell, p):
    """Let households leave or come where premises became vacant or opened."""
    rows, columns = cell.residents.shape
    residents, residents_drawn = cell.residents, cell.residents_drawn
    for i in prange(rows):
        for j in range(columns):
            vacancy = vacancy_gained(
                cell.open_nearby[i, j], cell.usual_open[i, j], cell.premises_nearby[i, j], p
            )
            before = residents_drawn[i, j]
            now = drawn(before, vacancy, p)
            residents[i, j] *= (1.0 + now) / (1.0 + before)
            residents_drawn[i, j] = now


@kernel
def grow_residents(month, cell, p):
    """Apply one month's growth to residents and visitors and weight them as consumers."""
    if p.residents_vacancy_response > 0.0 and month % 12 == 0:
        follow_shops(cell, p)
    factor = cell.residents.dtype.type((1.0 + p.residents_growth) ** (1.0 / 12.0))
    rows, columns = cell.residents.shape
    residents, visitors, consuming = cell.residents, cell.visitors, cell.consumers
    for i in prange(rows):
        for j in range(columns):
            residents[i, j] *= factor
            visitors[i, j] *= factor
            consuming[i, j] = consumers(
                residents[i, j],
                cell.purchasing_power[i, j],
                visitors[i, j],
                cell.moved_consumers[i, j],
            )


PROCESS = Process(
    name="demography",
    group=DemographyParameters,
    kernel=grow_residents,
    writes=arrays(cell="residents residents_drawn visitors consumers"),
)
