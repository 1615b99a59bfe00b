"""Effects: paired differences between arms, and verdicts on the mean effect.

Intervals, p-values and the replications still needed are those of `sim.experiments.inference`.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from sim.experiments.dependence import Dependence, DrawnParameters, OverDraws, over_draws
from sim.experiments.inference import MeanEffect, mean_effect
from sim.experiments.multiplicity import FINDING_COLUMNS, Bar, with_findings
from sim.experiments.verdicts import UNMOVED, Verdict, verdict_of
from sim.kernels.arrays import Floats
from sim.measures.measure import Measure
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EFFECT_COLUMNS", "Effect", "effect_of", "effect_table", "variance_from_luck"]


def variance_from_luck(first: Floats, second: Floats) -> float:
    """Return the variance of an effect due to random draws: half the mean squared difference.

    (n,) effects with a first and a second seed have the same parameters in each pair; nan without
    pairs.
    """
    return float(np.mean((first - second) ** 2) / 2) if first.size else math.nan


@dataclass(frozen=True)
class Effect:
    """The effect of an intervention on one measure at one horizon.

    Attributes
    ----------
    of_mean : MeanEffect or None
        None without a measured replication.
    replications : int
        Pairs in which the measure is defined in both arms.
    variance_luck, variance_parameters : float
        Variance of the effect of one replication due to random draws and due to parameters.
    variance_paired, variance_unpaired : float
        Variance of the difference with common random numbers, and without.
    baseline_mean, smallest_relevant : float
        Mean of the measure in the baseline, and the smallest relevant effect.
    verdict : Verdict
    over_draws : OverDraws
        The effect over the draws of uncertain parameters; nan where these are fixed.
    """

    of_mean: MeanEffect | None
    replications: int
    variance_luck: float
    variance_parameters: float
    variance_paired: float
    variance_unpaired: float
    baseline_mean: float
    smallest_relevant: float
    verdict: Verdict
    over_draws: OverDraws

    @property
    def still_needed(self) -> int:
        """Further replications that would probably settle the verdict; 0 where it is settled."""
        mean, half_width = math.nan, math.nan
        if self.of_mean:
            mean, half_width = self.of_mean.mean, (self.of_mean.hi90 - self.of_mean.lo90) / 2
        known = self.replications, mean, half_width, self.smallest_relevant
        return Bar().still_needed(self.verdict, *known)


def effect_of(
    measure: Measure, baseline: Floats, arm: Floats, again: tuple[Floats, Floats] | None
) -> Effect:
    """Estimate one effect.

    Parameters
    ----------
    measure : Measure
    baseline, arm : (reps,) float64 array
        The measure in each replication; nan without anything to measure.
    again : ((n,) float64 array, (n,) float64 array), optional
        Baseline and arm in the first n replications, rerun with a second seed; None with fixed
        parameters, when all variance is due to random draws.
    """
    defined = np.isfinite(baseline) & np.isfinite(arm)
    before, after = baseline[defined], arm[defined]
    n = int(before.size)
    baseline_mean = float(before.mean()) if n else math.nan
    relevant = measure.smallest_relevant(baseline_mean)
    none = math.nan
    if not n:
        return Effect(None, 0, none, none, none, none, none, relevant, "missing", OverDraws())
    differences = after - before
    of_mean = mean_effect(differences, relevant)
    paired, unpaired, luck = none, none, none
    if n > 1:
        paired = float(differences.var(ddof=1))
        unpaired = float(before.var(ddof=1) + after.var(ddof=1))
        luck = paired if again is None else _luck(arm - baseline, again[1] - again[0])
    return Effect(
        of_mean=of_mean,
        replications=n,
        variance_luck=luck,
        variance_parameters=max(0.0, paired - luck) if math.isfinite(luck) else math.nan,
        variance_paired=paired,
        variance_unpaired=unpaired,
        baseline_mean=baseline_mean,
        smallest_relevant=relevant,
        verdict=verdict_of(of_mean.lo90, of_mean.hi90, relevant),
        over_draws=_over_draws(differences, luck, paired, relevant, again),
    )


def _over_draws(
    differences: Floats,
    luck: float,
    paired: float,
    relevant: float,
    again: tuple[Floats, Floats] | None,
) -> OverDraws:
    if again is None or differences.size < 2:
        return OverDraws()
    is_split = paired > 0 and math.isfinite(luck)
    share = max(0.0, 1 - luck / paired) if is_split else math.nan
    return over_draws(differences, share, relevant)


def _luck(first: Floats, second: Floats) -> float:
    first = first[: second.size]
    defined = np.isfinite(first) & np.isfinite(second)
    return variance_from_luck(first[defined], second[defined])


_OF_MEAN: Final = tuple(f.name for f in fields(MeanEffect))
_OF_EFFECT: Final = tuple(f.name for f in fields(Effect))[1:-1]
_OF_DRAWS: Final = tuple(f.name for f in (*fields(OverDraws), *fields(Dependence)))

EFFECT_COLUMNS: Final = (
    *("intervention", "indicator", "horizon", "window", *_OF_MEAN[:-2], "replications"),
    *("still_needed", *_OF_EFFECT[1:], *_OF_MEAN[-2:], *_OF_DRAWS),
    *("q_value", "q_beyond", "finding"),
)
"""Columns of effects.csv. Intervals, p-values and ``still_needed`` concern the mean effect;
``median`` is that of the paired differences; horizons are months from the start of the run, and
``window`` says whether all of them or the last twelve count. ``verdict`` is that of one effect
alone, ``finding`` that of one among all; see `sim.experiments.multiplicity`."""


def effect_table(
    values: Floats,
    names: tuple[str, ...],
    horizons: tuple[int, ...],
    reruns: int | None,
    *,
    drawn: pd.DataFrame | None = None,
    parts: Collection[str] = (),
) -> pd.DataFrame:
    """Estimate all effects: one row for each intervention, measure and horizon.

    Parameters
    ----------
    values : (lucks, arms, reps, horizons, measures) float64 array
        Values; nan if a measure is missing or a replication was not run.
    names : tuple of str
        Names of the arms, the baseline first.
    horizons : tuple of int
        Months.
    reruns : int or None
        Replications with a second seed; None with fixed parameters, when all variance comes from
        seeds.
    drawn : pandas.DataFrame, optional
        Drawn parameters, a row a replication, for what no relevant effect depends on.
    parts : collection of str
        Arms that are parts of others.

    Returns
    -------
    pandas.DataFrame
        Columns `EFFECT_COLUMNS`.
    """
    import pandas as pd

    parameters = None if drawn is None or reruns is None else DrawnParameters(drawn)
    rows = []
    for arm, name in enumerate(names[1:], start=1):
        for k, measure in enumerate(OUTCOMES.values()):
            for h, horizon in enumerate(horizons):
                at = values[:, :, :, h, k]
                second = None if reruns is None else (at[1, 0, :reruns], at[1, arm, :reruns])
                effect = effect_of(measure, at[0, 0], at[0, arm], second)
                dependence = Dependence()
                if parameters and effect.verdict in UNMOVED:
                    dependence = _dependence(parameters, measure, at[0, 0], at[0, arm], effect)
                of_mean = effect.of_mean or _NO_MEAN
                place = {
                    "intervention": name,
                    "indicator": measure.name,
                    "horizon": horizon,
                    "window": measure.window,
                }
                over = vars(effect.over_draws) | vars(dependence)
                rows.append(place | vars(of_mean) | vars(effect) | over)
    known = [name for name in EFFECT_COLUMNS if name not in FINDING_COLUMNS]
    return with_findings(pd.DataFrame(rows, columns=known), parts)[list(EFFECT_COLUMNS)]


def _dependence(
    parameters: DrawnParameters, measure: Measure, baseline: Floats, arm: Floats, effect: Effect
) -> Dependence:
    """Return on what an effect depends in the direction that is wanted, or in which it goes."""
    differences = arm - baseline
    is_known = np.isfinite(differences)
    mean = effect.of_mean.mean if effect.of_mean else 0.0
    direction = measure.good or (1 if mean >= 0 else -1)
    return parameters.dependence(
        differences[is_known], is_known, effect.smallest_relevant, direction
    )


_NO_MEAN: Final = MeanEffect(math.nan, math.nan)
