"""The section of effects over time."""

from __future__ import annotations

from sim.report.answer import BESIDE_CLOSURES, HEADLINES
from sim.report.blocks import Block, Gallery, Paragraph, Section, Subhead, Tile
from sim.report.facts import Facts
from sim.report.over_time import draw_course
from sim.words.catalogue import Words
from sim.words.language import number

__all__ = ["courses"]

COLOURS = {
    "closures": "vermillion",
    "shops": "purple",
    "births": "green",
    "participation": "blue",
}


def courses(facts: Facts, words: Words) -> Section:
    """Levels and paired differences of the headlines, month by month."""
    reps = number(facts.reps, words.language)
    blocks: list[Block] = [Paragraph(words("over_time.intro", reps=reps))]
    shown = {"closures": HEADLINES["closures"], "shops": BESIDE_CLOSURES, **HEADLINES}
    for k, arm in enumerate(facts.arms, 1):
        tiles = []
        for key, measure in shown.items():
            course = facts.course(arm, measure)
            if course is not None:
                quantity = facts.effect(arm, measure).quantity
                name = f"over_time_{k}_{key}"
                tiles.append(Tile(draw_course(name, course, quantity, COLOURS[key])))
        blocks += [Subhead(arm.label), Gallery(tiles, columns=2)]
    return Section("over_time", words("section.over_time"), blocks)
