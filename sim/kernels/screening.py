"""Finding the few among many: who is marked, where marks are set for many at a time.

Where something happens to hardly anybody in a month, a loop that asks everyone in turn spends its
time on branches that the processor guesses wrong. Words of luck are therefore compared in bulk with
what is likeliest for each, which costs no branch, and only who is marked is looked at.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.compile import long_rule

__all__ = ["CHUNK", "marked"]

CHUNK = 1024
"""Agents that are screened together: their words stay in the fastest cache."""

_BLOCK = np.uintp(32)


@long_rule
def marked(marks, first, last):
    """Marked places from `first` to before `last`; blocks without a mark are passed at once.

    Parameters
    ----------
    marks : (n,) uint8 array
        0 where there is no mark.
    first, last : int
        Not negative.

    Yields
    ------
    int
        In ascending order. The mark may be changed once its place has been given.
    """
    start, end = np.uintp(first), np.uintp(last)
    while start < end:
        stop = min(start + _BLOCK, end)
        has_mark = np.uint8(0)
        for i in range(start, stop):
            has_mark |= marks[i]
        if has_mark:
            for i in range(start, stop):
                if marks[i]:
                    yield np.int64(i)
        start = stop
