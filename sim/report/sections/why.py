"""Why a measure changes: what passes through each mechanism, where it was asked for."""

from __future__ import annotations

from sim.experiments.why import Why
from sim.measures.registry import OUTCOMES
from sim.report.blocks import Block, Bullets, Cell, Paragraph, Section, Subhead
from sim.report.facts import Facts
from sim.report.readings import Arm
from sim.report.reasons import reasons
from sim.report.sections.answer_card import within_text


def why(facts: Facts) -> Section | None:
    """Take effects apart; None where no mechanism was switched off."""
    if not facts.reasons:
        return None
    words = facts.words
    blocks: list[Block] = [Paragraph(words("why.intro"))]
    for asked in facts.reasons:
        for arm in facts.wholes:
            blocks += _of_arm(facts, asked, arm)
    names = ", ".join(_label(facts, asked) for asked in facts.reasons)
    return Section("why", words("why.title", measure=names), blocks)


def _label(facts: Facts, asked: Why) -> str:
    return within_text(OUTCOMES[asked.measure].label[facts.language])


def _of_arm(facts: Facts, asked: Why, arm: Arm) -> list[Block]:
    measure, table = OUTCOMES[asked.measure], asked.table
    found = reasons(measure, table[table["intervention"] == arm.name], facts.words)
    rows = [
        [
            Cell(part.label, below=part.help),
            Cell(part.without, below=part.without_interval),
            Cell(part.change, below=part.interval),
            Cell(f"{part.symbol} {part.verdict}", tone=part.tone),
        ]
        for part in found.parts
    ]
    heads = ("why.mechanism", "why.without", "why.through", "table.verdict")
    label, quoted = measure.label[facts.language], facts.quoted(arm)
    return [
        Subhead(facts.words("sweep.named_level", factor=arm.label, level=label)),
        Bullets(found.sentences),
        facts.table("why.caption", heads, rows, (3,), measure=label, intervention=quoted),
    ]
