"""Length of time for which premises stand empty.

Of the spells in progress on the last day, the shares shorter than one and longer than three years
(what a survey of vacant shops counts), and the median of all spells by Kaplan and Meier. Spells in
progress are longer than spells that begin, since long ones are more often met.

Sources: Cox (1969) on length-biased sampling, in *New Developments in Survey Sampling*; Brookmeyer
and Crowley (1982) for the interval of the median, :doi:`10.2307/2530286`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from experiments.evidence.estimates import LEVEL, Estimate, share
from experiments.evidence.letting import DIRECT, REUSED
from experiments.evidence.records import empty_spells


def median_years(figure: str, spells: pd.DataFrame) -> Estimate:
    """Estimate the median length of spells in years, infinite where fewer than half end."""
    curve = SurvfuncRight(spells["years"], spells["is_let"].astype(int))
    with np.errstate(divide="ignore", invalid="ignore"):  # where the curve is 0 or 1
        low, high = curve.quantile_ci(0.5, alpha=1 - LEVEL)
    return Estimate(
        figure, float(curve.quantile(0.5)), float(low), float(high), len(spells), "year"
    )


def in_progress(spells: pd.DataFrame, suffix: str) -> list[Estimate]:
    """Estimate the shares of spells in progress below one and above three years."""
    empty = spells.loc[~spells["is_let"], "years"]
    return [
        share(f"empty_under_1_year{suffix}", int((empty < 1).sum()), len(empty)),
        share(f"empty_over_3_years{suffix}", int((empty > 3).sum()), len(empty)),
    ]


def estimate(licences: pd.DataFrame, *, since: pd.Timestamp, until: pd.Timestamp) -> list[Estimate]:
    """Estimate how long premises stand empty, for all and for reused premises.

    Parameters
    ----------
    licences
        Columns ``place``, ``start``, ``end`` and ``is_shop``.
    since, until
        Period of complete recording; ten years or more, else long spells are missed.
    """
    spells = empty_spells(licences, since=since, until=until)
    spells = spells[spells["years"] > DIRECT]
    reused = spells[spells["n_licences"] >= REUSED]
    if spells.empty or reused.empty:
        none = Estimate("empty_median", np.nan, 0.0, np.inf, 0, "year")
        return [none, *in_progress(spells, "")]
    return [
        median_years("empty_median", spells),
        *in_progress(spells, ""),
        median_years("empty_median_reused", reused),
        *in_progress(reused, "_reused"),
    ]
