"""Mean effects as strips: each with its intervals, next to zero and what is too small to matter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.figures.style import COLOURS, Picture, look
from sim.report.effects import SYMBOLS, Effect
from sim.report.pictures.canvas import IRRELEVANT, change_axis, titled
from sim.report.quantity import Quantity
from sim.words.catalogue import Words

FONT: Final = 9
PAINT: Final = {
    "good": COLOURS["green"],
    "bad": COLOURS["vermillion"],
    "none": "#56606B",
    "open": COLOURS["purple"],
    "": "#56606B",
}
"""Colour by tone of the verdict."""

WIDEST: Final = 76
"""Letters that fit above a strip."""

LONGEST: Final = 36
"""Letters of a label that fit next to its strip; longer ones stand above it."""


def draw_strip(name: str, effect: Effect) -> Picture:
    """Draw mean, 50 and 90 % interval of one effect."""
    quantity = effect.quantity
    relevant = effect.smallest_relevant
    reach = 1.12 * max(abs(effect.lo90), abs(effect.hi90), 1.6 * relevant)
    if not (math.isfinite(reach) and reach > 0):
        reach = 1.0
    with look():
        figure = Figure(figsize=(3.5, 0.62))
        axes = figure.add_axes((0.02, 0.46, 0.96, 0.5))
        axes.grid(False)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-1, 1)
        axes.set_yticks([])
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        mark_zero(axes, relevant)
        draw_effect(axes, effect, 0, (1.8, 6, 8))
        around = relevant if relevant > 0.3 * reach else 0.88 * reach
        ticks = [-around, 0.0, around]
        axes.set_xticks(ticks, [quantity.change(t) for t in ticks])
        axes.tick_params(axis="x", length=0, labelsize=9.5, pad=3)
    label = Words(quantity.language)(
        "strip.alt",
        measure=effect.label,
        mean=quantity.change(effect.mean),
        whole=quantity.interval(effect.lo90, effect.hi90),
        half=quantity.interval(effect.lo50, effect.hi50),
    )
    return Picture(name, figure, label)


def draw_strips(
    name: str, label: str, title: str, below: str, rows: Sequence[tuple[str, Effect]],
    quantity: Quantity,
) -> Picture:  # fmt: skip
    """Draw a line for each of several effects on one measure.

    Mean, 50 and 90 % interval, sign of the verdict and number of each.
    """
    is_long = max(len(text) for text, _ in rows) > LONGEST
    line = 0.46 if is_long else 0.27
    height = 0.95 + line * len(rows)
    left = 0.02 if is_long else 0.05 + max(len(text) for text, _ in rows) * 0.0125
    ends = [v for _, e in rows for v in (e.lo90, e.hi90, e.mean) if math.isfinite(v)]
    relevant = max(e.smallest_relevant for _, e in rows)
    reach = [min([*ends, -1.3 * relevant]), max([*ends, 1.3 * relevant])]
    room = 0.04 * (reach[1] - reach[0])
    with look():
        figure = titled(5.6, height, title, below)
        axes = figure.add_axes((left, 0.3 / height, 0.845 - left, line * len(rows) / height))
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        axes.spines["left"].set_visible(False)
        mark_zero(axes, relevant)
        for k, (_, effect) in enumerate(rows):
            if math.isfinite(effect.mean):
                draw_effect(axes, effect, k, (1.6, 5, 6.5))
            axes.annotate(
                f"{SYMBOLS[effect.verdict]} {quantity.change(effect.mean)}", (1.015, k),
                xycoords=("axes fraction", "data"), va="center", fontsize=FONT,
                color=PAINT[effect.tone], annotation_clip=False,
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
        change_axis(axes.xaxis, quantity)
    return Picture(name, figure, label)


def mark_zero(axes: Axes, relevant: float) -> None:
    """Mark no effect, and effects that are too small to matter."""
    axes.axvspan(-relevant, relevant, color=IRRELEVANT, linewidth=0)
    axes.axvline(0, color="black", linewidth=1.0)


def draw_effect(axes: Axes, effect: Effect, at: float, sizes: tuple[float, float, float]) -> None:
    """Draw the intervals and the mean; sizes of thin line, thick line and dot."""
    paint, (thin, thick, dot) = PAINT[effect.tone], sizes
    axes.plot([effect.lo90, effect.hi90], [at, at], color=paint, linewidth=thin)
    axes.plot([effect.lo50, effect.hi50], [at, at], color=paint, linewidth=thick,
              solid_capstyle="butt")  # fmt: skip
    axes.plot([effect.mean], [at], "o", color=paint, markersize=dot, markeredgecolor="white",
              markeredgewidth=0.17 * dot)  # fmt: skip


def _short(text: str) -> str:
    """Cut a label between words of its middle: arms differ at its beginning, levels at its end."""
    if len(text) <= WIDEST:
        return text
    kept = WIDEST // 2
    first, last = text[:kept], text[1 - kept :]
    first, last = first.rpartition(" ")[0] or first, last.partition(" ")[2] or last
    return f"{first.rstrip(' ,+')}…{last.lstrip()}"
