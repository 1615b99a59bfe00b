"""Tables of a fit: parameters before and after, and figures beside their bands."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import numpy as np
import pandas as pd

from experiments.calibration.priors import Entry
from experiments.evidence.bands import Band


def say(text: str) -> None:
    """Print at once, also into a pipe."""
    print(text, file=sys.stdout, flush=True)


def describe_parameters(
    draws: pd.DataFrame, entries: Mapping[str, Entry], coverage: Mapping[str, float]
) -> pd.DataFrame:
    """Return prior, posterior (5 %, median, 95 %), and how far the data narrowed each parameter.

    ``width`` is that of the 90 % interval over the prior's; ``coverage`` the share of synthetic
    truths in 90 % intervals.
    """
    rows = []
    for name in draws:
        entry = entries[name]
        low, median, high = draws[name].quantile([0.05, 0.5, 0.95])
        rows.append(
            {
                "parameter": name,
                "prior_low": entry.low,
                "prior_high": entry.high,
                "low": low,
                "median": median,
                "high": high,
                "width": (high - low) / (0.9 * (entry.high - entry.low)),
                "coverage": coverage.get(name, np.nan),
                "fit": entry.fit,
            }
        )
    return pd.DataFrame(rows).round(4)


def describe_figures(found: pd.DataFrame, bands: Mapping[str, Band]) -> pd.DataFrame:
    """Return figures of draws (5 %, median, 95 %) beside their bands, with verdicts.

    As for records: within if the median lies in the band, outside if the whole interval does not,
    otherwise cannot tell. The interval holds the noise of few towns too; ``mean`` of shares of
    towns has least of it.
    """
    rows = []
    for figure, band in bands.items():
        if figure not in found:
            continue
        known = found[figure].dropna()
        low, median, high = known.quantile([0.05, 0.5, 0.95])
        middle = known.mean() if figure.startswith("towns_") else median
        verdict = "cannot tell"
        if band.low <= middle <= band.high:
            verdict = "within"
        elif high < band.low or low > band.high:
            verdict = "outside"
        rows.append(
            {
                "figure": figure,
                "low": low,
                "median": median,
                "high": high,
                "mean": known.mean(),
                "band_low": band.low,
                "band_high": band.high,
                "use": band.use,
                "verdict": verdict,
            }
        )
    return pd.DataFrame(rows).round(4)
