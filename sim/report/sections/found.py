"""Every effect that is found: its measures in words, and its figures side by side."""

from __future__ import annotations

from typing import Final

from sim.measures.registry import MEANS, OUTCOMES
from sim.report.blocks import Paragraph, Section
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.readings import Arm
from sim.report.sections.answer_card import capital
from sim.report.sections.effect_tables import side_by_side_tables
from sim.words.catalogue import Words
from sim.words.language import span

SAID: Final = {"good": "better", "bad": "worse", "": "moved"}
"""Words by the tone of an effect."""

KEYS: Final = ("better", "worse", "moved", "better_perhaps", "worse_perhaps")
"""Findings about measures, in the order in which they are stated."""


def with_relevance(words: Words, said: str, effect: Effect) -> str:
    """Add to a finding that it may not matter, where that is open."""
    return words("answer.may_not_matter", finding=said) if effect.is_open else said


def found_sentences(facts: Facts, arm: Arm) -> list[str]:
    """Name every measure that an arm moves: what gets better, what worse, and what may not matter.

    A measure of the whole territory stands for its parts that move alike: zones, thirds of
    residents and kinds of project.
    """
    words, told = facts.words, _told(facts, arm)
    sentences = []
    for key in KEYS:
        named = [_named(what, list(parts)) for what, parts in told.get(key, {}).items()]
        if named:
            sentences.append(words(f"sweep_lead_one.{key}", measures=", ".join(named)))
    return [f"{capital(text)}." for text in sentences] or [words("answer.nothing_found")]


def found(facts: Facts) -> Section | None:
    """Show the figures of every measure that is named; None over many points, or where none is."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words, named = facts.words, set[str]()
    for arm in facts.wholes:
        for group in _told(facts, arm).values():
            named.update(name for parts in group.values() for name in parts.values())
    if not named:
        return None
    names = [name for name in OUTCOMES if name in named]
    caption = words("found.caption", span=span(facts.months, words.language))
    tables = side_by_side_tables(caption, facts, facts.wholes, names)
    note = Paragraph(words("found.note"), style="note")
    return Section("found", words("section.found"), [*tables, note])


def _told(facts: Facts, arm: Arm) -> dict[str, dict[str, dict[str, str]]]:
    """Return the measures that an arm moves: by key of words, by measure, and by part ("": whole).

    What it spends and opens itself is left out.
    """
    told: dict[str, dict[str, dict[str, str]]] = {}
    for name in OUTCOMES:
        effect = facts.effect(arm, name)
        if name in MEANS or not effect.has_moved:
            continue
        key = SAID[effect.tone] + ("_perhaps" if effect.is_open and effect.tone else "")
        what, _, part = effect.label.partition(", ")
        told.setdefault(key, {}).setdefault(what, {})[part] = name
    for group in told.values():
        for what, parts in group.items():
            if "" in parts:
                group[what] = {"": parts[""]}
    return told


def _named(what: str, parts: list[str]) -> str:
    """Name a measure in the middle of a sentence, with the parts where only they move."""
    text = what[0].lower() + what[1:]
    return text if "" in parts else f"{text} ({', '.join(parts)})"
