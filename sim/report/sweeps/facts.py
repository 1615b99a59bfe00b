"""What a report takes from a sweep: every access to its store is in this one place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.analysis.responses import COST
from sim.experiments.designs import SAMPLED
from sim.experiments.experiment import BASELINE
from sim.experiments.factors import SCENARIO, Factor
from sim.measures.registry import MEASURES
from sim.report.sweeps.layout import Layout, choose_layout
from sim.report.sweeps.levels import Levels
from sim.report.sweeps.surface import Surface
from sim.scenario.schema import PARAMETERS
from sim.words.language import Language, percent

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.sweep import Sweep

__all__ = ["RunCounts", "SweepArm", "SweepFacts"]

Floats = npt.NDArray[np.float64]

REFERENCE: Final = "reference"
"""Name of what stands in for an arm where nothing is tried: points against a reference point."""


MOST_NAMED: Final = 4
"""Factors that a point is called by."""


@dataclass(frozen=True)
class SweepArm:
    """What is tried: its key in the tables, and what people call it."""

    name: str
    label: str


@dataclass(frozen=True)
class RunCounts:
    """How many different runs the design has, and what became of them."""

    planned: int
    succeeded: int
    failed: int

    @property
    def missing(self) -> int:
        """Runs not done yet."""
        return self.planned - self.succeeded - self.failed


class SweepFacts:
    """A sweep, read in one language at the last horizon.

    Parameters
    ----------
    sweep : Sweep
    language : {"en", "fr"}
    """

    def __init__(self, sweep: Sweep, language: Language) -> None:
        self.sweep = sweep
        self.language = language
        self.experiment = sweep.experiment
        self.manifest: Mapping[str, Any] = sweep.manifest
        self.months = self.experiment.horizons[-1]
        self.reps = self.experiment.replications
        self.indicators = self.experiment.indicators
        self.has_interventions = len(self.experiment.arms) > 1
        self.is_sampled = self.experiment.design.kind in SAMPLED

    # What was asked

    @cached_property
    def arms(self) -> list[SweepArm]:
        """What is tried, in order; a single reference where nothing is."""
        before, *tried = self.experiment.arms.items()
        known = len(before[1].interventions)
        found = [
            SweepArm(
                name, " + ".join(i.title[self.language] for i in arm.interventions[known:]) or name
            )
            for name, arm in tried
        ]
        return found or [SweepArm(REFERENCE, "")]

    @cached_property
    def territories(self) -> dict[str, str]:
        """Words for the territories by name."""
        return {
            name: arms[BASELINE].title[self.language]
            for name, arms in self.experiment.scenarios.items()
        }

    @property
    def residents(self) -> dict[str, int]:
        """People of each territory before the first month."""
        every = self.manifest["scenarios"]
        return {name: int(one["territory"]["residents"]) for name, one in every.items()}

    @property
    def years(self) -> str:
        """First and last calendar year."""
        first = int(self.experiment.arms[BASELINE].values["start_year"])
        last = first + (self.months - 1) // 12
        return f"{first}–{last}" if last > first else f"{last}"

    # What was varied

    @cached_property
    def levels(self) -> Levels:
        """How factors are written."""
        return Levels(self.language, self.territories)

    @property
    def factors(self) -> Sequence[Factor]:
        """What is varied."""
        return self.experiment.factors

    @cached_property
    def points(self) -> pd.DataFrame:
        """A row a point, a column a factor; as stored, so that no sampling library is needed."""
        first = self._frame.drop_duplicates("point").set_index("point").sort_index()
        return first[[f.name for f in self.factors]]

    @cached_property
    def layout(self) -> Layout:
        """How the design is shown."""
        return choose_layout(
            self.points, self.factors, self.is_sampled, len(self.arms), len(self.indicators)
        )

    def point_label(self, point: int) -> str:
        """A point by the levels of what varies, or where much does by what is rare about it."""
        row, varied = self.points.iloc[point], self.layout.varied
        if len(varied) > MOST_NAMED:
            if self.is_sampled:
                return self.levels.words("sweep.numbered", number=self.levels.count(point + 1))
            common = self.points.mode().iloc[0]
            varied = tuple(f for f in varied if row[f.name] != common[f.name])
            if not varied:
                return self.levels.words("sweep.unchanged")
        units = [self.levels.unit(f) for f in varied]
        named = []
        for factor in varied or self.factors:
            unit = self.levels.unit(factor)
            is_plain = len(varied) > 1 and unit and units.count(unit) == 1
            write = self.levels.amount if is_plain else self.levels.named
            named.append(write(factor, row[factor.name]))
        return ", ".join(named)

    def levers(self, arm: SweepArm) -> list[Factor]:
        """Factors that are chosen with the arm, and not conditions that it meets.

        The points of a list are choices as they stand.
        """
        if self.experiment.design.kind == "list":
            return list(self.layout.varied)
        return [f for f in self.layout.varied if f.name != SCENARIO and f.name not in PARAMETERS]

    # What came out

    @cached_property
    def _frame(self) -> pd.DataFrame:
        measures = dict.fromkeys((*self.indicators, COST))
        return self.sweep.frame(*measures, horizon=self.months)

    def _values(self, arm: str, measure: str) -> Floats:
        """Levels of a measure, (points, replications); nan where there is none."""
        rows = self._frame[self._frame["arm"] == arm]
        values = np.full((len(self.points), self._n_reps), np.nan)
        values[rows["point"].to_numpy(), rows["rep"].to_numpy()] = rows[measure]
        return values

    @cached_property
    def _surfaces(self) -> dict[tuple[str, str], Surface]:
        return {}

    def surface(self, arm: SweepArm, name: str) -> Surface:
        """What an arm changes on a measure, point by point.

        Without any intervention, points are told against the first one of the design, or where
        points are sampled against the mean of all, in the same replication.
        """
        key = (arm.name, name)
        if key not in self._surfaces:
            before = self._values(BASELINE, name)
            after = before if not self.has_interventions else self._values(arm.name, name)
            if not self.has_interventions:
                rest = before.mean(axis=0) if self.is_sampled else before[0]
                before = np.broadcast_to(rest, before.shape)
            self._surfaces[key] = Surface(
                MEASURES[name], before, after, self._target(name, before), self.language
            )
        return self._surfaces[key]

    def surfaces(self, arm: SweepArm) -> list[Surface]:
        """Of all indicators of the experiment."""
        return [self.surface(arm, name) for name in self.indicators]

    def told(self, arm: SweepArm) -> list[Surface]:
        """What the answer tells of: all points; of a sample, only its mean."""
        surfaces = self.surfaces(arm)
        if not self.is_sampled:
            return surfaces
        return [s.over_sample(self.drawn_with) for s in surfaces]

    @cached_property
    def drawn_with(self) -> npt.NDArray[np.int64]:
        """Which points of a sampled design were drawn together."""
        together = {"morris": 1, "saltelli": 2}.get(self.experiment.design.kind)
        size = len(self.factors) + together if together else 1
        return np.arange(len(self.points)) // size

    def _target(self, name: str, before: Floats) -> float | None:
        """The smallest wanted effect: stated by the experiment, or the smallest that matters."""
        if name in self.experiment.targets:
            return self.experiment.targets[name]
        measure = MEASURES[name]
        if not measure.good:
            return None
        known = before[np.isfinite(before)]
        return measure.good * measure.smallest_relevant(float(known.mean()) if known.size else 0.0)

    def differences(self, arm: SweepArm, *names: str) -> pd.DataFrame:
        """Paired effects as a tidy table: ``point``, ``rep``, factors and measures."""
        import pandas as pd

        index = pd.MultiIndex.from_product(
            [range(len(self.points)), range(self._n_reps)], names=["point", "rep"]
        )
        values = {n: self.surface(arm, n).differences.ravel() for n in names}
        return pd.DataFrame(values, index).join(self.points, on="point").reset_index()

    @property
    def _n_reps(self) -> int:
        return int(self._frame["rep"].max()) + 1

    @cached_property
    def series(self) -> pd.DataFrame | None:
        """Courses over time; None where none are kept."""
        if not self.experiment.series:
            return None
        table = self.sweep.series()
        return table if len(table) else None

    # What became of the runs

    @cached_property
    def counts(self) -> RunCounts:
        """Of the different runs, each of which may serve several points."""
        keys = self.sweep.store.design()["key"].drop_duplicates()
        status = keys.map(self.sweep.store.statuses())
        ok = int((status == "ok").sum())
        return RunCounts(len(keys), ok, int(status.notna().sum()) - ok)

    @cached_property
    def failures(self) -> pd.DataFrame:
        """Runs that failed, and why."""
        return self.sweep.failures()

    def share(self, value: float) -> str:
        """A share of replications in per cent."""
        return percent(value, self.language, 0)
