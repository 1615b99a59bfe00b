"""Spending by year and line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from sim.figures.style import COLOURS, Picture, look, round_ticks, write_ticks
from sim.kernels.arrays import Floats
from sim.report.pictures.canvas import INK
from sim.words.catalogue import Words
from sim.words.language import number

WIDTH: Final = 5.0
HEIGHT: Final = 3.3
LOOKS: Final = {
    "set_up": ("black", "xx"),
    "seats": ("blue", ""),
    "facilitation": ("sky", "//"),
    "grants": ("green", ""),
    "events": ("orange", "\\\\"),
    "subsidies": ("purple", ""),
    "elsewhere": ("vermillion", ".."),
}
"""Colour and hatching of each line of the ledger: never distinguished by colour alone."""


def draw_money(
    name: str, label: str, years: list[str], spent: Mapping[str, Floats], words: Words
) -> Picture:
    """Draw stacked bars of spending."""
    with look():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        axes = figure.add_axes((0.105, 0.27, 0.885, 0.64))
        at = np.arange(len(years))
        base = np.zeros(len(years))
        for line, amounts in spent.items():
            colour, hatch = LOOKS[line]
            low, high = base / 1000, (base + amounts) / 1000
            x = np.stack([at - 0.37, at - 0.37, at + 0.37, at + 0.37], axis=1)
            corners = np.stack([x, np.stack([low, high, high, low], axis=1)], axis=2)
            bars = PolyCollection(
                list(corners), facecolor=COLOURS[colour], hatch=hatch, edgecolor="white",
                linewidth=0.6, label=words(f"line.{line}"),
            )  # fmt: skip
            axes.add_collection(bars)
            base += amounts
        axes.set_title(
            words("money.axis"), fontsize=9, fontweight="normal", color=INK, x=-0.115, y=1.0
        )
        step = max(1, -(-len(years) // 12))
        axes.set_xticks(at[::step], years[::step])
        axes.set_xlim(-0.6, len(years) - 0.4)
        axes.tick_params(labelsize=9)
        axes.set_ylim(min(0.0, 1.05 * base.min() / 1000), 1.05 * base.max() / 1000)
        round_ticks(axes.yaxis)
        digits = 0 if base.max() >= 4000 else 1
        write_ticks(axes.yaxis, lambda v: number(v, words.language, digits))
        figure.legend(
            loc="lower left", bbox_to_anchor=(0.02, 0.0), ncols=min(3, max(1, len(spent))),
            fontsize=9, columnspacing=1.6, borderpad=0.1, handlelength=1.6,
        )  # fmt: skip
    return Picture(name, figure, label)
