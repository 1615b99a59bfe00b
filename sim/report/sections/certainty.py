"""Certainty of effects: displacement, and the sources of their variance."""

from __future__ import annotations

from typing import Final

from sim.report.blocks import Block, Cell, Fold, Paragraph, Section
from sim.report.facts import Facts
from sim.report.headlines import SHOWN
from sim.report.quantity import probability
from sim.words.catalogue import Words
from sim.words.language import percent

WHERE: Final = {
    "births": ("project_births_town_centre", "project_births_elsewhere", "project_births"),
    "shops": ("open_shops_town_centre", "open_shops_elsewhere", "open_shops"),
}
"""The same in the town centre, elsewhere, and on the whole territory."""


def displacement(facts: Facts) -> Section | None:
    """Show what the centre gains, what is lost elsewhere for it, and what remains."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words = facts.words
    is_closed = facts.scenario.values["boundary"] == "closed"
    boundary = words("displacement.closed" if is_closed else "displacement.open")
    blocks: list[Block] = [Paragraph(words("displacement.intro")), Paragraph(boundary)]
    for arm in facts.wholes:
        rows = [
            [
                Cell(words(f"displacement.{what}")),
                facts.effect(arm, centre).change_cell(words),
                facts.effect(arm, elsewhere).change_cell(words, -1),
                facts.effect(arm, whole).change_cell(words),
                facts.effect(arm, whole).verdict_cell(words),
            ]
            for what, (centre, elsewhere, whole) in WHERE.items()
        ]
        heads = ("table.measure", "displacement.gross", "displacement.displaced",
                 "displacement.net", "displacement.net_verdict")  # fmt: skip
        quoted = facts.quoted(arm)
        blocks.append(facts.table("displacement.caption", heads, rows, (4,), intervention=quoted))
    return Section("displacement", words("section.displacement"), blocks)


def variance(facts: Facts) -> Section | None:
    """Split variances by seed and parameters, and by pairing; None where nothing varies."""
    words = facts.words
    if not ((facts.is_single and facts.has_interventions) or facts.has_variance):
        return None
    rows, is_split = [], False
    for where, part in facts.shown:
        for arm in part.wholes:
            for name in facts.indicators if facts.factors else SHOWN.values():
                effect, spread = part.effect(arm, name), part.variance(arm, name)
                if not effect.is_measured or spread is None:
                    continue
                named = [arm.label] if len(facts.wholes) > 1 else []
                total = spread.luck + spread.parameters
                is_split = is_split or total == total
                rows.append(
                    [
                        Cell(effect.label, below=", ".join([*named, *filter(None, [where])])),
                        _share(spread.luck, total, words),
                        _share(spread.parameters, total, words),
                        _share(spread.paired, spread.unpaired, words),
                    ]
                )
    if not rows:
        return None
    heads = ("table.measure", "variance.luck", "variance.parameters", "variance.paired")
    how = ("fixed",) if facts.is_fixed else ("drawn", "twice" if is_split else "once")
    blocks: list[Block] = [
        Paragraph(" ".join(words(f"variance.{key}") for key in how)),
        Paragraph(words("variance.independent" if facts.is_independent else "variance.pairing")),
        Fold(words("variance.caption"), [facts.table("variance.caption", heads, rows)]),
    ]
    return Section("variance", words("section.variance"), blocks)


def _share(part: float, whole: float, words: Words) -> Cell:
    if not whole > 0 or part != part:
        return Cell(words("quantity.unknown"))
    ratio = part / whole
    write = probability if 0 < ratio < 0.005 else percent
    return Cell(write(ratio, words.language))
