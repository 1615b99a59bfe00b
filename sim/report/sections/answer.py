"""The answer in plain words: what is stated of the runs, and three headlines at one point."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from sim.experiments.inference import FEWEST
from sim.report.blocks import Block, Card, Cards, Paragraph, Section, Subhead
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.headlines import HEADLINES, SHOWN
from sim.report.quantity import euros
from sim.report.readings import Arm
from sim.report.sections.answer_card import capital, card
from sim.report.sections.answer_over_points import over_points, side_by_side
from sim.report.sections.parts import what_parts_are, whole_and_parts
from sim.report.sections.power import power_sentences
from sim.report.sections.story import story
from sim.words.catalogue import Words
from sim.words.language import number, span

ALL_BIRTHS: Final = "project_births"

MOST_ARMS: Final = 3
"""Arms over many points that have cards of their own; more of them stand in a table."""


def answer(facts: Facts) -> Section:
    """Answer for each arm, in words first."""
    words = facts.words
    blocks: list[Block] = state_of_runs(facts)
    if not facts.is_compared:
        blocks += story(facts)
    elif not facts.factors:
        for k, arm in enumerate(facts.wholes, 1):
            blocks += _headlines(facts, arm, k)
            blocks += whole_and_parts(facts, arm)
        if _has_strips(blocks):
            blocks.append(Paragraph(words("answer.legend"), style="note"))
    elif len(facts.arms) > MOST_ARMS:
        blocks += [*side_by_side(facts), *what_parts_are(facts)]
    else:
        for k, arm in enumerate(facts.arms, 1):
            blocks += over_points(facts, arm, k)
        blocks += what_parts_are(facts)
    if not facts.is_single and (facts.has_interventions or not facts.is_sampled):
        blocks.append(Paragraph(_legend(facts, blocks), style="note"))
    return Section("answer", words("section.answer"), blocks)


def _legend(facts: Facts, blocks: Sequence[Block]) -> str:
    """Say how to read the answer over many points: signs, strips if there are any, and sizes."""
    is_sampled, sizes = facts.is_sampled, ["sweep.legend_size"]
    signs, strips = "sweep.legend", "sweep.legend_strip"
    if is_sampled:
        signs, strips = "sampled.legend", "sampled.legend_strip"
        sizes.append("sampled.legend_luck")
    elif len(facts.layout.varied) > 1 and len(facts.arms) <= MOST_ARMS:
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
        found.append(Paragraph(words("sweep.some_failed", **numbers)))
    if 0 < facts.done[1] < FEWEST and facts.is_compared and not facts.is_sampled:
        found.append(Paragraph(too_few(facts)))
    return found


def too_few(facts: Facts) -> str:
    """Say that there are too few replications for any verdict."""
    return facts.words("sweep.too_few", count=facts.done[1], fewest=facts.levels.count(FEWEST))


def _headlines(facts: Facts, arm: Arm, k: int) -> list[Block]:
    effects = {key: facts.effect(arm, name) for key, name in HEADLINES.items()}
    cards = [_headline(facts, arm, f"interval_{k}_{key}", key, e) for key, e in effects.items()]
    lead = Paragraph(_findings(facts, arm, effects), style="lead")
    return [Subhead(arm.label), lead, Cards(cards)]


def _findings(facts: Facts, arm: Arm, effects: dict[str, Effect]) -> str:
    words = facts.words
    if facts.is_identical(arm):
        return words("answer.nothing", intervention=facts.quoted(arm))
    findings = [_finding(words, key, e) for key, e in effects.items() if e.is_measured]
    return words(
        "answer.lead_one" if arm.cost > 0 else "answer.lead_free",
        span=span(facts.months, words.language),
        intervention=facts.quoted(arm),
        cost=euros(arm.cost, words.language),
        findings=words("answer.separator").join(findings),
    )


def _finding(words: Words, key: str, effect: Effect) -> str:
    """State a finding in a few words."""
    if effect.has_moved:
        return _with_relevance(words, words(f"finding.{key}_{effect.direction}"), effect)
    return words(f"finding.{key}_{'no_relevant_effect' if effect.is_small else 'open'}")


def _with_relevance(words: Words, said: str, effect: Effect) -> str:
    """Add to a finding that it may not matter, where that is open."""
    return words("answer.may_not_matter", finding=said) if effect.is_open else said


def _headline(facts: Facts, arm: Arm, name: str, key: str, effect: Effect) -> Card:
    words, measure = facts.words, facts.words(f"headline.{key}")
    if not effect.is_measured:
        return Card(measure, words("verdict.missing"), "–", "open", "", [words("answer.missing")])
    verdict = capital(words(f"verdict.{effect.verdict}"))
    if effect.has_moved:
        said = words(f"headline.{key}_{effect.direction}")
        verdict = _with_relevance(words, said, effect)
    sentences = [_interval(effect, words)]
    sentences += power_sentences(facts, effect)
    if effect.still_needed and effect.verdict != "too_few":
        sentences.append(words("answer.more_needed", count=effect.needed(words)))
    if key == "births" and effect.has_moved:
        sentences += _with_levels("answer.in_all", facts.effect(arm, ALL_BIRTHS), words)
    if key == "closures":
        sentences += _with_levels("answer.beside_shops", facts.effect(arm, SHOWN["shops"]), words)
    return card(name, measure, verdict, effect, sentences, words)


def _with_levels(key: str, effect: Effect, words: Words) -> list[str]:
    """State another effect, with its interval and the level without the intervention."""
    if not math.isfinite(effect.lo90):
        return []
    quantity = effect.quantity
    low, change, high = (quantity.change(v) for v in (effect.lo90, effect.mean, effect.hi90))
    baseline = quantity.level(effect.baseline_mean)
    if low == high:
        key = "answer.beside_shops_same" if key == "answer.beside_shops" else key
    return [words(key, change=change, low=low, high=high, baseline=baseline)]


def _interval(effect: Effect, words: Words) -> str:
    quantity = effect.quantity
    key = "undetermined"
    if effect.is_exactly_zero:
        key = "identical"
    elif effect.verdict == "too_few":
        key = "too_few"
    elif effect.is_chance:
        key = "chance"
    elif effect.is_small:
        key = "no_relevant"
    elif effect.has_moved:
        key = "interval"
    return words(
        f"answer.{key}",
        change=quantity.change(effect.mean),
        fewest=number(FEWEST, words.language),
        low=quantity.change(effect.lo90),
        high=quantity.change(effect.hi90),
        between=quantity.lies(effect.lo90, effect.hi90),
        relevant=quantity.size(effect.smallest_relevant),
        baseline=quantity.level_in_full(effect.baseline_mean),
    )
