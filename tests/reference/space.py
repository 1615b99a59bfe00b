"""Spatial kernels as sums over all pairs of cells, in float64: slow and readable."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float64]


def street_distance(n: int) -> Field:
    """Distances between n places in a line, in cells."""
    place = np.arange(n)
    return np.abs(place[:, None] - place[None, :]).astype(np.float64)


def exponential_potential(field: npt.ArrayLike, decay: float) -> Field:
    """Sum over all cells, weighted by exp(-decay (|dx| + |dy|)): a matrix for each axis."""
    field = np.asarray(field, np.float64)
    rows, cols = field.shape
    over_rows = np.exp(-decay * street_distance(rows))
    over_cols = np.exp(-decay * street_distance(cols))
    return over_rows @ field @ over_cols


def smooth_line(
    values: npt.NDArray[np.floating], ratio: float, smallest: float, weight: float
) -> npt.NDArray[np.floating]:
    """Sums weighted by weight x ratio**distance along a line, with carries dropped when small."""
    number = values.dtype.type

    def carried(line: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
        """Sum carried to each place from those before it."""
        reaching = np.zeros_like(line)
        for i in range(1, line.size):
            carry = line[i - 1] + reaching[i - 1]
            reaching[i] = number(ratio) * (carry if carry > number(smallest) else number(0))
        return reaching

    from_left, from_right = carried(values), carried(values[::-1])[::-1]
    return number(weight) * ((values + from_left) + from_right)


def huff_flows(
    attraction: npt.ArrayLike,
    demand: npt.ArrayLike,
    decays: npt.ArrayLike,
    weights: npt.ArrayLike,
    outside: float,
) -> tuple[Field, Field, float, float]:
    """Revenue per attraction, access, money kept and leaked, from the matrix of all shares."""
    attraction = np.asarray(attraction, np.float64)
    demand = np.asarray(demand, np.float64).ravel()
    rows, cols = attraction.shape
    y, x = np.divmod(np.arange(rows * cols), cols)
    distance = np.abs(y[:, None] - y) + np.abs(x[:, None] - x)
    influence = sum(
        weight * np.exp(-decay * distance)
        for decay, weight in zip(np.ravel(decays), np.ravel(weights), strict=True)
    )
    pull = influence * attraction.ravel()  # of each cell's shops (columns) on each cell (rows)
    access = pull.sum(axis=1)
    reach = access + outside
    is_reached = reach > 0
    per_reach = np.divide(demand, reach, out=np.zeros_like(demand), where=is_reached)
    kept = (pull * per_reach[:, None]).sum()
    leaked = (outside * per_reach).sum() + demand[~is_reached].sum()
    revenue_per_attraction = influence.T @ per_reach
    return (
        revenue_per_attraction.reshape(rows, cols),
        access.reshape(rows, cols),
        float(kept),
        float(leaked),
    )
