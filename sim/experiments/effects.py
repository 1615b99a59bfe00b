"""Effects: paired differences between arms, and inference about the mean effect.

Intervals, the probability of a positive effect and the replications still needed concern the *mean*
effect, by bootstrap over replications. The bootstrap's percentiles are expanded so that an interval
is as wide as Student's with few replications (Hesterberg 2015, doi 10.1080/00031305.2015.1089789):
plain percentiles and BCa of 10 normal differences held the true mean in 84 % of 1,500 trials
instead of 90 %, the expanded ones in 89 % (tests/laws/test_effects.py).
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
"""Verdicts on a mean effect. ``missing``: not measurable in at least two replications."""

RESAMPLES: Final = 4000
"""Number of bootstrap samples."""

_SEED: Final = 20150915
"""Seed of the resampling, fixed so that the same runs always give the same intervals."""


@lru_cache(maxsize=4)
def _times_drawn(n: int) -> Floats:
    """Count how often each of n replications is in each of the samples."""
    drawn = np.random.default_rng(_SEED).integers(0, n, (RESAMPLES, n), dtype=np.int32)
    times = np.empty(drawn.shape)
    for k, sample in enumerate(drawn):
        times[k] = np.bincount(sample, minlength=n)
    return times


def resampled_means(values: Floats) -> Floats:
    """Return means of bootstrap samples.

    Parameters
    ----------
    values : (n,) float64 array
        One value per replication; a non-finite value makes all means non-finite.

    Returns
    -------
    (RESAMPLES,) float64 array
        Means of samples that depend only on n, so that all measures share them.
    """
    # Not a matrix product: its order of summation depends on a library's threads. It must not
    # depend on the memory layout either.
    lying_together = np.ascontiguousarray(values)
    return np.asarray(np.einsum("ij,j->i", _times_drawn(values.size), lying_together) / values.size)


def expanded_level(level: float, n: int) -> float:
    """Return the lower percentile of a bootstrap distribution for a two-sided interval.

    Parameters
    ----------
    level : float
        Target coverage, such as 0.9.
    n : int
        Sample size, at least 2.

    Returns
    -------
    float
        Percentile below (1 - level)/2 that tends to it with n.

    Examples
    --------
    >>> round(expanded_level(0.9, 10), 4), round(expanded_level(0.9, 100_000), 3)
    (0.0267, 0.05)
    """
    quantile = float(stdtrit(n - 1, (1 - level) / 2))
    return float(ndtr(math.sqrt(n / (n - 1)) * quantile))


@dataclass(frozen=True)
class MeanEffect:
    """The estimate of a mean effect from replications.

    Attributes
    ----------
    mean, median : float
        Mean and median of the paired differences.
    lo50, hi50, lo90, hi90 : float
        Intervals of the mean effect.
    p_positive : float
        Probability that the mean effect is positive; one half if it is exactly zero.
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
        One finite value per replication, at least two.
    """
    n = differences.size
    mean, median = float(differences.mean()), float(np.median(differences))
    if np.all(differences == differences[0]):
        same = float(differences[0])
        return MeanEffect(same, same, same, same, same, same, (float(np.sign(same)) + 1) / 2)
    means = resampled_means(differences)
    inner, outer = expanded_level(0.5, n), expanded_level(0.9, n)
    levels = (inner, 1 - inner, outer, 1 - outer)
    # The mean of equal values may differ from them by rounding.
    bounds = np.clip(np.quantile(means, levels), differences.min(), differences.max())
    lo50, hi50, lo90, hi90 = bounds.tolist()
    positive = float(np.mean(means > 0) + np.mean(means == 0) / 2)
    return MeanEffect(mean, median, lo50, hi50, lo90, hi90, positive)


def verdict_of(lo90: float, hi90: float, smallest_relevant: float) -> Verdict:
    """Return the verdict for an interval of a mean effect.

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
    """Return the further replications that would settle an effect at the present mean and spread.

    An effect is settled once its 90 % interval either excludes 0 or lies within the smallest
    relevant effect on both sides of 0: once 1.645 sd / sqrt(n) falls below the mean's distance from
    0 or from the smallest relevant effect, whichever is larger.

    Parameters
    ----------
    mean, deviation : float
        Mean and standard deviation (with n - 1) of the paired differences.
    n : int
        Replications so far.
    smallest_relevant : float

    Returns
    -------
    int
        Number of replications; 0 if there are enough.

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
    """Return the variance of an effect due to random draws, from pairs that differ only in these.

    Parameters
    ----------
    first, second : (n,) float64 array
        The effect with a first and a second seed, with the same parameters in each pair.

    Returns
    -------
    float
        Half the mean squared difference; nan without pairs.
    """
    return float(np.mean((first - second) ** 2) / 2) if first.size else math.nan


@dataclass(frozen=True)
class Effect:
    """The effect of an intervention on one measure at one horizon.

    Attributes
    ----------
    of_mean : MeanEffect or None
        None with fewer than two measured replications.
    replications : int
        Pairs in which the measure is defined in both arms.
    still_needed : int
        See `still_needed`.
    variance_luck, variance_parameters : float
        Variance of the effect of one replication due to random draws and due to parameters.
    variance_paired, variance_unpaired : float
        Variance of the difference with common random numbers, and without.
    baseline_mean, smallest_relevant : float
        Mean of the measure in the baseline, and the smallest relevant effect.
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
        The measure in each replication; nan without anything to measure.
    again : ((n,) float64 array, (n,) float64 array), optional
        Baseline and arm in the first n replications, rerun with a second seed; None with fixed
        parameters, when all variance is due to random draws.
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
