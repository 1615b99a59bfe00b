"""Fate of the runs, and the replications that would settle what is open."""

from __future__ import annotations

from typing import Final

from sim.experiments.inference import FEWEST
from sim.report.blocks import Block, Bullets, Cell, Fold, Paragraph, Section, Table
from sim.report.facts import Facts
from sim.words.sentences import translated

MOST_REASONS: Final = 12
"""Reasons of failure that are listed, the most frequent first."""

MOST_NAMED_POINTS: Final = 8

MOST_OPEN: Final = 20
"""Open effects beyond which their table is folded."""


def runs(facts: Facts) -> Section | None:
    """State how many runs were done, which failed and why, and which are missing."""
    words, counts, count = facts.words, facts.results.counts, facts.levels.count
    if not facts.factors and counts.succeeded == counts.planned:
        return None
    names = ("planned", "succeeded", "failed", "missing")
    numbers = {name: count(getattr(counts, name)) for name in names}
    blocks: list[Block] = [Paragraph(words("sweep_runs.counts", **numbers))]
    if counts.missing:
        blocks.append(Paragraph(words("sweep_runs.resume")))
    if counts.failed:
        blocks += _failures(facts)
    return Section("runs", words("sweep_section.runs"), blocks)


def _failures(facts: Facts) -> list[Block]:
    """List failed runs by what they say, the most frequent first."""
    words, count = facts.words, facts.levels.count
    frame = facts.results.failures().fillna({"error": "", "error_type": ""})
    groups = frame.groupby(["status", "error_type", "error"], sort=True)
    ranked = sorted(groups, key=lambda entry: (-len(entry[1]), entry[0]))
    rows = []
    for (status, kind, english), part in ranked[:MOST_REASONS]:
        error = translated(str(english), words.language)
        points = sorted(part["point"].unique().tolist())
        named = [facts.point_label(p) for p in points[:MOST_NAMED_POINTS]]
        text = words("answer.separator").join(named)
        if len(points) > MOST_NAMED_POINTS:
            more = count(len(points) - MOST_NAMED_POINTS)
            text = words("sweep_runs.and_more", points=text, count=more)
        reason = Cell("", code=f"{kind}: {error}" if kind else error)
        rows.append([Cell(words(f"status.{status}")), Cell(count(len(part))), reason, Cell(text)])
    heads = ["sweep_runs.status", "sweep_runs.count", "sweep_runs.reason", "sweep_runs.points"]
    blocks: list[Block] = [
        Paragraph(words("sweep_runs.failed")),
        facts.table("sweep_runs.caption", heads, rows, (2, 3)),
    ]
    if len(ranked) > MOST_REASONS:
        told = words("sweep_runs.more_reasons", count=len(ranked) - MOST_REASONS)
        blocks.append(Paragraph(told, style="note"))
    return blocks


def open_questions(facts: Facts) -> Section | None:
    """State how many replications would settle what is open."""
    if not facts.is_compared:
        return None
    if facts.is_sampled:
        return _open_means(facts)
    words, title = facts.words, facts.words("section.open")
    if facts.done[1] < FEWEST:
        return Section("open", title, _too_few(facts))
    heads = [words("table.measure"), words("table.intervention")]
    bullets = [words("open.parameters"), words("open.chance")]
    if facts.is_single:
        rows = [
            [Cell(e.label), Cell(arm.label), e.verdict_cell(words), Cell(e.needed(words))]
            for arm in facts.arms
            for e in facts.effects(arm)
            if e.is_open
        ]
        heads += [words("table.verdict"), words("table.needed")]
        nothing, caption = words("open.nothing"), words("open.caption")
        intro = words("open.intro", reps=facts.levels.count(facts.reps))
    else:
        rows = _open_variants(facts)
        heads += map(words, ("sweep_open.variants", "sweep_open.half", "sweep_open.all"))
        nothing, caption = words("sweep_open.nothing"), words("sweep_open.caption")
        intro = words("sweep_open.intro", count=facts.from_to(*facts.done))
        bullets.append(words("sweep_open.extend"))
    if not rows:
        return Section("open", title, [Paragraph(nothing)])
    table = Table(caption, heads, rows, words=(1, 2) if facts.is_single else (1,))
    shown: Block = table if len(rows) <= MOST_OPEN else Fold(words("open.fold"), [table])
    return Section("open", title, [Paragraph(intro), shown, Bullets(bullets)])


def _open_means(facts: Facts) -> Section:
    """State how many more samples would settle the means over a sampled design."""
    words = facts.words
    rows = [
        [Cell(surface.label), Cell(arm.label), Cell(effect.needed(words))]
        for arm in facts.arms
        for surface in facts.averaged(arm)
        for effect in surface.effects
        if effect.is_open
    ]
    if not rows:
        return Section("open", words("sampled.open"), [Paragraph(words("sampled.nothing"))])
    samples, count = len(set(facts.drawn_with)), facts.levels.count
    is_fixed = facts.experiment.design.kind == "latin_hypercube"
    more = words("sampled.anew" if is_fixed else "sampled.extend")
    if samples < FEWEST:
        few = {"fewest": count(FEWEST), "more": count(FEWEST - samples)}
        told = words("sampled.too_few_yet", count=samples, **few)
        return Section("open", words("sampled.open"), [Paragraph(told), Bullets([more])])
    heads = ["table.measure", "table.intervention", "sampled.needed"]
    blocks: list[Block] = [
        Paragraph(words("sampled.intro", count=count(samples))),
        facts.table("sweep_open.caption", heads, rows, (1,)),
        Bullets([words("sampled.factors"), words("open.chance"), more]),
    ]
    return Section("open", words("sampled.open"), blocks)


def _too_few(facts: Facts) -> list[Block]:
    """Say how many replications are missing before anything can be settled."""
    reps = facts.done[1]
    few = {"fewest": facts.levels.count(FEWEST), "more": facts.levels.count(FEWEST - reps)}
    said: list[Block] = [Paragraph(facts.words("open.too_few", count=reps, **few))]
    if not facts.is_single:
        said.append(Bullets([facts.words("sweep_open.extend")]))
    return said


def _open_variants(facts: Facts) -> list[list[Cell]]:
    """Count open variants by arm and measure, and what half and all of them need."""
    words = facts.words
    rows = []
    for arm in facts.arms:
        for surface in facts.own(arm).averaged(arm):
            still = [e for e in surface.effects if e.is_open]
            if not still:
                continue
            ranked = sorted(still, key=lambda e: e.still_needed)
            ends = ranked[(len(ranked) - 1) // 2], ranked[-1]
            needed = [e.needed(words) for e in ends]
            count = facts.levels.count(len(still))
            rows.append([Cell(text) for text in (surface.label, arm.label, count, *needed)])
    return rows
