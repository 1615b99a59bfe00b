"""Effects month by month, where the experiment keeps courses, and how fast they fade."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.experiments.experiment import BASELINE
from sim.figures.style import COLOURS, Picture, look, year_axis
from sim.measures.registry import MEASURES
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.quantity import Quantity
from sim.report.sweeps.curve import change_axis
from sim.report.sweeps.facts import SweepArm, SweepFacts
from sim.report.sweeps.layout import levels_of
from sim.words.catalogue import Words
from sim.words.language import span

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["months_to_half", "over_time_section"]

Floats = npt.NDArray[np.float64]

MOST_LINES: Final = 6
"""Lines that can be told apart."""

LONGEST: Final = 26
"""Letters of a line's words, where two stand side by side."""

LOOKS: Final[tuple[tuple[str, Any], ...]] = (
    ("blue", "solid"),
    ("vermillion", (0, (5, 1.5))),
    ("green", (0, (1.5, 1.2))),
    ("purple", (0, (6, 1.5, 1.5, 1.5))),
    ("orange", (0, (3, 1))),
    ("black", (0, (1, 1.6))),
)
"""Colour and dashes of each line: never told apart by colour alone."""

YEAR: Final = 12


@dataclass(frozen=True)
class _Line:
    """One course: its words, its months, and paired differences, (replications, months)."""

    label: str
    months: npt.NDArray[np.int64]
    values: Floats

    @property
    def mean(self) -> Floats:
        """Over those replications in which the measure is defined."""
        return np.asarray(np.nanmean(self.values, axis=0))


def over_time_section(facts: SweepFacts, words: Words) -> Section | None:
    """Paired effects by month; None where no courses were kept, or nothing is tried.

    Parameters
    ----------
    facts : SweepFacts
    words : Words

    Returns
    -------
    Section or None
    """
    series = facts.series
    if series is None or not facts.has_interventions:
        return None
    blocks: list[Block] = [Paragraph(words("sweep_time.intro"))]
    shown = [name for name in facts.experiment.series if name in series]
    groups = _groups(facts)
    for k, arm in enumerate(facts.arms, 1):
        if len(facts.arms) > 1:
            blocks.append(Subhead(arm.label))
        tiles, rows = [], []
        for m, name in enumerate(shown, 1):
            lines = [
                line
                for label, points in groups.items()
                if (line := _line(series, arm, name, label, points)) is not None
            ]
            if not lines:
                continue
            baseline = series.loc[series["arm"] == BASELINE, name].mean()
            measure = MEASURES[name]
            relevant = measure.smallest_relevant(float(baseline))
            quantity = Quantity(measure.unit, relevant, words.language)
            tiles.append(Tile(_draw(facts, f"course_{k}_{m}", name, lines, quantity, words)))
            rows += [_fading(name, line, quantity, relevant, words) for line in lines]
        if not tiles:
            blocks.append(Paragraph(words("sweep_time.nothing")))
            continue
        blocks.append(Gallery(tiles, columns=2))
        heads = ["table.measure", "sweep.variant", "sweep_time.peak", "sweep_time.peak_at",
                 "sweep_time.half", "sweep_time.end"]  # fmt: skip
        caption = words("sweep_time.caption", intervention=words("page.quoted", text=arm.label))
        blocks.append(Table(caption, [words(h) for h in heads], rows, words=(1,)))
    return Section("over_time", words("section.over_time"), blocks)


def _groups(facts: SweepFacts) -> Mapping[str, Sequence[int]]:
    """Points by line: each its own, or by the levels of the first factor, or all together."""
    points = facts.points
    if len(points) <= MOST_LINES:
        varied = facts.layout.varied
        if len(varied) == 1 and facts.levels.unit(varied[0]):
            values = points[varied[0].name]
            return {facts.levels.amount(varied[0], v): [k] for k, v in enumerate(values)}
        return {facts.point_label(p): [p] for p in range(len(points))}
    for factor in facts.layout.varied:
        levels = levels_of(points, factor)
        if len(levels) <= MOST_LINES:
            return {
                facts.levels.named(factor, v): np.flatnonzero(points[factor.name] == v).tolist()
                for v in levels
            }
    return {facts.levels.words("sweep_time.all"): list(range(len(points)))}


def _line(
    series: pd.DataFrame, arm: SweepArm, name: str, label: str, points: Sequence[int]
) -> _Line | None:
    """Paired differences as a mean over points; windows of less than a year are left out."""
    chosen = series[series["point"].isin(points)]
    index = ["point", "rep", "month"]
    before, after = (
        chosen[chosen["arm"] == key].set_index(index)[name] for key in (BASELINE, arm.name)
    )
    difference = (after - before).dropna().groupby(["rep", "month"]).mean().unstack("month")
    months = difference.columns.to_numpy(np.int64)
    if not len(difference):
        return None
    kept = months >= (YEAR if months[-1] >= 2 * YEAR else 1)
    return _Line(label, months[kept], difference.to_numpy(np.float64)[:, kept])


