"""Uniform draws of the starting state."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.random import fill_uniform

_PART = 2**15


def uniform(seed: int, stream: int, n: int, k: int = 0, *, first: int = 0) -> Floats:
    """Return the k-th draws in (0, 1) of n agents or premises, by permanent id from `first` on."""
    out = np.empty(n)
    fill_uniform(seed, stream, 0, first, out, k)
    return out


def parts(n: int) -> Iterator[slice]:
    """Divide n rows into parts whose draws stay in the cache of a processor.

    Examples
    --------
    >>> list(parts(40_000))
    [slice(0, 32768, None), slice(32768, 40000, None)]
    """
    for first in range(0, n, _PART):
        yield slice(first, min(first + _PART, n))
