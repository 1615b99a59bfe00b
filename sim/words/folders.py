"""Languages are the folders of this room: a language is there as soon as its folder is.

Apart from `sim.words.language`, since the command line names languages without need of locales.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from sim.errors import InputError, nearest

FOLDER: Final = Path(__file__).parent

ENGLISH: Final = "en"
"""The language of declarations, for whatever another language does not say."""

Language = str
"""Name of a language's folder, such as "en" or "fr"."""


def languages() -> tuple[Language, ...]:
    """Return the languages that have a folder, English first."""
    return _languages(FOLDER)


@cache
def _languages(folder: Path) -> tuple[Language, ...]:
    found = (path.parent.name for path in folder.glob("*/language.toml"))
    return tuple(sorted(found, key=lambda name: (name != ENGLISH, name)))


def check_language(name: str) -> Language:
    """Return the language of that name.

    Raises
    ------
    InputError
        If it has no folder.
    """
    known = languages()
    if name not in known:
        raise InputError(f"lang = {name!r}: expected {' or '.join(known)}.{nearest(name, known)}")
    return name
