"""Demography: residents grow or decline, and with them the consumers of the territory."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.processes.process import Process
from sim.registry.parameters import ParameterGroup, parameter

__all__ = ["PROCESS", "DemographyParameters", "consumers"]


class DemographyParameters(ParameterGroup):
    """How many people live here over the years."""

    residents_growth: float = parameter(
        0.0,
        unit="1/year",
        bounds=(-0.05, 0.05),
        label="Growth of residents",
        help="Yearly growth of the number of residents, the same everywhere.",
        source="scenario; a prototype used -0.3 to +0.6 % a year by size of town",
        evidence="assumed",
        plausible=(-0.003, 0.003),
    )


@rule
def consumers(residents, purchasing_power, visitors, moved):
    """How many average consumers the people of a cell and those who enter through it amount to.

    `moved` are consumers' equivalents of spending that third places and projects bring, or take.
    """
    return np.maximum(residents * purchasing_power + visitors + moved, np.float32(0.0))


@kernel
def grow_residents(cell, p):
    """Multiply residents and visitors by one month's growth and weigh them as consumers."""
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
    writes=("cell.residents", "cell.visitors", "cell.consumers"),
    english_title="Demography",
)
