"""The words and numbers of a budget board in one language."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sim.app.board import Board, settings_of
from sim.app.request import Catalogue
from sim.measures.registry import OUTCOMES
from sim.report.blocks import Cell
from sim.report.effects import SYMBOLS, Effect
from sim.report.facts import Facts
from sim.report.quantity import about_euros, euros
from sim.report.sections.budget import COLUMNS, money_columns, money_left, money_rows, per_unit
from sim.words.folders import Language
from sim.words.language import number, typeset


def tell_board(board: Board, choice: Catalogue, language: Language) -> dict[str, Any]:
    """Return all texts of a board, and the numbers of its picture.

    ``measures``: for each the ranked interventions with effect, interval, verdict, cost per unit,
    what is left of the budget, and the levers that it takes; ``money``: a table; ``left_out``:
    sentences on those for which the budget is too little; and what repeats it all.
    """
    assert board.results is not None
    facts = Facts(board.results, language)
    words = facts.words
    over = words("answers.over", reps=number(board.known, language))
    heads = ("table.intervention", "table.effect", "budget.per_unit")
    money = ("table.intervention", *(COLUMNS[column] for column in money_columns(facts)))
    return {
        "intro": words("budget.intro_scaled", budget=euros(board.budget, language)),
        "note": f"{words('budget.board')} {over}",
        "left_out": [
            words(
                "page_board.too_little",
                intervention=typeset(choice.interventions[name].title[language], language),
                spent=about_euros(spent, language),
            )
            for name, spent in board.too_little.items()
        ],
        "heads": [words(head) for head in heads],
        "measures": _measures(facts, settings_of(board, choice)),
        "money": {
            "heads": [words(head) for head in money],
            "rows": [{"cells": [_cell(cell) for cell in row]} for row in money_rows(facts)],
        },
        **board.commands,
    }


def _cell(cell: Cell) -> dict[str, str]:
    return {"text": cell.text, "below": cell.below}


def _measures(facts: Facts, settings: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the measures of which more or less is wanted, with ranked interventions."""
    arms = {arm.name: arm for arm in facts.wholes}
    spending = facts.results.spending.to_dict("records")
    left = {row["intervention"]: _left(row, facts) for row in spending}
    found = []
    for key, part in facts.results.board.groupby("measure", sort=False):
        measure = OUTCOMES[str(key)]
        if not measure.good:
            continue
        rows = [
            {
                "name": row["intervention"],
                "title": arms[row["intervention"]].label,
                "settings": settings[row["intervention"]],
                "left": left[row["intervention"]],
                "unit": _cell(per_unit(row, facts)),
                **_effect(facts.effect(arms[row["intervention"]], measure.name), facts),
            }
            for row in part.to_dict("records")
        ]
        label = typeset(measure.label[facts.language], facts.language)
        unit = facts.quantity(measure.name).change_unit
        found.append({"name": measure.name, "label": label, "unit": unit, "rows": rows})
    return found


def _left(row: Mapping[Any, Any], facts: Facts) -> str:
    """Say what is left of the budget and why, or what goes beyond it."""
    words, left, cell = facts.words, row["left"], money_left(row, facts)
    if not cell.below or row["limit"] == "free":
        return cell.below
    if left < 0:
        return words("page_board.over", amount=about_euros(-left, facts.language))
    return words("page_board.left", amount=cell.text, why=cell.below)


def _effect(effect: Effect, facts: Facts) -> dict[str, Any]:
    """Return an effect in words, and its numbers for the picture, None without any."""
    numbers = ("mean", "lo50", "hi50", "lo90", "hi90", "smallest_relevant")
    values = {name: getattr(effect, name) for name in numbers}
    return {
        "change": effect.quantity.change(effect.mean) if effect.is_measured else "–",
        "interval": f"({effect.interval})" if effect.is_measured else "",
        "symbol": SYMBOLS[effect.verdict],
        "verdict": facts.words(f"verdict.{effect.verdict}"),
        "tone": effect.tone if effect.is_measured else "",
        **{name: value if math.isfinite(value) else None for name, value in values.items()},
    }
