"""An experiment: a question to the model that is known to be answerable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from sim.experiments.designs import Design
from sim.experiments.factors import SCENARIO, Factor
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS

__all__ = ["BASELINE", "Arms", "Experiment", "Kind", "is_set_in"]

BASELINE: Final = "baseline"
"""The arm in which nothing is done."""

Arms = Mapping[str, Mapping[str, Scenario]]
"""By scenario and by arm, the baseline first."""


Kind = Literal["run", "comparison", "sweep"]


@dataclass(frozen=True)
class Experiment:
    """A question to the model.

    Attributes
    ----------
    name : str
        Of the folder that holds ``experiment.toml``, or of the file without its ending.
    title, question : mapping
        Texts by language, "en" and "fr".
    scenarios : mapping of str to mapping
        Arms of each scenario: what is run before factors are set. All scenarios have the same arms.
    design : Design
    replications : int
    seed : int
        Luck of the whole, and of the drawn parameters.
    months : int
        Length of the runs.
    horizons : tuple of int
        Months after which runs are measured; the end of the run is the last.
    indicators : tuple of str
        Measures that reports speak of. All measures are kept.
    targets : mapping of str to float
        Smallest wanted effect by indicator, signed like the measure.
    parameters : {"drawn", "fixed"}
        Whether uncertain parameters that are no factors are drawn anew in each replication.
    luck : {"common", "per_point", "per_arm"}
        Whether all runs of a replication share one seed, or each point or arm has its own.
    series : tuple of str
        Measures whose course over time is kept, each over the twelve months that end with a month.
    every_month : bool
        Whether the indicators of every single month are kept.
    ledger : bool
        Whether the yearly ledger is kept.
    maps : tuple of int
        Months whose maps are kept; 0 is the starting state.
    layers : tuple of str
        Layers of these maps.
    variance : bool
        Whether some replications are run again with a second seed, which splits the variance of
        effects into that of seeds and that of drawn parameters.
    content : mapping
        What the file says, with what was changed since.
    """

    name: str
    title: Mapping[str, str]
    question: Mapping[str, str]
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
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What is varied."""
        return self.design.factors

    @property
    def arms(self) -> Mapping[str, Scenario]:
        """What is compared, in the first scenario; the first arm is the baseline."""
        return next(iter(self.scenarios.values()))

    @property
    def kind(self) -> Kind:
        """One arm at one point is a run, several arms a comparison; several points are a sweep."""
        if self.factors or len(self.design) > 1:
            return "sweep"
        return "comparison" if len(self.arms) > 1 else "run"

    @property
    def reruns(self) -> int:
        """Replications that are run again with a second seed: a third, and at least eight."""
        if not self.variance or self.parameters == "fixed":
            return 0
        return min(self.replications, max(8, -(-self.replications // 3)))

    def applicable(self, scenario: str, arm: str) -> tuple[str, ...]:
        """Names of the factors that matter to an arm: its parameters and its own levers."""
        one = self.scenarios[scenario][arm]
        return tuple(f.name for f in self.factors if f.name != SCENARIO and is_set_in(one, f.name))


def is_set_in(scenario: Scenario, name: str) -> bool:
    """Whether a name is that of a parameter, or of a lever of the scenario's interventions."""
    owner, _, lever = name.rpartition(".")
    return name in PARAMETERS or any(
        owner in ("", i.name) and lever in type(i.levers).model_fields
        for i in scenario.interventions
    )
