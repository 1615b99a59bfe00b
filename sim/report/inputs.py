"""Inputs of results: levers, settings, parameters and catalogues with their sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.experiments.draws import plausible_range
from sim.experiments.experiment import BASELINE
from sim.figures.run_story import starting_point
from sim.registry.catalogues import (
    PROJECT_COLUMNS,
    THIRD_PLACE_COLUMNS,
    project_kinds,
    third_place_kinds,
)
from sim.registry.parameters import ParameterInfo
from sim.registry.settings import Setting as Given
from sim.scenario.schema import PARAMETERS
from sim.simulation.balance import remarks_in_words
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import typeset

if TYPE_CHECKING:
    from sim.experiments.results import Results
    from sim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Setting:
    """A parameter or lever as a table shows it, with the default it may differ from.

    One that was chosen has no source but the experiment that tries it.
    """

    name: str
    label: str
    value: object
    unit: str
    evidence: str
    source: str
    default: object = None
    plausible: tuple[float, float] | None = None
    is_varied: bool = False
    is_chosen: bool = False
    scale: float | None = None


class Inputs:
    """The inputs of the first territory, read in one language.

    Factors are left out of the settings: they stand in a table of their own.
    """

    def __init__(self, results: Results, language: Language) -> None:
        self._language = language
        self._manifest = results.manifest
        self._scenario = results.scenario
        self._arms = results.experiment.arms
        self._factors = {f.name for f in results.experiment.factors}
        content = results.experiment.content
        self._first = results.manifest["scenarios"][results.manifest["scenario_order"][0]]
        given = self._first["settings"].items()
        by_hand = [name for name, of in given if not of["origin"].endswith(".toml")]
        self._set = {*content.get("settings", {}), *({"months"} & content.keys()), *by_hand}

    def _added(self, arm: str) -> list[Any]:
        """Return the interventions that an arm adds to the baseline."""
        before = {i.name for i in self._scenario.interventions}
        return [i for i in self._arms[arm].interventions if i.name not in before]

    def is_shock(self, arm: str) -> bool:
        """Return whether a shock is among the interventions of an arm."""
        return any(i.kind.is_shock for i in self._added(arm))

    def is_only_shock(self, arm: str) -> bool:
        """Return whether an arm adds nothing that anybody chooses."""
        return self.is_shock(arm) and all(i.kind.is_shock for i in self._added(arm))

    def start_of(self, arm: str) -> int | None:
        """Return the month in which the first intervention of an arm begins."""
        return min((int(i.levers.start) for i in self._added(arm)), default=None)

    def granted(self, arm: str) -> float:
        """Return the public money granted to an arm in a run, discounted, EUR."""
        months = int(self._scenario.values["months"])
        return float(sum(i.cost(months) for i in self._added(arm)))

    def descriptions(self, arm: str) -> list[str]:
        """Return the descriptions of an arm's interventions, each once."""
        told = dict.fromkeys(i.description[self._language] for i in self._added(arm))
        return [typeset(text, self._language) for text in told]

    def levers(self, arm: str) -> list[Setting]:
        """List every lever of an arm's interventions, and the parameters in which it differs."""
        varied = {name.rpartition(".")[2] for name in self._factors}
        added = self._added(arm)
        steps = self._steps(added) if len(added) > 1 else [""] * len(added)
        found = [
            self._of_step(
                step, self._setting(info, i.values[name], i.settings.get(name), info.default)
            )
            for step, i in zip(steps, added, strict=True)
            for name, info in i.kind.infos.items()
            if name not in varied
        ]
        before, after = self._arms[BASELINE].values, self._arms[arm].values
        return found + [
            self._setting(info, after[name], None, before[name])
            for name, info in PARAMETERS.items()
            if after[name] != before[name] and name not in varied
        ]

    def _steps(self, added: Sequence[Any]) -> list[str]:
        """Name what an arm does at once, by numbers where titles are alike."""
        titles = [typeset(i.title[self._language], self._language) for i in added]
        return [
            title if titles.count(title) == 1 else f"{title} {titles[:k].count(title) + 1}"
            for k, title in enumerate(titles)
        ]

    def _of_step(self, step: str, setting: Setting) -> Setting:
        words, label = Words(self._language), setting.label
        named = words("sweep.named_level", factor=step, level=label) if step else label
        return replace(setting, label=named)

    def scaled_levers(self, arms: Mapping[str, Scenario], arm: str) -> list[Setting]:
        """List the levers of money and size of an arm, which a budget scales."""
        before = {i.name for i in arms[BASELINE].interventions}
        return [
            self._setting(i.kind.infos[name], i.values[name], i.settings.get(name))
            for i in arms[arm].interventions
            if i.name not in before
            for name in i.levers.scaled(1.0)
            if i.values[name]
        ]

    def scenario_settings(self, *, is_set: bool) -> list[Setting]:
        """List what differs from the model's defaults: what was set for these runs, or the rest."""
        values, settings = self._scenario.values, self._scenario.settings
        return [
            self._setting(info, values[name], settings[name], info.default)
            for name, info in PARAMETERS.items()
            if name in settings and name not in self._factors and values[name] != info.default
            if (name in self._set) == is_set
        ]

    def parameters(self) -> list[Setting]:
        """List every parameter with the range from which it was drawn."""
        drawn, values = self._manifest["drawn_parameters"], self._scenario.values
        is_fixed = self._manifest["run"]["parameters"] == "fixed"
        found = []
        for name, info in PARAMETERS.items():
            setting = self._setting(info, values[name], self._scenario.settings.get(name))
            if name in self._factors:
                setting = replace(setting, is_varied=True)
            elif name in drawn:
                setting = replace(setting, plausible=(drawn[name]["low"], drawn[name]["high"]))
            elif info.plausible is not None and is_fixed:
                moved = plausible_range(info, float(values[name]))
                setting = replace(setting, plausible=(moved.low, moved.high))
            found.append(setting)
        return found

    def catalogue_figures(self) -> list[Setting]:
        """List every figure of the catalogues of third places and projects."""
        words = Words(self._language)
        return [
            Setting(
                f"{kind.name}.{column}",
                words(
                    "sweep.named_level",
                    factor=kind.label[self._language],
                    level=words(f"column.{column}"),
                ),
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
        """Return a parameter with the source of whatever set it."""
        label, by = info.label[self._language], setting or info
        scale = setting.scale if setting else None
        found = Setting(info.name, label, value, info.unit, by.evidence, by.source, default)
        is_here = info.name in self._set or info.name not in PARAMETERS  # which is a lever
        return replace(found, is_chosen=is_here and by.source == Given.source, scale=scale)

    @property
    def assumed(self) -> int:
        """Uncertain parameters whose value is a judgement."""
        return len(self._manifest["assumed_parameters"])

    @property
    def uncertain(self) -> int:
        """Uncertain parameters."""
        return int(self._manifest["uncertain_parameters"])

    def starting_point(self) -> list[str]:
        """State what of the start was observed or generated, and the remarks of its import."""
        return self._starting_point(self._first)

    def starting_points(self) -> list[list[str]]:
        """Return the starting point of each territory, in the order of the experiment."""
        order = self._manifest["scenario_order"]
        return [self._starting_point(self._manifest["scenarios"][name]) for name in order]

    def _starting_point(self, scenario: Mapping[str, Any]) -> list[str]:
        territory = scenario["territory"]
        remarks = remarks_in_words(territory["provenance"], self._language)
        return [*starting_point(territory, self._language), *remarks]
