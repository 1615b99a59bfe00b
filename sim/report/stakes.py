"""The three stakes of the question: method, dissemination, implantation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.report.answer import HEADLINES
from sim.report.blocks import Block, Cell, Code, Paragraph, Section, Subhead, Table
from sim.report.effects_table import effects_table
from sim.report.facts import Facts
from sim.words.catalogue import Words
from sim.words.language import span

__all__ = ["TERRITORIES", "stakes"]

MEASURES: Final = {
    "method": ("bottom_up_share", "partners_per_project", "months_to_birth"),
    "dissemination": ("trust", "openness", "public_partner_share", "review_delay"),
}
"""Measures of the first two stakes."""

TERRITORIES: Final = (
    "rural_low_density",
    "mid_sized_town",
    "working_class_neighbourhood",
    "metropolis",
)
"""Scenarios among which the third stake is answered."""


def stakes(facts: Facts, elsewhere: Sequence[Facts], words: Words) -> Section:
    """One part for each stake.

    Parameters
    ----------
    facts : Facts
    elsewhere : sequence of Facts
        The same comparison in other territories.
    words : Words

    Returns
    -------
    Section
    """
    blocks: list[Block] = []
    for stake, measures in MEASURES.items():
        blocks.append(Subhead(words(f"stakes.{stake}")))
        for arm in facts.arms:
            caption = words(
                "stakes.caption",
                stake=words(f"stakes.{stake}_short"),
                intervention=words("page.quoted", text=arm.label),
                span=span(facts.months, words.language),
            )
            effects = [facts.effect(arm, name) for name in measures]
            blocks.append(effects_table(caption, effects, words))
    blocks.append(Subhead(words("stakes.implantation")))
    blocks += _implantation(facts, elsewhere, words)
    return Section("stakes", words("section.stakes"), blocks)


def _implantation(facts: Facts, elsewhere: Sequence[Facts], words: Words) -> list[Block]:
    if not elsewhere:
        commands = [facts.command_for(name) for name in TERRITORIES if name != facts.scenario.name]
        return [
            Paragraph(words("stakes.elsewhere_missing")),
            Code(words("stakes.elsewhere_command"), "\n".join(commands)),
        ]
    blocks: list[Block] = [Paragraph(words("stakes.elsewhere"))]
    everywhere = (facts, *elsewhere)
    for arm in facts.arms:
        caption = words(
            "stakes.elsewhere_caption",
            intervention=words("page.quoted", text=arm.label),
            count=len(everywhere),
        )
        rows = []
        for other in everywhere:
            twin = next((a for a in other.arms if a.name == arm.name), None)
            if twin is None:
                continue
            row = [Cell(other.place)]
            for measure in HEADLINES.values():
                effect = other.effect(twin, measure)
                quantity = effect.quantity
                if not effect.is_measured:
                    row.append(Cell(words("quantity.unknown")))
                    continue
                row.append(
                    Cell(
                        f"{quantity.change(effect.mean)} ({words(f'verdict.{effect.verdict}')})",
                        below=quantity.interval(effect.low90, effect.high90),
                        tone=effect.tone,
                    )
                )
            rows.append(row)
        heads = [words("stakes.territory"), *(words(f"headline.{key}") for key in HEADLINES)]
        blocks.append(Table(caption, heads, rows))
    return blocks
