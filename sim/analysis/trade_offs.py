"""Trade-offs: policies that no other beats in all objectives, and choices under uncertainty.

A policy can be chosen, such as a point of a design; a scenario cannot, such as a territory, or a
replication with its drawn parameters and random draws. Criteria over scenarios have their standard
names (survey: McPhail et al. 2018, doi 10.1002/2017EF000649) and take performances of which more is
better, (policies, scenarios) float64 arrays; negate objectives to minimise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import numpy as np
import pandas as pd

from sim.analysis.responses import means_of, require_columns, require_one
from sim.errors import InputError
from sim.experiments.effects import resampled_means
from sim.kernels.arrays import Bools, Floats

__all__ = [
    "ROBUSTNESS_COLUMNS",
    "maximin",
    "minimax_regret",
    "non_dominated",
    "pareto_front",
    "regret",
    "robustness",
    "satisficing",
]

Direction = Literal[1, -1]
"""Direction of an objective."""


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
        One row per policy, by its values in ``policies``: means of the objectives; ``is_on_front``;
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
    values = np.stack([t.to_numpy(np.float64).T for t in tables], axis=-1)
    ever = np.isfinite(values).all(axis=-1).any(axis=0)
    complete = np.isfinite(values[:, ever]).all(axis=(1, 2)) & ever.any()
    values = values[complete]
    n, signs = len(values), np.array(list(objectives.values()), np.float64)
    means = values.mean(axis=0) if n else np.full(values.shape[1:], np.nan)
    table = pd.DataFrame(means, columns=list(objectives), index=tables[0].index)
    table["is_on_front"] = non_dominated(means * signs)
    table["front_share"] = _front_share(values * signs) if n > 1 else np.nan
    table["replications"] = n
    table["left_out"] = int((~complete).sum())
    return table


def _front_share(objectives: Floats) -> Floats:
    """Return the share of resamples on the front from (replications, policies, objectives)."""
    n, *shape = objectives.shape
    resampled = np.stack([resampled_means(column) for column in objectives.reshape(n, -1).T])
    return np.asarray(
        np.mean([non_dominated(means.reshape(shape)) for means in resampled.T], axis=0)
    )


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
"""Columns of `robustness`. ``mean`` and ``worst`` are effects as measured; ``satisficing`` is nan
without a target; ``left_out`` counts replications with an unmeasured policy."""


def robustness(
    differences: pd.DataFrame,
    measure: str,
    direction: Direction,
    policies: Sequence[str],
    scenarios: Sequence[str],
    target: float | None = None,
) -> pd.DataFrame:
    """Compare policies over scenarios.

    Parameters
    ----------
    differences : pandas.DataFrame
        From `sim.Results.differences`, at one horizon.
    measure, direction : str and {1, -1}
        The measure, and 1 to maximise it or -1 to minimise it.
    policies, scenarios : sequence of str
        Columns that define them, such as ``("cluster_size",)`` and ``("scenario",)``, or
        ``("rep",)`` for drawn parameters and random draws together. Effects of the same policy in
        the same scenario are averaged over the replications in which all policies were measured.
    target : float, optional
        Effect to reach, in the unit of the measure.

    Returns
    -------
    pandas.DataFrame
        Columns `ROBUSTNESS_COLUMNS`, one row per measured policy.

    Raises
    ------
    InputError
        If there is no such column, arms or horizons are mixed, or no replication measured all
        policies.
    """
    require_columns(differences, (measure, *policies, *scenarios))
    require_one(differences, (*policies, *scenarios))
    runs = list(dict.fromkeys((*scenarios, "rep")))
    means = means_of(differences, [measure], (*policies, *runs))[measure]
    effects = means.unstack(runs).dropna(how="all")
    complete = effects.dropna(axis=1)
    if complete.empty:
        raise InputError(f"'{measure}' has not been measured for all policies in any replication.")
    kept = complete.T.groupby(level=list(scenarios)).mean().to_numpy().T * direction
    short = regret(kept)
    order = np.arange(len(kept))
    share = np.full(len(kept), np.nan)
    if target is not None:
        share = satisficing({measure: kept}, {measure: direction * target})
    columns = (
        direction * kept.mean(axis=1),
        direction * kept.min(axis=1),
        short.mean(axis=1),
        short.max(axis=1),
        share,
        order == maximin(kept),
        order == minimax_regret(kept),
        np.full(len(kept), kept.shape[1]),
        np.full(len(kept), effects.shape[1] - complete.shape[1]),
    )
    data = dict(zip(ROBUSTNESS_COLUMNS, columns, strict=True))
    return pd.DataFrame(data, index=effects.index)
