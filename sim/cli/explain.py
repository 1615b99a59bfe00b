"""``sim explain``: the rule behind a name, and where it is written down."""

from __future__ import annotations

import textwrap
from typing import Annotated, Any

import typer

from sim.cli.console import CONSOLE, table

__all__ = ["explain_command"]


def explain_command(
    name: Annotated[
        str, typer.Argument(help="Process, parameter, variable (entity.quantity) or indicator.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Explain a rule, parameter, variable or measure.

    What it says, its values with their sources, who reads and writes it, file and line.
    """
    from sim.cli.explanation import explain

    found = explain(name)
    if as_json:
        CONSOLE.json({entry["kind"]: entry for entry in found})
    else:
        show = {
            "process": _process,
            "parameter": _parameter,
            "variable": _variable,
            "indicator": _indicator,
        }
        CONSOLE.data("\n\n".join(show[entry["kind"]](entry) for entry in found))
    entry = found[0]
    if entry["kind"] == "parameter":
        value = str(entry["value"]).lower() if isinstance(entry["value"], bool) else entry["value"]
        CONSOLE.next(f"sim run mid_sized_town --set {name}={value}")
    elif entry["kind"] == "process" and entry["parameters"]:
        CONSOLE.next(f"sim explain {entry['parameters'][0]['name']}")
    elif entry["kind"] == "variable" and (entry["written_by"] or entry["read_by"]):
        CONSOLE.next(f"sim explain {(entry['written_by'] + entry['read_by'])[0]['process']}")
    else:
        CONSOLE.next("sim run mid_sized_town --out results")


def _process(entry: dict[str, Any]) -> str:
    parts = [
        f"{entry['name']}: {entry['title']['en']} / {entry['title']['fr']}",
        f"Process {entry['place_in_month']} of {entry['processes_in_month']} of the month,"
        f" {entry['at']}",
        "",
        entry["rule"],
    ]
    for rule in entry["code"]:
        parts += ["", f"{rule['at']}", textwrap.indent(rule["source"], "    ")]
    if entry["parameters"]:
        rows = [["parameter", "default", "unit", "evidence", "source"]]
        rows += [
            [p["name"], str(p["value"]), p["unit"], p["evidence"], p["source"]]
            for p in entry["parameters"]
        ]
        parts += ["", table(rows, text_columns=5)]
    for verb in ("reads", "writes"):
        if entry[verb]:
            rows = [[verb, "unit", "meaning"]]
            rows += [[v["name"], v["unit"], v["meaning"]] for v in entry[verb]]
            parts += ["", table(rows, text_columns=3)]
    return "\n".join(parts)


def _parameter(entry: dict[str, Any]) -> str:
    lines = [
        f"{entry['name']}: {entry['label']['en']} / {entry['label']['fr']}",
        f"Parameter of [{entry['group']}], {entry['at']}",
        "",
        entry["help"]["en"],
        f"default   {entry['value']} ({entry['unit']})",
        f"admits    {entry['admits']}",
        f"evidence  {entry['evidence']}: {entry['source']}",
        f"role      {entry['role']}",
    ]
    if entry["read_by"]:
        lines.append(f"read by   {', '.join(entry['read_by'])}")
    if entry["mentioned_at"]:
        lines += [
            "",
            "Looked up outside of the month's processes:",
            *(f"  {place}" for place in entry["mentioned_at"]),
        ]
    return "\n".join(lines)


def _variable(entry: dict[str, Any]) -> str:
    lines = [
        f"{entry['name']}: {entry['meaning']}",
        f"Variable, {entry['dtype']} by {' x '.join(entry['dimensions'])}, unit {entry['unit']},"
        f" {entry['at']}",
    ]
    for verb, words in (("written_by", "written by"), ("read_by", "read by")):
        for place in entry[verb]:
            lines.append(f"{words:11}{place['process']}, {place['at']}")
    if entry["mentioned_at"]:
        lines += [
            "",
            "Looked up outside of the month's processes:",
            *(f"  {place}" for place in entry["mentioned_at"]),
        ]
    return "\n".join(lines)


def _indicator(entry: dict[str, Any]) -> str:
    return "\n".join(
        [
            f"{entry['name']}: {entry['label']['en']} / {entry['label']['fr']}",
            f"Indicator, unit {entry['unit']}, {entry['at']}",
            "",
            entry["definition"]["en"],
            entry["definition"]["fr"],
        ]
    )
