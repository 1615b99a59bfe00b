"""Closure rates of shops by age.

Occurrences over exposure in bands of age (the piecewise exponential model) and a Weibull law, both
with late entry: a licence counts from the age that it had when closures began to be recorded, and
until it ended or the records did. Assumes that recording neither favours the old nor the young, and
that a licence is a shop: renaming and new owners look like closures.

A hump of the risk where leases of three years end is the rate between 18 and 54 months over that
of the rest of the first six years. Late or yearly recording makes one too.

Sources: Kalbfleisch and Prentice (2002), *The Statistical Analysis of Failure Time Data*, sections
1.3 and 3.9, :doi:`10.1002/9781118032985`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2

from experiments.evidence.estimates import LEVEL, Estimate, Z, rate
from experiments.evidence.records import years

AGES = (0, 5, 10, 25)
"""Bounds of the bands of age, in years."""

HUMP, AROUND = (1.5, 4.5), 6.0
"""Ages in years of a hump at lease ends, and up to which it is compared."""

DROP = chi2.ppf(LEVEL, 1) / 2
"""Fall of the log-likelihood at the ends of a profile interval."""


def exposures(licences: pd.DataFrame, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Return ages in years at which each shop enters and leaves observation, and if it closed."""
    shops = licences[licences["is_shop"]]
    end = shops["end"].where(shops["end"] <= until)
    table = pd.DataFrame(
        {
            "enters": years(shops["start"], since).clip(lower=0),
            "leaves": years(shops["start"], end.fillna(until)),
            "is_closed": end.notna(),
        }
    )
    return table[table["leaves"] > table["enters"]]


def occurrences(ages: pd.DataFrame, young: float, old: float) -> tuple[int, float]:
    """Return closures and shop-years at ages in (young, old]."""
    spent = ages["leaves"].clip(upper=old) - ages["enters"].clip(lower=young)
    closed = ages["is_closed"] & ages["leaves"].between(young, old, inclusive="right")
    return int(closed.sum()), float(spent.clip(lower=0).sum())


def hump(ages: pd.DataFrame) -> Estimate:
    """Estimate the factor on the rate at lease ends, with an interval on the log scale."""
    (inside, spent), (before, waited), (after, left) = (
        occurrences(ages, *span) for span in (HUMP, (0, HUMP[0]), (HUMP[1], AROUND))
    )
    outside = before + after
    if not inside or not outside:
        return Estimate("closure_hump_factor", np.nan, 0.0, np.inf, inside, "1")
    factor = inside / spent / (outside / (waited + left))
    spread = np.exp(Z * np.sqrt(1 / inside + 1 / outside))
    return Estimate("closure_hump_factor", factor, factor / spread, factor * spread, inside, "1")


def weibull_shape(figure: str, ages: pd.DataFrame, oldest: float) -> Estimate:
    """Estimate the shape of a Weibull law below an age: above 1 risk rises with age.

    The scale is profiled out of the likelihood with late entry; the interval is that of the
    profile likelihood.
    """
    ages = ages[ages["enters"] < oldest]
    enters = ages["enters"].to_numpy()
    leaves = ages["leaves"].clip(upper=oldest).to_numpy()
    closed = (ages["is_closed"] & (ages["leaves"] <= oldest)).to_numpy()
    n, logs = closed.sum(), np.log(leaves[closed]).sum()
    if n < 2:
        return Estimate(figure, np.nan, 0.0, np.inf, int(n), "1")

    def fall(shape: float) -> float:
        total = (leaves**shape - enters**shape).sum()
        return -float(n * np.log(shape * n / total) + (shape - 1) * logs)

    best = minimize_scalar(fall, bounds=(0.05, 10), method="bounded")

    def excess(shape: float) -> float:
        return fall(shape) - best.fun - DROP

    low, high = brentq(excess, 0.01, best.x), brentq(excess, best.x, 20)
    return Estimate(figure, float(best.x), low, high, int(n), "1")


def estimate(
    licences: pd.DataFrame,
    *,
    since: pd.Timestamp,
    until: pd.Timestamp,
    ages: Sequence[float] = AGES,
) -> list[Estimate]:
    """Estimate yearly closure rates, overall and by age, a hump, and two Weibull shapes.

    Parameters
    ----------
    licences
        Columns ``start``, ``end`` (missing if running) and ``is_shop``.
    since, until
        Period in which ends are recorded completely.
    ages
        Bounds of the bands of age, in years.
    """
    seen = exposures(licences, since, until)
    return [
        rate("closure_rate", *occurrences(seen, 0, np.inf)),
        *(rate(f"closure_rate_{a}_{b}", *occurrences(seen, a, b)) for a, b in pairwise(ages)),
        hump(seen),
        weibull_shape("closure_weibull_shape_5", seen, 5),
        weibull_shape("closure_weibull_shape_25", seen, 25),
    ]
