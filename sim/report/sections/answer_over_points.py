"""The answer over many points: a reading of each measure, or a table of many arms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.experiments.inference import FEWEST
from sim.experiments.verdicts import LESS, MORE, OPEN, SMALL
from sim.report.blocks import Block, Card, Cards, Cell, Paragraph, Subhead, Table
from sim.report.effects import Effect, Surface
from sim.report.facts import Facts
from sim.report.pictures.heat_map import SURE
from sim.report.readings import Arm
from sim.report.sections.answer_card import capital, card, within_text
from sim.report.sections.power import power_sentences
from sim.report.sections.where import plateau_sentences, where_sentences
from sim.words.language import span

READINGS: Final = ("better", "worse", "mixed", "moved", "none", "open", "missing")
"""Findings about measures, in the order in which they are stated."""


TOLD: Final = ("better", "better_perhaps", "worse", "worse_perhaps", *READINGS[2:])
"""The same, with what may be too little to matter apart."""


def over_points(facts: Facts, arm: Arm, k: int) -> list[Block]:
    """State what an arm does over its points, with a card for each measure; `k` numbers the arm."""
    facts = facts.own(arm)
    blocks: list[Block] = []
    if arm.label:
        blocks.append(Subhead(arm.label))
    elif facts.is_sampled:
        return _ranges(facts, arm)
    surfaces = facts.averaged(arm)
    ranked = sorted(surfaces, key=lambda s: READINGS.index(s.reading))
    cards = [_reading(facts, arm, f"answer_{k}_{n}", s) for n, s in enumerate(ranked, 1)]
    return [*blocks, Paragraph(_lead(facts, arm, surfaces), style="lead"), Cards(cards)]


def side_by_side(facts: Facts) -> list[Block]:
    """Tabulate many arms: the largest effect of each, and in how many variants there is one."""
    words, count = facts.words, facts.levels.count
    rows = []
    for arm in facts.arms:
        row = [Cell(arm.label)]
        for surface in facts.own(arm).averaged(arm):
            if surface.largest is None:
                row.append(Cell(words("verdict.missing"), tone="open"))
                continue
            effect = surface.effects[surface.largest]
            below = _verdict(facts, surface)
            row.append(Cell(effect.signed_change, below=below, tone=effect.tone))
        rows.append(row)
    surfaces = facts.surfaces(facts.arms[0])
    heads = [words("table.intervention"), *(s.quantity.with_unit(s.label) for s in surfaces)]
    has_shocks = any(facts.inputs.is_shock(arm.name) for arm in facts.arms)
    intro = words(
        "sweep.side_by_side_shocks" if has_shocks else "sweep.side_by_side",
        span=span(facts.months, words.language),
        arms=count(len(facts.arms)),
        count=count(len(facts.points)),
    )
    table = Table(words("sweep.side_by_side_caption"), heads, rows)
    return [Paragraph(intro, style="lead"), table]


def _ranges(facts: Facts, arm: Arm) -> list[Block]:
    """State how far levels differ between the variants of a sample in which nothing is tried."""
    words = facts.words
    rows = []
    for surface in facts.surfaces(arm):
        known = (levels[np.isfinite(levels)] for levels in surface.after)
        levels = [values.mean() for values in known if values.size]
        ends = np.quantile(levels, (0.05, 0.5, 0.95)).tolist() if levels else [math.nan] * 3
        cells = [Cell(surface.quantity.level(v)) for v in ends]
        rows.append([Cell(surface.label, below=surface.quantity.level_unit), *cells])
    heads = ["table.measure", "sweep.lowest", "sweep.median", "sweep.highest"]
    count = facts.levels.count(len(facts.points))
    intro = words("sweep.ranges", span=span(facts.months, words.language), count=count)
    return [Paragraph(intro, style="lead"), facts.table("sweep.ranges_caption", heads, rows)]


def _lead(facts: Facts, arm: Arm, surfaces: Sequence[Surface]) -> str:
    words = facts.words
    parts = []
    for reading in TOLD:
        labels = [within_text(s.label) for s in surfaces if reading_of(s) == reading]
        if labels:
            is_one = len(surfaces[0].effects) == 1
            told = "too_few" if all(s.count("too_few") for s in surfaces) else reading
            key = f"sweep_lead_one.{told}" if is_one else f"sweep_lead.{told}"
            if facts.is_sampled and told == "too_few":
                key = "sampled.lead_too_few"
            parts.append(words(key, measures=", ".join(labels)))
    key = "over" if arm.label else "over_nothing"
    if len(facts.points) == 1:
        key = "single"
    elif facts.is_sampled:
        key = "sampled"
    elif len(facts.points) == len(facts.experiment.classes):
        key = "over_towns"
    intro = words(
        f"sweep_lead.{key}",
        span=span(facts.months, words.language),
        intervention=facts.quoted(arm),
        count=facts.levels.count(len(facts.points)),
    )
    return " ".join([intro, *(f"{capital(part)}." for part in parts)])


def reading_of(surface: Surface) -> str:
    """Return the reading of a measure; apart where no effect is sure to be enough to matter."""
    tone = {"better": "good", "worse": "bad"}.get(surface.reading)
    is_firm = any(e.tone == tone and not e.is_open for e in surface.effects)
    return f"{surface.reading}_perhaps" if tone and not is_firm else surface.reading


def _reading(facts: Facts, arm: Arm, name: str, surface: Surface) -> Card:
    words = facts.words
    if surface.largest is None:
        text = words("sweep_card.missing")
        return Card(surface.label, words("verdict.missing"), "–", "open", "", [text])
    effect = surface.effects[surface.largest]
    sentences = [*_sentences(facts, surface, effect), *_power(facts, arm, surface)]
    return card(name, surface.label, _verdict(facts, surface), effect, sentences, words)


def _power(facts: Facts, arm: Arm, surface: Surface) -> list[str]:
    """Say what stands behind a null at the variant with the largest mean effect."""
    is_null = surface.reading in ("none", "open")
    if not is_null or facts.is_sampled or not facts.has_interventions or surface.largest is None:
        return []
    effect = facts.over_draws(arm, surface.measure.name, surface.largest)
    told = power_sentences(facts.at(surface.largest), effect)
    if not told:
        return []
    point = facts.point_label(surface.largest)
    text = " ".join(told)
    if not point:
        return [text]
    return [facts.words("power.at", point=point, told=text[0].lower() + text[1:])]


def _verdict(facts: Facts, surface: Surface) -> str:
    """State in how many variants the measure goes which way."""
    words, count = facts.words, facts.levels.count
    more, less = surface.count(*MORE), surface.count(*LESS)
    total = len(surface.effects)
    if total == 1:
        verdict = surface.effects[0].verdict
        is_few = facts.is_sampled and verdict == "too_few"
        return capital(words("sampled.too_few" if is_few else f"verdict.{verdict}"))
    if more and less:
        return words("sweep_card.both", more=count(more), less=count(less), total=count(total))
    if more or less:
        key = "increase" if more else "decrease"
        return words(f"sweep_card.{key}", variants=facts.variants(more or less, total))
    if surface.reading == "none":
        none = surface.count(*SMALL)
        key = "none" if none == total else "none_in"
        return words(f"sweep_card.{key}", variants=facts.variants(none, total))
    if surface.count("too_few") == total:
        return capital(words("verdict.too_few"))
    return words("sweep_card.open", variants=facts.variants(surface.count(*OPEN), total))


def _sentences(facts: Facts, surface: Surface, effect: Effect) -> list[str]:
    words = facts.words
    found = where_sentences(facts, surface) if surface.has_moved else []
    found.append(_extreme(facts, surface, effect))
    if surface.reading in ("better", "mixed"):
        found += plateau_sentences(facts, surface)
    found += _rest(facts, surface)
    if surface.target is None:
        return found
    target = surface.of_target.change_in_full(surface.target)
    if facts.is_sampled:
        share = facts.share(float(surface.reached[0]))
        found.append(words("sweep_card.target_sampled", target=target, share=share))
    elif surface.has_moved:
        met = int((np.nan_to_num(surface.reached) >= SURE).sum())
        key = "sweep_card.target" if met else "sweep_card.target_nowhere"
        variants = facts.variants(met, len(surface.effects))
        found.append(words(key, target=target, share=facts.share(SURE), variants=variants))
    return found


def _extreme(facts: Facts, surface: Surface, effect: Effect) -> str:
    """State the largest effect with its interval; or how far effects reach that do not matter."""
    words, quantity, is_one = facts.words, surface.quantity, len(surface.effects) == 1
    without = "without" if facts.has_interventions else "reference"
    level = quantity.level_in_full(effect.baseline_mean)
    against = words(f"sweep_card.{without}", baseline=level)
    point = facts.point_label(surface.largest or 0)
    if not math.isfinite(effect.lo90):
        change, fewest = quantity.change_in_full(effect.mean), facts.levels.count(FEWEST)
        told = {"change": change, "against": against, "fewest": fewest}
        if is_one:
            return words("sweep_card.mean_drawn" if facts.is_sampled else "sweep_card.mean", **told)
        return words("sweep_card.one", point=point, **told)
    if surface.reading == "none":
        low = min(e.lo90 for e in surface.effects if e.is_small)
        high = max(e.hi90 for e in surface.effects if e.is_small)
        told = {"between": quantity.lies(low, high), "against": against}
        relevant = quantity.size_range(*surface.smallest_relevant)
        return words(f"sweep_card.{'small_one' if is_one else 'small'}", relevant=relevant, **told)
    key = "interval" if is_one else "largest" if effect.has_moved else "largest_open"
    if surface.reading == "mixed":
        key = "largest_desired"
    elif effect.is_chance and not is_one:
        key = "largest_chance"
    ends = {"low": quantity.change(effect.lo90), "high": quantity.change(effect.hi90)}
    between = quantity.lies(effect.lo90, effect.hi90)
    return words(f"sweep_card.{key}", point=point, between=between, against=against, **ends)


def _rest(facts: Facts, surface: Surface) -> list[str]:
    """Count the variants whose findings are not whole; only where it differs between variants."""
    words, total = facts.words, len(surface.effects)
    found, parts = [], []
    may_not = surface.count("some_increase", "some_decrease")
    if may_not and total > 1:
        found.append(words("sweep_rest.may_not_matter", count=facts.levels.count(may_not)))
    kinds = {
        "no_relevant_effect": SMALL,
        "open": ("not_determinable", "too_few"),
        "missing": ("missing",),
    }
    for kind, verdicts in kinds.items():
        count = surface.count(*verdicts)
        is_told = surface.reading == kind or (surface.reading == "none" and kind != "missing")
        if 0 < count < total and not is_told:
            parts.append(words(f"sweep_rest.{kind}", count=facts.levels.count(count)))
    return [*found, words("sweep_rest.of_all", parts=", ".join(parts))] if parts else found
