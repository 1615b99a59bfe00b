"""A card of the answer: an effect in words, with its picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sim.report.blocks import Card
from sim.report.effects import SYMBOLS, Effect
from sim.report.pictures.strips import draw_strip
from sim.words.catalogue import Words


def card(
    name: str, measure: str, verdict: str, effect: Effect, sentences: Sequence[str], words: Words
) -> Card:
    """Make the card of a measured effect; its strip has a name of its own in the report."""
    change, quantity = "", effect.quantity
    if effect.has_moved:
        change = quantity.change_in_full(effect.mean)
    picture = draw_strip(name, effect) if math.isfinite(effect.lo90) else None
    symbol = SYMBOLS[effect.verdict]
    return Card(measure, verdict, symbol, effect.tone, change, sentences, picture)


def capital(text: str) -> str:
    """Begin a text with a capital letter."""
    return text[0].upper() + text[1:]


def within_text(label: str) -> str:
    """Put a measure's words in the middle of a sentence, where commas part measures."""
    what, comma, where = label.partition(", ")
    text = f"{what} ({where})" if comma else what
    return text[0].lower() + text[1:]
