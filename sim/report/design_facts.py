"""The question of a report: arms, territories, points and factors, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.analysis.responses import COST
from sim.experiments.designs import SAMPLED
from sim.experiments.experiment import BASELINE
from sim.experiments.factors import SCENARIO, Factor
from sim.experiments.results import Results
from sim.kernels.arrays import Ints
from sim.report.blocks import Cell, Table
from sim.report.inputs import Inputs
from sim.report.layout import Layout, choose_layout
from sim.report.levels import Levels
from sim.report.readings import Arm
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import percent, typeset

if TYPE_CHECKING:
    import pandas as pd

Rows = Sequence[Sequence[Cell]]

REFERENCE: Final = Arm("reference", "")
"""The arm of a design without interventions, whose points are compared with a reference point."""

MOST_NAMED: Final = 4
"""Factors that a point is called by."""


class DesignFacts:
    """Arms, territories, points and factors of results in one language; see `Facts`."""

    def __init__(
        self, results: Results, language: Language, elsewhere: Sequence[Results] = ()
    ) -> None:
        self.results = results
        self.language = language
        self.words = Words(language)
        self.elsewhere: Sequence[DesignFacts] = [type(self)(other, language) for other in elsewhere]
        self.experiment = results.experiment
        self.points: pd.DataFrame = results.points  # a row a point, a column a factor
        self.kept: Ints = np.arange(len(self.points))  # their numbers in the design
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
        """Arms in order; the cost is public, discounted, and set-up included."""
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
        """Arms that are no parts of others."""
        parts = self.experiment.parts_by_name
        return [arm for arm in self.arms if arm.name not in parts]

    def part_words(self, part: Arm) -> tuple[str, str]:
        """Return the title of a part within its whole, and its description."""
        one = self.experiment.parts_by_name[part.name]
        title, description = one.title[self.language], one.description[self.language]
        return typeset(title, self.language), typeset(description, self.language)

    @cached_property
    def _effect_rows(self) -> dict[tuple[str, str, int], dict[str, Any]]:
        rows: list[Any] = self.results.effects.to_dict("records")
        return {(r["intervention"], r["indicator"], int(r["horizon"])): r for r in rows}

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
    def reps_in_words(self) -> str:
        """Replications of a point; the fewest and the most where they differ."""
        if self.is_single:
            return self.levels.count(self.reps)
        design = self.results.store.design()
        by_point = design[design["luck"] == 0].groupby("point")["rep"].nunique()
        return self.from_to(int(by_point.min()), int(by_point.max()))

    def from_to(self, fewest: int, most: int) -> str:
        """Write two numbers of things; one where they are the same."""
        low, high = self.levels.count(fewest), self.levels.count(most)
        return low if fewest == most else self.words("quantity.range", low=low, high=high)

    @cached_property
    def levels(self) -> Levels:
        """Words for factors and their levels."""
        return Levels(self.language, self.territories)

    @cached_property
    def layout(self) -> Layout:
        """The pictures and columns that suit the design."""
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
            is_plain = len(varied) > 1 and self.levels.speaks(factor) and units.count(unit) == 1
            write = self.levels.amount if is_plain else self.levels.named
            named.append(write(factor, row[factor.name]))
        return self.levels.joined(named)

    def reaching(self, arm: str) -> list[str]:
        """Return the factors that change an arm: territory, parameters and its own levers."""
        asked = self.experiment
        found = {n for one in asked.scenarios for n in asked.applicable(one, arm)}
        return [f.name for f in self.factors if f.name in {SCENARIO, *found}]

    @property
    def levers(self) -> list[Factor]:
        """Factors that are chosen with an arm, and not conditions that it meets."""
        return [f for f in self.layout.varied if f.name != SCENARIO and f.name not in PARAMETERS]

    @cached_property
    def drawn_with(self) -> Ints:
        """A number for each point, the same for those of a sampled design drawn together."""
        together = {"morris": 1, "saltelli": 2}.get(self.experiment.design.kind)
        size = len(self.factors) + together if together else 1
        return np.arange(len(self.points)) // size

    # Words

    def share(self, value: float) -> str:
        """Write a share of replications in per cent."""
        return percent(value, self.language, 0)

    def variants(self, some: int, total: int) -> str:
        """Write some of all variants: how many of them, all, or none."""
        every = "both" if total == 2 else "all"
        key = "none" if not some else every if some == total else "some"
        count = self.levels.count
        return self.words(f"sweep_count.{key}", some=count(some), total=count(total))

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
