"""Thirds of residents by the income of their cells, among whom benefits are compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.kernels.arrays import Floats


def income_thirds(income: npt.NDArray[Any], residents: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return the third of each cell: 0 poorest, 1 middle, 2 richest; arrays of any one shape.

    A third holds about a third of the residents; cells with equal incomes are in the same one.

    Examples
    --------
    >>> income_thirds(np.array([3.0, 1.0, 2.0, 1.0]), np.array([10, 5, 10, 5]))
    array([2, 0, 1, 0], dtype=uint8)
    """
    _, place = np.unique(income.astype(np.float64), return_inverse=True)
    people: Floats = np.bincount(place.ravel(), residents.ravel().astype(np.float64))
    below = np.cumsum(people) - people
    # A group of equal incomes belongs where the middle of its people stands.
    middle = (below + people / 2) / max(float(people.sum()), 1e-300)
    third = np.minimum((3 * middle).astype(np.int64), 2)
    return third[place].reshape(income.shape).astype(np.uint8)
