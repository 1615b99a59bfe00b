"""Philox4x32-10 written from its definition, with Python integers: slow, readable, independent."""

from __future__ import annotations

import math
from functools import lru_cache

MASK = 2**32 - 1


@lru_cache(maxsize=4096)  # four agents share a block and use it one after another
def philox4x32(counter: tuple[int, ...], key: tuple[int, ...]) -> tuple[int, ...]:
    """Ten rounds: multiply two words, exchange halves, mix with the other words and the key."""
    a, b, c, d = counter
    k0, k1 = key
    for _ in range(10):
        of_a, of_c = 0xD2511F53 * a, 0xCD9E8D57 * c
        a, b, c, d = of_c >> 32 ^ b ^ k0, of_c & MASK, of_a >> 32 ^ d ^ k1, of_a & MASK
        k0 = (k0 + 0x9E3779B9) & MASK
        k1 = (k1 + 0xBB67AE85) & MASK
    return a, b, c, d


def _mix(z: int) -> int:
    """The finaliser of SplitMix64."""
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB % 2**64
    return z ^ (z >> 31)


def stream_key(seed: int, process: int, month: int) -> tuple[int, int]:
    """The key of a process in a month: the seed mixed, then process and month, mixed again."""
    when = (process % 2**32) << 32 | month % 2**32
    key = _mix(_mix((seed + 0x9E3779B97F4A7C15) % 2**64) ^ when)
    return key & MASK, key >> 32


def block(key: tuple[int, int], agent_id: int, k: int) -> tuple[int, ...]:
    """Four words of one agent's decision k."""
    agent_id %= 2**64
    return philox4x32((agent_id & MASK, agent_id >> 32, k, 0), key)


def word(key: tuple[int, int], agent_id: int, k: int) -> int:
    """One word of one agent's decision k: agents 4 i to 4 i + 3 share a block."""
    quad, place = divmod(agent_id % 2**64, 4)
    return philox4x32((quad & MASK, quad >> 32, k, 1), key)[place]


def uniform(random_word: int) -> float:
    """The middle of the word's share of the interval from 0 to 1."""
    return (random_word + 0.5) / 2**32


def normal_pair(word0: int, word1: int) -> tuple[float, float]:
    """Box and Muller's polar angle and radius."""
    radius = math.sqrt(-2 * math.log(uniform(word0)))
    angle = 2 * math.pi * uniform(word1)
    return radius * math.cos(angle), radius * math.sin(angle)
