"""Counts of people kept in bytes, of which many fit into a register.

Numba adds bytes as words. Here they are cut back to a byte after each addition, and added to the
total before a byte overflows, every 128 people.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import rule


@rule
def add_by_group(group, is_present, is_active, row, at_present, at_active):
    """Add people present, and active ones, to a row of counts by one of three groups."""
    for start in range(0, group.size, 128):
        first = second = third = active_first = active_second = active_third = np.uint8(0)
        for y in range(np.uintp(start), np.uintp(min(start + 128, group.size))):
            g, here, active = group[y], is_present[y], is_active[y]
            first = np.uint8(first + (np.uint8(g == 0) & here))
            second = np.uint8(second + (np.uint8(g == 1) & here))
            third = np.uint8(third + (np.uint8(g == 2) & here))
            active_first = np.uint8(active_first + (np.uint8(g == 0) & active))
            active_second = np.uint8(active_second + (np.uint8(g == 1) & active))
            active_third = np.uint8(active_third + (np.uint8(g == 2) & active))
        row[at_present] += first
        row[at_present + 1] += second
        row[at_present + 2] += third
        row[at_active] += active_first
        row[at_active + 1] += active_second
        row[at_active + 2] += active_third


@rule
def times(what, event):
    """Return how often a code is among bytes."""
    total = 0
    for start in range(0, event.size, 128):
        here = np.uint8(0)
        for y in range(np.uintp(start), np.uintp(min(start + 128, event.size))):
            here = np.uint8(here + np.uint8(event[y] == what))
        total += int(here)
    return total


@rule
def how_many_positive(counts):
    """Return how many bytes are above 0."""
    total = 0
    for first in range(0, counts.size, 128):
        here = np.uint8(0)
        for i in range(np.uintp(first), np.uintp(min(first + 128, counts.size))):
            here = np.uint8(here + np.uint8(counts[i] > 0))
        total += int(here)
    return total
