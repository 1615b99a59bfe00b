"""Search for levers that reach several objectives, under the luck of runs.

An evaluation runs all arms of a choice with the same replications as every other choice, so that
they share random draws and drawn parameters. Even so, the best of many evaluations is partly the
luckiest one. What a search finds is therefore run again, with replications that it has not seen,
and only those figures are returned, next to doing nothing.

The search itself is NSGA-II (Deb et al. 2002, doi 10.1109/4235.996017) of Platypus, over the unit
cube: factors map it to their levels or distributions, as in sampled designs.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sim.analysis.libraries import library
from sim.analysis.trade_offs import Direction, front_share, non_dominated
from sim.errors import InputError, nearest
from sim.experiments.experiment import BASELINE
from sim.experiments.factors import SCENARIO
from sim.experiments.run import Run
from sim.experiments.seeds import replication_seed
from sim.experiments.territory_runs import TerritoryRuns
from sim.kernels.arrays import Floats, Ints
from sim.measures.registry import OUTCOMES
from sim.scenario.schema import PARAMETERS

if TYPE_CHECKING:
    from sim.experiments.experiment import Experiment
    from sim.experiments.factors import Factor

__all__ = ["Policies", "optuna_objective", "search"]

POPULATION: Final = 20
"""Choices of a generation; the first one is drawn at random."""


class Policies:
    """Effects of an arm by the values of its levers.

    Parameters
    ----------
    experiment : Experiment
        Its factors that are levers of the arm are searched; others keep the scenario's value.
    objectives : mapping of str to {1, -1}
        1 to maximise the effect on a measure at the end of the run, -1 to minimise it.
    arm : str, optional
        By default the only one.

    Raises
    ------
    InputError
        If there is no such measure or arm, no objective, or no factor that is a lever of the arm.
    """

    def __init__(
        self, experiment: Experiment, objectives: Mapping[str, Direction], arm: str | None = None
    ) -> None:
        arms = [name for name in experiment.arms if name != BASELINE]
        if arm is None and len(arms) != 1:
            raise InputError(f"{experiment.name} has {len(arms)} arms; choose one of them.")
        self.arm = arms[0] if arm is None else arm
        if self.arm not in arms:
            raise InputError(f"there is no arm '{self.arm}'.{nearest(self.arm, arms)}")
        for name in objectives:
            if name not in OUTCOMES:
                raise InputError(f"unknown measure '{name}'.{nearest(name, OUTCOMES)}")
        reached = experiment.applicable(next(iter(experiment.scenarios)), self.arm)
        self.levers: list[Factor] = [
            f
            for f in experiment.factors
            if f.name in reached and f.name != SCENARIO and f.name not in PARAMETERS
        ]
        if not objectives or not self.levers:
            what = "objective" if not objectives else f"factor that is a lever of '{self.arm}'"
            raise InputError(f"a search needs at least one {what}.")
        self.objectives = dict(objectives)
        self._experiment, self._model = experiment, TerritoryRuns(experiment)
        self._without: dict[int, Floats] = {}

    def effects(self, values: Mapping[str, Any], replications: range) -> Floats:
        """Return paired effects of levers, (replications, objectives); nan where a run fails."""
        found = np.full((len(replications), len(self.objectives)), np.nan)
        for k, rep in enumerate(replications):
            if rep not in self._without:
                self._without[rep] = self._levels(BASELINE, rep, {})
            found[k] = self._levels(self.arm, rep, values) - self._without[rep]
        return found

    def _levels(self, arm: str, rep: int, values: Mapping[str, Any]) -> Floats:
        seed = replication_seed(self._experiment.seed, rep)
        try:
            measures = self._model(Run("", arm, rep, seed, dict(values))).measures[-1]
        except InputError:  # levers that do not go together
            return np.full(len(self.objectives), np.nan)
        return np.array([measures[self._model.outputs.index(name)] for name in self.objectives])


def optuna_objective(
    experiment: Experiment,
    objectives: Mapping[str, Direction],
    *,
    arm: str | None = None,
    replications: int = 5,
) -> Callable[[Any], float | tuple[float, ...]]:
    """Return the mean effects of levers as an objective of Optuna.

    Optuna proposes levels, or values between the limits of a factor. All trials share replications.
    A trial whose runs fail returns nan, which Optuna counts as failed. The best trial is partly the
    luckiest one: run it again with other replications, as `search` does.

    Parameters
    ----------
    experiment, objectives, arm
        As for `Policies`.
    replications : int
        Pairs of runs of each trial.

    Examples
    --------
    Directions of the study follow those of the objectives::

        objectives = {"births_per_1000": 1, "public_spending": -1}
        study = optuna.create_study(directions=["maximize", "minimize"])
        study.optimize(optuna_objective(load_experiment("frugality"), objectives, arm=...), 100)
    """
    policies = Policies(experiment, objectives, arm)
    _at_least(replications, "replications", 1)

    def objective(trial: Any) -> float | tuple[float, ...]:
        values = {lever.name: _suggested(trial, lever) for lever in policies.levers}
        means = policies.effects(values, range(replications)).mean(axis=0).tolist()
        return means[0] if len(means) == 1 else tuple(means)

    return objective


def _suggested(trial: Any, lever: Factor) -> Any:
    if lever.levels is not None:
        return trial.suggest_categorical(lever.name, list(lever.levels))
    is_log = lever.distribution == "log_uniform"
    suggest = trial.suggest_int if lever.kind is int else trial.suggest_float
    return suggest(lever.name, lever.kind(lever.low), lever.kind(lever.high), log=is_log)


def search(
    experiment: Experiment,
    objectives: Mapping[str, Direction],
    *,
    arm: str | None = None,
    evaluations: int = 200,
    replications: int = 5,
    fresh: int = 20,
    seed: int = 0,
) -> pd.DataFrame:
    """Search for levers that no others beat in all objectives, and run what is found again.

    Parameters
    ----------
    experiment, objectives, arm
        As for `Policies`.
    evaluations : int
        Choices that the search tries.
    replications : int
        Pairs of runs of each of them.
    fresh : int
        Further replications of what is found, which the search has not seen; at least 2.
    seed : int
        Seed of the search; those of runs are the experiment's.

    Returns
    -------
    pandas.DataFrame
        A row for each choice on the front of the search, and a first one for doing nothing
        (index `BASELINE`, levers nan): levers; means of the objectives over fresh replications;
        those that the search saw, as ``<objective>_searched``; ``is_on_front`` and ``front_share``
        by fresh replications (`sim.analysis.trade_offs.pareto_front`). What was lucky in the search
        is off the front, or has a low share.

    Raises
    ------
    InputError
        If `Policies` refuses, a number is too small, Platypus is not installed, or no choice can
        run.
    """
    policies = Policies(experiment, objectives, arm)
    _at_least(evaluations, "evaluations", POPULATION)
    _at_least(replications, "replications", 1)
    _at_least(fresh, "fresh", 2)
    signs = np.array(list(policies.objectives.values()), np.float64)
    tried = _tried(policies, signs, range(replications), evaluations, seed)
    if not tried:
        raise InputError(f"none of {evaluations} choices could run.")
    seen = np.array(list(tried.values()))
    best: Ints = np.flatnonzero(non_dominated(seen * signs))
    choices = [dict(zip((f.name for f in policies.levers), list(tried)[k], strict=True))
               for k in best]  # fmt: skip
    again = range(replications, replications + fresh)
    runs = np.stack([policies.effects(one, again) for one in choices], axis=1)
    runs = np.concatenate([np.zeros((fresh, 1, len(signs))), runs], axis=1)
    table = pd.DataFrame(choices, index=pd.RangeIndex(1, len(choices) + 1))
    table = pd.concat([pd.DataFrame(index=[BASELINE], columns=table.columns), table])
    means = runs.mean(axis=0)
    for k, name in enumerate(policies.objectives):
        table[name] = means[:, k]
        table[f"{name}_searched"] = [0.0, *seen[best, k]]
    table["is_on_front"] = non_dominated(means * signs)
    table["front_share"] = front_share(runs * signs)
    return table


def _tried(
    policies: Policies, signs: Floats, replications: range, evaluations: int, seed: int
) -> dict[tuple[Any, ...], Floats]:
    """Return mean effects by levers of all choices that an evolutionary search tried."""
    platypus = library("platypus")
    tried: dict[tuple[Any, ...], Floats] = {}

    def evaluate(places: list[float]) -> list[float]:
        values = tuple(f.value(u) for f, u in zip(policies.levers, places, strict=True))
        if values not in tried:
            named = {f.name: v for f, v in zip(policies.levers, values, strict=True)}
            tried[values] = policies.effects(named, replications).mean(axis=0)
        losses: list[float] = (-signs * tried[values]).tolist()
        return [loss if math.isfinite(loss) else math.inf for loss in losses]

    problem = platypus.Problem(len(policies.levers), len(signs), function=evaluate)
    problem.types[:] = platypus.Real(0, 1)
    with _seeded(seed):
        platypus.NSGAII(problem, population_size=POPULATION).run(evaluations)
    return {values: means for values, means in tried.items() if np.isfinite(means).all()}


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Seed the global generator, from which Platypus draws, and restore it."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def _at_least(value: int, name: str, least: int) -> None:
    if value < least:
        raise InputError(f"{name} = {value} is out of range; expected at least {least}.")
