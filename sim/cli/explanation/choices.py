"""Names in files that people write: interventions, levers, catalogues, scenarios, experiments."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from sim.cli.explanation.model import declared, parameter_row
from sim.cli.explanation.places import (
    PACKAGE,
    at,
    attribute_reads,
    class_line,
    declaration,
    line_of,
    mentions,
    text_of,
)
from sim.experiments.experiment_file import list_experiments, load_experiment
from sim.interventions import LEVERS, TYPES, list_interventions, load_intervention
from sim.registry.catalogues import (
    PROJECT_COLUMNS,
    THIRD_PLACE_COLUMNS,
    Column,
    project_kinds,
    scenario_folder,
    third_place_kinds,
)
from sim.scenario.scenario import list_scenarios, load_scenario

CATALOGUES: Final[Mapping[str, tuple[Any, Mapping[str, Column]]]] = {
    "third_place_kinds": (third_place_kinds, THIRD_PLACE_COLUMNS),
    "project_kinds": (project_kinds, PROJECT_COLUMNS),
}
"""The kinds and the columns of each catalogue, by the name of its file."""


def shown(path: Path) -> str:
    """A file as a user finds it: from the checkout if it lies there."""
    root = PACKAGE.parent
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)


# -- levers and interventions ---------------------------------------------------------------------


def lever(name: str) -> dict[str, Any]:
    """A lever, with the types that have it and what they start from."""
    kinds = [TYPES[kind] for kind in LEVERS[name]]
    info = kinds[0].infos[name]
    defaults = {kind.name: kind.infos[name].default for kind in kinds}
    return {
        "label": dict(info.label),
        "definition": dict(info.help),
        **declared(info),
        "default": info.default if len(set(map(repr, defaults.values()))) == 1 else defaults,
        "types": list(defaults),
        "set_in": [
            {
                "intervention": path.stem,
                "value": entry["value"] if isinstance(entry, dict) else entry,
                "at": shown(path),
            }
            for path, file in _intervention_files()
            if (entry := file.get("levers", {}).get(name)) is not None
        ],
        "read_at": [*attribute_reads(name, "interventions", ("levers", "self")), *mentions(name)],
        "at": class_line(kinds[0].levers, name),
    }


@cache
def _intervention_files() -> list[tuple[Path, dict[str, Any]]]:
    return [(p, tomllib.loads(p.read_text(encoding="utf-8"))) for p in list_interventions()]


def intervention_type(name: str) -> dict[str, Any]:
    """A type of intervention with its levers."""
    kind = TYPES[name]
    return {
        "label": dict(kind.title),
        "definition": dict(kind.description),
        "levers": [parameter_row(info) for info in kind.infos.values()],
        "files": [shown(p) for p, file in _intervention_files() if file["type"] == name],
        "plan": at(Path(inspect.getfile(kind.plan)), kind.plan.__code__.co_firstlineno),
        "at": line_of(Path(inspect.getfile(kind.plan)), r"^TYPE = "),
    }


def interventions() -> list[str]:
    """Names of the interventions that come with the package."""
    return [path.stem for path in list_interventions()]


def intervention(name: str) -> dict[str, Any]:
    """A file of an intervention: its type, and the levers that it sets."""
    found = load_intervention(name)
    path = next(p for p in list_interventions() if p.stem == name)
    return {
        "label": dict(found.title),
        "definition": dict(found.description),
        "type": found.type,
        "sets": [_row(found.kind.infos, lever, s) for lever, s in found.settings.items()],
        "at": shown(path),
    }


def _row(declared: Mapping[str, Any], name: str, stated: Any) -> dict[str, Any]:
    """Return the statement of a file on a lever or a column, as a row of a table."""
    return {
        "name": name,
        "value": stated.value,
        "unit": declared[name].unit,
        "evidence": stated.evidence,
        "source": stated.source,
    }


# -- catalogues -----------------------------------------------------------------------------------


def catalogue_columns() -> list[str]:
    """Names of the columns of all catalogues."""
    return [name for _, columns in CATALOGUES.values() for name in columns]


def catalogue_column(name: str) -> dict[str, Any]:
    """A column of a catalogue with its values."""
    file, kinds, column = next(
        (f, kinds, columns[name]) for f, (kinds, columns) in CATALOGUES.items() if name in columns
    )
    return {
        "definition": column.meaning,
        "unit": column.unit,
        "admits": column.admits(),
        "catalogue": f"{file}.toml",
        "values": [
            {
                "kind": kind.name,
                "value": kind[name],
                "evidence": kind.figures[name].evidence,
                "source": kind.figures[name].source,
            }
            for kind in kinds()
        ],
        "read_at": mentions(name),
        "at": declaration(name, "registry"),
    }


def catalogue_kinds() -> list[str]:
    """Names of the kinds of third place and of project."""
    return [kind.name for kinds, _ in CATALOGUES.values() for kind in kinds()]


def catalogue_kind(name: str) -> dict[str, Any]:
    """A row of a catalogue: a kind of third place or of project."""
    file, columns, kind = next(
        (file, columns, kind)
        for file, (kinds, columns) in CATALOGUES.items()
        for kind in kinds()
        if kind.name == name
    )
    path = scenario_folder() / "catalogues" / f"{file}.toml"
    return {
        "label": dict(kind.label),
        "catalogue": path.name,
        "figures": [_row(columns, column, f) for column, f in kind.figures.items()],
        "at": f"{shown(path)}:{_toml_line(path, name)}",
    }


def _toml_line(path: Path, name: str) -> int:
    lines = text_of(path).splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.startswith(f'name = "{name}"'))


# -- scenarios and experiments --------------------------------------------------------------------


def scenarios() -> list[str]:
    """Names of the scenarios that come with the package."""
    return [path.stem for path in list_scenarios()]


def scenario(name: str) -> dict[str, Any]:
    """A file of a scenario."""
    path = next(p for p in list_scenarios() if p.stem == name)
    found = load_scenario(path)
    return {"label": dict(found.title), "definition": dict(found.description), "at": shown(path)}


def experiments() -> list[str]:
    """Names of the experiments that come with the package."""
    return [path.parent.name for path in list_experiments()]


def experiment(name: str) -> dict[str, Any]:
    """A file of an experiment: its question, and what it varies."""
    path = next(p for p in list_experiments() if p.parent.name == name)
    file = tomllib.loads(path.read_text(encoding="utf-8"))
    found = load_experiment(path)
    return {
        "label": dict(found.title),
        "definition": dict(found.question),
        "varies": list(file.get("factors", {})),
        "measures": file.get("indicators", []),
        "at": shown(path),
    }
