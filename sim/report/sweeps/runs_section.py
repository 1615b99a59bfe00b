"""What became of the runs, and how many more replications would settle what is open."""

from __future__ import annotations

from typing import Final

from sim.report.blocks import Block, Bullets, Cell, Paragraph, Section, Table
from sim.report.sweeps.facts import SweepFacts
from sim.report.sweeps.surface import OPEN
from sim.words.catalogue import Words

__all__ = ["open_section", "runs_section"]

MOST_REASONS: Final = 12
"""Reasons of failure that are listed, the most frequent first."""

MOST_NAMED_POINTS: Final = 8

STATUSES: Final = ("error", "crashed")


def runs_section(facts: SweepFacts, words: Words) -> Section:
    """How many runs were done, which failed and why, and which are missing."""
    counts, count = facts.counts, facts.levels.count
    blocks: list[Block] = [
        Paragraph(
            words(
                "sweep_runs.counts",
                planned=count(counts.planned),
                succeeded=count(counts.succeeded),
                failed=count(counts.failed),
                missing=count(counts.missing),
            )
        )
    ]
    if counts.missing:
        blocks.append(Paragraph(words("sweep_runs.resume")))
    if counts.failed:
        blocks += _failures(facts, words)
    return Section("runs", words("sweep_section.runs"), blocks)


def _failures(facts: SweepFacts, words: Words) -> list[Block]:
    """Failed runs by what they say, the most frequent first."""
    frame = facts.failures.fillna({"error": "", "error_type": ""})
    groups = frame.groupby(["status", "error_type", "error"], sort=True)
    ranked = sorted(groups, key=lambda entry: (-len(entry[1]), entry[0]))
    rows = []
    for (status, kind, error), part in ranked[:MOST_REASONS]:
        points = sorted(part["point"].unique().tolist())
        named = [facts.point_label(p) for p in points[:MOST_NAMED_POINTS]]
        text = words("answer.separator").join(named)
        if len(points) > MOST_NAMED_POINTS:
            more = facts.levels.count(len(points) - MOST_NAMED_POINTS)
            text = words("sweep_runs.and_more", points=text, count=more)
        rows.append(
            [
                Cell(words(f"status.{status}")),
                Cell(facts.levels.count(len(part))),
                Cell("", code=f"{kind}: {error}" if kind else str(error)),
                Cell(text),
            ]
        )
    blocks: list[Block] = [Paragraph(words("sweep_runs.failed"))]
    heads = ["sweep_runs.status", "sweep_runs.count", "sweep_runs.reason", "sweep_runs.points"]
    caption = words("sweep_runs.caption")
    blocks.append(Table(caption, [words(h) for h in heads], rows, words=(2, 3)))
    if len(ranked) > MOST_REASONS:
        more = facts.levels.count(len(ranked) - MOST_REASONS)
        blocks.append(Paragraph(words("sweep_runs.more_reasons", count=more), style="note"))
    return blocks


def open_section(facts: SweepFacts, words: Words) -> Section:
    """Replications that would settle what is open, by measure."""
    rows = []
    for arm in facts.arms:
        for surface in facts.told(arm):
            still = [e for e in surface.effects if e.verdict == OPEN]
            if not still:
                continue
            ranked = sorted(still, key=lambda e: e.still_needed)
            middle, most = ranked[(len(ranked) - 1) // 2], ranked[-1]
            known = facts.reps > 1 or facts.is_sampled
            blank = words("quantity.unknown")
            rows.append(
                [
                    Cell(surface.label),
                    Cell(arm.label),
                    Cell(facts.levels.count(len(still))),
                    Cell(middle.needed(words) if known else blank),
                    Cell(most.needed(words) if known else blank),
                ]
            )
    title = words("section.open")
    if not rows:
        return Section("open", title, [Paragraph(words("sweep_open.nothing"))])
    which = "points" if facts.is_sampled else "replications"
    heads = [
        words("table.measure"),
        words("table.intervention"),
        words("sweep_open.variants"),
        words(f"sweep_open_half.{which}"),
        words(f"sweep_open_all.{which}"),
    ]
    count = len(set(facts.drawn_with)) if facts.is_sampled else facts.reps
    blocks: list[Block] = [
        Paragraph(words(f"sweep_open_intro.{which}", count=facts.levels.count(count))),
        Table(words("sweep_open.caption"), heads, rows, words=(1,)),
        Bullets([words("open.parameters"), words("open.chance"), words("sweep_open.extend")]),
    ]
    return Section("open", title, blocks)
