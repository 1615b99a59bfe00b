"""Sort agents by keys, in place."""

from __future__ import annotations

import numpy as np

from sim.kernels.machine.compile import kernel, rule

_SHORT = 512  # Insertion moves at most half of the square of this.


@rule
def _is_before(key_a, agent_a, key_b, agent_b):
    return key_a < key_b or (key_a == key_b and agent_a < agent_b)


@rule
def _spread(key, agent, count):
    """Put pairs roughly in order: into as many buckets of equal width, by key."""
    n = np.uintp(count)
    keys, agents = key[:n].copy(), agent[:n].copy()
    lowest, highest = keys.min(), keys.max()
    per_key = (n - np.uintp(1)) / max(float(highest - lowest), 1.0)
    end = np.zeros(n, np.uintp)
    for i in range(n):
        end[np.uintp(float(keys[i] - lowest) * per_key)] += np.uintp(1)
    for bucket in range(np.uintp(1), n):
        end[bucket] += end[bucket - np.uintp(1)]
    for i in range(np.uintp(1), n + np.uintp(1)):  # from the last, so that equal ones keep order
        last = n - i
        own = np.uintp(float(keys[last] - lowest) * per_key)
        end[own] -= np.uintp(1)
        key[end[own]], agent[end[own]] = keys[last], agents[last]


@rule
def _insertion_sort(key, agent, count):
    for i in range(1, count):
        k, a = key[i], agent[i]
        j = i
        while j > 0 and _is_before(k, a, key[j - 1], agent[j - 1]):
            key[j], agent[j] = key[j - 1], agent[j - 1]
            j -= 1
        key[j], agent[j] = k, a


@rule
def _sink(key, agent, start, end):
    """Let the pair at `start` sink until it is before neither of its children.

    The larger child moves up all the way to the bottom, then the pair climbs back to its place,
    which is mostly near the bottom; this halves the comparisons (Wegener 1993,
    doi:10.1016/0304-3975(93)90364-Y).
    """
    k, a = key[start], agent[start]
    hole = start
    child = np.uintp(2) * hole + np.uintp(1)
    while child < end:
        right = child + np.uintp(1)
        if right < end and _is_before(key[child], agent[child], key[right], agent[right]):
            child = right
        key[hole], agent[hole] = key[child], agent[child]
        hole = child
        child = np.uintp(2) * hole + np.uintp(1)
    while hole > start:
        parent = (hole - np.uintp(1)) >> np.uintp(1)
        if not _is_before(key[parent], agent[parent], k, a):
            break
        key[hole], agent[hole] = key[parent], agent[parent]
        hole = parent
    key[hole], agent[hole] = k, a


@kernel
def sort_pairs(key, agent, count):
    """Sort the first `count` pairs of key and agent by key, and equal keys by agent, in place.

    Keys are uint64, agents int64. Heap sort (Williams 1964, doi:10.1145/512274.512284) needs no
    memory and takes of the order of count x log(count) steps for any initial order; a few hundred
    pairs are spread over buckets, then sorted by insertion.
    """
    if count <= _SHORT:
        if count > 1:
            _spread(key, agent, count)
        _insertion_sort(key, agent, count)
        return
    end = np.uintp(count)
    for parent in range(count // 2, 0, -1):
        _sink(key, agent, np.uintp(parent - 1), end)
    for last in range(count - 1, 0, -1):
        end = np.uintp(last)
        key[0], key[end] = key[end], key[0]
        agent[0], agent[end] = agent[end], agent[0]
        _sink(key, agent, np.uintp(0), end)
