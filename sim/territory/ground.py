"""The ground of a real place: streets, water, squares, green and names, which are only drawn.

No rule of the model sees it: a place has the same results with and without it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_NAMES", "MOST_POINTS", "UNIT", "Ground", "ground_fault", "ground_kinds"]

UNIT: Final = 16
"""Parts of a cell's side in which points are given: 12.5 m of a cell of 200 m."""

MOST_POINTS: Final = 40_000
"""Maximum points of a ground: what a page draws at once, and 100 kB of a territory file."""

MOST_NAMES: Final = 400
"""Maximum names of a ground."""

LONGEST_NAME: Final = 60


@dataclass(frozen=True)
class GroundKind:
    """A kind of ground: an area or a line, by values of tags."""

    name: str
    is_area: bool
    tags: dict[str, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Ground:
    """Lines and outlines of a place, and its names.

    Attributes
    ----------
    points : (points, 2) int32 array
        x from the western and y from the northern edge of the grid, in cells / `UNIT`.
    first : (parts + 1,) int32 array
        First point of each part, and the number of points.
    kind : (parts,) uint8 array
        Index in `ground_kinds`, ascending. Parts of an area are rings; what lies in an odd number
        of them belongs to it.
    names : tuple of (rank, x, y, text)
        Names of places, squares, waters and streets, the most important ones first. The rank is 0
        to 2 for places by size, 3 for squares, waters and green, 4 for streets.
    """

    points: npt.NDArray[np.int32]
    first: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]
    names: tuple[tuple[int, int, int, str], ...] = ()


@cache
def ground_kinds() -> tuple[tuple[GroundKind, ...], tuple[str, ...]]:
    """Return the kinds of ground, in the order in which they are drawn, and those of places."""
    text = files("sim.territory").joinpath("ground_kinds.toml").read_text(encoding="utf-8")
    read: dict[str, Any] = tomllib.loads(text)
    kinds = tuple(
        GroundKind(
            kind["name"],
            kind["shape"] == "area",
            {key: tuple(values) for key, values in kind["tags"].items()},
        )
        for kind in read["kind"]
    )
    return kinds, tuple(read["places"]["place"])


def ground_fault(ground: Ground, shape: tuple[int, int]) -> str | None:
    """Describe the first fault of a ground on a grid, to complete "the territory ..."."""
    points, first, kind = ground.points, ground.first, ground.kind
    if points.dtype != np.int32 or first.dtype != np.int32 or kind.dtype != np.uint8:
        return "has a ground of another type"
    if points.ndim != 2 or points.shape[1] != 2 or first.shape != (kind.size + 1,):
        return "has a ground of another shape"
    ends_well = first[0] == 0 and first[-1] == len(points) and bool((np.diff(first) >= 2).all())
    if len(points) > MOST_POINTS or not ends_well:
        return "has a ground whose parts do not fit its points"
    if kind.size and (int(kind.max()) >= len(ground_kinds()[0]) or (kind[1:] < kind[:-1]).any()):
        return "has a ground of unknown kinds"
    far = UNIT * np.array([shape[1], shape[0]])
    if points.size and ((points < 0).any() or (points > far).any()):
        return "has a ground outside its grid"
    if len(ground.names) > MOST_NAMES or not all(_is_name(one, far) for one in ground.names):
        return "has names of a ground that are not admissible"
    return None


def _is_name(one: Any, far: Any) -> bool:
    if not isinstance(one, tuple) or len(one) != 4:
        return False
    *numbers, text = one
    if any(type(number) is not int for number in numbers) or not isinstance(text, str):
        return False
    rank, x, y = numbers
    is_there = 0 <= x <= far[0] and 0 <= y <= far[1] and 0 <= rank <= 4
    return bool(is_there and 0 < len(text) <= LONGEST_NAME and text.isprintable())
