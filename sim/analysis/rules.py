"""Rules that tell where a target is met, by a classification tree (CART)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from sim.analysis.cases import Cases, Limit, categories, coded, describe_box, halves
from sim.analysis.libraries import library
from sim.kernels.arrays import Bools

__all__ = ["find_rules"]

_SEPARATOR: Final = "\0"
"""Separator between a factor and one of its categories in the name of an indicator column."""


def find_rules(experiments: pd.DataFrame, met: Bools, *, least_mass: float = 0.05) -> pd.DataFrame:
    """Find rules by CART that separate cases in which a target is met.

    Parameters
    ----------
    experiments : pandas.DataFrame
        One row per case, one column per factor; see `find_boxes`.
    met : (n,) bool array
        Whether the target is met.
    least_mass : float
        Minimum share of all cases in a rule.

    Returns
    -------
    pandas.DataFrame
        One row per leaf of the tree, the densest first: ``rule`` in words, and ``coverage``,
        ``density``, ``n``, ``p_value`` and ``share_met`` as from `find_boxes`.

    Raises
    ------
    InputError
        If there are fewer than `FEWEST_CASES` cases.

    Notes
    -----
    The tree is scikit-learn's, as in the Workbench's own ``CART``. That class takes no seed, so the
    global generator breaks its ties, and it misreads limits of categories (version 3.0.0).
    """
    search, check = halves(experiments, met)
    all_met = int(check.met.sum())
    fewest = max(1, round(least_mass * len(search.met)))
    rows = [
        {"rule": " and ".join(_in_words(x) for x in leaf) or "always"}
        | describe_box(leaf, check, all_met)
        for leaf in _leaves(search, fewest)
    ]
    return pd.DataFrame(rows).sort_values(
        "density", ascending=False, kind="stable", ignore_index=True
    )


def _leaves(cases: Cases, fewest: int) -> list[list[Limit]]:
    """Return the leaves of a tree with their limits."""
    columns = pd.get_dummies(coded(cases.factors), prefix_sep=_SEPARATOR, dtype=float)
    grown = library("sklearn.tree").DecisionTreeClassifier(min_samples_leaf=fewest, random_state=0)
    tree = grown.fit(columns.to_numpy(), cases.met).tree_

    def below(node: int, box: dict[str, Limit]) -> list[list[Limit]]:
        if tree.children_left[node] < 0:
            return [list(box.values())]
        factor, _, code = columns.columns[tree.feature[node]].partition(_SEPARATOR)
        at = float(tree.threshold[node])
        known = box.get(factor) or Limit(
            factor, np.nan, np.nan, tuple(categories(cases.factors[factor])) if code else None
        )
        if known.levels is None:
            left, right = replace(known, high=at), replace(known, low=at)
        else:
            one = categories(cases.factors[factor])[int(code)]
            others = tuple(v for v in known.levels if v != one)
            left, right = replace(known, levels=others), replace(known, levels=(one,))
        return below(tree.children_left[node], box | {factor: left}) + below(
            tree.children_right[node], box | {factor: right}
        )

    return below(0, {})


def _in_words(limit: Limit) -> str:
    if limit.levels is not None:
        return f"{limit.factor} in {{{', '.join(map(str, limit.levels))}}}"
    if np.isnan(limit.low):
        return f"{limit.factor} <= {limit.high:.6g}"
    if np.isnan(limit.high):
        return f"{limit.factor} > {limit.low:.6g}"
    return f"{limit.low:.6g} < {limit.factor} <= {limit.high:.6g}"
