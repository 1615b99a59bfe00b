"""The list of visitors of third places: a key of place and turn, and who each of them is."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import rule

YOUTH, ENTREPRENEUR, OFFICIAL, WORKER = np.arange(4)  # typed: one compilation for all kinds
"""Kinds of visitors."""

_32 = np.uint64(32)


@rule
def enter(v, place, turn, kind, i, visitor):
    """Write somebody, of a kind and in its row, to a position of the list.

    Sorted by key, the list is in the order of places, then of turns, a random word each.
    """
    visitor.key[v] = (np.uint64(place) << _32) | np.uint64(turn)
    visitor.agent[v] = (kind << 32) | np.int64(i)


@rule
def unpack(v, visitor):
    """Return place, kind and row of the visitor at a position of the list."""
    agent = visitor.agent[v]
    return np.int64(visitor.key[v] >> _32), agent >> 32, agent & 0xFFFFFFFF
