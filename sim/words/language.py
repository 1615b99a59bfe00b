"""Format numbers, dates, spans of time and signs in each language.

The ``language.toml`` of a language states its own name, its CLDR locale for plurals, numbers and
dates, and its typography.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from sim.words import folders
from sim.words.folders import Language

MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class Conventions:
    """Name of a language in the language, locale, and replacements of ordinary spaces."""

    name: str
    locale: Locale
    typography: tuple[tuple[re.Pattern[str], str], ...]


def conventions(language: Language) -> Conventions:
    """Load the conventions of a language from its ``language.toml``."""
    return _conventions(folders.FOLDER, language)


@cache
def _conventions(folder: Path, language: Language) -> Conventions:
    path = folder / language / "language.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    rules = content.get("typography", {})
    return Conventions(
        name=content["name"],
        locale=Locale.parse(content["locale"]),
        typography=tuple((re.compile(pattern), sign) for pattern, sign in rules.items()),
    )


def typeset(text: str, language: Language) -> str:
    """Replace ordinary spaces by those of a language's typography.

    Examples
    --------
    >>> typeset("Quoi ?", "fr") == "Quoi\N{NARROW NO-BREAK SPACE}?"
    True
    >>> typeset("Quoi ?", "en")
    'Quoi ?'
    """
    for pattern, sign in conventions(language).typography:
        text = pattern.sub(sign, text)
    return text


def number(value: float, language: Language, digits: int = 0) -> str:
    """Format a number with so many decimals.

    Examples
    --------
    >>> number(1234.5, "en", 1)
    '1,234.5'
    >>> number(1234.5, "fr", 1) == "1\N{NARROW NO-BREAK SPACE}234,5"
    True
    """
    locale = conventions(language).locale
    return format_decimal(_rounded(value, digits), _pattern(digits), locale).replace("-", MINUS)


def percent(share: float, language: Language, digits: int = 1) -> str:
    """Format a share in per cent.

    Examples
    --------
    >>> percent(0.1234, "en")
    '12.3%'
    >>> percent(0.1234, "fr") == "12,3\N{NARROW NO-BREAK SPACE}%"
    True
    """
    locale = conventions(language).locale
    pattern = locale.percent_formats[None].pattern.replace("#,##0", _pattern(digits))
    text = format_percent(_rounded(100 * share, digits) / 100, pattern, locale=locale)
    return typeset(text.replace("-", MINUS), language)


def _pattern(digits: int) -> str:
    return "#,##0" + ("." + digits * "0" if digits else "")


def _rounded(value: float, digits: int) -> Decimal:
    """Round like Python's own formats; a zero has no sign."""
    return Decimal(f"{value:.{digits}f}") + 0


def span(months: int, language: Language, *, in_months: bool = False) -> str:
    """Format a length of time in whole years, else or if asked in months.

    Examples
    --------
    >>> span(240, "en"), span(12, "fr"), span(18, "fr"), span(24, "en", in_months=True)
    ('20 years', '1 an', '18 mois', '24 months')
    """
    years, rest = divmod(months, 12)
    is_odd = in_months or rest or not years
    amount, unit = (months, "month") if is_odd else (years, "year")
    text = format_unit(amount, unit, locale=conventions(language).locale)
    return text.replace("\N{NO-BREAK SPACE}", " ")


def calendar_month(year: int, month: int, language: Language) -> str:
    """Format a calendar month.

    Examples
    --------
    >>> calendar_month(2025, 1, "fr")
    'janvier 2025'
    """
    from babel.dates import format_skeleton  # slow to import

    first = datetime.date(year, month, 1)
    return format_skeleton("yMMMM", first, locale=conventions(language).locale)
