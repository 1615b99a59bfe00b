"""The question of a sweep, and its answer in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from sim.report.blocks import Block, Card, Cards, Cell, Paragraph, Section, Subhead, Table
from sim.report.effect import SYMBOLS, Effect
from sim.report.strip import draw_strip
from sim.report.sweeps.facts import SweepArm, SweepFacts
from sim.report.sweeps.heat_map import SURE
from sim.report.sweeps.surface import OPEN, Surface
from sim.report.sweeps.where import plateau_sentences, where_sentences
from sim.words.catalogue import Words, typeset
from sim.words.language import percent, span

__all__ = ["answer", "key_facts", "question", "state_of_runs", "title"]

MOST_ARMS: Final = 3
"""Arms that have cards of their own; more of them stand in a table."""

READINGS = ("better", "worse", "mixed", "moved", "none", "open", "missing")
"""What measures may say, in the order in which it is told."""


def title(facts: SweepFacts) -> str:
    """What the experiment is called."""
    return typeset(facts.experiment.title[facts.language], facts.language)


def question(facts: SweepFacts, words: Words) -> str:
    """What is asked, and why what differs is an effect."""
    if not facts.has_interventions:
        against = "mean" if facts.is_sampled else "first"
        how = words(f"sweep_how.{against}", point=facts.point_label(0))
    elif facts.experiment.luck == "common":
        how = words("sweep_how.common")
    else:
        how = words("sweep_how.own_luck")
    asked = typeset(facts.experiment.question[facts.language], facts.language)
    return how if asked == facts.experiment.name else f"{asked} {how}"


def key_facts(facts: SweepFacts, words: Words) -> list[tuple[str, str]]:
    """Territory, period, what is tried, variants and replications."""
    count, counts = facts.levels.count, facts.counts
    places = [
        words("page.territory_value", place=place, residents=count(facts.residents[name]))
        for name, place in facts.territories.items()
    ]
    tried = [arm.label for arm in facts.arms if arm.label]
    return [
        (words("page.territory"), words("answer.separator").join(places)),
        (words("page.period"), f"{span(facts.months, words.language)}, {facts.years}"),
        *([(words("sweep.tried"), ", ".join(tried))] if tried else []),
        (words("sweep.variants"), count(len(facts.points))),
        (words("page.replications"), words("sweep.of_each", count=count(facts.reps))),
        (words("sweep.runs"), count(counts.planned)),
    ]


def state_of_runs(facts: SweepFacts, words: Words) -> list[Block]:
    """That runs are missing, or have failed; nothing where all is well."""
    counts, count = facts.counts, facts.levels.count
    found: list[Block] = []
    if counts.missing:
        text = words(
            "sweep.unfinished", missing=count(counts.missing), planned=count(counts.planned)
        )
        found.append(Paragraph(text))
    if counts.failed:
        text = words(
            "sweep.some_failed", failed=count(counts.failed), planned=count(counts.planned)
        )
        found.append(Paragraph(text))
    if facts.reps == 1:
        found.append(Paragraph(words("sweep.one_replication")))
    return found


def answer(facts: SweepFacts, words: Words) -> Section:
    """What each arm changes, for each measure of the experiment."""
    blocks: list[Block] = state_of_runs(facts, words)
    if len(facts.arms) > MOST_ARMS:
        blocks += _side_by_side(facts, words)
    for k, arm in enumerate(facts.arms, 1):
        if len(facts.arms) > MOST_ARMS:
            break
        surfaces = facts.told(arm)
        if arm.label:
            blocks.append(Subhead(arm.label))
        elif facts.is_sampled:
            blocks += _ranges(facts, arm, words)
            continue
        blocks.append(Paragraph(_lead(facts, arm, surfaces, words), style="lead"))
        ranked = sorted(surfaces, key=lambda s: READINGS.index(s.reading))
        cards = [_card(facts, f"answer_{k}_{n}", s, words) for n, s in enumerate(ranked, 1)]
        blocks.append(Cards(cards))
    if facts.has_interventions or not facts.is_sampled:
        legend = "legend_sampled" if facts.is_sampled else "legend"
        note = words(f"sweep.{legend}", reps=facts.levels.count(facts.reps))
        blocks.append(Paragraph(note, style="note"))
    return Section("answer", words("section.answer"), blocks)


def _side_by_side(facts: SweepFacts, words: Words) -> list[Block]:
    """Many arms in a table: the largest effect of each, and in how many variants there is one."""
    rows = []
    for arm in facts.arms:
        row = [Cell(arm.label)]
        for surface in facts.told(arm):
            if surface.largest is None:
                row.append(Cell(words("verdict.missing"), tone="open"))
                continue
            effect = surface.effects[surface.largest]
            text = f"{SYMBOLS[effect.verdict]} {surface.quantity.change(effect.mean)}"
            row.append(Cell(text, below=_verdict(facts, surface, words), tone=effect.tone))
        rows.append(row)
    surfaces = facts.told(facts.arms[0])
    heads = [words("table.intervention"), *(s.label for s in surfaces)]
    intro = words(
        "sweep.side_by_side",
        span=span(facts.months, words.language),
        arms=facts.levels.count(len(facts.arms)),
        count=facts.levels.count(len(facts.points)),
    )
    table = Table(words("sweep.side_by_side_caption"), heads, rows)
    return [Paragraph(intro, style="lead"), table]


def _ranges(facts: SweepFacts, arm: SweepArm, words: Words) -> list[Block]:
    """How far levels differ between the variants of a sample in which nothing is tried."""
    rows = []
    for surface in facts.surfaces(arm):
        known = np.isfinite(surface.after)
        levels = np.array(
            [v[k].mean() for v, k in zip(surface.after, known, strict=True) if k.any()]
        )
        write = surface.quantity.level
        ends = np.quantile(levels, (0.05, 0.5, 0.95)).tolist() if levels.size else [math.nan] * 3
        cells = [Cell(write(v)) for v in ends]
        rows.append([Cell(surface.label, below=surface.quantity.level_unit), *cells])
    heads = ["table.measure", "sweep.lowest", "sweep.median", "sweep.highest"]
    count = facts.levels.count(len(facts.points))
    intro = words("sweep.ranges", span=span(facts.months, words.language), count=count)
    table = Table(words("sweep.ranges_caption"), [words(h) for h in heads], rows)
    return [Paragraph(intro, style="lead"), table]


def _lead(facts: SweepFacts, arm: SweepArm, surfaces: Sequence[Surface], words: Words) -> str:
    parts = []
    for reading in READINGS:
        labels = [_within_text(s.label) for s in surfaces if s.reading == reading]
        if labels:
            is_one = len(surfaces[0].effects) == 1
            key = f"sweep_lead_one.{reading}" if is_one else f"sweep_lead.{reading}"
            parts.append(words(key, measures=", ".join(labels)))
    count = facts.levels.count(len(facts.points))
    key = "over" if arm.label else "over_nothing"
    if len(facts.points) == 1:
        key = "single"
    elif facts.is_sampled:
        key = "sampled"
    intro = words(
        f"sweep_lead.{key}",
        span=span(facts.months, words.language),
        intervention=words("page.quoted", text=arm.label),
        count=count,
    )
    return " ".join([intro, *(f"{part[0].upper()}{part[1:]}." for part in parts)])


def _within_text(label: str) -> str:
    """A measure's words in the middle of a sentence, where commas part measures."""
    what, comma, where = label.partition(", ")
    text = f"{what} ({where})" if comma else what
    return text[0].lower() + text[1:]


