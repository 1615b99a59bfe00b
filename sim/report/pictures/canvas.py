"""Parts that pictures of a report share: titles, signed axes, markers of levels, and outlines."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import round_ticks, write_ticks
from sim.kernels.arrays import Bools
from sim.report.quantity import Quantity, signed
from sim.words.catalogue import Words

FONT: Final = 9.5
INK: Final = "#444444"
"""Colour of words next to a picture."""

IRRELEVANT: Final = "#E4E8EC"
"""Colour of the range in which an effect is too small to matter."""


def titled(width: float, height: float, title: str, below: str = "") -> Figure:
    """Return a figure with a title and, in small print, a line below it; sizes in inches."""
    figure = Figure(figsize=(width, height))
    figure.text(0.0, 1 - 0.02 / height, title, fontsize=12, fontweight="bold", va="top")
    if below:
        figure.text(0.0, 1 - 0.31 / height, below, fontsize=FONT, color=INK, va="top")
    return figure


def bare(axes: Axes) -> None:
    """Take grid and frame from axes."""
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def unit_line(quantity: Quantity) -> str:
    """Return what a picture of effects shows, with its unit."""
    words, unit = Words(quantity.language), quantity.change_unit
    return words("sweep_pictures.unit", unit=unit) if unit else words("sweep_pictures.no_unit")


def change_axis(axis: Any, quantity: Quantity) -> None:
    """Write signed ticks in the unit of the measure."""
    round_ticks(axis)
    steps = np.diff(axis.get_majorticklocs()) * quantity.scale
    step = float(min((s for s in steps if s > 0), default=1.0))
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    write_ticks(axis, lambda v: signed(quantity.scale * v, quantity.language, digits))


def outline(axes: Axes, inside: Bools, dashes: Any, width: float, **style: Any) -> None:
    """Draw the edges between cells that are inside and cells that are not, as one path."""
    padded = np.pad(inside, 1)
    r, c = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])
    across = np.array([[c - 0.5, c + 0.5], [r - 0.5, r - 0.5]])
    r, c = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])
    upright = np.array([[c - 0.5, c - 0.5], [r - 0.5, r + 0.5]])
    edges = np.concatenate([across, upright], axis=2)
    x, y = np.pad(edges, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)  # parts the edges
    axes.plot(x.T.ravel(), y.T.ravel(), color="black", linestyle=dashes, linewidth=width,
              scalex=False, scaley=False, **style)  # fmt: skip
