"""Estimate the noise in a sweep and the replications that would reduce it.

All points use the same replications, so values form a table of points by replications. Its two-way
analysis of variance (crossed random effects, one run per cell; Searle, Casella & McCulloch 1992,
doi 10.1002/9780470316856, chapter 4) has three parts: variance between points; variance common to
all points of a replication, which share random draws and drawn parameters; and the variance of each
run. The common part is noise of a single run but cancels when points are compared. A one-way
analysis would count it against the points, and finds no difference between them if it is large.
With independent seeds per point the common part is 0 and both analyses agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.point_values import QuantityKind, choose_quantities, point_values
from sim.errors import InputError
from sim.experiments.experiment import BASELINE
from sim.experiments.inference import further_for
from sim.kernels.arrays import Floats
from sim.measures.registry import OUTCOMES

if TYPE_CHECKING:
    from sim.experiments.results import Results

__all__ = ["SeedNoise", "seed_noise", "seed_noise_table"]


@dataclass(frozen=True)
class SeedNoise:
    """The components of the variance of a quantity.

    Attributes
    ----------
    points, replications : int
        Size of the analysed table.
    left_out : int
        Points that lack a replication.
    variance_points, variance_common, variance_own : float
        Variance between points, of replications (common to all points), and of each run.
    share_of_run : float
        Share of seed noise, common or own, in the variance of one run.
    share_of_mean : float
        Share of seed noise in the variance between means over replications, the basis of indices.
    deviation : float
        Standard deviation of one run at its point.
    """

    points: int
    replications: int
    left_out: int
    variance_points: float
    variance_common: float
    variance_own: float
    share_of_run: float
    share_of_mean: float
    deviation: float


def seed_noise(values: Floats) -> SeedNoise:
    """Split the variance of a quantity, (points, replications) float64, into points and seed noise.

    Points with a nan are left out. Variances and shares are nan with fewer than two points or
    replications; shares also without any variation. Negative estimates count as 0.
    """
    complete = values[np.isfinite(values).all(axis=1)]
    points, replications = complete.shape
    left_out = len(values) - points
    if points < 2 or replications < 2:
        return SeedNoise(points, replications, left_out, *[math.nan] * 6)
    rows, columns, mean = complete.mean(axis=1), complete.mean(axis=0), complete.mean()
    rest = complete - rows[:, None] - columns + mean
    freedom = (points - 1) * (replications - 1)
    own = float((rest**2).sum() / freedom)
    of_rows = float(replications * rows.var(ddof=1))
    of_columns = float(points * columns.var(ddof=1))
    between = max(0.0, (of_rows - own) / replications)
    common = max(0.0, (of_columns - own) / points)
    total = between + common + own
    return SeedNoise(
        points=points,
        replications=replications,
        left_out=left_out,
        variance_points=between,
        variance_common=common,
        variance_own=own,
        share_of_run=(common + own) / total if total > 0 else math.nan,
        share_of_mean=min(1.0, own / of_rows) if of_rows > 0 else math.nan,
        deviation=float(np.sqrt(complete.var(axis=1, ddof=1).mean())),
    )


def seed_noise_table(
    sweep: Results,
    indicators: str | Sequence[str] | None = None,
    *,
    horizon: int | None = None,
    arm: str | None = None,
    kind: QuantityKind | None = None,
    half_widths: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Tabulate the seed noise of quantities and the replications for a target precision.

    Quantities are those of `sim.analysis.point_values.choose_quantities`. Half-widths, by
    indicator, are targets for the 90 % interval of a point's mean; by default they are the smallest
    relevant effects.

    Each quantity has a row: ``indicator, horizon, arm, kind``, the attributes of `SeedNoise`,
    ``half_width``, and ``still_needed``: the additional replications for a point of average noise,
    missing if the noise is unknown. Raise `InputError` if there is no such quantity, or a
    half-width is not above 0.
    """
    wanted = dict(half_widths or {})
    for name, half_width in wanted.items():
        if not half_width > 0:
            raise InputError(f"half-width {half_width!r} of {name} must be above 0.")
    quantities = choose_quantities(
        sweep.experiment, indicators, horizon=horizon, arm=arm, kind=kind
    )
    baseline = {q: replace(q, arm=BASELINE, kind="level") for q in quantities}
    values = point_values(sweep, tuple({*quantities, *baseline.values()}))
    rows = []
    for quantity in quantities:
        noise = seed_noise(values[quantity])
        half_width = wanted.get(quantity.indicator) or _relevant(
            quantity.indicator, values[baseline[quantity]]
        )
        rows.append(
            asdict(quantity)
            | asdict(noise)
            | {"half_width": half_width, "still_needed": _still_needed(noise, half_width)}
        )
    return pd.DataFrame(rows).astype({"still_needed": "Int64"})


def _relevant(indicator: str, baseline: Floats) -> float:
    there = baseline[np.isfinite(baseline)]
    return OUTCOMES[indicator].smallest_relevant(float(there.mean()) if there.size else math.nan)


def _still_needed(noise: SeedNoise, half_width: float) -> int | None:
    if not math.isfinite(noise.deviation):
        return None
    return further_for(half_width, noise.deviation, noise.replications)
