"""Money of the arms a year, planned and spent, and the arms ranked by each headline measure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from sim.experiments.budget import CLOSE, REPLICATIONS
from sim.measures.registry import OUTCOMES
from sim.report.blocks import Block, Cell, Fold, Gallery, Paragraph, Section, Table, Tile
from sim.report.facts import Facts
from sim.report.pictures.canvas import unit_line
from sim.report.pictures.strips import draw_strips
from sim.report.quantity import about_euros, euro_range, euros, value_of, with_unit
from sim.report.sections.question import MOST_PLACES
from sim.words.language import number

COLUMNS: Final = {
    "planned": "budget.planned",
    "spent": "budget.spent",
    "unspent": "budget.unspent",
    "left": "budget.left",
}
LIMITS: Final = {
    "demand": "budget.limit_demand",
    "levers": "budget.limit_levers",
    "steps": "budget.limit_steps",
    "free": "budget.limit_free",
}
"""Words for why money is left; see `sim.experiments.experiment.Limit`."""


def budget(facts: Facts) -> Section | None:
    """Show what is planned and spent, and rank arms; of many points, how arms were scaled."""
    words, asked = facts.words, facts.experiment.budget
    if not (facts.has_interventions and (facts.is_single or asked)):
        return None
    key = "budget.intro_scaled" if asked else "budget.intro"
    told = words(key, budget=euros(asked or 0.0, words.language))
    blocks: list[Block] = [Paragraph(told)]
    if not facts.is_single:
        return Section("budget", words("section.budget"), [*blocks, _scales(facts)])
    heads = ["table.intervention", *money_heads(facts)]
    blocks.append(facts.table("budget.caption", heads, money_rows(facts)))
    if len(facts.wholes) > 1:
        blocks += _board(facts)
    return Section("budget", words("section.budget"), blocks)


def money_columns(facts: Facts) -> tuple[str, ...]:
    """Return the keys of the columns of money; what is left of a budget where there is one."""
    columns = tuple(COLUMNS)
    return columns if facts.experiment.budget else columns[:-1]


def money_heads(facts: Facts) -> list[str]:
    """Return the keys of the heads of these columns."""
    return [COLUMNS[column] for column in money_columns(facts)]


def money_rows(facts: Facts) -> list[list[Cell]]:
    """Return a row for each arm: EUR a year, and why money is left."""
    words, table = facts.words, facts.results.spending
    rows: dict[str, Any] = {row["intervention"]: row for row in table.to_dict("records")}
    found = []
    for arm in facts.wholes:
        row = rows.get(arm.name)
        if row is None:
            continue
        name = next(iter(facts.experiment.scenarios))
        cells = [Cell(arm.label, below=_levers(facts, name, arm.name) if row["levers"] else "")]
        for column in money_columns(facts):
            low, high = (row.get(f"{column}_{end}", math.nan) for end in ("lo90", "hi90"))
            below = ""
            if math.isfinite(low):
                below = euro_range(low, high, words.language)
            cells.append(
                money_left(row, facts)
                if column == "left"
                else Cell(_money(row[column], facts), below=below)
            )
        found.append(cells)
    return found


def money_left(row: Mapping[str, Any], facts: Facts) -> Cell:
    """Return what is left of the budget and why; what goes beyond it is not left."""
    words, left = facts.words, row["left"]
    if abs(left) <= CLOSE * row["budget"]:
        return Cell(words("budget.all_spent"))
    if left < 0:
        return Cell(_money(0.0, facts), below=words("budget.over", amount=_money(-left, facts)))
    return Cell(_money(left, facts), below=_limit(row["limit"], facts))


def _limit(limit: str, facts: Facts) -> str:
    return facts.words(LIMITS[limit]) if limit in LIMITS else ""


def _levers(facts: Facts, scenario: str, arm: str) -> str:
    """Write the levers of money and size of an arm, as they were scaled."""
    words, arms, found = facts.words, facts.experiment.scenarios[scenario], []
    for one in facts.inputs.scaled_levers(arms, arm):
        amount = value_of(one.value, one.unit, words.language)
        unit = words.unit(one.unit, float(str(one.value)))
        found.append(words("budget.lever", lever=one.label, amount=with_unit(amount, unit, words)))
    return " · ".join(found)


def _scales(facts: Facts) -> Table:
    """Return what each arm spends in each territory, and its levers there."""
    words, places = facts.words, facts.territories
    reps = number(min(REPLICATIONS, facts.experiment.replications), words.language)
    if len(places) > MOST_PLACES:
        return _scales_of_many(facts, reps)
    rows = []
    for arm in facts.wholes:
        cells = [Cell(arm.label)]
        for name in places:
            scale = facts.experiment.scales[name][arm.name]
            said = (_limit(scale.limit, facts), _levers(facts, name, arm.name))
            cells.append(Cell(_money(scale.spent, facts), below=" · ".join(s for s in said if s)))
        rows.append(cells)
    heads = [words("table.intervention"), *places.values()]
    return Table(words("budget.scales", reps=reps), heads, rows)


def _scales_of_many(facts: Facts, reps: str) -> Table:
    """Return between what sums each arm spends in many towns, and in how many it cannot."""
    words, rows = facts.words, []
    for arm in facts.wholes:
        scales = [of_town[arm.name] for of_town in facts.experiment.scales.values()]
        spent = sorted(scale.spent for scale in scales)
        short = facts.levels.count(sum(scale.limit != "none" for scale in scales))
        ends = euro_range(spent[0], spent[-1], words.language)
        rows.append([Cell(arm.label), Cell(ends), Cell(short)])
    heads = [words(key) for key in ("table.intervention", "towns.spent", "towns.short")]
    return Table(words("towns.scales", reps=reps), heads, rows)


def _money(value: float, facts: Facts) -> str:
    if not math.isfinite(value):
        return facts.words("quantity.unknown")
    return about_euros(0.0 if abs(value) < 0.5 else value, facts.language)


def _board(facts: Facts) -> list[Block]:
    """Rank the arms by each indicator, in a picture and a table."""
    words, arms = facts.words, {arm.name: arm for arm in facts.wholes}
    board = facts.results.board
    board = board[board["intervention"].isin(list(arms))]
    tiles, rows = [], []
    for k, (name, part) in enumerate(board.groupby("measure", sort=False), 1):
        if not OUTCOMES[str(name)].good:
            continue  # nobody wants more or less of it
        effects = [(arms[a].label, facts.effect(arms[a], str(name))) for a in part["intervention"]]
        if not any(effect.is_measured for _, effect in effects):
            continue
        label, quantity = OUTCOMES[str(name)].label[words.language], effects[0][1].quantity
        alt = words("budget.alt", measure=label, first=effects[0][0], last=effects[-1][0])
        unit = unit_line(quantity)
        tiles.append(Tile(draw_strips(f"board_{k}", alt, label, unit, effects, quantity)))
        head = Cell(label, below=unit)
        for row, (arm, effect) in zip(part.to_dict("records"), effects, strict=True):
            shown = effect.signed_change if effect.is_measured else words("quantity.unknown")
            verdict = Cell(words(f"verdict.{effect.verdict}"), tone=effect.tone)
            rows.append(
                [head, Cell(arm), Cell(shown, below=effect.interval), verdict, per_unit(row, facts)]
            )
            head = Cell("")
    heads = ("table.measure", "table.intervention", "table.effect", "table.verdict",
             "budget.per_unit")  # fmt: skip
    return [
        Paragraph(words("budget.board")),
        Gallery(tiles, columns=2),
        Fold(words("budget.ranked"), [facts.table("budget.ranked", heads, rows, (1, 3))]),
    ]


def per_unit(row: Any, facts: Facts) -> Cell:
    """Return EUR per unit gained, such as a point, with its interval, or why there is none."""
    words, verdict = facts.words, row["cost_verdict"]
    if verdict == "ratio":
        scale = facts.quantity(str(row["measure"])).scale
        value, low, high = (row[n] / scale for n in ("eur_per_unit", "unit_lo90", "unit_hi90"))
        below = euro_range(low, high, words.language)
        return Cell(about_euros(value, words.language), below=below)
    known = {"loss": "cost.opposite", "free": "cost.free"}
    return Cell(words(known.get(verdict, f"verdict.{verdict}")))
