"""Effects month by month, and how fast they fade."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from sim.experiments.experiment import BASELINE
from sim.kernels.arrays import Bools, Floats, Ints
from sim.measures.registry import OUTCOMES
from sim.report.blocks import Block, Cell, Fold, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.effects import ratio
from sim.report.facts import Facts
from sim.report.headlines import SHOWN
from sim.report.layout import levels_of
from sim.report.pictures.course import MOST_LINES, Course, Line, draw_course, draw_lines
from sim.report.quantity import Quantity
from sim.report.readings import Arm
from sim.words.language import number, span

COLOURS: Final = {
    "closures": "vermillion",
    "shops": "purple",
    "births": "green",
    "participation": "blue",
}
"""Colours of the headlines; other measures are blue."""


def over_time(facts: Facts) -> Section | None:
    """Show paired effects by month; None where no courses were kept, or nothing is tried."""
    words = facts.words
    if not (facts.has_interventions and facts.series):
        return None
    key = "over_time.intro" if facts.is_single else "sweep_time.intro"
    blocks: list[Block] = [Paragraph(words(key, reps=number(facts.reps, words.language)))]
    whole = facts
    for k, arm in enumerate(facts.wholes, 1):
        facts = whole.own(arm)
        groups = _groups(facts)
        is_average = 1 < len(groups) < len(facts.points)
        if len(facts.wholes) > 1 or facts.is_single:
            blocks.append(Subhead(arm.label))
        tiles, rows = [], []
        for key, name in _shown(facts).items():
            found = (_line(facts, arm, name, *group) for group in groups.items())
            lines = [line for line in found if line is not None]
            if not lines:
                continue
            quantity = _quantity(facts, arm, name)
            rows += [_fading(facts, name, line, quantity) for line in lines]
            label = OUTCOMES[name].label[words.language]
            course = _course(facts, arm, name, label) if facts.is_single else None
            if course is not None:
                colour = COLOURS.get(key, "blue")
                picture = draw_course(f"over_time_{k}_{key}", course, quantity, colour)
            else:
                picture = draw_lines(f"course_{k}_{key}", label, lines, quantity)
            tiles.append(Tile(picture))
        if not tiles:
            blocks.append(Paragraph(words("sweep_time.nothing")))
            continue
        note = words("sweep_time.averaged") if is_average else ""
        blocks.append(Gallery(tiles, columns=2, caption=note))
        heads = ["table.measure", "sweep.variant", "sweep_time.peak", "sweep_time.peak_at",
                 "sweep_time.half", "sweep_time.end"]  # fmt: skip
        if facts.is_single:
            heads.remove("sweep.variant")
            rows = [[first, *rest] for first, _, *rest in rows]
        left, quoted = () if facts.is_single else (1,), facts.quoted(arm)
        table = facts.table("sweep_time.caption", heads, rows, left, intervention=quoted)
        blocks.append(Fold(table.caption, [table]))
    return Section("over_time", words("section.over_time"), blocks)


def _shown(facts: Facts) -> Mapping[str, str]:
    """Return the measures that are shown, by a key for the names of pictures."""
    headlines = {key: name for key, name in SHOWN.items() if name in facts.series}
    if headlines and not facts.factors:
        return headlines
    return {str(k): name for k, name in enumerate(facts.series, 1)}


def _groups(facts: Facts) -> Mapping[str, Sequence[int]]:
    """Return points by line: each its own, or by the levels of the first factor, or all."""
    points = facts.points
    if len(points) <= MOST_LINES:
        varied = facts.layout.varied
        if len(varied) == 1 and facts.levels.speaks(varied[0]):
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
    return {facts.words("sweep_time.all"): list(range(len(points)))}


def _line(facts: Facts, arm: Arm, name: str, label: str, points: Sequence[int]) -> Line | None:
    """Average paired differences over points; None where the measure is never defined."""
    differences = (facts.course(arm.name, name) - facts.course(BASELINE, name))[points]
    known = np.isfinite(differences)
    n = known.sum(axis=0)
    values = ratio(np.where(known, differences, 0.0).sum(axis=0), n)
    months = _months(facts, n.any(axis=0))
    if months.size < 2:
        return None
    return Line(label, months, values[n.any(axis=1)][:, months - 1])


def _quantity(facts: Facts, arm: Arm, name: str) -> Quantity:
    """Return how a measure is written, as in the tables where they show it."""
    if facts.is_single and (effect := facts.effect(arm, name)).is_measured:
        return effect.quantity
    return facts.quantity(name, float(np.nanmean(facts.course(BASELINE, name))))


def _months(facts: Facts, is_known: Bools) -> Ints:
    """Return the months to show: windows of less than a year are noise."""
    first = 12 if facts.months >= 24 else 1
    months = np.flatnonzero(is_known) + 1
    return months[months >= first]


def _course(facts: Facts, arm: Arm, name: str, label: str) -> Course | None:
    (without,), (with_it,) = facts.course(BASELINE, name), facts.course(arm.name, name)
    months = _months(facts, (np.isfinite(without) & np.isfinite(with_it)).all(axis=0))
    if months.size < 2:
        return None
    dates, in_years = facts.dates
    start = facts.inputs.start_of(arm.name)
    starts = math.nan if start is None else dates[0] + (start - 1) / (12 if in_years else 1)
    levels = without[:, months - 1], with_it[:, months - 1]
    return Course(label, dates[months - 1], in_years, *levels, float(starts))


def months_to_half(course: Floats) -> tuple[int, int | None]:
    """Find when a mean effect is largest, and how long after that half of it is gone.

    Index of the peak; months until the effect is at most half of it for the rest of the time; None
    where that does not happen.

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


def _fading(facts: Facts, name: str, line: Line, quantity: Quantity) -> list[Cell]:
    """Return peak, half-life and what is left, where there is anything relevant at all."""
    words, mean = facts.words, line.mean
    first = [Cell(OUTCOMES[name].label[words.language]), Cell(line.label)]
    at, half = months_to_half(mean)
    at_peak, end = float(mean[at]), float(mean[-1])
    if not math.isfinite(at_peak) or abs(at_peak) < quantity.smallest_relevant:
        none = Cell(words("sweep_time.small"), tone="none")
        return [*first, none, *[Cell(words("quantity.unknown"))] * 3]
    return [
        *first,
        Cell(quantity.change(at_peak), below=quantity.unit_of_change(at_peak)),
        Cell(span(int(line.months[at]), words.language, in_months=True)),
        Cell(span(half, words.language, in_months=True) if half else words("sweep_time.not_half")),
        Cell(quantity.change(end)),
    ]
