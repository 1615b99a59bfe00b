"""Many effects at once: which findings stay findings once all that was looked at is counted.

The primary outcomes of each arm at the end of the run are declared beforehand. Holm's method keeps
the probability of any false finding among them at `LEVEL` (Holm 1979, Scandinavian Journal of
Statistics 6, 65-70). All other effects of a table, those of parts included, are explored: Benjamini
and Hochberg's method keeps the expected share of false ones among the findings at `LEVEL` (1995,
doi 10.1111/j.2517-6161.1995.tb02031.x). What an intervention spends and sets up is no finding.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import ndtri

from sim.kernels.arrays import Bools, Floats, Ints
from sim.measures.registry import MEANS, PRIMARY

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEVEL", "cutoff", "holm", "with_findings"]

LEVEL: Final = 0.10
"""Probability of a false finding, or expected share of false ones, that is accepted."""


def holm(p: Floats) -> Floats:
    """Return Holm's adjusted p-values.

    Examples
    --------
    >>> holm(np.array([0.01, 0.5, 0.04]))
    array([0.03, 0.5 , 0.08])
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(p.size)
    scaled = np.arange(p.size, 0, -1) * p[order]
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


def benjamini_hochberg(p: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p-values.

    ``scipy.stats`` offers this, but importing it takes as long as several runs.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.5, 0.04]))
    array([0.03, 0.5 , 0.06])
    """
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(p.size)
    scaled = p[order] * (p.size / np.arange(1, p.size + 1))
    adjusted[order] = np.minimum.accumulate(scaled[::-1])[::-1]
    return np.minimum(adjusted, 1.0)


def cutoff(p: Floats) -> float:
    """Return the largest p-value that is still a finding among many explored ones.

    Examples
    --------
    >>> cutoff(np.array([0.001, 0.04, 0.09, 0.8])), cutoff(np.array([0.09, 0.8]))
    (0.04, 0.0)
    """
    known = np.sort(p[np.isfinite(p)])
    found = known[known <= LEVEL * np.arange(1, known.size + 1) / known.size]
    return float(found[-1]) if found.size else 0.0


def with_findings(effects: pd.DataFrame, parts: Collection[str] = ()) -> pd.DataFrame:
    """Add ``q_value`` and ``finding`` to a table of effects.

    Parameters
    ----------
    effects : pandas.DataFrame
        With ``intervention``, ``indicator``, ``horizon``, ``p_value``, ``verdict``,
        ``replications`` and ``still_needed``.
    parts : collection of str
        Interventions that are parts of others and have no primary outcomes.

    Returns
    -------
    pandas.DataFrame
        ``q_value`` is nan where there is no p-value, and for what an intervention spends;
        ``finding`` is the verdict, but not determinable where the q-value is above `LEVEL`;
        ``still_needed`` then counts the replications to a finding.
    """
    p = effects["p_value"].to_numpy(np.float64)
    at_end = (effects["horizon"] == effects["horizon"].max()).to_numpy()
    is_part = effects["intervention"].isin(list(parts)).to_numpy()
    is_primary = effects["indicator"].isin(PRIMARY).to_numpy() & at_end & ~is_part
    is_counted = np.isfinite(p) & ~effects["indicator"].isin(MEANS).to_numpy()
    q = np.full(p.size, np.nan)
    for arm in effects["intervention"].unique():
        of_arm = is_counted & is_primary & (effects["intervention"] == arm).to_numpy()
        q[of_arm] = holm(p[of_arm])
    explored: Bools = is_counted & ~is_primary
    if explored.any():
        q[explored] = benjamini_hochberg(p[explored])
    verdict = effects["verdict"].to_numpy()
    is_chance = np.isin(verdict, ("increase", "decrease")) & (q > LEVEL)
    needed = effects["still_needed"].to_numpy().copy()
    n = effects["replications"].to_numpy()
    needed[is_chance] = _further(n[is_chance], p[is_chance], q[is_chance])
    finding = np.where(is_chance, "not_determinable", verdict)
    return effects.assign(still_needed=needed, q_value=q, finding=finding)


def _further(n: Ints, p: Floats, q: Floats) -> Ints:
    """Return the further replications that would make a finding, at the present effect and spread.

    The p-value has to fall to the one that is a finding at its rank among all.
    """
    now, wanted = ndtri(p / 2), ndtri(p / q * LEVEL / 2)
    further = np.ceil(n * ((wanted / now) ** 2 - 1))
    return np.asarray(np.maximum(1, further), np.int64)
