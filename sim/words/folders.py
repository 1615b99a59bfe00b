"""The languages, one folder of this package each.

Separate from `sim.words.language`, since the command line lists languages without loading locales.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from sim.errors import InputError, nearest

FOLDER: Final = Path(__file__).parent

ENGLISH: Final = "en"
"""The language of declarations and the fallback of all others."""

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
        If the language has no folder.
    """
    known = languages()
    if name not in known:
        raise InputError(f"lang = {name!r}: expected {' or '.join(known)}.{nearest(name, known)}")
    return name
