"""Memory of memberships: last visits, and whose memberships end when people move."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import rule
from sim.kernels.machine.screening import BLOCK, lowest, marks_of_block, without_lowest

YEAR = 12
"""Months for which a visit is recalled."""


@rule
def forget_visits(people):
    """Let visits fade from the last year."""
    for i in range(np.uintp(people.recency.size)):
        # Numba adds bytes as words; cut back to a byte, many of them fit into a register.
        people.recency[i] = np.uint8(people.recency[i] - np.uint8(people.recency[i] > 0))


@rule
def replace_movers(youth):
    """Let nobody inherit the membership of somebody who left or turned 30."""
    n = np.uintp(youth.event.size)
    for start in range(np.uintp(0), n, BLOCK):
        bits = marks_of_block(youth.event, start, n)
        while bits:
            i, bits = start + lowest(bits), without_lowest(bits)
            youth.member_of[i] = youth.last_place[i] = -1


@rule
def note_visit(i, place, month, people):
    """Note this month's visit, and when the membership began."""
    if people.member_of[i] < 0:
        people.member_since[i] = month
    people.member_of[i] = people.last_place[i] = place
    people.recency[i] = YEAR
