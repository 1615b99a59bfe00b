"""A mean effect along one factor, with its intervals and the verdict at each level."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from matplotlib.axes import Axes

from sim.figures.style import COLOURS, Picture, look
from sim.kernels.arrays import Floats
from sim.report.effects import SYMBOLS, Effect
from sim.report.pictures.canvas import FONT, INK, IRRELEVANT, change_axis, titled
from sim.report.quantity import Quantity

NEAREST: Final = 0.085
"""Distance between two labels of the axis below which one is left out, as a share of the axis."""


def draw_curve(
    name: str, label: str, title: str, below: str, axis: str, values: Sequence[float],
    ticks: Sequence[str], effects: Sequence[Effect], quantity: Quantity,
) -> Picture:  # fmt: skip
    """Draw means with their 50 and 90 % intervals along a factor."""
    x = np.asarray(values, np.float64)
    means, low90, low50, high50, high90 = (
        np.array([getattr(e, field) if e.is_measured else math.nan for e in effects])
        for field in ("mean", "lo90", "lo50", "hi50", "hi90")
    )
    relevant = max((e.smallest_relevant for e in effects), default=0.0)
    paint = COLOURS["blue"]
    with look():
        figure = titled(5.0, 3.3, title, below)
        axes = figure.add_axes((0.125, 0.165, 0.845, 0.64))
        axes.axhspan(-relevant, relevant, color=IRRELEVANT, linewidth=0)
        axes.axhline(0, color="black", linewidth=1.0)
        axes.fill_between(x, low90, high90, color=paint, alpha=0.18, linewidth=0)
        axes.fill_between(x, low50, high50, color=paint, alpha=0.34, linewidth=0)
        axes.plot(x, means, "o-", color=paint, linewidth=1.8, markersize=5)
        tops = np.fmax(means, high90)
        for at, top, effect in zip(x, tops, effects, strict=True):
            axes.annotate(
                SYMBOLS[effect.verdict], (at, top if math.isfinite(top) else 0.0), xytext=(0, 4),
                textcoords="offset points", ha="center", fontsize=FONT,
            )  # fmt: skip
        room = [*low90, *high90, *means, relevant, -relevant, 0.0]
        known = np.array([v for v in room if math.isfinite(v)])
        span = float(np.ptp(known)) or 1.0
        axes.set_ylim(float(known.min()) - 0.06 * span, float(known.max()) + 0.17 * span)
        change_axis(axes.yaxis, quantity)
        _name_levels(axes, x, ticks)
        axes.set_xlabel(f"{axis} →", fontsize=FONT, color=INK, loc="right")
        axes.tick_params(labelsize=FONT)
    return Picture(name, figure, label)


def _name_levels(axes: Axes, values: Floats, ticks: Sequence[str]) -> None:
    """Name the levels, as far as there is room."""
    span = float(np.ptp(values)) or 1.0
    margin = 0.04 * span
    axes.set_xlim(values.min() - margin, values.max() + margin)
    kept = list(ticks)
    last = values.max()
    for k in range(len(values) - 2, -1, -1):
        if last - values[k] < NEAREST * span * max(1.0, len(ticks[k]) / 5):
            kept[k] = ""
        else:
            last = values[k]
    axes.set_xticks(values, kept)
