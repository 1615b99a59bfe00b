"""Settings that differ from the baseline, and all assumptions."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, Literal

from sim.report.blocks import Block, Cell, Fold, Paragraph, Section, Subhead, Table
from sim.report.facts import Facts
from sim.report.inputs import Setting
from sim.report.quantity import behind_value, rounded, value_of
from sim.scenario.posterior import Posterior
from sim.words.catalogue import Words
from sim.words.language import number
from sim.words.sources import source_in

BARE: Final = ("share", "1", "year", "kind:number")
"""Units that say nothing beyond the value."""


def settings(facts: Facts) -> Section:
    """List every lever and setting of each arm, and of the scenario against the defaults."""
    words, inputs = facts.words, facts.inputs
    blocks: list[Block] = []
    if facts.is_compared:
        blocks.append(Paragraph(words("settings.intro")))
        if facts.experiment.budget and len(facts.territories) > 1:
            blocks.append(Paragraph(words("settings.scaled", place=facts.place)))
    if facts.has_interventions:
        for arm in facts.arms:
            blocks.append(Subhead(arm.label))
            blocks += [Paragraph(text) for text in inputs.descriptions(arm.name)]
            caption = words("settings.caption", intervention=facts.quoted(arm))
            blocks.append(_folded(caption, inputs.levers(arm.name), words, "default"))
    blocks += [Subhead(words("settings.scenario")), *_whose(facts)]
    own, given = ("run.scenario_caption", "run.set_caption")
    if facts.has_interventions:
        own, given = ("settings.scenario_caption", "settings.set_caption")
    caption = words(own, place=facts.place)
    blocks.append(_folded(caption, inputs.scenario_settings(is_set=False), words, "default"))
    if entries := inputs.scenario_settings(is_set=True):
        blocks.append(_folded(words(given), entries, words, "default"))
    title = words("section.settings" if facts.is_compared else "run.settings")
    return Section("settings", title, blocks)


def assumptions(facts: Facts) -> Section:
    """List every parameter with its value, plausible range, evidence and source."""
    words, every = facts.words, facts.inputs.parameters()
    marks = [setting.evidence for setting in every]
    stated = ("found", "derived", "recalled", "assumed")
    counts = {mark: number(marks.count(mark), words.language) for mark in stated}
    intro = words("assumptions.intro", total=number(len(every), words.language), **counts)
    figures, is_drawn = facts.inputs.catalogue_figures(), facts.is_compared and not facts.is_fixed
    blocks: list[Block] = [
        Paragraph(intro),
        *_whose(facts),
        *([Paragraph(words(f"assumptions.{_marks(facts)}"))] if is_drawn else []),
        _folded(words("assumptions.caption"), every, words, "drawn" if is_drawn else "plausible"),
        _folded(words("assumptions.catalogues"), figures, words, ""),
    ]
    return Section("assumptions", words("section.assumptions"), blocks)


def _whose(facts: Facts) -> list[Block]:
    """Say of which territory values are, where there are several."""
    if len(facts.territories) < 2:
        return []
    return [Paragraph(facts.words("settings.whose", place=facts.place))]


def _marks(facts: Facts) -> str:
    """Return the key of the sentence on ranges, by how parameters are drawn."""
    has_posterior = isinstance(facts.scenario.posterior, Posterior)
    return "marks_posterior" if has_posterior else "marks"


def _folded(
    caption: str,
    entries: list[Setting],
    words: Words,
    third: Literal["default", "drawn", "plausible", ""],
) -> Fold:
    """Return a table of settings; the third column holds the default, the range, or neither."""
    rows = []
    for entry in entries:
        is_bare = entry.unit in BARE or _is_never(entry, entry.value)
        of = float(entry.value) if isinstance(entry.value, (int, float)) else math.nan
        unit = "" if is_bare else behind_value(entry.unit, words.unit(entry.unit, of))
        value = replace(_shown(entry.value, entry, words), below=unit)
        row = [Cell(entry.label, code=entry.name), value]
        if third in ("drawn", "plausible"):
            text = words("assumptions.varied") if entry.is_varied else ""
            if entry.plausible is not None:
                ends = (rounded(float(v), 3) for v in entry.plausible)
                low, high = (value_of(v, entry.unit, words.language) for v in ends)
                text = words("quantity.range", low=low, high=high)
            row.append(Cell(text))
        elif third:
            row.append(_shown(entry.default, entry, words))
        evidence = words(f"evidence.{entry.evidence}")
        source = source_in_words(entry, words)
        told = Cell(source, foreign=source == entry.source)
        rows.append([*row, Cell(evidence), told])
    heads = ["parameter", "value", *([third] if third else []), "evidence", "source"]
    last = len(heads) - 1
    table = Table(caption, [words(f"table.{h}") for h in heads], rows, words=(last - 1, last))
    return Fold(caption, [table])


def source_in_words(entry: Setting, words: Words) -> str:
    """Return a source in the reader's language; of a scaled lever, by how much."""
    if entry.is_chosen and entry.scale is None:
        return words("settings.chosen")
    if entry.scale is None:
        return source_in(entry.source, words.language)
    return words("budget.scaled", factor=value_of(rounded(entry.scale, 4), "1", words.language))


def _is_never(entry: Setting, value: object) -> bool:
    """Return whether a value says that an intervention never ends."""
    return entry.name == "stop" and value == 0


def _shown(value: object, entry: Setting, words: Words) -> Cell:
    """Return a value; that of a choice with its name, the same in every language."""
    if value is None:
        return Cell("")
    if _is_never(entry, value):
        return Cell(words("quantity.never"))
    text = value_of(value, entry.unit, words.language)
    if isinstance(value, str) and value:
        return Cell("" if text == value else text, code=value)
    return Cell(text)
