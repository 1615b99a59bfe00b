"""A mean effect as a strip: its interval beside zero and beside what is too small to matter."""

from __future__ import annotations

import math
from typing import Final

from matplotlib.figure import Figure

from sim.figures.style import COLOURS, Picture, look
from sim.report.blocks import Tone
from sim.report.effect import Effect
from sim.words.catalogue import Words

__all__ = ["draw_strip"]

WIDTH: Final = 3.5
HEIGHT: Final = 0.62
PAINT: Final = {
    "good": COLOURS["green"],
    "bad": COLOURS["vermillion"],
    "none": "#56606B",
    "open": COLOURS["purple"],
    "": "#56606B",
}


def draw_strip(name: str, effect: Effect, tone: Tone) -> Picture:
    """Draw mean, 50 and 90 % interval of an effect.

    Parameters
    ----------
    name : str
        Of the picture.
    effect : Effect
    tone : {"good", "bad", "none", "open", ""}
        Sets the colour.

    Returns
    -------
    Picture
    """
    quantity = effect.quantity
    relevant = effect.smallest_relevant
    reach = 1.12 * max(abs(effect.low90), abs(effect.high90), 1.6 * relevant)
    if not (math.isfinite(reach) and reach > 0):
        reach = 1.0
    paint = PAINT[tone]
    with look():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        axes = figure.add_axes((0.02, 0.46, 0.96, 0.5))
        axes.grid(False)
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-1, 1)
        axes.set_yticks([])
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        axes.axvspan(-relevant, relevant, color="#E4E8EC", linewidth=0)
        axes.axvline(0, color="black", linewidth=1.0)
        axes.plot([effect.low90, effect.high90], [0, 0], color=paint, linewidth=1.8)
        axes.plot([effect.low50, effect.high50], [0, 0], color=paint, linewidth=6,
                  solid_capstyle="butt")  # fmt: skip
        axes.plot([effect.mean], [0], "o", color=paint, markersize=8, markeredgecolor="white",
                  markeredgewidth=1.4)  # fmt: skip
        around = relevant if relevant > 0.3 * reach else 0.88 * reach
        ticks = [-around, 0.0, around]
        axes.set_xticks(ticks, [quantity.change(t) for t in ticks])
        axes.tick_params(axis="x", length=0, labelsize=9.5, pad=3)
    label = Words(quantity.language)(
        "strip.alt",
        measure=effect.label,
        mean=quantity.change(effect.mean),
        low=quantity.change(effect.low90),
        high=quantity.change(effect.high90),
        low50=quantity.change(effect.low50),
        high50=quantity.change(effect.high50),
    )
    return Picture(name, figure, label)
