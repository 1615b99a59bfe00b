"""A heat map of mean effects over two factors, with verdicts and where the target is met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from sim.figures.style import COLOURS, Picture, look
from sim.report.effects import SYMBOLS, Effect, Surface
from sim.report.pictures.canvas import FONT, INK, bare, outline, titled
from sim.report.quantity import Quantity, signed
from sim.words.catalogue import Words

Points = npt.NDArray[np.int64]

WIDTH: Final = 5.0
HEIGHT: Final = 4.15
BLANK: Final = "#ECECEC"

LIKELY: Final = 0.5
SURE: Final = 0.9
"""Shares of replications that meet the target, around whose cells lines are drawn."""

_LINES: Final[tuple[tuple[float, Any, float], ...]] = (
    (LIKELY, (0, (2.2, 1.4)), 1.5),
    (SURE, "solid", 2.2),
)

UNWANTED_TO_WANTED: Final = LinearSegmentedColormap.from_list(
    "unwanted_to_wanted", [COLOURS["vermillion"], "#F2B58C", "#FAFAFA", "#8FC3E3", COLOURS["blue"]]
)
"""From unwanted over none to wanted, readable with every kind of colour vision."""


class Axis(NamedTuple):
    """Words of a factor, and of its levels."""

    label: str
    levels: Sequence[str]


def draw_heat_map(
    name: str, label: str, below: str, surface: Surface, points: Points, rows: Axis, columns: Axis
) -> Picture:
    """Draw mean effects as cells: a colour, a sign for the verdict and the number.

    Points of the surface are given by row and column, the first row at the bottom.
    """
    good, quantity, n = surface.measure.good, surface.quantity, max(points.shape)
    means = [abs(e.mean) for e in surface.effects if e.is_measured]
    # What is too small to matter never looks large.
    reach = max([2 * surface.smallest_relevant[1], *means]) or 1.0
    with look():
        figure = titled(WIDTH, HEIGHT, surface.label, below)
        figure.text(0.0, 0.85, f"↑ {rows.label}", fontsize=FONT, color=INK, va="top")
        axes = figure.add_axes((0.125, 0.135, 0.735, 0.655))
        bare(axes)
        for (y, x), point in np.ndenumerate(points):
            _cell(axes, x, y, surface.effects[point], Normalize(-reach, reach), good, n)
        for share, dashes, width in _LINES:
            inside = np.nan_to_num(surface.reached[points], nan=-1.0) >= share
            if inside.any():
                halo = withStroke(linewidth=width + 1.6, foreground="white")
                outline(axes, inside, dashes, width, path_effects=[halo])
        axes.set_xlim(-0.54, len(columns.levels) - 0.46)
        axes.set_ylim(-0.54, len(rows.levels) - 0.46)
        axes.set_xticks(range(len(columns.levels)), columns.levels)
        axes.set_yticks(range(len(rows.levels)), rows.levels)
        axes.tick_params(length=0, labelsize=FONT, pad=3)
        axes.set_xlabel(f"{columns.label} →", fontsize=FONT, color=INK, loc="right")
        _scale(figure, reach, good, quantity)
    return Picture(name, figure, label)


def _cell(
    axes: Axes, x: float, y: float, effect: Effect, norm: Normalize, good: int, n: int
) -> None:
    """Draw one point of the design."""
    colour, ink = BLANK, "#333333"
    if effect.is_measured and math.isfinite(effect.mean):
        rgb = UNWANTED_TO_WANTED(norm((good or 1) * effect.mean))[:3]
        colour = "#" + "".join(f"{round(255 * v):02X}" for v in rgb)
        ink = "white" if np.dot(rgb, (0.299, 0.587, 0.114)) < 0.5 else "black"
    is_open = effect.tone == "open"
    axes.add_patch(
        Rectangle(
            (x - 0.485, y - 0.485), 0.97, 0.97, facecolor=colour, linewidth=0,
            edgecolor="#9A9A9A", hatch="///" if is_open else None,
        )
    )  # fmt: skip
    if n > 10:
        return
    text = SYMBOLS[effect.verdict]
    if effect.is_measured:
        text += f"\n{effect.quantity.change(effect.mean)}"
    axes.text(
        x, y, text, ha="center", va="center", color=ink, linespacing=1.15,
        fontsize=9 if n <= 6 else 7.5,
        bbox={"facecolor": colour, "linewidth": 0, "pad": 0.6} if is_open else None,
    )  # fmt: skip


def _scale(figure: Figure, reach: float, good: int, quantity: Quantity) -> None:
    """Draw the colours next to the map, with zero in the middle and the desired end named."""
    words, parts = Words(quantity.language), 24
    axes = figure.add_axes((0.885, 0.2, 0.026, 0.52))
    bare(axes)
    edges = np.linspace(-reach, reach, parts + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    colours = UNWANTED_TO_WANTED(Normalize(-1, 1)((good or 1) * middles / reach))
    axes.barh(middles, 1, 2 * reach / parts * 1.06, color=colours, linewidth=0)
    axes.set_xlim(0, 1)
    axes.set_ylim(-reach, reach)
    axes.set_xticks([])
    axes.yaxis.tick_right()
    largest = 0.85 * reach * quantity.scale
    power = 10.0 ** math.floor(math.log10(largest))
    tick = max(f * power for f in (1, 2, 5) if f * power <= largest * (1 + 1e-9))
    digits = max(0, -math.floor(math.log10(tick) + 1e-9))
    axes.set_yticks(
        [v / quantity.scale for v in (-tick, 0.0, tick)],
        [signed(v, quantity.language, digits) for v in (-tick, 0.0, tick)],
    )
    axes.tick_params(length=2, labelsize=FONT - 0.5, pad=2)
    if good:
        ends = (words("heat.wanted"), words("heat.unwanted"))[::good]
        for y, va, text in ((0.735, "bottom", ends[0]), (0.185, "top", ends[1])):
            beside = text.replace(" ", "\n")  # in one line it would cover the map
            figure.text(0.995, y, beside, fontsize=FONT - 0.5, color=INK, va=va, ha="right")


def draw_key(name: str, words: Words) -> Picture:
    """Draw how a heat map is read: signs, hatching and lines, each with its words."""
    plain = {"linewidth": 0.6, "edgecolor": "#9A9A9A", "facecolor": "white"}
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("key_increase", "increase", plain),
        ("key_decrease", "decrease", plain),
        ("key_some_increase", "some_increase", plain),
        ("key_some_decrease", "some_decrease", plain),
        ("key_none", "no_relevant_effect", plain),
        ("key_open", "not_determinable", {**plain, "hatch": "///"}),
        ("key_missing", "missing", {**plain, "facecolor": BLANK}),
    ]
    for key, (_, dashes, width) in zip(("key_likely", "key_sure"), _LINES, strict=True):
        rows.append((key, "", {"linewidth": width, "linestyle": dashes, "fill": False}))
    said = [words(f"heat.{key}") for key, _, _ in rows]
    with look():
        figure = titled(WIDTH, HEIGHT, words("heat.key"))
        axes = figure.add_axes((0.0, 0.0, 1.0, 0.93))
        axes.axis("off")
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, HEIGHT * 0.93)
        for k, ((_, verdict, style), text) in enumerate(zip(rows, said, strict=True)):
            y = HEIGHT * 0.93 - 0.5 - 0.4 * k
            axes.add_patch(Rectangle((0.04, y), 0.5, 0.34, **style))
            box = {"facecolor": "white", "linewidth": 0, "pad": 1} if "hatch" in style else None
            sign = SYMBOLS.get(verdict, "")
            axes.text(0.29, y + 0.17, sign, ha="center", va="center", fontsize=10, bbox=box)
            axes.text(0.72, y + 0.17, text, va="center", fontsize=FONT, linespacing=1.3)
    return Picture(name, figure, ". ".join(said).replace("\n", " "))
