"""Visitors of the month: members of third places who stay, and others who want to join."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import BLOCK, CHUNK, lowest, marks_of_block, without_lowest
from sim.kernels.memberships import YEAR
from sim.kernels.project_codes import IDEA, RUNNING
from sim.kernels.random import fill_words_of, stream_key, uniform, word
from sim.kernels.visitors import ENTREPRENEUR, WORKER, YOUTH, enter

_CLEAR_OF_ROUNDING = np.float32(2.0**31 * (1.0 + 2.0**-20))  # of 31 bits

# Decision indices: two of each kind every month. Those of workers stand apart, and those of
# `sim.kernels.place_choice`.
_WORKER_TURNS = 1 << 22


@rule
def member_share(visits, pull, readiness):
    """Return the share of the time for which somebody would be a member."""
    return min(visits * pull * readiness, 1.0)


@rule
def joining_probability(share, leaving):
    """Return the monthly probability of joining that keeps a share of the time as a member.

    Members leave with a monthly probability, and may join again at once.
    """
    return share * leaving / (1.0 - share * (1.0 - leaving))


@rule
def remote_growth(month, p):
    """Return the number of remote workers relative to the first month."""
    return (1.0 + p.remote_trend) ** (max(month, 0) / 12.0)


@rule
def _turn_of(kind):
    """Return the decision index of a month's wish to come; the next is that of the turn."""
    return _WORKER_TURNS if kind == WORKER else 2 * kind


@rule
def _readiness(kind, i, youth, stage, p):
    """Return how much likelier somebody is to use third places because of what they do."""
    if kind == YOUTH:
        return p.active_visit_ratio if youth.is_active[i] else 1.0
    has_project = kind == ENTREPRENEUR and IDEA <= stage[i] <= RUNNING
    return p.project_visit_ratio if has_project else 1.0


@rule
def _most_ready(kind, p):
    """Return the largest readiness of a kind."""
    if kind == YOUTH:
        return max(p.active_visit_ratio, 1.0)
    return max(p.project_visit_ratio, 1.0) if kind == ENTREPRENEUR else 1.0


@kernel
def list_who_wants(
    seed, stream, month, kind, people, visits, youth, stage, third_place, pull, visitor, count, p
):
    """Append members who stay, and who want to join, each with a key of place and random order.

    They are few, so random words are first compared in bulk with an upper bound, the probability
    for the best known place and somebody with a project, or an active youth, and higher for former
    members, who come back more readily. Members are looked at in any case.
    """
    growth = remote_growth(month, p) if kind == WORKER else 1.0
    readiest, pulling, visited = growth * _most_ready(kind, p), 0.0, 0.0
    for place in range(pull.size):
        pulling = max(pulling, pull[place])
        visited = max(visited, pull[place] * visits[place] * p.visit_level)
    largest = min(readiest * visited, 1.0)
    if largest <= 0.0 and not third_place.users.any():
        people.at_place[:] = 0
        people.member_of[:] = -1
        return count
    leaving = 1.0 / p.membership_months
    steepest = (
        readiest * pulling * leaving / (1.0 - largest * (1.0 - leaving))
    )  # joining over visits
    bound = _CLEAR_OF_ROUNDING * np.float32(steepest)
    bound_of_former = bound * np.float32(max(p.return_ratio, 1.0))
    k0, k1 = stream_key(seed, stream, month)
    lucks = np.empty(CHUNK, np.uint32)
    n = np.uintp(people.id.size)
    for first in range(np.uintp(0), n, CHUNK):
        last = min(first + CHUNK, n)
        fill_words_of(
            seed, stream, month, people.id[first:last], lucks[: last - first], _turn_of(kind)
        )
        for i in range(first, last):
            luck = np.int32(lucks[i - first] >> np.uint32(1))  # signed integers convert faster
            highest = bound_of_former if people.recency[i] > 0 else bound
            is_likely = np.float32(luck) <= highest * people.visit_probability[i]
            people.at_place[i] = is_likely | (people.recency[i] >= YEAR - 1)
        for start in range(first, last, BLOCK):
            bits = marks_of_block(people.at_place, start, last)
            while bits:
                i, bits = start + lowest(bits), without_lowest(bits)
                place, was_at = people.third_place[i], people.member_of[i]
                people.at_place[i], people.member_of[i] = 0, -1
                if (
                    place < 0
                    or not third_place.is_open[place]
                    or (kind == YOUTH and not youth.is_present[i])
                ):
                    continue
                readiness = growth * _readiness(kind, i, youth, stage, p)
                share = member_share(people.visit_probability[i], pull[place], readiness)
                joining = joining_probability(share, leaving)
                if people.last_place[i] == place and people.recency[i] > 0:
                    joining *= p.return_ratio
                staying = 1.0 - leaving if was_at == place else 0.0
                luck_of_all = uniform(lucks[i - first])
                if luck_of_all >= staying + (1.0 - staying) * joining:
                    continue
                if luck_of_all < staying:
                    people.member_of[i] = place
                turn = word(k0, k1, people.id[i], _turn_of(kind) + 1)
                enter(count, place, turn, kind, i, visitor)
                count += 1
    return count
