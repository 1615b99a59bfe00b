"""``sim interventions``: the interventions, their levers and costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, settings_table, table
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.interventions import Intervention

_MONEY: Final = ("set-up (EUR)", "a year", "in all", "discounted")
_SPENT: Final = ["planned a year", "really spent", "left over"]
_MONTHS: Final = 240
"""Months of a run for which costs are shown, the default of twenty years."""


def interventions_command(
    name: Annotated[
        str | None, typer.Argument(help="Intervention, or a TOML file; all by default.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--in",
            metavar="SCENARIO",
            help="Also measure in a scenario, by paired runs, what is really spent.",
        ),
    ] = None,
    language: options.Lang = ENGLISH,
    as_json: options.AsJson = False,
) -> None:
    """List interventions, or show the levers of one.

    Money is public and planned: at the start, each year, and over twenty years with the start,
    discounted. How much of it is really spent depends on the territory: `--in` measures it.
    """
    from sim.interventions import list_interventions, load_intervention
    from sim.simulation.provenance import describe_intervention

    loaded = [
        load_intervention(path) for path in (list_interventions() if name is None else [name])
    ]
    said = {i.name: describe_intervention(i, _MONTHS) for i in loaded}
    if scenario is not None:
        for one, spending in _measured(loaded, scenario).items():
            said[one]["spending"] = spending
    if as_json:
        CONSOLE.json(said if name is None else said[loaded[0].name])
    elif name is None:
        rows = [["intervention", "title", "description", *_MONEY, *_SPENT * bool(scenario)]]
        rows += [
            [i.name, i.title[language], i.description[language], *_amounts(said[i.name])]
            for i in loaded
        ]
        CONSOLE.data(table(rows, text_columns=3))
    else:
        (intervention,) = loaded
        about = said[intervention.name]
        CONSOLE.data(intervention.title[language])
        CONSOLE.data(intervention.description[language])
        heads = [*_MONEY, *_SPENT * bool(scenario)]
        CONSOLE.data(f"\nPublic money, planned over {_MONTHS // 12} years:")
        CONSOLE.data(table([heads, _amounts(about)], text_columns=0))
        CONSOLE.data(f"\nLevers (--set lever=value), type {intervention.type}:")
        CONSOLE.data(settings_table("lever", about["levers"], language))
    if scenario is None:
        CONSOLE.next(f"sim interventions {name or 'NAME'} --in mid_sized_town, for what is spent")
    else:
        CONSOLE.next(f"sim compare {scenario} {name or 'NAME'} --budget 500000")


def _amounts(said: dict[str, Any]) -> list[str]:
    cost = said["cost"]
    found = [cost[key] for key in ("set_up_eur", "eur_a_year", "eur", "discounted_eur")]
    found += [
        said["spending"][key] for key in ("planned", "spent", "unspent") if "spending" in said
    ]
    return [f"{amount:,.0f}" for amount in found]


def _measured(loaded: list[Intervention], scenario: str) -> dict[str, dict[str, float]]:
    """Return the EUR a year that each plans and spends in a scenario, by short paired runs."""
    from sim.experiments.budget import REPLICATIONS
    from sim.experiments.comparison import compare

    CONSOLE.detail(f"Running {scenario} {REPLICATIONS} times with each ...")
    results = compare(scenario, loaded, reps=REPLICATIONS, fixed_parameters=True)
    rows: Any = results.spending.to_dict("records")
    keys = ("planned", "spent", "unspent")
    return {row["intervention"]: {key: row[key] for key in keys} for row in rows}
