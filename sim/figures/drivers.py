"""Draw the exogenous drivers: online share, peripheral floor space, spending and costs."""

from __future__ import annotations

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.experiments.run_results import Results
from sim.figures.style import (
    COLOURS,
    WIDTH,
    Picture,
    footer,
    label_point,
    look,
    number_axis,
    percent_axis,
    rests_on,
    title,
    year_axis,
)
from sim.words.language import Language, colon, number, percent

__all__ = ["draw_drivers"]

HEIGHT: Final = 5.0

_LINES: Final = {
    "periphery": ("purple", "solid", {"en": "floor space in the periphery",
                                      "fr": "surfaces en périphérie"}),
    "costs": ("orange", "dashed", {"en": "fixed costs of shops", "fr": "charges des commerces"}),
    "spending": ("blue", "dashdot", {"en": "spending per head", "fr": "dépenses par habitant"}),
}  # fmt: skip

_WORDS: Final = {
    "en": {
        "head": "what moves from outside",
        "line": "Inputs of the scenario, the same in every run; the model does not explain them.",
        "online": "Online share of retail spending",
        "share": "% of spending",
        "others": "Other drivers",
        "index": "in real terms; 100 on the start date",
        "month": "month",
        "label": "Online share of retail spending goes from {a} to {b}; beside it, indices of"
        " peripheral floor space, costs and spending.",
    },
    "fr": {
        "head": "ce qui change au dehors",
        "line": "Entrées du scénario, les mêmes dans chaque simulation\N{NARROW NO-BREAK SPACE};"
        " le modèle ne les explique pas.",
        "online": "Part du commerce en ligne",
        "share": "% des dépenses de commerce",
        "others": "Autres évolutions",
        "index": "en volume\N{NARROW NO-BREAK SPACE}; 100 à la date de départ",
        "month": "mois",
        "label": "La part en ligne des dépenses de commerce passe de {a} à"
        " {b}\N{NARROW NO-BREAK SPACE}; à côté, indices des surfaces en"
        " périphérie, des charges et des dépenses.",
    },
}


def draw_drivers(results: Results, language: Language) -> Picture:
    """Draw the exogenous drivers."""
    words = _WORDS[language]
    drivers = {k: np.array(v, dtype=np.float64) for k, v in results.manifest["drivers"].items()}
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
        for name, (colour, dashes, _) in _LINES.items():
            index = 100 * drivers[name]
            right.plot(time, index, color=COLOURS[colour], linestyle=dashes, linewidth=1.8)
            ends.append((float(index[-1]), name))
        low, high = right.get_ylim()
        right.set_ylim(min(low, 90), max(high, 110))
        number_axis(right.yaxis, language)
        _label_ends(right, ends, language)
        heads = ((left, "online", "share"), (right, "others", "index"))
        for axes, what, unit in heads:
            axes.set_title(words[what], pad=16)
            axes.text(0, 1.02, words[unit], transform=axes.transAxes, fontsize=8, color="#555555")
            axes.set_xlim(time[0], time[-1])
            year_axis(axes.xaxis)
            if not in_years:
                axes.set_xlabel(words["month"])
        place = results.manifest["scenario"]["title"][language]
        title(figure, place + colon(language) + words["head"], words["line"], HEIGHT)
        footer(figure, *rests_on(results, language))
    label = words["label"].format(
        a=percent(float(online[0]), language), b=percent(float(online[-1]), language)
    )
    return Picture("drivers", figure, label)


def _label_ends(axes: Axes, ends: list[tuple[float, str]], language: Language) -> None:
    """Label lines at their ends, moving close labels apart."""
    low, high = axes.get_ylim()
    apart = 0.075 * (high - low)
    at = -np.inf
    for value, name in sorted(ends):
        colour, _, label = _LINES[name]
        at = max(value, at + apart)
        axes.annotate(
            f"{label[language]}, {number(value, language)}",
            (1.0, (at - low) / (high - low)),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontweight="bold",
            color=COLOURS[colour],
        )
