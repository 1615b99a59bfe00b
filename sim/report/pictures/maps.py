"""Small maps to be laid side by side: the same layer with the same limits, and differences."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure

from sim.figures.ground import STRENGTH, Streets
from sim.figures.maps import GROUND, lightened, norm_of, shades_of, window_of
from sim.figures.style import Picture, look
from sim.kernels.arrays import Bools, Floats
from sim.kernels.zone_codes import BUFFER
from sim.measures.map_colours import LESS_TO_MORE
from sim.measures.map_layers import LAYERS
from sim.report.pictures.canvas import FONT, INK, outline
from sim.report.quantity import signed
from sim.territory.ground import Ground as TownGround
from sim.words.folders import Language
from sim.words.language import number, percent

WIDTH: Final = 2.7


class Ground:
    """Ground of every map of a territory: inhabited cells, the outlines of its zones, and streets.

    Zones, (rows, columns), are 0 town centre, 1 periphery, 2 elsewhere, and 3 more in the buffer of
    a place, which is lighter; row 0 is northernmost.
    """

    def __init__(
        self, zone: npt.NDArray[Any], inhabited: Bools, beneath: TownGround | None = None,
        block: int = 1,
    ) -> None:  # fmt: skip
        self.window = window_of(inhabited | (zone < 2))
        self.zone = zone[self.window]
        self.inhabited = inhabited[self.window]
        shape = self.zone.shape
        self.streets = (
            Streets(beneath, self.window, block, shape, 1 / self.per_inch) if beneath else None
        )

    @property
    def height(self) -> float:
        """Height of a picture, inches."""
        rows, columns = self.zone.shape
        return 0.5 + min(max(WIDTH * float(rows / columns), 1.2), 4.0)

    @property
    def per_inch(self) -> float:
        """Squares an inch."""
        rows, columns = self.zone.shape
        return float(max(columns / WIDTH, rows / (self.height - 0.5)))


def draw_layer(
    name: str, label: str, ground: Ground, layer: str, values: Floats, top: float,
    language: Language,
) -> Picture:  # fmt: skip
    """Draw one layer in one month."""
    is_share = LAYERS[layer].is_share
    colours, norm = shades_of(LAYERS[layer].colours), norm_of(is_share, top)
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
    """Draw a difference between two arms, with colours up to ``reach`` on either side."""
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
    return _draw(name, label, ground, shown, shades_of(LESS_TO_MORE), norm, ticks, write)


def _draw(
    name: str, label: str, ground: Ground, shown: Any, colours: Any, norm: Normalize,
    ticks: list[float], write: list[str],
) -> Picture:  # fmt: skip
    rows, columns = ground.zone.shape
    # One set of axes for all, since axes take long: units are cells, and the scale lies below.
    inch, streets = ground.per_inch, ground.streets
    extent = (-0.5, columns - 0.5, rows - 0.5, -0.5)
    alpha = STRENGTH if streets else None
    left, top = (columns - 1 - WIDTH * inch) / 2, (rows - 1 - (ground.height - 0.5) * inch) / 2
    right, below = left + WIDTH * inch, top + ground.height * inch
    with look():
        figure = Figure(figsize=(WIDTH, ground.height))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.axis("off")
        blank = np.ma.masked_where(~ground.inhabited, np.ones(ground.inhabited.shape))
        plain = ListedColormap([GROUND])
        axes.imshow(blank, cmap=plain, interpolation="none", aspect="auto")
        if streets:
            axes.imshow(streets.beneath, extent=extent, interpolation="none", aspect="auto")
        axes.imshow(
            shown, cmap=colours, norm=norm, alpha=alpha, interpolation="none", aspect="auto"
        )
        if streets:
            axes.imshow(streets.above, extent=extent, interpolation="none", aspect="auto")
        if (ground.zone >= BUFFER).any():
            axes.imshow(lightened(ground.zone), interpolation="none", aspect="auto")
        for code, dashes, width in ((0, "solid", 1.3), (1, (0, (2, 1)), 0.8)):
            outline(axes, ground.zone == code, dashes, width)
        if streets:
            streets.write(axes, extent, 6)
        ends = left + 0.1 * WIDTH * inch, right - 0.1 * WIDTH * inch
        scale = (*ends, below - 0.3 * inch, below - 0.4 * inch)
        shades = np.linspace(0, 1, 256)[None]
        axes.imshow(shades, cmap=colours, alpha=alpha, aspect="auto", extent=scale)
        for at, text in zip(np.asarray(norm(ticks)), write, strict=True):
            x = ends[0] + at * (ends[1] - ends[0])
            y = below - 0.25 * inch
            axes.text(x, y, text, fontsize=FONT, color=INK, ha="center", va="top")
        axes.set_xlim(left, right)
        axes.set_ylim(below, top)
    return Picture(name, figure, label)
