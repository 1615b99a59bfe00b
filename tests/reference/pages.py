"""Reading of reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any, Final

from sim.experiments.results import Results
from sim.report.blocks import Block, Fold, Section, Table
from sim.report.facts import Facts
from sim.report.sections.answer import answer
from sim.report.sections.headline_cards import headline_cards

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Reads a page strictly: every tag is closed in its turn."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.own_words: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(content.decode())
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        assert len(found) == len(attrs), f"an attribute of {tag} is given twice"
        self.tags.append((tag, found))
        foreign = self._is_foreign() or found.get("translate") == "no"
        foreign = foreign or (len(self._open) > 0 and "lang" in found)
        if not foreign:
            self.own_words += [found[a] or "" for a in ("aria-label", "title") if a in found]
        if tag not in VOID:
            self._open.append((tag, foreign or tag == "style"))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self._open[-1][0], data.strip()))
            if not self._is_foreign():
                self.own_words.append(data.strip())

    def _is_foreign(self) -> bool:
        return any(foreign for _, foreign in self._open)

    def text(self, *tags: str) -> str:
        """All text, or that directly within some tags."""
        return "\n".join(t for tag, t in self.texts if tag != "style" and (not tags or tag in tags))

    def having(self, attribute: str) -> list[str]:
        return [a[attribute] or "" for _, a in self.tags if attribute in a]


def said(section: Section | None) -> str:
    """All words of a section."""
    assert section is not None
    return "\n".join(_texts(section.blocks))


def _texts(blocks: Sequence[Block]) -> list[str]:
    texts: list[str] = []
    for block in blocks:
        content: Any = block
        match block.kind:
            case "bullets":
                texts += content.items
            case "table":
                texts += [content.caption, *content.heads]
                texts += [f"{c.text} {c.below}" for row in content.rows for c in row]
            case "cards":
                for card in content.cards:
                    texts += [card.measure, card.verdict, card.effect, *card.sentences]
            case "paragraph" | "subhead" | "code":
                texts.append(content.text)
            case "fold":
                texts += [content.summary, *_texts(content.blocks)]
    return texts


def tables_of(section: Section | None) -> list[Table]:
    """All tables of a section, folded ones too."""
    assert section is not None
    folded = [b for block in section.blocks if isinstance(block, Fold) for b in block.blocks]
    return [b for b in (*section.blocks, *folded) if isinstance(b, Table)]


CLUMSY: Final = (
    r"\b([\d,]+) (?:of|des|sur) \1 (?:variants|variantes)",  # all of them
    r"\b(?:in|dans) 0 (?:of|des) |\b0 (?:variants|variantes)\b",  # none of them
    r"\b(?:at most|au plus) 0(?:[.,]0+)? (?:short|en deçà)",  # as good as the best
    r"% ?%",
    r"\b1 (?:variantes|variants|simulations) ",
)
"""Clumsy phrases for some of all variants, for a gap, for a share."""


def check_page(content: bytes, language: str) -> Page:
    """Check that a page is complete, in one language, without placeholders."""
    page = Page(content)
    text = page.text()
    assert not re.search(r"\b(nan|NaN|inf)\b", text)
    labels = page.having("aria-label")
    assert all(len(label.split()) > 3 and "nan" not in label.split() for label in labels)
    links = [v for a in ("href", "xlink:href", "src") for v in page.having(a)]
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)
    ids = page.having("id")
    assert len(ids) == len(set(ids))
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "img", "form"}
    assert len(content) < 1_500_000
    plain = re.sub(r"\s", " ", f"{text} {' '.join(labels)}")
    for clumsy in CLUMSY:
        assert not re.search(clumsy, plain), re.findall(f".{{0,60}}(?:{clumsy}).{{0,60}}", plain)
    if language == "fr":
        own = " ".join(page.own_words)
        english = r"\b(the|of|with|without|and|is|are|from|which|months|shops|to|a month)\b"
        assert re.findall(english, own) == []
        for words in page.own_words:
            assert not re.search(r"\w [;:!?%€»]|« ", words), words
    return page


def answered(found: Results, language: str = "en") -> str:
    """The text of the answer of a report, and of what is behind it."""
    facts = Facts(found, language)
    behind = headline_cards(facts)
    return said(answer(facts)) + (f"\n{said(behind)}" if behind else "")
