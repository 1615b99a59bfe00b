"""Cost of effects, and uses of the money."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from sim.figures.style import Picture
from sim.registry.variables.money import SOURCES
from sim.report.blocks import Block, Cell, Fold, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.pictures.money_bars import draw_money
from sim.report.quantity import about_euros
from sim.report.readings import Arm, Money
from sim.words.catalogue import Words
from sim.words.language import number, span

OUTCOMES: Final = {
    "surviving_projects": ("running_projects", 1),
    "closures_avoided": ("closures", -1),
    "active_youth_years": ("active_youth_years", 1),
}
"""Gains that public money buys: the measure, and the sign in which it is a gain."""


def cost(facts: Facts) -> Section | None:
    """Divide discounted public money by the gain; no ratio where the effect may be nil."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words = facts.words
    rows = [[Cell(arm.label), *_outcome(facts, arm, k)] for arm in facts.arms for k in OUTCOMES]
    heads = ("table.intervention", "cost.outcome", "cost.public_cost", "cost.gained",
             "cost.per_unit", "table.interval")  # fmt: skip
    over = span(facts.months, words.language)
    table = facts.table("cost.caption", heads, rows, (1,), span=over)
    return Section("cost", words("section.cost"), [Paragraph(words("cost.intro")), table])


def _outcome(facts: Facts, arm: Arm, key: str) -> list[Cell]:
    words = facts.words
    measure, sign = OUTCOMES[key]
    effect = facts.effect(arm, measure)
    amount = about_euros(arm.cost, words.language) if arm.cost > 0 else words("cost.free")
    first = [Cell(words(f"cost.{key}")), Cell(amount), effect.change_cell(words, sign)]
    low, high = sorted((sign * effect.lo90, sign * effect.hi90))
    if not effect.has_moved or low <= 0 <= high:
        return [*first, _why_none(effect, words), Cell("")]
    if high < 0:
        return [*first, Cell(words("cost.opposite"), tone="bad"), Cell("")]
    if arm.cost <= 0:
        return [*first, Cell(words("cost.free")), Cell("")]
    # A ratio has three figures: no more of them are known.
    gains = (sign * effect.mean, high, low)
    ratios = [about_euros(arm.cost / gain, words.language) for gain in gains]
    between = words("quantity.range", low=ratios[1], high=ratios[2])
    return [*first, Cell(ratios[0]), Cell(between)]


def _why_none(effect: Effect, words: Words) -> Cell:
    """Say why there is no ratio."""
    if effect.tone == "none":
        return Cell(words("verdict.no_relevant_effect"), tone="none")
    verdict = "not_determinable" if math.isfinite(effect.lo90) else effect.verdict
    return Cell(words(f"verdict.{verdict}"), tone="open")


def money(facts: Facts) -> Section | None:
    """Show spending by year, line and source; None where no ledger was kept."""
    words = facts.words
    blocks: list[Block] = []
    for p, (where, part) in enumerate(facts.shown):
        for k, arm in enumerate(part.arms if part.has_ledger else (), 1):
            booked, quoted = part.money(arm), facts.quoted(arm)
            blocks.append(Subhead(f"{arm.label} · {where}" if where else arm.label))
            if booked is None:
                blocks.append(Paragraph(words("money.none", intervention=quoted)))
                continue
            if booked.spent:
                name = f"money_{k}" if not p else f"money_{k}_at_{p}"
                blocks.append(Gallery([Tile(_bars(booked, name, quoted, words))], columns=1))
            table = _table(facts, booked, quoted)
            blocks.append(Fold(table.caption, [table]))
    if not blocks:
        return None
    return Section("money", words("section.money"), [Paragraph(words("money.intro")), *blocks])


def _bars(booked: Money, name: str, quoted: str, words: Words) -> Picture:
    totals = {line: float(amounts.sum()) for line, amounts in booked.spent.items()}
    total = about_euros(sum(totals.values()), words.language)
    line = words(f"line.{max(totals, key=totals.__getitem__)}")
    label = words("money.alt", intervention=quoted, total=total, line=line)
    years = [str(y) for y in booked.years]
    spent = {line: amounts.sum(axis=0) for line, amounts in booked.spent.items()}
    return draw_money(name, label, years, spent, words)


def _table(facts: Facts, booked: Money, quoted: str) -> Table:
    """Tabulate amounts by line and source; what was received is either spent or unspent."""
    words = facts.words
    spent = {line: amounts.sum(axis=1) for line, amounts in booked.spent.items()}
    by_source = {
        words("money.received"): booked.received,
        **{words(f"line.{line}").capitalize(): amounts for line, amounts in spent.items()},
        words("money.spent"): sum(spent.values(), np.zeros(len(SOURCES))),
        words("money.unspent"): booked.unspent,
    }
    rows = [
        [Cell(head), *(Cell(number(a, words.language)) for a in (*amounts, amounts.sum()))]
        for head, amounts in by_source.items()
    ]
    heads = [words("money.line"), *(words(f"source.{s}") for s in SOURCES), words("table.total")]
    caption = words("money.caption", intervention=quoted, span=span(facts.months, words.language))
    return Table(caption, heads, rows)
