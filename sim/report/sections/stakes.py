"""The three stakes of the question: method, dissemination, implantation."""

from __future__ import annotations

import shlex
from typing import Final

from sim.report.blocks import Block, Cell, Code, Paragraph, Section, Subhead, Table
from sim.report.facts import Facts
from sim.report.headlines import HEADLINES
from sim.report.sections.effect_tables import side_by_side_tables
from sim.words.language import span

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


def stakes(facts: Facts) -> Section | None:
    """Answer each stake; None over many points, or where no intervention is tried."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words = facts.words
    blocks: list[Block] = []
    for stake, measures in MEASURES.items():
        blocks.append(Subhead(words(f"stakes.{stake}")))
        over, short = span(facts.months, words.language), words(f"stakes.{stake}_short")
        caption = words("stakes.caption", stake=short, span=over)
        blocks += side_by_side_tables(caption, facts, facts.wholes, measures)
    there = _elsewhere(facts) if facts.elsewhere else _commands(facts)
    if there:
        blocks += [Subhead(words("stakes.implantation")), *there]
    return Section("stakes", words("section.stakes"), blocks)


def _commands(facts: Facts) -> list[Block]:
    """Give the commands that make the same comparison in other territories."""
    words, command = facts.words, shlex.split(facts.run["command"])
    if not {"compare", "--out"} <= set(command):
        return []
    commands = []
    for name in TERRITORIES:
        if name != facts.scenario.name:
            command[command.index("compare") + 1] = name
            command[command.index("--out") + 1] = f"results_{name}"
            commands.append(shlex.join(command))
    return [
        Paragraph(words("stakes.elsewhere_missing")),
        Code(words("stakes.elsewhere_command"), "\n".join(commands)),
    ]


def _elsewhere(facts: Facts) -> list[Block]:
    words, everywhere = facts.words, (facts, *facts.elsewhere)
    blocks: list[Block] = [Paragraph(words("stakes.elsewhere"))]
    for arm in facts.wholes:
        rows = []
        for other in everywhere:
            twin = next((a for a in other.arms if a.name == arm.name), None)
            if twin is None:
                continue
            row = [Cell(other.place)]
            for measure in HEADLINES.values():
                effect = other.effect(twin, measure)
                if not effect.is_measured:
                    row.append(Cell(words("quantity.unknown")))
                    continue
                verdict = words(f"verdict.{effect.verdict}")
                text = f"{effect.quantity.change(effect.mean)} ({verdict})"
                row.append(Cell(text, below=effect.interval, tone=effect.tone))
            rows.append(row)
        heads = [words("stakes.territory"), *(words(f"headline.{key}") for key in HEADLINES)]
        quoted, count = facts.quoted(arm), len(everywhere)
        caption = words("stakes.elsewhere_caption", intervention=quoted, count=count)
        blocks.append(Table(caption, heads, rows))
    return blocks
