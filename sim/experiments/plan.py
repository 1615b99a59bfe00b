"""The plan of an experiment: every run with its key.

A key is a hash of everything that determines the outcome: all parameters and levers, the seed,
drawn parameters, territory, code (`sim.experiments.code`) and measures. It does not depend on
points, batches or hosts; an arm that no factor reaches has one key for all points and is run once.
Nor does it depend on horizons and months: a longer run begins with the shorter one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import InputError
from sim.experiments.code import code_here
from sim.experiments.designs import LARGEST_DESIGN, Design
from sim.experiments.experiment import BASELINE, Experiment
from sim.experiments.factors import SCENARIO
from sim.experiments.run import Model, Run
from sim.experiments.seeds import replication_seed, run_seed
from sim.experiments.territory_runs import TerritoryRuns
from sim.scenario.posterior import Posterior
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["INDEX_COLUMNS", "Plan", "plan_experiment", "plan_model"]

INDEX_COLUMNS: Final = ("idx", "key", "point", "rep", "luck", "arm", "seed")
"""Columns of the design's table other than factors; ``luck`` is 1 for reruns, else 0."""

_NONE: Final[Mapping[str, tuple[int, ...]]] = MappingProxyType({})

Row = tuple[str, int, int, int, str, int]
"""``key, point, rep, luck, arm, seed``."""


@dataclass(frozen=True)
class Plan:
    """The runs of an experiment.

    Attributes
    ----------
    model : Model
    design : Design
    arms : tuple of str
        Arms of each point, the baseline first.
    replications : int
    rows : sequence of Row
        Each run of each point, replication by replication, so that an unfinished experiment covers
        all points about equally.
    reached : mapping of str to tuple of str
        Factors that reach each arm.
    """

    model: Model
    design: Design
    arms: tuple[str, ...]
    replications: int
    rows: Sequence[Row]
    reached: Mapping[str, tuple[str, ...]]

    @cached_property
    def keys(self) -> dict[str, int]:
        """First row of each key, in the order of the runs."""
        first: dict[str, int] = {}
        for row, (key, *_) in enumerate(self.rows):
            first.setdefault(key, row)
        return first

    def run(self, key: str, known: tuple[int, ...] = ()) -> Run:
        """Return the run with a key; `known` are the horizons at which it has been measured."""
        _, point, rep, luck, arm, seed = self.rows[self.keys[key]]
        names = [f.name for f in self.design.factors]
        values = dict(zip(names, self.design.values[point], strict=True))
        return Run(
            key, arm, rep, seed, {n: values[n] for n in self.reached[arm]}, bool(luck), known
        )

    def groups(
        self, keys: Iterable[str], known: Mapping[str, tuple[int, ...]] = _NONE
    ) -> Iterator[list[Run]]:
        """Yield the runs with some keys; arms that may share a start are adjacent.

        `known` are the horizons at which some runs have been measured, by key.
        """

        def shared(key: str) -> tuple[int, int, int]:
            _, point, rep, luck, *_ = self.rows[self.keys[key]]
            return point, rep, luck

        for _, together in groupby(keys, shared):
            yield [self.run(key, known.get(key, ())) for key in together]

    def table(self) -> pa.Table:
        """Return the design as a table: columns `INDEX_COLUMNS`, then one a factor."""
        import pyarrow as pa

        columns: dict[str, Any] = {"idx": np.arange(len(self.rows))}
        columns |= dict(zip(INDEX_COLUMNS[1:], zip(*self.rows, strict=True), strict=True))
        columns["luck"] = np.array(columns["luck"], np.int8)
        points = [self.design.values[point] for point in columns["point"]]
        for k, factor in enumerate(self.design.factors):
            columns[factor.name] = [values[k] for values in points]
        return pa.table(columns)


def plan_experiment(experiment: Experiment, *, threads: bool = False) -> Plan:
    """Plan an experiment, each run of which may be spread over threads.

    Raise `InputError` if it has more than `LARGEST_DESIGN` runs.
    """
    runs = len(experiment.design) * len(experiment.arms) * experiment.replications
    if runs > LARGEST_DESIGN:
        raise InputError(f"{experiment.name}: {runs:,} runs are more than {LARGEST_DESIGN:,}.")
    model = TerritoryRuns(experiment, threads=threads)
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
        drawn = f"{experiment.seed}:{rep}" if experiment.parameters == "drawn" else "fixed"
        for luck in range(2 if rep < experiment.reruns else 1):
            for point, values in enumerate(experiment.design.values):
                of = dict(zip(names, values, strict=True))
                scenario = of.get(SCENARIO, first)
                for number, arm in enumerate(arms):
                    seed = run_seed(
                        experiment.seed,
                        rep,
                        luck,
                        arm=number if experiment.luck == "per_arm" else 0,
                        point=point if experiment.luck == "per_point" else None,
                    )
                    key = _hash(digest, contents[scenario, arm].key(of), drawn, seed)
                    rows.append((key, point, rep, luck, arm, seed))
    with_scenario = (SCENARIO,) if SCENARIO in names else ()
    reached = {arm: with_scenario + experiment.applicable(first, arm) for arm in arms}
    return Plan(model, experiment.design, arms, experiment.replications, rows, reached)


def plan_model(model: Model, design: Design, replications: int = 1, seed: int = 0) -> Plan:
    """Plan runs of any model with one arm, the baseline; all points share a replication's seed."""
    names = tuple(f.name for f in design.factors)
    digest = _outputs(model)
    rows = []
    for rep in range(replications):
        own = replication_seed(seed, rep)
        for point, values in enumerate(design.values):
            content = _canonical(dict(zip(names, values, strict=True)))
            rows.append((_hash(digest, content, "fixed", own), point, rep, 0, BASELINE, own))
    return Plan(model, design, (BASELINE,), replications, rows, {BASELINE: names})


class _Content:
    """Canonical content of an arm, with placeholders for the factors that reach it."""

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
        """Return the key at a point."""
        return self._fixed + _canonical({n: values[n] for n in self._reached})


def _of_scenario(scenario: Scenario) -> dict[str, Any]:
    values = {name: value for name, value in scenario.values.items() if name != "months"}
    if scenario.territory_file is not None:
        values["file"] = hashlib.sha256(scenario.territory_file).hexdigest()
    posterior = scenario.posterior if isinstance(scenario.posterior, Posterior) else None
    scaled = ["scaled"] if posterior and posterior.scaled else []
    return {
        "values": values,
        "posterior": [posterior.sha256, *posterior.parameters, *scaled] if posterior else None,
        "interventions": [
            {"name": i.name, "type": i.type, "levers": i.values} for i in scenario.interventions
        ],
    }


def _outputs(model: Model) -> str:
    """Return the measures, and the code that computes them."""
    return _canonical([code_here().hash, *model.outputs, *model.kept])


def _canonical(value: Any) -> str:
    """Return JSON that depends on neither machine nor order of keys, with hexadecimal floats.

    Examples
    --------
    >>> _canonical({"b": 0.5, "a": (1, None)})
    '{"a":[1,null],"b":"0x1.0000000000000p-1"}'
    """
    return json.dumps(_exact(value), sort_keys=True, separators=(",", ":"))


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, dict):
        return {key: _exact(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exact(inner) for inner in value]
    return value


def _hash(*parts: object) -> str:
    text = "\0".join(map(str, parts))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
