"""Many effects at once: which findings stay findings once all that was looked at is counted.

The primary outcomes of each arm at the end of the run are declared beforehand. Holm's method keeps
the probability of any false finding among them at `LEVEL` (Holm 1979, Scandinavian Journal of
Statistics 6, 65-70). All other effects of a table, those of parts included, are explored: Benjamini
and Hochberg's method keeps the expected share of false ones among the findings at `LEVEL` (1995,
doi 10.1111/j.2517-6161.1995.tb02031.x). Both judge twice: that effects are not zero, and that they
matter. What an intervention spends and sets up is no finding.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.experiments.inference import FEWEST, LEVEL, further
from sim.experiments.verdicts import OPEN, Verdict, among
from sim.kernels.arrays import Bools, Floats
from sim.measures.registry import MEANS, PRIMARY

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FINDING_COLUMNS", "LEVEL", "Bar", "bar_of", "cutoff", "holm", "with_findings"]

FINDING_COLUMNS: Final = ("still_needed", "q_value", "q_beyond", "finding")
"""Columns that `with_findings` adds."""


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


@dataclass(frozen=True)
class Bar:
    """Levels that the p-values of an effect have to meet among many.

    Attributes
    ----------
    zero, beyond : float
        Largest p-values of an effect that is found to differ from zero, and to matter.
    to_join : float
        Largest one with which one more effect would be found.
    """

    zero: float = LEVEL
    beyond: float = LEVEL
    to_join: float = LEVEL

    def judged(self, verdict: Verdict, p_value: float, p_beyond: float) -> Verdict:
        """Return the verdict on an effect among many."""
        return among(
            verdict,
            is_other_than_zero=bool(p_value <= self.zero),
            is_relevant=bool(p_beyond <= self.beyond),
        )

    def still_needed(
        self, finding: str, n: int, mean: float, half_width: float, smallest_relevant: float
    ) -> int:
        """Return the further replications that will probably settle an effect, 0 where it is."""
        if finding not in OPEN:
            return 0
        if finding == "too_few":
            return FEWEST - n
        is_moved = finding != "not_determinable"
        return further(
            mean, half_width, n, smallest_relevant, is_moved=is_moved, level=self.to_join
        )


def bar_of(p: Floats, p_beyond: Floats) -> Bar:
    """Return the bar of explored effects with these p-values."""
    known = p[np.isfinite(p)]
    if not known.size:
        return Bar()
    zero = cutoff(p)
    found = int((known <= zero).sum())
    return Bar(zero, cutoff(p_beyond), LEVEL * min(found + 1, known.size) / known.size)


def _bar_of_primary(p: Floats, p_beyond: Floats) -> tuple[Bar, Floats, Floats]:
    """Return the bar of the primary outcomes of an arm, and their adjusted p-values."""
    q, q_beyond = holm(p), holm(p_beyond)
    is_found = q <= LEVEL
    zero, beyond = (
        float(values[adjusted <= LEVEL].max(initial=0.0))
        for values, adjusted in ((p, q), (p_beyond, q_beyond))
    )
    return Bar(zero, beyond, LEVEL / max(1, p.size - int(is_found.sum()))), q, q_beyond


def with_findings(effects: pd.DataFrame, parts: Collection[str] = ()) -> pd.DataFrame:
    """Add `FINDING_COLUMNS` to a table of effects.

    Parameters
    ----------
    effects : pandas.DataFrame
        With ``intervention``, ``indicator``, ``horizon``, ``mean``, ``lo90``, ``hi90``,
        ``smallest_relevant``, ``p_value``, ``p_beyond``, ``verdict`` and ``replications``.
    parts : collection of str
        Interventions that are parts of others and have no primary outcomes.

    Returns
    -------
    pandas.DataFrame
        ``q_value`` and ``q_beyond`` are nan where there is no p-value, and for what an intervention
        spends; ``finding`` is the verdict, without the claims whose value is above `LEVEL`;
        ``still_needed`` counts the replications that would probably settle the finding.
    """
    p, p_beyond = (effects[name].to_numpy(np.float64) for name in ("p_value", "p_beyond"))
    at_end = (effects["horizon"] == effects["horizon"].max()).to_numpy()
    is_part = effects["intervention"].isin(list(parts)).to_numpy()
    is_primary = effects["indicator"].isin(PRIMARY).to_numpy() & at_end & ~is_part
    is_counted = np.isfinite(p) & ~effects["indicator"].isin(MEANS).to_numpy()
    q, q_beyond = np.full(p.size, np.nan), np.full(p.size, np.nan)
    bars = np.full(p.size, Bar(), object)
    for arm in effects["intervention"].unique():
        of_arm = is_counted & is_primary & (effects["intervention"] == arm).to_numpy()
        if of_arm.any():
            bars[of_arm], q[of_arm], q_beyond[of_arm] = _bar_of_primary(p[of_arm], p_beyond[of_arm])
    explored: Bools = is_counted & ~is_primary
    if explored.any():
        q[explored] = benjamini_hochberg(p[explored])
        q_beyond[explored] = benjamini_hochberg(p_beyond[explored])
        bars[explored] = bar_of(p[explored], p_beyond[explored])
    rows = zip(
        bars,
        effects["verdict"],
        p,
        p_beyond,
        effects["replications"].to_numpy(np.int64),
        effects["mean"].to_numpy(np.float64),
        (effects["hi90"] - effects["lo90"]).to_numpy(np.float64) / 2,
        effects["smallest_relevant"].to_numpy(np.float64),
        strict=True,
    )
    finding, needed = [], []
    for bar, verdict, at_zero, beyond, *known in rows:
        finding.append(bar.judged(verdict, at_zero, beyond))
        needed.append(bar.still_needed(finding[-1], *known))
    return effects.assign(still_needed=needed, q_value=q, q_beyond=q_beyond, finding=finding)
