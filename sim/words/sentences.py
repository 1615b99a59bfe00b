"""Sentences of the program, such as errors, in the language of their reader.

The program raises English. ``errors.toml`` of a language pairs each English sentence with its
translation; names in braces stand for what differs from case to case::

    "unknown scenario '{name}'.{hint}" = "territoire « {name} » inconnu.{hint}"

So sentences are translated where they are read, those of saved results included.
"""

from __future__ import annotations

import re
import string
import tomllib
from functools import cache
from pathlib import Path

from sim.words import folders
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number, typeset

_NUMBER = re.compile(r"-?\d{1,3}((,\d{3})+(\.\d+)?|\.\d+)|-?\d+\.\d+")
"""A number with commas or decimals: all others are written alike, and may be years or seeds."""


def translated(sentence: str, language: Language) -> str:
    """Return an English sentence of the program in a language, or as it is if it is not known.

    Parts of it that are sentences or numbers themselves are translated, too.

    Examples
    --------
    >>> translated("unknown parameter 'sise'. Did you mean 'size'?", "fr")[:35]
    'paramètre «\N{NO-BREAK SPACE}sise\N{NO-BREAK SPACE}» inconnu. Vouliez'
    """
    for pattern, translation in _pairs(folders.FOLDER / language / "errors.toml"):
        if found := pattern.fullmatch(sentence):
            parts = {name: _part(name, part, language) for name, part in found.groupdict().items()}
            return typeset(translation, language).format(**parts)
    return sentence


def _part(name: str, part: str, language: Language) -> str:
    if name == "unit":
        return Words(language).unit(part)
    if _NUMBER.fullmatch(part):
        return number(float(part.replace(",", "")), language, len(part.partition(".")[2]))
    return translated(part, language)


@cache
def _pairs(path: Path) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return patterns and translations, those with most words of their own first."""
    if not path.exists():
        return ()
    pairs = tomllib.loads(path.read_text(encoding="utf-8"))
    ranked = sorted(pairs, key=lambda sentence: -len(re.sub(r"{\w+}", "", sentence)))
    return tuple((_pattern(sentence), pairs[sentence]) for sentence in ranked)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = string.Formatter().parse(sentence)
    text = "".join(
        re.escape(words) + (f"(?P<{name}>.*?)" if name else "") for words, name, _, _ in parts
    )
    return re.compile(text, re.DOTALL)
