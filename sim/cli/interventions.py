"""``sim interventions``: the interventions, their levers and costs."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, settings_table, table
from sim.words.folders import ENGLISH

_MONTHS: Final = 240
"""Months of a run for which costs are shown, the default of twenty years."""


def interventions_command(
    name: Annotated[
        str | None, typer.Argument(help="Intervention, or a TOML file; all by default.")
    ] = None,
    language: options.Lang = ENGLISH,
    as_json: options.AsJson = False,
) -> None:
    """List interventions, or show the levers of one.

    Costs are discounted public money over twenty years, including set-up.
    """
    from sim.interventions import list_interventions, load_intervention
    from sim.simulation.provenance import describe_intervention

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
        CONSOLE.data(f"\nLevers (--set lever=value), type {intervention.type}:")
        CONSOLE.data(settings_table("lever", said["levers"]))
    CONSOLE.next(f"sim run mid_sized_town --intervention {name}")
