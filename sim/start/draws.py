"""Uniform draws of the starting state."""

from __future__ import annotations

import numpy as np

from sim.kernels.arrays import Floats
from sim.kernels.random import fill_uniform


def uniform(seed: int, stream: int, n: int, k: int = 0) -> Floats:
    """Return the k-th draws in (0, 1) of n agents or premises, by permanent id."""
    out = np.empty(n)
    fill_uniform(seed, stream, 0, 0, out, k)
    return out
