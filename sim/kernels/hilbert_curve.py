"""Hilbert's curve: an order of the cells of a grid that preserves closeness."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import kernel


@kernel
def hilbert_positions(out):
    """Write the position of each cell on a Hilbert curve through the grid, (rows, columns) int64.

    The curve (Hilbert 1891, Mathematische Annalen 38, 459-460) fills the smallest square that
    contains the grid and has a power of two of cells per side. Consecutive cells touch, except
    where the curve leaves the grid. Positions differ; `numpy.argsort` of the raveled array is the
    order of the cells.
    """
    rows, columns = out.shape
    side = 1
    while side < max(rows, columns):
        side *= 2
    for i in range(rows):
        for j in range(columns):
            y, x, position = np.int64(i), np.int64(j), np.int64(0)
            half = side // 2
            while half > 0:
                lower = 1 if y & half else 0
                right = 1 if x & half else 0
                position += half * half * ((3 * right) ^ lower)
                # Turn the quarter so that its curve starts where that of the previous one ends.
                if not lower:
                    if right:
                        x, y = side - 1 - x, side - 1 - y
                    x, y = y, x
                half //= 2
            out[i, j] = position
