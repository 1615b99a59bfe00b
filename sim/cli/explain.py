"""``sim explain``: what a name means, where it is declared, and who uses it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.words.folders import ENGLISH, Language

_HEAD: Final = ("kind", "name", "label", "definition", "rule", "code", "at")
"""Head of an entry, before its facts."""

_WIDTH: Final = 100


def explain_command(
    name: Annotated[
        str,
        typer.Argument(
            help="Any name in a file, a table or a report: a process, parameter, lever, "
            "intervention, kind, variable (entity.quantity), measure, column, scenario ..."
        ),
    ],
    language: options.Lang = ENGLISH,
    as_json: options.AsJson = False,
) -> None:
    """Explain a name: what it means, its value and source, who uses it, file and line."""
    from sim.cli.explanation import explain

    found = explain(name)
    if as_json:
        CONSOLE.json({entry["kind"].replace(" ", "_"): entry for entry in found})
    else:
        CONSOLE.data("\n\n".join(_text(entry, language) for entry in found))
    CONSOLE.next(_next(found[0]))


def _next(entry: Mapping[str, Any]) -> str:
    """The command that leads on."""
    name = entry["name"]
    match entry["kind"]:
        case "parameter":
            return f"sim run mid_sized_town --set {name}={_plain(entry['default'])}"
        case "lever" if entry["set_in"]:
            return f"sim explain {entry['set_in'][0]['intervention']}"
        case "intervention" | "intervention type":
            return f"sim compare mid_sized_town {name} --out results"
        case "process" if entry["parameters"]:
            return f"sim explain {entry['parameters'][0]['name']}"
        case "variable" if entry["written_by"] and ":" not in entry["written_by"][0]["by"]:
            return f"sim explain {entry['written_by'][0]['by']}"
        case "experiment":
            return f"sim sweep {name} --dry-run"
    return "sim run mid_sized_town --out results"


def _text(entry: Mapping[str, Any], language: Language) -> str:
    """An entry as text: what it is, what it means, then fact by fact."""
    label = entry.get("label")
    name = entry["name"] + (f": {label[language]}" if label else "")
    parts = [name, f"{entry['kind'].capitalize()}, {entry['at']}"]
    said = entry.get("definition")
    for text in (said[language] if isinstance(said, Mapping) else said, entry.get("rule")):
        if text:
            parts += ["", text]
    for rule in entry.get("code", ()):
        parts += ["", rule["at"], textwrap.indent(rule["source"], "    ")]
    facts = [(key.replace("_", " "), v) for key, v in entry.items() if key not in _HEAD]
    lines = [(key, v) for key, v in facts if not _is_list(v) and v not in (None, "")]
    if lines:
        width = max(len(key) for key, _ in lines)
        parts += ["", *(f"{key:{width}}  {_told(key, value, language)}" for key, value in lines)]
    for key, value in facts:
        if _is_list(value) and value:
            parts += ["", *_listed(key, value, language)]
    return "\n".join(parts)


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and not all(isinstance(v, int | float) for v in value)


def _listed(key: str, rows: list[Any], language: Language) -> list[str]:
    """A list of texts one below the other if they are long, or a table with a row a dict."""
    if not isinstance(rows[0], Mapping):
        line = f"{key}: {', '.join(rows)}"
        return [line] if len(line) <= _WIDTH else [f"{key}:", *(f"  {row}" for row in rows)]
    heads = list(rows[0])
    cells = [[key, *heads[1:]], *([_told(h, row[h], language) for h in heads] for row in rows)]
    return [table(cells, text_columns=len(heads))]


def _told(key: str, value: Any, language: Language) -> str:
    """A fact; a source in the language of the reader."""
    from sim.words.sources import source_in

    return source_in(value, language) if key == "source" else _plain(value)


def _plain(value: Any) -> str:
    """A value as it is written in a scenario file, or several."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{_plain(v)} ({k})" for k, v in value.items())
    if isinstance(value, list):
        return " to ".join(map(_plain, value))
    return str(value)
