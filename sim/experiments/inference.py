"""Inference about a mean effect that stays valid however often it is looked at.

Whoever reads a report, adds replications and reads again has looked twice, and an interval made for
a number of replications that is fixed beforehand then misses more often than it says. The intervals
here form a *confidence sequence*: those of 90 % hold the mean effect at all numbers of replications
from `FEWEST` on at once, in nine experiments of ten. The p-values are valid at any number, too.

The boundary is that of Robbins and Siegmund (1970, doi 10.1214/aoms/1177696787): a Brownian motion
exceeds sqrt(t (a² + log t)) after t = 1 with probability 2 (1 - Φ(a) + a φ(a)), where t is the
number of replications over `FEWEST`. The critical value is that of Student's distribution with the
same probability. The statistic is Student's with Hall's correction for skewness (1992, doi
10.1111/j.2517-6161.1992.tb01872.x), which has an exact inverse. Where more than half of the
differences are equal, rare ones may not have been seen yet: spread and skewness then count two
more, one up and one down, as large as the largest seen and at least as large as one that matters.
`benchmarks/looking.py` measures coverage, false findings and power.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from sim.kernels.arrays import Floats

__all__ = ["FEWEST", "MeanEffect", "further", "further_for", "mean_effect", "ratio_interval"]

FEWEST: Final = 10
"""Replications below which there is neither an interval nor a verdict."""

LEVEL: Final = 0.10
"""Probability of a false finding, or expected share of false ones, that is accepted."""

FOR_DIRECTION: Final = 0.95
"""Probability, as far as present replications tell, with which further ones shall settle whether
there is an effect. It leaves out that their spread is uncertain: when followed, they settle less
often, yet four times in five or more on the average of effects (`benchmarks/looking.py`)."""

FOR_RELEVANCE: Final = 0.85
"""The same for whether an effect matters, which no number settles where it nearly does."""

_NEVER: Final = int(np.iinfo(np.int64).max)

_ROUNDING: Final = 1e-12
"""Share of a number below which a difference is rounding."""

_MOST: Final = 1e7
"""Replications up to which further ones are planned."""


def _crossed(a: float) -> float:
    """Return the probability that the boundary with constant a is ever crossed."""
    if a > 38:  # beyond what a float tells from 0
        return 0.0
    return 2 * (float(ndtr(-a)) + a * math.exp(-a * a / 2) / math.sqrt(2 * math.pi))


@lru_cache(maxsize=1024)
def _boundary(level: float) -> float:
    """Return the constant of the boundary that is crossed with this probability.

    By bisection, since importing ``scipy.optimize`` takes as long as several runs.
    """
    low, high = 0.0, 39.0
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if _crossed(middle) > level else (low, middle)
    return high


def _critical(n: Floats, level: float) -> Floats:
    """Return the half-widths of intervals at n replications, in standard errors."""
    z = np.sqrt(_boundary(level) ** 2 + np.log(n / FEWEST))
    return np.asarray(-stdtrit(n - 1, ndtr(-z)))


@lru_cache(maxsize=4096)
def critical_value(n: int, level: float = LEVEL) -> float:
    """Return the half-width of an interval at n replications, in standard errors.

    Examples
    --------
    >>> round(critical_value(20), 2), round(critical_value(320), 2)
    (2.94, 3.14)
    """
    return float(_critical(np.array([n], np.float64), level)[0])


def _p_value(statistic: float, n: int) -> float:
    """Return the error level at which the boundary just reaches a statistic, either sign."""
    z = float(ndtri(stdtr(n - 1, -abs(statistic))))
    square = z * z - math.log(n / FEWEST)
    return _crossed(math.sqrt(square)) if square > 0 else 1.0


@dataclass(frozen=True)
class MeanEffect:
    """The estimate of a mean effect from replications.

    Attributes
    ----------
    mean, median : float
        Mean and median of the paired differences.
    lo50, hi50, lo90, hi90 : float
        Intervals of the mean effect, valid however often they are looked at; these and all that
        follow are nan with fewer than `FEWEST` pairs.
    p_positive : float
        Probability that the mean effect is positive; one half if it is exactly zero.
    p_value : float
        Largest error level at which an interval still contains zero.
    p_beyond : float
        Largest error level at which it still reaches effects that do not matter.
    """

    mean: float
    median: float
    lo50: float = math.nan
    hi50: float = math.nan
    lo90: float = math.nan
    hi90: float = math.nan
    p_positive: float = math.nan
    p_value: float = math.nan
    p_beyond: float = math.nan


@dataclass(frozen=True)
class _Sample:
    """Size, mean, spread and skewness of a sample, as far as they are known."""

    n: int
    mean: float
    spread: float
    skewness: float

    def statistic(self, value: float) -> float:
        """Return Hall's statistic for a mean of this value."""
        off, skewness = (self.mean - value) / self.spread, self.skewness
        bent = off * (1 + skewness * off / 3 * (1 + skewness * off / 9))
        return math.sqrt(self.n) * (bent + skewness / (6 * self.n))

    def bound(self, statistic: float) -> float:
        """Return the value of the mean that has this statistic."""
        off = statistic / math.sqrt(self.n) - self.skewness / (6 * self.n)
        if self.skewness:
            bent = self.skewness * off
            root = math.expm1(math.log1p(bent) / 3) if bent > -0.5 else math.cbrt(1 + bent) - 1
            off = 3 * root / self.skewness
        return self.mean - self.spread * off

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval with this error level."""
        reach = critical_value(self.n, level)
        return self.bound(reach), self.bound(-reach)


def _unseen(differences: Floats, usual: float, smallest_relevant: float) -> Floats:
    """Return differences that may not have been seen yet; none unless most of them are equal."""
    if 2 * np.count_nonzero(differences == usual) <= differences.size:
        return np.empty(0)
    least = smallest_relevant or abs(usual) or 1.0
    rare = max(float(np.abs(differences - usual).max()), least)
    return np.array((usual - rare, usual + rare))


def _sample(differences: Floats, mean: float, usual: float, smallest_relevant: float) -> _Sample:
    n = differences.size
    counted = np.append(differences, _unseen(differences, usual, smallest_relevant))
    off = counted - mean
    spread = math.sqrt(float(off @ off) / (counted.size - 1))
    spread = max(spread, float(np.finfo(np.float64).tiny))  # of numbers next to nothing
    off = off / spread
    return _Sample(n, mean, spread, float((off * off * off).mean()))


def mean_effect(differences: Floats, smallest_relevant: float = 0.0) -> MeanEffect:
    """Estimate a mean effect with its intervals, from a finite value for each of n >= 1 pairs.

    Without a smallest relevant effect, a difference that was not seen yet is taken to be as large
    as that of all pairs or, where these are zero, as one unit.
    """
    mean, median = float(differences.mean()), float(np.median(differences))
    if differences.size < FEWEST:
        return MeanEffect(mean, median)
    sample, n = _sample(differences, mean, median, smallest_relevant), differences.size
    at_zero = sample.statistic(0.0)
    beyond = max(sample.statistic(smallest_relevant), -sample.statistic(-smallest_relevant), 0.0)
    is_zero = not differences.any()
    return MeanEffect(
        mean,
        median,
        *sample.interval(0.5),
        *sample.interval(LEVEL),
        0.5 if is_zero else float(stdtr(n - 1, at_zero)),
        _p_value(at_zero, n),
        _p_value(beyond, n),
    )


def ratio_interval(
    above: Floats, below: Floats, smallest_relevant: float = 0.0
) -> tuple[float, float]:
    """Return the 90 % interval of a ratio of two means, from n >= `FEWEST` pairs of values.

    It holds the ratios r for which the mean of ``above - r * below`` may be zero (Fieller 1954, doi
    10.1111/j.2517-6161.1954.tb00159.x), by the statistic of `mean_effect`. So it excludes zero
    where the interval of the mean above does, given the same smallest relevant effect. Its ends are
    infinite where the mean below may be zero.

    Examples
    --------
    >>> ratio_interval(np.linspace(5.9, 6.1, 10), np.linspace(2.1, 1.9, 10))
    (2.871..., 3.137...)
    """
    n, a, b = above.size, float(above.mean()), float(below.mean())
    reach, unseen = critical_value(n), _unseen(above, float(np.median(above)), smallest_relevant)
    off_a = np.append(above, unseen) - a
    off_b = np.append(below, np.full(unseen.size, b)) - b
    both = off_a * off_b
    products = (off_a**2, both, off_b**2, off_a**3, off_a * both, both * off_b, off_b**3)
    aa, ab, bb, aaa, aab, abb, bbb = (float(values.mean()) for values in products)
    wider = off_a.size / (off_a.size - 1)

    def is_held(r: float, times: float = 1.0) -> bool:
        """Return whether the mean of ``times * above - r * below`` may be zero."""
        mean, scale = times * a - r * b, times * times * aa + r * r * bb
        variance = scale - 2 * times * r * ab
        if variance <= _ROUNDING * scale:
            return abs(mean) <= _ROUNDING * abs(r * b)
        spread = math.sqrt(wider * variance)
        third = times * (times * times * aaa - 3 * r * (times * aab - r * abb)) - r**3 * bbb
        return abs(_Sample(n, mean, spread, third / spread**3).statistic(0.0)) <= reach

    if is_held(1.0, 0.0):
        return -math.inf, math.inf
    middle = a / b
    step = max(reach * math.sqrt(aa / n) / abs(b), _ROUNDING * abs(middle), _ROUNDING)
    return _end(is_held, middle, -step), _end(is_held, middle, step)


def _end(is_held: Callable[[float], bool], middle: float, step: float) -> float:
    """Return the end of an interval around a value that is held, on the side of the step."""
    inside, outside = middle, 0.0
    if middle * step >= 0 or is_held(0.0):
        inside = middle if middle * step >= 0 else 0.0
        outside = inside + step
        while is_held(outside):
            inside, step = outside, 2 * step
            outside += step
    for _ in range(50):
        between = (inside + outside) / 2
        inside, outside = (between, outside) if is_held(between) else (inside, between)
    return (inside + outside) / 2


@lru_cache(maxsize=256)
def _numbers(n: int, level: float) -> tuple[Floats, Floats]:
    """Return larger numbers of replications, 5 % apart, and their half-widths in deviations."""
    steps = n * 1.05 ** np.arange(1, math.ceil(math.log(_MOST / n, 1.05)) + 1)
    numbers = np.unique(np.ceil(steps))
    return numbers, _critical(numbers, level) / np.sqrt(numbers)


def further(
    mean: float,
    half_width: float,
    n: int,
    smallest_relevant: float,
    *,
    is_moved: bool = False,
    level: float = LEVEL,
) -> int:
    """Return the further replications that will probably settle what is open about an effect.

    An effect is settled once its interval excludes zero or lies within the smallest relevant
    effect; where it excludes zero already (``is_moved``), once it excludes the smallest relevant
    one or lies within. The future mean is predicted from the present one of n >= `FEWEST` pairs,
    its spread and the half-width of its 90 % interval. With a ``level`` below `LEVEL`, effects are
    only separated at this error level, as among many.

    Examples
    --------
    >>> further(0.5, 0.6, 20, 0.2), further(0.0, 0.6, 20, 0.5)
    (246, 91)
    """
    deviation = half_width / critical_value(n) * math.sqrt(n)
    numbers, reach = _numbers(n, level)
    within = _numbers(n, LEVEL)[1] * deviation
    reach = reach * deviation
    error = deviation * np.sqrt(1 / n - 1 / numbers)
    low = np.maximum(smallest_relevant - within, 0.0)
    high = np.maximum(reach + (smallest_relevant if is_moved else 0.0), low)

    def below(value: Floats) -> Floats:
        return np.asarray(stdtr(n - 1, (value - mean) / error))

    is_open = below(high) - below(low) + below(-low) - below(-high)
    enough = 1 - is_open >= (FOR_RELEVANCE if is_moved else FOR_DIRECTION)
    return int(numbers[enough.argmax()]) - n if enough.any() else _NEVER


def further_for(half_width: float, deviation: float, n: int) -> int:
    """Return the further replications after n with which 90 % intervals are this narrow.

    Examples
    --------
    >>> further_for(0.5, 1.0, 20), further_for(1.0, 1.0, 20)
    (15, 0)
    """
    first = max(n, FEWEST)
    if critical_value(first) * deviation <= half_width * math.sqrt(first):
        return first - n
    numbers, reach = _numbers(first, LEVEL)
    enough = reach * deviation <= half_width
    return int(numbers[enough.argmax()]) - n if enough.any() else _NEVER
