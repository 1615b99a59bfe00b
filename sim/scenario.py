"""Scenarios: from a TOML file, or a name, to parameters that are known to be valid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, nearest
from sim.schema import PARAMETERS, Parameters
from sim.settings import (
    Setting,
    read_setting,
    read_texts,
    read_toml,
    read_value,
    refusal,
    split_assignment,
)

__all__ = ["Scenario", "Setting", "list_scenarios", "load_scenario", "scenario_folder"]

GROUPS = tuple(Parameters.model_fields)
_HEAD = ("title", "description", "inherits")
LARGEST_GRID = 25_000_000
"""Cells; metropolitan France at 200 m."""


@dataclass(frozen=True)
class Scenario:
    """A frozen, valid description of a run, but for its seed.

    Attributes
    ----------
    name : str
        File name without its ending.
    title, description : mapping
        Texts by language, "en" and "fr".
    parameters : Parameters
        All values, by group.
    settings : mapping of str to Setting
        What differs from the defaults, by flat name.
    folder : Path
        Where the scenario's territory file is looked for.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    parameters: Parameters
    settings: Mapping[str, Setting] = field(default_factory=dict)
    folder: Path = Path()

    @property
    def account_names(self) -> tuple[str, ...]:
        """Names of the accounts of a run, in the order of their rows."""
        return ()

    @property
    def values(self) -> Mapping[str, Any]:
        """Values of all parameters by flat name."""
        return MappingProxyType(self.parameters.flat())

    def replace(self, **parameters: Any) -> Scenario:
        """The same scenario with some parameters changed.

        Parameters
        ----------
        **parameters
            New values by flat name.

        Returns
        -------
        Scenario

        Raises
        ------
        InputError
            If a name is unknown (the nearest known one is named) or a value is not admissible.

        Examples
        --------
        >>> town = load_scenario("mid_sized_town")
        >>> town.replace(closure_rate=0.08).values["closure_rate"]
        0.08
        >>> town.replace(closure_rat=0.08)
        Traceback (most recent call last):
        ...
        sim.errors.InputError: unknown parameter 'closure_rat'. Did you mean 'closure_rate'?
        """
        return self._with({n: Setting(v, "keyword") for n, v in parameters.items()}, "")

    def set(self, assignments: list[str]) -> Scenario:
        """The same scenario with ``key=value`` texts applied, as ``--set`` takes them.

        Raises
        ------
        InputError
            If a text is no assignment, or its name or value is not admissible.
        """
        settings = {}
        for text in assignments:
            name, value = split_assignment(text)
            if name not in PARAMETERS:
                raise InputError(
                    f"--set {text}: unknown parameter '{name}'.{nearest(name, PARAMETERS)}"
                )
            settings[name] = Setting(read_value(value, PARAMETERS[name]), f"--set {name}")
        return self._with(settings, "--set: ")

    def _with(self, changed: Mapping[str, Setting], where: str) -> Scenario:
        for name in changed:
            if name not in PARAMETERS:
                hint = nearest(name, PARAMETERS)
                raise InputError(f"{where}unknown parameter '{name}'.{hint}")
        settings = {**self.settings, **changed}
        return Scenario(
            self.name,
            self.title,
            self.description,
            _validate(settings, where),
            settings,
            self.folder,
        )


def scenario_folder() -> Path:
    """The folder of the scenarios that come with the package."""
    inside = Path(__file__).parent / "scenarios"
    return inside if inside.is_dir() else Path(__file__).parents[1] / "scenarios"


def list_scenarios() -> Iterator[Path]:
    """Files of the scenarios that come with the package."""
    return iter(sorted(scenario_folder().glob("*.toml")))


def load_scenario(name: str | Path) -> Scenario:
    """Load a scenario by name or by file.

    Parameters
    ----------
    name : str or Path
        Name of a scenario that comes with the package, or path of a TOML file.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If there is no such scenario, or the file says something that is not admissible.

    Examples
    --------
    >>> load_scenario("mid_sized_town").title["en"]
    'Mid-sized town'
    """
    path = _find(str(name), Path())
    chain = _read_chain(path)
    settings: dict[str, Setting] = {}
    head: dict[str, dict[str, str]] = {"title": {}, "description": {}}
    for file, content in reversed(chain):
        for key, texts in head.items():
            if key in content:
                texts.clear()
                texts.update(read_texts(content[key], str(file), key))
        settings |= _settings(content, file)
    title = head["title"] or {"en": path.stem, "fr": path.stem}
    return Scenario(
        path.stem, title, head["description"], _validate(settings, ""), settings, path.parent
    )


def _find(name: str, folder: Path) -> Path:
    names = [p.stem for p in list_scenarios()]
    if name in names:
        return scenario_folder() / f"{name}.toml"
    for path in (folder / name, folder / f"{name}.toml"):
        if path.suffix == ".toml" and path.is_file():
            return path
    if Path(name).suffix == ".toml" or "/" in name or "\\" in name:
        raise InputError(f"{name}: no such scenario file.")
    raise InputError(f"unknown scenario '{name}'.{nearest(name, names)} Known: {', '.join(names)}.")


def _read_chain(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """The file and those it inherits from, the most basic last."""
    chain: list[tuple[Path, dict[str, Any]]] = []
    while True:
        if any(path.resolve() == seen.resolve() for seen, _ in chain):
            raise InputError(f"{chain[0][0]}: inherits from itself through '{path.stem}'.")
        content = read_toml(path)
        chain.append((path, content))
        parent = content.get("inherits")
        if parent is None:
            return chain
        if not isinstance(parent, str):
            raise InputError(f"{path}: inherits = {parent!r} must be the name of a scenario.")
        try:
            path = _find(parent, path.parent)
        except InputError as error:
            raise InputError(f"{path}: inherits: {error}") from None


def _settings(content: Mapping[str, Any], path: Path) -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for group, entries in content.items():
        if group in _HEAD:
            continue
        if group not in GROUPS:
            hint = nearest(group, [*GROUPS, *_HEAD])
            if group in PARAMETERS:
                hint = f" It belongs into the table [{PARAMETERS[group].group}]."
            raise InputError(f"{path}: unknown key '{group}'.{hint}")
        if not isinstance(entries, dict):
            raise InputError(f"{path}: '{group}' must be a table of parameters.")
        for name, entry in entries.items():
            info = PARAMETERS.get(name)
            if info is None or info.group != group:
                hint = nearest(name, [n for n, i in PARAMETERS.items() if i.group == group])
                if info is not None:
                    hint = f" It belongs into the table [{info.group}]."
                raise InputError(f"{path}: unknown parameter '{name}' in [{group}].{hint}")
            found[name] = read_setting(entry, name, str(path))
    return found


def _validate(settings: Mapping[str, Setting], where: str) -> Parameters:
    tables: dict[str, dict[str, Any]] = {}
    for name, setting in settings.items():
        tables.setdefault(PARAMETERS[name].group, {})[name] = setting.value
    try:
        parameters = Parameters(**tables)  # type: ignore[arg-type]
    except ValidationError as error:
        raise refusal(error, settings, PARAMETERS) from None
    cells = parameters.territory.rows * parameters.territory.columns
    if cells > LARGEST_GRID:
        raise InputError(f"{where}rows x columns = {cells:,} cells is more than {LARGEST_GRID:,}.")
    return parameters
