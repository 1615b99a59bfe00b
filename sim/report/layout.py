"""Pictures that suit a design: heat maps, curves, strips, or one factor at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sim.experiments.factors import Factor
from sim.kernels.arrays import Ints
from sim.report.levels import is_scale

if TYPE_CHECKING:
    import pandas as pd

MOST_STRIPS: Final = 40
"""Points beyond which one line for each is no longer read."""

MOST_PICTURES: Final = 40
"""Heat maps or curves beyond which a page is too long, and too heavy to be mailed."""

MOST_BINS: Final = 5
"""Parts into which the range of a sampled factor is cut."""


@dataclass(frozen=True)
class Panel:
    """Points that go into one picture, by the axes of the layout: (rows, columns) or (columns,).

    Factors that do not vary within it are fixed at a level.
    """

    fixed: tuple[tuple[Factor, Any], ...]
    points: Ints


@dataclass(frozen=True)
class Layout:
    """Layout of a design.

    Heat maps over two axes, rows then columns, or curves along one, a panel for each combination
    of other factors; strips, a line a point; or one factor at a time, averaged over all others.
    """

    kind: Literal["grid", "curve", "strips", "main_effects"]
    axes: tuple[Factor, ...]
    panels: tuple[Panel, ...]
    varied: tuple[Factor, ...]


def levels_of(points: pd.DataFrame, factor: Factor) -> list[Any]:
    """Return the levels of a factor in the design: in rising order, or in the experiment's own."""
    found = points[factor.name].drop_duplicates().tolist()
    if is_scale(factor):
        return sorted(found)
    return sorted(found, key=list(factor.levels or ()).index)


def choose_layout(
    points: pd.DataFrame, factors: Sequence[Factor], is_sampled: bool, arms: int, measures: int
) -> Layout:
    """Choose how a design is shown."""
    levels = {f.name: levels_of(points, f) for f in factors}
    varied = tuple(f for f in factors if len(levels[f.name]) > 1)
    axes = tuple(f for f in varied if is_scale(f))
    others = [f for f in varied if not is_scale(f)]
    if not is_sampled and 1 <= len(axes) <= 2:
        panels = _panels(points, axes, others, levels)
        if panels and len(panels) * arms * measures <= MOST_PICTURES:
            return Layout("grid" if len(axes) == 2 else "curve", axes, panels, varied)
    is_product = len(varied) > 2 and len(points) == np.prod([len(levels[f.name]) for f in varied])
    if not (is_sampled or is_product) and len(points) * arms <= MOST_STRIPS:
        return Layout("strips", (), (), varied)
    return Layout("main_effects", (), (), varied)


def _panels(
    points: pd.DataFrame,
    axes: Sequence[Factor],
    others: Sequence[Factor],
    levels: dict[str, list[Any]],
) -> tuple[Panel, ...]:
    """Return a panel for each combination of the other factors; none if any is missing."""
    names = [f.name for f in (*others, *axes)]
    at = {key: k for k, key in enumerate(points[names].itertuples(index=False, name=None))}
    shape = [len(levels[f.name]) for f in axes]
    found = []
    for fixed in product(*(levels[f.name] for f in others)):
        keys = [fixed + along for along in product(*(levels[f.name] for f in axes))]
        if any(key not in at for key in keys):
            return ()
        order = np.array([at[key] for key in keys], np.int64).reshape(shape)
        found.append(Panel(tuple(zip(others, fixed, strict=True)), order))
    return tuple(found) if len(found) * int(np.prod(shape)) == len(points) else ()
