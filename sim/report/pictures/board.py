"""The headlines at a glance: a row for each arm, a column of strips for each measure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from matplotlib.figure import Figure

from sim.figures.style import Picture, look
from sim.report.effects import SYMBOLS, Effect
from sim.report.pictures.canvas import INK
from sim.report.pictures.strips import PAINT, draw_effect, mark_zero
from sim.words.catalogue import Words

WIDTH: Final = 7.4
"""Inches, as wide as a printed page."""

LABELS: Final = 1.25
"""Inches for the names of arms."""

ROW: Final = 0.4


def draw_board(name: str, label: str, rows: Sequence[tuple[str, Sequence[Effect]]]) -> Picture:
    """Draw the effects of arms, each measure on a scale of its own, with sign and number."""
    measures = rows[0][1]
    heads = [textwrap.fill(_head(e), 18) for e in measures]
    top = 0.1 + 0.14 * (1 + max(head.count("\n") for head in heads))
    height = top + ROW * len(rows) + 0.06
    column = (WIDTH - LABELS) / len(measures)
    with look():
        figure = Figure(figsize=(WIDTH, height))
        for j, head in enumerate(heads):
            at = (LABELS + j * column + 0.06) / WIDTH
            figure.text(at, 1 - 0.02 / height, head, fontsize=8, va="top", linespacing=1.15)
            box = (at, 0.04 / height, (column - 0.12) / WIDTH, ROW * len(rows) / height)
            axes = figure.add_axes(box)
            axes.axis("off")
            effects = [effects[j] for _, effects in rows]
            relevant = max(e.smallest_relevant for e in effects)
            ends = [1.5 * relevant, *(abs(v) for e in effects for v in (e.lo90, e.hi90))]
            reach = 1.08 * max(ends) or 1.0
            axes.set_xlim(-reach, reach)
            axes.set_ylim(len(rows) - 0.5, -0.5)
            mark_zero(axes, relevant)
            for k, effect in enumerate(effects):
                draw_effect(axes, effect, k + 0.2, (1.6, 5, 6.5))
                said = f"{SYMBOLS[effect.verdict]} {effect.quantity.change(effect.mean)}"
                axes.text(0, k - 0.2, said, ha="center", va="center", fontsize=9,
                          fontweight="bold", color=PAINT[effect.tone],
                          bbox={"facecolor": "white", "linewidth": 0, "pad": 0.6})  # fmt: skip
        for k, (arm, _) in enumerate(rows):
            at = 1 - (top + ROW * (k + 0.5)) / height
            lines = textwrap.wrap(arm, 18)[:2]
            figure.text(0, at, "\n".join(lines), fontsize=9, va="center", color=INK)
    words = Words(rows[0][1][0].quantity.language)
    told = words("answer.separator").join(
        words("sweep.named_level", factor=arm, level=", ".join(map(_said, effects)))
        for arm, effects in rows
    )
    return Picture(name, figure, f"{label} {told}.")


def _head(effect: Effect) -> str:
    return effect.quantity.with_unit(effect.label)


def _said(effect: Effect) -> str:
    return f"{effect.label} {effect.quantity.change(effect.mean)}"
