"""What a report is built from: sections of paragraphs, tables, pictures and cards.

Blocks hold finished words in one language; `page/report.html` alone says how they look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from sim.figures.style import Picture

__all__ = [
    "Block",
    "Bullets",
    "Card",
    "Cards",
    "Cell",
    "Code",
    "Gallery",
    "Paragraph",
    "Section",
    "Subhead",
    "Table",
    "Tile",
    "Tone",
]

Tone = Literal["good", "bad", "none", "open", ""]
"""How a verdict reads: wanted, unwanted, no relevant effect, not determinable."""


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``lead`` is set larger, ``note`` smaller."""

    text: str
    style: Literal["", "lead", "note"] = ""
    kind: str = "paragraph"


@dataclass(frozen=True)
class Subhead:
    """The heading of a part of a section."""

    text: str
    kind: str = "subhead"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]
    kind: str = "bullets"


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text : str
        What it says.
    below : str
        A second line in small print.
    code : str
        A name as code, below the text; never translated.
    tone : {"good", "bad", "none", "open", ""}
        Of a verdict, which is always said in the text as well.
    foreign : bool
        Whether the text stays in English whatever the language, as sources do.
    """

    text: str
    below: str = ""
    code: str = ""
    tone: Tone = ""
    foreign: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose first column heads the rows.

    Attributes
    ----------
    caption : str
        What it holds.
    heads : sequence of str
        Of the columns.
    rows : sequence of sequences of Cell
        As many cells as heads.
    words : sequence of int
        Columns of words, set to the left; all others but the first hold numbers.
    """

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    words: Sequence[int] = ()
    kind: str = "table"


@dataclass(frozen=True)
class Tile:
    """A picture with a caption."""

    picture: Picture
    caption: str = ""


@dataclass(frozen=True)
class Gallery:
    """Pictures side by side, ``columns`` of them where the page is wide."""

    tiles: Sequence[Tile]
    columns: int = 2
    caption: str = ""
    kind: str = "gallery"


@dataclass(frozen=True)
class Code:
    """A command or a program, to be copied."""

    label: str
    text: str
    kind: str = "code"


@dataclass(frozen=True)
class Card:
    """One answer.

    Attributes
    ----------
    measure : str
        What is asked.
    verdict : str
        The answer in a few words.
    symbol : str
        A sign beside it, for the eye alone.
    tone : {"good", "bad", "none", "open", ""}
        Sets the colour of the edge.
    effect : str
        The mean effect in figures; empty where it says nothing.
    sentences : sequence of str
        The interval and the level without the intervention, in words.
    picture : Picture or None
        The interval as a strip.
    """

    measure: str
    verdict: str
    symbol: str
    tone: Tone
    effect: str
    sentences: Sequence[str]
    picture: Picture | None = None


@dataclass(frozen=True)
class Cards:
    """Answers side by side."""

    cards: Sequence[Card]
    kind: str = "cards"


Block = Paragraph | Subhead | Bullets | Table | Gallery | Code | Cards


@dataclass(frozen=True)
class Section:
    """A part of the report with a heading and an anchor."""

    anchor: str
    title: str
    blocks: Sequence[Block] = field(default_factory=tuple)
