"""Generate the reference pages from the registries.

The documentation therefore always matches the code. ``python docs/generate.py FOLDER``
writes the pages; the documentation build calls it.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs.markdown_text import code, in_all, number, table
from docs.parameter_pages import admitted, parameter_pages, parameter_table, parameters_of, source
from sim.cli import app, main
from sim.cli.explanation import explain
from sim.interventions import TYPES, Intervention, list_interventions, load_intervention
from sim.measures.map_layers import LAYERS
from sim.measures.measure import Measure
from sim.measures.registry import MEASURES, MONTHLY, OUTCOMES
from sim.processes.month import MONTH
from sim.processes.process import Process
from sim.registry.catalogues import (
    PROJECT_COLUMNS,
    THIRD_PLACE_COLUMNS,
    Column,
    Kind,
    project_kinds,
    third_place_kinds,
)
from sim.registry.variables import VARIABLES
from sim.scenario.scenario import Scenario, list_scenarios, load_scenario
from sim.scenario.schema import PARAMETERS
from sim.words.folders import ENGLISH

ENTITIES = {
    "cell": "Cells: the ground and who lives on it",
    "premises": "Commercial premises and the shops in them",
    "youth": "Youth: residents aged 15 to 29",
    "entrepreneur": "Entrepreneurs and their projects",
    "official": "Officials",
    "worker": "Remote workers",
    "office": "Offices: the administrations that officials work in",
    "third_place": "Third places",
    "account": "Accounts: the money of an intervention",
    "ledger": "Ledger: this month's money",
    "visitor": "Visitors of third places this month",
    "project_kind": "Kinds of project",
    "sector": "Retail sectors",
    "zone": "Zones",
    "town": "The territory as a whole",
    "driver": "Exogenous drivers: this month's values",
    "series": "Exogenous drivers: the dated series behind them",
    "work": "Scratch",
}


# -- state, schedule, submodels ------------------------------------------------------------------


def entities_page() -> str:
    """Every array of the state, by entity: section 2 of the ODD description."""
    missing = {v.entity for v in VARIABLES.values()} - set(ENTITIES)
    if missing:
        raise KeyError(f"docs/generate.py lacks a title for these entities: {missing}")
    writers = {v: [p.name for p in MONTH if v in p.writes] for v in VARIABLES}
    text = ""
    for entity, title in ENTITIES.items():
        text += f"### {title}\n\n" + table(
            ("variable", "dimensions", "type", "unit", "meaning", "changed by"),
            (
                (
                    f"`{v.name}`",
                    " x ".join(v.dimensions),
                    v.dtype,
                    v.unit,
                    v.meaning,
                    code(writers[v.name]) if writers[v.name] else "start only",
                )
                for v in VARIABLES.values()
                if v.entity == entity
            ),
        )
    return text


def schedule_page() -> str:
    """The order of a month: section 3 of the ODD description."""
    return table(
        ("", "process", "reads", "changes", "draws"),
        (
            (
                k,
                in_all({**p.title, ENGLISH: f"[{p.title[ENGLISH]}](#{anchor(p)})"}),
                code(v for v in p.reads if v not in p.writes),
                code(p.writes),
                f"stream {p.stream}" if p.stream else "-",
            )
            for k, p in enumerate(MONTH, 1)
        ),
    )


def anchor(process: Process) -> str:
    """Target of a process's section."""
    return f"submodel-{process.name.replace('_', '-')}"


def submodels_page() -> str:
    """Each process with its description, rules and parameters: section 7 of the ODD."""
    text = ""
    for process in MONTH:
        said = explain(process.name)[0]
        own = parameters_of(process.name)
        taken = [n for n in process.parameters if n not in own]
        kernel = getattr(process.kernel, "py_func", process.kernel)
        text += f"({anchor(process)})=\n### {process.title[ENGLISH]}\n\n{said['rule']}\n\n"
        text += f"The loop, `{kernel.__name__}` at `{said['at']}`: {kernel.__doc__}\n\n"
        for rule in said["code"]:
            text += f"```python\n{rule['source']}\n```\n\n"
        if taken:
            text += f"It also takes these parameters of other groups: {code(taken)}.\n\n"
        if own:
            text += parameter_table(own)
    return text


def processes_page() -> str:
    """The module of each process, for the reference of the code."""
    text = ""
    for process in MONTH:
        module = f"sim.processes.{process.name}"
        text += f"### {module}\n\n```{{eval-rst}}\n.. automodule:: {module}\n   :members:\n```\n\n"
    return text


# -- measures and scenarios --------------------------------------------------------------------


def measures_page() -> str:
    """Every measure with its places, unit, label, definition and tables."""
    bases: dict[str, list[Measure]] = {}
    for measure in MEASURES.values():
        bases.setdefault(measure.base, []).append(measure)
    return table(
        ("measure", "also with", "unit", "label", "definition", "window at a horizon", "tables"),
        (
            (
                f"`{base}`",
                code([f"_{m.place}" for m in found if m.place]),
                found[0].unit,
                in_all(found[0].title),
                in_all(found[0].definition),
                f"`{found[0].window}`",
                ", ".join(
                    name
                    for name, held in (("monthly", MONTHLY), ("effects", OUTCOMES))
                    if any(m.name in held for m in found)
                ),
            )
            for base, found in bases.items()
        ),
    )


