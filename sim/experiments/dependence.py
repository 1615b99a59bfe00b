"""Spread of an effect over the draws of the uncertain parameters, and those it depends on.

The effect *of a draw* is the mean effect given its parameters. Runs of the same draw with a second
seed say how much of the spread between replications is luck; the effects of draws are the paired
differences shrunk towards their mean until their variance is what parameters add (Louis 1984, doi
10.1080/01621459.1984.10478062).

Parameters are chosen one by one, by the largest Spearman correlation with what those before leave
unexplained, as long as it is significant among all that were drawn (Bonferroni, at `SIGNIFICANT`).
They enter a line in the quantiles of their draws. Choice and line are repeated without each fifth
of the replications, which they must predict.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import stdtr

from sim.kernels.arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEWEST", "Dependence", "DrawnParameters", "OverDraws", "effects_of_draws", "over_draws"]

FEWEST: Final = 20
"""Replications below which no dependence on parameters is sought."""

MOST_NAMED: Final = 3
"""Parameters that a dependence names at most."""

LEAST_EXPLAINED: Final = 0.1
"""Share of the variance of left-out replications that must be predicted for any to be named."""

FAVOURABLE: Final = 0.95
"""Quantile of the draws that counts as the favourable end of a parameter's range."""

SIGNIFICANT: Final = 0.05
"""Error level at which one more parameter is named."""

_FOLDS: Final = 5


@dataclass(frozen=True)
class OverDraws:
    """The effect over the draws of the uncertain parameters.

    Attributes
    ----------
    draws_lo90, draws_hi90 : float
        Range of nine in ten draws.
    p_relevant : float
        Share of draws whose effect is at least the smallest relevant one, in either direction.
    """

    draws_lo90: float = math.nan
    draws_hi90: float = math.nan
    p_relevant: float = math.nan


def effects_of_draws(differences: Floats, share_of_parameters: float) -> Floats:
    """Shrink paired differences towards their mean, (n,); the share is that of their variance.

    Examples
    --------
    >>> effects_of_draws(np.array([0.0, 4.0]), 0.25)
    array([1., 3.])
    """
    mean = differences.mean()
    return np.asarray(mean + math.sqrt(share_of_parameters) * (differences - mean))


def over_draws(differences: Floats, share_of_parameters: float, relevant: float) -> OverDraws:
    """Describe the effect over draws, luck taken out; a share of nan leaves all luck in."""
    share = share_of_parameters if math.isfinite(share_of_parameters) else 1.0
    effects = effects_of_draws(differences, share)
    low, high = np.quantile(effects, (0.05, 0.95)).tolist()
    reached = np.abs(effects) >= relevant * (1 - 1e-12) if relevant else effects != 0
    return OverDraws(low, high, float(reached.mean()))


@dataclass(frozen=True)
class Dependence:
    """On which parameters an effect depends, and where it would matter.

    Attributes
    ----------
    explained : float
        Share of the variance of left-out replications that the named parameters predict; 0 where
        none does, nan where it was not asked.
    leading : str
        The parameters, the strongest first, each with ``+`` or ``-``: the end of its range at which
        the effect is larger in the wanted direction.
    largest : float
        Effect that the line gives with all of them at the favourable ends of their draws.
    relevant_if : str
        Values from which on it gives the smallest relevant effect, such as ``"grant_gain >= 0.4;
        visit_reach <= 1.5"``; empty where even the favourable ends do not.
    """

    explained: float = math.nan
    leading: str = ""
    largest: float = math.nan
    relevant_if: str = ""


class DrawnParameters:
    """The drawn parameters of an experiment's replications.

    Parameters
    ----------
    values : pandas.DataFrame
        A row a replication, a column a parameter; those that do not vary are left out.
    """

    def __init__(self, values: pd.DataFrame) -> None:
        table = values.to_numpy(np.float64)
        varies = (table != table[:1]).any(axis=0) if len(table) else np.zeros(table.shape[1], bool)
        self.names = tuple(values.columns[varies])
        self._values = table[:, varies]
        self._known: dict[bytes, _Ranked] = {}

    def dependence(
        self, differences: Floats, is_known: Bools, relevant: float, direction: int
    ) -> Dependence:
        """Find on which parameters an effect depends.

        Parameters
        ----------
        differences : (known,) float64 array
            Paired differences of the replications that are known.
        is_known : (reps,) bool array
        relevant : float
            Smallest relevant effect.
        direction : {1, -1}
            In which direction it is wanted.
        """
        n = differences.size
        if n < FEWEST or not self.names:
            return Dependence()
        if not np.ptp(differences) > 0:
            return Dependence(explained=0.0)
        key = is_known.tobytes()
        if key not in self._known:
            self._known[key] = _Ranked(self._values[is_known])
        ranked = self._known[key]
        chosen = ranked.choose(differences)
        explained = ranked.explained(differences) if chosen.size else 0.0
        if explained < LEAST_EXPLAINED:
            return Dependence(explained=0.0)
        at_middle, slopes = _line(ranked.quantiles[:, chosen], differences)
        upward = direction * slopes
        names = [self.names[k] for k in chosen]
        signs = ["+" if up > 0 else "-" for up in upward]
        leading = " ".join(name + sign for name, sign in zip(names, signs, strict=True))
        steepness = float(np.abs(upward).sum())
        largest = direction * at_middle + steepness * (FAVOURABLE - 0.5)
        needed = 0.5 + (relevant - direction * at_middle) / steepness
        conditions = ""
        if needed <= FAVOURABLE:
            needed = max(needed, 1 - FAVOURABLE)
            conditions = "; ".join(
                _condition(name, ranked.values[:, k], needed, up > 0)
                for name, k, up in zip(names, chosen, upward, strict=True)
            )
        return Dependence(explained, leading, direction * largest, conditions)


