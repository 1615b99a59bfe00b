"""Responses of a sweep's effects to a factor, with others held, or to the money spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from sim.analysis.response import Response, response
from sim.errors import InputError, nearest
from sim.kernels.arrays import Floats

__all__ = [
    "COST",
    "effects_along",
    "means_of",
    "require_columns",
    "require_one",
    "response_table",
    "response_to_cost",
    "responses",
]

COST: Final = "public_spending"
"""The measure of cost: public money spent, discounted to the first month."""


def responses(
    differences: pd.DataFrame, factor: str, measure: str, held: Sequence[str] = ()
) -> dict[tuple[Any, ...], Response]:
    """Find the response of a measure to a factor, for each combination of the columns held.

    Parameters
    ----------
    differences : pandas.DataFrame
        From `sim.Results.differences`: one arm and horizon, unless these are held.
    factor : str
        A numerical factor.
    measure : str
        Name of a measure.
    held : sequence of str
        Columns to hold at each of their values. Each replication is averaged over all others.

    Returns
    -------
    dict of tuple to Response
        By the values of ``held``; a single one under ``()`` without any.

    Raises
    ------
    InputError
        If there is no such column, the factor is not numerical, or arms or horizons are mixed.
    """
    return {
        key: response(levels, effects)
        for key, levels, (effects,) in effects_along(differences, factor, (measure,), held)
    }


def response_to_cost(
    differences: pd.DataFrame, measure: str, cost: str = COST, held: Sequence[str] = ()
) -> dict[tuple[Any, ...], Response]:
    """Find the response of a measure to the money spent, over all points of the design.

    Arguments are as for `responses`. The cost of a point is its mean over replications.
    """
    found = {}
    for key, _, (effects, costs) in effects_along(differences, "point", (measure, cost), held):
        paired = np.isfinite(effects) & np.isfinite(costs)
        spent = np.where(paired, costs, 0.0).sum(axis=0)
        levels = np.divide(spent, n := paired.sum(axis=0), where=n > 0, out=np.full(n.size, np.nan))
        found[key] = response(levels, np.where(paired, effects, np.nan))
    return found


def response_table(found: Mapping[tuple[Any, ...], Response], held: Sequence[str]) -> pd.DataFrame:
    """Return what `responses` or `response_to_cost` found as a table, one row each.

    Columns are those of ``held``, then ``form``, ``replications``, ``left_out``, ``threshold``,
    ``half_saturation`` (each with ``_lo90`` and ``_hi90``, nan if absent), and the held-out errors
    ``error_constant`` to ``error_irregular``.
    """
    rows = []
    for key, one in found.items():
        row = dict(zip(held, key, strict=True))
        row |= {"form": one.form, "replications": one.replications, "left_out": one.left_out}
        for name in ("threshold", "half_saturation"):
            level = getattr(one, name)
            row[name] = level.value if level else np.nan
            row[f"{name}_lo90"] = level.lo90 if level else np.nan
            row[f"{name}_hi90"] = level.hi90 if level else np.nan
        rows.append(row | {f"error_{form}": error for form, error in one.held_out.items()})
    return pd.DataFrame(rows)


def effects_along(
    differences: pd.DataFrame, factor: str, measures: Sequence[str], held: Sequence[str] = ()
) -> Iterator[tuple[tuple[Any, ...], Floats, list[Floats]]]:
    """Iterate over effects by replication along a factor, for each combination of the columns held.

    Arguments and errors are as for `responses`. Yields the values of ``held``; the levels of the
    factor, (n,) float64, in rising order; and for each measure its effects, (replications, n)
    float64, nan in a replication that lacks some of the averaged points.
    """
    require_columns(differences, (factor, *measures, *held))
    if differences[factor].dtype.kind not in "biuf":
        raise InputError(f"'{factor}' is not numerical; a response needs a factor with numbers.")
    require_one(differences, held)
    for key, part in differences.groupby(list(held), sort=True) if held else [((), differences)]:
        means = means_of(part, measures, ("rep", factor))
        tables = [means[measure].unstack(factor) for measure in measures]
        levels = tables[0].columns.to_numpy(np.float64)
        yield key, levels, [table.to_numpy(np.float64) for table in tables]


def means_of(differences: pd.DataFrame, measures: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """Average measures by some columns; nan if any value is nan, so that pairs stay complete."""
    groups = differences.groupby(list(by))[list(measures)]
    return groups.mean().where(groups.count().eq(groups.size(), axis=0))


def require_one(differences: pd.DataFrame, held: Sequence[str] = ()) -> None:
    """Raise InputError if effects of several arms or horizons would be mixed."""
    for column in ("arm", "horizon"):
        if column in differences and column not in held and differences[column].nunique() > 1:
            raise InputError(f"effects of several {column}s cannot be mixed: choose one of them.")


def require_columns(frame: pd.DataFrame, names: Sequence[str]) -> None:
    """Raise InputError, with the nearest name, if a column is not there."""
    known = [str(column) for column in frame.columns]
    for name in names:
        if name not in known:
            raise InputError(f"there is no column '{name}'.{nearest(name, known)}")
