"""``sim scenarios``: the territories and the parameters that each of them sets."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, settings_table, table
from sim.words.folders import ENGLISH


def scenarios_command(
    name: Annotated[
        str | None, typer.Argument(help="Scenario, or a TOML file; all by default.")
    ] = None,
    language: options.Lang = ENGLISH,
    as_json: options.AsJson = False,
) -> None:
    """List scenarios, or show the parameters that one sets."""
    from sim.scenario.scenario import list_scenarios, load_scenario
    from sim.simulation.provenance import describe_scenario

    if name is None:
        loaded = [load_scenario(path) for path in list_scenarios()]
        if as_json:
            texts = ("title", "description")
            CONSOLE.json({s.name: {text: dict(getattr(s, text)) for text in texts} for s in loaded})
        else:
            rows = [["scenario", "title", "description"]]
            rows += [[s.name, s.title[language], s.description.get(language, "")] for s in loaded]
            CONSOLE.data(table(rows, text_columns=3))
        CONSOLE.next("sim scenarios NAME, or sim run NAME")
        return
    scenario = load_scenario(name)
    scenario = replace(scenario, posterior=scenario.drawn_from or scenario.posterior)
    said = describe_scenario(scenario)
    if as_json:
        CONSOLE.json(said | {"description": dict(scenario.description)})
    else:
        CONSOLE.data(scenario.title[language])
        CONSOLE.data(scenario.description.get(language, ""))
        CONSOLE.data("\nDifferences from the defaults (sim params):")
        CONSOLE.data(settings_table("parameter", said["settings"], language))
        if found := said["posterior"]:
            CONSOLE.data(
                f"\nComparisons and sweeps draw from the posterior {found['file']} "
                f"({found['draws']:,} draws): {', '.join(found['parameters'])}."
            )
    CONSOLE.next(f"sim run {name}")
