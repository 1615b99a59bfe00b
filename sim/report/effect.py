"""One effect as a report tells it: what changed by how much, how surely, and whether it matters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sim.report.blocks import Cell, Tone
from sim.report.quantity import Quantity
from sim.words.catalogue import Words
from sim.words.language import number

__all__ = ["SYMBOLS", "Effect"]

MOST: Final = 100_000
"""Replications beyond which nobody waits for an answer."""

SYMBOLS = {
    "increase": "▲",
    "decrease": "▼",
    "no_relevant_effect": "=",
    "not_determinable": "?",
    "missing": "–",
}
"""A sign for each verdict, beside its words."""


@dataclass(frozen=True)
class Effect:
    """The mean effect of an intervention on a measure up to a horizon.

    Attributes
    ----------
    measure, label : str
        Name and words of the measure.
    good : {1, -1, 0}
        Whether more of it is wanted, less, or neither.
    quantity : Quantity
        How its values are written.
    baseline : float
        Mean without the intervention.
    mean, low50, high50, low90, high90 : float
        Mean effect and its intervals.
    p_positive : float
        Probability that the mean effect is positive.
    smallest_relevant : float
        Effect below which nothing matters.
    verdict : str
        "increase", "decrease", "no_relevant_effect", "not_determinable" or "missing".
    replications : int
        Pairs of runs that it rests on.
    still_needed : int
        Further replications that would probably settle it; 0 where it is settled.
    """

    measure: str
    label: str
    good: int
    quantity: Quantity
    baseline: float
    mean: float
    low50: float
    high50: float
    low90: float
    high90: float
    p_positive: float
    smallest_relevant: float
    verdict: str
    replications: int
    still_needed: int

    @property
    def is_exactly_zero(self) -> bool:
        """Whether nothing differed in any replication."""
        return self.mean == self.low90 == self.high90 == 0

    @property
    def is_settled(self) -> bool:
        """Whether more replications would only repeat the answer."""
        return self.verdict not in ("not_determinable", "missing")

    @property
    def tone(self) -> Tone:
        """How the verdict reads to those who want the measure to move in its good direction."""
        if self.verdict == "no_relevant_effect":
            return "none"
        if not self.is_settled:
            return "open"
        if not self.good:
            return ""
        return "good" if (self.verdict == "increase") == (self.good > 0) else "bad"

    def verdict_cell(self, words: Words) -> Cell:
        """The verdict for a table."""
        return Cell(f"{SYMBOLS[self.verdict]} {words(f'verdict.{self.verdict}')}", tone=self.tone)

    def needed(self, words: Words) -> str:
        """Further replications in words: two figures are known of them at most."""
        count = self.still_needed
        if count > MOST:
            return words("table.too_many", count=number(MOST, words.language))
        step = 10 ** max(0, len(str(count)) - 2)
        return number(-(-count // step) * step, words.language)

    @property
    def is_measured(self) -> bool:
        """Whether there is a number at all."""
        return self.verdict != "missing"
