"""Sources of numbers, in the language of the reader.

Sources are declared in English, next to their numbers. ``sources.toml`` of a language pairs each
with its translation, so that one of a user's own file stays as its author wrote it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sim.words import folders
from sim.words.folders import Language
from sim.words.language import typeset


def source_in(source: str, language: Language) -> str:
    """Return a source in a language, or as it is if the language does not have it.

    Examples
    --------
    >>> source_in("no end is planned", "fr")
    "aucune fin n'est prévue"
    >>> source_in("register of the town hall", "fr")
    'register of the town hall'
    """
    known = _sources(folders.FOLDER / language / "sources.toml")
    return typeset(known[source], language) if source in known else source


@cache
def _sources(path: Path) -> Mapping[str, str]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
