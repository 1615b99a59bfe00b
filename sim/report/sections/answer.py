"""The answer in plain words: effects, one picture, what they cost, and what to keep in mind."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sim.experiments.inference import FEWEST
from sim.measures.registry import HEADLINES as BOARD
from sim.report.blocks import (
    Block,
    Bullets,
    Cards,
    Cell,
    Gallery,
    Paragraph,
    Section,
    Subhead,
    Tile,
)
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.headlines import HEADLINES
from sim.report.pictures.board import draw_board
from sim.report.quantity import about_euros
from sim.report.readings import Arm
from sim.report.sections.answer_over_points import over_points, side_by_side
from sim.report.sections.budget import money_heads, money_rows
from sim.report.sections.found import found_sentences, with_relevance
from sim.report.sections.limits import caveats
from sim.report.sections.parts import what_parts_are
from sim.report.sections.story import story
from sim.words.language import span

MOST_ARMS: Final = 3
"""Arms over many points that have cards of their own; more of them stand in a table."""


def answer(facts: Facts) -> Section:
    """Answer for each arm, in words first; with one picture, the cost and three caveats."""
    words = facts.words
    blocks: list[Block] = state_of_runs(facts)
    if not facts.is_compared:
        blocks += story(facts)
    elif not facts.factors:
        for arm in facts.wholes:
            blocks += _told(facts, arm)
        blocks += [*_picture(facts), *_cost(facts)]
    elif len(facts.arms) > MOST_ARMS:
        blocks += [*side_by_side(facts), *what_parts_are(facts)]
    else:
        for k, arm in enumerate(facts.arms, 1):
            blocks += over_points(facts, arm, k)
        blocks += what_parts_are(facts)
    if not facts.is_single and (facts.has_interventions or not facts.is_sampled):
        blocks.append(Paragraph(_legend(facts, blocks), style="note"))
    blocks += [Subhead(words("answer.caveats")), Bullets(caveats(facts))]
    return Section("answer", words("section.answer"), blocks)


def _told(facts: Facts, arm: Arm) -> list[Block]:
    """State the headlines of an arm, and every measure that it moves."""
    words = facts.words
    if facts.is_identical(arm):
        nothing = words("answer.nothing", intervention=facts.quoted(arm))
        return [Paragraph(nothing, style="lead")]
    effects = {key: facts.effect(arm, name) for key, name in HEADLINES.items()}
    lead = words(
        "answer.lead_one" if arm.cost > 0 else "answer.lead_free",
        span=span(facts.months, words.language),
        intervention=facts.quoted(arm),
        cost=about_euros(arm.cost, words.language),
        findings=words("answer.separator").join(
            _finding(facts, key, e) for key, e in effects.items() if e.is_measured
        ),
    )
    return [Paragraph(lead, style="lead"), Paragraph(" ".join(found_sentences(facts, arm)))]


def _finding(facts: Facts, key: str, effect: Effect) -> str:
    """State a finding in a few words."""
    words = facts.words
    if effect.has_moved:
        return with_relevance(words, words(f"finding.{key}_{effect.direction}"), effect)
    return words(f"finding.{key}_{'no_relevant_effect' if effect.is_small else 'open'}")


def _picture(facts: Facts) -> list[Block]:
    """Draw the headlines of all arms; nothing with too few replications for intervals."""
    arms = [(arm.label, [facts.effect(arm, name) for name in BOARD]) for arm in facts.wholes]
    words = facts.words
    columns = [k for k in range(len(BOARD)) if all(math.isfinite(row[k].lo90) for _, row in arms)]
    rows = [(label, [row[k] for k in columns]) for label, row in arms]
    if not columns:
        return []
    picture = draw_board("board", words("answer.board"), rows)
    return [Gallery([Tile(picture)], columns=0, caption=words("answer.legend"))]


def _cost(facts: Facts) -> list[Block]:
    """Tabulate the public money of each arm: in all, and a year, planned and really spent."""
    costs = {arm.label: Cell(about_euros(arm.cost, facts.language)) for arm in facts.wholes}
    rows = [[row[0], costs[row[0].text], *row[1:]] for row in money_rows(facts)]
    heads = ["table.intervention", "answer.in_total", *money_heads(facts)]
    return [facts.table("answer.cost", heads, rows)] if rows else []


def _legend(facts: Facts, blocks: Sequence[Block]) -> str:
    """Say how to read the answer over many points: signs, strips if there are any, and sizes."""
    is_sampled, sizes = facts.is_sampled, ["sweep.legend_size"]
    signs, strips = "sweep.legend", "sweep.legend_strip"
    if is_sampled:
        signs, strips = "sampled.legend", "sampled.legend_strip"
        sizes.append("sampled.legend_luck")
    elif (
        len(facts.layout.varied) > 1
        and facts.layout.kind != "strips"
        and len(facts.arms) <= MOST_ARMS
    ):
        sizes.append("sweep.legend_factors")
    keys = [signs, *([strips] if _has_strips(blocks) else []), *sizes]
    return " ".join(facts.words(key, reps=facts.reps_in_words) for key in keys)


def _has_strips(blocks: Sequence[Block]) -> bool:
    cards = [card for block in blocks if isinstance(block, Cards) for card in block.cards]
    return any(card.picture for card in cards)


def state_of_runs(facts: Facts) -> list[Block]:
    """Say that runs are missing, or have failed; nothing where all is well."""
    words, counts, count = facts.words, facts.results.counts, facts.levels.count
    numbers = {name: count(getattr(counts, name)) for name in ("planned", "missing", "failed")}
    found: list[Block] = []
    if counts.missing:
        found.append(Paragraph(words("sweep.unfinished", **numbers)))
    if counts.failed:
        some = words("sweep.some_failed", count=counts.failed, planned=numbers["planned"])
        found.append(Paragraph(some))
    if 0 < facts.done[1] < FEWEST and facts.is_compared and not facts.is_sampled:
        found.append(Paragraph(too_few(facts)))
    return found


def too_few(facts: Facts) -> str:
    """Say that there are too few replications for any verdict."""
    return facts.words("sweep.too_few", count=facts.done[1], fewest=facts.levels.count(FEWEST))
