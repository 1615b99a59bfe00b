"""Chance of letting a vacant shop within the next year, by the time it has stood empty.

The product-limit estimate of Kaplan and Meier, conditional on the years already passed, once for
all premises and once for those with three licences or more. The first is too low where premises
were demolished or are used by somebody who needs no licence; the second is too high, since premises
are chosen for having been let. The truth lies between these bounds.

Sources: Kaplan and Meier (1958), :doi:`10.1080/01621459.1958.10501452`; intervals by Greenwood's
variance on the scale of log(-log), Kalbfleisch and Prentice (2002), section 1.4.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from experiments.evidence.estimates import Estimate, Z, share
from experiments.evidence.records import empty_spells

DIRECT = 30 / 365.25
"""Spells shorter than this, in years, are direct take-overs: see ``successors.py``."""

REUSED = 3
"""Licences from which premises belong to the optimistic bound."""


def chance_within_year(figure: str, spells: pd.DataFrame, passed: int) -> Estimate:
    """Estimate the chance of letting within a year of those ``passed`` years empty."""
    left = spells[spells["years"] > passed]
    is_let = left["is_let"] & (left["years"] <= passed + 1)
    if not is_let.any():
        return share(figure, 0, len(left))
    curve = SurvfuncRight(left["years"].clip(upper=passed + 1), is_let.astype(int))
    kept, error = curve.surv_prob[-1], curve.surv_prob_se[-1]
    if kept <= 0:
        return share(figure, len(left), len(left))
    spread = np.exp(Z * error / (kept * -np.log(kept)))
    low, high = 1 - kept ** (1 / spread), 1 - kept**spread
    return Estimate(figure, 1 - float(kept), float(low), float(high), len(left), "1")


def estimate(
    licences: pd.DataFrame, *, since: pd.Timestamp, until: pd.Timestamp, passed: range = range(5)
) -> list[Estimate]:
    """Estimate yearly chances of letting after 0, 1, ... years empty, with both bounds.

    Parameters
    ----------
    licences
        Columns ``place``, ``start``, ``end`` and ``is_shop``; all users, not shops alone.
    since, until
        Period in which starts and ends are recorded completely.
    passed
        Whole years already empty.
    """
    spells = empty_spells(licences, since=since, until=until)
    spells = spells[spells["years"] > DIRECT]
    # Lists of 1 January are whole years apart, in leap years too.
    spells = spells.assign(years=spells["years"].round(2))
    reused = spells[spells["n_licences"] >= REUSED]
    return [
        *(chance_within_year(f"letting_after_{k}", spells, k) for k in passed),
        *(chance_within_year(f"letting_after_{k}_reused", reused, k) for k in passed),
    ]
