"""Extent of a place: its cells, residents and shops in larger files, and how to read these."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.spatial import cKDTree

from sim.errors import InputError
from sim.kernels.arrays import Bools, Floats
from sim.territory.grid_frame import DEGREES, to_grid_coordinates
from sim.territory.remedies import Refusal

__all__ = ["Extent", "Reading"]

LARGEST_BUFFER: Final = 100_000.0
"""m: beyond it nobody comes to shop; assumed."""

RADIUS: Final = 5_000.0
"""Radius of a circle if none is stated, m."""

_DISTRICTS: Final = {
    "75056": [f"751{i:02d}" for i in range(1, 21)],
    "69123": [f"6938{i}" for i in range(1, 10)],
    "13055": [f"132{i:02d}" for i in range(1, 17)],
}
"""Codes of the arrondissements of Paris, Lyon and Marseille, by which INSEE places shops."""


@dataclass(frozen=True)
class Reading:
    """Statements of the user on a file: names of columns, one layer, kinds of shop, its source."""

    columns: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    kinds: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None


@dataclass(frozen=True)
class Extent:
    """A place: a circle, one or several communes, or, without either, all that a grid holds.

    `around` is latitude and longitude, `radius` in m, by default `RADIUS`; `communes` are INSEE's
    codes. With a
    `buffer`, m, the extent holds the place and what is that near to its residents.
    """

    around: tuple[float, float] | None = None
    radius: float | None = None
    communes: Sequence[str] = ()
    buffer: float = 0.0

    def __post_init__(self) -> None:
        """Raise `InputError` if a value is out of range, or a circle and communes are given."""
        at, radius = self.around, self.reach
        if at is None and self.radius is not None:
            raise InputError(
                f"radius is {radius:g} m, but the point around which it reaches is missing; give"
                " its latitude and longitude."
            )
        if at is not None and not (abs(at[0]) <= 90 and abs(at[1]) <= 180 and radius > 0):
            raise InputError(
                f"around is {at} within {radius:g} m; it takes a latitude in [-90, 90], a"
                " longitude in [-180, 180] and a radius above 0."
            )
        for code in self.communes:
            if not re.fullmatch(r"\d[\dAB]\d{3}", code):
                raise InputError(
                    f"commune is {code!r}; INSEE's code of a commune has five characters, such as"
                    " 53130 or 2A004 (it is not the postal code)."
                )
        if at is not None and self.communes:
            raise InputError("communes and a circle both say which cells to keep; give one.")
        if not 0 <= self.buffer <= LARGEST_BUFFER:
            raise InputError(
                f"buffer is {self.buffer:g} m; it must be in [0, {LARGEST_BUFFER:,.0f}]."
            )
        if self.buffer and not self.is_part:
            raise Refusal("neighbours need a place that ends somewhere", "place")

    @property
    def is_part(self) -> bool:
        """True if the place may be a part of the files."""
        return self.around is not None or bool(self.communes)

    def circle(self, x: Floats, y: Floats, epsg: int) -> Bools:
        """Return whether points in a projected system are within the circle, if there is one."""
        if self.around is None:
            return np.ones(x.shape, dtype=bool)
        latitude, longitude = self.around
        at = np.array([longitude]), np.array([latitude])
        own_x, own_y = to_grid_coordinates(*at, DEGREES, epsg)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.hypot(x - own_x, y - own_y) <= self.reach)

    @property
    def reach(self) -> float:
        """Radius of the circle, m."""
        return RADIUS if self.radius is None else self.radius

    def around_cells(self, x: Floats, y: Floats, is_own: Bools) -> Bools:
        """Return which cells, by their middles, are the place's or within its buffer."""
        middles, near = np.column_stack([x, y]), is_own.copy()
        own = middles[is_own]
        low, high = own.min(axis=0) - self.buffer, own.max(axis=0) + self.buffer
        rows = np.flatnonzero(((middles >= low) & (middles <= high)).all(axis=1))
        near[rows] |= cKDTree(own).query(middles[rows])[0] <= self.buffer
        return near

    def in_communes(self, codes: Sequence[str]) -> Bools:
        """Return which of these codes, or lists of codes in one text, hold one of the communes."""
        wanted = {c for code in self.communes for c in (code, *_DISTRICTS.get(code, ()))}

        def belongs(text: str) -> bool:
            text = text.removesuffix(".0").zfill(5)
            if len(text) % 5:
                return any(part in wanted for part in re.split(r"[^\dAB]+", text))
            return any(text[i : i + 5] in wanted for i in range(0, len(text), 5))

        known = {text: belongs(text) for text in set(codes)}
        return np.array([known[text] for text in codes], dtype=bool)


def parse_point(text: str, what: str) -> tuple[float, float]:
    """Return latitude and longitude of ``48.07,-0.77``; raise `InputError` about `what` if none."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"{what} {text}: expected latitude,longitude such as 48.07,-0.77."
        ) from None
    return latitude, longitude


def near_residents(residents: npt.NDArray[Any]) -> Bools:
    """Return the cells with residents and the eight around each, (rows, columns)."""
    return np.asarray(ndimage.binary_dilation(residents > 0, np.ones((3, 3), dtype=bool)))
