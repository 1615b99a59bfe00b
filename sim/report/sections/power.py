"""Reach of "no relevant effect" and "cannot tell": how large it could be, and when."""

from __future__ import annotations

import math
import re

from sim.experiments.dependence import FAVOURABLE, FEWEST
from sim.experiments.verdicts import UNMOVED
from sim.report.blocks import Block, Paragraph
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.quantity import value_of
from sim.scenario.schema import PARAMETERS


def power_sentences(facts: Facts, effect: Effect) -> list[str]:
    """Say how far an effect reaches over the draws, how often it matters, and on what it depends.

    Empty where parameters are fixed, nothing differs, or the effect is a finding.
    """
    is_null = effect.verdict in UNMOVED and not effect.is_exactly_zero
    if not is_null or not math.isfinite(effect.p_relevant):
        return []
    return [_over_draws(facts, effect), _dependence(facts, effect)]


def looks_blocks(facts: Facts) -> list[Block]:
    """Say how many effects are looked at, and how many findings may be due to chance."""
    alone = facts.looks.alone
    if not facts.looks.looked:
        return []
    said = [facts.words("power.looks", **_looks(facts))]
    return [
        Paragraph(" ".join([*said, *([facts.words("power.alone", count=alone)] if alone else [])]))
    ]


def looks_in_short(facts: Facts) -> str:
    """Say the same in one sentence."""
    return facts.words("power.in_short", **_looks(facts))


def _looks(facts: Facts) -> dict[str, str]:
    return {name: facts.levels.count(value) for name, value in vars(facts.looks).items()}


def _over_draws(facts: Facts, effect: Effect) -> str:
    words, quantity = facts.words, effect.quantity
    of_draws = {0.0: "none", 1.0: "all"}.get(effect.p_relevant, "some")
    often = words(
        f"power.{of_draws}",
        relevant=quantity.size(effect.smallest_relevant),
        share=facts.share(effect.p_relevant),
    )
    low, high = quantity.change(effect.draws_lo90), quantity.change(effect.draws_hi90)
    key = "draws" if math.isfinite(effect.variance_luck) else "draws_with_luck"
    if low == high:
        is_luck = math.isclose(effect.draws_lo90, effect.draws_hi90) and effect.variance_luck > 0
        key = "steady" if is_luck else "near"
    return words(
        f"power.{key}",
        reps=facts.levels.count(effect.replications),
        low=low,
        between=quantity.lies(effect.draws_lo90, effect.draws_hi90),
        often=often,
    )


def _dependence(facts: Facts, effect: Effect) -> str:
    words, quantity = facts.words, effect.quantity
    if not math.isfinite(effect.explained):
        return words("power.too_few", fewest=facts.levels.count(FEWEST))
    if not effect.leading:
        return words("power.nothing")
    if effect.relevant_if:
        told = [_condition(facts, text) for text in effect.relevant_if.split("; ")]
        return words("power.if", conditions=_listed(facts, told))
    labels = [_label(facts, name[:-1]) for name in effect.leading.split(" ")]
    return words(
        "power.never",
        parameters=_listed(facts, labels),
        largest=quantity.change(effect.largest),
        share=facts.share(FAVOURABLE),
    )


def _label(facts: Facts, name: str) -> str:
    return facts.words("page.quoted", text=PARAMETERS[name].label[facts.language])


def _condition(facts: Facts, text: str) -> str:
    """Write a condition of the table of effects, such as ``"visit_reach >= 3.2"``, in words."""
    name, sign, value = re.fullmatch(r"(\w+) ([<>])= (.+)", text).groups()  # type: ignore[union-attr]
    info, words = PARAMETERS[name], facts.words
    unit = "" if info.unit in ("1", "share") else f" {words.unit(info.unit, float(value))}"
    amount = value_of(float(value), info.unit, facts.language) + unit
    key = "at_least" if sign == ">" else "at_most"
    return words(f"power.{key}", parameter=_label(facts, name), amount=amount)


def _listed(facts: Facts, told: list[str]) -> str:
    *others, last = told
    return facts.words("page.and", a=", ".join(others), b=last) if others else last
