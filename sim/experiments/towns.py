"""Many towns at once: a table with a row for each town, and a folder of their territories."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import InputError, nearest
from sim.experiments.experiment import BASELINE, Arms
from sim.experiments.experiment_arms import Treatments, arms_of, read_treatments, scenario_beside
from sim.experiments.experiment_design import read_whole
from sim.experiments.factors import SCENARIO
from sim.registry.parameters import ParameterInfo
from sim.scenario.scenario import Scenario, list_scenarios, load_scenario
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.experiments.towns_table import Row

TOWN_KEYS: Final = ("towns", "territories")
"""Keys of an experiment's file that name the table and the folder."""


def read_towns(content: Mapping[str, Any], path: Path) -> tuple[dict[str, Any], Arms]:
    """Read the towns that an experiment's file names.

    Returns
    -------
    content : dict
        Content of the file with the towns as levels of the factor ``scenario``, and their
        ``classes``, in place of `TOWN_KEYS`.
    arms : mapping
        Arms of each town.

    Raises
    ------
    InputError
        If the table or the folder cannot be read; a column, a value or a territory is unknown; or a
        territory has no row.
    """
    from sim.experiments.towns_table import read_rows  # with pyarrow, which few experiments need

    factors = content.get("factors", {})
    if not isinstance(factors, dict) or SCENARIO in factors or "points" in content:
        raise InputError(f"{path}: towns take the place of points and of the factor 'scenario'.")
    treatments = read_treatments(content.get("interventions", []), path)
    table = _beside(content.get("towns"), "towns", path)
    rows = read_rows(table, _infos(treatments))
    territories = _territories(rows, content, path, table)
    shared = content.get("settings", {})
    arms = {}
    for row, territory in zip(rows, territories, strict=True):
        base = replace(territory, name=row.town, title=Texts({ENGLISH: row.town}))
        if twice := sorted(row.settings.keys() & factors.keys()):
            raise InputError(f"{table}: column '{twice[0]}' is a factor of {path}, too.")
        own = dict(content)
        if isinstance(shared, dict):
            own["settings"] = {**shared, **row.settings}
        arms[row.town] = arms_of(base, treatments, own, f"{row.place} ({row.town})")
    months = {town: int(of_town[BASELINE].values["months"]) for town, of_town in arms.items()}
    first, *others = months
    if differs := [town for town in others if months[town] != months[first]]:
        raise InputError(
            f"{path}: {first} runs {months[first]} months and {differs[0]} {months[differs[0]]};"
            " say months in the experiment."
        )
    made = {key: value for key, value in content.items() if key not in TOWN_KEYS}
    made["factors"] = {SCENARIO: list(arms), **factors}
    made["classes"] = {row.town: row.kind for row in rows}
    return made, arms


def read_classes(content: Mapping[str, Any], arms: Arms, where: str) -> dict[str, str]:
    """Return the class of each town, empty where towns have none; nothing if there are no towns.

    Raises
    ------
    InputError
        If classes are not those of the territories.
    """
    given = content.get("classes", {})
    if not isinstance(given, dict) or not all(isinstance(kind, str) for kind in given.values()):
        raise InputError(f'{where}classes must be a table, such as Vierzon = "shrinking".')
    if given and (wrong := sorted(given.keys() ^ arms.keys())):
        fault = (
            f"'{wrong[0]}' is no territory.{nearest(wrong[0], arms)}"
            if wrong[0] in given
            else f"'{wrong[0]}' has none."
        )
        raise InputError(f"{where}classes: {fault}")
    return dict(given)


def read_choose(content: Mapping[str, Any], classes: Mapping[str, str], where: str) -> int:
    """Return how many towns are chosen: by default a tenth of them.

    Raises
    ------
    InputError
        If it is more than there are.
    """
    if not classes:
        if "choose" in content:
            raise InputError(f"{where}choose is a number of towns; name their table under towns.")
        return 0
    return read_whole(content, "choose", math.ceil(len(classes) / 10), 1, len(classes), where)


def _beside(name: Any, key: str, path: Path) -> Path:
    """Return a path next to the experiment's file, or as it is if there is none."""
    if not isinstance(name, str) or not name or "\0" in name:
        raise InputError(f"{path}: {key} = {name!r} must be a path.")
    beside = path.parent / name
    return beside if beside.exists() else Path(name)


def _infos(treatments: Treatments) -> dict[str, ParameterInfo]:
    """Return what may be set for a town: parameters, and levers by both of their names."""
    levers = {
        name: info
        for together in treatments.values()
        for one in together
        for lever, info in one.kind.infos.items()
        for name in (lever, f"{one.name}.{lever}")
    }
    return {**levers, **PARAMETERS}


def _territories(
    rows: Sequence[Row], content: Mapping[str, Any], path: Path, table: Path
) -> list[Scenario]:
    """Load the territory of each row: a file of the folder, or a scenario of the package.

    Without a folder, rows without a territory have that of the experiment.
    """
    shipped = {file.stem: file for file in list_scenarios()}
    files = dict[str, Path]()
    if "territories" in content:
        folder = _beside(content["territories"], "territories", path)
        if not folder.is_dir():
            raise InputError(f"{folder}: no such folder of territories.")
        files = {file.stem: file for file in sorted(folder.glob("*.toml"))}
        where = str(folder)
    else:
        where = "the package"
    names = [row.territory or (row.town if "territories" in content else "") for row in rows]
    if idle := [file for name, file in files.items() if name not in names]:
        hint = nearest(idle[0].stem, names)
        raise InputError(f"{idle[0]} has no row in {table}; add one, or move the file away.{hint}")
    found = dict[str, Scenario]()
    for name, row in zip(names, rows, strict=True):
        if name in found:
            continue
        known = {**shipped, **files}
        if name and name not in known:
            hint = nearest(name, known)
            raise InputError(f"{row.place}: no territory '{name}' in {where}.{hint}")
        found[name] = (
            load_scenario(known[name])
            if name
            else scenario_beside(content.get("scenario", "mid_sized_town"), path)
        )
    return [found[name] for name in names]
