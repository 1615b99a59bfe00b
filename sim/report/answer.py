"""The question, and its answer in plain words."""

from __future__ import annotations

from typing import Final

from sim.report.blocks import Block, Card, Cards, Paragraph, Section, Subhead
from sim.report.effect import SYMBOLS, Effect
from sim.report.facts import Facts
from sim.report.quantity import euros
from sim.report.readings import Arm
from sim.report.strip import draw_strip
from sim.words.catalogue import Words
from sim.words.language import number, span

__all__ = ["HEADLINES", "answer", "key_facts", "question", "title"]

HEADLINES: Final = {
    "closures": "closure_rate_town_centre",
    "births": "births_per_1000",
    "participation": "participation",
}
"""Measure behind each of the three answers."""

BESIDE_CLOSURES: Final = "open_shops_town_centre"


ALL_BIRTHS: Final = "project_births"


def title(facts: Facts, words: Words) -> str:
    """The question in one line."""
    if len(facts.arms) == 1:
        intervention = words("page.quoted", text=facts.arms[0].label)
        return words("page.title", place=facts.place, interventions=intervention)
    return words("page.title_several", place=facts.place, count=len(facts.arms))


def question(facts: Facts, words: Words) -> str:
    """What is compared, and why what differs is an effect."""
    quoted = [words("page.quoted", text=arm.label) for arm in facts.arms]
    if facts.is_independent:
        return words("page.question_independent")
    if len(quoted) == 1:
        return words("page.question", interventions=quoted[0])
    listed = words("page.and", a=", ".join(quoted[:-1]), b=quoted[-1])
    return words("page.question_several", interventions=listed)


def key_facts(facts: Facts, words: Words) -> list[tuple[str, str]]:
    """Territory, period, replications and public cost."""
    language = words.language
    reps = number(facts.reps, language)
    alone = len(facts.arms) == 1
    return [
        (
            words("page.territory"),
            words(
                "page.territory_value",
                place=facts.place,
                residents=number(facts.residents, language),
            ),
        ),
        (words("page.period"), f"{span(facts.months, language)}, {facts.years}"),
        (
            words("page.replications"),
            words("page.replications_value" if alone else "page.replications_several", count=reps),
        ),
        *(
            (
                words("page.cost") if alone else words("page.cost_of", intervention=arm.label),
                words("page.cost_value", amount=euros(arm.cost, language)),
            )
            for arm in facts.arms
        ),
    ]


def answer(facts: Facts, words: Words) -> Section:
    """The three answers for each intervention, in words first."""
    blocks: list[Block] = []
    for k, arm in enumerate(facts.arms, 1):
        effects = {key: facts.effect(arm, name) for key, name in HEADLINES.items()}
        blocks.append(Subhead(arm.label))
        blocks.append(Paragraph(_lead(facts, arm, effects, words), style="lead"))
        blocks.append(
            Cards([_card(facts, arm, k, key, effect, words) for key, effect in effects.items()])
        )
    blocks.append(Paragraph(words("answer.legend"), style="note"))
    return Section("answer", words("section.answer"), blocks)


def _lead(facts: Facts, arm: Arm, effects: dict[str, Effect], words: Words) -> str:
    if facts.is_identical(arm):
        return words("answer.nothing", intervention=words("page.quoted", text=arm.label))
    findings = [
        words(f"finding.{key}_{effect.verdict}")
        for key, effect in effects.items()
        if effect.is_measured
    ]
    key = "answer.lead_one" if arm.cost > 0 else "answer.lead_free"
    return words(
        key,
        span=span(facts.months, words.language),
        intervention=words("page.quoted", text=arm.label),
        cost=euros(arm.cost, words.language),
        findings=words("answer.separator").join(findings),
    )


def _card(facts: Facts, arm: Arm, k: int, key: str, effect: Effect, words: Words) -> Card:
    quantity = effect.quantity
    measure = words(f"headline.{key}")
    if not effect.is_measured:
        return Card(measure, words("verdict.missing"), "–", "open", "", [words("answer.missing")])
    moved = effect.verdict in ("increase", "decrease")
    verdict = words(f"headline.{key}_{effect.verdict}" if moved else f"verdict.{effect.verdict}")
    if not moved:
        verdict = verdict[0].upper() + verdict[1:]
    change = (
        words("answer.levels", value=quantity.change(effect.mean), unit=quantity.change_unit)
        if moved
        else ""
    )
    sentences = [_interval(effect, words)]
    if effect.still_needed:
        sentences.append(words("answer.more_needed", count=effect.needed(words)))
    if key == "births":
        births = facts.effect(arm, ALL_BIRTHS)
        if births.is_measured and moved:
            sentences.append(
                words(
                    "answer.in_all",
                    change=births.quantity.change(births.mean),
                    low=births.quantity.change(births.low90),
                    high=births.quantity.change(births.high90),
                    baseline=births.quantity.level(births.baseline),
                )
            )
    if key == "closures":
        shops = facts.effect(arm, BESIDE_CLOSURES)
        if shops.is_measured:
            sentences.append(
                words(
                    "answer.beside_shops",
                    change=shops.quantity.change(shops.mean),
                    low=shops.quantity.change(shops.low90),
                    high=shops.quantity.change(shops.high90),
                    baseline=shops.quantity.level(shops.baseline),
                )
            )
    return Card(
        measure,
        verdict,
        SYMBOLS[effect.verdict],
        effect.tone,
        change,
        sentences,
        draw_strip(f"interval_{k}_{key}", effect, effect.tone),
    )


def _interval(effect: Effect, words: Words) -> str:
    quantity = effect.quantity
    if effect.is_exactly_zero:
        key = "answer.identical"
    elif effect.verdict == "no_relevant_effect":
        key = "answer.no_relevant"
    elif effect.verdict == "not_determinable":
        key = "answer.undetermined"
    else:
        key = "answer.interval"
    level = quantity.level(effect.baseline)
    unit = "" if quantity.is_share else f" {quantity.level_unit}"
    return words(
        key,
        low=quantity.change(effect.low90),
        high=quantity.change(effect.high90),
        relevant=quantity.size(effect.smallest_relevant),
        baseline=f"{level}{unit}",
    )
