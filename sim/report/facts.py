"""What a report takes from results: every access to their tables is in this one place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.analysis.responses import COST
from sim.experiments.designs import SAMPLED
from sim.experiments.experiment import BASELINE
from sim.experiments.factors import SCENARIO, Factor
from sim.experiments.multiplicity import LEVEL, cutoff
from sim.experiments.results import Results
from sim.kernels.arrays import Floats, Ints
from sim.measures.registry import MEANS, OUTCOMES, PRIMARY
from sim.registry.variables.money import LINES, SOURCES
from sim.report.blocks import Cell, Table
from sim.report.effects import Effect, Surface, effect_in_row, effect_over
from sim.report.inputs import Inputs
from sim.report.layout import Layout, choose_layout
from sim.report.levels import Levels
from sim.report.pictures.maps import Ground
from sim.report.quantity import Quantity
from sim.report.readings import Arm, LayerMaps, Looks, Money, Variance
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import percent, typeset

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Sequence[Cell]]

REFERENCE: Final = Arm("reference", "")
"""What stands in for an arm where no intervention is tried: points against a reference point."""

LAYERS: Final = ("vacancy", "footfall", "population")
"""Layers that are drawn, in this order."""

MOST_NAMED: Final = 4
"""Factors that a point is called by."""

MOST_SHOWN: Final = 3
"""Points of a design whose maps, money and variances are shown."""


class Facts:
    """Results, read in one language at the last horizon."""

    def __init__(
        self, results: Results, language: Language, elsewhere: Sequence[Results] = ()
    ) -> None:
        self.results = results
        self.language = language
        self.words = Words(language)
        self.elsewhere = [Facts(other, language) for other in elsewhere]
        self.experiment = results.experiment
        self.points: pd.DataFrame = results.points  # a row a point, a column a factor
        self.factors: Sequence[Factor] = results.experiment.factors  # what is varied
        self.is_single = len(self.points) == 1  # so that every measure can be shown
        self.scenario = results.scenario
        self.inputs = Inputs(results, language)
        self.run = results.manifest["run"]
        self.months = int(self.experiment.horizons[-1])
        self.indicators: tuple[str, ...] = self.experiment.indicators
        self.has_interventions = len(self.experiment.arms) > 1
        self.is_compared = self.has_interventions or len(self.factors) > 0
        self.is_sampled = self.experiment.design.kind in SAMPLED
        self.is_fixed = self.run["parameters"] == "fixed"
        self.has_variance = bool(getattr(self.experiment, "variance", False))
        self.is_independent = self.experiment.luck == "per_arm"

    # What was asked

    @cached_property
    def arms(self) -> list[Arm]:
        """What is tried, in order; the cost is public, discounted, and set-up included."""
        found = []
        for name in list(self.experiment.arms)[1:]:
            label = typeset(self.results.labels[name][self.language], self.language)
            found.append(Arm(name, label, self._cost(name) if self.is_single else 0.0))
        return found or [REFERENCE]

    @cached_property
    def parts(self) -> dict[str, list[Arm]]:
        """The parts of an arm that are tried alone, at equal money, by the name of that arm."""
        by_name = {arm.name: arm for arm in self.arms}
        found = self.experiment.parts.items()
        return {name: [by_name[part] for part in of_arm] for name, of_arm in found}

    @cached_property
    def wholes(self) -> list[Arm]:
        """What is tried, without the parts of others."""
        parts = self.experiment.parts_by_name
        return [arm for arm in self.arms if arm.name not in parts]

    def part_words(self, part: Arm) -> tuple[str, str]:
        """Return what a part is called within its whole, and what it consists of."""
        one = self.experiment.parts_by_name[part.name]
        title, description = one.title[self.language], one.description[self.language]
        return typeset(title, self.language), typeset(description, self.language)

    def _cost(self, name: str) -> float:
        mean = self._effect_rows.get((name, COST, self.months), {}).get("mean", 0.0)
        return max(0.0, float(mean)) if np.isfinite(mean) else 0.0

    @cached_property
    def territories(self) -> dict[str, str]:
        """Words for the territories by name."""
        return {
            name: typeset(arms[BASELINE].title[self.language], self.language)
            for name, arms in self.experiment.scenarios.items()
        }

    @property
    def place(self) -> str:
        """Words for the first territory."""
        return next(iter(self.territories.values()))

    @property
    def residents(self) -> dict[str, int]:
        """People of each territory before the first month."""
        every = self.results.manifest["scenarios"]
        return {name: int(one["territory"]["residents"]) for name, one in every.items()}

    @property
    def _first_year(self) -> int:
        return int(self.scenario.values["start_year"])

    @property
    def years(self) -> str:
        """First and last calendar year."""
        last = self._first_year + (self.months - 1) // 12
        return f"{self._first_year}–{last}" if last > self._first_year else f"{last}"

    # What was varied

    @property
    def reps(self) -> int:
        """Replications; where there is one point, those that every arm completed."""
        if self.is_single:
            return len(self.results.replications)
        return int(self.experiment.replications)

    @cached_property
    def levels(self) -> Levels:
        """How factors are written."""
        return Levels(self.language, self.territories)

    @cached_property
    def layout(self) -> Layout:
        """How the design is shown."""
        return choose_layout(
            self.points, self.factors, self.is_sampled, len(self.arms), len(self.indicators)
        )

    def point_label(self, point: int) -> str:
        """Name a point by the levels of what varies, or where much does by what is rare in it."""
        row, varied = self.points.iloc[point], self.layout.varied
        if len(varied) > MOST_NAMED:
            if self.is_sampled:
                return self.words("sweep.numbered", number=self.levels.count(point + 1))
            common = self.points.mode().iloc[0]
            varied = tuple(f for f in varied if row[f.name] != common[f.name])
            if not varied:
                return self.words("sweep.unchanged")
        units = [self.levels.unit(f) for f in varied]
        named = []
        for factor in varied or self.factors:
            unit = self.levels.unit(factor)
            is_plain = len(varied) > 1 and unit and units.count(unit) == 1
            write = self.levels.amount if is_plain else self.levels.named
            named.append(write(factor, row[factor.name]))
        return ", ".join(named)

    @property
    def levers(self) -> list[Factor]:
        """Factors that are chosen with an arm, and not conditions that it meets.

        The points of a list are choices as they stand.
        """
        if self.experiment.design.kind == "list":
            return list(self.layout.varied)
        return [f for f in self.layout.varied if f.name != SCENARIO and f.name not in PARAMETERS]

    @cached_property
    def drawn_with(self) -> Ints:
        """Which points of a sampled design were drawn together."""
        together = {"morris": 1, "saltelli": 2}.get(self.experiment.design.kind)
        size = len(self.factors) + together if together else 1
        return np.arange(len(self.points)) // size

    # Effects at one point

    @cached_property
    def _effect_rows(self) -> dict[tuple[str, str, int], dict[str, Any]]:
        rows: list[Any] = self.results.effects.to_dict("records")
        return {(r["intervention"], r["indicator"], int(r["horizon"])): r for r in rows}

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
        """How many effects are looked at beyond the primary outcomes, and what is found."""
        rows = self.results.effects
        is_whole = ~rows["intervention"].isin(list(self.experiment.parts_by_name))
        is_primary = rows["indicator"].isin(PRIMARY) & (rows["horizon"] == self.months) & is_whole
        rows = rows[rows["q_value"].notna() & ~is_primary]
        moved = rows["verdict"].isin(("increase", "decrease"))
        found = int((moved & (rows["finding"] == rows["verdict"])).sum())
        return Looks(len(rows), found, math.ceil(LEVEL * found), int(moved.sum()) - found)

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

    @cached_property
    def _frame(self) -> pd.DataFrame:
        measures = dict.fromkeys((*self.indicators, COST))
        return self.results.frame(*measures, horizon=self.months)

    @property
    def _n_reps(self) -> int:
        return int(self._frame["rep"].max()) + 1

    def _values(self, arm: str, measure: str) -> Floats:
        """Return levels of a measure, (points, replications); nan where there is none."""
        rows = self._frame[self._frame["arm"] == arm]
        values = np.full((len(self.points), self._n_reps), np.nan)
        values[rows["point"].to_numpy(), rows["rep"].to_numpy()] = rows[measure]
        return values

    @cache  # noqa: B019 - as long-lived as the facts
    def surface(self, arm: Arm, name: str) -> Surface:
        """Return what an arm changes on a measure, point by point.

        Without any intervention, points are compared with the first one of the design, or where
        points are sampled with the mean of all, in the same replication.
        """
        before = after = self._values(BASELINE, name)
        if self.has_interventions:
            after = self._values(arm.name, name)
        else:
            rest = before.mean(axis=0) if self.is_sampled else before[0]
            before = np.broadcast_to(rest, before.shape)
        target = self._target(name, before)
        return Surface(OUTCOMES[name], before, after, target, self.language, lambda: self.cutoff)

    @cached_property
    def cutoff(self) -> float:
        """The largest p-value of a finding among all effects of all arms that are stated."""
        names = [name for name in self.indicators if name not in MEANS]
        stated = [self.surface(arm, name) for arm in self.arms for name in names]
        if self.is_sampled:
            stated = [surface.over_sample(self.drawn_with) for surface in stated]
        return cutoff(np.array([e.p_value for s in stated for e in s.alone if e.is_measured]))

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
        return measure.good * measure.smallest_relevant(float(known.mean()) if known.size else 0.0)

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
        return Facts(self.results.at(point), self.language)

    # Courses over time

    @cached_property
    def _monthly(self) -> pd.DataFrame:
        import pandas as pd

        every: list[pd.DataFrame] = [
            (self.results if self.is_single else self.results.at(p)).monthly.assign(point=p)
            for p in range(len(self.points))
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
        """What lies under all maps."""
        maps = self.results.maps[BASELINE]
        is_inhabited = np.ones(maps.zone.shape, np.bool_)
        if "population" in maps.layers:
            is_inhabited = maps.layers["population"][0].max(axis=0) > 0
        return Ground(maps.zone, is_inhabited)

    def maps(self, layer: str) -> LayerMaps:
        """Return one layer at the start, and at the end of each arm."""

        def of(name: str, at: int) -> Floats:
            return np.asarray(self.results.maps[name].layers[layer][0, at], np.float64)

        ends = {arm.name: of(arm.name, -1) for arm in self.arms if arm is not REFERENCE}
        return LayerMaps(layer, of(BASELINE, 0), of(BASELINE, -1), ends)

    # Money

    @property
    def has_ledger(self) -> bool:
        """Whether it was kept where the money went."""
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

    # Words

    def share(self, value: float) -> str:
        """Write a share of replications in per cent."""
        return percent(value, self.language, 0)

    def table(
        self,
        caption: str,
        heads: Sequence[str],
        rows: Rows,
        left: Sequence[int] = (),
        **values: Any,
    ) -> Table:
        """Return a table from the keys of caption and heads; `left` are columns of words."""
        words = self.words
        return Table(words(caption, **values), [words(head) for head in heads], rows, left)

    def quoted(self, arm: Arm) -> str:
        """Return the words of an arm in quotation marks."""
        return self.words("page.quoted", text=arm.label)
