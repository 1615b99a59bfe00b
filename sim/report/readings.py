"""What is read from a comparison: interventions, money, variances, maps and settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Arm", "LayerMaps", "Money", "Setting", "Variance"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Arm:
    """An intervention: its key in the tables, what people call it, and its public cost in EUR."""

    name: str
    label: str
    cost: float


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
    """Variance of the effect of one replication: its two sources, and with and without pairing."""

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


@dataclass(frozen=True)
class Setting:
    """A parameter or lever as a table shows it; `default` is what it stands beside."""

    name: str
    label: str
    value: object
    unit: str
    evidence: str
    source: str
    default: object = None
    plausible: tuple[float, float] | None = None
