"""Draw the time series of shops: vacancy, closures, open shops, spending and footfall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.experiments.results import Results
from sim.figures.style import (
    COLOURS,
    WIDTH,
    Picture,
    footer,
    label_point,
    legend,
    look,
    number_axis,
    percent_axis,
    place_of,
    rests_on,
    title,
    year_axis,
)
from sim.figures.summary import FEW_REPS, by_rep, outer_quantiles
from sim.territory.territory import ZONE_LABELS, ZONES
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number, percent, span

Write = Callable[[float, Language], str]

HEIGHT: Final = 9.9
WINDOW: Final = 12
"""Months over which to average noisy monthly measures."""

ZONE_COLOURS: Final = dict(zip(ZONES, ("vermillion", "purple", "green"), strict=True))


def draw_time_series(results: Results, language: Language) -> Picture:
    """Draw the time series: median and bands over replications, or the single run."""
    words = Words(language)
    months, reps = results.experiment.months, len(results.replications)
    frame = results.indicators
    zones = [z for z in ZONES if frame[f"premises_{z}"].iloc[-1] > 0]
    main = "town_centre" if "town_centre" in zones else ""
    suffix = f"_{main}" if main else ""
    where = ZONE_LABELS[main][language] if main else words("time_series.territory")
    window = WINDOW if months >= 2 * WINDOW else 1
    mean = words("time_series.mean") if window > 1 else ""
    lasting = span(months, language)
    with look():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        grid = figure.add_gridspec(
            3, 6, left=0.06, right=0.955, top=0.845, bottom=0.115, hspace=0.55, wspace=1.0
        )
        panel = _Panels(results, language, words("time_series.month"))
        shown = zones or [""]
        width = 6 // len(shown)
        vacancy = []
        for k, zone in enumerate(shown):
            axes = figure.add_subplot(grid[0, k * width : (k + 1) * width])
            name = ZONE_LABELS[zone][language] if zone else words("time_series.territory")
            tail = f"_{zone}" if zone else ""
            colour = COLOURS[ZONE_COLOURS.get(zone, "blue")]
            panel.draw(axes, f"retail_vacancy{tail}", colour, percent)
            _name(axes, words("time_series.vacancy", zone=name), words("time_series.share"))
            vacancy.append(axes)
        top = max(a.get_ylim()[1] for a in vacancy)
        for axes in vacancy:
            axes.set_ylim(0, top)
        colour = COLOURS[ZONE_COLOURS.get(main, "blue")]
        lower: tuple[tuple[str, str, str, str, Write, int], ...] = (
            ("closures", "rate", f"closure_hazard{suffix}", colour, _one_digit, window),
            ("open", "shops", f"open_shops{suffix}", colour, number, 1),
            ("kept", "spending", "retail_spending_kept", COLOURS["blue"], percent, 1),
            ("footfall", "visits", f"footfall{suffix}", colour, number, window),
        )
        for k, (what, unit, column, paint, write, over) in enumerate(lower):
            axes = figure.add_subplot(grid[1 + k // 2, 3 * (k % 2) : 3 * (k % 2) + 3])
            panel.draw(axes, column, paint, write, over)
            said = words(f"time_series.{unit}", mean=mean)
            _name(axes, words(f"time_series.{what}", zone=where), said)
        place, seed = place_of(results, language), results.experiment.seed
        runs = words(f"time_series.{'one' if reps == 1 else 'many'}", seed=seed, reps=reps)
        head = words("time_series.head", span=lasting)
        head = words("figure.title", place=place, head=head)
        title(figure, head, words("time_series.line", runs=runs), HEIGHT)
        if reps > 1:
            _legend(figure, words, reps)
        footer(figure, *rests_on(results, language))
    values = by_rep(frame, f"retail_vacancy{suffix}")
    start = np.median(results.start[f"retail_vacancy{suffix}"])
    label = words(
        "time_series.label",
        span=lasting,
        a=percent(float(start), language),
        b=percent(float(np.median(values[:, -1])), language),
        zone=where,
    )
    label = words("figure.title", place=place, head=label)
    return Picture("time_series", figure, label)


def _one_digit(value: float, language: Language) -> str:
    return number(value, language, 1)


def _name(axes: Axes, what: str, unit: str) -> None:
    axes.set_title(what, pad=16)
    axes.text(0, 1.02, unit, transform=axes.transAxes, fontsize=8, color="#555555", va="bottom")


def _legend(figure: Figure, words: Words, reps: int) -> None:
    """Draw the legend of lines and bands; grey, since panels differ in colour."""
    handles: list[Any] = [Line2D([], [], color="#444444", linewidth=1.8)]
    names = [words("time_series.median")]
    if reps >= FEW_REPS:
        handles.append(Patch(color="#444444", alpha=0.45, linewidth=0))
        names.append(words("time_series.half"))
    handles.append(Patch(color="#444444", alpha=0.18, linewidth=0))
    names.append(words(f"time_series.{'nine' if reps >= FEW_REPS else 'all'}"))
    legend(figure, handles, names, HEIGHT)


class _Panels:
    """Draws measures over time onto axes: the line or the bands, and the values at both ends."""

    def __init__(self, results: Results, language: Language, month: str) -> None:
        self.frame = results.indicators
        self.start = results.start
        self.language = language
        self.months = results.experiment.months
        first = self.frame["date"].iloc[0]
        self.in_years = self.months > 36
        months = np.arange(self.months + 1, dtype=np.float64)
        self.time = first.year + months / 12 if self.in_years else months
        self.unit = "" if self.in_years else month

    def draw(self, axes: Axes, column: str, colour: str, write: Write, window: int = 1) -> None:
        values = by_rep(self.frame, column)
        if window > 1:
            sums = np.cumsum(np.insert(values, 0, 0.0, axis=1), axis=1)
            values = (sums[:, window:] - sums[:, :-window]) / window
            time = self.time[window:]
        else:
            start = np.array(self.start[column])[:, None]
            flow = column.startswith(("retail_spending", "footfall"))
            values = values if flow else np.hstack([start, values])
            time = self.time[1:] if flow else self.time
        middle = np.median(values, axis=0)
        upper = middle
        reps = values.shape[0]
        if reps > 1:
            low, upper = np.quantile(values, outer_quantiles(reps), axis=0)
            axes.fill_between(time, low, upper, color=colour, alpha=0.18, linewidth=0)
            if reps >= FEW_REPS:
                low, high = np.quantile(values, (0.25, 0.75), axis=0)
                axes.fill_between(time, low, high, color=colour, alpha=0.35, linewidth=0)
        axes.plot(time, middle, color=colour, linewidth=1.8)
        axes.set_ylim(0, 1.25 * upper.max() if upper.max() > 0 else 1)
        axes.set_xlim(self.time[0], self.time[-1])
        for at in (0, -1):
            text = write(float(middle[at]), self.language)
            label_point(axes, time, middle, upper, at, text, colour)
        if write is percent:
            percent_axis(axes.yaxis, self.language)
        else:
            number_axis(axes.yaxis, self.language)
        year_axis(axes.xaxis)
        if self.unit:
            axes.set_xlabel(self.unit)
