"""Comparison of virtual trials with published estimates, and of what these rule out.

The figure of a draw of the parameters is the mean over its towns, with the luck of towns taken out
of the spread between draws (`sim.experiments.dependence.effects_of_draws`). A draw is ruled out by
a figure that lies outside its band. A figure that hardly any draw meets says that the structure is
wrong, not the parameters: it conditions nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp, norm

from experiments.evidence.bands import Band, verdict
from experiments.evidence.estimates import LEVEL, Estimate, bootstrap
from sim.experiments.dependence import Dependence, DrawnParameters, effects_of_draws
from sim.kernels.arrays import Bools, Floats

__all__ = [
    "Conditional",
    "Found",
    "compare",
    "condition",
    "estimate",
    "moved_by",
    "people_needed",
    "power",
]

LEAST_MET: Final = 0.05
"""Share of draws below which a figure is out of reach of the model. A judgement."""

SIGNIFICANT: Final = 0.05
"""Error level of a test, over all parameters together."""

RESPONSE: Final = 0.65
"""Share of people who answer: 60 to 70 % in Groupements de Créateurs (letowski.fr, read)."""

ENDS: Final = (0.5 - LEVEL / 2, 0.5, 0.5 + LEVEL / 2)
"""Quantiles of intervals and their middle."""


def _column(figure: str, table: pd.DataFrame) -> Floats:
    """Return a figure of each row; of those diverted, the loss elsewhere over the gain."""
    if figure == "zone_diverted":
        gained = table["zone_gained"].to_numpy()
        return np.divide(
            table["zone_lost"].to_numpy(),
            gained,
            out=np.full(gained.size, np.nan),
            where=gained > 0,
        )
    return table[figure].to_numpy(np.float64)


def estimate(figure: str, towns: pd.DataFrame, unit: str) -> Estimate:
    """Estimate a figure from towns, with a 90 % interval for the mean over their luck."""
    columns = ["zone_lost", "zone_gained"] if figure == "zone_diverted" else [figure]
    rows = towns[columns].dropna().to_numpy(np.float64)
    return bootstrap(figure, _ratio_of_means, rows, unit)


def _ratio_of_means(rows: Floats) -> Floats:
    means = rows.mean(axis=-2)
    return np.asarray(means[..., 0] / means[..., 1] if means.shape[-1] > 1 else means[..., 0])


def over_draws(figure: str, draws: pd.DataFrame) -> Floats:
    """Return a figure of each draw, with the luck of its towns taken out, (draws,)."""
    values = _column(figure, draws)
    known = np.isfinite(values)
    if figure != "zone_diverted" and known.sum() > 1 and np.ptp(values[known]) > 0:
        luck = float((draws[f"{figure}_error"][known] ** 2).mean())
        share = max(1.0 - luck / float(values[known].var(ddof=1)), 0.0)
        values = values.copy()
        values[known] = effects_of_draws(values[known], share)
    return values


@dataclass(frozen=True)
class Found:
    """A figure of the model against its band.

    Attributes
    ----------
    usual
        At the default parameters, with the interval of the mean over towns.
    drawn
        Over draws of the parameters: mean, and the range of nine in ten draws.
    verdict
        Where the latter lies in the band.
    met
        Draws whose figure lies in the band, (draws,).
    dependence
        What moves the figure, and which values would bring it to the nearest end of the band.
    direction
        1 if the figure would have to rise or lies within, -1 if it would have to fall.
    """

    band: Band
    usual: Estimate
    drawn: Estimate
    verdict: str
    met: Bools
    dependence: Dependence
    direction: int


def compare(
    bands: Mapping[str, Band], towns: pd.DataFrame, draws: pd.DataFrame, parameters: pd.DataFrame
) -> dict[str, Found]:
    """Compare each figure with its band.

    Parameters
    ----------
    bands
        Published estimates by figure.
    towns
        A row a town with default parameters.
    draws
        A row a draw: each figure and its ``_error``.
    parameters
        Values drawn, in the same rows.
    """
    known = DrawnParameters(parameters)
    found = {}
    for figure, band in bands.items():
        values = over_draws(figure, draws)
        is_known = np.isfinite(values)
        low, _, high = np.quantile(values[is_known], ENDS).tolist()
        mean = float(values[is_known].mean())
        drawn = Estimate(figure, mean, low, high, int(is_known.sum()), band.unit)
        direction = -1 if mean > band.high else 1
        end = -band.high if direction < 0 else band.low
        found[figure] = Found(
            band,
            estimate(figure, towns, band.unit),
            drawn,
            verdict(drawn, band.low, band.high),
            (values >= band.low) & (values <= band.high),
            known.dependence(_column(figure, draws)[is_known], is_known, end, direction),
            direction,
        )
    return found


def moved_by(figure: str, draws: pd.DataFrame, parameters: pd.DataFrame) -> Dependence:
    """Find what moves a figure for which nothing was published."""
    values = _column(figure, draws)
    is_known = np.isfinite(values)
    return DrawnParameters(parameters).dependence(values[is_known], is_known, np.nan, 1)


@dataclass(frozen=True)
class Conditional:
    """Draws of the parameters, given the trials.

    Attributes
    ----------
    kept
        Draws that meet every figure that is not out of reach, (draws,).
    out_of_reach
        Figures that hardly any draw meets.
    table
        A row for each parameter: quantiles of 5, 50 and 95 % of all draws (``low``, ``middle``,
        ``high``) and of those kept (``kept_low`` and so on), and the ``p`` of a Kolmogorov-Smirnov
        test of those kept against those ruled out, times the number of parameters.
    """

    kept: Bools
    out_of_reach: tuple[str, ...]
    table: pd.DataFrame

    @property
    def moved(self) -> pd.DataFrame:
        """Return the rows of parameters whose draws the trials move."""
        return self.table[self.table["p"] < SIGNIFICANT].sort_values("p", kind="stable")


def condition(found: Mapping[str, Found], parameters: pd.DataFrame) -> Conditional:
    """Rule out draws by the fitted figures that are not out of reach."""
    fitted = {name: each for name, each in found.items() if each.band.use == "fitted"}
    out_of_reach = tuple(name for name, each in fitted.items() if each.met.mean() < LEAST_MET)
    kept = np.ones(len(parameters), bool)
    for name, each in fitted.items():
        if name not in out_of_reach:
            kept &= each.met
    rows = {}
    for name in parameters.columns[parameters.nunique() > 1]:
        values = parameters[name].to_numpy(np.float64)
        before, after = np.quantile(values, ENDS), np.quantile(values[kept], ENDS)
        is_split = bool(kept.any()) and not kept.all()
        p = float(ks_2samp(values[kept], values[~kept]).pvalue) if is_split else 1.0
        rows[name] = (*before, *after, p)
    ends = ("low", "middle", "high")
    columns = [*ends, *(f"kept_{end}" for end in ends), "p"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table["p"] = np.minimum(table["p"] * len(table), 1.0)
    return Conditional(kept, out_of_reach, table)


def power(control: float, effect: float, offered: int, others: int) -> float:
    """Return the probability that a trial finds an effect on a share, at 5 % and on two sides."""
    error = np.sqrt(_variance(control, effect, offered, others) / RESPONSE)
    away, bound = effect / error, norm.ppf(0.975)
    return float(norm.cdf(away - bound) + norm.cdf(-away - bound))


def people_needed(control: float, effect: float, offered: int, others: int) -> float:
    """Return the people with whom a trial of the same split finds an effect in four of five cases.

    The test is at 5 % and on two sides.
    """
    one = _variance(control, effect, offered, others) * (offered + others) / RESPONSE
    return float(one * ((norm.ppf(0.975) + norm.ppf(0.8)) / effect) ** 2)


def _variance(control: float, effect: float, offered: int, others: int) -> float:
    treated = min(max(control + effect, 0.0), 1.0)
    return treated * (1 - treated) / offered + control * (1 - control) / others
