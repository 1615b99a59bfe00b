"""A small-world network of acquaintances, mostly neighbours, some farther away within a reach.

It follows Watts and Strogatz (1998), doi:10.1038/30918, with the plane instead of their ring:
neighbours in an order that preserves closeness, rewired to anybody within a reach.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.random import stream_key, uniform, word

_TRIES = 32
"""Draws from a square to find somebody within the circle: all fail once in 1e20."""


@rule
def _people(before, top, bottom, left, right):
    """Count people in a rectangle of cells from the sums over all cells above and to the left."""
    return (
        before[bottom + 1, right + 1]
        - before[top, right + 1]
        - before[bottom + 1, left]
        + before[top, left]
    )


@rule
def _somebody(before, first, y, x, radius, luck):
    """Draw one of all people in the square of cells around a cell, with equal probability."""
    rows, columns = first.shape
    top, bottom = max(y - radius, 0), min(y + radius, rows - 1)
    left, right = max(x - radius, 0), min(x + radius, columns - 1)
    rank = np.int64(luck * _people(before, top, bottom, left, right))
    low, high = top, bottom
    while low < high:
        middle = (low + high) // 2
        if _people(before, top, middle, left, right) > rank:
            high = middle
        else:
            low = middle + 1
    row = low
    if row > top:
        rank -= _people(before, top, row - 1, left, right)
    low, high = left, right
    while low < high:
        middle = (low + high) // 2
        if _people(before, row, row, left, middle) > rank:
            high = middle
        else:
            low = middle + 1
    if low > left:
        rank -= _people(before, row, row, left, low - 1)
    return first[row, low] + rank


@kernel
def small_world(seed, process, ids, y, x, people_before, first, reach, is_rewired, out):
    """Write everybody's acquaintances: rows of m different people, ascending, int32.

    People of one cell, whose row and column are y and x, are consecutive, followed by those of an
    adjacent cell. `people_before`, (rows + 1, columns + 1), counts people in all cells above and to
    the left, and `first`, (rows, columns), is the first person of each cell; both are int64.
    `reach` is the largest distance of acquaintances, in cells. `is_rewired`, (n, m) uint8, is 1 to
    replace the neighbour in the order by anybody within the reach. A row is filled up with oneself
    if fewer are in reach. Seed and process are as in `sim.kernels.random.stream_key`, ids are
    permanent.
    """
    n, m = out.shape
    radius = np.int64(min(reach, np.float64(max(first.shape))))
    k0, k1 = stream_key(seed, process, 0)
    for i in prange(n):
        for a in range(m):
            other = i + a - m // 2
            if a >= m // 2:
                other += 1
            out[i, a] = -1
            if other < 0 or other >= n or is_rewired[i, a]:
                continue
            if (y[i] - y[other]) ** 2 + (x[i] - x[other]) ** 2 <= reach * reach:
                out[i, a] = other
        for a in range(m):
            if out[i, a] >= 0:
                continue
            for attempt in range(_TRIES):
                luck = uniform(word(k0, k1, ids[i], a * _TRIES + attempt))
                other = _somebody(people_before, first, y[i], x[i], radius, luck)
                away = (y[i] - y[other]) ** 2 + (x[i] - x[other]) ** 2
                is_new = other != i and away <= reach * reach
                for b in range(m):
                    is_new &= out[i, b] != other
                if is_new:
                    out[i, a] = other
                    break
        found = 0
        for a in range(m):
            other = out[i, a]
            if other < 0:
                continue
            # Insert it in order among those found so far.
            b = found
            while b > 0 and out[i, b - 1] > other:
                out[i, b] = out[i, b - 1]
                b -= 1
            out[i, b] = other
            found += 1
        for a in range(found, m):
            out[i, a] = i


@kernel
def list_who_knows(neighbour, known_by, known_by_end):
    """List the people who know each person, since acquaintance need not be mutual.

    `neighbour`, (n, m), is that of `small_world`. `known_by`, (n, m), flattened, gets rows of those
    who know the first person, ascending, then of those who know the second, and so on; then -1.
    `known_by_end`, (n,), gets the end of each person's section, which starts at the end of the
    previous one. All are int32.
    """
    n, m = neighbour.shape
    listed = known_by.reshape(-1)
    listed[:] = -1
    known_by_end[:] = 0
    for i in range(n):
        for a in range(m):
            if neighbour[i, a] != i:
                known_by_end[neighbour[i, a]] += 1
    before = 0
    for i in range(n):
        knowing = known_by_end[i]
        known_by_end[i] = before
        before += knowing
    for i in range(n):
        for a in range(m):
            other = neighbour[i, a]
            if other != i:
                listed[known_by_end[other]] = i
                known_by_end[other] += 1
