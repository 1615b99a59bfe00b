"""Words by key, from the TOML files of a language.

``fr/report.toml`` and its neighbours share one space of keys: ``[answer] nothing = "..."`` has the
key ``answer.nothing`` whatever file it stands in. Words that depend on a number are a table of the
plural forms that CLDR gives the language, chosen by ``count``::

    [story]
    closed = { one = "{count} shop closed", other = "{count} shops closed" }
"""

from __future__ import annotations

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

_OWN_FILES: Final = ("language.toml", "errors.toml")


def catalogue(language: Language) -> Mapping[str, str | dict[str, str]]:
    """Return the words of a language by key, without those it leaves to English.

    Raises
    ------
    ValueError
        If two files of the language have the same key.
    """
    return _catalogue(folders.FOLDER / language)


@cache
def _catalogue(folder: Path) -> dict[str, str | dict[str, str]]:
    found: dict[str, str | dict[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
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


class Words:
    """The catalogue in one language, with English for what it lacks.

    Examples
    --------
    >>> Words("fr")("quantity.range", low="1", high="2")
    '1 à 2'
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self._catalogue = {**catalogue(ENGLISH), **catalogue(language)}

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the words of a key with values filled in.

        Parameters
        ----------
        key : str
            ``section.name``.
        **values
            What stands in braces. ``count`` chooses the plural form, and is written as the
            language writes numbers; all other values are written by the caller.

        Raises
        ------
        KeyError
            If the catalogue lacks the key, or the words need a value that is not given.
        """
        text, count = self.template(key), values.get("count")
        if isinstance(text, dict):
            form = conventions(self.language).locale.plural_form(values["count"])
            text = text.get(form, text["other"])
        if isinstance(count, int | float):
            values["count"] = number(count, self.language)
        return text.format(**values)

    def template(self, key: str) -> str | dict[str, str]:
        """Return the words of a key with their braces; plural forms as a table."""
        text = self._catalogue[key]
        if isinstance(text, dict):
            return {form: typeset(one, self.language) for form, one in text.items()}
        return typeset(text, self.language)

    def knows(self, key: str) -> bool:
        """Whether the catalogue has the key."""
        return key in self._catalogue

    def unit(self, unit: str) -> str:
        """Return a unit in words; one that the catalogue does not know stays as it is."""
        key = f"unit.{unit}"
        return self(key) if self.knows(key) else unit


class Texts(Mapping[Language, str]):
    """A text in every language: ``texts["fr"]``.

    A language that is not written is looked up in its catalogue, and is English where it has none.

    Parameters
    ----------
    written : mapping of str to str
        By language, as in a declaration or a user's file.
    *keys : str
        Where catalogues have the others, the first that exists; none for a user's own words.
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
        return found if isinstance(found, str) else self.written.get(ENGLISH, "")

    def __iter__(self) -> Iterator[Language]:
        return iter(languages())

    def __len__(self) -> int:
        return len(languages())

    def __repr__(self) -> str:
        return f"Texts({dict(self.written)!r})"
