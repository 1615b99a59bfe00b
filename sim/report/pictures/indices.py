"""Indices of sensitivity by factor: bars with intervals, and a mark at a second index."""

from __future__ import annotations

import math
import textwrap
from typing import Any, Final

from matplotlib.figure import Figure

from sim.figures.style import COLOURS, Picture, look, write_ticks
from sim.words.catalogue import Words
from sim.words.language import number, percent

WIDEST: Final = 46
"""Characters of a label in one line."""

WIDEST_KEY: Final = 72
"""Characters of both keys side by side; longer ones stand one below the other."""


def draw_indices(
    name: str,
    head: str,
    rows: list[Any],
    first: str,
    second: str,
    is_share: bool,
    words: Words,
    *,
    unit: str = "",
) -> Picture:
    """Draw bars of the first index with intervals, and a mark at the second.

    Rows hold ``label``, both indices, and ``_lo`` and ``_hi`` of the first, in the unit given.
    """
    of_unit = f" ({unit})" if unit else ""
    keys = [words(f"index.{index}") + of_unit for index in (first, second)]
    is_long = len("".join(keys)) > WIDEST_KEY
    height = (0.93 if is_long else 0.75) + 0.29 * len(rows)
    labels = [textwrap.wrap(r["label"], WIDEST) for r in rows]
    left = 0.03 + max(len(line) for lines in labels for line in lines) * 0.0105
    with look():
        figure = Figure(figsize=(7.0, height))
        axes = figure.add_axes((left, 0.3 / height, 0.97 - left, 0.29 * len(rows) / height))
        axes.grid(visible=True, axis="x")
        axes.grid(visible=False, axis="y")
        at = list(range(len(rows)))
        values = [r[first] for r in rows]
        bars = axes.barh(at, values, 0.62, color=COLOURS["sky"], linewidth=0)
        low = [max(0.0, v - r[f"{first}_lo"]) for v, r in zip(values, rows, strict=True)]
        high = [max(0.0, r[f"{first}_hi"] - v) for v, r in zip(values, rows, strict=True)]
        axes.errorbar(values, at, xerr=[low, high], fmt="none", ecolor="#333333", elinewidth=1.2,
                      capsize=2.5)  # fmt: skip
        (marks,) = axes.plot([r[second] for r in rows], at, "D", color=COLOURS["vermillion"],
                             markersize=5.5, linestyle="none")  # fmt: skip
        axes.set_yticks(at, ["\n".join(lines) for lines in labels], linespacing=0.95)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.axvline(0, color="black", linewidth=1.0)
        if is_share:
            axes.set_xlim(max(axes.get_xlim()[0], -0.1), min(axes.get_xlim()[1], 1.1))
        write_ticks(axes.xaxis, lambda v: write_index(v, is_share, words))
        axes.tick_params(length=0, labelsize=9)
        figure.legend(
            [bars[0], marks], keys, loc="upper left", bbox_to_anchor=(0.0, 1.0),
            ncols=1 if is_long else 2, fontsize=9.5, borderpad=0.1, borderaxespad=0.0,
        )  # fmt: skip
    said = words("answer.separator").join(
        f"{r['label']} {write_index(r[first], is_share, words)}" for r in rows
    )
    return Picture(
        name, figure, words(f"sensitivity_alt.{first}", measure=head + of_unit, said=said)
    )


def write_index(value: float, is_share: bool, words: Words) -> str:
    """Write an index: a share in per cent, else two figures."""
    if is_share:
        return percent(value, words.language, 0)
    digits = max(0, 1 - math.floor(math.log10(abs(value)) + 1e-9)) if value else 0
    return number(value, words.language, min(digits, 6))
