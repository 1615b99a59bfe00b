"""Small maps to be laid side by side: the same layer with the same limits, and differences."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize
from matplotlib.figure import Figure

from sim.figures.maps import COLOUR_MAPS, GROUND, lightened, norm_of, shades_of, window_of
from sim.figures.style import Picture, look
from sim.kernels.arrays import Bools, Floats
from sim.kernels.zone_codes import BUFFER
from sim.report.pictures.canvas import FONT, INK, outline
from sim.report.quantity import signed
from sim.words.folders import Language
from sim.words.language import number, percent

WIDTH: Final = 2.7
LESS_TO_MORE: Final = (
    *((0, 68, 130), (0, 114, 178), (86, 180, 233), (190, 222, 240), (242, 242, 242)),
    *((250, 220, 180), (240, 165, 60), (213, 94, 0), (140, 55, 0)),
)
"""Colours of differences, those of the page."""

DIVERGING: Final = LinearSegmentedColormap.from_list("", np.array(LESS_TO_MORE) / 255)


class Ground:
    """Ground of every map of a territory: inhabited cells and the outlines of its zones.

    Zones, (rows, columns), are 0 town centre, 1 periphery, 2 elsewhere, and 3 more in the buffer of
    a place, which is lighter; row 0 is northernmost.
    """

    def __init__(self, zone: npt.NDArray[Any], inhabited: Bools) -> None:
        self.window = window_of(inhabited | (zone < 2))
        self.zone = zone[self.window]
        self.inhabited = inhabited[self.window]

    @property
    def height(self) -> float:
        """Height of a picture, inches."""
        rows, columns = self.zone.shape
        return 0.5 + min(max(WIDTH * float(rows / columns), 1.2), 4.0)


def draw_layer(
    name: str, label: str, ground: Ground, layer: str, values: Floats, top: float,
    is_share: bool, language: Language,
) -> Picture:  # fmt: skip
    """Draw one layer in one month."""
    colours, norm = shades_of(COLOUR_MAPS[layer]), norm_of(COLOUR_MAPS[layer], top)
    shown = np.ma.masked_invalid(values[ground.window])
    if not is_share:
        shown = np.ma.masked_less_equal(shown, 0)
    ticks = [0.0, top / 2, top] if is_share else [0.0, top / 4, top]
    write = [percent(t, language, 0) if is_share else number(t, language) for t in ticks]
    return _draw(name, label, ground, shown, colours, norm, ticks, write)


def draw_difference(
    name: str, label: str, ground: Ground, values: Floats, reach: float, is_share: bool,
    language: Language,
) -> Picture:  # fmt: skip
    """Draw a difference between two arms; arguments as for `draw_layer`."""
    norm = Normalize(-reach, reach)
    shown = np.ma.masked_invalid(values[ground.window])
    shown = np.ma.masked_where(np.abs(shown) < reach / 512, shown)
    scale = 100 if is_share else 1
    digits = 0 if scale * reach >= 4 else 1 if scale * reach >= 0.4 else 2
    ticks = [-reach, 0.0, reach]
    write = [signed(scale * t, language, digits) for t in ticks]
    if shown.count() and shown.min() < -reach:
        write[0] = f"≤\N{NO-BREAK SPACE}{write[0]}"
    if shown.count() and shown.max() > reach:
        write[2] = f"≥\N{NO-BREAK SPACE}{write[2]}"
    return _draw(name, label, ground, shown, DIVERGING, norm, ticks, write)


def _draw(
    name: str, label: str, ground: Ground, shown: Any, colours: Any, norm: Normalize,
    ticks: list[float], write: list[str],
) -> Picture:  # fmt: skip
    rows, columns = ground.zone.shape
    # One set of axes for all, since axes take long: units are cells, and the scale lies below.
    inch = max(columns / WIDTH, rows / (ground.height - 0.5))
    left, top = (columns - 1 - WIDTH * inch) / 2, (rows - 1 - (ground.height - 0.5) * inch) / 2
    right, below = left + WIDTH * inch, top + ground.height * inch
    with look():
        figure = Figure(figsize=(WIDTH, ground.height))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.axis("off")
        blank = np.ma.masked_where(~ground.inhabited, np.ones(ground.inhabited.shape))
        plain = ListedColormap([GROUND])
        axes.imshow(blank, cmap=plain, interpolation="none", aspect="auto")
        axes.imshow(shown, cmap=colours, norm=norm, interpolation="none", aspect="auto")
        if (ground.zone >= BUFFER).any():
            axes.imshow(lightened(ground.zone), interpolation="none", aspect="auto")
        for code, dashes, width in ((0, "solid", 1.3), (1, (0, (2, 1)), 0.8)):
            outline(axes, ground.zone == code, dashes, width)
        ends = left + 0.1 * WIDTH * inch, right - 0.1 * WIDTH * inch
        scale = (*ends, below - 0.3 * inch, below - 0.4 * inch)
        axes.imshow(np.linspace(0, 1, 256)[None], cmap=colours, aspect="auto", extent=scale)
        for at, text in zip(np.asarray(norm(ticks)), write, strict=True):
            x = ends[0] + at * (ends[1] - ends[0])
            y = below - 0.25 * inch
            axes.text(x, y, text, fontsize=FONT, color=INK, ha="center", va="top")
        axes.set_xlim(left, right)
        axes.set_ylim(below, top)
    return Picture(name, figure, label)
