"""Reading of reports."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from sim.report.blocks import Section

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
            self.own_words += [
                found[a] or "" for a in ("aria-label", "data-head", "title") if a in found
            ]
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
    texts: list[str] = []
    for block in section.blocks:
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
    return "\n".join(texts)
