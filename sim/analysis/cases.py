"""Cases in which a target is met or not, in halves: one to search, and one to check.

PRIM and CART also find patterns in pure noise. Limits are therefore searched in one half of the
cases, drawn with a fixed seed, and all reported figures are counted in the other half.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sim.analysis.ema import load_ema
from sim.analysis.point_values import QuantityKind, choose_quantities
from sim.errors import InputError
from sim.kernels.arrays import Bools
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    from sim.experiments.results import Results

__all__ = [
    "FEWEST_CASES",
    "SIGNIFICANT",
    "Cases",
    "Limit",
    "categories",
    "coded",
    "describe_box",
    "halves",
    "is_number",
    "target_cases",
]

FEWEST_CASES: Final = 40
"""Minimum cases: half of them must put at least one into a box of a few per cent. A judgement."""

SIGNIFICANT: Final = 0.05
"""Largest p-value, or quasi-p-value, of a reported box."""

_SEED: Final = 19990201
_BOOK_KEEPING: Final = ("scenario", "policy", "model")
"""Columns of the Workbench's experiments that are not factors."""


def target_cases(
    sweep: Results,
    indicator: str,
    *,
    horizon: int | None = None,
    arm: str | None = None,
    kind: QuantityKind | None = None,
    target: float | None = None,
) -> tuple[pd.DataFrame, Bools]:
    """Return the points of a sweep and whether they meet a target.

    Arguments select one quantity as in `sim.analysis.point_values.choose_quantities`. The target is
    the value that the mean over replications must reach: a minimum, or a maximum if less of the
    indicator is better; by default that of the experiment.

    Returns experiments as from `sim.analysis.ema.load_ema`, without points that lack a value, and
    ``met``, (n,) bool. Raise `InputError` if there is no such quantity, there are several, or there
    is no target.
    """
    experiment = sweep.experiment
    quantities = choose_quantities(experiment, indicator, horizon=horizon, arm=arm, kind=kind)
    if len(quantities) > 1:
        arms = ", ".join(q.arm for q in quantities)
        raise InputError(f"a target is met by one arm at a time; choose one of {arms}.")
    wanted = experiment.targets.get(indicator) if target is None else target
    if wanted is None:
        raise InputError(f"{experiment.name} has no target for {indicator}; state one.")
    experiments, outcomes = load_ema(sweep, indicator, horizon=horizon)
    values = outcomes[quantities[0].name]
    is_there = np.isfinite(values)
    good = OUTCOMES[indicator].good or np.sign(wanted)
    met = values[is_there] * good >= wanted * good
    return experiments[is_there].reset_index(drop=True), met


@dataclass(frozen=True)
class Limit:
    """The limits of a factor in a box: from `low` to `high`, nan if open, or one of `levels`."""

    factor: str
    low: float
    high: float
    levels: tuple[Any, ...] | None
    quasi_p: float = np.nan

    def holds(self, cases: pd.DataFrame) -> Bools:
        """Return which values lie within the limit."""
        column = cases[self.factor]
        if self.levels is not None:
            return np.asarray(column.isin(self.levels))
        return ~np.asarray((column < self.low) | (column > self.high))


@dataclass(frozen=True)
class Cases:
    """Factors, one row per case, and whether the target is met."""

    factors: pd.DataFrame
    met: Bools

    def inside(self, limits: list[Limit]) -> Bools:
        """Return which cases lie within all limits."""
        held = [limit.holds(self.factors) for limit in limits]
        return np.asarray(np.logical_and.reduce([np.ones(len(self.met), bool), *held]))

    def of(self, which: Bools) -> Cases:
        """Return some of the cases."""
        return Cases(self.factors[which].reset_index(drop=True), self.met[which])

    def outside(self, limits: list[Limit]) -> Cases:
        """Return the cases outside at least one of the limits."""
        return self.of(~self.inside(limits))


def halves(experiments: pd.DataFrame, met: Bools) -> tuple[Cases, Cases]:
    """Split the cases into one half to search and one to check."""
    number = len(experiments)
    if number < FEWEST_CASES:
        raise InputError(f"{number} cases are too few to search; expected {FEWEST_CASES} or more.")
    factors = experiments.drop(columns=list(_BOOK_KEEPING), errors="ignore")
    order = np.random.default_rng(_SEED).permutation(number)
    is_searched = np.zeros(number, bool)
    is_searched[order[: number - number // 2]] = True
    cases = Cases(factors, np.asarray(met, bool))
    return cases.of(is_searched), cases.of(~is_searched)


def describe_box(limits: list[Limit], cases: Cases, all_met: int) -> dict[str, Any]:
    """Describe a box, found in other cases, by these cases."""
    from scipy.stats import binomtest

    inside = cases.inside(limits)
    n, hits = int(inside.sum()), int(cases.met[inside].sum())
    share = float(cases.met.mean()) if len(cases.met) else np.nan
    return {
        "coverage": hits / all_met if all_met else np.nan,
        "density": hits / n if n else np.nan,
        "n": n,
        "p_value": float(binomtest(hits, n, share, alternative="greater").pvalue) if n else np.nan,
        "share_met": share,
    }


def coded(factors: pd.DataFrame) -> pd.DataFrame:
    """Recode factors so that the Workbench analyses them reliably.

    Whole numbers become floats, since limits between them do not fit into their columns. Words and
    truth values become numbered categories, since the order of sets of words varies by process.
    """
    found: dict[Any, Any] = {}
    for name, column in factors.items():
        if is_number(column):
            found[name] = column.astype(np.float64)
        else:
            codes = {value: code for code, value in enumerate(categories(column))}
            found[name] = column.map(codes).astype(int).astype("category")
    return pd.DataFrame(found)


def is_number(column: pd.Series[Any]) -> bool:
    """Return whether a factor is ordered, unlike words and truth values."""
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def categories(column: pd.Series[Any]) -> list[Any]:
    """Return the categories of a factor."""
    return sorted(column.unique().tolist(), key=str)
