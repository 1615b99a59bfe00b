"""Readings of results: arms, money, variances and maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.kernels.arrays import Floats


@dataclass(frozen=True)
class Arm:
    """An intervention: its key in the tables, what people call it, and its public cost in EUR."""

    name: str
    label: str
    cost: float = 0.0


@dataclass(frozen=True)
class Looks:
    """Effects that are looked at, those found, at most how many of them by chance are expected, and
    those that would be found only if each were looked at alone."""

    looked: int
    found: int
    false: int
    alone: int


@dataclass(frozen=True)
class Money:
    """The ledger of one arm by calendar year, means over replications, EUR.

    Spending is given by line, (sources, years), without lines that never occur; what was received
    and what is left by source.
    """

    years: list[int]
    spent: Mapping[str, Floats]
    received: Floats
    unspent: Floats


@dataclass(frozen=True)
class Variance:
    """Variance of the effect in one replication: its two sources, and with and without pairing."""

    luck: float
    parameters: float
    paired: float
    unpaired: float


@dataclass(frozen=True)
class LayerMaps:
    """One layer, (rows, columns), as a mean over replications.

    `start` and `end` are without an intervention; `ends` are those of the arms by name.
    """

    layer: str
    start: Floats
    end: Floats
    ends: Mapping[str, Floats]
