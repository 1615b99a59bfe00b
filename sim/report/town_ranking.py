"""Towns of a programme, ranked by what an intervention changes in them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np

from sim.analysis.many_places import (
    Choice,
    Ranking,
    drawn_effects,
    held_out,
    judge_choice,
    rank_places,
)
from sim.analysis.responses import COST
from sim.experiments.factors import SCENARIO
from sim.experiments.inference import FEWEST
from sim.kernels.arrays import Floats, Ints
from sim.measures.registry import MEANS, OUTCOMES
from sim.report.effects import Effect, Surface
from sim.report.facts import Facts
from sim.report.readings import Arm

FILE: Final = "ranking.csv"

SURE: Final = 0.9
"""Probability from which on a town is said to be among the first."""

FEWEST_TOWNS: Final = 3


def is_programme(facts: Facts) -> bool:
    """Return whether an intervention is tried in many towns of a table."""
    return bool(facts.experiment.classes) and facts.has_interventions


def ranked_measures(facts: Facts) -> list[str]:
    """Return the measures by which towns are ranked: those of which more or less is wanted."""
    return [n for n in facts.indicators if OUTCOMES[n].good and n not in MEANS]


@dataclass(frozen=True)
class TownRanking:
    """Towns ranked by the effect of one arm on one measure.

    Other factors are averaged, replication by replication. Towns with fewer than `FEWEST`
    replications are left out.
    """

    facts: Facts
    arm: Arm
    name: str

    @cached_property
    def surface(self) -> Surface:
        """Effects by point."""
        return self.facts.surface(self.arm, self.name)

    @property
    def good(self) -> int:
        """1 if more is wanted, else -1."""
        return self.surface.measure.good

    @cached_property
    def _points(self) -> dict[str, list[int]]:
        """Points of each town."""
        places = self.facts.points[SCENARIO].to_numpy()
        return {t: np.flatnonzero(places == t).tolist() for t in self.facts.experiment.scenarios}

    @cached_property
    def _all_gains(self) -> Floats:
        """Effects as wanted, (replications, all towns); nan where a point has none."""
        effects = self.surface.differences
        return self.good * np.stack([effects[p].mean(axis=0) for p in self._points.values()], 1)

    @cached_property
    def towns(self) -> list[str]:
        """Towns that are ranked, in the order of the table."""
        enough = np.isfinite(self._all_gains).sum(axis=0) >= FEWEST
        return [town for town, is_kept in zip(self._points, enough, strict=True) if is_kept]

    @property
    def left_out(self) -> int:
        """Number of towns with too few replications."""
        return len(self._points) - len(self.towns)

    @cached_property
    def _gains(self) -> Floats:
        every = list(self._points)
        gains = self._all_gains[:, [every.index(town) for town in self.towns]]
        return np.asarray(gains[np.isfinite(gains).any(axis=1)])

    @cached_property
    def classes(self) -> list[str]:
        """Classes, in the order of the table."""
        of = self.facts.experiment.classes
        return list(dict.fromkeys(of[town] for town in self.towns))

    @cached_property
    def at(self) -> Ints:
        """Class of each town."""
        of = self.facts.experiment.classes
        return np.array([self.classes.index(of[town]) for town in self.towns], np.int64)

    @cached_property
    def first(self) -> int:
        """Number of towns that are chosen."""
        return min(self.facts.experiment.choose, len(self.towns))

    @cached_property
    def draws(self) -> Floats:
        """Drawn effects as wanted, (draws, towns)."""
        return drawn_effects(self._gains, self.at)

    @cached_property
    def ranking(self) -> Ranking:
        """Expected effects as wanted, and ranks."""
        return rank_places(self.draws, self.first)

    def measured(self, k: int) -> Effect:
        """Return the effect measured in a town, among all effects that are stated."""
        points = self._points[self.towns[k]]
        if len(points) == 1:
            return self.surface.effects[points[0]]
        return self.surface.average(points)

    def of_class(self, k: int) -> Effect:
        """Return the mean effect in the towns of a class."""
        points = [p for t in np.flatnonzero(self.at == k) for p in self._points[self.towns[t]]]
        return self.surface.average(points)

    def spread(self, k: int) -> tuple[float, float]:
        """Return between which expected effects, as wanted, nine in ten towns of a class lie."""
        low, high = np.quantile(self.draws[:, self.at == k], (0.05, 0.95), axis=1)
        return float(low.mean()), float(high.mean())

    def promised(self) -> tuple[float, float]:
        """Return what the largest means promise, and what is left of it in other replications."""
        return held_out(self._gains, self.first)

    def choices(self) -> list[tuple[str, Choice]]:
        """Judge choices: the first towns, those of a class by lot, any by lot, and none.

        Keys are "first", "lot", "nothing", or a class behind a colon.
        """
        number, chosen = len(self.towns), np.zeros(len(self.towns))
        chosen[self.ranking.order[: self.first]] = 1.0
        shares = {"first": chosen}
        for k, name in enumerate(self.classes if len(self.classes) > 1 else []):
            inside = (self.at == k).astype(np.float64)
            shares[f":{name}"] = inside * min(1.0, self.first / inside.sum())
        shares |= {"lot": np.full(number, self.first / number), "nothing": np.zeros(number)}
        return [(n, judge_choice(self.draws, of, self.first)) for n, of in shares.items()]

    def rows(self) -> list[dict[str, Any]]:
        """Return the table of `FILE`, a row for each town, the first one first."""
        found, (_, effect, low, high, *ranks) = [], self.ranking
        spent = self.facts.surface(self.arm, COST).differences
        for rank, k in enumerate(self.ranking.order.tolist(), 1):
            town, measured = self.towns[k], self.measured(k)
            expected = sorted((self.good * low[k], self.good * high[k]))
            money = spent[self._points[town]]
            found.append(
                {
                    "measure": self.name,
                    "intervention": self.arm.name,
                    "town": town,
                    "class": self.facts.experiment.classes[town],
                    "rank": rank,
                    "rank_lo90": int(ranks[0][k]),
                    "rank_hi90": int(ranks[1][k]),
                    "among_first": float(ranks[2][k]),
                    "expected": self.good * float(effect[k]),
                    "expected_lo90": expected[0],
                    "expected_hi90": expected[1],
                    "mean": measured.mean,
                    "lo90": measured.lo90,
                    "hi90": measured.hi90,
                    "finding": measured.verdict,
                    "replications": measured.replications,
                    "public_spending": float(np.nanmean(money)) if money.size else math.nan,
                }
            )
        return found


def rankings(facts: Facts, arm: Arm) -> list[TownRanking]:
    """Return the rankings of an arm by each measure that has enough towns."""
    found = (TownRanking(facts, arm, name) for name in ranked_measures(facts))
    return [one for one in found if len(one.towns) >= FEWEST_TOWNS]


def town_files(facts: Facts) -> dict[str, bytes]:
    """Return `FILE`, the rankings by every measure and arm; nothing without a programme."""
    if not is_programme(facts):
        return {}
    ranked: Sequence[TownRanking] = [r for arm in facts.wholes for r in rankings(facts, arm)]
    rows = [row for one in ranked for row in one.rows()]
    if not rows:
        return {}
    import pandas as pd

    buffer = io.StringIO()
    pd.DataFrame(rows).to_csv(buffer, index=False, lineterminator="\n", float_format="%.6g")
    return {FILE: buffer.getvalue().encode()}
