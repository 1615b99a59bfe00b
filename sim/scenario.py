"""Scenarios: from a TOML file, or a name, to parameters that are known to be valid."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from sim.errors import InputError, nearest
from sim.parameters import ParameterInfo
from sim.schema import PARAMETERS, Parameters

__all__ = ["Scenario", "Setting", "list_scenarios", "load_scenario", "scenario_folder"]

GROUPS = tuple(Parameters.model_fields)
_HEAD = ("title", "description", "inherits")
_MARKS = ("found", "derived", "recalled", "assumed")
LARGEST_GRID = 25_000_000
"""Cells; metropolitan France at 200 m."""


@dataclass(frozen=True)
class Setting:
    """A value that a scenario, or its user, sets in place of a parameter's default.

    Attributes
    ----------
    value : bool, int, float or str
        The value.
    origin : str
        File or option that sets it.
    source : str
        Where the value comes from.
    evidence : str
        "found", "derived", "recalled" or "assumed".
    """

    value: Any
    origin: str
    source: str = "not stated"
    evidence: str = "assumed"


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
            name, equals, value = (part.strip() for part in text.partition("="))
            if not equals or not name or not value:
                raise InputError(f"--set {text!r}: expected key=value, such as closure_rate=0.08.")
            if name not in PARAMETERS:
                raise InputError(
                    f"--set {text}: unknown parameter '{name}'.{nearest(name, PARAMETERS)}"
                )
            settings[name] = Setting(_read_value(value, PARAMETERS[name]), f"--set {name}")
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
                texts.update(_texts(content[key], file, key))
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
        try:
            content = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{path}: not a valid TOML file: {error}.") from None
        except UnicodeDecodeError:
            raise InputError(f"{path}: not a text file in UTF-8.") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read: {error.strerror}.") from None
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


def _texts(value: Any, path: Path, key: str) -> dict[str, str]:
    if isinstance(value, dict) and all(isinstance(v, str) for v in value.values()):
        unknown = sorted(set(value) - {"en", "fr"})
        if not unknown and value:
            return {"en": "", "fr": "", **value}
    raise InputError(f'{path}: {key} must be a table of texts {{ en = "...", fr = "..." }}.')


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
            found[name] = _setting(entry, name, path)
    return found


def _setting(entry: Any, name: str, path: Path) -> Setting:
    if not isinstance(entry, dict):
        return Setting(entry, str(path))
    unknown = sorted(set(entry) - {"value", "source", "evidence"})
    if unknown:
        hint = nearest(unknown[0], ("value", "source", "evidence"))
        raise InputError(f"{path}: unknown key '{unknown[0]}' under '{name}'.{hint}")
    if "value" not in entry:
        raise InputError(f"{path}: '{name}' lacks its value.")
    evidence = entry.get("evidence", "assumed")
    if evidence not in _MARKS:
        raise InputError(
            f"{path}: evidence of '{name}' is {evidence!r}, not one of {', '.join(_MARKS)}."
        )
    source = entry.get("source", "not stated")
    if not isinstance(source, str):
        raise InputError(f"{path}: source of '{name}' is {source!r}, not a text.")
    return Setting(entry["value"], str(path), source, evidence)


def _read_value(text: str, info: ParameterInfo) -> Any:
    """A value as TOML writes it; words need no quotes, and a comma is no decimal point."""
    if info.kind is str:
        return text.strip("\"'")
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return {"True": True, "False": False}.get(text, text)


def _validate(settings: Mapping[str, Setting], where: str) -> Parameters:
    tables: dict[str, dict[str, Any]] = {}
    for name, setting in settings.items():
        tables.setdefault(PARAMETERS[name].group, {})[name] = setting.value
    try:
        parameters = Parameters(**tables)  # type: ignore[arg-type]
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][-1])
        if name not in settings:
            name = next(str(part) for part in error.errors()[0]["loc"] if str(part) in settings)
        setting = settings[name]
        origin = f"{setting.origin}: " if setting.origin not in ("keyword",) else ""
        raise InputError(
            f"{origin}{name} = {setting.value!r} is not admissible; expected "
            f"{PARAMETERS[name].admits()}."
        ) from None
    cells = parameters.territory.rows * parameters.territory.columns
    if cells > LARGEST_GRID:
        raise InputError(f"{where}rows x columns = {cells:,} cells is more than {LARGEST_GRID:,}.")
    return parameters
