"""``sim scenarios``: the territories and the parameters that each of them sets."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.console import CONSOLE, table
from sim.cli.lang import Lang
from sim.words.folders import ENGLISH, check_language


def scenarios_command(
    name: Annotated[
        str | None, typer.Argument(help="Scenario, or a TOML file; all by default.")
    ] = None,
    lang: Lang = ENGLISH,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List scenarios, or show the parameters that one sets."""
    from sim.scenario.scenario import list_scenarios, load_scenario
    from sim.simulation.provenance import describe_scenario

    language = check_language(lang)
    if name is None:
        loaded = [load_scenario(path) for path in list_scenarios()]
        if as_json:
            CONSOLE.json(
                {
                    s.name: {"title": dict(s.title), "description": dict(s.description)}
                    for s in loaded
                }
            )
        else:
            rows = [["scenario", "title", "description"]]
            rows += [[s.name, s.title[language], s.description.get(language, "")] for s in loaded]
            CONSOLE.data(table(rows, text_columns=3))
        CONSOLE.next("sim scenarios NAME, or sim run NAME")
        return
    scenario = load_scenario(name)
    said = describe_scenario(scenario)
    if as_json:
        CONSOLE.json(said | {"description": dict(scenario.description)})
    else:
        CONSOLE.data(scenario.title[language])
        CONSOLE.data(scenario.description.get(language, ""))
        rows = [["parameter", "value", "evidence", "source"]]
        rows += [
            [key, f"{s['value']} {_unit(s['unit'])}".strip(), s["evidence"], s["source"]]
            for key, s in said["settings"].items()
        ]
        CONSOLE.data("\nDifferences from the defaults (sim params):")
        CONSOLE.data(table(rows, text_columns=4))
        if found := said["posterior"]:
            CONSOLE.data(
                f"\nComparisons and sweeps draw from the posterior {found['file']} "
                f"({found['draws']:,} draws): {', '.join(found['parameters'])}."
            )
    CONSOLE.next(f"sim run {name}")


def _unit(unit: str) -> str:
    return "" if unit in ("1", "share") else unit
