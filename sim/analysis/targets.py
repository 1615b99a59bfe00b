"""P(target met): the share of replications in which an effect reaches its target.

A replication is a possible future with its own random draws and parameters, so this share is the
probability that an intervention succeeds in one territory. A mean effect beyond the target is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from scipy.special import betaincinv

from sim.analysis.responses import require_columns, require_one

__all__ = ["ALL_TARGETS", "TARGET_COLUMNS", "jeffreys_interval", "targets_met"]

ALL_TARGETS: Final = "all"
"""The ``indicator`` of the row for all targets together."""

TARGET_COLUMNS: Final = (
    "indicator",
    "target",
    "replications",
    "left_out",
    "met",
    "share",
    "lo90",
    "hi90",
)
"""Columns of `targets_met`, after those of ``by``."""


def jeffreys_interval(successes: int, trials: int, level: float = 0.9) -> tuple[float, float]:
    """Return Jeffreys' interval of a probability (Brown et al. 2001, doi 10.1214/ss/1009213286).

    It starts at 0 without a success, and ends at 1 without a failure; `level` is its coverage.

    Examples
    --------
    >>> tuple(round(float(end), 3) for end in jeffreys_interval(15, 20))
    (0.571, 0.878)
    >>> jeffreys_interval(0, 0)
    (0.0, 1.0)
    """
    a, b, tail = successes + 0.5, trials - successes + 0.5, (1 - level) / 2
    low = float(betaincinv(a, b, tail)) if successes > 0 else 0.0
    high = float(betaincinv(a, b, 1 - tail)) if successes < trials else 1.0
    return low, high


def targets_met(
    differences: pd.DataFrame, targets: Mapping[str, float], by: Sequence[str] = ("point",)
) -> pd.DataFrame:
    """Count how often targets are met.

    Parameters
    ----------
    differences : pandas.DataFrame
        From `sim.Results.differences`: one arm and horizon, unless in ``by``.
    targets : mapping of str to float
        Smallest effect to reach by measure, with its sign: -0.5 and all lower effects meet -0.5.
    by : sequence of str
        Columns to group by.

    Returns
    -------
    pandas.DataFrame
        Columns of ``by`` and `TARGET_COLUMNS`: for each measure, and for all targets in the same
        replication as `ALL_TARGETS`, the replications measured and those left out, the number that
        ``met`` the target, their share (nan without any) and its 90 % interval. Measures without a
        target have no row.

    Raises
    ------
    InputError
        If there is no such column, or arms or horizons are mixed.

    Examples
    --------
    >>> import pandas as pd
    >>> runs = pd.DataFrame({"point": 0, "rep": range(4), "births": [1.0, 2.0, 3.0, np.nan]})
    >>> targets_met(runs, {"births": 2.0})[["replications", "left_out", "met"]].values[0].tolist()
    [3, 1, 2]
    """
    require_columns(differences, (*by, *targets))
    require_one(differences, by)
    wanted = np.array(list(targets.values()), np.float64)
    signs = np.copysign(1.0, wanted)
    rows = []
    for key, part in differences.groupby(list(by), sort=True) if targets else ():
        effects = part[list(targets)].to_numpy(np.float64)
        known, met = np.isfinite(effects), effects * signs >= wanted * signs
        for i, (indicator, target) in enumerate(targets.items()):
            rows.append((*key, indicator, target, *_share(met[:, i], known[:, i])))
        rows.append((*key, ALL_TARGETS, np.nan, *_share(met.all(axis=1), known.all(axis=1))))
    return pd.DataFrame(rows, columns=[*by, *TARGET_COLUMNS])


def _share(met: np.ndarray, known: np.ndarray) -> tuple[float, ...]:
    n, k = int(known.sum()), int((met & known).sum())
    return (n, known.size - n, k, k / n if n else np.nan, *jeffreys_interval(k, n))
