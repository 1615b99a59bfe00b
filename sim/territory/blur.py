"""Blur a field with a short symmetric filter, to the bits of `scipy.ndimage.correlate1d`.

A country has 25 million cells. Here each axis is one pass over blocks of rows that fit into the
cache, with the sums of many cells side by side.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats, Ints
from sim.kernels.machine.compile import kernel

# Unsigned indices, as in `sim.kernels.smoothing`.
_0, _1, _2 = np.uintp(0), np.uintp(1), np.uintp(2)

_BLOCK = np.uintp(512)
"""Columns whose rows stay in the cache while they are added up."""


@kernel
def _blur_columns(field: Floats, place: Ints, weights: Floats, out: Floats) -> None:
    """Blur along the first axis; `place[reach + i]` is the row that stands for row i."""
    rows, columns = np.uintp(field.shape[0]), np.uintp(field.shape[1])
    reach = np.uintp(weights.size // 2)
    for i in range(_0, rows):
        for first in range(_0, columns, _BLOCK):
            last = min(first + _BLOCK, columns)
            for j in range(first, last):
                out[i, j] = field[i, j] * weights[reach]
            for k in range(reach % _2):  # from afar to near
                a, b = place[i], place[i + _2 * reach]
                for j in range(first, last):
                    out[i, j] += (field[a, j] + field[b, j]) * weights[k]
            for k in range(reach % _2, reach, _2):  # two at a time, to load half as many sums
                a, b = place[i + k], place[i + _2 * reach - k]
                c, d = place[i + k + _1], place[i + _2 * reach - k - _1]
                for j in range(first, last):
                    far = out[i, j] + (field[a, j] + field[b, j]) * weights[k]
                    out[i, j] = far + (field[c, j] + field[d, j]) * weights[k + _1]


@kernel
def _blur_rows(field: Floats, place: Ints, weights: Floats) -> None:
    """Blur along the second axis, in place; `place` is as in `_blur_columns`."""
    rows, columns = np.uintp(field.shape[0]), np.uintp(field.shape[1])
    reach = np.uintp(weights.size // 2)
    for i in range(rows):
        line, row = np.empty(place.size), field[i]
        for j in range(place.size):
            line[j] = row[place[j]]
        for j in range(_0, columns):
            row[j] = line[j + reach] * weights[reach]
        for k in range(reach % _2):
            for j in range(_0, columns):
                row[j] += (line[j] + line[j + _2 * reach]) * weights[k]
        for k in range(reach % _2, reach, _2):
            for j in range(_0, columns):
                far = row[j] + (line[j + k] + line[j + _2 * reach - k]) * weights[k]
                row[j] = far + (line[j + k + _1] + line[j + _2 * reach - k - _1]) * weights[k + _1]


def _mirrored(length: int, reach: int) -> Ints:
    """Return the line that stands for each line from -reach on: a repeated edge mirrors a field."""
    at = np.arange(-reach, length + reach) % (2 * length)
    return np.where(at < length, at, 2 * length - 1 - at)


def blurred(field: Floats, weights: Floats) -> Floats:
    """Return a field, (rows, columns), blurred along both axes by symmetric weights of odd length.

    Beyond an edge lies the mirror image of what is within.

    Examples
    --------
    >>> blurred(np.array([[0.0, 0.0, 6.0]]), np.array([0.25, 0.5, 0.25]))
    array([[0. , 1.5, 4.5]])
    """
    reach = weights.size // 2
    out = np.empty(field.shape)
    _blur_columns(field, _mirrored(field.shape[0], reach), weights, out)
    _blur_rows(out, _mirrored(field.shape[1], reach), weights)
    return out
