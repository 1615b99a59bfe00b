"""All effects in figures: by measure and horizon at one point, by variant over many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import batched
from typing import Final

from sim.experiments.factors import Factor
from sim.experiments.inference import FEWEST
from sim.measures.counting import THIRDS
from sim.measures.equity import BENEFITS
from sim.measures.registry import OUTCOMES
from sim.report.blocks import Block, Cell, Fold, Paragraph, Section, Table
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.headlines import SHOWN
from sim.report.quantity import probability
from sim.report.readings import Arm
from sim.report.sections.power import looks_blocks
from sim.territory.territory import ZONES
from sim.words.catalogue import Words
from sim.words.language import number, percent, span

MOST_ARMS: Final = 4
"""Arms side by side in one table."""

MOST_COLUMNS: Final = 3
"""Factors that have a column of their own."""

MOST_ROWS: Final = 80
"""Points beyond which effects are no longer printed."""

SHARED: Final = {b: [f"{b}_{g}" for g in (*ZONES, *THIRDS, "inclusion")] for b in BENEFITS}
"""Measures of each benefit: by zone, by third of residents, and what the poorest third has."""

_WHOLE: Final = [name for name in OUTCOMES if all(name not in names for names in SHARED.values())]
"""Measures but those, which have a section of their own."""

NO_BREAK: Final = "\N{NO-BREAK SPACE}"

HEADS: Final = ("without", "effect", "interval", "relevant", "positive", "matters", "verdict")


def effect_tables(facts: Facts) -> Section | None:
    """Print every effect, or say where the figures lie; None where nothing is compared."""
    if not facts.is_single:
        return _by_variant(facts)
    if not facts.has_interventions:
        return None
    words, over = facts.words, span(facts.months, facts.language)
    full = [
        _table(words("effects.caption", intervention=facts.quoted(arm), span=over), facts, arm)
        for arm in facts.arms
    ]
    if len(facts.experiment.horizons) > 1:
        full += [_by_horizon(facts, arm) for arm in facts.arms]
    blocks: list[Block] = [
        *looks_blocks(facts),
        *side_by_side_tables(words("effects.all", span=over), facts, facts.arms, _WHOLE),
        Paragraph(words("effects.signs"), style="note"),
        Fold(words("effects.full"), [Paragraph(words("effects.intro")), *full]),
        Paragraph(words("effects.files"), style="note"),
    ]
    return Section("effects", words("section.effects"), blocks)


def side_by_side_tables(
    caption: str, facts: Facts, arms: Sequence[Arm], names: Sequence[str]
) -> list[Table]:
    """Tabulate measures, a column for each arm: sign of the verdict, mean effect and interval."""
    words, found = facts.words, []
    for some in batched(arms, MOST_ARMS):
        rows = []
        for name in names:
            effects = [facts.effect(arm, name) for arm in some]
            known = next((e for e in effects if e.is_measured), effects[0])
            level = Cell(known.quantity.level(known.baseline_mean))
            rows.append([_measure(known), level, *(_in_short(e, words) for e in effects)])
        heads = [words("table.measure"), words("table.without"), *(arm.label for arm in some)]
        found.append(Table(caption, heads, rows))
    return found


def _in_short(effect: Effect, words: Words) -> Cell:
    """Return an effect with its interval, for a cell; no interval where nothing differs."""
    if not effect.is_measured:
        return Cell(words("quantity.unknown"))
    below = "" if effect.is_exactly_zero or not math.isfinite(effect.lo90) else effect.interval
    return Cell(effect.signed_change, below=below, tone=effect.tone)


def _table(caption: str, facts: Facts, arm: Arm) -> Table:
    """Return a table of all effects of an arm, a row a measure."""
    effects, words = facts.effects(arm), facts.words
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
    if math.isfinite(effect.p_relevant) and not effect.is_exactly_zero:
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
