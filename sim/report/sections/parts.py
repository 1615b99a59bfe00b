"""Effects of each part of an intervention alone, with the money of the whole."""

from __future__ import annotations

from typing import Final

from sim.report.blocks import Block, Bullets, Cell, Paragraph
from sim.report.facts import Facts
from sim.report.headlines import HEADLINES
from sim.report.quantity import about_euros, euros
from sim.report.readings import Arm
from sim.words.language import span

AGAINST: Final = {"good": "better", "none": "same", "bad": "worse", "open": "open"}
"""Words for a part against its whole, by the tone of their difference."""

WORTH_SAYING: Final = 0.005
"""Share of the money beyond which it is said that it stays unspent."""


def whole_and_parts(facts: Facts, whole: Arm) -> list[Block]:
    """Put the parts of an arm beside it: money spent, headlines, and what each consists of."""
    parts = facts.parts.get(whole.name)
    if not parts:
        return []
    words = facts.words
    rows = [_row(facts, whole, words("parts.whole"))]
    rows += [_row(facts, part, facts.part_words(part)[0]) for part in parts]
    heads = ["parts.part", "parts.spent", *(f"headline.{key}" for key in HEADLINES)]
    quoted, over = facts.quoted(whole), span(facts.months, words.language)
    money = euros(facts.inputs.granted(whole.name), words.language)
    return [
        Paragraph(words("parts.intro", intervention=quoted, money=money, span=over)),
        facts.table("parts.caption", heads, rows, intervention=quoted, money=money),
        Bullets([sentence for key in HEADLINES if (sentence := _ranking(facts, whole, key))]),
        *what_parts_are(facts, whole),
    ]


def what_parts_are(facts: Facts, *wholes: Arm) -> list[Block]:
    """State what each part consists of; by default of every arm with parts."""
    words = facts.words
    told = [
        words("parts.consists", part=_capital(title), description=description)
        for whole in wholes or facts.wholes
        for part in facts.parts.get(whole.name, [])
        for title, description in [facts.part_words(part)]
    ]
    return [Paragraph(words("parts.note"), style="note"), Bullets(told)] if told else []


def _row(facts: Facts, arm: Arm, label: str) -> list[Cell]:
    words, row = facts.words, [Cell(_capital(label))]
    granted = facts.inputs.granted(arm.name)
    unspent = granted - arm.cost
    is_left = unspent > WORTH_SAYING * granted
    left, spent = (about_euros(v, words.language) for v in (unspent, arm.cost))
    row.append(Cell(spent, below=words("parts.unspent", amount=left) if is_left else ""))
    for name in HEADLINES.values():
        effect = facts.effect(arm, name)
        text = effect.signed_change if effect.is_measured else words("quantity.unknown")
        below = effect.interval if effect.is_measured else ""
        row.append(Cell(text, below=below, tone=effect.tone))
    return row


def _ranking(facts: Facts, whole: Arm, key: str) -> str:
    """Say which parts alone do as much as the whole on a headline; empty where nothing moves."""
    words, name, parts = facts.words, HEADLINES[key], facts.parts[whole.name]
    effects = [facts.effect(arm, name) for arm in (whole, *parts)]
    if not any(effect.has_moved for effect in effects):
        return ""
    groups: dict[str, list[str]] = {group: [] for group in AGAINST.values()}
    for part in parts:
        difference = facts.against(part, whole, name)
        if difference.is_measured and difference.tone:
            groups[AGAINST[difference.tone]].append(facts.part_words(part)[0])
    told = [
        words(f"parts.{group}", parts=", ".join(named)) for group, named in groups.items() if named
    ]
    stated = words("answer.separator").join(told)
    return words("parts.ranking", measure=words(f"headline.{key}"), told=stated) if told else ""


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]