def _condition(name: str, values: Floats, quantile: float, is_upward: bool) -> str:
    value = float(np.quantile(values, quantile if is_upward else 1 - quantile))
    return f"{name} {'>=' if is_upward else '<='} {value:.3g}"


class _Ranked:
    """Values of parameters in the replications of one measure, with their ranks."""

    def __init__(self, values: Floats) -> None:
        self.values = values
        self.quantiles = _quantiles(values)
        self._folds = np.arange(len(values)) % _FOLDS

    def choose(self, differences: Floats) -> Ints:
        """Return the columns of the parameters that are named, the strongest first."""
        return _choose(self.quantiles, differences)

    @cached_property
    def _training(self) -> list[tuple[Bools, Floats]]:
        return [
            (self._folds != fold, _quantiles(self.values[self._folds != fold]))
            for fold in range(_FOLDS)
        ]

    def explained(self, differences: Floats) -> float:
        """Return the share of variance predicted where it was left out; negative if none is."""
        missed = total = 0.0
        for is_used, quantiles in self._training:
            used, left_out = differences[is_used], differences[~is_used]
            predicted = np.full(left_out.size, used.mean())
            chosen = _choose(quantiles, used)
            if chosen.size:
                at_middle, slopes = _line(quantiles[:, chosen], used)
                predicted = at_middle + (self.quantiles[~is_used][:, chosen] - 0.5) @ slopes
            missed += float(((left_out - predicted) ** 2).sum())
            total += float(((left_out - used.mean()) ** 2).sum())
        return 1 - missed / total if total > 0 else 0.0


def ranks(values: Floats) -> Floats:
    """Return the ranks of (n,) values from 1; equal ones share the mean of theirs.

    ``scipy.stats`` offers this, but importing it takes as long as several runs.

    Examples
    --------
    >>> ranks(np.array([0.5, 0.2, 0.5]))
    array([2.5, 1. , 2.5])
    """
    known = np.sort(values)
    return (np.searchsorted(known, values) + np.searchsorted(known, values, "right") + 1) / 2


def _quantiles(values: Floats) -> Floats:
    """Return the place of each value in its column, (n, columns), from 0 to 1."""
    ranked = np.column_stack([ranks(column) for column in values.T])
    return np.asarray((ranked - 0.5) / len(values))


def _choose(quantiles: Floats, differences: Floats) -> Ints:
    """Choose columns one by one, by what those before leave unexplained."""
    n, columns = quantiles.shape
    x = quantiles - quantiles.mean(axis=0)
    sizes = np.sqrt((x**2).sum(axis=0))
    chosen: list[int] = []
    left = differences
    while len(chosen) < MOST_NAMED:
        y = ranks(left) - (n + 1) / 2
        scale = sizes * math.sqrt(float((y**2).sum()))
        rho = np.divide(y @ x, scale, out=np.zeros(columns), where=scale > 0)
        rho[chosen] = 0.0
        best = int(np.abs(rho).argmax())
        strength = abs(rho[best]) * math.sqrt((n - 2) / max(1 - rho[best] ** 2, 1e-12))
        if 2 * stdtr(n - 2, -strength) * columns > SIGNIFICANT:
            break
        chosen.append(best)
        at_middle, slopes = _line(quantiles[:, chosen], differences)
        left = differences - at_middle - (quantiles[:, chosen] - 0.5) @ slopes
    return np.array(chosen, np.int64)


def _line(quantiles: Floats, differences: Floats) -> tuple[float, Floats]:
    """Fit differences by quantiles; return the value in the middle of all, and the slopes."""
    design = np.column_stack([np.ones(len(quantiles)), quantiles - 0.5])
    found = np.linalg.lstsq(design, differences, rcond=None)[0]
    return float(found[0]), found[1:]
