"""How far effects can be trusted: displacement, sources of uncertainty, and what is still open."""

from __future__ import annotations

from typing import Final

from sim.report.answer import BESIDE_CLOSURES, HEADLINES
from sim.report.blocks import Block, Bullets, Cell, Paragraph, Section, Table
from sim.report.facts import Facts
from sim.words.catalogue import Words
from sim.words.language import number, percent

__all__ = ["displacement", "open_questions", "variance"]

WHERE: Final = {
    "births": ("project_births_town_centre", "project_births_elsewhere", "project_births"),
    "shops": ("open_shops_town_centre", "open_shops_elsewhere", "open_shops"),
}
"""The same in the town centre, elsewhere, and on the whole territory."""


def displacement(facts: Facts, words: Words) -> Section:
    """What the centre gains, what is lost elsewhere for it, and what remains."""
    is_closed = facts.scenario.values["boundary"] == "closed"
    boundary = words("displacement.closed" if is_closed else "displacement.open")
    blocks: list[Block] = [Paragraph(words("displacement.intro")), Paragraph(boundary)]
    for arm in facts.arms:
        rows = []
        for what, (centre, elsewhere, whole) in WHERE.items():
            row = [Cell(words(f"displacement.{what}"))]
            for name, sign in ((centre, 1), (elsewhere, -1), (whole, 1)):
                effect = facts.effect(arm, name)
                if not effect.is_measured:
                    row.append(Cell(words("quantity.unknown")))
                    continue
                low, high = sorted((sign * effect.low90, sign * effect.high90))
                row.append(
                    Cell(
                        effect.quantity.change(sign * effect.mean),
                        below=effect.quantity.interval(low, high),
                    )
                )
            row.append(facts.effect(arm, whole).verdict_cell(words))
            rows.append(row)
        heads = [
            words("table.measure"),
            words("displacement.gross"),
            words("displacement.displaced"),
            words("displacement.net"),
            words("displacement.net_verdict"),
        ]
        quoted = words("page.quoted", text=arm.label)
        caption = words("displacement.caption", intervention=quoted)
        blocks.append(Table(caption, heads, rows, words=(4,)))
    return Section("displacement", words("section.displacement"), blocks)


def variance(facts: Facts, words: Words) -> Section:
    """Luck against parameters, and paired against unpaired differences."""
    key = "variance.fixed" if facts.is_fixed else "variance.drawn"
    intro = [words(key), words("variance.pairing")]
    if facts.is_independent:
        intro[1] = words("variance.independent")
    rows = []
    closures, *others = HEADLINES.values()
    for arm in facts.arms:
        for name in (closures, BESIDE_CLOSURES, *others):
            effect, spread = facts.effect(arm, name), facts.variance(arm, name)
            if not effect.is_measured or spread is None:
                continue
            rows.append(
                [
                    Cell(effect.label, below=arm.label if len(facts.arms) > 1 else ""),
                    _share(spread.luck, spread.luck + spread.parameters, words),
                    _share(spread.parameters, spread.luck + spread.parameters, words),
                    _share(spread.paired, spread.unpaired, words),
                ]
            )
    heads = [
        words("table.measure"),
        words("variance.luck"),
        words("variance.parameters"),
        words("variance.paired"),
    ]
    blocks: list[Block] = [Paragraph(text) for text in intro]
    blocks.append(Table(words("variance.caption"), heads, rows))
    return Section("variance", words("section.variance"), blocks)


def _share(part: float, whole: float, words: Words) -> Cell:
    if not whole > 0 or part != part:
        return Cell(words("quantity.unknown"))
    is_small = 0 < part < 0.01 * whole
    return Cell(percent(part / whole, words.language, 2 if is_small else 0))


def open_questions(facts: Facts, words: Words) -> Section:
    """Replications that would settle what is open."""
    rows = []
    for arm in facts.arms:
        for effect in facts.effects(arm):
            if effect.verdict == "not_determinable":
                rows.append([Cell(effect.label), Cell(arm.label), Cell(effect.needed(words))])
    title = words("section.open")
    if not rows:
        return Section("open", title, [Paragraph(words("open.nothing"))])
    heads = [words("table.measure"), words("table.intervention"), words("table.needed")]
    blocks: list[Block] = [
        Paragraph(words("open.intro", reps=number(facts.reps, words.language))),
        Table(words("open.caption"), heads, rows, words=(1,)),
        Bullets([words("open.parameters"), words("open.chance")]),
    ]
    return Section("open", title, blocks)
