"""Smooth all rows or columns of a field by a forward and a backward recursion.

Along one axis, the sum of all values weighted by ratio**distance is such a pair of recursions:
exact, and at a cost independent of the reach. A single recursion is slow, since each step waits for
the last, so WIDTH lines are processed together as vectors, or NARROW if they are long. Columns are
adjacent in memory already; rows are transposed on the way in and out.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.machine.compile import kernel, rule, shared_rule
from sim.kernels.machine.recursion import NARROW, WIDTH, smooth_lines
from sim.kernels.machine.transposition import TILE, transpose_tile

# Unsigned indices spare the compiler the case of negative ones, which count from the end in Python.
_0 = np.uintp(0)
_WIDTH, _NARROW = np.uintp(WIDTH), np.uintp(NARROW)
_TILE = np.uintp(TILE)

LONGEST = 96
"""Places up to which WIDTH lines and what is kept of them fit into a first-level cache of 48 KB."""


@shared_rule
def lane_height(rows, cols):
    """Return the lines of WIDTH numbers that one thread needs to smooth a field."""
    return 2 * max(rows, cols)


@rule
def _lines_together(places):
    """Return how many lines to smooth together: fewer if they would not fit into a cache."""
    return _WIDTH if places <= LONGEST else _NARROW


@rule
def _smooth_lines(width, values, at, step, places, ratio, smallest, weight, forwards):
    if width == _WIDTH:
        smooth_lines(WIDTH, values, at, step, places, ratio, smallest, weight, forwards)
    else:
        smooth_lines(NARROW, values, at, step, places, ratio, smallest, weight, forwards)


@kernel
def _smooth_rows_together(field, width, ratio, smallest, lane, out):
    """Smooth up to `width` rows, through a transposed copy."""
    lines = np.uintp(field.shape[0])
    cols = np.uintp(field.shape[1])
    values, smoothed = field.reshape(-1), out.reshape(-1)
    columns, forwards = lane[: cols * width], lane[cols * width :]
    whole_lines = lines - lines % _TILE
    whole = cols - cols % _TILE
    ragged = lines if whole_lines < lines or whole < cols else _0  # lines with numbers in no tile
    for i in range(_0, whole_lines, _TILE):
        for j in range(_0, whole, _TILE):
            transpose_tile(values, i * cols + j, cols, columns, j * width + i, width)
    for i in range(ragged):
        for j in range(whole if i < whole_lines else _0, cols):
            columns[j * width + i] = field[i, j]
    one = field.dtype.type(1)
    _smooth_lines(width, columns, _0, width, cols, ratio, smallest, one, forwards)
    for i in range(_0, whole_lines, _TILE):
        for j in range(_0, whole, _TILE):
            transpose_tile(columns, j * width + i, width, smoothed, i * cols + j, cols)
    for i in range(ragged):
        for j in range(whole if i < whole_lines else _0, cols):
            out[i, j] = columns[j * width + i]


@kernel
def smooth_some_rows(field, ratio, smallest, lane, out):
    """Smooth up to WIDTH rows; `out` may be the field itself."""
    width = _lines_together(field.shape[1])
    for first in range(_0, np.uintp(field.shape[0]), width):
        rows = slice(first, first + width)
        _smooth_rows_together(field[rows], width, ratio, smallest, lane, out[rows])


@kernel
def _smooth_columns_together(field, first, width, ratio, smallest, weight, lane):
    """Smooth up to `width` columns from `first`, in place, or in a copy if there are fewer."""
    rows, cols = np.uintp(field.shape[0]), np.uintp(field.shape[1])
    columns, forwards = lane[: rows * width], lane[rows * width :]
    if first + width <= cols:
        _smooth_lines(
            width, field.reshape(-1), first, cols, rows, ratio, smallest, weight, forwards
        )
        return
    for i in range(rows):
        for j in range(cols - first):
            columns[i * width + j] = field[i, first + j]
    _smooth_lines(width, columns, _0, width, rows, ratio, smallest, weight, forwards)
    for i in range(rows):
        for j in range(cols - first):
            field[i, first + j] = columns[i * width + j]


@kernel
def _smooth_some_columns(field, band, ratio, smallest, weight, lane):
    """Smooth the columns of a band in place."""
    width = _lines_together(field.shape[0])
    start = np.uintp(band) * _WIDTH
    for first in range(start, min(start + _WIDTH, np.uintp(field.shape[1])), width):
        _smooth_columns_together(field, first, width, ratio, smallest, weight, lane)


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
            _smooth_some_columns(field, band, ratio, smallest, factor, work[lane].reshape(-1))


@rule
def smooth_rows(field, decay, out, work, lanes):
    """Smooth all rows, on as many threads as lanes."""
    ratio, smallest = decay_ratio(decay, field.dtype)
    for lane in prange(lanes):
        first, last = bands_of(lane, lanes, field.shape[0])
        for band in range(first, last):
            rows = slice(band * WIDTH, (band + 1) * WIDTH)
            smooth_some_rows(field[rows], ratio, smallest, work[lane].reshape(-1), out[rows])