def _draw(
    facts: SweepFacts, name: str, measure: str, lines: Sequence[_Line], quantity: Quantity,
    words: Words,
) -> Picture:  # fmt: skip
    """Means by month with bands; that of nine in ten only where one line is alone."""
    label = MEASURES[measure].label[words.language]
    with look():
        columns = 2 if max(len(line.label) for line in lines) <= LONGEST else 1
        rows = -(-len(lines) // columns) if len(lines) > 1 else 0
        figure = Figure(figsize=(5.0, 3.3 + 0.2 * rows))
        height = figure.get_figheight()
        figure.text(0.0, 1 - 0.02 / height, label, fontsize=12, fontweight="bold", va="top")
        unit = quantity.change_unit
        below = words("over_time.difference", unit=f" ({unit})" if unit else "")
        figure.text(0.0, 1 - 0.3 / height, below, fontsize=9.5, color="#444444", va="top")
        room = 0.6 + 0.2 * rows
        axes = figure.add_axes((0.125, 0.5 / height, 0.845, 1 - (0.55 + room) / height))
        axes.axhline(0, color="black", linewidth=1.0)
        handles = []
        for (colour, dashes), line in zip(LOOKS, lines, strict=False):
            paint = COLOURS[colour]
            months, values = line.months / YEAR, line.values
            if len(values) > 1:
                levels = (0.05, 0.25, 0.75, 0.95)
                low, quarter, three, high = np.nanquantile(values, levels, axis=0)
                if len(lines) == 1:
                    axes.fill_between(months, low, high, color=paint, alpha=0.18, linewidth=0)
                axes.fill_between(months, quarter, three, color=paint, alpha=0.2, linewidth=0)
            axes.plot(months, line.mean, color=paint, linestyle=dashes, linewidth=1.9)
            handles.append(Line2D([], [], color=paint, linestyle=dashes, linewidth=1.9))
        change_axis(axes, quantity)
        year_axis(axes.xaxis)
        axes.margins(x=0)
        axes.set_xlabel(words("sweep_time.years"), fontsize=9.5, color="#444444", loc="right")
        axes.tick_params(labelsize=9.5)
        if len(lines) > 1:
            figure.legend(
                handles, [line.label for line in lines], loc="upper left",
                bbox_to_anchor=(0.0, 1 - 0.52 / height), ncols=columns, fontsize=9, borderpad=0.0,
                borderaxespad=0.0, columnspacing=1.2, handlelength=2.4,
            )  # fmt: skip
    said = words("answer.separator").join(
        words(
            "sweep_pictures.alt_level",
            level=line.label,
            change=quantity.change(float(line.mean[-1])),
        )
        for line in lines
    )
    return Picture(name, figure, words("sweep_time.alt", measure=label, said=said))


def months_to_half(course: Floats) -> tuple[int, int | None]:
    """When a mean effect is largest, and how long after that half of it is gone.

    Parameters
    ----------
    course : (months,) float64 array

    Returns
    -------
    (int, int or None)
        Index of the peak; months until the effect is at most half of it for the rest of
        the time; None where that does not happen.

    Examples
    --------
    >>> months_to_half(np.array([0.0, 4.0, 3.0, 2.0, 1.0]))
    (1, 2)
    """
    size = np.abs(course)
    peak = int(size.argmax())
    is_high = (np.sign(course[peak]) * course[peak:]) > size[peak] / 2
    last_high = int(np.flatnonzero(is_high)[-1]) if is_high.any() else -1
    half = last_high + 1
    return peak, (half if half < len(is_high) else None)


def _fading(
    name: str, line: _Line, quantity: Quantity, relevant: float, words: Words
) -> list[Cell]:
    """Peak, its half-life and what is left, where there is anything relevant at all."""
    label = MEASURES[name].label[words.language]
    mean = line.mean
    at, half = months_to_half(mean)
    at_peak, end = float(mean[at]), float(mean[-1])
    blank = Cell(words("quantity.unknown"))
    if not math.isfinite(at_peak) or abs(at_peak) < relevant:
        none = Cell(words("verdict.no_relevant_effect"), tone="none")
        return [Cell(label), Cell(line.label), none, blank, blank, blank]
    return [
        Cell(label),
        Cell(line.label),
        Cell(quantity.change(at_peak), below=quantity.change_unit),
        Cell(span(int(line.months[at]), words.language)),
        Cell(span(half, words.language) if half else words("sweep_time.not_half")),
        Cell(quantity.change(end)),
    ]