def scenarios_page() -> str:
    """Every scenario with the parameters that it sets."""
    text = ""
    for path in list_scenarios():
        scenario: Scenario = load_scenario(path)
        text += (
            f"## `{scenario.name}`: {in_all(scenario.title, ' / ')}\n\n"
            f"{in_all(scenario.description, '\n\n')}\n\n"
        )
        text += table(
            ("parameter", "value", "default", "unit", "evidence", "source"),
            (
                (
                    f"`{n}`",
                    number(s.value),
                    number(PARAMETERS[n].default),
                    PARAMETERS[n].unit,
                    s.evidence,
                    source(s.source),
                )
                for n, s in scenario.settings.items()
            ),
        )
    return text


def layers_page() -> str:
    """Every map layer."""
    return table(
        ("layer", "unit", "label", "definition"),
        ((f"`{i.name}`", i.unit, in_all(i.label), in_all(i.definition)) for i in LAYERS.values()),
    )


# -- catalogues and interventions ----------------------------------------------------------------


def catalogue_table(kinds: Sequence[Kind], columns: Mapping[str, Column]) -> str:
    """A transposed catalogue, one column per kind, with the evidence for its figures."""
    text = table(
        ("", "unit", *(f"`{k.name}`<br>{in_all(k.label)}" for k in kinds)),
        (
            (f"`{name}`: {column.meaning}", column.unit, *(number(k[name]) for k in kinds))
            for name, column in columns.items()
        ),
    )
    text += "Evidence:\n\n"
    for kind in kinds:
        # Most figures of a row share a source; only the others are named.
        by_source: dict[tuple[str, str], list[str]] = {}
        for name, figure in kind.figures.items():
            by_source.setdefault((figure.evidence, figure.source), []).append(name)
        most = max(by_source.values(), key=len)
        said = [
            f"{'all others' if names is most and len(by_source) > 1 else ''}"
            f"{'' if names is most else code(names)} **{evidence}** ({source(where)})"
            for (evidence, where), names in sorted(
                by_source.items(), key=lambda item: item[1] is most
            )
        ]
        text += f"- `{kind.name}`: {'; '.join(part.strip() for part in said)}.\n"
    return text + "\n"


def interventions_page() -> str:
    """Every type of intervention with its levers, and the files that use it."""
    uses: dict[str, list[Intervention]] = {}
    for path in list_interventions():
        use = load_intervention(path)
        uses.setdefault(use.type, []).append(use)
    text = ""
    for kind in TYPES.values():
        text += (
            f"## `{kind.name}`: {in_all(kind.title, ' / ')}\n\n"
            f"{in_all(kind.description, '\n\n')}\n\n"
        )
        text += table(
            ("lever", "", "default", "unit", "bounds", "evidence", "source"),
            (
                (
                    f"`{n}`",
                    f"{i.label[ENGLISH]}: {i.help[ENGLISH]}",
                    number(i.default),
                    i.unit,
                    admitted(i),
                    i.evidence,
                    source(i.source),
                )
                for n, i in kind.infos.items()
            ),
        )
        for use in uses.get(kind.name, []):
            decided = "; ".join(f"`{n}` = {number(s.value)}" for n, s in use.settings.items())
            text += (
                f"`{use.name}` ({use.title[ENGLISH]}): {decided or 'all defaults'}. Over twenty"
                f" years it costs {use.cost(240) / 1e6:.2f} M€, discounted, including set-up.\n\n"
            )
    return text


def catalogues_page() -> str:
    """Kinds of third place and of project, with every number."""
    return (
        "## Kinds of third place\n\n"
        + catalogue_table(third_place_kinds(), THIRD_PLACE_COLUMNS)
        + "## Kinds of project\n\n"
        + catalogue_table(project_kinds(), PROJECT_COLUMNS)
    )


# -- command line --------------------------------------------------------------------------------


def commands() -> list[list[str]]:
    """The words of every command; ``sim`` itself comes first."""
    found: list[list[str]] = [[]]
    groups: list[tuple[list[str], Any]] = [([], typer.main.get_command(app))]
    for words, group in groups:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                groups.append(([*words, name], command))
            else:
                found.append([*words, name])
    return found


def command_line_page() -> str:
    """The help of each command."""
    os.environ["COLUMNS"] = "96"  # the width of the help texts
    text = ""
    for words in commands():
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            main([*words, "--help"])
        text += f"## `{' '.join(['sim', *words])}`\n\n```text\n{said.getvalue().strip()}\n```\n\n"
    return text


def benchmarks_page() -> str:
    """The tables of ``benchmarks/results``, one section per file."""
    files = sorted((Path(__file__).parents[1] / "benchmarks" / "results").glob("*.md"))
    texts = (f.read_text(encoding="utf-8").strip() for f in files)
    return "".join(re.sub(r"^#", "##", t, flags=re.MULTILINE) + "\n\n" for t in texts)


def pages() -> dict[str, str]:
    """Every generated page in Markdown, by file name without suffix."""
    return parameter_pages() | {
        "entities": entities_page(),
        "schedule": schedule_page(),
        "submodels": submodels_page(),
        "processes": processes_page(),
        "measures": measures_page(),
        "layers": layers_page(),
        "scenarios": scenarios_page(),
        "catalogues": catalogues_page(),
        "interventions": interventions_page(),
        "benchmarks": benchmarks_page(),
        "command_line": command_line_page(),
    }


def write_pages(folder: Path) -> None:
    """Write every page into a folder; create it if necessary."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
