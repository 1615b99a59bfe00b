"""Smooth all rows or columns of a field by a forward and a backward recursion.

Along one axis, the sum of all values weighted by ratio**distance is such a pair of recursions:
exact, and at a cost independent of the reach. A single recursion is slow, since each step waits for
the last, so WIDTH lines are processed together as vectors. Columns are adjacent in memory already;
rows are transposed on the way in and out.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.machine.compile import kernel, rule, shared_rule
from sim.kernels.machine.recursion import WIDTH, smooth_lines
from sim.kernels.machine.transposition import TILE, transpose_tile

# Unsigned indices spare the compiler the case of negative ones, which count from the end in Python.
_0 = np.uintp(0)
_WIDTH = np.uintp(WIDTH)
_TILE = np.uintp(TILE)


@shared_rule
def lane_height(rows, cols):
    """Return the lines of WIDTH numbers that one thread needs to smooth a field."""
    return 2 * max(rows, cols)


@kernel
def smooth_some_rows(field, ratio, smallest, lane, out):
    """Smooth up to WIDTH rows, through a transposed copy; `out` may be the field itself."""
    lines = np.uintp(field.shape[0])
    cols = np.uintp(field.shape[1])
    values, smoothed = field.reshape(-1), out.reshape(-1)
    columns, forwards = lane[: cols * _WIDTH], lane[cols * _WIDTH :]
    whole_lines = lines - lines % _TILE
    whole = cols - cols % _TILE
    for i in range(_0, whole_lines, _TILE):
        for j in range(_0, whole, _TILE):
            transpose_tile(values, i * cols + j, cols, columns, j * _WIDTH + i, _WIDTH)
    for i in range(lines):
        for j in range(whole if i < whole_lines else _0, cols):
            columns[j * _WIDTH + i] = field[i, j]
    smooth_lines(columns, _0, _WIDTH, cols, ratio, smallest, field.dtype.type(1), forwards)
    for i in range(_0, whole_lines, _TILE):
        for j in range(_0, whole, _TILE):
            transpose_tile(columns, j * _WIDTH + i, _WIDTH, smoothed, i * cols + j, cols)
    for i in range(lines):
        for j in range(whole if i < whole_lines else _0, cols):
            out[i, j] = columns[j * _WIDTH + i]


@kernel
def _smooth_some_columns(field, first, ratio, smallest, weight, lane):
    """Smooth up to WIDTH columns from `first`, in place, or in a copy if there are fewer."""
    rows, cols = np.uintp(field.shape[0]), np.uintp(field.shape[1])
    columns, forwards = lane[: rows * _WIDTH], lane[rows * _WIDTH :]
    start = np.uintp(first)
    if start + _WIDTH <= cols:
        smooth_lines(field.reshape(-1), start, cols, rows, ratio, smallest, weight, forwards)
        return
    for i in range(rows):
        for j in range(cols - start):
            columns[i * _WIDTH + j] = field[i, start + j]
    smooth_lines(columns, _0, _WIDTH, rows, ratio, smallest, weight, forwards)
    for i in range(rows):
        for j in range(cols - start):
            field[i, start + j] = columns[i * _WIDTH + j]


@rule
def bands_of(lane, lanes, lines):
    """Return the range of bands of WIDTH lines of a lane: from `first` to before `last`."""
    bands = (lines + WIDTH - 1) // WIDTH
    return lane * bands // lanes, (lane + 1) * bands // lanes


@rule
def decay_ratio(decay, dtype):
    """Return the decay over one cell and the smallest carry to keep."""
    ratio = dtype.type(np.exp(-decay))
    return ratio, np.finfo(dtype).tiny / ratio


@rule
def smooth_columns(field, decay, weight, work, lanes):
    """Smooth all columns in place and multiply by `weight`, on as many threads as lanes."""
    ratio, smallest = decay_ratio(decay, field.dtype)
    factor = field.dtype.type(weight)
    for lane in prange(lanes):
        first, last = bands_of(lane, lanes, field.shape[1])
        for band in range(first, last):
            _smooth_some_columns(
                field, band * WIDTH, ratio, smallest, factor, work[lane].reshape(-1)
            )


@rule
def smooth_rows(field, decay, out, work, lanes):
    """Smooth all rows, on as many threads as lanes."""
    ratio, smallest = decay_ratio(decay, field.dtype)
    for lane in prange(lanes):
        first, last = bands_of(lane, lanes, field.shape[0])
        for band in range(first, last):
            rows = slice(band * WIDTH, (band + 1) * WIDTH)
            smooth_some_rows(field[rows], ratio, smallest, work[lane].reshape(-1), out[rows])
