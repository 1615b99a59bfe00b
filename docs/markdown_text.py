"""Pieces of Markdown that several generated pages use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sim.words.folders import ENGLISH, languages


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table in Markdown."""

    def line(cells: Sequence[Any]) -> str:
        return "| " + " | ".join(str(c).replace("|", "\\|") for c in cells) + " |\n"

    return line(head) + line(["---"] * len(head)) + "".join(line(row) for row in rows) + "\n"


def in_all(texts: Mapping[str, str], between: str = "<br>") -> str:
    """A text in every language, English first and the others in italics."""
    others = (f"*{texts[lang]}*" for lang in languages() if lang != ENGLISH)
    return between.join((texts[ENGLISH], *others))


def code(names: Iterable[str]) -> str:
    """Names in code type, or a dash."""
    return ", ".join(f"`{n}`" for n in names) or "-"


def number(value: Any) -> str:
    """A value as written in a scenario."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else f"{value:d}"
