"""What is read from results: arms, counts of runs, money, variances and maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """An intervention: its key in the tables, what people call it, and its public cost in EUR."""

    name: str
    label: str
    cost: float = 0.0


@dataclass(frozen=True)
class Money:
    """The ledger of one arm, means over replications, EUR.

    Attributes
    ----------
    years : list of int
        Calendar years.
    spent : dict of str to (sources, years) float64 array
        By line; lines without a cent are left out.
    received, unspent : (sources,) float64 array
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
    """One layer as a mean over replications.

    Attributes
    ----------
    layer : str
    start, end : (rows, columns) float64 array
        Without an intervention.
    ends : mapping of str to (rows, columns) float64 array
        At the end, by name of the arm.
    """

    layer: str
    start: Floats
    end: Floats
    ends: Mapping[str, Floats]
