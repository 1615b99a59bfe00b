"""A heat map of shares of plausible worlds over two factors, or along one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.analysis.worlds import Share
from sim.figures.style import COLOURS, Picture, look
from sim.report.pictures.canvas import FONT, INK, bare, titled
from sim.report.pictures.heat_map import Axis, Points
from sim.report.quantity import probability
from sim.words.catalogue import Words
from sim.words.language import percent

WIDTH: Final = 6.0

NONE_TO_ALL: Final = LinearSegmentedColormap.from_list(
    "none_to_all", ["#FAFAFA", "#8FC3E3", COLOURS["blue"]]
)
"""From no world to all."""


def draw_share_map(
    name: str, label: str, shares: Sequence[Share], points: Points, rows: Axis, columns: Axis,
    words: Words,
) -> Picture:  # fmt: skip
    """Draw shares as cells with their 90 % intervals, the first row at the bottom.

    Colours cover all of 0 to 100 %, so that rare worlds look rare.
    """
    height = 1.35 + 0.62 * len(rows.levels)
    with look():
        figure: Figure = titled(
            WIDTH, height, words("possibility.map"), words("possibility.map_below")
        )
        head = 1 - 0.62 / height
        figure.text(0.0, head, f"↑ {rows.label}" if rows.label else "", fontsize=FONT, color=INK,
                    va="top")  # fmt: skip
        low = 0.52 / height
        axes = figure.add_axes((0.1, low, 0.89, head - 0.24 / height - low))
        bare(axes)
        for (y, x), point in np.ndenumerate(points):
            one = shares[int(point)]
            rgb = NONE_TO_ALL(one.share)[:3]
            axes.add_patch(
                Rectangle((x - 0.485, y - 0.47), 0.97, 0.94, facecolor=rgb, edgecolor="#BBBBBB",
                          linewidth=0.5)
            )  # fmt: skip
            axes.text(
                x, y, _in_cell(one, words), ha="center", va="center", fontsize=9,
                color="white" if one.share > 0.6 else "black", linespacing=1.3,
            )  # fmt: skip
        axes.set_xlim(-0.52, len(columns.levels) - 0.48)
        axes.set_ylim(-0.52, len(rows.levels) - 0.48)
        axes.set_xticks(range(len(columns.levels)), columns.levels)
        axes.set_yticks(range(len(rows.levels)), rows.levels)
        axes.tick_params(length=0, labelsize=FONT, pad=3)
        axes.set_xlabel(f"{columns.label} →", fontsize=FONT, color=INK, loc="right")
    return Picture(name, figure, label)


def _in_cell(one: Share, words: Words) -> str:
    """Write a share and its interval; where there is none, how many may be hidden."""
    if not one.met:
        bound = percent(one.hi90, words.language)
        none = words("possibility.zero")
        return f"{none}\n<\N{NO-BREAK SPACE}{bound}"
    low, high = (percent(end, words.language, 0) for end in (one.lo90, one.hi90))
    between = words("quantity.range", low=low, high=high)
    return f"{probability(one.share, words.language)}\n{between}"
