"""What an indicator is, and the formulas that many of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["Counts", "Indicator", "Values", "count", "ratio"]

Counts = Mapping[str, npt.NDArray[np.float64]]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Indicator:
    """One measure.

    Attributes
    ----------
    name : str
        Column name; by zone with ``_town_centre``, ``_periphery`` or ``_neighbourhoods`` appended.
    unit : str
        Unit.
    label, definition : mapping
        Words by language, "en" and "fr".
    formula : callable
        From counts (of the territory or a zone) to the measure.
    by_zone : bool
        Whether it is also given for each zone.
    is_flow : bool
        Whether it counts what happened in the month (sums over months), not what stands.
    """

    name: str
    unit: str
    label: Mapping[str, str]
    definition: Mapping[str, str]
    formula: Callable[[Counts], Values]
    by_zone: bool = True
    is_flow: bool = False


def ratio(part: Values, whole: Values) -> Values:
    """Part of a whole; 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def count(name: str) -> Callable[[Counts], Values]:
    """The formula of an indicator that is a count as it stands."""

    def formula(c: Counts) -> Values:
        return c[name]

    return formula
