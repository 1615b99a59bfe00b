"""Online share of purchases and of spending, by good.

Last purchases weighted alike: people who buy often are not counted more often. Interviews at shops
miss those who buy online only, so the shares are too low, most of all for groceries.

Source: own estimator; shares with Wilson's interval, spending by the bootstrap over people.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.evidence.estimates import Estimate, bootstrap, share


def ratio(rows: np.ndarray) -> np.ndarray:
    """Return the ratio of the sums of two columns."""
    total = rows.sum(axis=-2)
    return total[..., 0] / total[..., 1]


def estimate(purchases: pd.DataFrame) -> list[Estimate]:
    """Estimate the online shares of purchases and of spending by good.

    Parameters
    ----------
    purchases
        Columns ``good``, ``channel`` ("online" or any other) and ``spending``.
    """
    found = []
    for good, own in purchases.dropna(subset=["channel"]).groupby("good"):
        is_online = own["channel"] == "online"
        found.append(share(f"online_purchases_{good}", int(is_online.sum()), len(own)))
        spent = own["spending"].fillna(0).clip(lower=0)
        rows = pd.DataFrame({"online": spent * is_online, "all": spent}).to_numpy()
        found.append(bootstrap(f"online_spending_{good}", ratio, rows, "1"))
    return found
