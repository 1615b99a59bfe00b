"""Demography: the number of residents changes, and with it the consumers of the territory."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter


class DemographyParameters(ParameterGroup):
    """Change of the population over the years."""

    residents_growth: float = parameter(
        0.0,
        unit="1/year",
        bounds=(-0.05, 0.05),
        label="Growth of residents",
        help="Yearly growth of the number of residents, the same everywhere.",
        source="scenario; a prototype used -0.3 to +0.6 % a year by size of town",
        plausible=(-0.003, 0.003),
    )


@rule
def consumers(residents, purchasing_power, visitors, moved):
    """Return the residents of a cell and its visitors from outside, in average consumers.

    `moved` are consumers' equivalents of spending that third places and projects bring or take
    away.
    """
    return np.maximum(residents * purchasing_power + visitors + moved, np.float32(0.0))


@kernel
def grow_residents(cell, p):
    """Apply one month's growth to residents and visitors and weight them as consumers."""
    factor = cell.residents.dtype.type((1.0 + p.residents_growth) ** (1.0 / 12.0))
    rows, columns = cell.residents.shape
    for i in range(rows):
        for j in range(columns):
            cell.residents[i, j] *= factor
            cell.visitors[i, j] *= factor
            cell.consumers[i, j] = consumers(
                cell.residents[i, j],
                cell.purchasing_power[i, j],
                cell.visitors[i, j],
                cell.moved_consumers[i, j],
            )


PROCESS = Process(
    name="demography",
    group=DemographyParameters,
    kernel=grow_residents,
    writes=arrays(cell="residents visitors consumers"),
)