def _card(facts: SweepFacts, name: str, surface: Surface, words: Words) -> Card:
    if surface.largest is None:
        text = words("sweep_card.missing")
        return Card(surface.label, words("verdict.missing"), "–", "open", "", [text])
    effect = surface.effects[surface.largest]
    quantity = surface.quantity
    change = ""
    if effect.verdict in ("increase", "decrease"):
        change = words(
            "answer.levels", value=quantity.change(effect.mean), unit=quantity.change_unit
        )
    return Card(
        surface.label,
        _verdict(facts, surface, words),
        SYMBOLS[effect.verdict],
        effect.tone,
        change,
        list(_sentences(facts, surface, effect, words)),
        draw_strip(name, effect, effect.tone) if math.isfinite(effect.low90) else None,
    )


def _verdict(facts: SweepFacts, surface: Surface, words: Words) -> str:
    """In how many variants the measure goes which way."""
    count = facts.levels.count
    more, less = surface.count("increase"), surface.count("decrease")
    total = count(len(surface.effects))
    if len(surface.effects) == 1:
        text = words(f"verdict.{surface.effects[0].verdict}")
        return text[0].upper() + text[1:]
    if more and less:
        return words("sweep_card.both", more=count(more), less=count(less), total=total)
    if more or less:
        key = "increase" if more else "decrease"
        return words(f"sweep_card.{key}", count=count(more or less), total=total)
    if surface.reading == "none":
        none = surface.count("no_relevant_effect")
        key = "none" if none == len(surface.effects) else "none_in"
        return words(f"sweep_card.{key}", count=count(none), total=total)
    return words("sweep_card.open", count=count(surface.count(OPEN)), total=total)


