"""Catalogues of kinds of third place and of project; to add a kind, add a row to a file.

A catalogue is a TOML file with one ``[[kind]]`` table per row. A plain figure takes the source and
evidence of its row; ``{ value, source, evidence }`` gives its own::

    [[kind]]
    name = "fablab"
    label = { en = "Fablab", fr = "Fablab" }
    source = "source of most figures of the row"
    evidence = "assumed"
    seats = 15
    fee = { value = 30, source = "source of this figure", evidence = "found" }
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from sim.errors import InputError, nearest
from sim.registry.parameters import Evidence
from sim.registry.settings import read_setting, read_texts, read_toml

_HEAD = ("name", "label", "source", "evidence")
_MOST_KINDS = 255
DIMENSIONS: Final = ("economic", "ecological", "social", "cultural")
"""Dimensions of transition, in the order of their codes."""


@dataclass(frozen=True)
class Column:
    """A column of a catalogue.

    Attributes
    ----------
    unit, meaning : str
        As in `sim.registry.variables`.
    kind : {float, int, bool, str}
        Type of the values; float columns accept whole numbers.
    low, high : float
        Bounds of a number, both included.
    choices : tuple of str
        Admissible words of a str column.
    """

    unit: str
    meaning: str
    kind: type = float
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()

    def admits(self) -> str:
        """Describe the admissible values for an error message."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        number = "a whole number" if self.kind is int else "a number"
        return f"{number} from {self.low:g} to {self.high:g} ({self.unit})"

    def holds(self, value: Any) -> bool:
        """Return whether a value is admissible."""
        if self.kind is bool or isinstance(value, bool):
            return self.kind is bool and isinstance(value, bool)
        if self.choices:
            return value in self.choices
        whole = isinstance(value, int)
        return (whole or (self.kind is float and isinstance(value, float))) and (
            self.low <= value <= self.high
        )


@dataclass(frozen=True)
class Figure:
    """A value with its source and evidence mark."""

    value: Any
    source: str
    evidence: Evidence


@dataclass(frozen=True)
class Kind:
    """A row of a catalogue.

    ``kind["seats"]`` is the value of a column, ``kind.figures["seats"]`` the value with its source.

    Attributes
    ----------
    name : str
        Name used in scenarios, interventions and results.
    label : mapping of str to str
        What it is called, by language.
    figures : mapping of str to Figure
        By column.
    """

    name: str
    label: Mapping[str, str]
    figures: Mapping[str, Figure]

    def __getitem__(self, column: str) -> Any:
        return self.figures[column].value


THIRD_PLACE_COLUMNS: Final[Mapping[str, Column]] = {
    "youth_visits": Column(
        "share", "Share of the time for which a youth next door wants to be a member."
    ),
    "entrepreneur_visits": Column(
        "share", "The same of a potential project holder next door who has no project."
    ),
    "official_visits": Column("share", "The same of an official next door, once invited."),
    "worker_visits": Column("share", "The same of a remote worker next door."),
    "mentoring": Column("1", "Engineering that an hour of its staff is worth.", high=10),
    "machines": Column(
        "share", "Part of the engineering that its users do themselves on machines."
    ),
    "trials": Column("1", "Risk ratio of projects that its users have tried out.", low=0.1, high=2),
    "seat_cost": Column("EUR/month", "Cost of a seat.", high=100_000),
    "setup_cost": Column("EUR", "Cost of setting up a seat.", high=1_000_000),
    "fee": Column("EUR/month", "What the users of a full-time seat pay on average.", high=10_000),
    "seats": Column("seats", "Seats of one where nothing is said.", int, high=100_000),
    "max_seats": Column("seats", "Seats that fit into the largest.", int, low=1, high=100_000),
    "staff": Column("FTE", "Facilitators of one where nothing is said.", high=1000),
}
"""Columns of the catalogue of third places."""

PROJECT_COLUMNS: Final[Mapping[str, Column]] = {
    "share": Column("share", "Share of ideas that are of this kind."),
    "engineering_hours": Column(
        "hours", "Project engineering needed before it can apply or start.", high=100_000
    ),
    "needs_approval": Column("0/1", "Whether an office must approve it.", bool),
    "capital": Column("EUR", "Money needed before birth; 0 for none.", high=1e9),
    "needs_premises": Column("0/1", "Whether it is run in a shop.", bool),
    "sector": Column(
        "code",
        "Retail sector whose premises it can take.",
        str,
        choices=("convenience", "comparison", "hospitality"),
    ),
    "jobs": Column("jobs", "Jobs of a running project.", high=1000),
    "risk_ratio": Column("1", "Risk to end relative to all firms.", low=0.1, high=10),
    **{d: Column("share", f"Mean weight on the {d} dimension.") for d in DIMENSIONS},
}
"""Columns of the catalogue of projects."""


