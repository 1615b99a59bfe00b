"""Values of a measure as text: levels, signed changes, and their units in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.registry.catalogues import third_place_kinds
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number, percent

_SHARES = ("share", "share of residents", "share of turnover")

YEARLY = "1/year"
"""Unit of rates, which are per cent a year."""


def signed(value: float, language: Language, digits: int) -> str:
    """Write a number with its sign; zero has neither sign nor digits.

    Examples
    --------
    >>> signed(0.24, "en", 1), signed(-0.04, "en", 1)
    ('+0.2', '0')
    """
    text = number(value, language, digits)
    if not any(c in "123456789" for c in text):
        return "0"
    return f"+{text}" if value > 0 else text


def euros(value: float, language: Language, digits: int = 2) -> str:
    """Write an amount in whole euros, or where it is large in millions with some digits.

    Examples
    --------
    >>> euros(12345.6, "en"), euros(1234567, "en")
    ('€12,346', '€1.23 million')
    """
    words = Words(language)
    if abs(value) >= 999_500:
        return words("quantity.millions", amount=number(value / 1e6, language, digits))
    return words("quantity.euros", amount=number(value, language))


def about_euros(value: float, language: Language) -> str:
    """Write a measured amount, of which no more than three figures are known.

    Examples
    --------
    >>> about_euros(499_357.1, "en"), about_euros(520_364_900.0, "en")
    ('€499,000', '€520 million')
    """
    shown = rounded(value, 3)
    return euros(shown, language, 2 - (abs(shown) >= 1e7) - (abs(shown) >= 1e8))


def euro_range(low: float, high: float, language: Language) -> str:
    """Write an interval of measured amounts; one amount where its ends read the same.

    Examples
    --------
    >>> euro_range(499_357.1, 499_457.2, "en"), euro_range(1, 2, "en")
    ('€499,000', '€1 to €2')
    """
    return between(about_euros(low, language), about_euros(high, language), language)


def between(low: str, high: str, language: Language) -> str:
    """Write an interval from its ends; one of them where they read the same."""
    return low if low == high else Words(language)("quantity.range", low=low, high=high)


def rounded(value: float, figures: int) -> float:
    """Round a number to significant figures.

    Examples
    --------
    >>> rounded(80647.3, 3), rounded(0.01234, 2), rounded(0.0, 3)
    (80600.0, 0.012, 0.0)
    """
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, figures - 1 - math.floor(math.log10(abs(value))))


def probability(value: float, language: Language) -> str:
    """Write a probability in per cent, never as 0 or 100 % where it is not certain.

    Examples
    --------
    >>> probability(0.42, "en"), probability(1.0, "en"), probability(0.001, "en")
    ('42%', '>\\xa099%', '<\\xa01%')
    """
    if value >= 0.995:
        return f">\N{NO-BREAK SPACE}{percent(0.99, language, 0)}"
    if value < 0.005:
        return f"<\N{NO-BREAK SPACE}{percent(0.01, language, 0)}"
    return percent(value, language, 0)


def value_of(value: object, unit: str, language: Language) -> str:
    """Write a parameter's value as a table shows it.

    Examples
    --------
    >>> value_of(0.35, "share", "en"), value_of(-0.01, "1/year", "en"), value_of(2500, "EUR", "en")
    ('35%', '−1%', '2,500')
    """
    words = Words(language)
    if isinstance(value, bool):
        return words("quantity.yes" if value else "quantity.no")
    if not isinstance(value, (int, float)):
        named = [_chosen(part, words) for part in str(value).split()]
        return ", ".join(named) if all(named) and named else str(value) or words("quantity.none")
    if unit in (*_SHARES, YEARLY):
        return percent(value, language, _digits(100 * value))
    if unit == "year":
        return f"{value:.0f}"
    return number(value, language, _digits(value))


def behind_value(unit: str, in_words: str) -> str:
    """Return a unit as it stands behind a value: of what, where the value has the per cent.

    Examples
    --------
    >>> behind_value("share of residents", "% of residents"), behind_value("km", "km")
    ('of residents', 'km')
    """
    return in_words.removeprefix("%").strip() if unit in _SHARES else in_words


def with_unit(text: str, unit: str, words: Words) -> str:
    """Write a value with its unit in words; euros as the language writes them.

    Examples
    --------
    >>> with_unit("25,000", "€ a month", Words("en")), with_unit("0.5", "", Words("en"))
    ('€25,000 a month', '0.5')
    """
    if unit.startswith("€"):
        return words("quantity.euros", amount=text) + unit[1:]
    return f"{text}\N{NO-BREAK SPACE}{unit}" if unit else text


def _chosen(part: str, words: Words) -> str:
    """Write a choice, or a kind of third place and their number; empty for other texts."""
    name, _, count = part.partition(":")
    label = next((k.label[words.language] for k in third_place_kinds() if k.name == name), "")
    if count:
        return words("quantity.of_kind", kind=label, number=count) if label else ""
    return label or words.choice(name)


def _digits(value: float) -> int:
    """Return the digits of a value, four significant ones at most."""
    if value == 0 or float(value).is_integer():
        return 0
    most = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:.{most}f}".rstrip("0")
    return len(text.partition(".")[2])


@dataclass(frozen=True)
class Quantity:
    """Notation of one measure.

    The unit is that of the measure; the effect below which nothing matters decides how many digits
    are shown.
    """

    unit: str
    smallest_relevant: float
    language: Language

    @property
    def is_share(self) -> bool:
        """Whether levels are per cent and changes percentage points."""
        return self.unit in _SHARES

    @property
    def scale(self) -> float:
        """Factor from the measure to what is shown."""
        return 100.0 if self.is_share else 1.0

    @property
    def digits(self) -> int:
        """Digits behind the decimal sign of a change."""
        relevant = self.smallest_relevant * self.scale
        return max(0, 1 - math.floor(math.log10(relevant) + 1e-9)) if relevant > 0 else 1

    def level(self, value: float) -> str:
        """Write a level, such as ``28.1%``."""
        if not math.isfinite(value):
            return Words(self.language)("quantity.unknown")
        write = percent if self.is_share else number
        return write(self._known(value), self.language, max(0, self.digits - 1))

    def change(self, value: float) -> str:
        """Write a change, with its sign."""
        if not math.isfinite(value):
            return Words(self.language)("quantity.unknown")
        return signed(self.scale * self._known(value), self.language, self.digits)

    def change_in_full(self, value: float) -> str:
        """Write a change with its unit, such as ``+0.02 points``."""
        return f"{self.change(value)} {self.unit_of_change(value)}".rstrip()

    def size(self, value: float) -> str:
        """Write the size of a change, without a sign and to two significant digits."""
        if not math.isfinite(value):
            return Words(self.language)("quantity.unknown")
        shown = rounded(self.scale * value, 2)
        return number(shown, self.language, _digits(shown))

    def shortfall(self, value: float) -> str:
        """Write by how much something falls short, to the digits of a change."""
        if not math.isfinite(value):
            return Words(self.language)("quantity.unknown")
        return number(self.scale * value, self.language, self.digits)

    def is_shown(self, value: float) -> bool:
        """Return whether a change is other than zero in the digits that are shown."""
        return round(self.scale * value, self.digits) != 0

    def size_range(self, low: float, high: float) -> str:
        """Write the sizes of two changes; one where they read the same."""
        return between(self.size(low), self.size(high), self.language)

    @property
    def change_unit(self) -> str:
        """Unit of a change in words."""
        words = Words(self.language)
        return words("quantity.points") if self.is_share else words.unit(self.unit)

    def unit_of_change(self, value: float) -> str:
        """Return the unit behind a change, which agrees with it.

        Examples
        --------
        >>> shares = Quantity("share", 0.01, "fr")
        >>> shares.unit_of_change(-0.0188), shares.unit_of_change(0.02)
        ('point', 'points')
        """
        shown = round(self.scale * value, self.digits) if math.isfinite(value) else value
        return Words(self.language).unit("points" if self.is_share else self.unit, shown)

    def with_unit(self, label: str) -> str:
        """Add the unit of a change to the words of a measure."""
        return f"{label} ({self.change_unit})" if self.change_unit else label

    def level_in_full(self, value: float) -> str:
        """Write a level with its unit, such as ``1 project``."""
        unit = "" if self.is_share else Words(self.language).unit(self.unit, self._shown(value))
        return f"{self.level(value)} {unit}".rstrip()

    def _known(self, value: float) -> float:
        """Keep the figures that are known: three of money."""
        return rounded(value, 3) if self.unit.startswith("EUR") else value

    def _shown(self, value: float) -> float:
        return round(value, max(0, self.digits - 1)) if math.isfinite(value) else value

    @property
    def level_unit(self) -> str:
        """Unit of a level in words."""
        return Words(self.language).unit(self.unit)

    def interval(self, low: float, high: float) -> str:
        """Write an interval of changes, such as ``−0.1 to +0.3``."""
        return between(self.change(low), self.change(high), self.language)

    def lies(self, low: float, high: float) -> str:
        """Say where a change lies: between two others, or near one where they read the same."""
        ends = self.change(low), self.change(high)
        key = "quantity.near" if ends[0] == ends[1] else "quantity.between"
        return Words(self.language)(key, low=ends[0], high=ends[1])
