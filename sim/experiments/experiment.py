"""Experiments: validated questions to the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sim.experiments.designs import Design
from sim.experiments.factors import SCENARIO, Factor
from sim.interventions.parts import Part
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import Texts

__all__ = ["BASELINE", "Arms", "Experiment", "Kind", "is_set_in"]

BASELINE: Final = "baseline"
"""The arm without interventions."""

Arms = Mapping[str, Mapping[str, Scenario]]
"""Scenarios by name and arm, the baseline first."""


Kind = Literal["run", "comparison", "sweep"]


Limit = Literal["none", "demand", "levers", "steps", "free"]
"""Why an arm does not spend its budget: it does; too few ask for more; its levers end; places and
seats come in whole numbers; it costs no public money."""


@dataclass(frozen=True)
class Scale:
    """The scale of an arm's interventions that meets a budget (`sim.experiments.budget`).

    Attributes
    ----------
    scale : float
        Factor of their levers of money and size.
    spent : float
        EUR a year that they spend at this scale, as measured when it was found.
    limit : Limit
        Why this is not the budget.
    """

    scale: float
    spent: float
    limit: Limit


@dataclass(frozen=True)
class Experiment:
    """A validated question to the model.

    Attributes
    ----------
    name : str
        Name of the folder with ``experiment.toml``, or of the file without suffix.
    title, question : Texts
        Texts by language.
    scenarios : mapping of str to mapping
        Arms of each scenario, before factors are set. All scenarios have the same arms.
    design : Design
    replications : int
    seed : int
        Seed of all runs and drawn parameters.
    months : int
        Length of the runs.
    horizons : tuple of int
        Months after which to measure runs; the last is the end of the run.
    indicators : tuple of str
        Measures that reports cover. All measures are kept.
    targets : mapping of str to float
        Smallest effect that counts as a success, by indicator, with its sign.
    parameters : {"drawn", "fixed"}
        Whether each replication draws the uncertain parameters that are not factors.
    luck : {"common", "per_point", "per_arm"}
        Whether all runs of a replication share one seed, or each point or arm has its own.
    series : tuple of str
        Measures to keep as monthly series, each over the twelve months that end with a month.
    every_month : bool
        Whether to keep the indicators of every single month.
    ledger : bool
        Whether to keep the yearly ledger.
    maps : tuple of int
        Months whose maps to keep; 0 is the starting state.
    layers : tuple of str
        Layers of these maps.
    variance : bool
        Whether to rerun some replications with a second seed, which splits the variance of effects
        into that of seeds and that of drawn parameters.
    budget : float or None
        EUR a year that each arm is to spend beyond the baseline.
    scales : mapping of str to mapping of str to Scale
        How arms are scaled to it, by scenario and arm; empty before this has been measured.
    classes : mapping of str to str
        Class of each territory where they are many towns of a table; empty texts without classes.
    choose : int
        How many of these towns are chosen; 0 if there are none.
    content : mapping
        Content of the file, including later changes.
    """

    name: str
    title: Texts
    question: Texts
    scenarios: Arms
    design: Design
    replications: int
    seed: int
    months: int
    horizons: tuple[int, ...]
    indicators: tuple[str, ...]
    targets: Mapping[str, float]
    parameters: Literal["drawn", "fixed"]
    luck: Literal["common", "per_point", "per_arm"]
    series: tuple[str, ...] = ()
    every_month: bool = False
    ledger: bool = False
    maps: tuple[int, ...] = ()
    layers: tuple[str, ...] = ()
    variance: bool = False
    budget: float | None = None
    scales: Mapping[str, Mapping[str, Scale]] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    choose: int = 0
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The factors."""
        return self.design.factors

    @property
    def arms(self) -> Mapping[str, Scenario]:
        """Arms of the first scenario; the first arm is the baseline."""
        return next(iter(self.scenarios.values()))

    @property
    def parts(self) -> dict[str, dict[str, Part]]:
        """The arms that are parts of another one, by that arm; empty unless ``parts = true``."""
        if not self.content.get("parts"):
            return {}
        kept, found = len(self.arms[BASELINE].interventions), {}
        for name, arm in self.arms.items():
            kinds = [i.kind for i in arm.interventions[kept:]]
            known = {f"{name}_{part.name}": part for kind in kinds for part in kind.parts}
            if of_arm := {other: known[other] for other in self.arms if other in known}:
                found[name] = of_arm
        return found

    @property
    def parts_by_name(self) -> dict[str, Part]:
        """All arms that are parts of another one."""
        return {name: part for of_arm in self.parts.values() for name, part in of_arm.items()}

    @property
    def kind(self) -> Kind:
        """One arm at one point is a run, several arms a comparison; several points are a sweep."""
        if self.factors or len(self.design) > 1:
            return "sweep"
        return "comparison" if len(self.arms) > 1 else "run"

    @property
    def reruns(self) -> int:
        """Number of replications to rerun with a second seed: a third, and at least eight."""
        if not self.variance or self.parameters == "fixed":
            return 0
        return min(self.replications, max(8, -(-self.replications // 3)))

    def applicable(self, scenario: str, arm: str) -> tuple[str, ...]:
        """Return the factors that reach an arm: its parameters and its own levers."""
        one = self.scenarios[scenario][arm]
        return tuple(f.name for f in self.factors if f.name != SCENARIO and is_set_in(one, f.name))


def is_set_in(scenario: Scenario, name: str) -> bool:
    """Return whether a name is a parameter, or a lever of the scenario's interventions."""
    owner, _, lever = name.rpartition(".")
    return name in PARAMETERS or any(
        owner in ("", i.name) and lever in type(i.levers).model_fields
        for i in scenario.interventions
    )
