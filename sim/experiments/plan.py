"""The plan of a sweep: every run of an experiment, each under a key that says what it is.

A key is a hash of everything that decides the outcome: all parameters and levers, luck, drawn
parameters, the version of the model and what is measured. It knows nothing of points, batches or
hosts; arms that no factor reaches have one key for all points, and are run once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import InputError
from sim.experiments.designs import Design
from sim.experiments.experiment import BASELINE, Experiment
from sim.experiments.factors import SCENARIO
from sim.experiments.run import Model, Run
from sim.experiments.runs import replication_seed
from sim.experiments.territory_runs import TerritoryRuns
from sim.scenario.scenario import Scenario
from sim.version import MODEL_VERSION

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INDEX_COLUMNS", "Plan", "plan_experiment", "plan_model", "territory_bytes"]

INDEX_COLUMNS: Final = ("idx", "key", "point", "rep", "arm", "seed")
"""Columns of a design's table beside its factors."""


@dataclass(frozen=True)
class Plan:
    """What is to be run.

    Attributes
    ----------
    model : Model
        What runs.
    design : Design
    arms : tuple of str
        Arms of each point, the baseline first.
    replications : int
    rows : list of tuple
        ``key, point, rep, arm, seed`` of each run of each point, replication by replication, so
        that a sweep which is not finished has seen all points about as often.
    reached : mapping of str to tuple of str
        Factors that matter to each arm.
    """

    model: Model
    design: Design
    arms: tuple[str, ...]
    replications: int
    rows: Sequence[tuple[str, int, int, str, int]]
    reached: Mapping[str, tuple[str, ...]]

    @cached_property
    def keys(self) -> dict[str, int]:
        """The first row of each key: what is run, in the order in which it is run."""
        first: dict[str, int] = {}
        for row, (key, *_) in enumerate(self.rows):
            first.setdefault(key, row)
        return first

    def run(self, key: str) -> Run:
        """The run with a key."""
        _, point, rep, arm, seed = self.rows[self.keys[key]]
        names = [f.name for f in self.design.factors]
        values = dict(zip(names, self.design.values[point], strict=True))
        return Run(key, arm, rep, seed, {n: values[n] for n in self.reached[arm]})

    def table(self) -> pd.DataFrame:
        """The design as a table: columns `INDEX_COLUMNS`, then one a factor."""
        import pandas as pd

        frame = pd.DataFrame(self.rows, columns=list(INDEX_COLUMNS[1:]))
        frame.insert(0, "idx", np.arange(len(frame)))
        points = self.design.points.loc[frame["point"]].reset_index(drop=True)
        return pd.concat([frame, points], axis=1)


def plan_experiment(experiment: Experiment) -> Plan:
    """Plan an experiment.

    Parameters
    ----------
    experiment : Experiment

    Returns
    -------
    Plan
    """
    model = TerritoryRuns(experiment)
    names = [f.name for f in experiment.factors]
    arms = tuple(experiment.arms)
    contents = {
        (scenario, arm): _Content(experiment, scenario, arm)
        for scenario in experiment.scenarios
        for arm in arms
    }
    first = next(iter(experiment.scenarios))
    digest = _outputs(model)
    rows = []
    for rep in range(experiment.replications):
        shared = replication_seed(experiment.seed, rep)
        drawn = f"{experiment.seed}:{rep}" if experiment.parameters == "drawn" else "fixed"
        for point, values in enumerate(experiment.design.values):
            of = dict(zip(names, values, strict=True))
            scenario = of.get(SCENARIO, first)
            seed = shared if experiment.luck == "common" else _own(experiment.seed, rep, point)
            for arm in arms:
                content = contents[scenario, arm].key(of)
                rows.append((_hash(digest, content, drawn, seed), point, rep, arm, seed))
    with_scenario = (SCENARIO,) if SCENARIO in names else ()
    reached = {arm: with_scenario + experiment.applicable(first, arm) for arm in arms}
    return Plan(model, experiment.design, arms, experiment.replications, rows, reached)


def plan_model(model: Model, design: Design, replications: int = 1, seed: int = 0) -> Plan:
    """Plan runs of any model, each replication with luck that all points share.

    Parameters
    ----------
    model : Model
    design : Design
    replications : int
    seed : int
        Luck of the whole.

    Returns
    -------
    Plan
        With one arm, the baseline.
    """
    names = tuple(f.name for f in design.factors)
    digest = _outputs(model)
    rows = []
    for rep in range(replications):
        luck = replication_seed(seed, rep)
        for point, values in enumerate(design.values):
            content = _canonical(dict(zip(names, values, strict=True)))
            rows.append((_hash(digest, content, "fixed", luck), point, rep, BASELINE, luck))
    return Plan(model, design, (BASELINE,), replications, rows, {BASELINE: names})


def _own(seed: int, rep: int, point: int) -> int:
    """Luck of a point of its own."""
    spawned = np.random.SeedSequence(seed, spawn_key=(rep, point)).generate_state(1, np.uint64)
    return int(spawned[0] >> np.uint64(1))


class _Content:
    """Canonical content of an arm, with places left for the factors that reach it."""

    def __init__(self, experiment: Experiment, scenario: str, arm: str) -> None:
        self._reached = experiment.applicable(scenario, arm)
        fixed = _of_scenario(experiment.scenarios[scenario][arm])
        for name in self._reached:
            fixed["values"].pop(name, None)
            owner, _, lever = name.rpartition(".")
            for intervention in fixed["interventions"]:
                if owner in ("", intervention["name"]):
                    intervention["levers"].pop(lever, None)
        for intervention in fixed["interventions"]:
            del intervention["name"]
        self._fixed = _canonical(fixed)

    def key(self, values: Mapping[str, Any]) -> str:
        """The content at a point."""
        return self._fixed + _canonical({n: values[n] for n in self._reached})


def _of_scenario(scenario: Scenario) -> dict[str, Any]:
    values = dict(scenario.values)
    if values["file"]:
        values["file"] = hashlib.sha256(territory_bytes(scenario)).hexdigest()
    posterior = scenario.posterior
    return {
        "values": values,
        "posterior": [posterior.sha256, *posterior.parameters] if posterior else None,
        "interventions": [
            {"name": i.name, "type": i.type, "levers": i.values} for i in scenario.interventions
        ],
    }


def territory_bytes(scenario: Scenario) -> bytes:
    """Content of the file of an imported territory.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    path = scenario.folder / scenario.values["file"]
    try:
        content: bytes = path.read_bytes()
        return content
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise InputError(f"{path}: cannot be read: {reason}.") from None


def _outputs(model: Model) -> str:
    """What is measured, by which version of the model."""
    return _canonical([MODEL_VERSION, *model.outputs, *model.horizons, *model.series])


def _canonical(value: Any) -> str:
    """JSON that is the same for the same values on any machine: floats are hexadecimal."""
    return json.dumps(_exact(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(inner) for inner in value]
    return value


def _hash(*parts: Any) -> str:
    text = "\0".join(map(str, parts))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
