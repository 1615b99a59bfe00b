"""``sim scenarios``: the territories and the parameters that each of them sets."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.console import CONSOLE, table


def scenarios_command(
    name: Annotated[
        str | None, typer.Argument(help="Scenario, or a TOML file; all by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List scenarios, or show the parameters that one sets."""
    from sim.scenario.scenario import list_scenarios, load_scenario
    from sim.simulation.provenance import describe_scenario

    if name is None:
        loaded = [load_scenario(path) for path in list_scenarios()]
        if as_json:
            CONSOLE.json({s.name: {"title": s.title, "description": s.description} for s in loaded})
        else:
            rows = [["scenario", "title", "description"]]
            rows += [[s.name, s.title["en"], s.description.get("en", "")] for s in loaded]
            CONSOLE.data(table(rows, text_columns=3))
        CONSOLE.next("sim scenarios NAME, or sim run NAME")
        return
    scenario = load_scenario(name)
    said = describe_scenario(scenario)
    if as_json:
        CONSOLE.json(said | {"description": dict(scenario.description)})
    else:
        CONSOLE.data(f"{scenario.title['en']} / {scenario.title['fr']}")
        for text in scenario.description.values():
            CONSOLE.data(text)
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
