"""Effects over time: levels with and without an intervention, and paired differences."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.figures.style import COLOURS, Picture, look, round_ticks, write_ticks, year_axis
from sim.kernels.arrays import Floats, Ints
from sim.report.pictures.canvas import FONT, INK, change_axis, titled
from sim.report.quantity import Quantity
from sim.words.catalogue import Words
from sim.words.language import number, percent

GHOST: Final = "#7A828B"

LOOKS: Final[tuple[tuple[str, Any], ...]] = (
    ("blue", "solid"),
    ("vermillion", (0, (5, 1.5))),
    ("green", (0, (1.5, 1.2))),
    ("purple", (0, (6, 1.5, 1.5, 1.5))),
    ("orange", (0, (3, 1))),
    ("black", (0, (1, 1.6))),
)
"""Colour and dashes of each line: never distinguished by colour alone."""

MOST_LINES: Final = len(LOOKS)
"""Lines that a reader can distinguish."""

LONGEST: Final = 26
"""Letters of a line's words, where two stand side by side."""

WIDEST: Final = 64
"""Letters of a label on one line."""


@dataclass(frozen=True)
class Course:
    """Paired levels of one measure over time, (replications, months).

    Time is in years or, where the run is short, in months; `start` is when the intervention
    begins, nan where that is not known.
    """

    label: str
    time: Floats
    in_years: bool
    without: Floats
    with_it: Floats
    start: float = math.nan


@dataclass(frozen=True)
class Line:
    """A paired difference, (replications, months from 1); nan where it is not defined."""

    label: str
    months: Ints
    values: Floats

    @property
    def mean(self) -> Floats:
        """Over those replications in which the measure is defined."""
        return np.asarray(np.nanmean(self.values, axis=0))


def draw_course(name: str, course: Course, quantity: Quantity, colour: str) -> Picture:
    """Draw levels above and the paired difference below.

    Bands hold 50 and 90 % of the replications; the line is their mean.
    """
    words = Words(quantity.language)
    paint = COLOURS[colour]
    difference = course.with_it - course.without
    with look():
        figure = titled(5.0, 3.9, course.label)
        grid = figure.add_gridspec(
            2, 1, left=0.135, right=0.95, top=0.855, bottom=0.115, hspace=0.4,
            height_ratios=(1.0, 1.55),
        )  # fmt: skip
        above, below = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
        _levels(above, course, quantity, paint)
        _difference(below, course.time, difference, paint)
        _title(above, words("over_time.level", unit=_unit(quantity.level_unit)))
        _title(below, words("over_time.difference", unit=_unit(quantity.change_unit)))
        change_axis(below.yaxis, quantity)
        for axes in (above, below):
            axes.set_xlim(course.time[0], course.time[-1])
            axes.tick_params(labelsize=FONT)
            year_axis(axes.xaxis)
            if np.isfinite(course.start) and course.time[0] < course.start < course.time[-1]:
                axes.axvline(course.start, color=GHOST, linewidth=0.9, linestyle=(0, (1, 2)))
        above.tick_params(labelbottom=False)
        if not course.in_years:
            below.set_xlabel(words("over_time.month"), fontsize=FONT)
    last = difference[:, -1]
    low, high = np.quantile(last, (0.05, 0.95)).tolist()
    label = words(
        "over_time.alt",
        measure=course.label,
        without=quantity.level(float(course.without[:, -1].mean())),
        with_it=quantity.level(float(course.with_it[:, -1].mean())),
        mean=quantity.change(float(last.mean())),
        low=quantity.change(low),
        high=quantity.change(high),
    )
    return Picture(name, figure, label)


def _unit(unit: str) -> str:
    return f" ({unit})" if unit else ""


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=FONT, fontweight="normal", color=INK, x=-0.135, y=1.0, pad=5)


