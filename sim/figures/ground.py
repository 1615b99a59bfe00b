"""The ground of a real place in pictures: areas beneath colours of cells, lines and names above.

Kinds have the colours of the page. Areas and lines are pictures, since the streets of a town have
tens of thousands of points, and a report shows them on a dozen maps.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sim.kernels.arrays import Bools, Floats
from sim.territory.ground import UNIT, Ground, ground_kinds

STRENGTH: Final = 0.75
"""Opacity of the colours of cells above a ground."""

AREAS: Final = {"green": "#DCEBD0", "square": "#EADFCB", "water": "#B9D7EE"}
"""Colour of areas by kind, in the order in which they are painted."""

LINES: Final = {
    "river": ("#8CBBE0", 0.9),
    "railway": ("#98989E", 0.6),
    "street": ("#9AA0A7", 0.3),
    "main_street": ("#857D6C", 0.8),
}
"""Colour and width, points, of lines by kind, in the order in which they are drawn."""

_DPI: Final = 150
_OPACITIES: Final = 64
"""Opacities of lines are multiples of this, which takes a third of their size."""

_LARGEST_RANK: Final = 2
"""Of names that are written: towns and quarters. Streets have no room."""

_LETTER: Final = 0.6
"""Mean width of a letter, as a part of its height."""

Pixels = npt.NDArray[np.uint8]
Extent = tuple[float, float, float, float]


class Streets:
    """Streets, waters, squares and names on a part of a grid.

    Parameters
    ----------
    ground : Ground
    window : (slice, slice)
        Rows and columns of squares that are shown.
    block : int
        Cells along the side of a square.
    shape : (int, int)
        Rows and columns of squares of that part.
    inch : float
        Width of a square, inches.
    """

    def __init__(
        self, ground: Ground, window: tuple[slice, slice], block: int, shape: tuple[int, ...],
        inch: float,
    ) -> None:  # fmt: skip
        self.shape, self.inch = shape, inch
        self._corner = np.array([part.start or 0 for part in reversed(window)], np.float64)
        self._block = block
        parts = np.split(self._squares(ground.points), ground.first[1:-1])
        kinds = [ground_kinds()[0][kind].name for kind in ground.kind]
        by_kind: dict[str, list[Floats]] = {name: [] for name in (*AREAS, *LINES)}
        for part, kind in zip(parts, kinds, strict=True):
            by_kind[kind].append(part)
        self.beneath = self._areas(by_kind)
        self.above = self._lines(by_kind)
        self._names = [
            (*self._squares(np.array([x, y])), text)
            for rank, x, y, text in ground.names
            if rank <= _LARGEST_RANK
        ]

    def _squares(self, points: npt.NDArray[Any]) -> Floats:
        """Return places in squares from the north-western corner."""
        return np.asarray(points / (UNIT * self._block) - self._corner)

    def _areas(self, by_kind: dict[str, list[Floats]]) -> Pixels:
        dots = self.inch * _DPI
        rows, columns = (max(1, round(side * dots)) for side in self.shape)
        pixels = np.zeros((rows, columns, 4), np.uint8)
        for kind, colour in AREAS.items():
            is_inside = inside([dots * ring for ring in by_kind[kind]], (rows, columns))
            pixels[is_inside] = (*(round(255 * part) for part in to_rgb(colour)), 255)
        return pixels

    def _lines(self, by_kind: dict[str, list[Floats]]) -> Pixels:
        rows, columns = self.shape
        figure = Figure(figsize=(columns * self.inch, rows * self.inch), dpi=_DPI)
        figure.patch.set_alpha(0)
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0), xlim=(0, columns), ylim=(rows, 0))
        axes.axis("off")
        for kind, (colour, width) in LINES.items():
            axes.add_collection(LineCollection(by_kind[kind], colors=colour, linewidths=width))
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # type: ignore[no-untyped-call]
        pixels = np.array(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
        pixels[..., 3] = pixels[..., 3] // _OPACITIES * _OPACITIES
        pixels[pixels[..., 3] == 0] = 0
        return pixels

    def write(self, axes: Axes, extent: Extent, size: float) -> None:
        """Write names in letters of so many points where there is room, the largest places first.

        The extent is that of the part of the grid, as for ``imshow``.
        """
        left, right, bottom, top = extent
        rows, columns = self.shape
        tall = size / 72 / self.inch
        taken: list[tuple[float, float, float]] = []
        for x, y, text in self._names:
            half = len(text) * _LETTER * tall / 2
            is_within = half < x < columns - half and tall < y < rows - tall
            if not is_within or any(
                abs(x - x0) < half + half0 and abs(y - y0) < 2 * tall for x0, y0, half0 in taken
            ):
                continue
            taken.append((x, y, half))
            axes.text(
                left + x * (right - left) / columns, top + y * (bottom - top) / rows, text,
                fontsize=size, ha="center", va="center",
                path_effects=[withStroke(linewidth=1.8, foreground="white")],
            )  # fmt: skip


def inside(rings: list[Floats], shape: tuple[int, int]) -> Bools:
    """Return which pixels lie in an odd number of rings; points are x, y in pixels.

    Examples
    --------
    >>> inside([np.array([[0, 0], [2, 0], [2, 1], [0, 1]])], (2, 3)).astype(int)
    array([[1, 1, 0],
           [0, 0, 0]])
    """
    rows, columns = shape
    crossed = np.zeros((rows, columns + 1), np.int64)
    if rings:
        x0, y0 = np.concatenate(rings).T
        x1, y1 = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings]).T
        # An edge crosses the rows of pixels whose middles lie between its ends.
        first, last = (
            np.clip(np.ceil(end(y0, y1) - 0.5), 0, rows).astype(int)
            for end in (np.minimum, np.maximum)
        )
        edge = np.repeat(np.arange(x0.size), last - first)
        row = np.arange(edge.size) - np.repeat(np.cumsum(last - first) - last, last - first)
        slope = (x1 - x0)[edge] / (y1 - y0)[edge]
        x = x0[edge] + (row + 0.5 - y0[edge]) * slope
        column = np.clip(np.ceil(x - 0.5), 0, columns).astype(int)
        np.add.at(crossed, (row, column), 1)
    return np.asarray(crossed.cumsum(axis=1)[:, :-1] % 2 == 1)
