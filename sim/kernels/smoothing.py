"""Smoothing of many lines at once by a first-order recursion forwards and one backwards.

Along one axis, the sum of all values weighted by ratio**distance is such a pair of recursions:
exact, and at a cost that does not depend on the reach. A recursion is slow by itself, since each
step waits for the last, so WIDTH lines are taken together, as vectors. Columns lie side by side in
memory already; rows are transposed on the way in and out.
"""

from __future__ import annotations

import numpy as np
from numba import prange

from sim.kernels.compile import kernel, rule, shared_rule

__all__ = [
    "WIDTH",
    "bands_of",
    "decay_ratio",
    "lane_height",
    "smooth_columns",
    "smooth_rows",
    "smooth_some_rows",
]

# Lines that are smoothed together: a few vectors of independent recursions, which hides the latency
# of each, and few enough for a band of lines to stay in the cache.
WIDTH = 64

# Unsigned indices spare the compiler the case of negative ones, which count from the end in Python.
_0 = np.uintp(0)
_1 = np.uintp(1)
_2 = np.uintp(2)
_WIDTH = np.uintp(WIDTH)
_PAIR = np.uintp(2 * WIDTH)
# Columns that are transposed together: a cache line of float32.
_TILE = np.uintp(16)


@shared_rule
def lane_height(rows, cols):
    """Lines of WIDTH numbers that one thread needs to smooth a field: two bands of columns."""
    return 4 * max(rows, cols)


@kernel
def _smooth(pairs, n, ratio, smallest):
    """Smooth n places of WIDTH independent lines, by recursions forwards and backwards.

    Place i of all lines stands in ``pairs[2 WIDTH i:]``, first the values, then the result. Both in
    one array, at a distance that is known when compiling: the compiler needs no check that they do
    not overlap, and so makes vectors of the inner loops. A carry of at most `smallest` is dropped,
    for its product with the ratio would be denormal, at a hundred times the cost.
    """
    zero = pairs.dtype.type(0)
    n = np.uintp(n)
    if n == _0:
        return
    for j in range(_WIDTH):
        pairs[_WIDTH + j] = pairs[j]
    for i in range(_1, n):
        at = i * _PAIR
        for j in range(_WIDTH):
            carry = pairs[at - _WIDTH + j]
            pairs[at + _WIDTH + j] = pairs[at + j] + ratio * (carry if carry > smallest else zero)
    for i in range(_1, n):
        at = (n - _1 - i) * _PAIR
        for j in range(_WIDTH):
            carry = pairs[at + _PAIR + j]
            passed = ratio * (carry if carry > smallest else zero)
            pairs[at + j] += passed
            pairs[at + _WIDTH + j] += passed


@kernel
def smooth_some_rows(field, ratio, smallest, pairs, out):
    """Smooth up to WIDTH rows, through a transposed copy."""
    lines = np.uintp(field.shape[0])
    cols = np.uintp(field.shape[1])
    whole = cols - cols % _TILE
    for left in range(_0, whole, _TILE):
        for i in range(lines):
            for j in range(_TILE):
                pairs[(left + j) * _PAIR + i] = field[i, left + j]
    for i in range(lines):
        for j in range(whole, cols):
            pairs[j * _PAIR + i] = field[i, j]
    _smooth(pairs, cols, ratio, smallest)
    for left in range(_0, whole, _TILE):
        for i in range(lines):
            for j in range(_TILE):
                out[i, left + j] = pairs[(left + j) * _PAIR + _WIDTH + i]
    for i in range(lines):
        for j in range(whole, cols):
            out[i, j] = pairs[j * _PAIR + _WIDTH + i]


@kernel
def _smooth_some_columns(field, col, ratio, smallest, pairs, weight, is_first, out):
    """Smooth up to 2 WIDTH columns from `col`; `weight` times the result is written or added.

    Twice as many as are smoothed at once, since memory is slow where little of each row is read.
    """
    rows = np.uintp(field.shape[0])
    start = np.uintp(col)
    end = min(start + _PAIR, np.uintp(field.shape[1]))
    for i in range(rows):
        for col in range(start, end, _WIDTH):
            at = (col - start) * _2 * rows + i * _PAIR
            for j in range(min(_WIDTH, end - col)):
                pairs[at + j] = field[i, col + j]
    for col in range(start, end, _WIDTH):
        _smooth(pairs[(col - start) * _2 * rows :], rows, ratio, smallest)
    for i in range(rows):
        for col in range(start, end, _WIDTH):
            at = (col - start) * _2 * rows + i * _PAIR + _WIDTH
            if is_first:
                for j in range(min(_WIDTH, end - col)):
                    out[i, col + j] = weight * pairs[at + j]
            else:
                for j in range(min(_WIDTH, end - col)):
                    out[i, col + j] += weight * pairs[at + j]


@rule
def bands_of(lane, lanes, lines, width):
    """The bands of `width` lines that are a lane's: from `first` to before `last`."""
    bands = (lines + width - 1) // width
    return lane * bands // lanes, (lane + 1) * bands // lanes


@rule
def decay_ratio(decay, dtype):
    """What is left of an influence one cell further, and the least that is handed on."""
    ratio = dtype.type(np.exp(-decay))
    return ratio, np.finfo(dtype).tiny / ratio


@rule
def smooth_columns(field, decay, weight, is_first, out, work, lanes):
    """Smooth all columns, on as many threads as there are lanes: columns are independent."""
    ratio, smallest = decay_ratio(decay, field.dtype)
    factor = field.dtype.type(weight)
    for lane in prange(lanes):
        pairs = work[lane].reshape(-1)
        first, last = bands_of(lane, lanes, field.shape[1], 2 * WIDTH)
        for band in range(first, last):
            _smooth_some_columns(
                field, band * 2 * WIDTH, ratio, smallest, pairs, factor, is_first, out
            )


@rule
def smooth_rows(field, decay, out, work, lanes):
    """Smooth all rows, on as many threads as there are lanes: rows are independent."""
    ratio, smallest = decay_ratio(decay, field.dtype)
    for lane in prange(lanes):
        pairs = work[lane].reshape(-1)
        first, last = bands_of(lane, lanes, field.shape[0], WIDTH)
        for band in range(first, last):
            rows = slice(band * WIDTH, (band + 1) * WIDTH)
            smooth_some_rows(field[rows], ratio, smallest, pairs, out[rows])
