"""Draw the exogenous drivers: online share, peripheral floor space, spending and costs."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiments.results import Results
from sim.figures.style import (
    COLOURS,
    WIDTH,
    Picture,
    footer,
    label_point,
    look,
    number_axis,
    percent_axis,
    place_of,
    rests_on,
    title,
    year_axis,
)
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number, percent

HEIGHT: Final = 5.0

_LINES: Final = {
    "periphery": ("purple", "solid"),
    "costs": ("orange", "dashed"),
    "spending": ("blue", "dashdot"),
}


def draw_drivers(results: Results, language: Language) -> Picture:
    """Draw the exogenous drivers."""
    words = Words(language)
    drivers = results.drivers
    months = drivers["online_share"].size
    in_years = months > 36
    time = np.arange(months, dtype=np.float64) + 0.5
    if in_years:
        time = results.indicators["date"].iloc[0].year + time / np.float64(12)
    with look():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        grid = figure.add_gridspec(1, 2, left=0.06, right=0.75, top=0.73, bottom=0.22, wspace=0.2)
        left, right = figure.add_subplot(grid[0]), figure.add_subplot(grid[1])
        online = drivers["online_share"]
        left.plot(time, online, color=COLOURS["blue"], linewidth=1.8)
        left.set_ylim(0, 1.25 * online.max() if online.max() > 0 else 1)
        for at in (0, -1):
            text = percent(float(online[at]), language)
            label_point(left, time, online, online, at, text, COLOURS["blue"])
        percent_axis(left.yaxis, language)
        ends = []
        for name, (colour, dashes) in _LINES.items():
            index = 100 * drivers[name]
            right.plot(time, index, color=COLOURS[colour], linestyle=dashes, linewidth=1.8)
            ends.append((float(index[-1]), name))
        low, high = right.get_ylim()
        right.set_ylim(min(low, 90), max(high, 110))
        number_axis(right.yaxis, language)
        _label_ends(right, ends, words)
        heads = ((left, "online", "share"), (right, "others", "index"))
        for axes, what, unit in heads:
            axes.set_title(words(f"drivers_figure.{what}"), pad=16)
            axes.text(
                0,
                1.02,
                words(f"drivers_figure.{unit}"),
                transform=axes.transAxes,
                fontsize=8,
                color="#555555",
            )
            axes.set_xlim(time[0], time[-1])
            year_axis(axes.xaxis)
            if not in_years:
                axes.set_xlabel(words("drivers_figure.month"))
        head = words("drivers_figure.head")
        head = words("figure.title", place=place_of(results, language), head=head)
        title(figure, head, words("drivers_figure.line"), HEIGHT)
        footer(figure, *rests_on(results, language))
    start, end = (percent(float(online[at]), language) for at in (0, -1))
    label = words("drivers_figure.label", a=start, b=end)
    return Picture("drivers", figure, label)


def _label_ends(axes: Axes, ends: list[tuple[float, str]], words: Words) -> None:
    """Label lines at their ends, moving close labels apart."""
    low, high = axes.get_ylim()
    apart = 0.075 * (high - low)
    at = -np.inf
    for value, name in sorted(ends):
        colour, _ = _LINES[name]
        at = max(value, at + apart)
        axes.annotate(
            f"{words(f'drivers_figure.{name}')}, {number(value, words.language)}",
            (1.0, (at - low) / (high - low)),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
            color=COLOURS[colour],
        )
