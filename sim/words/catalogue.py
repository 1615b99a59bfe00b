"""Texts by key, from the TOML files of a language.

All files of a language share one key space: ``[answer] nothing = "..."`` has the key
``answer.nothing`` in any file. A text that depends on a number is a table of the language's CLDR
plural forms, chosen by ``count``::

    [story]
    closed = { one = "{count} shop closed", other = "{count} shops closed" }
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from sim.words import folders
from sim.words.folders import ENGLISH, Language, languages
from sim.words.language import conventions, number, typeset

PLURALS: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
"""The plural forms of CLDR."""

_OWN_FILES: Final = ("language.toml", "errors.toml", "sources.toml")


def catalogue(language: Language) -> Mapping[str, str | dict[str, str]]:
    """Return the texts of a language by key, without the English fallback.

    Raises
    ------
    ValueError
        If two files of the language have the same key.
    """
    return _catalogue(folders.FOLDER, language)


@cache
def _catalogue(folder: Path, language: Language) -> dict[str, str | dict[str, str]]:
    found: dict[str, str | dict[str, str]] = {}
    for path in sorted((folder / language).glob("*.toml")):
        if path.name in _OWN_FILES:
            continue
        for key, text in _flat(tomllib.loads(path.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(f"{path}: '{key}' stands in another file of the language, too.")
            found[key] = text
    return found


def _flat(content: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str | dict[str, str]]]:
    for key, value in content.items():
        if isinstance(value, dict) and not set(value) <= PLURALS:
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


@cache
def _with_english(folder: Path, language: Language) -> dict[str, str | dict[str, str]]:
    return _catalogue(folder, ENGLISH) | _catalogue(folder, language)


class Words:
    """The catalogue in one language, with English as the fallback.

    Examples
    --------
    >>> Words("fr")("quantity.range", low="1", high="2")
    '1 à 2'
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._catalogue = _with_english(folders.FOLDER, language)

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the words of a key, ``section.name``, with values of its placeholders.

        ``count`` chooses the plural form and is formatted by the language; the caller formats all
        other values.

        Raises
        ------
        KeyError
            If the catalogue lacks the key, or a value is missing.
        """
        text, count = self.template(key), values.get("count")
        if isinstance(text, dict):
            form = conventions(self.language).locale.plural_form(values["count"])
            text = text.get(form, text["other"])
        if isinstance(count, int | float):
            values["count"] = number(count, self.language)
        return text.format(**values)

    def template(self, key: str) -> str | dict[str, str]:
        """Return the text of a key with its placeholders; plural forms as a table."""
        text = self._catalogue[key]
        if isinstance(text, dict):
            return {form: typeset(one, self.language) for form, one in text.items()}
        return typeset(text, self.language)

    def knows(self, key: str) -> bool:
        """Return whether the catalogue has the key."""
        return key in self._catalogue

    def unit(self, unit: str, of: float = math.nan) -> str:
        """Return a unit in words, as it stands behind a number; unknown units stay as they are.

        Examples
        --------
        >>> Words("en").unit("places"), Words("en").unit("places", 1)
        ('places', 'place')
        """
        key = f"unit.{unit}"
        if not self.knows(key):
            return unit
        text = self.template(key)
        if isinstance(text, str):
            return text
        whole = int(of) if math.isfinite(of) and of == int(of) else of
        rule = conventions(self.language).locale.plural_form
        return text.get(rule(whole) if math.isfinite(of) else "other", text["other"])

    def choice(self, value: str) -> str:
        """Return the words of a choice of a lever or parameter; empty where it has none."""
        key = f"choices.{value}"
        return self(key) if self.knows(key) else ""


class Texts(Mapping[Language, str]):
    """A text in every language: ``texts["fr"]``.

    Other languages come from their catalogues, with English as the fallback.

    Parameters
    ----------
    written : mapping of str to str
        Texts by language, as in a declaration or a user's file.
    *keys : str
        Keys of the other languages in catalogues, the first that exists; none for user texts.
    """

    def __init__(self, written: Mapping[Language, str], *keys: str) -> None:
        self.written, self.paths = written, keys

    def __getitem__(self, language: Language) -> str:
        if language not in languages():
            raise KeyError(language)
        if language in self.written:
            return self.written[language]
        known = catalogue(language)
        found = next((known[path] for path in self.paths if path in known), None)
        if isinstance(found, str):
            return found
        return self.written.get(ENGLISH) or next(iter(self.written.values()), "")

    def has(self, language: Language) -> bool:
        """Return whether there is a text in the language itself."""
        return language in self.written or any(path in catalogue(language) for path in self.paths)

    def __iter__(self) -> Iterator[Language]:
        return iter(languages())

    def __len__(self) -> int:
        return len(languages())

    def __repr__(self) -> str:
        return f"Texts({dict(self.written)!r})"
