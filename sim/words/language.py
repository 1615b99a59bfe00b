"""Numbers and spans of time as English and French write them."""

from __future__ import annotations

from typing import Final, Literal

from sim.errors import InputError, nearest

__all__ = ["LANGUAGES", "Language", "check_language", "colon", "number", "percent", "span"]

Language = Literal["en", "fr"]

LANGUAGES: Final = ("en", "fr")

NARROW: Final = "\N{NARROW NO-BREAK SPACE}"
"""What French groups thousands and precedes a percent sign with."""

MINUS: Final = "\N{MINUS SIGN}"


def check_language(name: str) -> Language:
    """A language that things are said in.

    Raises
    ------
    InputError
        If it is neither English nor French.
    """
    for language in LANGUAGES:
        if name == language:
            return "fr" if language == "fr" else "en"
    raise InputError(f"--lang {name}: expected en or fr.{nearest(name, LANGUAGES)}")


def number(value: float, language: Language, digits: int = 0) -> str:
    """A number.

    Parameters
    ----------
    value : float
    language : {"en", "fr"}
    digits : int
        Digits behind the decimal sign.

    Returns
    -------
    str

    Examples
    --------
    >>> number(1234.5, "en", 1)
    '1,234.5'
    >>> number(1234.5, "fr", 1) == "1\N{NARROW NO-BREAK SPACE}234,5"
    True
    """
    text = f"{value:,.{digits}f}"
    if not text.strip("-0.,"):
        text = text.lstrip("-")
    text = text.replace("-", MINUS)
    if language == "fr":
        text = text.replace(",", NARROW).replace(".", ",")
    return text


def percent(share: float, language: Language, digits: int = 1) -> str:
    """A share in per cent.

    Examples
    --------
    >>> percent(0.1234, "en")
    '12.3%'
    >>> percent(0.1234, "fr") == "12,3\N{NARROW NO-BREAK SPACE}%"
    True
    """
    return number(100 * share, language, digits) + (f"{NARROW}%" if language == "fr" else "%")


def colon(language: Language) -> str:
    """A colon with the spaces around it."""
    return "\N{NO-BREAK SPACE}: " if language == "fr" else ": "


def span(months: int, language: Language) -> str:
    """A length of time in years where it is whole years, else in months.

    Examples
    --------
    >>> span(240, "en"), span(12, "fr"), span(18, "fr")
    ('20 years', '1 an', '18 mois')
    """
    years, rest = divmod(months, 12)
    if rest or not years:
        word = "mois" if language == "fr" else ("month" if months == 1 else "months")
        return f"{months} {word}"
    word = ("an" if years == 1 else "ans") if language == "fr" else (
        "year" if years == 1 else "years"
    )  # fmt: skip
    return f"{years} {word}"
