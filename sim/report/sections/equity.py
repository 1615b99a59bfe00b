"""Equity: effects by zone, and by thirds of residents from the poorest to the richest."""

from __future__ import annotations

from sim.report.blocks import Block, Paragraph, Section
from sim.report.facts import Facts
from sim.report.sections.effect_tables import SHARED, side_by_side_tables
from sim.words.language import span


def equity(facts: Facts) -> Section | None:
    """Show who benefits; None over many points, or where no intervention is tried."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words = facts.words
    blocks: list[Block] = [Paragraph(words("equity.intro"))]
    for benefit, names in SHARED.items():
        label = facts.effect(facts.arms[0], benefit).label
        caption = words("equity.caption", benefit=label, span=span(facts.months, words.language))
        blocks += side_by_side_tables(caption, facts, facts.arms, names)
    return Section("equity", words("section.equity"), blocks)
