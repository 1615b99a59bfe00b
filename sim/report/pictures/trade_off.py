"""Mean effects against what they cost, and the choices that no other beats in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.analysis.trade_offs import non_dominated
from sim.figures.style import COLOURS, Picture, look, round_ticks, write_ticks
from sim.report.effects import Surface
from sim.report.pictures.canvas import FONT, INK, change_axis, titled, unit_line
from sim.report.pictures.heat_map import SURE
from sim.report.quantity import about_euros, rounded
from sim.words.catalogue import Words
from sim.words.language import number

NEAR: Final = 0.04
"""Share of an axis within which numbers would hide one another."""


@dataclass(frozen=True)
class Choice:
    """A choice with its mean cost in EUR and mean effect.

    The share is that of resamples of the runs in which no other beats it in both; nan with one run.
    """

    label: str
    cost: float
    effect: float
    share: float


def on_line(surface: Surface, choices: Sequence[Choice]) -> list[list[Choice]]:
    """Return the choices that no other beats in both, nor as both are told; the cheapest first.

    Those that are alike as told stand together: none of them beats another. Nor does what is told
    to cost and to bring nothing beat doing nothing.
    """
    scale, digits = surface.measure.good * surface.quantity.scale, surface.quantity.digits
    both = np.array([(scale * c.effect, -c.cost) for c in choices])
    told = [(round(effect, digits), rounded(cost, 3)) for effect, cost in both.tolist()]
    is_idle = ~both.any(axis=1)
    front = (non_dominated(both) | is_idle) & non_dominated(np.array(told))
    alike: dict[tuple[float, float], list[Choice]] = {}
    for k in np.flatnonzero(front).tolist():
        alike.setdefault(told[k], []).append(choices[k])
    return [alike[both] for both in sorted(alike, key=lambda both: -both[1])]


def _numbered(
    line: Sequence[Sequence[Choice]], wide: float, high: float
) -> list[tuple[str, Choice]]:
    """Return numbers with the choice at which they stand; several where choices coincide."""
    found: list[tuple[str, Choice]] = []
    for k, (one, *_) in enumerate(line, 1):
        told, last = found[-1] if found else ("", one)
        near = abs(one.cost - last.cost) / 1e6 <= NEAR * wide
        if told and near and abs(one.effect - last.effect) <= NEAR * high:
            found[-1] = (f"{told}, {k}", last)
        else:
            found.append((str(k), one))
    return found


def draw_trade_off(name: str, surface: Surface, choices: Sequence[Choice]) -> Picture:
    """Draw the effect of each choice on a measure against public money.

    The line joins choices that no other beats in both, and numbers them; those that luck may have
    put there are hollow.
    """
    cost = np.array([c.cost for c in choices]) / 1e6
    effect = np.array([c.effect for c in choices])
    quantity, line = surface.quantity, on_line(surface, choices)
    front = np.array([any(c is one for alike in line for one in alike) for c in choices])
    is_sure = np.array([c.share >= SURE for c in choices])
    best = line[-1][0]
    words = Words(quantity.language)
    with look():
        figure = titled(5.0, 3.5, surface.label, unit_line(quantity))
        axes = figure.add_axes((0.125, 0.155, 0.845, 0.66))
        axes.axhline(0, color="black", linewidth=1.0)
        axes.plot([c.cost / 1e6 for c, *_ in line], [c.effect for c, *_ in line],
                  color=COLOURS["blue"], linewidth=1.4)  # fmt: skip
        axes.plot(cost[~front], effect[~front], "o", color="white", markeredgecolor="#7A828B",
                  markersize=5)  # fmt: skip
        for which, fill in ((is_sure, COLOURS["blue"]), (~is_sure, "white")):
            axes.plot(cost[front & which], effect[front & which], "D", color=fill,
                      markeredgecolor=COLOURS["blue"], markersize=6)  # fmt: skip
        for told, one in _numbered(line, float(np.ptp(cost)), float(np.ptp(effect))):
            axes.annotate(told, (one.cost / 1e6, one.effect), (-4, 5), textcoords="offset points",
                          ha="right", fontsize=FONT, color=INK)  # fmt: skip
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
