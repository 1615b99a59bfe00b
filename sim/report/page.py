"""A report as one HTML page that needs nothing from anywhere, and its pictures as files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import jinja2

from sim.figures.style import Picture
from sim.language import Language
from sim.report.answer import answer, key_facts, question, title
from sim.report.blocks import Cards, Gallery, Section
from sim.report.certainty import displacement, open_questions, variance
from sim.report.courses import courses
from sim.report.effects_table import effects_section
from sim.report.facts import Facts
from sim.report.limits import again, limits
from sim.report.map_section import map_section
from sim.report.money_section import cost_section, money_section
from sim.report.settings_section import assumptions, settings
from sim.report.stakes import stakes
from sim.report.words import Words

if TYPE_CHECKING:
    from sim.comparison.comparison import Comparison

__all__ = ["write_report"]

FOLDER: Final = Path(__file__).with_name("page")


def write_report(
    comparison: Comparison,
    language: Language,
    *,
    elsewhere: Sequence[Comparison] = (),
    png: bool = False,
) -> dict[str, bytes]:
    """Write the report of a comparison.

    Parameters
    ----------
    comparison : Comparison
    language : {"en", "fr"}
    elsewhere : sequence of Comparison, optional
        The same interventions in other territories, for the stake of implantation.
    png : bool
        Give each picture as PNG, too.

    Returns
    -------
    dict of str to bytes
        Content by path: ``report.html``, which stands alone, and ``figures/*.svg``. The same
        comparison gives the same bytes.
    """
    words = Words(language)
    facts = Facts(comparison, language)
    others = [Facts(other, language) for other in elsewhere]
    sections = (
        answer(facts, words),
        stakes(facts, others, words),
        courses(facts, words),
        effects_section(facts, words),
        map_section(facts, words),
        cost_section(facts, words),
        money_section(facts, words),
        displacement(facts, words),
        variance(facts, words),
        open_questions(facts, words),
        settings(facts, words),
        limits(facts, words),
        again(facts, words),
        assumptions(facts, words),
    )
    footer = [
        words("page.caveat"),
        words("page.footer", package=facts.package_version, model=facts.model_version),
    ]
    drawn = {picture.name: picture.svg() for picture in _pictures(sections)}
    page = _environment().get_template("report.html").render(
        language=language,
        title=title(facts, words),
        kicker=words("page.kicker"),
        question=question(facts, words),
        facts=key_facts(facts, words),
        contents=words("page.contents"),
        sections=sections,
        footer=footer,
        style=(FOLDER / "style.css").read_text(encoding="utf-8"),
        inline=lambda picture: _inline(drawn[picture.name]),
    )  # fmt: skip
    files = {"report.html": page.encode() + b"\n"}
    files |= {f"figures/{name}.svg": svg for name, svg in drawn.items()}
    if png:
        files |= {f"figures/{p.name}.png": p.png() for p in _pictures(sections)}
    return files


def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _pictures(sections: Sequence[Section]) -> Iterator[Picture]:
    for section in sections:
        for block in section.blocks:
            if isinstance(block, Gallery):
                yield from (tile.picture for tile in block.tiles)
            elif isinstance(block, Cards):
                yield from (card.picture for card in block.cards if card.picture)


def _inline(svg: bytes) -> str:
    """A picture as part of a page: without prologue, metadata, fixed size and styles for all."""
    text = svg.decode()
    text = text[text.index("<svg ") :]
    text = re.sub(r"\s*<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r'\s*<style type="text/css">.*?</style>', "", text, flags=re.DOTALL)
    text = re.sub(r'(<svg [^>]*?) width="[^"]*" height="[^"]*"', r"\1", text, count=1)
    return _shorter(text)


def _shorter(text: str) -> str:
    """Without what says nothing: comments, empty definitions, and the ids of groups."""
    text = re.sub(r"\s*<!--.*?-->", "", text, flags=re.DOTALL)
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', text))
    text = re.sub(r' id="([^"]+)"', lambda found: found[0] if found[1] in used else "", text)
    return re.sub(r"\s*\n\s*", "\n", text)
