"""Plausible worlds in which a choice reaches what is wanted.

A world is a draw of the uncertain parameters. One run of a choice in it differs from its mean
effect by luck, which could make an effect look relevant. Runs of the same draws with a second seed
say how much of the spread is luck, and effects are shrunk towards their mean by as much
(`sim.experiments.dependence.effects_of_draws`). The share of worlds is then about right, but a
single world near the limit may stand on the wrong side of it.

Intervals come from resampled worlds, for which luck is split off anew. With 160 worlds, 54 reruns
and three quarters luck, 90 % intervals held the true share in 85 to 96 % of trials; in 73 % where a
long tail of effects held few worlds, whose share is then underestimated.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from sim.analysis.cases import halves
from sim.analysis.responses import COST
from sim.analysis.targets import jeffreys_interval
from sim.experiments.dependence import effects_of_draws
from sim.experiments.draws import draw
from sim.experiments.effects import variance_from_luck
from sim.interventions.plan import DISCOUNT_RATE
from sim.kernels.arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.results import Results

__all__ = [
    "CENTRE",
    "Share",
    "Worlds",
    "read_worlds",
    "rule_of_three",
    "share_of_parameters",
    "strongest",
]

CENTRE: Final = ("open_shops_town_centre", "closure_rate_town_centre")
"""Measures of a centre that is saved, or not; the first also counts in shop-years."""


_RESAMPLES: Final = 200
_SEED: Final = 20090131


class Share(NamedTuple):
    """The number of worlds in which something holds, their share, and its 90 % interval."""

    met: int
    worlds: int
    share: float
    lo90: float
    hi90: float


class Worlds(NamedTuple):
    """Effects of an arm's choices in each world.

    Attributes
    ----------
    draws : pandas.DataFrame
        A row a world, a column a parameter that differs between them.
    effects, again : dict of str to (worlds, choices) float64 array
        Paired differences at the end of the run by measure, luck included; and with a second seed,
        nan where there was no rerun.
    shop_years, cost : (worlds, choices) float64 array
        Additional open shops of the centre times years, and public money in EUR, both discounted to
        the first month.
    """

    draws: pd.DataFrame
    effects: dict[str, Floats]
    again: dict[str, Floats]
    shop_years: Floats
    cost: Floats

    def share_of_parameters(self, measure: str) -> float:
        """Return the share of the variance of effects that is not luck; nan without reruns.

        It is that of all choices together: one choice has too few reruns, so that its own share
        would be mostly luck again.
        """
        return share_of_parameters(self.effects[measure], self.again[measure])

    def without_luck(self, measure: str) -> Floats:
        """Return the effects of the draws, (worlds, choices)."""
        return _without_luck(self.effects[measure], self.again[measure])

    def met(self, targets: Mapping[str, float]) -> Bools:
        """Return in which worlds each choice reaches any of the targets, (worlds, choices)."""
        return self._met(targets, np.arange(len(self.draws)))

    def _met(self, targets: Mapping[str, float], at: Ints) -> Bools:
        """Return the same for some of the worlds, as if there were no others."""
        reached = [
            math.copysign(1.0, target) * _without_luck(self.effects[name][at], self.again[name][at])
            >= abs(target) * (1 - 1e-12)
            for name, target in targets.items()
        ]
        return np.asarray(np.logical_or.reduce(reached))

    def shares(self, targets: Mapping[str, float]) -> list[Share]:
        """Return the share of worlds in which each choice reaches any of the targets.

        Its interval is that of resampled worlds or Jeffreys', whichever reaches further at either
        end; where no world is found, at least `rule_of_three`.
        """
        n, rng = len(self.draws), np.random.default_rng(_SEED)
        samples = [rng.integers(0, n, n) for _ in range(_RESAMPLES)]
        again = np.array([self._met(targets, at).mean(axis=0) for at in samples])
        lows, highs = np.quantile(again, (0.05, 0.95), axis=0)
        found = []
        for k, low, high in zip(self.met(targets).sum(axis=0).tolist(), lows, highs, strict=True):
            ends = jeffreys_interval(k, n)
            most = max(float(high), ends[1], 0.0 if k else rule_of_three(n))
            found.append(Share(k, n, k / n, min(float(low), ends[0]), most))
        return found

    def net_benefits(self, value: float) -> Floats:
        """Return net benefits in EUR, (worlds, 1 + choices); doing nothing, 0, is the first.

        `value` is what a shop-year is worth, EUR.
        """
        nothing = np.zeros((len(self.cost), 1))
        return np.hstack([nothing, value * self.shop_years - self.cost])

    @property
    def value_at_tie(self) -> float:
        """Value of a shop-year at which doing nothing and the best choice tie on average, EUR.

        Infinite where no choice adds shop-years.
        """
        years, cost = self.shop_years.mean(axis=0), self.cost.mean(axis=0)
        is_gain = (years > 0) & (cost > 0)
        return float((cost[is_gain] / years[is_gain]).min()) if is_gain.any() else math.inf


def read_worlds(results: Results, arm: str) -> Worlds:
    """Read the worlds in which all choices were tried.

    Choices are the points of the design, worlds its replications with drawn parameters.
    """
    import pandas as pd

    horizons = results.experiment.horizons
    by_horizon = [_by_world(results, arm, (*CENTRE, COST), h) for h in horizons]
    last = by_horizon[-1]
    is_whole = np.isfinite([*last.values(), *(of[CENTRE[0]] for of in by_horizon)]).all(axis=(0, 2))
    again = _by_world(results, arm, CENTRE, horizons[-1], luck=1)
    seed = results.experiment.seed
    worlds = np.flatnonzero(is_whole).tolist()
    draws = pd.DataFrame([draw(results.scenario, seed, rep) for rep in worlds], index=worlds)
    draws = draws.drop(columns=[f.name for f in results.experiment.factors], errors="ignore")
    shops = np.array([of[CENTRE[0]][is_whole] for of in by_horizon])
    return Worlds(
        draws.loc[:, draws.nunique() > 1].reset_index(drop=True),
        {name: last[name][is_whole] for name in CENTRE},
        {name: again[name][is_whole] for name in CENTRE},
        _over_years(shops, horizons),
        last[COST][is_whole],
    )


def _by_world(
    results: Results, arm: str, measures: Sequence[str], horizon: int, luck: int = 0
) -> dict[str, Floats]:
    """Return paired differences by measure, (replications, points)."""
    frame = results.differences(*measures, horizon=horizon, luck=luck)
    frame = frame[frame["arm"] == arm]
    shape = (results.experiment.replications, len(results.points))
    found = {}
    for name in measures:
        found[name] = np.full(shape, np.nan)
        found[name][frame["rep"], frame["point"]] = frame[name]
    return found


def share_of_parameters(first: Floats, again: Floats) -> float:
    """Return the share of the variance of effects that is not luck, of all choices together.

    (worlds, choices) effects of the first seed, and of a second one with nan where there was no
    rerun; nan without any.
    """
    twice = np.isfinite(again).all(axis=1)
    paired = float(first.var(axis=0, ddof=1).sum())
    if not twice.any() or not paired > 0:
        return math.nan
    luck = sum(
        variance_from_luck(a, b) for a, b in zip(first[twice].T, again[twice].T, strict=True)
    )
    return max(0.0, 1 - luck / paired)


def _without_luck(first: Floats, again: Floats) -> Floats:
    share = share_of_parameters(first, again)
    known = share if math.isfinite(share) else 1.0
    return np.column_stack([effects_of_draws(of_choice, known) for of_choice in first.T])


def _over_years(shops: Floats, horizons: Sequence[int]) -> Floats:
    """Return additional shops times years, from 0 at the start and in lines between horizons."""
    years = np.array([0, *horizons]) / 12.0
    worth = np.concatenate([np.zeros((1, *shops.shape[1:])), shops])
    worth *= (1 + DISCOUNT_RATE) ** -years[:, None, None]
    return np.asarray(np.trapezoid(worth, years, axis=0))


def rule_of_three(worlds: int) -> float:
    """Return the share of worlds that may hide, with 95 % certainty, behind none found in so many.

    It is about three over their number.

    Examples
    --------
    >>> round(rule_of_three(100), 3)
    0.03
    """
    return float(1 - 0.05 ** (1 / worlds))


def strongest(draws: pd.DataFrame, met: Bools, most: int) -> list[str]:
    """Return the parameters that differ most between worlds that meet a target and others.

    They are chosen by rank correlation in the half of the worlds in which
    `sim.analysis.boxes.find_boxes` searches; the half that checks a box has no say.
    """
    search, _ = halves(draws, met)
    ranks = search.factors.rank().to_numpy(np.float64)
    ranks = ranks - ranks.mean(axis=0)
    split = search.met - search.met.mean()
    strength = np.abs(split @ ranks) / np.sqrt((ranks**2).sum(axis=0) + 1e-300)
    order = np.argsort(-strength, kind="stable")[:most]
    return [str(draws.columns[k]) for k in sorted(order.tolist())]
