"""``sim interventions``: the interventions, their levers and costs."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from sim.cli.console import CONSOLE, table
from sim.cli.lang import Lang
from sim.words.folders import ENGLISH, check_language

_MONTHS: Final = 240
"""Months of a run for which costs are shown, the default of twenty years."""


def interventions_command(
    name: Annotated[
        str | None, typer.Argument(help="Intervention, or a TOML file; all by default.")
    ] = None,
    lang: Lang = ENGLISH,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List interventions, or show the levers of one.

    Costs are discounted public money over twenty years, including set-up.
    """
    from sim.interventions import list_interventions, load_intervention
    from sim.simulation.provenance import describe_intervention

    language = check_language(lang)
    if name is None:
        loaded = [load_intervention(path) for path in list_interventions()]
        if as_json:
            CONSOLE.json({i.name: describe_intervention(i, _MONTHS) for i in loaded})
        else:
            rows = [["intervention", "title", "description", "cost (EUR)"]]
            rows += [
                [i.name, i.title[language], i.description[language], f"{i.cost(_MONTHS):,.0f}"]
                for i in loaded
            ]
            CONSOLE.data(table(rows, text_columns=3))
        CONSOLE.next("sim interventions NAME, or sim run SCENARIO --intervention NAME")
        return
    intervention = load_intervention(name)
    said = describe_intervention(intervention, _MONTHS)
    if as_json:
        CONSOLE.json(said)
    else:
        CONSOLE.data(intervention.title[language])
        CONSOLE.data(intervention.description[language])
        cost = said["cost"]
        CONSOLE.data(
            f"\nPublic money over {_MONTHS // 12} years: {cost['eur']:,.0f} EUR, "
            f"discounted {cost['discounted_eur']:,.0f} EUR."
        )
        rows = [["lever", "value", "evidence", "source"]]
        rows += [
            [lever, f"{s['value']} {_unit(s['unit'])}".strip(), s["evidence"], s["source"]]
            for lever, s in said["levers"].items()
        ]
        CONSOLE.data(f"\nLevers (--set lever=value), type {intervention.type}:")
        CONSOLE.data(table(rows, text_columns=4))
    CONSOLE.next(f"sim run mid_sized_town --intervention {name}")


def _unit(unit: str) -> str:
    return "" if unit in ("1", "share") else unit
