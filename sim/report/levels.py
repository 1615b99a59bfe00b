"""Factors and their levels as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sim.experiments.factors import SCENARIO, Factor
from sim.report.quantity import behind_value, value_of, with_unit
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number


def is_number(factor: Factor) -> bool:
    """Return whether a factor's levels are numbers."""
    return factor.kind in (int, float)


def is_scale(factor: Factor) -> bool:
    """Return whether a factor is an axis: numbers in order, without one that stands for "never".

    Examples
    --------
    >>> is_scale(Factor("stop", int, levels=(48, 72, 108, 0)))  # 0 is never
    False
    """
    levels = factor.levels or ()
    return is_number(factor) and list(levels) == sorted(levels)


SPEAKING: Final = ("seats", "places", "EUR/month")
"""Units that say what a level is, so that it needs no name."""

SPREADS: Final = ("SD", "log SD")
"""Units that are only named in heads and on axes: a number is not so many of them."""


def _is_never(factor: Factor, value: Any) -> bool:
    """Return whether a level says that an intervention never ends."""
    return factor.name.rpartition(".")[2] == "stop" and value == 0


class Levels:
    """Notation of factors and levels in one language."""

    def __init__(self, language: Language, territories: Mapping[str, str]) -> None:
        self.words = Words(language)
        self._territories = territories

    def label(self, factor: Factor) -> str:
        """Return the words of a factor."""
        return factor.label.get(self.words.language) or factor.name

    def unit(self, factor: Factor, of: float = math.nan) -> str:
        """Return its unit in words; empty where it has none, or is written with the value."""
        if not is_number(factor) or factor.unit in ("1", "share", "0/1", "code"):
            return ""
        return self.words.unit(factor.unit, of)

    def speaks(self, factor: Factor) -> bool:
        """Return whether its unit says what it is, as that of seats or money, but not of time."""
        return factor.unit in SPEAKING

    def axis(self, factor: Factor) -> str:
        """Return words and unit, for an axis; the words alone where they name the unit."""
        unit, label = self.unit(factor), self.label(factor)
        return f"{label} ({unit})" if unit and unit not in label.lower() else label

    def value(self, factor: Factor, value: Any) -> str:
        """Write a level without its unit."""
        if factor.name == SCENARIO:
            return self._territories.get(str(value), str(value))
        if factor.kind is bool:
            return self.words("quantity.yes" if value else "quantity.no")
        if _is_never(factor, value):
            return self.words("quantity.never")
        if is_number(factor):
            return value_of(float(value), factor.unit, self.words.language)
        return value_of(value, factor.unit, self.words.language)

    def amount(self, factor: Factor, value: Any) -> str:
        """Write a level with its unit, such as ``40 seats`` or ``€25,000 a month``."""
        text = self.value(factor, value)
        unit = ""
        if is_number(factor) and not _is_never(factor, value) and factor.unit not in SPREADS:
            unit = behind_value(factor.unit, self.unit(factor, float(value)))
        return with_unit(text, unit, self.words)

    def named(self, factor: Factor, value: Any) -> str:
        """Write a level with the name of its factor, unless the level speaks for itself."""
        if factor.name == SCENARIO:
            return self.value(factor, value)
        return self.words(
            "sweep.named_level", factor=self.label(factor), level=self.amount(factor, value)
        )

    def joined(self, named: Sequence[str]) -> str:
        """Join levels of several factors; by a point where names or numbers contain commas."""
        return (" · " if any(":" in one or ", " in one for one in named) else ", ").join(named)

    def count(self, value: int) -> str:
        """Write a number of things."""
        return number(value, self.words.language)
