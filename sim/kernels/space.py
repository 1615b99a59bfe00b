"""Fields over the cells of a territory: spatial interaction, neighbourhoods, deposits.

Distances are measured along streets, |dx| + |dy| in cells. An influence that decays as
exp(-decay (|dx| + |dy|)) is separable, and along one axis it is a first-order recursion forwards
plus one backwards. So its sum over all cells is *exact* at a cost that depends on the number of
cells only: there is no cut-off radius. A sum of a few such exponentials stands for other distance
decays (`sim.kernels.distance_decay`).
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.compile import kernel

__all__ = [
    "decay_potential",
    "deposit",
    "deposit_where",
    "exponential_potential",
    "huff_flows",
    "huff_work_shape",
    "neighbourhood_sum",
    "potential_work_shape",
]

# Columns that are smoothed together: a few vectors of independent recursions, which hides the
# latency of each, and narrow enough for a block of columns to stay in the cache.
WIDTH = 64


def potential_work_shape(rows, cols, lanes=1):
    """Shape of the scratch array of `decay_potential`, of the dtype of the field.

    Parameters
    ----------
    rows, cols : int
        Shape of the field.
    lanes : int
        How many threads can share the work; more than one is of use to the parallel twin only.

    Returns
    -------
    tuple of int
    """
    return lanes, 2 * max(rows, cols) + 1, WIDTH


def huff_work_shape(rows, cols, components=1, lanes=1):
    """Shape of the scratch array of `huff_flows`, of the dtype of the fields.

    Parameters
    ----------
    rows, cols : int
        Shape of the fields.
    components : int
        Number of exponentials in the distance decay.
    lanes : int
        How many threads can share the work; more than one is of use to the parallel twin only.

    Returns
    -------
    tuple of int
    """
    height = 2 * max(rows, cols) + 1
    fields = -(-2 * rows * cols // (height * WIDTH))
    return lanes + fields, height, WIDTH


def exponential_potential(field, decay):
    """Sum of a field over all cells, weighted by exp(-decay (|dx| + |dy|)).

    Parameters
    ----------
    field : (rows, cols) array of float32 or float64
    decay : float
        Decay per cell of distance, above 0.

    Returns
    -------
    (rows, cols) array
        Of the dtype of the field. A cell's own value has the weight 1.

    Raises
    ------
    ValueError
        If `decay` is not above 0, or `field` is not a two-dimensional array of floats.

    Examples
    --------
    >>> import numpy as np
    >>> exponential_potential(np.array([[1.0, 0.0, 0.0]]), np.log(2.0)).round(6)
    array([[1.  , 0.5 , 0.25]])
    """
    field = np.ascontiguousarray(field)
    if field.ndim != 2 or field.dtype not in (np.float32, np.float64):
        raise ValueError("field must be a two-dimensional array of float32 or float64")
    if not decay > 0.0:
        raise ValueError(f"decay must be above 0 per cell, not {decay}")
    out = np.empty_like(field)
    decay_potential(
        field, float(decay), out, np.empty(potential_work_shape(*field.shape), field.dtype)
    )
    return out


@kernel
def _smooth(block, width, ratio, smallest, forward, out):
    """Recursions forwards and backwards along the leading axis, for `width` columns at once."""
    n = block.shape[0]
    carry = forward[n]
    zero = ratio * 0
    for j in range(width):
        carry[j] = zero
    for i in range(n):
        for j in range(width):
            v = carry[j]
            v = block[i, j] + (ratio * v if v > smallest else zero)
            carry[j] = v
            forward[i, j] = v
    for j in range(width):
        carry[j] = zero
    for i in range(n - 1, -1, -1):
        for j in range(width):
            v = carry[j]
            v = ratio * v if v > smallest else zero
            carry[j] = block[i, j] + v
            out[i, j] = forward[i, j] + v


@kernel
def _smooth_rows(field, row, ratio, smallest, work, out):
    """Smooth WIDTH rows from `row` along the rows, through a transposed copy."""
    rows, cols = field.shape
    width = min(WIDTH, rows - row)
    forward = work[cols:]
    for i in range(width):
        for j in range(cols):
            work[j, i] = field[row + i, j]
    block = work[:cols]
    _smooth(block, width, ratio, smallest, forward, block)
    for i in range(width):
        for j in range(cols):
            out[row + i, j] = work[j, i]


@kernel
def decay_potential(field, decay, out, scratch):
    """Sum of a field over all cells, weighted by exp(-decay (|dx| + |dy|)), without allocating.

    Parameters
    ----------
    field : (rows, cols) array of float32 or float64
    decay : float
        Decay per cell of distance, above 0.
    out : (rows, cols) array
        Of the dtype of the field; may be the field itself.
    scratch : array
        Of shape `potential_work_shape` and the dtype of the field.
    """
    rows, cols = field.shape
    ratio = field.dtype.type(np.exp(-decay))
    smallest = np.finfo(field.dtype).tiny / ratio
    lanes = scratch.shape[0]
    n = (rows + WIDTH - 1) // WIDTH
    for lane in prange(lanes):
        for b in range(lane * n // lanes, (lane + 1) * n // lanes):
            _smooth_rows(field, b * WIDTH, ratio, smallest, scratch[lane], out)
    n = (cols + WIDTH - 1) // WIDTH
    for lane in prange(lanes):
        for b in range(lane * n // lanes, (lane + 1) * n // lanes):
            column = b * WIDTH
            block = out[:, column : column + WIDTH]
            _smooth(block, block.shape[1], ratio, smallest, scratch[lane], block)


@kernel
def huff_flows(attraction, demand, decays, weights, outside, revenue_per_attraction, access, work):
    """Share the money of all cells among the shops of all cells, and the world outside.

    Huff's model: of its `demand`, a cell spends in each shop in proportion to the shop's attraction,
    lowered by a distance decay f, and outside in proportion to `outside`:

        access = sum over cells of attraction f(distance)
        revenue of a shop = its attraction * sum over cells of f(distance) demand / (access + outside)

    Where nothing can be reached (access + outside is 0, or so small that the quotient would leave
    the range of the dtype) all money goes outside.

    Parameters
    ----------
    attraction : (rows, cols) array of float32 or float64
        Summed attraction of the shops of each cell, not negative.
    demand : (rows, cols) array
        Money to spend in each cell, not negative.
    decays : (K,) float64 array
        Distance decays per cell of the components of f, above 0.
    weights : (K,) float64 array
        Weights of the components of f, above 0.
    outside : float
        Attraction of the world outside as felt in each cell, in the unit of `attraction`.
    revenue_per_attraction : (rows, cols) array
        Written: money spent per unit of attraction in a shop of each cell.
    access : (rows, cols) array
        Written: attraction that can be reached from each cell.
    work : array
        Scratch of shape `huff_work_shape`.

    Returns
    -------
    kept, leaked : float
        Money spent in the shops, and outside. Each is computed on its own; they add up to the demand.

    References
    ----------
    Huff, D. L. (1964). Defining and estimating a trading area. Journal of Marketing 28(3), 34-38.
    """
    rows, cols = attraction.shape
    scratch = work[:1]
    flat = work[1:].reshape(-1)
    term = flat[: rows * cols].reshape(rows, cols)
    spending = flat[rows * cols : 2 * rows * cols].reshape(rows, cols)
    real = attraction.dtype.type
    access[:] = real(0)
    revenue_per_attraction[:] = real(0)
    for k in range(decays.size):
        decay_potential(attraction, decays[k], term, scratch)
        for i in range(rows):
            for j in range(cols):
                access[i, j] += real(weights[k]) * term[i, j]
    floor = np.sqrt(np.finfo(attraction.dtype).tiny)
    leaked = 0.0
    for i in range(rows):
        for j in range(cols):
            reach = access[i, j] + real(outside)
            if reach > demand[i, j] * floor:
                spending[i, j] = demand[i, j] / reach
                leaked += real(outside) * spending[i, j]
            else:
                spending[i, j] = real(0)
                leaked += demand[i, j]
    for k in range(decays.size):
        decay_potential(spending, decays[k], term, scratch)
        for i in range(rows):
            for j in range(cols):
                revenue_per_attraction[i, j] += real(weights[k]) * term[i, j]
    kept = 0.0
    for i in range(rows):
        for j in range(cols):
            kept += attraction[i, j] * revenue_per_attraction[i, j]
    return kept, leaked


@kernel
def neighbourhood_sum(values, radius, out, work):
    """Sum over the square of (2 radius + 1)**2 cells around each cell, zero outside the grid.

    Parameters
    ----------
    values : (rows, cols) array
    radius : int
        In cells, not negative; 1 is the Moore neighbourhood with its centre.
    out : (rows, cols) array
        Not the array of the values.
    work : (rows, cols) array
        Scratch of the dtype of `out`.
    """
    rows, cols = values.shape
    for i in range(rows):
        for j in range(cols):
            total = out[i, j] * 0
            for b in range(max(j - radius, 0), min(j + radius + 1, cols)):
                total += values[i, b]
            work[i, j] = total
    for i in range(rows):
        for j in range(cols):
            out[i, j] = 0
        for a in range(max(i - radius, 0), min(i + radius + 1, rows)):
            for j in range(cols):
                out[i, j] += work[a, j]


@kernel
def deposit(cell_row, values, out):
    """Add up the values of agents in their cells.

    Parameters
    ----------
    cell_row : (n,) int32 array
        The cell of each agent, as an index into the flattened field; negative on no cell.
    values : (n,) array
    out : (rows, cols) array
        Overwritten.
    """
    cells = out.reshape(-1)
    for c in range(cells.size):
        cells[c] = 0
    for i in range(cell_row.size):
        if cell_row[i] >= 0:
            cells[cell_row[i]] += values[i]


@kernel
def deposit_where(is_counted, cell_row, values, out):
    """Add up the values of those agents that are counted in their cells.

    Parameters
    ----------
    is_counted : (n,) bool array
    cell_row : (n,) int32 array
        The cell of each agent, as an index into the flattened field; negative on no cell.
    values : (n,) array
    out : (rows, cols) array
        Overwritten.
    """
    cells = out.reshape(-1)
    for c in range(cells.size):
        cells[c] = 0
    for i in range(cell_row.size):
        if is_counted[i] and cell_row[i] >= 0:
            cells[cell_row[i]] += values[i]
