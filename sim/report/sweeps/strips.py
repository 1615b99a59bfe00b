"""Mean effects one below the other, each with its interval and verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.figures.style import Picture, look
from sim.report.effect import SYMBOLS, Effect
from sim.report.quantity import Quantity, signed
from sim.report.strip import PAINT

__all__ = ["draw_strips"]

WIDTH: Final = 5.6
FONT: Final = 9
WIDEST: Final = 76
"""Letters that fit above a strip."""

LONGEST: Final = 36
"""Letters of a label beside its strip; longer ones stand above it."""


def draw_strips(
    name: str, label: str, title: str, below: str, rows: Sequence[tuple[str, Effect]],
    quantity: Quantity,
) -> Picture:  # fmt: skip
    """Draw a line for each of several effects on one measure.

    Parameters
    ----------
    name, label : str
        Of the picture, and what is seen in words.
    title, below : str
        The measure, and its unit.
    rows : sequence of (str, Effect)
        What each effect is of.
    quantity : Quantity

    Returns
    -------
    Picture
        Mean, 50 and 90 % interval, sign of the verdict and number of each.
    """
    is_long = max(len(text) for text, _ in rows) > LONGEST
    line = 0.46 if is_long else 0.27
    height = 0.95 + line * len(rows)
    left = 0.02 if is_long else 0.05 + max(len(text) for text, _ in rows) * 0.0125
    ends = [v for _, e in rows for v in (e.low90, e.high90, e.mean) if math.isfinite(v)]
    relevant = max(e.smallest_relevant for _, e in rows)
    reach = [min([*ends, -1.3 * relevant]), max([*ends, 1.3 * relevant])]
    room = 0.04 * (reach[1] - reach[0])
    with look():
        figure = Figure(figsize=(WIDTH, height))
        figure.text(0.0, 1 - 0.04 / height, title, fontsize=12, fontweight="bold", va="top")
        figure.text(0.0, 1 - 0.28 / height, below, fontsize=FONT, color="#444444", va="top")
        axes = figure.add_axes((left, 0.3 / height, 0.845 - left, line * len(rows) / height))
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        axes.axvspan(-relevant, relevant, color="#E4E8EC", linewidth=0)
        axes.axvline(0, color="black", linewidth=1.0)
        for k, (_, effect) in enumerate(rows):
            paint = PAINT[effect.tone]
            if effect.is_measured:
                axes.plot([effect.low90, effect.high90], [k, k], color=paint, linewidth=1.6)
                axes.plot([effect.low50, effect.high50], [k, k], color=paint, linewidth=5,
                          solid_capstyle="butt")  # fmt: skip
                axes.plot([effect.mean], [k], "o", color=paint, markersize=6.5,
                          markeredgecolor="white", markeredgewidth=1.1)  # fmt: skip
            axes.annotate(
                f"{SYMBOLS[effect.verdict]} {quantity.change(effect.mean)}", (1.015, k),
                xycoords=("axes fraction", "data"), va="center", fontsize=FONT, color=paint,
                annotation_clip=False,
            )  # fmt: skip
        if is_long:
            axes.set_yticks([])
            for k, (text, _) in enumerate(rows):
                axes.annotate(
                    _short(text), (0.0, k - 0.46), xycoords=("figure fraction", "data"),
                    va="center", fontsize=FONT, annotation_clip=False,
                    bbox={"facecolor": "white", "linewidth": 0, "pad": 0.8},
                )  # fmt: skip
        else:
            axes.set_yticks(range(len(rows)), [text for text, _ in rows])
        axes.set_ylim(len(rows) - 0.6, -0.7 if is_long else -0.5)
        axes.set_xlim(reach[0] - room, reach[1] + room)
        axes.tick_params(length=0, labelsize=FONT)
        axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ticks = axes.get_xticks()
        step = abs(float(ticks[1] - ticks[0])) * quantity.scale
        digits = max(0, -math.floor(math.log10(step) + 1e-9))
        axes.xaxis.set_major_formatter(
            FuncFormatter(lambda v, _: signed(quantity.scale * v, quantity.language, digits))
        )
    return Picture(name, figure, label)


def _short(text: str) -> str:
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1].rstrip(' ,')}…"
