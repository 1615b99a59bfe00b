"""Seats of third places: the users of each, members who stay and those who are let in.

Members who stay keep their seats. Others are let in, in the order of the list of visitors, while
there is room for their use of a seat. Where seats have closed, the newest members lose theirs.
Travelling facilitators have no seats, and meet all who come.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import rule
from sim.kernels.visitors import ENTREPRENEUR, OFFICIAL, WORKER, YOUTH, unpack

_TO_SPARE = 1e-9  # seats: sums of shares are rounded


@rule
def seat_use(kind, p):
    """Return the share of a seat that a member of a kind uses."""
    if kind == YOUTH:
        return p.seat_use_youth
    if kind == ENTREPRENEUR:
        return p.seat_use_holders
    return p.seat_use_officials if kind == OFFICIAL else p.seat_use_workers


@rule
def _keeps_seat(kind, i, youth, entrepreneur, official, worker):
    """Return whether a visitor has stayed a member since last month."""
    if kind == YOUTH:
        return youth.member_of[i] >= 0
    if kind == ENTREPRENEUR:
        return entrepreneur.member_of[i] >= 0
    if kind == OFFICIAL:
        return official.member_of[i] >= 0
    return worker.member_of[i] >= 0


@rule
def _member_since(kind, i, youth, entrepreneur, official, worker):
    """Return the month in which a member joined."""
    if kind == YOUTH:
        return youth.member_since[i]
    if kind == ENTREPRENEUR:
        return entrepreneur.member_since[i]
    return official.member_since[i] if kind == OFFICIAL else worker.member_since[i]


@rule
def _set_membership(kind, i, place, youth, entrepreneur, official, worker):
    """Make somebody a member of a place, or of none (-1)."""
    if kind == YOUTH:
        youth.member_of[i] = place
    elif kind == ENTREPRENEUR:
        entrepreneur.member_of[i] = place
    elif kind == OFFICIAL:
        official.member_of[i] = place
    else:
        worker.member_of[i] = place


@rule
def seat_members(count, youth, entrepreneur, official, worker, third_place, visitor, p):
    """Keep a seat for members who stay; where seats have closed, the newest members lose theirs."""
    third_place.seats_used[:] = 0.0
    for v in range(count):
        place, kind, i = unpack(v, visitor)
        if _keeps_seat(kind, i, youth, entrepreneur, official, worker):
            third_place.seats_used[place] += seat_use(kind, p)
    for place in range(third_place.is_open.size):
        seats = third_place.seats[place] + _TO_SPARE
        while third_place.seats_used[place] > seats and not third_place.is_mobile[place]:
            newest, latest = -1, np.iinfo(np.int32).min
            for v in range(count):
                there, kind, i = unpack(v, visitor)
                if there == place and _keeps_seat(kind, i, youth, entrepreneur, official, worker):
                    since = _member_since(kind, i, youth, entrepreneur, official, worker)
                    if since >= latest:
                        newest, latest = v, since
            _, kind, i = unpack(newest, visitor)
            _set_membership(kind, i, -1, youth, entrepreneur, official, worker)
            third_place.seats_used[place] -= seat_use(kind, p)


@rule
def let_in(count, youth, entrepreneur, official, worker, third_place, visitor, p):
    """Admit candidates of the sorted list up to the seats; count users by kind, and newcomers."""
    third_place.users[:] = 0
    third_place.holders[:] = 0
    third_place.workers[:] = 0
    third_place.joined[:] = 0
    kept = 0
    for v in range(count):
        place, kind, i = unpack(v, visitor)
        if not _keeps_seat(kind, i, youth, entrepreneur, official, worker):
            used = third_place.seats_used[place] + seat_use(kind, p)
            if used > third_place.seats[place] + _TO_SPARE and not third_place.is_mobile[place]:
                continue
            third_place.seats_used[place] = used
            third_place.joined[place] += 1
        third_place.users[place] += 1
        third_place.holders[place] += kind == ENTREPRENEUR
        third_place.workers[place] += kind == WORKER
        visitor.key[kept], visitor.agent[kept] = visitor.key[v], visitor.agent[v]
        kept += 1
    return kept
