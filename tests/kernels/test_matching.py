"""Sorting of agents by keys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels.matching import sort_pairs


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 50)), max_size=200))
def test_pairs_are_sorted_by_key_and_equal_keys_by_agent(pairs):
    key = np.array([k >> 60 << 60 if k % 2 else k for k, _ in pairs], np.uint64)
    agent = np.array([a for _, a in pairs], np.int64)
    order = np.lexsort((agent, key))
    wanted = key[order], agent[order]
    sort_pairs(key, agent, len(pairs))
    np.testing.assert_array_equal(key, wanted[0])
    np.testing.assert_array_equal(agent, wanted[1])


@pytest.mark.parametrize("largest", [5, 2**20, 2**64 - 1])
def test_lists_of_every_length_are_sorted_with_few_keys_and_many(largest):
    rng = np.random.default_rng(3)
    for count in (*range(2, 520, 11), 97, 298, 299, 511, 512, 513, 1500):
        key = rng.integers(0, largest, count, np.uint64, endpoint=True)
        agent = rng.permutation(count)
        order = np.lexsort((agent, key))
        wanted = key[order].tolist(), agent[order].tolist()
        sort_pairs(key, agent, count)
        assert (key.tolist(), agent.tolist()) == wanted, count


@pytest.mark.parametrize("count", [40, 160])
def test_pairs_behind_the_count_are_left_alone(count):
    n = count + 20
    key, agent = np.arange(n, 0, -1).astype(np.uint64), np.arange(n)
    sort_pairs(key, agent, count)
    assert key[:count].tolist() == sorted(range(21, n + 1))
    assert key[count:].tolist() == list(range(20, 0, -1))
    assert agent[count:].tolist() == [*range(count, n)]
