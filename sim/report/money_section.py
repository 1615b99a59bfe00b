"""What effects cost, and where the money went."""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.figures.style import Picture
from sim.registry.variables.money import SOURCES
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.effect import Effect
from sim.report.facts import Facts
from sim.report.money_bars import draw_money
from sim.report.quantity import euros, rounded
from sim.report.readings import Arm, Money
from sim.words.catalogue import Words
from sim.words.language import number, span

__all__ = ["cost_section", "money_section"]

OUTCOMES: Final = {
    "surviving_projects": ("running_projects", 1),
    "closures_avoided": ("closures", -1),
    "active_youth_years": ("active_youth_years", 1),
}
"""What public money buys: the measure, and the sign in which it is a gain."""


def cost_section(facts: Facts, words: Words) -> Section:
    """Discounted public money per unit gained; no ratio where the effect may be nil."""
    rows = [
        [Cell(arm.label), *_outcome(facts, arm, key, words)]
        for arm in facts.arms
        for key in OUTCOMES
    ]
    heads = [
        words("table.intervention"),
        words("cost.outcome"),
        words("cost.public_cost"),
        words("cost.gained"),
        words("cost.per_unit"),
        words("table.interval"),
    ]
    caption = words("cost.caption", span=span(facts.months, words.language))
    table = Table(caption, heads, rows, words=(1,))
    return Section("cost", words("section.cost"), [Paragraph(words("cost.intro")), table])


def _outcome(facts: Facts, arm: Arm, key: str, words: Words) -> list[Cell]:
    measure, sign = OUTCOMES[key]
    effect = facts.effect(arm, measure)
    language = words.language
    cost = Cell(euros(arm.cost, language) if arm.cost > 0 else words("cost.free"))
    outcome = Cell(words(f"cost.{key}"))
    if not effect.is_measured:
        return [outcome, cost, Cell(words("quantity.unknown")), _verdict(effect, words), Cell("")]
    gains = sorted((sign * effect.low90, sign * effect.high90))
    quantity = effect.quantity
    gained = Cell(quantity.change(sign * effect.mean), below=quantity.interval(*gains))
    if effect.tone in ("open", "none") or gains[0] <= 0 <= gains[1]:
        return [outcome, cost, gained, _verdict(effect, words), Cell("")]
    if gains[1] < 0:
        return [outcome, cost, gained, Cell(words("cost.opposite"), tone="bad"), Cell("")]
    if arm.cost <= 0:
        return [outcome, cost, gained, Cell(words("cost.free")), Cell("")]
    ratio = Cell(_per_unit(arm.cost, sign * effect.mean, words))
    low, high = (_per_unit(arm.cost, gain, words) for gain in reversed(gains))
    return [outcome, cost, gained, ratio, Cell(words("quantity.range", low=low, high=high))]


def _per_unit(cost: float, gain: float, words: Words) -> str:
    """A ratio to three figures: no more of them are known."""
    return euros(rounded(cost / gain, 3), words.language)


def _verdict(effect: Effect, words: Words) -> Cell:
    """Why there is no ratio."""
    name = "no_relevant_effect" if effect.tone == "none" else "not_determinable"
    verdict = effect.verdict if not effect.is_measured else name
    return Cell(words(f"verdict.{verdict}"), tone="none" if effect.tone == "none" else "open")


def money_section(facts: Facts, words: Words) -> Section:
    """Spending by year, line and source."""
    blocks: list[Block] = [Paragraph(words("money.intro"))]
    for k, arm in enumerate(facts.arms, 1):
        money = facts.money(arm)
        quoted = words("page.quoted", text=arm.label)
        blocks.append(Subhead(arm.label))
        if money is None:
            blocks.append(Paragraph(words("money.none", intervention=quoted)))
            continue
        if money.spent:
            bars = _bars(money, k, quoted, words)
            blocks.append(Gallery([Tile(bars)], columns=1))
        blocks.append(_table(facts, money, quoted, words))
    return Section("money", words("section.money"), blocks)


def _bars(money: Money, k: int, quoted: str, words: Words) -> Picture:
    totals = {line: float(amounts.sum()) for line, amounts in money.spent.items()}
    label = words(
        "money.alt",
        intervention=quoted,
        total=euros(sum(totals.values()), words.language),
        line=words(f"line.{max(totals, key=totals.__getitem__)}"),
    )
    years = [str(y) for y in money.years]
    spent = {line: amounts.sum(axis=0) for line, amounts in money.spent.items()}
    return draw_money(f"money_{k}", label, years, spent, words)


def _table(facts: Facts, money: Money, quoted: str, words: Words) -> Table:
    """Amounts by line and source; what was received is either spent or unspent."""
    by_source = {words("money.received"): money.received}
    for line, amounts in money.spent.items():
        by_source[words(f"line.{line}").capitalize()] = amounts.sum(axis=1)
    by_source[words("money.spent")] = sum(
        (amounts.sum(axis=1) for amounts in money.spent.values()), np.zeros(len(SOURCES))
    )
    by_source[words("money.unspent")] = money.unspent
    rows = [
        [Cell(head), *(Cell(number(a, words.language)) for a in (*amounts, amounts.sum()))]
        for head, amounts in by_source.items()
    ]
    heads = [words("money.line"), *(words(f"source.{s}") for s in SOURCES), words("table.total")]
    caption = words("money.caption", intervention=quoted, span=span(facts.months, words.language))
    return Table(caption, heads, rows)
