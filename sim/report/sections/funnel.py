"""The way from money to open shops, step by step."""

from __future__ import annotations

from sim.experiments.funnel import STAGES
from sim.report.blocks import Block, Bullets, Cell, Paragraph, Section
from sim.report.facts import Facts
from sim.report.funnel import how_far, stages
from sim.report.readings import Arm
from sim.words.language import span


def funnel(facts: Facts) -> Section | None:
    """Follow the money of each arm; None over many points, or where no intervention is tried."""
    if not (facts.is_single and facts.has_interventions):
        return None
    blocks: list[Block] = []
    for arm in facts.wholes:
        blocks += _of_arm(facts, arm)
    return Section("funnel", facts.words("funnel.title"), blocks)


def _of_arm(facts: Facts, arm: Arm) -> list[Block]:
    words, quoted = facts.words, facts.quoted(arm)
    effects = {name: facts.effect(arm, name) for name in STAGES}
    rows = [
        [
            Cell(one.label, below=one.unit),
            Cell(one.without),
            Cell(one.with_it),
            Cell(one.change, below=one.interval),
            Cell(f"{one.symbol} {one.verdict}", tone=one.tone),
        ]
        for one in stages(effects, words)
    ]
    heads = ("funnel.step", "table.without", "funnel.with", "table.effect", "table.verdict")
    return [
        Paragraph(
            words("funnel.intro", intervention=quoted, span=span(facts.months, facts.language))
        ),
        Bullets(how_far(effects, words)),
        facts.table("funnel.caption", heads, rows, (4,), intervention=quoted),
    ]
