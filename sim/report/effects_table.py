"""Tables of effects: all measures at the end of the run, and the headlines at each horizon."""

from __future__ import annotations

from collections.abc import Sequence

from sim.report.answer import BESIDE_CLOSURES, HEADLINES
from sim.report.blocks import Block, Cell, Paragraph, Section, Table
from sim.report.effect import Effect
from sim.report.facts import Facts
from sim.report.quantity import probability
from sim.words.catalogue import Words
from sim.words.language import span

__all__ = ["effects_section", "effects_table"]


def effects_section(facts: Facts, words: Words) -> Section:
    """Every effect of every intervention."""
    blocks: list[Block] = [Paragraph(words("effects.intro"))]
    for arm in facts.arms:
        caption = words(
            "effects.caption",
            intervention=words("page.quoted", text=arm.label),
            span=span(facts.months, words.language),
        )
        blocks.append(effects_table(caption, facts.effects(arm), words))
    if len(facts.horizons) > 1:
        for arm in facts.arms:
            blocks.append(_by_horizon(facts, arm.name, words))
    blocks.append(Paragraph(words("effects.files"), style="note"))
    return Section("effects", words("section.effects"), blocks)


def effects_table(caption: str, effects: Sequence[Effect], words: Words) -> Table:
    """Effects, a row a measure.

    Parameters
    ----------
    caption : str
    effects : sequence of Effect
    words : Words

    Returns
    -------
    Table
    """
    heads = ["measure", "without", "effect", "interval", "relevant", "positive", "verdict"]
    rows = [[_measure(effect), *_figures(effect, words)] for effect in effects]
    return Table(caption, [words(f"table.{h}") for h in heads], rows, words=(6,))


def _measure(effect: Effect) -> Cell:
    return Cell(effect.label, below=effect.quantity.level_unit)


def _figures(effect: Effect, words: Words) -> list[Cell]:
    quantity = effect.quantity
    if not effect.is_measured:
        blank = Cell(words("quantity.unknown"))
        return [Cell(quantity.level(effect.baseline)), *[blank] * 4, effect.verdict_cell(words)]
    verdict = effect.verdict_cell(words)
    if effect.still_needed:
        below = words("table.still_needed", count=effect.needed(words))
        verdict = Cell(verdict.text, below, tone=verdict.tone)
    return [
        Cell(quantity.level(effect.baseline)),
        Cell(quantity.change(effect.mean)),
        Cell(quantity.interval(effect.low90, effect.high90)),
        Cell(quantity.size(effect.smallest_relevant)),
        Cell(_positive(effect, words)),
        verdict,
    ]


def _positive(effect: Effect, words: Words) -> str:
    if effect.is_exactly_zero:
        return words("quantity.unknown")
    return probability(effect.p_positive, words.language)


def _by_horizon(facts: Facts, name: str, words: Words) -> Table:
    arm = next(a for a in facts.arms if a.name == name)
    rows = []
    closures, *others = HEADLINES.values()
    for measure in (closures, BESIDE_CLOSURES, *others):
        for horizon in facts.horizons:
            effect = facts.effect(arm, measure, horizon)
            if effect.is_measured:
                after = Cell(span(horizon, words.language))
                rows.append([_measure(effect), after, *_figures(effect, words)])
    heads = [
        "measure", "horizon", "without", "effect", "interval", "relevant", "positive", "verdict"
    ]  # fmt: skip
    caption = words("effects.by_horizon", intervention=words("page.quoted", text=arm.label))
    return Table(caption, [words(f"table.{h}") for h in heads], rows, words=(7,))
