"""Effects: paired differences between arms, and what they tell of the mean effect.

Intervals, the probability of a positive effect and the replications still needed concern the *mean*
effect, by bootstrap over replications. The bootstrap's percentiles are expanded so that an interval
is as wide as Student's with few replications (Hesterberg 2015, doi 10.1080/00031305.2015.1089789):
plain percentiles and BCa of 10 normal differences held the true mean in 84 % of 1,500 trials in
place of 90 %, the expanded ones in 89 % (tests/laws/test_effects.py).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtrit

from sim.measures.measure import Measure

__all__ = [
    "RESAMPLES",
    "Effect",
    "MeanEffect",
    "Verdict",
    "effect_of",
    "expanded_level",
    "mean_effect",
    "resampled_means",
    "still_needed",
    "variance_from_luck",
    "verdict_of",
]

Floats = npt.NDArray[np.float64]
Verdict = Literal["increase", "decrease", "no_relevant_effect", "not_determinable", "missing"]
"""How a mean effect reads. ``missing``: not measurable in at least two replications."""

RESAMPLES: Final = 4000
"""Bootstrap samples."""

_SEED: Final = 20150915
"""Of the resampling; fixed, so that the same runs always give the same intervals."""


@lru_cache(maxsize=4)
def _times_drawn(n: int) -> Floats:
    """How often each of n replications is in each of the samples."""
    drawn = np.random.default_rng(_SEED).integers(0, n, (RESAMPLES, n), dtype=np.int32)
    times = np.empty(drawn.shape)
    for k, sample in enumerate(drawn):
        times[k] = np.bincount(sample, minlength=n)
    return times


def resampled_means(values: Floats) -> Floats:
    """Means of bootstrap samples.

    Parameters
    ----------
    values : (n,) float64 array
        One a replication; with one that is not finite, no mean is.

    Returns
    -------
    (RESAMPLES,) float64 array
        Of samples that depend on n alone, so that measures are resampled alike.
    """
    # Not a product of matrices: in which order libraries sum depends on their threads. Nor may it
    # depend on where the values lie.
    lying_together = np.ascontiguousarray(values)
    return np.asarray(np.einsum("ij,j->i", _times_drawn(values.size), lying_together) / values.size)


def expanded_level(level: float, n: int) -> float:
    """Lower percentile to take of a bootstrap distribution for a two-sided interval.

    Parameters
    ----------
    level : float
        Wanted coverage, such as 0.9.
    n : int
        Sample size, at least 2.

    Returns
    -------
    float
        Below (1 - level)/2, and tending to it with n.

    Examples
    --------
    >>> round(expanded_level(0.9, 10), 4), round(expanded_level(0.9, 100_000), 3)
    (0.0267, 0.05)
    """
    quantile = float(stdtrit(n - 1, (1 - level) / 2))
    return float(ndtr(math.sqrt(n / (n - 1)) * quantile))


@dataclass(frozen=True)
class MeanEffect:
    """What replications tell of the mean effect.

    Attributes
    ----------
    mean, median : float
        Of the paired differences.
    lo50, hi50, lo90, hi90 : float
        Intervals of the mean effect.
    p_positive : float
        Probability that the mean effect is positive; a half where it is exactly zero.
    """

    mean: float
    median: float
    lo50: float
    hi50: float
    lo90: float
    hi90: float
    p_positive: float


def mean_effect(differences: Floats) -> MeanEffect:
    """Estimate a mean effect with its intervals.

    Parameters
    ----------
    differences : (n,) float64 array
        One a replication, at least two, all finite.

    Returns
    -------
    MeanEffect
    """
    n = differences.size
    mean, median = float(differences.mean()), float(np.median(differences))
    if np.all(differences == differences[0]):
        same = float(differences[0])
        return MeanEffect(same, same, same, same, same, same, (float(np.sign(same)) + 1) / 2)
    means = resampled_means(differences)
    inner, outer = expanded_level(0.5, n), expanded_level(0.9, n)
    levels = (inner, 1 - inner, outer, 1 - outer)
    # A mean of equal values may lie a rounding beside them.
    bounds = np.clip(np.quantile(means, levels), differences.min(), differences.max())
    lo50, hi50, lo90, hi90 = bounds.tolist()
    positive = float(np.mean(means > 0) + np.mean(means == 0) / 2)
    return MeanEffect(mean, median, lo50, hi50, lo90, hi90, positive)


def verdict_of(lo90: float, hi90: float, smallest_relevant: float) -> Verdict:
    """How an interval of a mean effect reads.

    Examples
    --------
    >>> verdict_of(-0.1, 0.2, 0.25), verdict_of(-0.1, 0.3, 0.25), verdict_of(0.1, 0.3, 0.25)
    ('no_relevant_effect', 'not_determinable', 'increase')
    """
    if not (math.isfinite(lo90) and math.isfinite(hi90)):
        return "missing"
    if -smallest_relevant <= lo90 and hi90 <= smallest_relevant:
        return "no_relevant_effect"
    if lo90 <= 0 <= hi90:
        return "not_determinable"
    return "increase" if lo90 > 0 else "decrease"


def still_needed(mean: float, deviation: float, n: int, smallest_relevant: float) -> int:
    """Further replications that would settle an effect, should mean and spread stay as they are.

    It is settled as soon as its 90 % interval either leaves 0 out, or lies within the smallest
    relevant effect on both sides of 0: as soon as 1.645 sd / sqrt(n) falls below the mean's
    distance from 0 or, where that is nearer, from the smallest relevant effect.

    Parameters
    ----------
    mean, deviation : float
        Of the paired differences (standard deviation with n - 1).
    n : int
        Replications so far.
    smallest_relevant : float

    Returns
    -------
    int
        0 where so many replications are enough.

    Examples
    --------
    >>> still_needed(0.5, 1.0, 10, 0.2), still_needed(0.0, 1.0, 10, 0.5)
    (1, 1)
    """
    if deviation == 0:
        return 0
    room = max(abs(mean), smallest_relevant - abs(mean))
    if room <= 0:
        return np.iinfo(np.int64).max
    half_width_of_one = -float(ndtri(0.05)) * deviation
    wanted = math.ceil((half_width_of_one / room) ** 2)
    return max(0, wanted - n)


def variance_from_luck(first: Floats, second: Floats) -> float:
    """Variance of an effect by luck alone, from pairs that share all but their luck.

    Parameters
    ----------
    first, second : (n,) float64 array
        The effect with one luck and with another, parameters being the same in each pair.

    Returns
    -------
    float
        Half the mean squared difference; nan without a pair.
    """
    return float(np.mean((first - second) ** 2) / 2) if first.size else math.nan


@dataclass(frozen=True)
class Effect:
    """The effect of an intervention on one measure at one horizon.

    Attributes
    ----------
    of_mean : MeanEffect or None
        None where fewer than two replications can be measured.
    replications : int
        Pairs in which the measure is defined in both arms.
    still_needed : int
        See `still_needed`.
    variance_luck, variance_parameters : float
        Variance of the effect of one replication from luck, and what parameters add to it.
    variance_paired, variance_unpaired : float
        Variance of the difference with common luck, and what it would be without.
    baseline_mean, smallest_relevant : float
        Of the measure in the baseline; effect below which nothing matters.
    verdict : Verdict
    """

    of_mean: MeanEffect | None
    replications: int
    still_needed: int
    variance_luck: float
    variance_parameters: float
    variance_paired: float
    variance_unpaired: float
    baseline_mean: float
    smallest_relevant: float
    verdict: Verdict


def effect_of(
    measure: Measure, baseline: Floats, arm: Floats, again: tuple[Floats, Floats] | None
) -> Effect:
    """Estimate one effect.

    Parameters
    ----------
    measure : Measure
    baseline, arm : (reps,) float64 array
        The measure in each replication; nan where there was nothing to measure.
    again : ((n,) float64 array, (n,) float64 array), optional
        Baseline and arm in the first n replications, run again with other luck; None where
        parameters are fixed, so that all variance is luck.

    Returns
    -------
    Effect
    """
    defined = np.isfinite(baseline) & np.isfinite(arm)
    before, after = baseline[defined], arm[defined]
    n = int(before.size)
    baseline_mean = float(before.mean()) if n else math.nan
    relevant = measure.smallest_relevant(baseline_mean)
    if n < 2:
        none = math.nan
        return Effect(None, n, 2 - n, none, none, none, none, baseline_mean, relevant, "missing")
    differences = after - before
    of_mean = mean_effect(differences)
    paired = float(differences.var(ddof=1))
    verdict = verdict_of(of_mean.lo90, of_mean.hi90, relevant)
    is_settled = verdict != "not_determinable"
    needed = still_needed(of_mean.mean, math.sqrt(paired), n, relevant)
    luck = paired if again is None else _luck(arm - baseline, again[1] - again[0])
    return Effect(
        of_mean=of_mean,
        replications=n,
        still_needed=0 if is_settled else max(1, needed),
        variance_luck=luck,
        variance_parameters=max(0.0, paired - luck) if math.isfinite(luck) else math.nan,
        variance_paired=paired,
        variance_unpaired=float(before.var(ddof=1) + after.var(ddof=1)),
        baseline_mean=baseline_mean,
        smallest_relevant=relevant,
        verdict=verdict,
    )


def _luck(first: Floats, second: Floats) -> float:
    first = first[: second.size]
    defined = np.isfinite(first) & np.isfinite(second)
    return variance_from_luck(first[defined], second[defined])
