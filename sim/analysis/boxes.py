"""Boxes of factors in which a target is met, by PRIM of the EMA Workbench.

PRIM peels thin slices off the space of factors (Friedman & Fisher 1999, doi
10.1023/A:1008894516817); the quasi-p-value of a limit is the probability that a box without it
would contain as many met cases by chance (Bryant & Lempert 2010, doi
10.1016/j.techfore.2009.08.002).
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.cases import (
    SIGNIFICANT,
    Cases,
    Limit,
    categories,
    coded,
    describe_box,
    halves,
    is_number,
)
from sim.analysis.libraries import library
from sim.kernels.arrays import Bools

__all__ = ["find_boxes"]


def find_boxes(
    experiments: pd.DataFrame,
    met: Bools,
    *,
    least_density: float = 0.8,
    least_mass: float = 0.05,
    most_boxes: int = 3,
) -> pd.DataFrame:
    """Boxes in which a target is met, by PRIM.

    Of the boxes on PRIM's path that are dense enough, take the one with the largest coverage times
    density, with the limits whose quasi-p-value is at most 0.05. The next box is searched among the
    remaining cases, and the search ends with the first box that the other half of the cases does
    not confirm. PRIM climbs a hill: if a target is met at both ends of a factor it may find
    neither, but `sim.analysis.rules.find_rules` does.

    Parameters
    ----------
    experiments : pandas.DataFrame
        One row per case, one column per factor; the Workbench's ``scenario``, ``policy`` and
        ``model`` are not factors.
    met : (n,) bool array
        Whether the target is met.
    least_density : float
        Minimum share of met cases in a box, in both halves.
    least_mass : float
        Minimum share of all cases in a box.
    most_boxes : int

    Returns
    -------
    pandas.DataFrame
        One row per limited factor of each box, empty if none was found: ``box`` from 1, ``factor``,
        ``low`` and ``high`` (nan where the box is open) or ``levels`` (None for numbers), and
        ``quasi_p``, the larger of its limits'. Then, for the whole box, counted in the other half:
        ``coverage``, ``density``, ``n`` cases, ``p_value``, and ``share_met`` of all cases there;
        cases of earlier boxes are not counted again.

    Raises
    ------
    InputError
        If there are fewer than `FEWEST_CASES` cases.
    """
    search, check = halves(experiments, met)
    fewest, all_met = least_mass * len(search.met), int(check.met.sum())
    rows: list[dict[str, Any]] = []
    for number in range(1, most_boxes + 1):
        limits = _peel(search, least_density, fewest)
        described = describe_box(limits, check, all_met)
        if not limits or described["density"] < least_density or described["p_value"] > SIGNIFICANT:
            break
        rows += [{"box": number} | vars(limit) | described for limit in limits]
        search, check = search.outside(limits), check.outside(limits)
    columns = ["box", *(f.name for f in fields(Limit)), *described]
    return pd.DataFrame(rows, columns=columns)


def _peel(cases: Cases, least_density: float, fewest: float) -> list[Limit]:
    """Find the limits of one box by PRIM, all of them significant; none if no box is dense enough.

    An irrelevant factor misleads PRIM: dropping a category halves a box at one stroke. PRIM
    therefore restarts without the least significant factor until all are significant.
    """
    workbench = library("ema_workbench.analysis.prim")
    numbers = [factor for factor in cases.factors if is_number(cases.factors[factor])]
    factors = list(cases.factors)
    while factors and len(cases.met) > fewest:
        # The mean objective may peel slices with some met cases on the way to a dense box, but it
        # would nearly always peel a category, a thick slice, first.
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
    """Return a limit of the Workbench without its insignificant ends (-1 for none).

    Its quasi-p-value is nan if neither end is significant.
    """
    name = str(column.name)
    keeps = [0 <= p <= SIGNIFICANT for p in quasi_p]
    largest = max((p for p, keep in zip(quasi_p, keeps, strict=True) if keep), default=np.nan)
    if not is_number(column):
        values = categories(column)
        return Limit(name, np.nan, np.nan, tuple(values[c] for c in sorted(ends[0])), largest)
    low, high = (float(e) if keep else np.nan for e, keep in zip(ends, keeps, strict=True))
    return Limit(name, low, high, None, largest)
