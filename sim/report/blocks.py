"""Blocks of a report: sections of paragraphs, tables, pictures and cards.

Blocks hold finished words in one language; `page/report.html` alone says how they look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sim.figures.style import Picture

Tone = Literal["good", "bad", "none", "open", ""]
"""Readings of a verdict: wanted, unwanted, no relevant effect, not determinable."""


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

    `below` is a second line in small print; `code` a name that is never translated. The tone is
    that of a verdict, which the text states as well. Foreign text, such as a source, stays in
    English whatever the language.
    """

    text: str
    below: str = ""
    code: str = ""
    tone: Tone = ""
    foreign: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose first column heads the rows.

    Columns in `words` are set to the left; all others but the first hold numbers.
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
    """Pictures side by side, ``columns`` of them where the page is wide; 0 for one as wide."""

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
class Fold:
    """Details that most readers skip: folded on a screen, and printed only if unfolded."""

    summary: str
    blocks: Sequence[Block]
    kind: str = "fold"


@dataclass(frozen=True)
class Card:
    """The answer on one measure.

    The verdict in a few words, with a symbol for the eye alone and a tone that colours the edge;
    the mean effect in figures, where it says something; sentences; and the interval as a strip.
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


Block = Paragraph | Subhead | Bullets | Table | Gallery | Code | Cards | Fold


@dataclass(frozen=True)
class Section:
    """A part of the report with a heading and an anchor."""

    anchor: str
    title: str
    blocks: Sequence[Block]