def _levels(axes: Axes, course: Course, quantity: Quantity, paint: str) -> None:
    """Draw the baseline as a ghost, and the intervention over it."""
    words = Words(quantity.language)
    without, with_it = course.without.mean(axis=0), course.with_it.mean(axis=0)
    dashes = (0, (4, 1.6))
    (ghost,) = axes.plot(course.time, without, color=GHOST, linewidth=2.2, linestyle=dashes)
    (line,) = axes.plot(course.time, with_it, color=paint, linewidth=1.8)
    top = float(max(without.max(), with_it.max()))
    axes.set_ylim(0, 1.3 * top if top > 0 else 1)
    round_ticks(axes.yaxis, 3)
    ticks = [t * quantity.scale for t in axes.get_yticks() if t > 0]
    step = min(ticks) if ticks else 1.0
    digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    write = percent if quantity.is_share else number
    write_ticks(axes.yaxis, lambda v: write(v, quantity.language, digits))
    axes.legend(
        [line, ghost], [words("over_time.with"), words("over_time.without")],
        loc="lower right", ncols=2, fontsize=FONT, borderpad=0.2, borderaxespad=0.2,
        handlelength=2.0, columnspacing=1.4,
    )  # fmt: skip


def _difference(axes: Axes, time: Floats, difference: Floats, paint: str) -> None:
    """Draw bands of half and of nine in ten replications around the mean."""
    low, quarter, three, high = np.quantile(difference, (0.05, 0.25, 0.75, 0.95), axis=0)
    axes.fill_between(time, low, high, color=paint, alpha=0.18, linewidth=0)
    axes.fill_between(time, quarter, three, color=paint, alpha=0.34, linewidth=0)
    axes.axhline(0, color="black", linewidth=1.0)
    axes.plot(time, difference.mean(axis=0), color=paint, linewidth=2.0)
    reach = float(max(-low.min(), high.max()))
    if reach <= 0:
        axes.set_ylim(-1, 1)
    else:
        axes.set_ylim(min(1.1 * float(low.min()), -0.25 * reach),
                      max(1.1 * float(high.max()), 0.25 * reach))  # fmt: skip


def draw_lines(name: str, title: str, lines: Sequence[Line], quantity: Quantity) -> Picture:
    """Draw paired differences by month as lines.

    Bands hold half of the replications; nine in ten, too, where one line is alone.
    """
    words = Words(quantity.language)
    columns = 2 if max(len(line.label) for line in lines) <= LONGEST else 1
    labels = ["\n".join(textwrap.wrap(line.label, WIDEST)) for line in lines]
    written = sum(1 + label.count("\n") for label in labels)
    rows = -(-written // columns) if len(lines) > 1 else 0
    height = 3.3 + 0.2 * rows
    below = words("over_time.difference", unit=_unit(quantity.change_unit))
    with look():
        figure = titled(5.0, height, title, below)
        room = 0.6 + 0.2 * rows
        axes = figure.add_axes((0.125, 0.5 / height, 0.845, 1 - (0.55 + room) / height))
        axes.axhline(0, color="black", linewidth=1.0)
        handles = []
        for (colour, dashes), line in zip(LOOKS, lines, strict=False):
            paint = COLOURS[colour]
            years, values = line.months / 12, line.values
            if len(values) > 1:
                levels = (0.05, 0.25, 0.75, 0.95)
                low, quarter, three, high = np.nanquantile(values, levels, axis=0)
                if len(lines) == 1:
                    axes.fill_between(years, low, high, color=paint, alpha=0.18, linewidth=0)
                axes.fill_between(years, quarter, three, color=paint, alpha=0.2, linewidth=0)
            axes.plot(years, line.mean, color=paint, linestyle=dashes, linewidth=1.9)
            handles.append(Line2D([], [], color=paint, linestyle=dashes, linewidth=1.9))
        change_axis(axes.yaxis, quantity)
        year_axis(axes.xaxis)
        axes.margins(x=0)
        axes.set_xlabel(words("sweep_time.years"), fontsize=FONT, color=INK, loc="right")
        axes.tick_params(labelsize=FONT)
        if len(lines) > 1:
            figure.legend(
                handles, labels, loc="upper left",
                bbox_to_anchor=(0.0, 1 - 0.52 / height), ncols=columns, fontsize=9, borderpad=0.0,
                borderaxespad=0.0, columnspacing=1.2, handlelength=2.4,
            )  # fmt: skip
    said = words("answer.separator").join(
        words("sweep_pictures.alt_level", level=line.label, change=quantity.change(line.mean[-1]))
        for line in lines
    )
    return Picture(name, figure, words("sweep_time.alt", measure=title, said=said))
