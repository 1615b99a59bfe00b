"""All effects in figures: by measure and horizon at one point, by variant over many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sim.experiments.factors import Factor
from sim.experiments.inference import FEWEST
from sim.report.blocks import Block, Cell, Paragraph, Section, Table
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.headlines import SHOWN
from sim.report.quantity import probability
from sim.report.readings import Arm
from sim.report.sections.power import looks_blocks
from sim.words.catalogue import Words
from sim.words.language import number, percent, span

MOST_COLUMNS: Final = 3
"""Factors that have a column of their own."""

MOST_ROWS: Final = 80
"""Points beyond which effects are no longer printed."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

HEADS: Final = ("without", "effect", "interval", "relevant", "positive", "matters", "verdict")


def effect_tables(facts: Facts) -> Section | None:
    """Print every effect, or say where the figures lie; None where nothing is compared."""
    if not facts.is_single:
        return _by_variant(facts)
    if not facts.has_interventions:
        return None
    words = facts.words
    blocks: list[Block] = [Paragraph(words("effects.intro")), *looks_blocks(facts)]
    for arm in facts.arms:
        over, quoted = span(facts.months, words.language), facts.quoted(arm)
        caption = words("effects.caption", intervention=quoted, span=over)
        blocks.append(effects_table(caption, facts.effects(arm), words))
    if len(facts.experiment.horizons) > 1:
        blocks += [_by_horizon(facts, arm) for arm in facts.arms]
    blocks.append(Paragraph(words("effects.files"), style="note"))
    return Section("effects", words("section.effects"), blocks)


def effects_table(caption: str, effects: Sequence[Effect], words: Words) -> Table:
    """Return a table of effects, a row a measure."""
    rows = [[_measure(effect), *_figures(effect, words)] for effect in effects]
    heads = [words(f"table.{h}") for h in ("measure", *HEADS)]
    return Table(caption, heads, rows, words=(7,))


def _measure(effect: Effect) -> Cell:
    return Cell(effect.label, below=effect.quantity.level_unit)


def _figures(effect: Effect, words: Words) -> list[Cell]:
    quantity, verdict = effect.quantity, effect.verdict_cell(words)
    level = Cell(quantity.level(effect.baseline_mean))
    if not effect.is_measured:
        return [level, *[Cell(words("quantity.unknown"))] * 5, verdict]
    if effect.still_needed:
        below = words("table.still_needed", count=effect.needed(words))
        verdict = Cell(verdict.text, below, tone=verdict.tone)
    positive = words("quantity.unknown")
    is_nil = effect.is_exactly_zero or effect.interval == quantity.change(0.0)
    if math.isfinite(effect.p_positive) and not is_nil:
        positive = probability(effect.p_positive, words.language)
    change, relevant = quantity.change(effect.mean), quantity.size(effect.smallest_relevant)
    matters = words("quantity.unknown")
    if math.isfinite(effect.p_relevant):
        matters = percent(effect.p_relevant, words.language, 0)
    return [level, *map(Cell, (change, effect.interval, relevant, positive, matters)), verdict]


def _by_horizon(facts: Facts, arm: Arm) -> Table:
    words = facts.words
    rows = []
    for measure in SHOWN.values():
        for horizon in facts.experiment.horizons:
            effect = facts.effect(arm, measure, horizon)
            if effect.is_measured:
                after = Cell(span(horizon, words.language))
                rows.append([_measure(effect), after, *_figures(effect, words)])
    heads = [words(f"table.{h}") for h in ("measure", "horizon", *HEADS)]
    caption = words("effects.by_horizon", intervention=facts.quoted(arm))
    return Table(caption, heads, rows, words=(8,))


def _by_variant(facts: Facts) -> Section:
    words, title = facts.words, facts.words("sweep_section.figures")
    if len(facts.points) > MOST_ROWS:
        return Section("figures", title, [Paragraph(words("sweep_table.too_long"))])
    least = number(FEWEST, words.language)
    key = "intro" if facts.done[1] >= FEWEST else "intro_few"
    blocks: list[Block] = [Paragraph(words(f"sweep_table.{key}", least=least))]
    names = facts.indicators
    for arm in facts.arms:
        own = facts.own(arm)
        varied = own.layout.varied
        split = varied if 1 <= len(varied) <= MOST_COLUMNS else ()
        rows = [
            _variant(own, split, point) + [_effect(own, arm, n, point) for n in names]
            for point in range(len(own.points))
        ]
        first = [facts.levels.label(f) for f in split] or [words("sweep.variant")]
        heads = [*first, *(s.quantity.with_unit(s.label) for s in facts.surfaces(arm))]
        key = "caption" if arm.label else "caption_nothing"
        caption = words(f"sweep_table.{key}", intervention=facts.quoted(arm))
        blocks.append(Table(caption, heads, rows, words=range(len(first))))
    blocks.append(Paragraph(words("sweep_table.files"), style="note"))
    return Section("figures", title, blocks)


def _variant(facts: Facts, split: Sequence[Factor], point: int) -> list[Cell]:
    """Return the levels of a point, or its name where they are too many."""
    if not split:
        return [Cell(facts.point_label(point))]
    row = facts.points.iloc[point]
    return [Cell(facts.levels.amount(f, row[f.name])) for f in split]


def _effect(facts: Facts, arm: Arm, name: str, point: int) -> Cell:
    words, surface = facts.words, facts.surface(arm, name)
    effect = surface.effects[point]
    if not effect.is_measured:
        return effect.verdict_cell(words)
    below = effect.interval
    if surface.reached[point] > 0 and facts.done[1] > 1:
        reached = words("sweep_table.reached", share=facts.share(surface.reached[point]))
        below += f" · {reached.replace(' ', NO_BREAK)}"
    return Cell(effect.signed_change, below=below, tone=effect.tone)