@cache
def third_place_kinds() -> tuple[Kind, ...]:
    """Return kinds of third place in the order of their codes, from ``third_place_kinds.toml``."""
    return read_catalogue(
        scenario_folder() / "catalogues" / "third_place_kinds.toml", THIRD_PLACE_COLUMNS, _seats_fit
    )


@cache
def project_kinds() -> tuple[Kind, ...]:
    """Return kinds of project in the order of their codes, from ``project_kinds.toml``."""
    return read_catalogue(
        scenario_folder() / "catalogues" / "project_kinds.toml", PROJECT_COLUMNS, _shares_add_up
    )


def is_shipped(file: Path) -> bool:
    """Whether a file comes with the package, so that `sim.words` may have its texts."""
    folders = (scenario_folder(), scenario_folder().with_name("experiments"))
    return any(file.resolve().is_relative_to(folder.resolve()) for folder in folders)


def scenario_folder() -> Path:
    """Return the folder of the scenarios, interventions and catalogues of the package."""
    package = Path(__file__).parents[1]
    inside = package / "shipped" / "scenarios"
    return inside if inside.is_dir() else package.parent / "scenarios"


def _seats_fit(kinds: Sequence[Kind], path: Path) -> None:
    for kind in kinds:
        if kind["seats"] > kind["max_seats"]:
            raise InputError(
                f"{path}: seats of '{kind.name}' are {kind['seats']}, more than its max_seats, "
                f"{kind['max_seats']}."
            )


def _shares_add_up(kinds: Sequence[Kind], path: Path) -> None:
    total = math.fsum(kind["share"] for kind in kinds)
    if abs(total - 1) > 1e-6:
        raise InputError(f"{path}: the column share adds up to {total:g}, not to 1.")
    for kind in kinds:
        total = math.fsum(kind[d] for d in DIMENSIONS)
        if abs(total - 1) > 1e-6:
            raise InputError(
                f"{path}: weights of '{kind.name}' ({', '.join(DIMENSIONS)}) add up to {total:g}, "
                "not to 1."
            )


def read_catalogue(
    path: Path,
    columns: Mapping[str, Column],
    check: Callable[[Sequence[Kind], Path], None] = lambda kinds, path: None,
) -> tuple[Kind, ...]:
    """Read a catalogue of kinds.

    Parameters
    ----------
    path : Path
        TOML file in the format of this module, with 1 to 255 kinds.
    columns : mapping of str to Column
        Columns, all of them required.
    check : callable, optional
        Called with the kinds and the path; raises InputError if they are inconsistent.

    Raises
    ------
    InputError
        If the file cannot be read, has no row or too many, a repeated name, an unknown or missing
        key, or an inadmissible value.
    """
    rows = _read(path)
    kinds: list[Kind] = []
    for number, row in enumerate(rows, 1):
        kind = _kind(row, number, path, columns)
        if kind.name in (k.name for k in kinds):
            raise InputError(f"{path}: two kinds are named '{kind.name}'.")
        kinds.append(kind)
    check(kinds, path)
    return tuple(kinds)


def _read(path: Path) -> list[Any]:
    content = read_toml(path)
    if unknown := sorted(set(content) - {"kind"}):
        raise InputError(f"{path}: unknown key '{unknown[0]}'.{nearest(unknown[0], ['kind'])}")
    rows = content.get("kind", [])
    if not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_KINDS:
        raise InputError(f"{path}: expected 1 to {_MOST_KINDS} tables [[kind]].")
    return rows


def _kind(row: Any, number: int, path: Path, columns: Mapping[str, Column]) -> Kind:
    name = row.get("name") if isinstance(row, dict) else None
    if not isinstance(name, str) or not name.isidentifier():
        raise InputError(
            f"{path}: kind {number} needs a name made of letters, digits and underscores, "
            f"not {name!r}."
        )
    where = f"{path}: kind '{name}'"
    known = (*_HEAD, *columns)
    if unknown := sorted(set(row) - set(known)):
        raise InputError(f"{where}: unknown key '{unknown[0]}'.{nearest(unknown[0], known)}")
    if missing := [key for key in known if key not in row]:
        raise InputError(f"{where} lacks its {missing[0]}.")
    label = read_texts(row["label"], where, "label", f"{path.stem}.{name}")
    marks = {"source": row["source"], "evidence": row["evidence"]}
    figures = {key: _figure(row[key], key, where, column, marks) for key, column in columns.items()}
    return Kind(name, label, MappingProxyType(figures))


def _figure(entry: Any, key: str, where: str, column: Column, marks: Mapping[str, Any]) -> Figure:
    stated = entry if isinstance(entry, dict) else {"value": entry}
    found = read_setting({**marks, **stated}, key, where)
    if not column.holds(found.value):
        raise InputError(
            f"{where}: {key} = {found.value!r} is not admissible; expected {column.admits()}."
        )
    if not found.source.strip():
        raise InputError(f"{where}: source of '{key}' is {found.source!r}, not a text.")
    return Figure(column.kind(found.value), found.source, found.evidence)
