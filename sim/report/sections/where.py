"""From which levels on a measure moves, and where more adds nothing, in words."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.kernels.arrays import Bools, Ints
from sim.report.blocks import Tone
from sim.report.effects import Surface
from sim.report.facts import Facts
from sim.report.findings import largest_block, plateau
from sim.report.layout import levels_of

MOST_NAMED: Final = 4
"""Variants that are named rather than counted."""

DATES: Final = ("start", "stop")
"""Levers that are later rather than higher."""


def where_sentences(facts: Facts, surface: Surface) -> list[str]:
    """State from which levels on the measure moves as it does at most points."""
    layout, words = facts.layout, facts.words
    tones = [e.tone for e in surface.effects]
    tone: Tone = "bad" if tones.count("bad") > tones.count("good") else "good"
    if surface.reading == "moved":
        tone = ""
    wanted = np.array([t == tone for t in tones])
    verdict = words(f"sweep_tone.{tone or 'moved'}")
    measured = np.array([e.is_measured for e in surface.effects])
    if layout.kind == "strips" and len(tones) > 1 and wanted[measured].all():
        return [words("sweep_where.everywhere")]
    if layout.kind == "strips" and len(tones) > 1 and wanted.sum() <= MOST_NAMED:
        named = [facts.point_label(int(p)) for p in np.flatnonzero(wanted)]
        listed = words("answer.separator").join(named)
        return [words("sweep_where.these", verdict=verdict, points=listed)]
    if len(layout.panels) > 1:
        return [_by_panel(facts, wanted, verdict)]
    if layout.kind not in ("grid", "curve"):
        return []
    points = facts.layout.panels[0].points
    kept = [
        np.flatnonzero(measured[points].any(axis=tuple(k for k in range(points.ndim) if k != axis)))
        for axis in range(points.ndim)
    ]
    block = largest_block(wanted[points][np.ix_(*kept)])
    if block is None:
        return []
    spans = []
    for axis, ran, first, last in zip(layout.axes, kept, block.first, block.last, strict=True):
        if first == 0 and last == len(ran) - 1:
            continue
        key = "from" if last == len(ran) - 1 else "up_to" if first == 0 else "between"
        if first == last:
            key = "at"
        levels = levels_of(facts.points, axis)
        low, high = (facts.levels.amount(axis, levels[ran[k]]) for k in (first, last))
        label = facts.levels.label(axis)
        spans.append(words(f"sweep_where.{key}", factor=label, low=low, high=high))
    count = facts.levels.count
    if not spans:
        return [words("sweep_where.everywhere")]
    listed = spans[0]
    for other in spans[1:]:
        listed = words("page.and", a=listed, b=other[0].lower() + other[1:])
    key = "there" if not block.beyond else "there_and_beyond"
    hits = {"count": block.hits, "beyond": count(block.beyond)}
    where = listed[0].upper() + listed[1:]
    return [words(f"sweep_where.{key}", where=where, verdict=verdict, **hits)]


def _by_panel(facts: Facts, wanted: Bools, verdict: str) -> str:
    """Count variants by territory, or by another level that has pictures of its own."""
    words, count, parts = facts.words, facts.levels.count, []
    for panel in facts.layout.panels:
        named = ", ".join(facts.levels.named(f, value) for f, value in panel.fixed)
        hits = {"count": count(int(wanted[panel.points].sum())), "total": count(panel.points.size)}
        parts.append(words("sweep_where.of_panel", panel=named, **hits))
    listed = words("answer.separator").join(parts)
    return words("sweep_where.by_panel", verdict=verdict, parts=listed)


def plateau_sentences(facts: Facts, surface: Surface) -> list[str]:
    """State beyond which level of each numeric factor more adds nothing, or brings less."""
    if facts.layout.kind not in ("grid", "curve") or len(facts.layout.panels) > 1:
        return []
    found = []
    for place, axis in enumerate(facts.layout.axes):
        kept = _comparable(surface, np.moveaxis(facts.layout.panels[0].points, place, 0))
        before, after = (values[kept].mean(axis=1) for values in (surface.before, surface.after))
        relevant = surface.relevant_on_average
        step = plateau(surface.measure, before, after, relevant, facts.language)
        if step is None:
            continue
        levels, change = levels_of(facts.points, axis), surface.quantity.change
        is_date = step.kind == "falling" and axis.name.rpartition(".")[2] in DATES
        found.append(
            facts.words(
                "sweep_plateau.falling_date" if is_date else f"sweep_plateau.{step.kind}",
                factor=facts.levels.label(axis),
                level=facts.levels.amount(axis, levels[step.at]),
                highest=facts.levels.amount(axis, levels[step.highest]),
                change=change(step.last.mean),
                interval=surface.quantity.interval(step.last.lo90, step.last.hi90),
            )
        )
    return found


def _comparable(surface: Surface, points: Ints) -> Ints:
    """Return points by level, at those values of other factors where every level ran."""
    points = points.reshape(len(points), -1)
    measured = np.array([[surface.effects[k].is_measured for k in row] for row in points])
    ran = measured.any(axis=1)
    return points[:, measured[ran].all(axis=0)]
