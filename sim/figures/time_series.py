"""Draw the time series of shops: vacancy, closures, open shops, spending and footfall."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.experiments.run_results import Results
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
    rests_on,
    title,
    year_axis,
)
from sim.figures.summary import FEW_REPS, by_rep, outer_quantiles
from sim.measures.indicators import ZONE_LABELS
from sim.territory.territory import ZONES
from sim.words.language import Language, colon, number, percent, span

__all__ = ["draw_time_series"]

Floats = npt.NDArray[np.float64]

HEIGHT: Final = 9.9
WINDOW: Final = 12
"""Months over which to average noisy monthly measures."""

ZONE_COLOURS: Final = dict(zip(ZONES, ("vermillion", "purple", "green"), strict=True))

_WORDS: Final = {
    "en": {
        "head": "shops over {span}",
        "line": "Every axis begins at zero. {runs}",
        "one": "One run, seed {seed}.",
        "many": "{reps} runs that differ by luck alone.",
        "median": "median of the runs",
        "half": "half of the runs",
        "nine": "nine runs in ten",
        "all": "all runs",
        "vacancy": "Vacant premises, {zone}",
        "share": "% of premises",
        "closures": "Closures, {zone}",
        "rate": "per 100 open shops a year{mean}",
        "open": "Open shops, {zone}",
        "shops": "shops at the end of the month",
        "kept": "Spending kept by the territory's shops",
        "spending": "% of consumers' spending",
        "footfall": "Visits to shops, {zone}",
        "visits": "a day{mean}",
        "mean": ", mean of the past 12 months",
        "month": "month",
        "territory": "whole territory",
        "label": "Six panels over {span}: vacancy {a} at the start and {b} at the end, {zone}; then"
        " closures, open shops, spending kept and visits.",
    },
    "fr": {
        "head": "les commerces sur {span}",
        "line": "Tous les axes partent de zéro. {runs}",
        "one": "Une simulation, graine {seed}.",
        "many": "{reps} simulations qui ne diffèrent que par le hasard.",
        "median": "médiane des simulations",
        "half": "la moitié des simulations",
        "nine": "neuf simulations sur dix",
        "all": "toutes les simulations",
        "vacancy": "Locaux vides, {zone}",
        "share": "% des locaux",
        "closures": "Fermetures, {zone}",
        "rate": "par an pour 100 commerces ouverts{mean}",
        "open": "Commerces ouverts, {zone}",
        "shops": "commerces en fin de mois",
        "kept": "Dépenses retenues par les commerces du territoire",
        "spending": "% des dépenses des consommateurs",
        "footfall": "Visites de commerces, {zone}",
        "visits": "par jour{mean}",
        "mean": ", moyenne des 12 derniers mois",
        "month": "mois",
        "territory": "tout le territoire",
        "label": "Six graphiques sur {span}\N{NO-BREAK SPACE}: vacance {a} au départ et {b} à la"
        " fin, {zone}\N{NARROW NO-BREAK SPACE}; puis"
        " fermetures, commerces ouverts, dépenses retenues et visites.",
    },
}


def draw_time_series(results: Results, language: Language) -> Picture:
    """Draw the panel of time series.

    Returns
    -------
    Picture
        Picture of the median and bands over replications, or of the single run.
    """
    words = _WORDS[language]
    run = results.manifest["run"]
    frame = results.indicators
    zones = [z for z in ZONES if frame[f"premises_{z}"].iloc[-1] > 0]
    main = "town_centre" if "town_centre" in zones else ""
    suffix = f"_{main}" if main else ""
    where = ZONE_LABELS[main][language] if main else words["territory"]
    window = WINDOW if run["months"] >= 2 * WINDOW else 1
    mean = words["mean"] if window > 1 else ""
    lasting = span(run["months"], language)
    with look():
        figure = Figure(figsize=(WIDTH, HEIGHT))
        grid = figure.add_gridspec(
            3, 6, left=0.06, right=0.955, top=0.845, bottom=0.115, hspace=0.55, wspace=1.0
        )
        panel = _Panels(results, language, words["month"])
        shown = zones or [""]
        width = 6 // len(shown)
        vacancy = []
        for k, zone in enumerate(shown):
            axes = figure.add_subplot(grid[0, k * width : (k + 1) * width])
            name = ZONE_LABELS[zone][language] if zone else words["territory"]
            tail = f"_{zone}" if zone else ""
            colour = COLOURS[ZONE_COLOURS.get(zone, "blue")]
            panel.draw(axes, f"retail_vacancy{tail}", colour, percent)
            _name(axes, words["vacancy"].format(zone=name), words["share"])
            vacancy.append(axes)
        top = max(a.get_ylim()[1] for a in vacancy)
        for axes in vacancy:
            axes.set_ylim(0, top)
        colour = COLOURS[ZONE_COLOURS.get(main, "blue")]
        lower = [
            figure.add_subplot(grid[1 + k // 2, 3 * (k % 2) : 3 * (k % 2) + 3]) for k in range(4)
        ]
        panel.draw(lower[0], f"closure_rate{suffix}", colour, _one_digit, window)
        _name(lower[0], words["closures"].format(zone=where), words["rate"].format(mean=mean))
        panel.draw(lower[1], f"open_shops{suffix}", colour, number)
        _name(lower[1], words["open"].format(zone=where), words["shops"])
        panel.draw(lower[2], "retail_spending_kept", COLOURS["blue"], percent)
        _name(lower[2], words["kept"], words["spending"])
        panel.draw(lower[3], f"footfall{suffix}", colour, number, window)
        _name(lower[3], words["footfall"].format(zone=where), words["visits"].format(mean=mean))
        one = run["reps"] == 1
        runs = words["one" if one else "many"].format(seed=run["seed"], reps=run["reps"])
        head = results.manifest["scenario"]["title"][language] + colon(language)
        title(
            figure,
            head + words["head"].format(span=lasting),
            words["line"].format(runs=runs),
            HEIGHT,
        )
        if not one:
            _legend(figure, words, run["reps"])
        footer(figure, *rests_on(results, language))
    values = by_rep(frame, f"retail_vacancy{suffix}")
    start = np.median(results.manifest["start"][f"retail_vacancy{suffix}"])
    label = head + words["label"].format(
        span=lasting,
        a=percent(float(start), language),
        b=percent(float(np.median(values[:, -1])), language),
        zone=where,
    )
    return Picture("time_series", figure, label)


def _one_digit(value: float, language: Language) -> str:
    return number(value, language, 1)


def _name(axes: Axes, what: str, unit: str) -> None:
    axes.set_title(what, pad=16)
    axes.text(0, 1.02, unit, transform=axes.transAxes, fontsize=8, color="#555555", va="bottom")


def _legend(figure: Figure, words: dict[str, str], reps: int) -> None:
    """Draw the legend of lines and bands; grey, since panels differ in colour."""
    handles: list[Any] = [Line2D([], [], color="#444444", linewidth=1.8)]
    names = [words["median"]]
    if reps >= FEW_REPS:
        handles.append(Patch(color="#444444", alpha=0.45, linewidth=0))
        names.append(words["half"])
    handles.append(Patch(color="#444444", alpha=0.18, linewidth=0))
    names.append(words["nine" if reps >= FEW_REPS else "all"])
    legend(figure, handles, names, HEIGHT)


class _Panels:
    """Draws measures over time onto axes: the line or the bands, and the values at both ends."""

    def __init__(self, results: Results, language: Language, month: str) -> None:
        self.frame = results.indicators
        self.start = results.manifest["start"]
        self.language = language
        run = results.manifest["run"]
        self.months = int(run["months"])
        first = self.frame["date"].iloc[0]
        self.in_years = self.months > 36
        months = np.arange(self.months + 1, dtype=np.float64)
        self.time = first.year + months / 12 if self.in_years else months
        self.unit = "" if self.in_years else month

    def draw(
        self,
        axes: Axes,
        column: str,
        colour: str,
        write: Callable[[float, Language], str],
        window: int = 1,
    ) -> None:
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
