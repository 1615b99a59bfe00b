"""Exchange with the EMA Workbench: a sweep as its results, an experiment as its model.

Both use the same conventions, so one script handles either. Decisions are levers and all else
uncertainties. Names are identifiers, so the dot of ``intervention.lever`` becomes two underscores.
The factor ``scenario`` becomes ``territory``, because the Workbench uses "scenario" for points of
uncertainties and leaves that column out of every analysis.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pandas as pd

from sim.analysis.libraries import library
from sim.analysis.point_values import (
    Quantity,
    choose_quantities,
    mean_of_replications,
    point_values,
)
from sim.errors import InputError
from sim.experiments.experiment import BASELINE
from sim.experiments.factors import SCENARIO
from sim.experiments.run import Run
from sim.experiments.seeds import replication_seed
from sim.experiments.territory_runs import TerritoryRuns
from sim.kernels.arrays import Floats, Ints

if TYPE_CHECKING:
    from ema_workbench import Model

    from sim.experiments.experiment import Experiment
    from sim.experiments.factors import Factor
    from sim.experiments.results import Results

__all__ = ["EmaRuns", "ema_name", "load_ema", "to_ema_model"]

TERRITORY: Final = "territory"

_log = logging.getLogger(__name__)


def ema_name(factor: str) -> str:
    """Return a factor's name in the EMA Workbench.

    Examples
    --------
    >>> ema_name("closure_rate"), ema_name("hub.start"), ema_name("scenario")
    ('closure_rate', 'hub__start', 'territory')
    """
    return TERRITORY if factor == SCENARIO else factor.replace(".", "__")


def load_ema(
    sweep: Results, indicators: str | Sequence[str] | None = None, *, horizon: int | None = None
) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """Return a sweep in the form of the EMA Workbench's results, for its analyses.

    An outcome is a point's mean over replications: runs of one point are not independent cases, and
    would make each finding look more certain than it is. By default indicators are those of the
    experiment, and the horizon, in months, is the end of the run. Raise `InputError` if there is no
    such indicator or horizon.

    Returns the experiments, one row per point: factors by `ema_name`, then ``scenario``, ``policy``
    and ``model``, which number the points of uncertainties and of levers; and the outcomes,
    (points,) float64 arrays of levels and effects by `sim.analysis.point_values.Quantity.name`,
    such as ``participation_baseline`` and ``participation_effect_of_transition_cluster``, nan if a
    point has no successful run.
    """
    experiment = sweep.experiment
    quantities = _levels_and_effects(experiment, indicators, horizon)
    points = experiment.design.points
    levers = [f.name for f in experiment.factors if _is_lever(experiment, f)]
    others = [f.name for f in experiment.factors if f.name not in levers]
    scenario, policy = (_number(points, names) for names in (others, levers))
    experiments = points.rename(columns=ema_name).reset_index(drop=True)
    words = [ema_name(factor.name) for factor in experiment.factors if factor.kind is str]
    experiments = experiments.assign(
        scenario=scenario, policy=policy, model=_identifier(experiment.name)
    ).astype(dict.fromkeys((*words, "scenario", "policy", "model"), "category"))
    found = point_values(sweep, quantities)
    return experiments, {q.name: mean_of_replications(v) for q, v in found.items()}


def to_ema_model(
    experiment: Experiment,
    indicators: str | Sequence[str] | None = None,
    *,
    horizon: int | None = None,
    replications: int = 1,
) -> Model:
    """Return an experiment as a model of the EMA Workbench, with the outcomes of `load_ema`.

    Only factors of the experiment are used, since the Workbench samples; those without a value stay
    as in its scenario. An outcome is averaged over replications, runs per arm. Raise `InputError`
    if there is no such indicator or horizon, factors are correlated, or replications are not at
    least 1.

    Examples
    --------
    Give it to the Workbench::

        model = to_ema_model(load_experiment("frugality"), replications=5)
        experiments, outcomes = ema_workbench.perform_experiments(model, scenarios=20, policies=5)
    """
    if replications < 1:
        raise InputError(f"replications = {replications} is out of range; expected at least 1.")
    experiment.design.refuse_correlations("the EMA Workbench")
    quantities = _levels_and_effects(experiment, indicators, horizon)
    ema = library("ema_workbench")
    model: Model = ema.Model(
        _identifier(experiment.name), function=EmaRuns(experiment, quantities, replications)
    )
    fixed = [f for f in experiment.factors if f.levels is not None and len(f.levels) == 1]
    model.constants = [
        ema.Constant(ema_name(f.name), cast(Any, f.levels)[0], variable_name=f.name) for f in fixed
    ]
    free = [f for f in experiment.factors if f not in fixed]
    model.levers = [_ema_parameter(f) for f in free if _is_lever(experiment, f)]
    model.uncertainties = [_ema_parameter(f) for f in free if not _is_lever(experiment, f)]
    model.outcomes = [ema.ScalarOutcome(q.name) for q in quantities]
    return model


class EmaRuns:
    """Quantities of an experiment as a function of its factors, for the EMA Workbench.

    All points of a replication share their random draws, and arms also share the drawn parameters.
    """

    def __init__(
        self, experiment: Experiment, quantities: Sequence[Quantity], replications: int
    ) -> None:
        self._experiment = experiment
        self._quantities = tuple(quantities)
        self._replications = replications
        self._model = TerritoryRuns(experiment)

    def __call__(self, **values: Any) -> dict[str, float]:
        """Run a point by values of factors, and return means over replications.

        Other factors keep the scenario's value. A failed run is logged and left out of the mean;
        without any run the mean is nan. The method never raises, since the Workbench would reuse
        the outcomes of the previous run.
        """
        arms = {q.arm for q in self._quantities} | {BASELINE}
        measures = {arm: self._measures(arm, values) for arm in arms}
        found = {}
        for quantity in self._quantities:
            row = self._experiment.horizons.index(quantity.horizon)
            column = self._model.outputs.index(quantity.indicator)
            level = measures[quantity.arm][:, row, column]
            if quantity.kind == "effect":
                level = level - measures[BASELINE][:, row, column]
            found[quantity.name] = float(mean_of_replications(level[None, :])[0])
        return found

    def _measures(self, arm: str, given: dict[str, Any]) -> Floats:
        """Return an array (replications, horizons, outputs); nan if a run failed."""
        experiment = self._experiment
        shape = (self._replications, len(experiment.horizons), len(self._model.outputs))
        found = np.full(shape, np.nan)
        for rep in range(self._replications):
            seed = replication_seed(experiment.seed, rep)
            try:
                found[rep] = self._model(
                    Run("", arm, rep, seed, self._reaching(arm, given))
                ).measures
            except Exception as error:  # any error: see __call__
                _log.warning("%s, replication %d of %s: %s", arm, rep, given, error)
        return found

    def _reaching(self, arm: str, given: dict[str, Any]) -> dict[str, Any]:
        """Return the values of the factors that reach an arm, in the types of their parameters."""
        scenario = given.get(SCENARIO, next(iter(self._experiment.scenarios)))
        reached = (SCENARIO, *self._experiment.applicable(scenario, arm))
        return {
            f.name: f.kind(given[f.name])
            for f in self._experiment.factors
            if f.name in given and f.name in reached
        }


def _levels_and_effects(
    experiment: Experiment, indicators: str | Sequence[str] | None, horizon: int | None
) -> tuple[Quantity, ...]:
    found = choose_quantities(experiment, indicators, horizon=horizon, kind="level")
    if len(experiment.arms) > 1:
        found += choose_quantities(experiment, indicators, horizon=horizon, kind="effect")
    return found


def _is_lever(experiment: Experiment, factor: Factor) -> bool:
    if factor.name == SCENARIO:
        return False
    for name, arm in experiment.arms.items():
        if factor.name in experiment.applicable(next(iter(experiment.scenarios)), name):
            return arm.info(factor.name).role == "lever"
    return False


def _number(points: pd.DataFrame, names: list[str]) -> Ints:
    """Number the combinations of values."""
    if not names:
        return np.zeros(len(points), np.int64)
    return np.asarray(points.groupby(names, sort=False).ngroup(), np.int64)


def _identifier(name: str) -> str:
    return ("" if name[:1].isalpha() else "_") + re.sub(r"\W", "_", name)


def _ema_parameter(factor: Factor) -> Any:
    """Return a factor as a parameter of the Workbench with the experiment's distribution."""
    from scipy import stats

    ema = library("ema_workbench")

    name, called = ema_name(factor.name), factor.name
    if factor.levels is not None:
        if factor.kind is bool:
            return ema.BooleanParameter(name, variable_name=called)
        return ema.CategoricalParameter(name, list(factor.levels), variable_name=called)
    low, high = cast(float, factor.low), cast(float, factor.high)
    if factor.distribution == "log_uniform":
        between = stats.loguniform(low, high)
    elif factor.mean is not None and factor.sd is not None:
        ends = ((end - factor.mean) / factor.sd for end in (low, high))
        between = stats.truncnorm(*ends, loc=factor.mean, scale=factor.sd)
    elif factor.distribution == "triangular":
        peak = (cast(float, factor.mode) - low) / (high - low)
        between = stats.triang(peak, loc=low, scale=high - low)
    else:
        between = stats.uniform(low, high - low)
    if factor.kind is not int:
        return ema.RealParameter.from_dist(name, between, variable_name=called)
    whole = np.arange(round(low), round(high) + 1)
    below = between.cdf(whole - 0.5)
    chances = np.diff(np.append(below, 1.0))
    return ema.IntegerParameter.from_dist(
        name, stats.rv_discrete(values=(whole, chances / chances.sum()))(), variable_name=called
    )
