"""Is there a threshold, are returns diminishing, and what does a little more money bring?"""

from __future__ import annotations

import math
from typing import Any, Final

from sim.analysis.costs import PER, marginal_effects
from sim.analysis.response import response as response_to
from sim.analysis.responses import COST, effects_along
from sim.experiments.factors import Factor
from sim.report.blocks import Block, Cell, Paragraph, Section, Subhead, Table
from sim.report.effects import Effect, Surface
from sim.report.facts import Facts
from sim.report.findings import moves
from sim.report.levels import is_scale
from sim.report.quantity import about_euros, between, euros, rounded, signed
from sim.report.readings import Arm
from sim.words.catalogue import Words

FEWEST_LEVELS: Final = 3
"""Levels without which a response has no form."""


def response(facts: Facts) -> Section | None:
    """Show the form of the response along each numeric factor; None where there is none."""
    words = facts.words
    factors = [f for f in facts.layout.varied if is_scale(f)]
    enough = [f for f in factors if facts.points[f.name].nunique() >= FEWEST_LEVELS]
    if facts.is_sampled or not enough or facts.layout.kind == "strips":
        return None
    title = words("sweep_section.response")
    if not any(s.has_moved for arm in facts.arms for s in facts.surfaces(arm)):
        return Section("response", title, [Paragraph(words("response.nothing"))])
    blocks: list[Block] = [Paragraph(words("response.intro"))]
    for arm in facts.arms:
        own = facts.own(arm)
        changed = [s for s in own.surfaces(arm) if s.has_moved]
        if arm.label and len(facts.arms) > 1:
            blocks.append(Subhead(arm.label))
        along = [f for f in enough if f in own.factors]
        if not (changed and along):
            blocks.append(Paragraph(words("response.nothing")))
            continue
        blocks.append(_forms(own, arm, changed, along))
        if facts.has_interventions:
            blocks += _steps(own, arm, changed, [f for f in factors if f in own.factors])
    return Section("response", title, blocks)


def _forms(facts: Facts, arm: Arm, changed: list[Surface], factors: list[Factor]) -> Table:
    words = facts.words
    rows = []
    for surface in changed:
        measure, relevant = surface.measure, surface.relevant_on_average
        for factor in factors:
            frame = _comparable(facts, arm, factor, measure.name)
            ((_, levels, (effects,)),) = effects_along(frame, factor.name, (measure.name,))
            row = [Cell(surface.label), Cell(facts.levels.label(factor))]
            # A form is only stated of what differs enough to matter.
            if tone := moves(measure, effects, relevant, facts.language):
                told = Cell(words(f"response_form.{tone}"), tone=tone)
                rows.append([*row, told, *[Cell(words("quantity.unknown"))] * 2])
                continue
            found, none = response_to(levels, effects), Cell(words("response.none_found"))
            ends = (found.threshold, found.half_saturation)
            form = Cell(words(f"response_form.{found.form}"))
            rows.append([*row, form, *(_level(facts, factor, level) or none for level in ends)])
    heads = ["table.measure", "response.along", "response.form", "response.threshold",
             "response.half"]  # fmt: skip
    return facts.table("response.caption", heads, rows, (1, 2))


def _comparable(facts: Facts, arm: Arm, factor: Factor, measure: str, *others: str) -> Any:
    """Drop levels that never ran, and combinations of other factors that lack one that did."""
    frame = facts.differences(arm, measure, *others)
    held = [f.name for f in facts.layout.varied if f is not factor]
    frame = frame[frame.groupby(factor.name)[measure].transform("count") > 0]
    if not held:
        return frame
    known = frame.groupby([factor.name, *held])[measure].count().gt(0)
    whole = known.groupby(held).transform("all")
    return frame.join(whole.rename("is_whole"), on=[factor.name, *held]).query("is_whole")


def _level(facts: Facts, factor: Factor, level: Any) -> Cell | None:
    if level is None:
        return None
    words, amount = facts.words, facts.levels.amount
    low = amount(factor, level.lo90)
    if math.isinf(level.hi90):
        below = words("response.at_least", low=low)
    else:
        below = between(low, amount(factor, level.hi90), words.language)
    highest = facts.points[factor.name].max()
    if level.value > highest:
        return Cell(words("response.beyond", highest=amount(factor, highest)), below=below)
    return Cell(amount(factor, rounded(level.value, 2)), below=below)


def _steps(facts: Facts, arm: Arm, changed: list[Surface], factors: list[Factor]) -> list[Block]:
    """Show what each step of money adds, and what it costs."""
    words = facts.words
    money = [f for f in factors if f.unit.startswith("EUR")]
    blocks: list[Block] = []
    for factor in money:
        for surface in changed:
            if surface.measure.name == COST:  # which is what a step costs
                continue
            name, relevant = surface.measure.name, surface.relevant_on_average
            frame = _comparable(facts, arm, factor, name, COST)
            table = marginal_effects(frame, factor.name, name, smallest_relevant=relevant)
            rows = [_step(facts, factor, surface, row) for row in table.to_dict("records")]
            unit = surface.quantity.change_unit
            effect = "response.step_effect" if unit else "response.step_effect_bare"
            heads = [
                words("response.step"),
                words("response.step_cost"),
                words(effect, unit=unit),
                words("response.per", amount=euros(PER, words.language)),
                words("table.verdict"),
            ]
            caption = words("response.steps_caption", measure=surface.label,
                            factor=facts.levels.label(factor))  # fmt: skip
            blocks.append(Table(caption, heads, rows, words=(4,)))
    if blocks:
        intro = words("response.steps_intro", amount=euros(PER, words.language))
        blocks = [Paragraph(intro), *blocks]
    return blocks


def _step(facts: Facts, factor: Factor, surface: Surface, row: dict[Any, Any]) -> list[Cell]:
    words, amount, quantity = facts.words, facts.levels.amount, surface.quantity
    low = words("quantity.euros", amount=facts.levels.value(factor, row["from_level"]))
    step = words("quantity.range", low=low, high=amount(factor, row["to_level"]))
    if row["verdict"] in ("too_few", "missing"):
        blank, none = Cell(words("quantity.unknown")), words(f"verdict.{row['verdict']}")
        return [Cell(step), blank, blank, blank, Cell(none, tone="open")]
    effect = Effect(
        label=surface.label, good=surface.measure.good, quantity=quantity, verdict=row["verdict"]
    )
    marginal = Cell(words("quantity.unknown"))
    if effect.has_moved:
        mean, low, high = (
            _fine(row[f"marginal{end}"], quantity.scale, words) for end in ("", "_lo90", "_hi90")
        )
        marginal = Cell(mean, below=between(low, high, words.language))
    interval = quantity.interval(row["effect_lo90"], row["effect_hi90"])
    return [
        Cell(step),
        Cell(about_euros(row["cost"], words.language)),
        Cell(quantity.change(row["effect"]), below=interval),
        marginal,
        Cell(words(f"step.{row['verdict']}"), tone=effect.tone),
    ]


def _fine(value: float, scale: float, words: Words) -> str:
    """Write a small change to two significant figures."""
    if not math.isfinite(value):
        return words("quantity.unknown")
    shown = rounded(scale * value, 2)
    digits = max(0, 1 - math.floor(math.log10(abs(shown)))) if shown else 0
    return signed(shown, words.language, digits)
