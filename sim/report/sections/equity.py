"""Equity: effects by zone, and by thirds of residents from the poorest to the richest."""

from __future__ import annotations

from sim.measures.counting import THIRDS
from sim.measures.equity import BENEFITS
from sim.report.blocks import Block, Paragraph, Section, Subhead
from sim.report.facts import Facts
from sim.report.sections.effect_tables import effects_table
from sim.territory.territory import ZONES
from sim.words.language import span


def equity(facts: Facts) -> Section | None:
    """Show who benefits; None over many points, or where no intervention is tried."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words = facts.words
    blocks: list[Block] = [Paragraph(words("equity.intro"))]
    for arm in facts.arms:
        if len(facts.arms) > 1:
            blocks.append(Subhead(arm.label))
        for benefit in BENEFITS:
            names = [f"{benefit}_{group}" for group in (*ZONES, *THIRDS, "inclusion")]
            stated = {"benefit": facts.effect(arm, benefit).label}
            over, quoted = span(facts.months, words.language), facts.quoted(arm)
            caption = words("equity.caption", intervention=quoted, span=over, **stated)
            effects = [facts.effect(arm, name) for name in names]
            blocks.append(effects_table(caption, effects, words))
    return Section("equity", words("section.equity"), blocks)
