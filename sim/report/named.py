"""Measures named within sentences, with their changes."""

from __future__ import annotations

from sim.report.effects import Effect
from sim.report.sections.answer_card import within_text
from sim.words.catalogue import Words


def named(effect: Effect, words: Words) -> str:
    """Name a measure within a sentence, with its change where it moves."""
    name = within_text(effect.label)
    if not effect.has_moved:
        return name
    change = together(effect.quantity.change(effect.mean), effect.quantity.change_unit)
    said = f"{name} {change}"
    return words("answer.may_not_matter", finding=said) if effect.is_open else said


def together(number: str, unit: str) -> str:
    """Join a number and its unit by a non-breaking space."""
    return f"{number}\N{NO-BREAK SPACE}{unit}".strip()
