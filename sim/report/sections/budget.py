"""Money of the arms a year, planned and spent, and the arms ranked by each headline measure."""

from __future__ import annotations

import math
from typing import Any, Final

from sim.measures.registry import OUTCOMES
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Tile
from sim.report.facts import Facts
from sim.report.pictures.canvas import unit_line
from sim.report.pictures.strips import draw_strips
from sim.report.quantity import euros, rounded

COLUMNS: Final = {
    "planned": "budget.planned",
    "spent": "budget.spent",
    "unspent": "budget.unspent",
    "left": "budget.left",
}
LIMITS: Final = {
    "demand": "budget.limit_demand",
    "levers": "budget.limit_levers",
    "free": "budget.limit_free",
}
"""Words for why money is left."""


def budget(facts: Facts) -> Section | None:
    """Show what is planned and spent, and rank arms; None without arms at one point."""
    if not (facts.is_single and facts.has_interventions):
        return None
    words, asked = facts.words, facts.experiment.budget
    key = "budget.intro_scaled" if asked else "budget.intro"
    told = words(key, budget=euros(asked or 0.0, words.language))
    blocks: list[Block] = [Paragraph(told)]
    heads = ["table.intervention", *(COLUMNS[c] for c in money_columns(facts))]
    blocks.append(facts.table("budget.caption", heads, money_rows(facts)))
    if len(facts.wholes) > 1:
        blocks += _board(facts)
    return Section("budget", words("section.budget"), blocks)


def money_columns(facts: Facts) -> tuple[str, ...]:
    """Return the keys of the columns of money; what is left of a budget where there is one."""
    columns = tuple(COLUMNS)
    return columns if facts.experiment.budget else columns[:-1]


def money_rows(facts: Facts) -> list[list[Cell]]:
    """Return a row for each arm: EUR a year, and why money is left."""
    words, table = facts.words, facts.results.spending
    rows: dict[str, Any] = {row["intervention"]: row for row in table.to_dict("records")}
    found = []
    for arm in facts.wholes:
        row = rows.get(arm.name)
        if row is None:
            continue
        cells = [Cell(arm.label, below=row["levers"])]
        for column in money_columns(facts):
            low, high = (row.get(f"{column}_{end}", math.nan) for end in ("lo90", "hi90"))
            below = ""
            if math.isfinite(low):
                ends = {k: euros(v, words.language) for k, v in (("low", low), ("high", high))}
                below = words("quantity.range", **ends)
            if column == "left" and row["limit"] in LIMITS:
                below = words(LIMITS[row["limit"]])
            cells.append(Cell(_money(row[column], facts), below=below))
        found.append(cells)
    return found


def _money(value: float, facts: Facts) -> str:
    if not math.isfinite(value):
        return facts.words("quantity.unknown")
    return euros(0.0 if abs(value) < 0.5 else value, facts.language)


def _board(facts: Facts) -> list[Block]:
    """Rank the arms by each indicator, in a picture and a table."""
    words, arms = facts.words, {arm.name: arm for arm in facts.wholes}
    board = facts.results.board
    board = board[board["intervention"].isin(list(arms))]
    tiles, rows = [], []
    for k, (name, part) in enumerate(board.groupby("measure", sort=False), 1):
        effects = [(arms[a].label, facts.effect(arms[a], str(name))) for a in part["intervention"]]
        if not any(effect.is_measured for _, effect in effects):
            continue
        label, quantity = OUTCOMES[str(name)].label[words.language], effects[0][1].quantity
        alt = words("budget.alt", measure=label, first=effects[0][0], last=effects[-1][0])
        unit = unit_line(quantity)
        tiles.append(Tile(draw_strips(f"board_{k}", alt, label, unit, effects, quantity)))
        for row, (arm, effect) in zip(part.to_dict("records"), effects, strict=True):
            head = Cell(label if row["rank"] == 1 else "", below=unit if row["rank"] == 1 else "")
            shown = effect.signed_change if effect.is_measured else words("quantity.unknown")
            verdict = Cell(words(f"verdict.{effect.verdict}"), tone=effect.tone)
            rows.append(
                [head, Cell(arm), Cell(shown, below=effect.interval), verdict, _unit(row, facts)]
            )
    heads = ("table.measure", "table.intervention", "table.effect", "table.verdict",
             "budget.per_unit")  # fmt: skip
    return [
        Paragraph(words("budget.board")),
        Gallery(tiles, columns=2),
        facts.table("budget.ranked", heads, rows, (1, 3)),
    ]


def _unit(row: Any, facts: Facts) -> Cell:
    """Return EUR per unit gained with its interval, or why there is none."""
    words, verdict = facts.words, row["cost_verdict"]
    if verdict == "ratio":
        value, low, high = (
            euros(rounded(row[n], 3), words.language)
            for n in ("eur_per_unit", "unit_lo90", "unit_hi90")
        )
        return Cell(value, below=words("quantity.range", low=low, high=high))
    known = {"loss": "cost.opposite", "free": "cost.free"}
    return Cell(words(known.get(verdict, f"verdict.{verdict}")))
