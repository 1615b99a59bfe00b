"""Choices over worlds: the average, the worst case and regret, with the luck of runs taken out.

A world is what nobody chooses: a territory, a shock, the value of a parameter, or a draw of all
uncertain ones. Runs of a choice in the same world differ by luck, of which the largest of several
means has more than its share: the worst of many worlds, or the best of many choices, is mostly the
luckiest one. Best choice and worst world are therefore found in one half of the runs, and what they
are worth is read in the other half, for many ways of halving them (cross-validation of a maximum;
van Hasselt 2010, "Double Q-learning", NeurIPS 23). What is found in one half by luck comes to
nothing in the other: regret between equal choices is about 0. Where differences are small against
luck, regret is rather underestimated, never inflated.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints

__all__ = ["TAIL", "OverWorlds", "mean_over_runs", "over_worlds"]

TAIL: Final = 0.1
"""Share of drawn worlds that counts as the worst case: single ones have too few runs to be told
from luck."""

_ROUNDING: Final = 1e-9
"""Differences between scores that are rounding, as a share of the best one."""

_HALVINGS: Final = 100
_SEED: Final = 19510301


class OverWorlds(NamedTuple):
    """Effect and regret of each choice over worlds, (choices,) float64 arrays.

    Attributes
    ----------
    mean, worst : array
        Average effect, and effect in the worst worlds.
    mean_regret, max_regret : array
        Shortfall from the choice that is best in the same world, on average and in the worst
        worlds.
    best_share : array
        Share of the halves of runs in which the choice has the largest mean; 1 leaves no doubt.
    """

    mean: Floats
    worst: Floats
    mean_regret: Floats
    max_regret: Floats
    best_share: Floats

    @property
    def picks(self) -> tuple[int, int, int]:
        """The choices with the best mean, the best worst case and the least regret."""
        return _first(self.mean), _first(self.worst), _first(-self.max_regret)

    @property
    def tied(self) -> list[int]:
        """The choices with the best mean: several if nothing tells them apart."""
        return np.flatnonzero(_is_best(self.mean)).tolist()


def over_worlds(values: Floats, tail: float = 0.0) -> OverWorlds:
    """Judge choices over worlds.

    Parameters
    ----------
    values : (runs, choices, worlds) float64 array
        Effects, more is better: in each run that is repeated in all worlds, such as a replication;
        nan where there is none.
    tail : float
        Share of the worlds that makes the worst case; by default it is a single one.

    Returns
    -------
    OverWorlds
        All but the means is nan with a single run, from which luck cannot be taken out.

    Examples
    --------
    >>> effects = np.array([[0.0, 0.0], [9.0, -1.0], [2.0, 2.0]])  # of nothing, the bold, the meek
    >>> found = over_worlds(np.stack([effects, effects]))
    >>> found.worst.tolist(), found.max_regret.tolist(), found.picks
    ([0.0, -1.0, 2.0], [9.0, 3.0, 7.0], (1, 2, 1))
    """
    n, choices, worlds = values.shape
    of_worlds = mean_over_runs(values)
    mean = _mean_over(of_worlds)
    if n < 2:
        return OverWorlds(mean, *np.full((4, choices), np.nan))
    halves = _halves(n)
    found, judged = (_weighted(values, half.astype(np.float64)) for half in (halves, ~halves))
    judged += of_worlds - _mean_over(np.moveaxis(judged, 0, -1))  # all halves weigh runs the same
    most = max(1, int(tail * worlds))
    short_found, short = _short(found, found), _short(found, judged)
    mean_regret = _average(_mean_over(short))
    max_regret = _average(_mean_of_worst(short_found, short, most))
    return OverWorlds(
        mean,
        np.minimum(mean, -_average(_mean_of_worst(-found, -judged, most))) + 0.0,
        np.maximum(0.0, mean_regret),
        np.maximum(0.0, np.fmax(mean_regret, max_regret)),
        _share_first(_mean_over(found)),
    )


def _first(score: Floats) -> int:
    """Return the first choice with the largest score, but for rounding."""
    return int(_is_best(score).argmax())


def _is_best(score: Floats) -> Bools:
    """Return which choices have the largest score, but for rounding; none if all are unknown."""
    known = _or(score, -np.inf)
    best = known.max()
    return np.asarray(np.isfinite(best) & (known >= best - _ROUNDING * abs(best)))


def mean_over_runs(values: Floats) -> Floats:
    """Return means over runs, (choices, worlds); nan where there is none."""
    return np.asarray(_weighted(values, np.ones((1, len(values))))[0])


def _halves(n: int) -> Bools:
    """Return ways of halving runs, and each the other way round, (ways, n)."""
    rng = np.random.default_rng(_SEED)
    order = np.argsort(rng.random((_HALVINGS, n)), axis=1)
    first = order < n // 2
    return np.concatenate([first, ~first])


def _weighted(values: Floats, weights: Floats) -> Floats:
    """Return means over runs, (ways, choices, worlds); nan where no run has any weight."""
    known = np.isfinite(values)
    total = np.einsum("su,upw->spw", weights, np.where(known, values, 0.0))
    number = np.einsum("su,upw->spw", weights, known.astype(np.float64))
    return np.asarray(np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0))


def _short(found: Floats, judged: Floats) -> Floats:
    """Return the shortfall of each choice from the one found best, in each world."""
    best = _or(found, -np.inf).argmax(axis=1, keepdims=True)
    return np.asarray(np.take_along_axis(judged, best, axis=1) - judged)


def _mean_of_worst(found: Floats, judged: Floats, most: int) -> Floats:
    """Return the mean of what is judged over the worlds in which most is found, (ways, choices)."""
    at: Ints = np.argsort(-_or(found, -np.inf), axis=2, kind="stable")[:, :, :most]
    return _mean_over(np.take_along_axis(judged, at, axis=2))


def _mean_over(values: Floats) -> Floats:
    """Return means along the last axis, without nan."""
    known = np.isfinite(values)
    total, number = np.where(known, values, 0.0).sum(axis=-1), known.sum(axis=-1)
    return np.asarray(np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0))


def _average(by_way: Floats) -> Floats:
    return _mean_over(by_way.T)


def _share_first(scores: Floats) -> Floats:
    """Return the share of rows in which each column has the largest score, the first of equals."""
    first = _or(scores, -np.inf).argmax(axis=1)
    return np.asarray(np.bincount(first, minlength=scores.shape[1]) / len(scores))


def _or(values: Floats, instead: float) -> Floats:
    return np.where(np.isfinite(values), values, instead)
