"""Places ranked by an effect: expected effects, ranks, and regret.

The place with the largest of many measured effects is mostly one whose runs were lucky, and so it
is with the best ten. Effects to be expected are therefore drawn towards the mean of their class,
the more so the less the runs of a place tell. True effects of a class are taken to be normal around
its mean, with one spread for all classes, and what is measured to be normal around the true effect
(Rubin 1981, doi 10.3102/10769986006004377). The spread is not set to an estimate, but drawn from
its posterior under a flat prior (Gelman 2006, doi 10.1214/06-BA117A): few places do not tell it
well. Errors differ between places, and those of a few replications are drawn towards their mean
(Smyth 2004, doi 10.2202/1544-6115.1027).

What all places have in common in a replication, such as its draw of the uncertain parameters, moves
no place past another. It widens the intervals of effects, and not those of ranks.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.kernels.arrays import Floats, Ints

__all__ = ["Choice", "Ranking", "drawn_effects", "held_out", "judge_choice", "rank_places"]

DRAWS: Final = 4000
_SPREADS: Final = 400
_HALVINGS: Final = 100
_SEED: Final = 19690720
_LARGE: Final = 1e6
"""Degrees of freedom of what is as good as known."""


class Ranking(NamedTuple):
    """Places in the order of their expected effects; arrays are (places,), in their own order.

    Attributes
    ----------
    order : int64 array
        Numbers of the places, the one with the largest expected effect first.
    effect, lo90, hi90 : float64 array
        Expected effect, and where it lies with 90 % probability.
    rank_lo90, rank_hi90 : int64 array
        Ranks, 1 is first, between which the place is with 90 % probability.
    among_first : float64 array
        Probability to be among the first ones that are chosen.
    """

    order: Ints
    effect: Floats
    lo90: Floats
    hi90: Floats
    rank_lo90: Ints
    rank_hi90: Ints
    among_first: Floats


class Choice(NamedTuple):
    """Gain and regret of a choice of places, for each place that may be chosen.

    Attributes
    ----------
    gain, lo90, hi90 : float
        Expected effect, and where it lies with 90 % probability.
    regret : float
        What the best choice would bring beyond it if every true effect were known; it leaves out
        places in which doing nothing is better.
    """

    gain: float
    lo90: float
    hi90: float
    regret: float


def drawn_effects(gains: Floats, classes: Ints) -> Floats:
    """Draw true effects of places, given what was measured.

    Parameters
    ----------
    gains : (replications, places) float64 array
        Effects, more is better; nan where there is none. Each place has two or more.
    classes : (places,) int64 array
        Class of each place, from 0.

    Returns
    -------
    (DRAWS, places) float64 array
        The same numbers for the same effects.
    """
    mean, error, freedom, shared = _measured(gains)
    widest = 2.0 * float(np.ptp(mean)) or 1.0
    spreads = (np.arange(_SPREADS) + 0.5) / _SPREADS * widest  # never 0, so that nothing is tied
    weight = 1.0 / (spreads[:, None] ** 2 + error)  # (spreads, places)
    of_class = np.eye(int(classes.max()) + 1)[classes]  # (places, classes)
    total = weight @ of_class
    centre = (weight * mean) @ of_class / total
    off = mean - centre[:, classes]
    evidence = 0.5 * (np.log(weight) - weight * off**2).sum(axis=1) - 0.5 * np.log(total).sum(1)
    chance = np.exp(evidence - evidence.max())
    rng = np.random.default_rng(_SEED)
    at = rng.choice(_SPREADS, DRAWS, p=chance / chance.sum())
    centres = centre[at] + rng.standard_normal((DRAWS, total.shape[1])) / np.sqrt(total[at])
    kept = (1.0 - weight * error)[at]  # the share of what is measured that is no luck
    around = centres[:, classes]
    own = rng.standard_t(freedom, (DRAWS, mean.size)) * np.sqrt(kept * error)
    common = rng.standard_normal((DRAWS, 1)) * np.sqrt(shared)
    return np.asarray(around + kept * (mean - around) + own + common)


def _measured(gains: Floats) -> tuple[Floats, Floats, Floats, float]:
    """Return means, their squared errors and degrees of freedom, and the error all have in common.

    A place is compared with others within replications, without what all have in common.
    """
    known = np.isfinite(gains)
    n, places = known.sum(axis=0), gains.shape[1]
    mean = np.where(known, gains, 0.0).sum(axis=0) / n
    off = np.where(known, gains - mean, 0.0)
    of_all = off.sum(axis=1, keepdims=True) / np.maximum(known.sum(axis=1, keepdims=True), 1)
    own = np.where(known, off - of_all, 0.0)
    freedom = (n - 1.0) * (1.0 - 1.0 / places) if places > 1 else n - 1.0
    variance = (own**2).sum(axis=0) / freedom
    usual, prior = _usual(variance, freedom)
    variance = (prior * usual + freedom * variance) / (prior + freedom)
    error = np.maximum(variance / n, 1e-18 * max(float(np.square(mean).max()), 1e-30))
    reps = known.any(axis=1).sum()
    shared = float((of_all**2).sum() / (reps - 1) / reps - error.mean() / places)
    return mean, error, freedom + prior, max(shared, 0.0)


def _usual(variance: Floats, freedom: Floats) -> tuple[float, float]:
    """Return the variance towards which others are drawn, and what it weighs, in replications.

    True variances are taken to be inverse chi-squared, with the mean and the spread that those
    measured have beyond their own error.
    """
    middle = float(variance.mean())
    if middle <= 0.0:
        return 0.0, _LARGE
    noise = float((2.0 / freedom).mean())
    beyond = (float(variance.var()) / middle**2 - noise) / (1.0 + noise)
    prior = min(4.0 + 2.0 / beyond, _LARGE) if beyond > 0.0 else _LARGE
    return middle * (prior - 2.0) / prior, prior


def rank_places(draws: Floats, first: int) -> Ranking:
    """Rank places by their drawn effects, (draws, places); the `first` ones are chosen."""
    effect = draws.mean(axis=0)
    by_draw = np.argsort(np.argsort(-draws, axis=1, kind="stable"), axis=1) + 1
    low, high = np.quantile(draws, (0.05, 0.95), axis=0)
    rank_low = np.quantile(by_draw, 0.05, axis=0, method="lower")
    rank_high = np.quantile(by_draw, 0.95, axis=0, method="higher")
    return Ranking(
        np.argsort(-effect, kind="stable"),
        effect,
        low,
        high,
        rank_low.astype(np.int64),
        rank_high.astype(np.int64),
        np.asarray((by_draw <= first).mean(axis=0)),
    )


def judge_choice(draws: Floats, shares: Floats, first: int) -> Choice:
    """Judge a choice of `first` places by drawn effects, (draws, places).

    Parameters
    ----------
    draws : (draws, places) float64 array
    shares : (places,) float64 array
        Probability that each place is chosen: 1 or 0, or less where lots are drawn; all 0 is doing
        nothing.
    first : int
        Number of places that may be chosen.

    Examples
    --------
    >>> true = np.array([[3.0, 1.0, -1.0]])  # without any doubt
    >>> judge_choice(true, np.array([0.0, 1.0, 1.0]), 2)
    Choice(gain=0.0, lo90=0.0, hi90=0.0, regret=2.0)
    """
    best = -np.sort(-np.maximum(draws, 0.0), axis=1)[:, :first].sum(axis=1) / first
    gains = draws @ shares / first
    low, high = np.quantile(gains, (0.05, 0.95))
    regret = max(0.0, float((best - gains).mean()))
    return Choice(float(gains.mean()) + 0.0, float(low) + 0.0, float(high) + 0.0, regret)


def held_out(gains: Floats, first: int) -> tuple[float, float]:
    """Return what the places with the largest means promise, and what they keep.

    The promise is the mean of these means. What is kept is the mean over many halvings of the
    replications: places are chosen in one half and measured in the other, without any assumption
    on the distribution of effects. A choice by half of the replications keeps a little less than
    one by all.

    Parameters
    ----------
    gains : (replications, places) float64 array
        nan where there is none.
    first : int
        Number of places that are chosen.
    """
    rng = np.random.default_rng(_SEED)
    n, kept = len(gains), []
    for _ in range(_HALVINGS):
        order = rng.permutation(n)
        one, other = (np.nanmean(gains[half], axis=0) for half in np.split(order, [n // 2]))
        for chosen, judged in ((one, other), (other, one)):
            kept.append(judged[np.argsort(-chosen, kind="stable")[:first]].mean())
    promised = np.sort(np.nanmean(gains, axis=0))[::-1][:first].mean()
    return float(promised), float(np.mean(kept))