def _sentences(facts: SweepFacts, surface: Surface, effect: Effect, words: Words) -> list[str]:
    has_moved = surface.reading in ("better", "worse", "mixed", "moved")
    found = where_sentences(facts, surface, words) if has_moved else []
    found.append(_extreme(facts, surface, effect, words))
    if surface.reading in ("better", "mixed"):
        found += plateau_sentences(facts, surface, words)
    found += _rest(facts, surface, words)
    if surface.target is not None and facts.is_sampled:
        found.append(
            words(
                "sweep_card.target_sampled",
                target=surface.quantity.change(surface.target),
                share=facts.share(float(surface.reached[0])),
            )
        )
    elif surface.target is not None and surface.count("increase", "decrease"):
        met = int((np.nan_to_num(surface.reached) >= SURE).sum())
        found.append(
            words(
                "sweep_card.target",
                target=surface.quantity.change(surface.target),
                share=percent(SURE, words.language, 0),
                count=facts.levels.count(met),
                total=facts.levels.count(len(surface.effects)),
            )
        )
    return found


def _extreme(facts: SweepFacts, surface: Surface, effect: Effect, words: Words) -> str:
    """The largest effect with its interval; or how far effects may reach that do not matter."""
    quantity, point = surface.quantity, surface.largest
    unit = "" if quantity.is_share else f" {quantity.level_unit}"
    baseline = quantity.level(effect.baseline) + unit
    without = "without" if facts.has_interventions else "reference"
    against = words(f"sweep_card.{without}", baseline=baseline)
    if not math.isfinite(effect.low90):
        change, named = quantity.change(effect.mean), facts.point_label(point or 0)
        return words("sweep_card.one", point=named, change=change, against=against)
    if surface.reading == "none":
        low = quantity.change(min(e.low90 for e in surface.effects if e.is_measured))
        high = quantity.change(max(e.high90 for e in surface.effects if e.is_measured))
        key = "small_one" if len(surface.effects) == 1 else "small" if low != high else "tiny"
        return words(
            f"sweep_card.{key}",
            low=low,
            high=high,
            relevant=_relevant(surface, words),
            against=against,
        )
    key = "largest" if effect.verdict != OPEN else "largest_open"
    if len(surface.effects) == 1:
        key = "interval"
    return words(
        f"sweep_card.{key}",
        point=facts.point_label(point or 0),
        low=quantity.change(effect.low90),
        high=quantity.change(effect.high90),
        against=against,
    )


def _relevant(surface: Surface, words: Words) -> str:
    low, high = (surface.quantity.size(v) for v in surface.smallest_relevant)
    return low if low == high else words("quantity.range", low=low, high=high)


def _rest(facts: SweepFacts, surface: Surface, words: Words) -> list[str]:
    """Of how many variants nothing is told; said only where it differs between variants."""
    total = len(surface.effects)
    parts = []
    for verdict in ("no_relevant_effect", OPEN, "missing"):
        count = surface.count(verdict)
        if 0 < count < total and (verdict == "missing" or surface.reading != "none"):
            parts.append(words(f"sweep_rest.{verdict}", count=facts.levels.count(count)))
    return [words("sweep_rest.of_all", parts=", ".join(parts))] if parts else []
