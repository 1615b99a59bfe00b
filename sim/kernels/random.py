"""Random numbers as a pure function: draw(seed, process, month, permanent id, k).

No generator has a state. A number depends on the seed, the process, the month, the permanent id of
the agent and the decision index k, but not on the number of threads, on chunks, on order, or on
other agents. Two arms of an experiment with the same seed therefore differ only by their causes.

The generator is Philox4x32-10, a keyed bijection of 128-bit counters whose ten rounds pass BigCrush
(Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, 2011,
doi:10.1145/2063384.2063405). Its key is mixed from (seed, process, month) by `stream_key`. Its
counter is (id, low word; id, high word; k; kind of use):

======================  ====================================================================
`block`,                four words for one agent's decision k; kind 0
`fill_first_words`
`word`, `fill_words`,   one word for one agent's decision k, at a quarter of the cost in a
`fill_uniform`,         fill: agents 4 i to 4 i + 3 share block i; kind 1
`fill_words_of`
======================  ====================================================================

All rules work on unsigned words. `block` and `word` give an agent different numbers; a process uses
one of them for each of its decisions.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.machine.compile import kernel, long_rule, rule, shared_rule

_ROUNDS = 10
_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_32 = np.uint64(32)

# Unsigned indices spare the compiler the case of negative ones, which count from the end in Python.
_0, _1, _2, _3, _4 = np.arange(5, dtype=np.uintp)

# Distance of two quads drawn at once, each half of them as vectors.
_APART = np.uintp(32)

_PER_AGENT = np.uint32(0)
_SHARED = np.uint32(1)


@shared_rule
def _round(x0, x1, x2, x3, key0, key1):
    """Run one round of Philox, on words of 32 bits in integers of 64."""
    product0 = _MULTIPLIER_0 * x0
    product1 = _MULTIPLIER_1 * x2
    return (
        (product1 >> _32) ^ x1 ^ key0,
        product1 & _LOW,
        (product0 >> _32) ^ x3 ^ key1,
        product0 & _LOW,
    )


@rule
def philox4x32(c0, c1, c2, c3, k0, k1):
    """Return four random words: ten rounds of Philox on a counter under a key; all are uint32."""
    x0 = np.uint64(c0)
    x1 = np.uint64(c1)
    x2 = np.uint64(c2)
    x3 = np.uint64(c3)
    key0 = np.uint64(k0)
    key1 = np.uint64(k1)
    for _ in range(_ROUNDS):
        x0, x1, x2, x3 = _round(x0, x1, x2, x3, key0, key1)
        key0 = (key0 + _WEYL_0) & _LOW
        key1 = (key1 + _WEYL_1) & _LOW
    return np.uint32(x0), np.uint32(x1), np.uint32(x2), np.uint32(x3)


@rule
def _mix64(z):
    """Apply the finaliser of SplitMix64: each bit of z flips half of the bits of the result."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@rule
def stream_key(seed, process, month):
    """Return the key, two uint32, of a process in a month of a run.

    For one seed of 64 bits, all (process, month), each of 32 bits, have different keys; keys of
    neighbouring seeds, processes and months are unrelated. Months of a spin-up are negative.
    """
    when = (np.uint64(process) << _32) ^ (np.uint64(month) & _LOW)
    key = _mix64(_mix64(np.uint64(seed) + np.uint64(0x9E3779B97F4A7C15)) ^ when)
    return np.uint32(key & _LOW), np.uint32(key >> _32)


@rule
def _own_block(k0, k1, agent_id, k):
    agent = np.uint64(agent_id)
    return philox4x32(
        np.uint32(agent & _LOW), np.uint32(agent >> _32), np.uint32(k), _PER_AGENT, k0, k1
    )


@long_rule
def block(k0, k1, agent_id, k):
    """Return four random words (uint32) for decision k of an agent, under a key of `stream_key`.

    The permanent id has 64 bits, the index of the decision in this process and month 32.
    """
    return _own_block(k0, k1, agent_id, k)


@rule
def _shared_block(k0, k1, quad, k):
    """Return the words of decision k of the four agents with ids 4 quad to 4 quad + 3."""
    return philox4x32(np.uint32(quad & _LOW), np.uint32(quad >> _32), np.uint32(k), _SHARED, k0, k1)


@rule
def _two_shared_blocks(k0, k1, quad0, quad1, k):
    """Return `_shared_block` of two quads, interleaved to hide latency."""
    x0, x1, x2, x3 = quad0 & _LOW, quad0 >> _32, np.uint64(np.uint32(k)), np.uint64(_SHARED)
    y0, y1, y2, y3 = quad1 & _LOW, quad1 >> _32, x2, x3
    key0, key1 = np.uint64(k0), np.uint64(k1)
    for _ in range(_ROUNDS):
        x0, x1, x2, x3 = _round(x0, x1, x2, x3, key0, key1)
        y0, y1, y2, y3 = _round(y0, y1, y2, y3, key0, key1)
        key0 = (key0 + _WEYL_0) & _LOW
        key1 = (key1 + _WEYL_1) & _LOW
    return (
        (np.uint32(x0), np.uint32(x1), np.uint32(x2), np.uint32(x3)),
        (np.uint32(y0), np.uint32(y1), np.uint32(y2), np.uint32(y3)),
    )


