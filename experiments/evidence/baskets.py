"""Cost of a purchase in a shop.

Mean and median of what was spent at the last purchase in a shop. The mean rests on few large
purchases. Zeros and missing amounts are left out.

Source: own estimator; percentile bootstrap over purchases.
"""

from __future__ import annotations

import pandas as pd

from experiments.evidence.estimates import Estimate, bootstrap, mean, median


def estimate(purchases: pd.DataFrame, *, currency: str = "EUR") -> list[Estimate]:
    """Estimate mean and median baskets by good.

    Parameters
    ----------
    purchases
        Columns ``good``, ``channel`` ("store" counts) and ``spending``.
    currency
        Unit of the figures.
    """
    found = []
    in_store = purchases[(purchases["channel"] == "store") & (purchases["spending"] > 0)]
    for good, own in in_store.groupby("good"):
        spent = own[["spending"]].to_numpy(dtype=float)
        found.append(bootstrap(f"basket_mean_{good}", mean, spent, currency))
        found.append(bootstrap(f"basket_median_{good}", median, spent, currency))
    return found
