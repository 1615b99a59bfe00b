"""Boxes of factors in which a target is met, by PRIM of the EMA Workbench.

PRIM peels thin slices off the space of factors (Friedman & Fisher 1999,
doi 10.1023/A:1008894516817); a quasi-p-value tells of each limit how likely a box without it would
hold as many met cases by chance (Bryant & Lempert 2010, doi 10.1016/j.techfore.2009.08.002).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.cases import (
    SIGNIFICANT,
    Booleans,
    Cases,
    Limit,
    categories,
    coded,
    halves,
    is_number,
    told_by,
)
from sim.analysis.libraries import library

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["find_boxes"]


def find_boxes(
    experiments: pd.DataFrame,
    met: Booleans,
    *,
    least_density: float = 0.8,
    least_mass: float = 0.05,
    most_boxes: int = 3,
) -> pd.DataFrame:
    """Boxes in which a target is met, by PRIM.

    Of the boxes on PRIM's way inwards that are dense enough, the one of the largest coverage times
    density is taken, with those limits whose quasi-p-value is at most 0.05. The next box is
    searched in what the first ones leave, and the search ends with the first box that the other
    half of the cases does not confirm. PRIM
    climbs: where a target is met at both ends of a factor it may see neither, but
    `sim.analysis.rules.find_rules` does.

    Parameters
    ----------
    experiments : pandas.DataFrame
        A row a case, a column a factor; the Workbench's ``scenario``, ``policy`` and ``model`` are
        no factors.
    met : (n,) bool array
        Whether the target is met.
    least_density : float
        Share of met cases that a box must have, in both halves.
    least_mass : float
        Share of all cases that a box must hold.
    most_boxes : int

    Returns
    -------
    pandas.DataFrame
        A row a limited factor of each box, empty where none was found: ``box`` from 1, ``factor``,
        ``low`` and ``high`` (nan where the box is open) or ``levels`` (None for numbers), and
        ``quasi_p``, the larger of its limits'. Then of the whole box, counted in the other half:
        ``coverage``, ``density``, ``n`` cases, ``p_value``, and ``share_met`` of all cases there;
        cases of earlier boxes are not counted again.

    Raises
    ------
    InputError
        If there are fewer than `FEWEST_CASES` cases.
    """
    import pandas as pd

    search, check = halves(experiments, met)
    fewest, all_met = least_mass * len(search.met), int(check.met.sum())
    rows: list[dict[str, Any]] = []
    for number in range(1, most_boxes + 1):
        limits = _peel(search, least_density, fewest)
        told = told_by(limits, check, all_met)
        if not limits or told["density"] < least_density or told["p_value"] > SIGNIFICANT:
            break
        rows += [{"box": number} | vars(limit) | told for limit in limits]
        search, check = search.outside(limits), check.outside(limits)
    columns = ["box", *(f.name for f in fields(Limit)), *told]
    return pd.DataFrame(rows, columns=columns)


def _peel(cases: Cases, least_density: float, fewest: float) -> list[Limit]:
    """Limits of one box by PRIM, all of them significant; none where no such box is dense enough.

    An irrelevant factor misleads PRIM: dropping a category halves a box at one stroke. So the least
    significant factor is left out and PRIM starts again, until all are.
    """
    workbench = library("ema_workbench.analysis.prim")
    numbers = [factor for factor in cases.factors if is_number(cases.factors[factor])]
    factors = list(cases.factors)
    while factors and len(cases.met) > fewest:
        # By the mean within, slices may be peeled that cost some met cases on the way to a dense
        # box; but a category, which is a thick slice, would then nearly always go first.
        by_mean = set(factors) <= set(numbers)
        prim = workbench.Prim(
            coded(cases.factors[factors]),
            cases.met,
            mass_min=fewest / len(cases.met),
            obj_function=workbench.PRIMObjectiveFunctions["ORIGINAL" if by_mean else "LENIENT1"],
        )
        box = prim.find_box()
        way = box.peeling_trajectory[box.peeling_trajectory["res_dim"] > 0]
        if way.empty:
            return []
        last = {f: min(p for p in ends if p >= 0) for f, ends in box.p_values[-1].items()}
        worst = max(last, key=lambda factor: last[factor])
        if last[worst] <= SIGNIFICANT:
            dense = way[way["density"] >= least_density]
            if dense.empty:
                return []
            best = int((dense["coverage"] * dense["density"]).idxmax())
            limits = [
                _limit(cases.factors[factor], box.box_lims[best][factor].tolist(), ends)
                for factor, ends in box.p_values[best].items()
            ]
            return [limit for limit in limits if limit.quasi_p <= SIGNIFICANT]
        factors.remove(worst)
    return []


def _limit(column: pd.Series[Any], ends: list[Any], quasi_p: list[float]) -> Limit:
    """A limit of the Workbench without the ends that are not significant: -1 where there is none.

    Its quasi-p-value is nan where neither end is.
    """
    name = str(column.name)
    keeps = [0 <= p <= SIGNIFICANT for p in quasi_p]
    largest = max((p for p, keep in zip(quasi_p, keeps, strict=True) if keep), default=np.nan)
    if not is_number(column):
        values = categories(column)
        return Limit(name, np.nan, np.nan, tuple(values[c] for c in sorted(ends[0])), largest)
    low, high = (float(e) if keep else np.nan for e, keep in zip(ends, keeps, strict=True))
    return Limit(name, low, high, None, largest)