@long_rule
def word(k0, k1, agent_id, k):
    """Return one random word for decision k of an agent, as in `fill_words`; see `block`."""
    agent = np.uint64(agent_id)
    w0, w1, w2, w3 = _shared_block(k0, k1, agent >> _2, k)
    place = agent & _3
    low = w0 if place == _0 else w1
    high = w2 if place == _2 else w3
    return low if place < _2 else high


@rule
def uniform(random_word):
    """Return (word + 1/2) / 2**32, strictly between 0 and 1 so that its logarithm is finite.

    It is an exact float64; in float32 it may round to 1.
    """
    return (np.float64(random_word) + 0.5) * 2.0**-32


@long_rule
def normal_pair(word0, word1):
    """Return two independent standard normal numbers from two words (Box and Muller 1958).

    They are at most 6.8 in size, since the smallest uniform number is 2**-33.
    """
    radius = math.sqrt(-2.0 * math.log(uniform(word0)))
    angle = 2.0 * math.pi * uniform(word1)
    return radius * math.cos(angle), radius * math.sin(angle)


@rule
def bernoulli_threshold(probability):
    """Return a probability, clipped to [0, 1], as a threshold of `fires`.

    The threshold, a uint32 up to 2**31, is exact at 0 and 1 and to 2**-32 between.
    """
    return np.uint32(min(max(probability, 0.0), 1.0) * 2.0**31 + 0.5)


@rule
def fires(random_word, threshold):
    """Return whether an event with the probability of `threshold` happens.

    The comparison uses 31 bits of the word, so that the threshold of probability 1
    (`bernoulli_threshold`) exceeds every word.
    """
    return (random_word >> np.uint32(1)) < threshold


@rule
def _itself(random_word):
    return random_word


@rule
def _fill(seed, process, month, first_id, k, transform, out):
    """Write a function of `word` for consecutive agents, in vectors of whole blocks of four."""
    k0, k1 = stream_key(seed, process, month)
    first = np.uint64(first_id)
    n = np.uintp(out.size)
    head = min(n, (_0 - first) & _3)
    whole = n - (n - head) % _4
    for i in range(head):
        out[i] = transform(word(k0, k1, first + i, k))
    quad = (first + head) >> _2
    quads = (whole - head) // _4
    in_pairs = quads - quads % (_2 * _APART)
    for start in range(_0, in_pairs, _2 * _APART):
        for q in range(start, start + _APART):
            (w0, w1, w2, w3), (v0, v1, v2, v3) = _two_shared_blocks(
                k0, k1, quad + q, quad + q + _APART, k
            )
            at = head + _4 * q
            out[at] = transform(w0)
            out[at + _1] = transform(w1)
            out[at + _2] = transform(w2)
            out[at + _3] = transform(w3)
            at += _4 * _APART
            out[at] = transform(v0)
            out[at + _1] = transform(v1)
            out[at + _2] = transform(v2)
            out[at + _3] = transform(v3)
    for q in range(in_pairs, quads):
        w0, w1, w2, w3 = _shared_block(k0, k1, quad + q, k)
        at = head + _4 * q
        out[at] = transform(w0)
        out[at + _1] = transform(w1)
        out[at + _2] = transform(w2)
        out[at + _3] = transform(w3)
    for i in range(whole, n):
        out[i] = transform(word(k0, k1, first + i, k))


@kernel
def fill_words(seed, process, month, first_id, out, k=0):
    """Write `word` for agents with consecutive ids into a uint32 array, for decision k.

    Seed, process and month are as in `stream_key`. An agent's word does not depend on where a fill
    starts or ends.
    """
    _fill(seed, process, month, first_id, k, _itself, out)


@kernel
def fill_uniform(seed, process, month, first_id, out, k=0):
    """Write `uniform` of `word`; arguments as for `fill_words`, except that `out` is float64."""
    _fill(seed, process, month, first_id, k, uniform, out)


@kernel
def fill_words_of(seed, process, month, ids, out, k=0):
    """Write `word` for each of some agents; further arguments as for `fill_words`.

    Their permanent ids ascend; four consecutive ids share a block.
    """
    n = ids.size
    if n > 0 and ids[n - 1] - ids[0] == n - 1:
        _fill(seed, process, month, ids[0], k, _itself, out)
    else:
        k0, k1 = stream_key(seed, process, month)
        for i in range(n):
            out[i] = word(k0, k1, ids[i], k)


@kernel
def fill_first_words(seed, process, month, ids, out, k=0):
    """Write the first word of `block` for each of some agents, several at a time.

    Arguments as for `fill_words_of`; the ids may have any order.
    """
    k0, k1 = stream_key(seed, process, month)
    for i in range(np.uintp(ids.size)):
        out[i] = _own_block(k0, k1, ids[i], k)[0]
