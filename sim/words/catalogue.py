"""The words of reports: one catalogue with English and French side by side."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Final

from sim.words.language import NARROW, Language

__all__ = ["Words", "catalogue", "typeset"]

CATALOGUE: Final = Path(__file__).with_name("report.toml")

_NO_BREAK: Final = "\N{NO-BREAK SPACE}"
_FRENCH: Final = (
    (re.compile(r" (?=[;!?%€]|M€)"), NARROW),
    (re.compile(r" (?=[:»])"), _NO_BREAK),
    (re.compile(r"(?<=«) "), _NO_BREAK),
    (re.compile(r"(?<=\d) (?=\d{3}\b)"), NARROW),
)
"""Spaces of French typography that must not break, and those that are narrow."""


def typeset(text: str, language: Language) -> str:
    """Put the spaces of French typography where a plain keyboard leaves ordinary ones.

    Examples
    --------
    >>> typeset("Quoi ?", "fr") == "Quoi\N{NARROW NO-BREAK SPACE}?"
    True
    >>> typeset("Quoi ?", "en")
    'Quoi ?'
    """
    if language == "fr":
        for pattern, space in _FRENCH:
            text = pattern.sub(space, text)
    return text


@cache
def catalogue(path: Path = CATALOGUE) -> dict[str, dict[str, str]]:
    """All words by key, ``section.name``, then by language.

    Parameters
    ----------
    path : Path
        Of the catalogue; that of reports by default.

    Returns
    -------
    dict of dict of str
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": texts
        for section, entries in content.items()
        for name, texts in entries.items()
    }


class Words:
    """The catalogue in one language.

    Parameters
    ----------
    language : {"en", "fr"}
    path : Path
        Of the catalogue; that of reports by default.
    """

    def __init__(self, language: Language, path: Path = CATALOGUE) -> None:
        self.language = language
        self._catalogue = catalogue(path)

    def __call__(self, key: str, /, **values: Any) -> str:
        """Words by their key, with values filled in.

        Raises
        ------
        KeyError
            If the catalogue lacks the key, or the words need a value that is not given.
        """
        text = typeset(self._catalogue[key][self.language], self.language)
        return text.format(**values)

    def knows(self, key: str) -> bool:
        """Whether the catalogue has the key."""
        return key in self._catalogue

    def unit(self, unit: str) -> str:
        """A unit in words; one that the catalogue does not know stays as it is."""
        key = f"unit.{unit}"
        return self(key) if self.knows(key) else unit
