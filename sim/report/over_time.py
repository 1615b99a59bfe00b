"""An effect over time: the level with and without the intervention, and their difference below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.figures.style import COLOURS, Picture, look, year_axis
from sim.report.quantity import Quantity, signed
from sim.words.catalogue import Words
from sim.words.language import number, percent

__all__ = ["Course", "draw_course"]

Floats = npt.NDArray[np.float64]

WIDTH: Final = 5.0
HEIGHT: Final = 3.9
GHOST: Final = "#7A828B"
FONT: Final = 9.5


@dataclass(frozen=True)
class Course:
    """One measure of one intervention over time.

    Attributes
    ----------
    label : str
        Of the measure.
    time : (months,) float64 array
        Dates in years, or months where the run is short.
    in_years : bool
        Which of them.
    without, with_it : (replications, months) float64 arrays
        Levels with the same luck.
    start : float
        When the intervention begins, as `time`; nan where that is not known.
    """

    label: str
    time: Floats
    in_years: bool
    without: Floats
    with_it: Floats
    start: float = float("nan")


def draw_course(name: str, course: Course, quantity: Quantity, colour: str) -> Picture:
    """Draw levels above and the paired difference below.

    Parameters
    ----------
    name : str
        Of the picture.
    course : Course
    quantity : Quantity
        How values are written.
    colour : str
        Name in `sim.figures.style.COLOURS`.

    Returns
    -------
    Picture
        Bands hold 50 and 90 % of the replications; the line is their mean.
    """
    words, language = Words(quantity.language), quantity.language
    paint = COLOURS[colour]
    difference = course.with_it - course.without
    mean = difference.mean(axis=0)
    with look():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        grid = figure.add_gridspec(
            2, 1, left=0.135, right=0.95, top=0.855, bottom=0.115, hspace=0.4,
            height_ratios=(1.0, 1.55),
        )  # fmt: skip
        above, below = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
        figure.text(0.0, 0.995, course.label, fontsize=12, fontweight="bold", va="top")
        _levels(above, course, quantity, paint)
        _difference(below, course.time, difference, paint)
        _title(above, words("over_time.level", unit=_unit(quantity.level_unit)))
        _title(below, words("over_time.difference", unit=_unit(quantity.change_unit)))
        below.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        ticks = [abs(t) * quantity.scale for t in below.get_yticks() if t]
        step = min(ticks) if ticks else 1.0
        digits = max(0, -int(np.floor(np.log10(step) + 1e-9))) if step > 0 else 0
        below.yaxis.set_major_formatter(
            FuncFormatter(lambda v, _: signed(quantity.scale * v, language, digits))
        )
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
    low, high = np.quantile(last, (0.05, 0.95))
    label = words(
        "over_time.alt",
        measure=course.label,
        without=quantity.level(float(course.without[:, -1].mean())),
        with_it=quantity.level(float(course.with_it[:, -1].mean())),
        mean=quantity.change(float(mean[-1])),
        low=quantity.change(float(low)),
        high=quantity.change(float(high)),
    )
    return Picture(name, figure, label)


def _unit(unit: str) -> str:
    return f" ({unit})" if unit else ""


def _title(axes: Axes, text: str) -> None:
    axes.set_title(text, fontsize=FONT, fontweight="normal", color="#444444", x=-0.135, pad=5)


def _levels(axes: Axes, course: Course, quantity: Quantity, paint: str) -> None:
    """The baseline as a ghost, the intervention over it, named at their ends."""
    words = Words(quantity.language)
    without, with_it = course.without.mean(axis=0), course.with_it.mean(axis=0)
    dashes = (0, (4, 1.6))
    (ghost,) = axes.plot(course.time, without, color=GHOST, linewidth=2.2, linestyle=dashes)
    (line,) = axes.plot(course.time, with_it, color=paint, linewidth=1.8)
    top = float(max(without.max(), with_it.max()))
    axes.set_ylim(0, 1.3 * top if top > 0 else 1)
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    ticks = [t * quantity.scale for t in axes.get_yticks() if t > 0]
    step = min(ticks) if ticks else 1.0
    digits = max(0, -int(np.floor(np.log10(step) + 1e-9)))
    write = percent if quantity.is_share else number
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: write(v, quantity.language, digits)))
    axes.legend(
        [line, ghost], [words("over_time.with"), words("over_time.without")],
        loc="lower right", ncols=2, fontsize=FONT, borderpad=0.2, borderaxespad=0.2,
        handlelength=2.0, columnspacing=1.4,
    )  # fmt: skip


def _difference(axes: Axes, time: Floats, difference: Floats, paint: str) -> None:
    """Bands of half and of nine in ten replications around the mean; zero stands out."""
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
