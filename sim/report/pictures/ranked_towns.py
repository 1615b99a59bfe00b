"""Expected effects of towns, the largest first, with their intervals."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.figures.style import COLOURS, Picture, look
from sim.report.pictures.canvas import FONT, INK, IRRELEVANT, change_axis, titled, unit_line
from sim.report.town_ranking import TownRanking
from sim.words.catalogue import Words

_PAINT: Final = ("blue", "vermillion", "green", "purple", "orange", "sky")
_MARKS: Final = "osD^vP"
"""Colour and mark of each class; further classes begin again."""


def draw_ranking(name: str, label: str, ranking: TownRanking) -> Picture:
    """Draw a line for each town from left to right, by class, and those that are chosen."""
    order, effect, low, high, *_ = ranking.ranking
    good, words = ranking.good, Words(ranking.facts.language)
    quantity = ranking.surface.quantity
    at = np.empty(order.size)
    at[order] = np.arange(1, order.size + 1)
    with look():
        figure = titled(7.2, 3.6, ranking.surface.label, unit_line(quantity))
        axes = figure.add_axes((0.085, 0.14, 0.9, 0.66))
        relevant = ranking.surface.smallest_relevant[1]
        axes.axhspan(-relevant, relevant, color=IRRELEVANT, linewidth=0)
        axes.axhline(0, color="black", linewidth=1.0)
        axes.axvline(ranking.first + 0.5, color=INK, linewidth=0.8, linestyle="--")
        for k, kind in enumerate(ranking.classes):
            inside = ranking.at == k
            paint, mark = COLOURS[_PAINT[k % len(_PAINT)]], _MARKS[k % len(_MARKS)]
            ends = np.sort(good * np.stack([low[inside], high[inside]]), axis=0)
            axes.vlines(at[inside], *ends, color=paint, linewidth=0.7, alpha=0.45)
            axes.plot(at[inside], good * effect[inside], mark, color=paint, markersize=2.8,
                      linestyle="none", label=kind)  # fmt: skip
        axes.set_xlim(0, order.size + 1)
        change_axis(axes.yaxis, quantity)
        axes.tick_params(labelsize=FONT)
        axes.set_xlabel(words("towns.axis"), fontsize=FONT, color=INK, loc="right")
        if len(ranking.classes) > 1:
            axes.legend(fontsize=FONT, frameon=False, loc="best", markerscale=1.8)
    return Picture(name, figure, label)
