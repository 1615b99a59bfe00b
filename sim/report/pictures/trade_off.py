"""Mean effects against what they cost, and the choices that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.trade_offs import non_dominated
from sim.figures.style import COLOURS, Picture, look, round_ticks, write_ticks
from sim.report.effects import Surface
from sim.report.pictures.canvas import FONT, INK, change_axis, titled, unit_line
from sim.report.pictures.heat_map import SURE
from sim.report.quantity import about_euros
from sim.words.catalogue import Words
from sim.words.language import number


@dataclass(frozen=True)
class Choice:
    """A choice with its mean cost in EUR and mean effect.

    The share is that of resamples of the runs in which no other beats it in both; nan with one run.
    """

    label: str
    cost: float
    effect: float
    share: float


def draw_trade_off(name: str, surface: Surface, choices: Sequence[Choice]) -> Picture:
    """Draw the effect of each choice on a measure against public money.

    The line joins choices that no other beats in both; those that luck may have put there are
    hollow.
    """
    cost = np.array([c.cost for c in choices]) / 1e6
    effect = np.array([c.effect for c in choices])
    quantity = surface.quantity
    front = non_dominated(np.stack([surface.measure.good * effect, -cost], axis=1))
    is_sure = np.array([c.share >= SURE for c in choices])
    # What costs the same to three figures and brings no more looks the same on a picture.
    order = np.flatnonzero(front)[np.argsort(cost[front], kind="stable")]
    best = choices[int(order[-1])]
    words = Words(quantity.language)
    with look():
        figure = titled(5.0, 3.5, surface.label, unit_line(quantity))
        axes = figure.add_axes((0.125, 0.155, 0.845, 0.66))
        axes.axhline(0, color="black", linewidth=1.0)
        axes.plot(cost[order], effect[order], color=COLOURS["blue"], linewidth=1.4)
        axes.plot(cost[~front], effect[~front], "o", color="white", markeredgecolor="#7A828B",
                  markersize=5)  # fmt: skip
        for which, fill in ((is_sure, COLOURS["blue"]), (~is_sure, "white")):
            axes.plot(cost[front & which], effect[front & which], "D", color=fill,
                      markeredgecolor=COLOURS["blue"], markersize=6)  # fmt: skip
        round_ticks(axes.xaxis, 6)
        digits = 0 if float(np.ptp(cost)) >= 4 else 1 if float(np.ptp(cost)) >= 0.4 else 2
        write_ticks(axes.xaxis, lambda v: number(v, words.language, digits))
        change_axis(axes.yaxis, quantity)
        axes.tick_params(labelsize=FONT)
        axes.set_xlabel(words("trade_offs.axis"), fontsize=FONT, color=INK, loc="right")
    label = words(
        "trade_offs.alt",
        measure=surface.label,
        count=number(int(front.sum()), words.language),
        sure=number(int((front & is_sure).sum()), words.language),
        total=number(len(choices), words.language),
        best=best.label,
        change=quantity.change(best.effect),
        cost=about_euros(best.cost, words.language),
    )
    return Picture(name, figure, label)
