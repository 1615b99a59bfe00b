"""A heat map of mean effects over two factors, with verdicts and where the target is met."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from sim.figures.style import COLOURS, Picture, look
from sim.report.effects import SYMBOLS, Effect
from sim.report.pictures.canvas import FONT, INK, bare, outline, titled
from sim.report.quantity import Quantity, signed
from sim.words.catalogue import Words

Floats = npt.NDArray[np.float64]

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
"""From what is not wanted over nothing to what is: told apart by every kind of colour vision."""


@dataclass(frozen=True)
class HeatMap:
    """What a heat map shows.

    Attributes
    ----------
    title : str
        The measure.
    below : str
        Unit, and what is held fixed.
    rows, columns : sequence of str
        Levels of the factors, the first row at the bottom.
    row_axis, column_axis : str
        Words of the factors.
    effects : sequence of sequences of Effect
        By row and column.
    reached : (rows, columns) float64 array
        Share of replications that meet the target; nan where there is none.
    good : {1, -1, 0}
        Whether more is wanted, less, or neither.
    reach : float
        Limit of the colours either way.
    """

    title: str
    below: str
    rows: Sequence[str]
    columns: Sequence[str]
    row_axis: str
    column_axis: str
    effects: Sequence[Sequence[Effect]]
    reached: Floats
    good: int
    reach: float


def draw_heat_map(name: str, label: str, heat: HeatMap, quantity: Quantity) -> Picture:
    """Draw mean effects as cells: a colour, a sign for the verdict and the number."""
    n_rows, n_columns = len(heat.rows), len(heat.columns)
    norm = Normalize(-heat.reach, heat.reach)
    with look():
        figure = titled(WIDTH, HEIGHT, heat.title, heat.below)
        figure.text(0.0, 0.85, f"↑ {heat.row_axis}", fontsize=FONT, color=INK, va="top")
        axes = figure.add_axes((0.125, 0.135, 0.735, 0.655))
        bare(axes)
        for r in range(n_rows):
            for c in range(n_columns):
                _cell(axes, c, r, heat.effects[r][c], norm, heat.good, max(n_rows, n_columns))
        for share, dashes, width in _LINES:
            inside = np.nan_to_num(heat.reached, nan=-1.0) >= share
            if inside.any():
                halo = withStroke(linewidth=width + 1.6, foreground="white")
                outline(axes, inside, dashes, width, path_effects=[halo])
        axes.set_xlim(-0.54, n_columns - 0.46)
        axes.set_ylim(-0.54, n_rows - 0.46)
        axes.set_xticks(range(n_columns), heat.columns)
        axes.set_yticks(range(n_rows), heat.rows)
        axes.tick_params(length=0, labelsize=FONT, pad=3)
        axes.set_xlabel(f"{heat.column_axis} →", fontsize=FONT, color=INK, loc="right")
        _scale(figure, heat, quantity)
    return Picture(name, figure, label)


def _cell(
    axes: Axes, x: float, y: float, effect: Effect, norm: Normalize, good: int, n: int
) -> None:
    """One point of the design."""
    colour, ink = BLANK, "#333333"
    if effect.is_measured and math.isfinite(effect.mean):
        rgb = UNWANTED_TO_WANTED(norm((good or 1) * effect.mean))[:3]
        colour = "#" + "".join(f"{round(255 * v):02X}" for v in rgb)
        ink = "white" if np.dot(rgb, (0.299, 0.587, 0.114)) < 0.5 else "black"
    is_open = effect.verdict == "not_determinable"
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


def _scale(figure: Figure, heat: HeatMap, quantity: Quantity) -> None:
    """The colours beside the map, with zero in the middle and its good end named."""
    words, parts = Words(quantity.language), 24
    axes = figure.add_axes((0.885, 0.2, 0.026, 0.52))
    bare(axes)
    edges = np.linspace(-heat.reach, heat.reach, parts + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    colours = UNWANTED_TO_WANTED(Normalize(-1, 1)((heat.good or 1) * middles / heat.reach))
    axes.barh(middles, 1, 2 * heat.reach / parts * 1.06, color=colours, linewidth=0)
    axes.set_xlim(0, 1)
    axes.set_ylim(-heat.reach, heat.reach)
    axes.set_xticks([])
    axes.yaxis.tick_right()
    largest = 0.85 * heat.reach * quantity.scale
    power = 10.0 ** math.floor(math.log10(largest))
    tick = max(f * power for f in (1, 2, 5) if f * power <= largest * (1 + 1e-9))
    digits = max(0, -math.floor(math.log10(tick) + 1e-9))
    axes.set_yticks(
        [v / quantity.scale for v in (-tick, 0.0, tick)],
        [signed(v, quantity.language, digits) for v in (-tick, 0.0, tick)],
    )
    axes.tick_params(length=2, labelsize=FONT - 0.5, pad=2)
    if heat.good:
        ends = (words("heat.wanted"), words("heat.unwanted"))[:: heat.good]
        for y, va, text in ((0.735, "bottom", ends[0]), (0.185, "top", ends[1])):
            figure.text(0.995, y, text, fontsize=FONT - 0.5, color=INK, va=va, ha="right")


def draw_key(name: str, words: Words) -> Picture:
    """Draw how a heat map is read: signs, hatching and lines, each with its words."""
    rows: list[tuple[str, str, bool]] = [
        (SYMBOLS["increase"], words("heat.key_increase"), False),
        (SYMBOLS["decrease"], words("heat.key_decrease"), False),
        (SYMBOLS["no_relevant_effect"], words("heat.key_none"), False),
        (SYMBOLS["not_determinable"], words("heat.key_open"), True),
        (SYMBOLS["missing"], words("heat.key_missing"), False),
    ]
    with look():
        figure = titled(WIDTH, HEIGHT, words("heat.key"))
        axes = figure.add_axes((0.0, 0.0, 1.0, 0.93))
        bare(axes)
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(0, HEIGHT * 0.93)
        axes.set_xticks([])
        axes.set_yticks([])
        y = HEIGHT * 0.93 - 0.62
        for sign, text, is_open in rows:
            axes.add_patch(
                Rectangle(
                    (0.04, y), 0.5, 0.34, linewidth=0.6, edgecolor="#9A9A9A",
                    facecolor=BLANK if sign == SYMBOLS["missing"] else "white",
                    hatch="///" if is_open else None,
                )
            )  # fmt: skip
            axes.text(
                0.29, y + 0.17, sign, ha="center", va="center", fontsize=10,
                bbox={"facecolor": "white", "linewidth": 0, "pad": 1} if is_open else None,
            )  # fmt: skip
            axes.text(0.72, y + 0.17, text, va="center", fontsize=FONT, linespacing=1.3)
            y -= 0.5
        for (_, dashes, width), text in zip(
            _LINES, (words("heat.key_likely"), words("heat.key_sure")), strict=True
        ):
            axes.add_patch(
                Rectangle(
                    (0.04, y), 0.5, 0.34, fill=False, linewidth=width, linestyle=dashes,
                    edgecolor="black",
                )
            )  # fmt: skip
            axes.text(0.72, y + 0.17, text, va="center", fontsize=FONT, linespacing=1.3)
            y -= 0.5
    return Picture(name, figure, " ".join(text.replace("\n", " ") for _, text, _ in rows))
