"""Power of its floor by which a shop attracts.

The conditional choice of ``decay.py`` with the log of floor and the road kilometres in place of an
effect of each shop: odds go as floor^a exp(-b d). Whatever else makes large shops attractive counts
as floor. Shops at places of interview are left out, as for decay.

Source: Huff (1964), :doi:`10.1177/002224296402800307`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.evidence.decay import fit, informative
from experiments.evidence.estimates import Estimate, normal


def estimate(choices: pd.DataFrame) -> list[Estimate]:
    """Estimate the floor exponent by good, for goods with five shops or more of known floor.

    Parameters
    ----------
    choices
        As for ``decay.py``, with a column ``floor`` in m2.
    """
    found = []
    if "floor" not in choices:
        return found
    for good, own in choices[choices["floor"].notna()].groupby("good"):
        if own["shop"].nunique() < 5:
            continue
        cells = informative(own)
        x = np.column_stack([np.log(cells["floor"]), -cells["km"]])
        fitted = fit(cells, x, with_shops=False)
        n = int(cells["trips"].sum())
        found.append(normal(f"floor_exponent_{good}", fitted.params[0], fitted.bse[0], n, "1"))
    return found
