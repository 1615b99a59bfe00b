"""What differs from the baseline, and everything that is assumed."""

from __future__ import annotations

from dataclasses import replace

from sim.report.blocks import Block, Cell, Paragraph, Section, Subhead, Table
from sim.report.facts import Facts
from sim.report.quantity import value_of
from sim.report.readings import Setting
from sim.words.catalogue import Words
from sim.words.language import number

__all__ = ["assumptions", "settings"]


def settings(facts: Facts, words: Words) -> Section:
    """Every lever and setting of each intervention, and of the scenario against the defaults."""
    blocks: list[Block] = [Paragraph(words("settings.intro"))]
    for arm in facts.arms:
        blocks.append(Subhead(arm.label))
        for description in facts.descriptions(arm):
            blocks.append(Paragraph(description))
        caption = words("settings.caption", intervention=words("page.quoted", text=arm.label))
        blocks.append(_table(caption, facts.levers(arm), words, third="default"))
    blocks.append(Subhead(words("settings.scenario")))
    caption = words("settings.scenario_caption", place=facts.place)
    blocks.append(_table(caption, facts.scenario_settings(), words, third="default"))
    return Section("settings", words("section.settings"), blocks)


def assumptions(facts: Facts, words: Words) -> Section:
    """Every parameter with its value, plausible range, evidence and source."""
    every = facts.parameters()
    marks = {"found": 0, "derived": 0, "recalled": 0, "assumed": 0}
    for setting in every:
        marks[setting.evidence] += 1
    counts = {mark: number(count, words.language) for mark, count in marks.items()}
    intro = words("assumptions.intro", total=number(len(every), words.language), **counts)
    figures = _table(words("assumptions.catalogues"), facts.catalogue_figures(), words, third="")
    table = _table(words("assumptions.caption"), every, words, third="plausible")
    blocks: list[Block] = [Paragraph(intro), Paragraph(words("assumptions.marks")), table, figures]
    return Section("assumptions", words("section.assumptions"), blocks)


def _table(caption: str, entries: list[Setting], words: Words, *, third: str) -> Table:
    rows = []
    for entry in entries:
        row = [Cell(entry.label, code=entry.name), _value(entry, words)]
        if third == "plausible":
            text = ""
            if entry.plausible is not None:
                low, high = (value_of(v, entry.unit, words.language) for v in entry.plausible)
                text = words("quantity.range", low=low, high=high)
            row.append(Cell(text))
        elif third:
            row.append(_shown(entry.default, entry, words))
        row.append(Cell(words(f"evidence.{entry.evidence}")))
        row.append(Cell(entry.source, foreign=True))
        rows.append(row)
    heads = ["parameter", "value", *([third] if third else []), "evidence", "source"]
    last = len(heads) - 1
    return Table(caption, [words(f"table.{h}") for h in heads], rows, words=(last - 1, last))


def _value(entry: Setting, words: Words) -> Cell:
    unit = "" if entry.unit in ("share", "1") else words.unit(entry.unit)
    return replace(_shown(entry.value, entry, words), below=unit)


def _shown(value: object, entry: Setting, words: Words) -> Cell:
    """A value; words of a choice are names, the same in every language."""
    if value is None:
        return Cell("")
    if isinstance(value, str) and value:
        return Cell("", code=value)
    return Cell(value_of(value, entry.unit, words.language))
