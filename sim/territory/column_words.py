"""Find the columns of a table by the words that people use for them."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

from sim.errors import InputError, nearest
from sim.territory.remedies import Refusal


def plain_word(text: str) -> str:
    """Return a word without capitals, accents and signs between its parts.

    Examples
    --------
    >>> plain_word(" Prêt-à-Porter ")
    'pret a porter'
    """
    plain = unicodedata.normalize("NFKD", text.replace("’", "'")).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9@:+]+", " ", plain.lower()).split())


@cache
def _words() -> tuple[dict[str, tuple[str, ...]], frozenset[str]]:
    content = tomllib.loads(
        files("sim.territory").joinpath("column_words.toml").read_text(encoding="utf-8")
    )
    words = {
        name: tuple(plain_word(w) for w in (name, *others))
        for name, others in content["words"].items()
    }
    return words, frozenset(content["once"])


def words_of(name: str) -> tuple[str, ...]:
    """Return the words by which a column is known, as `plain_word` writes them, best first."""
    return _words()[0][name]


def parse_columns(text: str) -> dict[str, str]:
    """Parse ``ind=Habitants,lon=X`` into the file's own column by name.

    Raise `InputError` if a name is unknown or a part has no equals sign.
    """
    known = _words()[0]
    columns = {}
    for part in text.split(","):
        name, sign, own = (piece.strip() for piece in part.partition("="))
        if not sign or not own:
            raise InputError(f"--columns {part!r}: expected NAME=ITS_NAME, such as ind=Habitants.")
        if name not in known:
            raise InputError(
                f"--columns {part!r}: {name!r} is none of {', '.join(known)}."
                + nearest(name, known)
            )
        columns[name] = own
    return columns


def columns_in(
    path: Path, header: Sequence[str], wanted: Collection[str], stated: Mapping[str, str]
) -> dict[str, str]:
    """Return a table's own names of the wanted columns, by name.

    Raise `InputError` if a wanted column stands twice, or two words mean the same column that may
    stand once.
    """
    by_word: dict[str, list[str]] = {}
    for own in header:
        by_word.setdefault(plain_word(own), []).append(own)
    found: dict[str, str] = {}
    for name in wanted:
        words, once = words_of(name), name in _words()[1]
        if name in stated:
            words, once = (plain_word(stated[name]),), True
        present = [word for word in words if word in by_word]
        if not present:
            continue
        same = by_word[present[0]]
        if len(same) > 1:
            raise InputError(f"{path} has two columns called {same[0].strip().lower()!r}.")
        if once and present[0] != words[0] and len(present) > 1:
            names = " and ".join(by_word[word][0] for word in present[:3])
            raise Refusal(f"{path} has {names}, each of which may be {name!r}", "column", name=name)
        found[name] = same[0]
    return found
