"""The headline measures of each arm: a card for each, and the parts of an arm beside it."""

from __future__ import annotations

import math
from typing import Final

from sim.experiments.inference import FEWEST
from sim.report.blocks import Block, Card, Cards, Paragraph, Section, Subhead
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.headlines import HEADLINES, SHOWN
from sim.report.readings import Arm
from sim.report.sections.answer_card import capital, card
from sim.report.sections.found import with_relevance
from sim.report.sections.parts import whole_and_parts
from sim.report.sections.power import power_sentences
from sim.words.catalogue import Words
from sim.words.language import number

ALL_BIRTHS: Final = "project_births"


def headline_cards(facts: Facts) -> Section | None:
    """Show the intervals behind the answer and what they depend on; None over many points."""
    if not facts.is_compared or facts.factors:
        return None
    words = facts.words
    blocks: list[Block] = []
    for k, arm in enumerate(facts.wholes, 1):
        effects = {key: facts.effect(arm, name) for key, name in HEADLINES.items()}
        cards = [_headline(facts, arm, f"interval_{k}_{key}", key, e) for key, e in effects.items()]
        blocks += [Subhead(arm.label), Cards(cards), *whole_and_parts(facts, arm)]
    if any(card.picture for block in blocks if isinstance(block, Cards) for card in block.cards):
        blocks.append(Paragraph(words("answer.legend"), style="note"))
    return Section("headlines", words("section.headlines"), blocks)


def _headline(facts: Facts, arm: Arm, name: str, key: str, effect: Effect) -> Card:
    words, measure = facts.words, facts.words(f"headline.{key}")
    if not effect.is_measured:
        return Card(measure, words("verdict.missing"), "–", "open", "", [words("answer.missing")])
    verdict = capital(words(f"verdict.{effect.verdict}"))
    if effect.has_moved:
        said = words(f"headline.{key}_{effect.direction}")
        verdict = with_relevance(words, said, effect)
    sentences = [_interval(effect, words)]
    sentences += power_sentences(facts, effect)
    if effect.still_needed and effect.verdict != "too_few":
        sentences.append(words("answer.more_needed", count=effect.needed(words)))
    if key == "births" and effect.has_moved:
        sentences += _with_levels(
            "answer.in_all", "answer.in_all_same", facts.effect(arm, ALL_BIRTHS), words
        )
    if key == "closures":
        sentences += _with_levels(
            "answer.beside_shops",
            "answer.beside_shops_same",
            facts.effect(arm, SHOWN["shops"]),
            words,
        )
    return card(name, measure, verdict, effect, sentences, words)


def _with_levels(key: str, same: str, effect: Effect, words: Words) -> list[str]:
    """State another effect, with its interval and the level without the intervention.

    `same` is the key of the words where nothing differs.
    """
    if not math.isfinite(effect.lo90):
        return []
    quantity = effect.quantity
    change, baseline = quantity.change(effect.mean), quantity.level(effect.baseline_mean)
    if effect.is_exactly_zero or effect.interval == quantity.change(0.0):
        key = same
    return [words(key, change=change, interval=effect.interval, baseline=baseline)]


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
