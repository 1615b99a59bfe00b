"""A sweep's territories and interventions, told by the sections that comparisons have for them."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from sim.experiments.experiment import BASELINE
from sim.report.blocks import Bullets, Section
from sim.report.facts import Facts
from sim.report.limits import limits
from sim.report.readings import Arm, Setting
from sim.words.catalogue import Words, typeset
from sim.words.language import LANGUAGES, Language

if TYPE_CHECKING:
    from sim.experiments.comparison import Comparison
    from sim.experiments.sweep import Sweep

__all__ = ["Appendix", "limits_section"]


class Appendix(Facts):
    """What a sweep was made of in one of its territories, as a comparison's report reads it.

    Factors are left out of the settings: they stand in a table of their own.

    Parameters
    ----------
    sweep : Sweep
    language : {"en", "fr"}
    scenario : str, optional
        The territory; the first one by default.
    """

    def __init__(self, sweep: Sweep, language: Language, scenario: str | None = None) -> None:
        experiment = sweep.experiment
        name = scenario or next(iter(experiment.scenarios))
        arms = experiment.scenarios[name]
        self._factors = {f.name for f in experiment.factors}
        super().__init__(cast("Comparison", _as_comparison(sweep, name, dict(arms))), language)

    def descriptions(self, arm: Arm) -> list[str]:
        """What an intervention does, with the signs of the language."""
        return [typeset(text, self.language) for text in super().descriptions(arm)]

    def levers(self, arm: Arm) -> list[Setting]:
        """Levers that were not varied."""
        names = {n.rpartition(".")[2] for n in self._factors}
        return [s for s in super().levers(arm) if s.name not in names]

    def scenario_settings(self) -> list[Setting]:
        """Settings that were not varied."""
        return [s for s in super().scenario_settings() if s.name not in self._factors]

    def parameters(self) -> list[Setting]:
        """Every parameter; those that were varied have no range here."""
        return [
            replace(s, plausible=None) if s.name in self._factors else s
            for s in super().parameters()
        ]


def _as_comparison(sweep: Sweep, name: str, arms: dict[str, Any]) -> SimpleNamespace:
    """What `Facts` reads of a comparison beyond its effects."""
    experiment, manifest = sweep.experiment, sweep.manifest
    before = len(arms[BASELINE].interventions)
    labels = {
        arm: {
            lang: " + ".join(i.title[lang] for i in one.interventions[before:]) or arm
            for lang in LANGUAGES
        }
        for arm, one in arms.items()
    }
    drawn = {n: {"low": low, "high": high} for n, (low, _, high) in
             manifest["drawn_parameters"].items()}  # fmt: skip
    return SimpleNamespace(
        scenario=arms[BASELINE],
        arms=tuple(arms.values()),
        labels=labels,
        effects=pd.DataFrame(columns=["intervention", "indicator", "horizon"]),
        manifest={
            "run": {
                "months": experiment.months,
                "reps": experiment.replications,
                "seed": experiment.seed,
                "fixed_parameters": experiment.parameters == "fixed",
                "independent": False,
                "package_version": manifest["package_version"],
                "model_version": manifest["model_version"],
            },
            "arms": {arm: {"settings": {}} for arm in arms},
            "territory": manifest["scenarios"][name]["territory"],
            "drawn_parameters": drawn,
            "assumed_parameters": manifest["assumed_parameters"],
            "uncertain_parameters": manifest["uncertain_parameters"],
        },
    )


def limits_section(appendix: Appendix, words: Words) -> Section:
    """What a sweep does not tell: what a comparison does not, and what comes of many points."""
    section = limits(appendix, words)
    (bullets,) = section.blocks
    assert isinstance(bullets, Bullets)
    more = [words(f"sweep_limits.{key}") for key in MORE]
    return replace(section, blocks=[Bullets([*bullets.items, *more])])


MORE = ("between", "largest", "beyond")
"""Keys of what holds for sweeps alone."""
