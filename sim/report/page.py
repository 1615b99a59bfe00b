"""A report as one HTML page that needs nothing from anywhere, and its pictures as files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import jinja2

from sim.figures.style import Picture
from sim.report.blocks import Block, Cards, Fold, Gallery, Section
from sim.words.catalogue import Words
from sim.words.folders import Language

FOLDER: Final = Path(__file__).with_name("page")

_IMAGE: Final = re.compile(r"<image [^>]*/>")


def render_page(
    language: Language,
    *,
    title: str,
    kicker: str,
    question: str,
    facts: Sequence[tuple[str, str]],
    sections: Sequence[Section],
    versions: tuple[str, str],
    png: bool,
    appendix: Sequence[Section] = (),
) -> dict[str, bytes]:
    """Lay sections out as a page: the first printed alone, the appendix after all others.

    Content by path: ``report.html``, which stands alone, and ``figures/*.svg``.
    """
    words = Words(language)
    pictures = list(_pictures([b for s in (*sections, *appendix) for b in s.blocks]))
    drawn = {picture.name: picture.svg() for picture in pictures}
    package, model = versions
    page = _template().render(
        language=language,
        title=title,
        kicker=kicker,
        question=question,
        facts=facts,
        said={key: words(f"page.{key}") for key in ("contents", "appendix", "folded")},
        sections=sections,
        appendix=appendix,
        footer=[words("page.caveat"), words("page.footer", package=package, model=model)],
        style=(FOLDER / "style.css").read_text(encoding="utf-8"),
        inline=lambda picture: _inline(drawn[picture.name]),
    )  # fmt: skip
    files = {"report.html": _once(page).encode() + b"\n"}
    files |= {f"figures/{name}.svg": svg for name, svg in drawn.items()}
    if png:
        files |= {f"figures/{picture.name}.png": picture.png() for picture in pictures}
    return files


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def _pictures(blocks: Sequence[Block]) -> Iterator[Picture]:
    for block in blocks:
        if isinstance(block, Gallery):
            yield from (tile.picture for tile in block.tiles)
        elif isinstance(block, Cards):
            yield from (card.picture for card in block.cards if card.picture)
        elif isinstance(block, Fold):
            yield from _pictures(block.blocks)


def _once(page: str) -> str:
    """Return a page with each image written once: the streets of a town lie under all its maps.

    Examples
    --------
    >>> _once('<image x="1"/><image x="2"/><image x="1"/>')
    '<image id="image-0" x="1"/><image x="2"/><use href="#image-0"/>'
    """
    number = Counter(_IMAGE.findall(page))
    named: dict[str, str] = {}

    def write(found: re.Match[str]) -> str:
        image = found[0]
        if number[image] == 1:
            return image
        if image in named:
            return f'<use href="#{named[image]}"/>'
        named[image] = f"image-{len(named)}"
        return f'<image id="{named[image]}" {image.removeprefix("<image ")}'

    return _IMAGE.sub(write, page)


def _inline(svg: bytes) -> str:
    """Return a picture as part of a page.

    Without prologue, metadata, fixed size, global styles, comments, and ids that nothing refers to.
    """
    text = svg.decode()
    text = text[text.index("<svg ") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s*<style type="text/css">.*?</style>', "", text, flags=re.DOTALL)
    text = re.sub(r'(<svg [^>]*?) width="[^"]*" height="[^"]*"', r"\1", text, count=1)
    text = re.sub(r"\s*<!--.*?-->", "", text, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", text)
    return re.sub(r"\s*\n\s*", "\n", text)
