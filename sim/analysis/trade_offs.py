"""Trade-offs: policies that no other beats in all objectives, and choices under uncertainty.

A policy can be chosen, such as a point of a design, and so can doing nothing, which stands in every
table. A scenario cannot, such as a territory, a shock, or a draw of the uncertain parameters.
Criteria over scenarios have their standard names (survey: McPhail et al. 2018, doi
10.1002/2017EF000649) and take performances of which more is better, (policies, scenarios) float64
arrays without noise; negate objectives to minimise. `robustness` applies them to runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from sim.analysis.over_worlds import TAIL, mean_over_runs, over_worlds
from sim.analysis.responses import means_of, require_columns, require_one
from sim.errors import InputError
from sim.experiments.experiment import BASELINE
from sim.kernels.arrays import Bools, Floats

__all__ = [
    "ROBUSTNESS_COLUMNS",
    "front_share",
    "maximin",
    "mean_objectives",
    "minimax_regret",
    "non_dominated",
    "pareto_front",
    "regret",
    "robustness",
    "satisficing",
]

Direction = Literal[1, -1]
"""Direction of an objective."""

_RESAMPLES: Final = 500
_SEED: Final = 18960101


def non_dominated(objectives: Floats) -> Bools:
    """Return which policies are on the Pareto front.

    Parameters
    ----------
    objectives : (policies, objectives) float64 array
        More is better.

    Returns
    -------
    (policies,) bool array
        False if another policy is at least as good in all objectives and better in one, or if an
        objective is nan.

    Examples
    --------
    >>> births_and_savings = np.array([[1.0, 5.0], [2.0, 3.0], [2.0, 2.0], [3.0, 0.0]])
    >>> non_dominated(births_and_savings)
    array([ True,  True, False,  True])
    """
    as_good = np.ones((len(objectives), len(objectives)), bool)
    better = np.zeros_like(as_good)
    for objective in objectives.T:
        as_good &= objective[:, None] >= objective
        better |= objective[:, None] > objective
    is_dominated = (as_good & better).any(axis=0)
    return np.asarray(~is_dominated & ~np.isnan(objectives).any(axis=1))


def pareto_front(
    differences: pd.DataFrame,
    objectives: Mapping[str, Direction],
    policies: Sequence[str] = ("point",),
) -> pd.DataFrame:
    """Find the policies on the Pareto front by their mean effects, with the certainty of that.

    Parameters
    ----------
    differences : pandas.DataFrame
        From `sim.Results.differences`, at one horizon.
    objectives : mapping of str to {1, -1}
        1 to maximise a measure, -1 to minimise it.
    policies : sequence of str
        Columns that define policies. Each replication is averaged over all others.

    Returns
    -------
    pandas.DataFrame
        One row per policy, by its values in ``policies``, and a first one for doing nothing, called
        `BASELINE` in each of these columns: means of the objectives; ``is_on_front``;
        ``front_share``, the share of resamples of replications in which it is on the front, which
        separates noise from trade-off; the ``replications`` that all policies share, and those
        ``left_out``. Policies that were never measured are not on the front.

    Raises
    ------
    InputError
        If there is no such column or no objective, or arms or horizons are mixed.
    """
    require_columns(differences, (*policies, *objectives))
    require_one(differences, policies)
    if not objectives:
        raise InputError("a Pareto front needs at least one objective.")
    effects = means_of(differences, list(objectives), (*policies, "rep"))
    tables = [effects[measure].unstack("rep") for measure in objectives]
    values = np.stack([_with_nothing(t).to_numpy(np.float64).T for t in tables], axis=-1)
    ever = np.isfinite(values).all(axis=-1).any(axis=0)
    complete = np.isfinite(values[:, ever]).all(axis=(1, 2)) & ever.any()
    values = values[complete]
    n, signs = len(values), np.array(list(objectives.values()), np.float64)
    means = values.mean(axis=0) if n else np.full(values.shape[1:], np.nan)
    table = pd.DataFrame(means, columns=list(objectives), index=_with_nothing(tables[0]).index)
    table["is_on_front"] = non_dominated(means * signs)
    table["front_share"] = front_share(values * signs) if n > 1 else np.nan
    table["replications"] = n
    table["left_out"] = int((~complete).sum())
    return table


def front_share(objectives: Floats) -> Floats:
    """Return the share of resamples of runs in which each policy is on the front.

    Parameters
    ----------
    objectives : (runs, policies, objectives) or (runs, policies, worlds, objectives) float64 array
        More is better; nan where there is none. Worlds are averaged, however many runs they have.

    Returns
    -------
    (policies,) float64 array
        About 1 where a trade-off is certain and about 0 where a policy is beaten; in between, luck
        decides.
    """
    n, rng = len(objectives), np.random.default_rng(_SEED)
    samples = rng.integers(0, n, (_RESAMPLES, n))
    fronts = [non_dominated(mean_objectives(objectives[at])) for at in samples]
    return np.asarray(np.mean(fronts, axis=0))


def mean_objectives(objectives: Floats) -> Floats:
    """Return means over runs, then over worlds, (policies, objectives); see `front_share`."""
    n, policies, *shape = objectives.shape
    means = mean_over_runs(objectives.reshape(n, policies, -1)).reshape(policies, *shape)
    if len(shape) == 1:
        return means
    known = np.isfinite(means)
    total, number = np.where(known, means, 0.0).sum(axis=1), known.sum(axis=1)
    return np.asarray(np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0))


def _with_nothing(effects: pd.DataFrame) -> pd.DataFrame:
    """Put the effects of doing nothing, 0 wherever any effect is known, before all others."""
    index = effects.index
    levels = index.nlevels
    name: Any = (BASELINE,) * levels if levels > 1 else BASELINE
    first = pd.DataFrame([np.where(effects.notna().any(), 0.0, np.nan)], columns=effects.columns)
    both = pd.concat([first, effects.reset_index(drop=True)], ignore_index=True)
    known = [name, *index]
    both.index = (
        pd.MultiIndex.from_tuples(known, names=index.names)
        if levels > 1
        else pd.Index(known, dtype=object, name=index.name)
    )
    return both


def regret(performance: Floats) -> Floats:
    """Return the shortfall of each policy from the best one in the same scenario (Savage 1951, doi
    10.1080/01621459.1951.10500768).

    Regrets are at least 0; nan in scenarios with an unmeasured policy, which may be the best.

    Examples
    --------
    >>> regret(np.array([[4.0, 1.0], [3.0, 3.0], [0.0, 4.0]]))
    array([[0., 3.],
           [1., 1.],
           [4., 0.]])
    """
    return np.asarray(performance.max(axis=0, keepdims=True) - performance)


def minimax_regret(performance: Floats) -> int:
    """Return the first policy with the smallest maximum regret.

    Scenarios with an unmeasured policy do not count.

    Examples
    --------
    >>> minimax_regret(np.array([[4.0, 1.0], [3.0, 3.0], [0.0, 4.0]]))
    1
    """
    return int(regret(_measured(performance)).max(axis=1).argmin())


def maximin(performance: Floats) -> int:
    """Return the first policy with the best worst performance (Wald 1945, doi 10.2307/1969022).

    Scenarios with an unmeasured policy do not count.

    Examples
    --------
    >>> maximin(np.array([[4.0, 1.0], [2.0, 2.0], [0.0, 9.0]]))
    1
    """
    return int(_measured(performance).min(axis=1).argmax())


def _measured(performance: Floats) -> Floats:
    """Return the scenarios in which all policies were measured."""
    kept = performance[:, np.isfinite(performance).all(axis=0)]
    if kept.shape[1] == 0:
        raise InputError("there is no scenario in which all policies have been measured.")
    return np.asarray(kept)


def satisficing(performances: Mapping[str, Floats], targets: Mapping[str, float]) -> Floats:
    """Return the share of scenarios with all targets met (Simon 1956, doi 10.1037/h0042769).

    Parameters
    ----------
    performances, targets : mapping of str
        Performances by objective, and the least that is enough of each.

    Returns
    -------
    (policies,) float64 array
        Shares of the scenarios in which a policy was measured; nan without any.

    Examples
    --------
    >>> births = np.array([[1.0, 3.0, 2.0, 0.0], [2.0, 2.0, 2.0, np.nan]])
    >>> satisficing({"births": births}, {"births": 2.0})
    array([0.5, 1. ])
    """
    wanted = [np.asarray(performances[name]) for name in targets]
    known = np.all([np.isfinite(values) for values in wanted], axis=0)
    met = np.all([v >= t for v, t in zip(wanted, targets.values(), strict=True)], axis=0)
    n = known.sum(axis=1)
    share = np.divide((met & known).sum(axis=1), n, where=n > 0, out=np.full(n.size, np.nan))
    return np.asarray(share)


ROBUSTNESS_COLUMNS: Final = (
    "mean",
    "worst",
    "mean_regret",
    "max_regret",
    "satisficing",
    "is_maximin",
    "is_minimax_regret",
    "scenarios",
    "left_out",
)
"""Columns of `robustness`. ``mean`` and ``worst`` are effects in the unit of the measure;
``satisficing`` is nan without a target; ``left_out`` counts runs of a scenario in which a policy is
unmeasured."""


def robustness(
    differences: pd.DataFrame,
    measure: str,
    direction: Direction,
    policies: Sequence[str],
    scenarios: Sequence[str] = (),
    target: float | None = None,
) -> pd.DataFrame:
    """Compare policies and doing nothing over scenarios, with the luck of runs taken out.

    Worst cases and regrets are those of `sim.analysis.over_worlds`, nan with a single run of each
    scenario: the worst of some noisy figures is mostly the unluckiest one.

    Parameters
    ----------
    differences : pandas.DataFrame
        From `sim.Results.differences`, at one horizon.
    measure, direction : str and {1, -1}
        The measure, and 1 to maximise it or -1 to minimise it.
    policies : sequence of str
        Columns that define policies, such as ``("cluster_size",)``.
    scenarios : sequence of str
        Columns that define scenarios, such as ``("scenario",)``, over whose replications effects
        are averaged. With ``"rep"`` among them every draw of the uncertain parameters is one, for
        which the table needs runs with both seeds, told apart by a column ``luck`` (differences
        with ``luck=0`` and ``luck=1`` of an experiment with ``variance = true``); the worst case is
        then the mean of the worst tenth.
    target : float, optional
        Effect to reach, in the unit of the measure.

    Returns
    -------
    pandas.DataFrame
        Columns `ROBUSTNESS_COLUMNS`, one row per measured policy; the first is doing nothing,
        called `BASELINE` in each column of ``policies``.

    Raises
    ------
    InputError
        If there is no such column, arms or horizons are mixed, no replication measured all
        policies, or draws are scenarios without runs of a second seed.
    """
    is_drawn = "rep" in scenarios
    runs = "luck" if is_drawn else "rep"
    if is_drawn and ("luck" not in differences or differences["luck"].nunique() < 2):
        raise InputError(
            "one run of a draw does not tell its parameters from luck: give differences with "
            "luck = 0 and 1 and a column 'luck', or leave 'rep' out of the scenarios."
        )
    require_columns(differences, (measure, *policies, *scenarios, runs))
    require_one(differences, (*policies, *scenarios))
    means = means_of(differences, [measure], (*policies, *scenarios, runs))[measure]
    effects = means.unstack([*scenarios, runs]).dropna(how="all")
    complete = effects.dropna(axis=1)
    if complete.empty:
        raise InputError(f"'{measure}' has not been measured for all policies in any replication.")
    table = _with_nothing(complete)
    values = direction * _by_run(table, scenarios, runs)
    found, known = over_worlds(values, TAIL if is_drawn else 0.0), mean_over_runs(values)
    share = np.full(len(table), np.nan)
    if target is not None:
        share = satisficing({measure: known}, {measure: direction * target})
    order, is_told = np.arange(len(table)), len(values) > 1
    columns = (
        direction * found.mean,
        direction * found.worst,
        found.mean_regret,
        found.max_regret,
        share,
        is_told & (order == found.picks[1]),
        is_told & (order == found.picks[2]),
        np.full(len(table), known.shape[1]),
        np.full(len(table), effects.shape[1] - complete.shape[1]),
    )
    data = dict(zip(ROBUSTNESS_COLUMNS, columns, strict=True))
    return pd.DataFrame(data, index=table.index)


def _by_run(effects: pd.DataFrame, scenarios: Sequence[str], runs: str) -> Floats:
    """Return effects by (run, policy, scenario), nan where a scenario lacks a run."""
    at = effects.columns.to_frame(index=False)
    run = at.groupby(runs).ngroup().to_numpy()
    where = at.groupby(list(scenarios)).ngroup().to_numpy() if scenarios else np.zeros_like(run)
    values = np.full((run.max() + 1, len(effects), where.max() + 1), np.nan)
    values[run, :, where] = effects.to_numpy(np.float64).T
    return values
