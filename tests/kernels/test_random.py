"""Draws are Philox, uniform and independent."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.kernels import random
from tests.reference import random as reference

# Counter, key and words from the file kat_vectors of Random123 (Salmon et al. 2011).
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]

words = st.integers(0, 2**32 - 1)
seeds = st.integers(0, 2**63 - 1)
processes = st.integers(0, 2**31 - 1)
months = st.integers(-1200, 12000)
agents = st.integers(0, 2**62)
decisions = st.integers(0, 100)

N = 200_000


def _words(seed=1, process=2, month=3, first_id=0, k=0, n=N):
    out = np.empty(n, np.uint32)
    random.fill_words(seed, process, month, first_id, out, k)
    return out


def _uniforms(seed=1, n=N):
    out = np.empty(n)
    random.fill_uniform(seed, 2, 3, 0, out)
    return out


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_answers(counter, key, answer):
    assert reference.philox4x32(counter, key) == answer
    assert random.philox4x32(*map(np.uint32, counter + key)) == answer
    assert random.philox4x32.py_func(*map(np.uint32, counter + key)) == answer


@given(counter=st.tuples(words, words, words, words), key=st.tuples(words, words))
def test_philox_is_its_twin_on_any_counter(counter, key):
    found = random.philox4x32(*map(np.uint32, counter + key))
    assert found == reference.philox4x32(counter, key)


@given(seed=seeds, process=processes, month=months, agent=agents, k=decisions)
def test_draws_are_their_twins_for_anyone_at_any_time(seed, process, month, agent, k):
    key = random.stream_key(seed, process, month)
    assert key == reference.stream_key(seed, process, month)
    assert random.block(*map(np.uint32, key), agent, k) == reference.block(key, agent, k)
    assert random.word(*map(np.uint32, key), agent, k) == reference.word(key, agent, k)


def test_all_64_bits_of_a_seed_count():
    key = random.stream_key(np.uint64(2**64 - 1), 1, 1)
    assert key == reference.stream_key(2**64 - 1, 1, 1)


lengths = st.one_of(st.integers(0, 30), st.integers(240, 560))  # some are drawn two blocks at once


@given(first=st.integers(0, 50), n=lengths, k=decisions)
def test_a_fill_may_begin_and_end_anywhere(first, n, k):
    key = random.stream_key(5, 6, -7)
    expected = [reference.word(key, agent, k) for agent in range(first, first + n)]
    found, uniforms = np.empty(n, np.uint32), np.empty(n)
    random.fill_words(5, 6, -7, first, found, k)
    random.fill_uniform(5, 6, -7, first, uniforms, k)
    assert found.tolist() == expected
    assert uniforms.tolist() == [reference.uniform(word) for word in expected]


@given(first=st.integers(0, 50), n=st.integers(0, 30), k=decisions, step=st.integers(1, 3))
def test_words_are_written_for_the_given_rows(first, n, k, step):
    ids = first + step * np.arange(n)
    key = random.stream_key(5, 6, -7)
    shared, own = np.empty(n, np.uint32), np.empty(n, np.uint32)
    random.fill_words_of(5, 6, -7, ids, shared, k)
    random.fill_first_words(5, 6, -7, ids, own, k)
    assert shared.tolist() == [reference.word(key, int(agent), k) for agent in ids]
    assert own.tolist() == [reference.block(key, int(agent), k)[0] for agent in ids]


def test_uniform_numbers_never_touch_zero_or_one():
    smallest, largest = random.uniform(np.uint32(0)), random.uniform(np.uint32(2**32 - 1))
    assert 0.0 < smallest < largest < 1.0
    assert math.isfinite(math.log(smallest))
    assert math.isfinite(math.log1p(-largest))


@given(word0=words, word1=words)
def test_normal_numbers_are_box_and_mullers(word0, word1):
    found = random.normal_pair(np.uint32(word0), np.uint32(word1))
    assert found == pytest.approx(reference.normal_pair(word0, word1), rel=1e-12, abs=1e-12)
    assert max(map(abs, found)) < 6.8


@given(word=words)
def test_certain_events_happen_and_impossible_ones_do_not(word):
    certain, impossible = random.bernoulli_threshold(1.0), random.bernoulli_threshold(0.0)
    assert random.fires(np.uint32(word), np.uint32(certain))
    assert not random.fires(np.uint32(word), np.uint32(impossible))


@pytest.mark.parametrize("probability", [0.001, 0.3, 0.999])
def test_an_event_happens_as_often_as_its_probability_says(probability):
    threshold = random.bernoulli_threshold(probability)
    n_fired = np.count_nonzero(random.fires.py_func(_words(), np.uint32(threshold)))
    assert stats.binomtest(n_fired, N, probability).pvalue > 1e-3


@pytest.mark.parametrize("shift", [0, 8, 16, 24])
def test_all_bytes_of_words_are_even(shift):
    counts = np.bincount(_words() >> np.uint32(shift) & np.uint32(255), minlength=256)
    assert stats.chisquare(counts).pvalue > 1e-3


def test_uniform_numbers_are_uniform():
    assert stats.kstest(_uniforms(), "uniform").pvalue > 1e-3


def test_normal_numbers_are_normal():
    draws = _words(n=20_000)
    normals = [random.normal_pair(*pair) for pair in draws.reshape(-1, 2)]
    assert stats.kstest(np.ravel(normals), "norm").pvalue > 1e-3
    assert abs(np.corrcoef(np.transpose(normals))[0, 1]) < 0.04


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"seed": 1 + 2**32},
        {"process": 3},
        {"month": 4},
        {"month": -3},
        {"k": 1},
        {"first_id": 1},
        {"first_id": 4},
        {"first_id": N},
    ],
    ids=str,
)
def test_neighbouring_streams_have_nothing_in_common(other):
    """Their top hex digits are independent, and half of their bits differ."""
    one, another = _words(), _words(**other)
    together = np.bincount((one >> np.uint32(28)) * 16 + (another >> np.uint32(28)), minlength=256)
    assert stats.chi2_contingency(together.reshape(16, 16)).pvalue > 1e-3
    n_different = int(np.bitwise_count(one ^ another).sum())
    assert stats.binomtest(n_different, 32 * N, 0.5).pvalue > 1e-3


def test_the_words_of_a_block_have_nothing_in_common():
    key = random.stream_key(1, 2, 3)
    blocks = np.array([random.block(*key, agent, 0) for agent in range(20_000)], np.uint32)
    alone = np.array([random.word(*key, agent, 0) for agent in range(20_000)], np.uint32)
    digits = np.column_stack([blocks, alone]) >> np.uint32(28)
    for a, b in itertools.combinations(range(5), 2):
        together = np.bincount(digits[:, a] * 16 + digits[:, b], minlength=256)
        assert stats.chi2_contingency(together.reshape(16, 16)).pvalue > 1e-3


def test_no_two_streams_share_a_key():
    keys = {
        tuple(random.stream_key(seed, process, month))
        for seed in range(30)
        for process in range(10)
        for month in range(-20, 60)
    }
    assert len(keys) == 30 * 10 * 80
