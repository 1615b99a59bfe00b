"""Thirds of residents by the income of their cells, among whom benefits are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels.arrays import Floats

_BINS = 4096
"""Bins of incomes, which spare a country to sort the incomes of all cells."""


def income_thirds(income: npt.NDArray[Any], residents: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return the third of each cell: 0 poorest, 1 middle, 2 richest; arrays of any one shape.

    A third holds about a third of the residents; cells with equal incomes are in the same one.

    Examples
    --------
    >>> income_thirds(np.array([3.0, 1.0, 2.0, 1.0]), np.array([10, 5, 10, 5]))
    array([2, 0, 1, 0], dtype=uint8)
    """
    values, people = (a.ravel().astype(np.float64) for a in (income, residents))
    low, span = values.min(initial=0.0), np.ptp(values) if values.size else 0.0
    place_in_span = values - low
    place_in_span *= _BINS / max(span, 1e-300)
    bins = np.minimum(place_in_span, _BINS - 1, out=place_in_span).astype(np.int32)
    in_bin: Floats = np.bincount(bins, people, minlength=_BINS)
    below, total = np.cumsum(in_bin) - in_bin, max(float(in_bin.sum()), 1e-300)
    first, last = _third(below / total), _third((below + in_bin) / total)
    third = first[bins]
    for b in np.flatnonzero(first != last):  # boundaries between thirds lie in two bins at most
        here = np.flatnonzero(bins == b)
        _, place = np.unique(values[here], return_inverse=True)
        group: Floats = np.bincount(place, people[here])
        # A group of equal incomes belongs where the middle of its people stands.
        middle = (below[b] + np.cumsum(group) - group + group / 2) / total
        third[here] = _third(middle)[place]
    return third.reshape(income.shape)


def _third(share: Floats) -> npt.NDArray[np.uint8]:
    return np.minimum((3 * share).astype(np.int64), 2).astype(np.uint8)
