"""Effects, courses, maps and money that a report takes from the tables of results."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.analysis.responses import COST
from sim.analysis.worlds import share_of_parameters
from sim.experiments.dependence import over_draws
from sim.experiments.experiment import BASELINE
from sim.experiments.multiplicity import LEVEL, Bar, bar_of
from sim.experiments.why import Why, stored_reasons
from sim.figures.maps import mapped_territory
from sim.kernels.arrays import Floats
from sim.measures.registry import MEANS, OUTCOMES, PRIMARY
from sim.registry.variables.money import LINES, SOURCES
from sim.report.design_facts import REFERENCE, DesignFacts
from sim.report.effects import Effect, Surface, effect_in_row, effect_over
from sim.report.pictures.maps import Ground
from sim.report.quantity import Quantity, rounded
from sim.report.readings import Arm, LayerMaps, Looks, Money, Variance

if TYPE_CHECKING:
    import pandas as pd

LAYERS: Final = ("vacancy", "footfall", "population")
"""Layers that are drawn, in this order."""

MOST_SHOWN: Final = 3
"""Points of a design whose maps, money and variances are shown."""


class Facts(DesignFacts):
    """Results, read in one language at the last horizon."""

    elsewhere: Sequence[Facts]
    whole: Facts | None = None  # of all points, where these are of one arm

    @cache  # noqa: B019 - as long-lived as the facts
    def own(self, arm: Arm) -> Facts:
        """Return the facts of one arm, over the factors that reach it and points that differ in
        them: levers of other arms change nothing in its runs."""
        if arm is REFERENCE or self.is_sampled or self.experiment.luck != "common":
            return self
        names = self.reaching(arm.name)
        if len(names) == len(self.factors):
            return self
        own = type(self)(self.results, self.language)
        own.whole = self
        own.kept = np.flatnonzero(~self.points[names].duplicated()) if names else self.kept[:1]
        own.points = self.points.iloc[own.kept].reset_index(drop=True)
        own.factors = [f for f in self.factors if f.name in names]
        return own

    @cached_property
    def reasons(self) -> list[Why]:
        """Runs that explain effects; only of a single point."""
        return stored_reasons(self.results) if self.is_single else []

    # Effects at one point

    def effect(self, arm: Arm, name: str, horizon: int | None = None) -> Effect:
        """Return one effect; by default at the end of the run."""
        measure = OUTCOMES[name]
        row = self._effect_rows.get((arm.name, name, horizon or self.months))
        if row is None:
            label = measure.label[self.language]
            return Effect(label=label, good=measure.good, quantity=self.quantity(name))
        return effect_in_row(measure, row, self.language)

    def against(self, arm: Arm, other: Arm, name: str) -> Effect:
        """Return how an arm differs from another one at the end of the run, pair by pair."""
        runs = self.results.runs
        runs = runs[(runs["luck"] == 0) & (runs["horizon"] == self.months)]
        values = runs.pivot(index="rep", columns="arm", values=name)
        before, after = (values[a.name].to_numpy(np.float64) for a in (other, arm))
        measure = OUTCOMES[name]
        relevant = self.effect(arm, name).smallest_relevant
        fixed = replace(measure, relevant=relevant, relevant_share=0.0)
        return effect_over(fixed, before, after, self.language)

    def quantity(self, name: str, baseline: float = 0.0) -> Quantity:
        """Return how a measure is written; relevance may depend on its level."""
        measure = OUTCOMES[name]
        return Quantity(measure.unit, measure.smallest_relevant(baseline), self.language)

    def effects(self, arm: Arm) -> list[Effect]:
        """Return all effects at the end of the run, in the order of the measures."""
        return [self.effect(arm, name) for name in OUTCOMES]

    @cached_property
    def looks(self) -> Looks:
        """Counts of effects looked at beyond the primary outcomes, and of findings among them."""
        rows = self.results.effects
        is_whole = ~rows["intervention"].isin(list(self.experiment.parts_by_name))
        is_primary = rows["indicator"].isin(PRIMARY) & (rows["horizon"] == self.months) & is_whole
        rows = rows[rows["q_value"].notna() & ~is_primary]
        alone, found = (int((rows[name] <= LEVEL).sum()) for name in ("p_value", "q_value"))
        return Looks(len(rows), found, math.ceil(LEVEL * found), alone - found)

    def is_identical(self, arm: Arm) -> bool:
        """Return whether nothing but money differs in any replication."""
        names = [n for n in OUTCOMES if n not in ("public_spending", "public_money_unspent")]
        others = [e for e in (self.effect(arm, n) for n in names) if e.is_measured]
        return bool(others) and all(e.is_exactly_zero for e in others)

    def variance(self, arm: Arm, name: str) -> Variance | None:
        """Return where the variance of an effect comes from; None where nothing varies."""
        row = self._effect_rows.get((arm.name, name, self.months), {})
        parts = ("luck", "parameters", "paired", "unpaired")
        found = Variance(*(float(row.get(f"variance_{k}", np.nan)) for k in parts))
        return found if found.paired > 0 else None

    # Effects over all points

    @cache  # noqa: B019
    def _frame(self, luck: int) -> pd.DataFrame:
        measures = dict.fromkeys((*self.indicators, COST))
        return self.results.frame(*measures, horizon=self.months, luck=luck)

    @cached_property
    def _n_reps(self) -> int:
        if self.whole is not None:
            return self.whole._n_reps
        return int(self._frame(0)["rep"].max()) + 1

    @cached_property
    def done(self) -> tuple[int, int]:
        """Replications that points have with all arms: the fewest, and the most."""
        if self.is_single:
            return self.reps, self.reps
        ran = self._frame(0).groupby(["point", "rep"])[COST].count()
        by_point = (ran == len(self.experiment.arms)).groupby("point").sum()
        return int(by_point.min()), int(by_point.max())

    @cache  # noqa: B019
    def values(self, arm: str, measure: str, luck: int = 0) -> Floats:
        """Return levels of a measure, (points, replications); nan where there is none.

        They are those of the first seed, or with `luck` of the second one.
        """
        if self.whole is not None:
            return self.whole.values(arm, measure, luck)[self.kept]
        frame = self._frame(luck)
        rows = frame[frame["arm"] == arm]
        values = np.full((len(self.points), self._n_reps), np.nan)
        values[rows["point"].to_numpy(), rows["rep"].to_numpy()] = rows[measure]
        return values

    @cache  # noqa: B019 - as long-lived as the facts
    def surface(self, arm: Arm, name: str) -> Surface:
        """Return what an arm changes on a measure, point by point.

        Without any intervention, points are compared with the first one of the design, or where
        points are sampled with the mean of all, in the same replication.
        """
        before = after = self.values(BASELINE, name)
        if self.has_interventions:
            after = self.values(arm.name, name)
        else:
            rest = before.mean(axis=0) if self.is_sampled else before[0]
            before = np.broadcast_to(rest, before.shape)
        target = self._target(name, before)
        return Surface(OUTCOMES[name], before, after, target, self.language, lambda: self.bar)

    @cached_property
    def bar(self) -> Bar:
        """The bar of findings among all effects of all arms that are stated."""
        if self.whole is not None:
            return self.whole.bar
        names = [name for name in self.indicators if name not in MEANS]
        stated = [self.own(arm).surface(arm, name) for arm in self.arms for name in names]
        if self.is_sampled:
            stated = [surface.over_sample(self.drawn_with) for surface in stated]
        alone = [e for s in stated for e in s.alone]
        return bar_of(np.array([e.p_value for e in alone]), np.array([e.p_beyond for e in alone]))

    def over_draws(self, arm: Arm, name: str, point: int) -> Effect:
        """Return the effect at a point, its draws freed from luck as in the map of worlds.

        All points of the arm tell how much of the spread is luck: those of one are too few.
        """
        effect = self.at(point).effect(arm, name)
        again = self.values(arm.name, name, 1) - self.values(BASELINE, name, 1)
        first = self.surface(arm, name).differences
        whole = np.isfinite(first).all(axis=0)
        if not math.isfinite(effect.p_relevant) or not whole.any():
            return effect
        share = share_of_parameters(first.T[whole], again.T[whole])
        known = first[point][np.isfinite(first[point])]
        return replace(effect, **vars(over_draws(known, share, effect.smallest_relevant)))

    def surfaces(self, arm: Arm) -> list[Surface]:
        """Return those of all indicators of the experiment."""
        return [self.surface(arm, name) for name in self.indicators]

    def averaged(self, arm: Arm) -> list[Surface]:
        """Return what the answer states: all points; of a sample, only its mean."""
        surfaces = self.surfaces(arm)
        return [s.over_sample(self.drawn_with) for s in surfaces] if self.is_sampled else surfaces

    def _target(self, name: str, before: Floats) -> float | None:
        """Return the smallest desired effect: the target, else the smallest relevant."""
        if name in self.experiment.targets:
            return float(self.experiment.targets[name])
        measure = OUTCOMES[name]
        if not measure.good:
            return None
        known = before[np.isfinite(before)]
        relevant = measure.smallest_relevant(float(known.mean()) if known.size else 0.0)
        return measure.good * rounded(relevant, 2)  # as it is told

    def differences(self, arm: Arm, *names: str) -> pd.DataFrame:
        """Return paired effects as a tidy table: ``point``, ``rep``, factors and measures."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [range(len(self.points)), range(self._n_reps)], names=["point", "rep"]
        )
        values = {n: self.surface(arm, n).differences.ravel() for n in names}
        return pd.DataFrame(values, index).join(self.points, on="point").reset_index()

    # Single points of a design

    @cached_property
    def shown(self) -> list[tuple[str, Facts]]:
        """Points whose maps, money and variances are shown: those that the answer names."""
        if self.is_single:
            return [("", self)]
        named = [s.largest for arm in self.arms for s in self.surfaces(arm) if s.has_moved]
        points = dict.fromkeys(p for p in named if p is not None)
        return [(self.point_label(p), self.at(p)) for p in list(points)[:MOST_SHOWN]]

    @cache  # noqa: B019
    def at(self, point: int) -> Facts:
        """Return the facts of a single point."""
        return Facts(self.results.at(int(self.kept[point])), self.language)

    # Courses over time

    @cached_property
    def _monthly(self) -> pd.DataFrame:
        import pandas as pd

        every: list[pd.DataFrame] = [
            (self.results if self.is_single else self.results.at(p)).monthly.assign(point=k)
            for k, p in enumerate(self.kept.tolist())
        ]
        return pd.concat([part for part in every if len(part)] or every[:1], ignore_index=True)

    @property
    def series(self) -> list[str]:
        """Measures whose course over time is known."""
        return [name for name in OUTCOMES if name in self._monthly and len(self._monthly)]

    @cache  # noqa: B019
    def course(self, arm: str, name: str) -> Floats:
        """Return levels by month, (points, replications, months); nan where there is none."""
        frame = self._monthly[self._monthly["arm"] == arm]
        shape = (len(self.points), int(self._monthly["rep"].max()) + 1, self.months)
        values = np.full(shape, np.nan)
        point, rep, month = (frame[k].to_numpy() for k in ("point", "rep", "month"))
        values[point, rep, month - 1] = frame[name]
        return values

    @property
    def dates(self) -> tuple[Floats, bool]:
        """The end of each month: in years, or in months where the run is short; and which."""
        ends = np.arange(1, self.months + 1, dtype=np.float64)
        in_years = self.months > 36
        return (self._first_year + ends / 12 if in_years else ends), in_years

    # Maps

    @property
    def layers(self) -> Sequence[str]:
        """Layers that are drawn; none where maps of start and end were not kept."""
        maps = self.results.maps.get(BASELINE)
        # Without a spin-up visits are counted from the end of the first month.
        if maps is None or maps.months[0] > 1 or maps.months[-1] != self.months:
            return []
        return [name for name in LAYERS if name in maps.layers]

    @cached_property
    def ground(self) -> Ground:
        """The ground under all maps."""
        maps = self.results.maps[BASELINE]
        is_inhabited = np.ones(maps.zone.shape, np.bool_)
        if "population" in maps.layers:
            is_inhabited = maps.layers["population"][0].max(axis=0) > 0
        territory = mapped_territory(self.results.scenario)
        beneath = territory.ground if territory else None
        return Ground(maps.zone, is_inhabited, beneath, self.squares[1])

    @property
    def squares(self) -> tuple[float, int]:
        """Side of a square of the maps, m, and the cells along it."""
        size = self.results.maps[BASELINE].cell_size
        return size, round(size / self.results.territory["cell_size_m"])

    def maps(self, layer: str) -> LayerMaps:
        """Return one layer at the start, and at the end of each arm."""

        def of(name: str, at: int) -> Floats:
            return np.asarray(self.results.maps[name].layers[layer][0, at], np.float64)

        ends = {arm.name: of(arm.name, -1) for arm in self.arms if arm is not REFERENCE}
        return LayerMaps(layer, of(BASELINE, 0), of(BASELINE, -1), ends)

    # Money

    @property
    def has_ledger(self) -> bool:
        """True if the lines on which money was spent were kept."""
        return not self.results.ledger.empty

    def money(self, arm: Arm) -> Money | None:
        """Return the ledger of an arm beyond that of the baseline; None where it is empty."""
        count = -(-self.months // 12)
        amounts = self._ledger(arm.name, count) - self._ledger(BASELINE, count)
        amounts[np.abs(amounts) < 0.005] = 0.0
        if not amounts.any():
            return None
        income, *lines, unspent = amounts
        spent = {k: v for k, v in zip(LINES, lines, strict=True) if v.any()}
        years = [self._first_year + k for k in range(count)]
        return Money(years, spent, income.sum(axis=1), unspent[:, -1])

    def _ledger(self, name: str, years: int) -> Floats:
        """Return EUR by line ("income" first, "unspent" last), source and year."""
        lines = ("income", *LINES, "unspent")
        table = np.zeros((len(lines), len(SOURCES), years))
        frame = self.results.ledger
        rows: list[Any] = frame[frame["arm"] == name].to_dict("records")
        for row in rows:
            at = lines.index(row["line"]), SOURCES.index(row["source"]), int(row["year"]) - 1
            table[at] += float(row["eur"])
        return table
