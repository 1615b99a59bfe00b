"""What a report takes from a comparison: every access to its tables is in this one place."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sim.figures.run_story import starting_point
from sim.measures.registry import MEASURES
from sim.registry.catalogues import (
    PROJECT_COLUMNS,
    THIRD_PLACE_COLUMNS,
    project_kinds,
    third_place_kinds,
)
from sim.registry.parameters import ParameterInfo
from sim.registry.variables.money import LINES, SOURCES
from sim.report.effect import Effect
from sim.report.map_tiles import Ground
from sim.report.over_time import Course
from sim.report.quantity import Quantity
from sim.report.readings import Arm, LayerMaps, Money, Setting, Variance
from sim.scenario.schema import PARAMETERS
from sim.words.language import Language

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiments.comparison import Comparison

__all__ = ["Facts"]

Floats = npt.NDArray[np.float64]

LAYERS: Final = ("vacancy", "footfall", "population")
"""Layers that are drawn, in this order."""


class Facts:
    """A comparison, read in one language.

    Parameters
    ----------
    comparison : Comparison
    language : {"en", "fr"}
    """

    def __init__(self, comparison: Comparison, language: Language) -> None:
        self.comparison = comparison
        self.language = language
        self.scenario = comparison.scenario
        self.place = comparison.scenario.title[language]
        self._manifest: Mapping[str, Any] = comparison.manifest
        self._run: Mapping[str, Any] = comparison.manifest["run"]
        self.months = int(self._run["months"])
        self.reps = int(self._run["reps"])
        self.seed = int(self._run["seed"])
        self.is_fixed = bool(self._run["fixed_parameters"])
        self.is_independent = bool(self._run["independent"])
        self.baseline, *self._names = comparison.labels

    # What was compared

    @cached_property
    def arms(self) -> list[Arm]:
        """The interventions in order; the cost is public, discounted, and set-up included."""
        return [
            Arm(name, self.comparison.labels[name][self.language], self._cost(name))
            for name in self._names
        ]

    def _cost(self, name: str) -> float:
        row = self._effects.get((name, "public_spending", self.months))
        return max(0.0, float(row["mean"])) if row and math.isfinite(row["mean"]) else 0.0

    @property
    def residents(self) -> int:
        """People of the territory before the first month."""
        return int(self._manifest["territory"]["residents"])

    @property
    def _first_year(self) -> int:
        return int(self.scenario.values["start_year"])

    @property
    def years(self) -> str:
        """First and last calendar year."""
        last = self._first_year + (self.months - 1) // 12
        return f"{self._first_year}–{last}" if last > self._first_year else f"{last}"

    # Effects

    @cached_property
    def _effects(self) -> dict[tuple[str, str, int], dict[str, Any]]:
        frame: pd.DataFrame = self.comparison.effects
        rows: list[Any] = frame.to_dict("records")
        return {(r["intervention"], r["indicator"], int(r["horizon"])): r for r in rows}

    @property
    def horizons(self) -> list[int]:
        """Months up to which effects are measured; the last is the end of the run."""
        return sorted({horizon for _, _, horizon in self._effects})

    def effect(self, arm: Arm, name: str, horizon: int | None = None) -> Effect:
        """One effect; by default at the end of the run."""
        measure = MEASURES[name]
        row = self._effects.get((arm.name, name, horizon or self.months), _MISSING)
        relevant = float(row["smallest_relevant"])
        return Effect(
            measure=name,
            label=measure.label[self.language],
            good=measure.good,
            quantity=Quantity(measure.unit, relevant, self.language),
            baseline=float(row["baseline_mean"]),
            mean=float(row["mean"]),
            low50=float(row["lo50"]),
            high50=float(row["hi50"]),
            low90=float(row["lo90"]),
            high90=float(row["hi90"]),
            p_positive=float(row["p_positive"]),
            smallest_relevant=relevant,
            verdict=str(row["verdict"]),
            replications=int(row["replications"]),
            still_needed=int(row["still_needed"]),
        )

    def effects(self, arm: Arm) -> list[Effect]:
        """All effects at the end of the run, in the order of the measures."""
        return [self.effect(arm, name) for name in MEASURES]

    def is_identical(self, arm: Arm) -> bool:
        """Whether nothing but money differs in any replication."""
        money = ("public_spending", "public_money_unspent")
        others = [e for e in self.effects(arm) if e.measure not in money and e.is_measured]
        return bool(others) and all(e.is_exactly_zero for e in others)

    def variance(self, arm: Arm, name: str) -> Variance | None:
        """Where the variance of an effect comes from; None where nothing varies."""
        row = self._effects.get((arm.name, name, self.months), _MISSING)
        found = Variance(
            *(float(row[f"variance_{k}"]) for k in ("luck", "parameters", "paired", "unpaired"))
        )
        return found if found.paired > 0 else None

    # Courses over time

    def course(self, arm: Arm, name: str) -> Course | None:
        """Levels of a measure by month; None where it was not kept or never measurable."""
        frame = self.comparison.monthly
        if name not in frame:
            return None
        without, with_it = (
            frame.loc[frame["arm"] == key, name].to_numpy(np.float64).reshape(self.reps, -1)
            for key in (self.baseline, arm.name)
        )
        # Windows of less than a year are noise.
        first = 11 if self.months >= 24 else 0
        shown = np.isfinite(without).all(axis=0) & np.isfinite(with_it).all(axis=0)
        shown[:first] = False
        if shown.sum() < 2:
            return None
        in_years = self.months > 36
        ends = np.arange(1, self.months + 1, dtype=np.float64)
        starts = self._starts(arm)
        if in_years:
            ends, starts = self._first_year + ends / 12, self._first_year + starts / 12
        return Course(
            MEASURES[name].label[self.language],
            ends[shown],
            in_years,
            without[:, shown],
            with_it[:, shown],
            starts,
        )

    def _starts(self, arm: Arm) -> float:
        starts = [i.levers.start for i in self._added(arm)]
        return float(min(starts)) if starts else math.nan

    # Maps

    @cached_property
    def ground(self) -> Ground | None:
        """What lies under all maps; None where none were kept."""
        maps = self.comparison.maps.get(self.baseline)
        if maps is None:
            return None
        residents = maps.layers["population"][0].max(axis=0)
        return Ground(maps.zone, residents > 0)

    @property
    def layers(self) -> Sequence[str]:
        """Layers that are drawn."""
        kept = self.comparison.maps[self.baseline].layers
        return [name for name in LAYERS if name in kept]

    def maps(self, layer: str) -> LayerMaps:
        """One layer at the start, and at the end of each arm."""

        def of(name: str, at: int) -> Floats:
            return np.asarray(self.comparison.maps[name].layers[layer][0, at], np.float64)

        ends = {arm.name: of(arm.name, -1) for arm in self.arms}
        return LayerMaps(layer, of(self.baseline, 0), of(self.baseline, -1), ends)

    # Money

    def money(self, arm: Arm) -> Money | None:
        """The ledger of an arm, beyond what the baseline books; None where nothing is booked."""
        count = -(-self.months // 12)
        amounts = self._ledger(arm.name, count) - self._ledger(self.baseline, count)
        amounts[np.abs(amounts) < 0.005] = 0.0
        if not amounts.any():
            return None
        income, *lines, unspent = amounts
        spent = {k: v for k, v in zip(LINES, lines, strict=True) if v.any()}
        return Money(
            [self._first_year + k for k in range(count)],
            spent,
            income.sum(axis=1),
            unspent[:, -1],
        )

    def _ledger(self, name: str, years: int) -> Floats:
        """EUR by line ("income" first, "unspent" last), source and year."""
        lines = ("income", *LINES, "unspent")
        table = np.zeros((len(lines), len(SOURCES), years))
        frame = self.comparison.ledger
        rows: list[Any] = frame[frame["arm"] == name].to_dict("records")
        for row in rows:
            at = lines.index(row["line"]), SOURCES.index(row["source"]), int(row["year"]) - 1
            table[at] += float(row["eur"])
        return table

    # What it was made of

    def _added(self, arm: Arm) -> list[Any]:
        """Interventions of an arm that the baseline has not."""
        before = {i.name for i in self.scenario.interventions}
        scenario = self.comparison.arms[1 + self._names.index(arm.name)]
        return [i for i in scenario.interventions if i.name not in before]

    def descriptions(self, arm: Arm) -> list[str]:
        """What an intervention does, in its own words."""
        return [i.description[self.language] for i in self._added(arm)]

    def levers(self, arm: Arm) -> list[Setting]:
        """Every lever of an arm's interventions, and parameters in which it differs."""
        found = []
        for intervention in self._added(arm):
            values = intervention.values
            for name, info in intervention.kind.infos.items():
                setting = intervention.settings.get(name)
                found.append(self._setting(info, values[name], setting, info.default))
        changed = self._manifest["arms"][arm.name]["settings"]
        return found + [
            self._setting(PARAMETERS[name], entry["value"], None, entry["baseline"])
            for name, entry in changed.items()
        ]

    def scenario_settings(self) -> list[Setting]:
        """Where the scenario differs from the model's defaults."""
        values = self.scenario.values
        return [
            self._setting(info, values[name], self.scenario.settings[name], info.default)
            for name, info in PARAMETERS.items()
            if name in self.scenario.settings
        ]

    def parameters(self) -> list[Setting]:
        """Every parameter with the range that it was drawn from."""
        drawn = self._manifest["drawn_parameters"]
        values = self.scenario.values
        found = []
        for name, info in PARAMETERS.items():
            setting = self._setting(info, values[name], self.scenario.settings.get(name))
            if name in drawn:
                setting = replace(setting, plausible=(drawn[name]["low"], drawn[name]["high"]))
            elif info.plausible is not None and self.is_fixed:
                setting = replace(setting, plausible=info.plausible)
            found.append(setting)
        return found

    def catalogue_figures(self) -> list[Setting]:
        """Every figure of the catalogues of third places and projects."""
        return [
            Setting(
                f"{kind.name}.{column}",
                kind.label[self.language],
                figure.value,
                columns[column].unit,
                figure.evidence,
                figure.source,
            )
            for kinds, columns in (
                (third_place_kinds(), THIRD_PLACE_COLUMNS),
                (project_kinds(), PROJECT_COLUMNS),
            )
            for kind in kinds
            for column, figure in kind.figures.items()
        ]

    def _setting(
        self, info: ParameterInfo, value: object, setting: Any, default: object = None
    ) -> Setting:
        """A parameter with the source of whoever set it."""
        stated = setting or info
        return Setting(
            info.name,
            info.label[self.language],
            value,
            info.unit,
            stated.evidence,
            stated.source,
            default,
        )

    @property
    def assumed(self) -> int:
        """Uncertain parameters whose value is a judgement."""
        return len(self._manifest["assumed_parameters"])

    @property
    def uncertain(self) -> int:
        """Uncertain parameters."""
        return int(self._manifest["uncertain_parameters"])

    def starting_point(self) -> list[str]:
        """Whether the people and premises of the start were observed or generated."""
        return starting_point(self._manifest["territory"], self.language)

    # How to make it again

    @property
    def command(self) -> str:
        """The command that gives the same comparison."""
        return str(self._run["command"])

    def command_for(self, scenario: str) -> str:
        """The command that compares the same interventions in another territory."""
        command = shlex.split(self.command)
        command[command.index("compare") + 1] = scenario
        command[command.index("--out") + 1] = f"results_{scenario}"
        return shlex.join(command)

    @property
    def python(self) -> str:
        """The program that gives the same comparison."""
        return str(self._run["python"]).rstrip("\n")

    @property
    def package_version(self) -> str:
        """Version of the package that made it."""
        return str(self._run["package_version"])

    @property
    def model_version(self) -> str:
        """Version of the model."""
        return str(self._run["model_version"])


_MISSING: Final[dict[str, Any]] = {
    "verdict": "missing",
    "replications": 0,
    "still_needed": 0,
    **dict.fromkeys(
        (
            "mean",
            "lo50",
            "hi50",
            "lo90",
            "hi90",
            "p_positive",
            "baseline_mean",
            "smallest_relevant",
            "variance_luck",
            "variance_parameters",
            "variance_paired",
            "variance_unpaired",
        ),
        math.nan,
    ),
}
"""An effect that the comparison does not hold."""
