"""Cost of effects, and uses of the money."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np

from sim.experiments.cost_effectiveness import GAINS, cost_effectiveness
from sim.figures.style import Picture
from sim.registry.variables.money import SOURCES
from sim.report.blocks import Block, Cell, Fold, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.facts import Facts
from sim.report.pictures.money_bars import draw_money
from sim.report.quantity import about_euros, euro_range
from sim.report.readings import Arm, Money
from sim.words.catalogue import Words
from sim.words.language import number, span

FINDINGS: Final = {
    "surviving_projects": "running_projects",
    "closures_avoided": "closure_rate_territory",
    "active_youth_years": "active_youth_years",
}
"""Gains that public money buys, and the measures that must be found to move for a ratio."""


def cost(facts: Facts) -> Section | None:
    """Divide discounted public money by the gain; no ratio where the effect may be nil."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words, runs = facts.words, facts.results.runs
    table = cost_effectiveness(runs) if len(runs) else runs
    found: dict[Any, Any] = {
        (row["intervention"], row["outcome"]): row
        for row in table.to_dict("records")
        if row["horizon"] == facts.months
    }
    rows = [
        [Cell(arm.label), *_outcome(facts, arm, outcome, found.get((arm.name, outcome)))]
        for arm in facts.arms
        for outcome in FINDINGS
    ]
    heads = ("table.intervention", "cost.outcome", "cost.public_cost", "cost.gained",
             "cost.per_unit", "table.interval")  # fmt: skip
    over = span(facts.months, words.language)
    shown = facts.table("cost.caption", heads, rows, (1,), span=over)
    return Section("cost", words("section.cost"), [Paragraph(words("cost.intro")), shown])


def _outcome(facts: Facts, arm: Arm, outcome: str, row: Any) -> list[Cell]:
    """Return a row of `cost_effectiveness`; an effect that is none among all has no ratio."""
    words = facts.words
    amount = about_euros(arm.cost, words.language) if arm.cost > 0 else words("cost.free")
    first = [Cell(words(f"cost.{outcome}")), Cell(amount)]
    if row is None or not math.isfinite(row["gained"]):
        verdict = "missing" if row is None else row["verdict"]
        unknown = Cell(words("quantity.unknown"))
        return [*first, unknown, Cell(words(f"verdict.{verdict}"), tone="open"), Cell("")]
    quantity = facts.effect(arm, GAINS[outcome][1]).quantity
    interval = quantity.interval(row["gained_lo90"], row["gained_hi90"])
    first.append(Cell(quantity.change(row["gained"]), below=interval))
    finding, verdict = facts.effect(arm, FINDINGS[outcome]), row["verdict"]
    if finding.is_small or verdict == "no_relevant_effect":
        return [*first, Cell(words("verdict.no_relevant_effect"), tone="none"), Cell("")]
    if not finding.has_moved or verdict == "not_determinable":
        return [*first, Cell(words("verdict.not_determinable"), tone="open"), Cell("")]
    if verdict == "loss":
        return [*first, Cell(words("cost.opposite"), tone="bad"), Cell("")]
    if verdict == "free":
        return [*first, Cell(words("cost.free")), Cell("")]
    between = euro_range(row["lo90"], row["hi90"], words.language)
    return [*first, Cell(about_euros(row["eur_per_unit"], words.language)), Cell(between)]


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
