"""Load scenarios from TOML files or by name, and validate their parameters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from pydantic import ValidationError

from sim.errors import InputError, nearest
from sim.interventions import (
    LEVERS,
    Intervention,
    account_names,
    load_intervention,
    read_intervention,
)
from sim.registry.catalogues import is_shipped, scenario_folder
from sim.registry.parameters import ParameterInfo
from sim.registry.settings import (
    Setting,
    read_setting,
    read_texts,
    read_toml,
    read_value,
    refusal,
    split_assignment,
)
from sim.registry.user_files import is_file
from sim.scenario.posterior import DEFAULT, Posterior, default_posterior, named_posterior
from sim.scenario.schema import PARAMETERS, AllParameters, Parameters, right_name
from sim.territory.territory_file import read_territory_file
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = [
    "Scenario",
    "Setting",
    "list_scenarios",
    "load_scenario",
    "read_interventions",
    "scenario_folder",
]

GROUPS = tuple(AllParameters.model_fields)
_HEAD = ("title", "description", "inherits", "posterior", "interventions")
LARGEST_GRID = 25_000_000
"""Maximum cells of a grid, about metropolitan France at 200 m."""
MOST_INTERVENTIONS = 1000
"""Maximum number of interventions in a scenario."""


@dataclass(frozen=True)
class Scenario:
    """A frozen, valid description of a run, except for its seed.

    Attributes
    ----------
    name : str
        File name without suffix.
    title, description : mapping
        Texts by language.
    parameters : Parameters
        All values, by group.
    settings : mapping of str to Setting
        Parameters that differ from the defaults, by flat name.
    folder : Path
        Folder of the scenario's territory file.
    interventions : tuple of Intervention
        Interventions with distinct names.
    posterior : Posterior, "default" or None
        Posterior from which comparisons and sweeps draw some parameters; None to draw each from its
        own range.
    territory_file : bytes or None
        Content of the territory file, if `sealed`.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    parameters: Parameters
    settings: Mapping[str, Setting] = field(default_factory=dict)
    folder: Path = Path()
    interventions: tuple[Intervention, ...] = ()
    posterior: Posterior | Literal["default"] | None = DEFAULT
    territory_file: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        names = [i.name for i in self.interventions]
        for name in names:
            if names.count(name) > 1:
                raise InputError(
                    f"{self.name}: two interventions are named '{name}'; each needs its own name."
                )

    @property
    def account_names(self) -> tuple[str, ...]:
        """Names of the accounts of a run, in the order of their rows."""
        return account_names(self.interventions, self.values)

    @property
    def values(self) -> Mapping[str, Any]:
        """Values of all parameters by flat name."""
        return MappingProxyType(self._flat)

    @cached_property
    def _flat(self) -> dict[str, Any]:
        return self.parameters.flat()

    @property
    def drawn_from(self) -> Posterior | None:
        """The posterior from which comparisons and sweeps draw, loaded; None if there is none."""
        return default_posterior() if isinstance(self.posterior, str) else self.posterior

    def sealed(self) -> Scenario:
        """Return the scenario with the content of its territory file, if it has one.

        Runs of a sealed scenario read no file, so that later changes of the file do not reach them.
        Raise `InputError` if the file is missing or cannot be read.
        """
        if not self.values["file"] or self.territory_file is not None:
            return self
        return replace(self, territory_file=read_territory_file(self.folder / self.values["file"]))

    def replace(self, **parameters: Any) -> Scenario:
        """Return the scenario with new values by flat name.

        These parameters leave its posterior, unless that is scaled as the default one is. Raise
        `InputError` if a name is unknown or a value is not admissible.

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
        """Return the scenario with ``key=value`` texts applied, as in ``--set``.

        Raise `InputError` if a text is not an assignment, or its name or value is not admissible.
        """
        settings = {}
        for text in assignments:
            name, value = split_assignment(text)
            info = self.info(name, f"--set {text}: ")
            settings[name] = Setting(read_value(value, info), f"--set {name}")
        return self._with(settings, "--set: ")

    def add(self, *interventions: Intervention | str | Path) -> Scenario:
        """Return the scenario with further interventions: objects, names or files.

        Raise `InputError` if an intervention is unknown or invalid, or its name is taken.

        Examples
        --------
        >>> town = load_scenario("mid_sized_town").add("transition_cluster")
        >>> town.replace(cluster_size=20).interventions[0].levers.cluster_size
        20
        """
        added = tuple(
            replace(i, reference=i.name)
            if isinstance(i, Intervention)
            else replace(load_intervention(i), reference=str(i))
            for i in interventions
        )
        return replace(self, interventions=self.interventions + added)

    def _having(self, name: str) -> list[tuple[Intervention, str]]:
        """Return the lever and the interventions named by ``lever`` or ``intervention.lever``."""
        owner, _, lever = name.rpartition(".")
        return [
            (i, lever)
            for i in self.interventions
            if owner in ("", i.name) and lever in type(i.levers).model_fields
        ]

    def info(self, name: str, where: str = "") -> ParameterInfo:
        """Return the declaration of a parameter, or of a lever of one of the interventions.

        Raise `InputError`, with a message that starts with `where`, if the scenario has neither.
        """
        if name in PARAMETERS:
            return PARAMETERS[name]
        for intervention, lever in self._having(name):
            return intervention.kind.infos[lever]
        if name in LEVERS:
            raise InputError(
                f"{where}'{name}' is a lever of {', '.join(LEVERS[name])}; "
                "add such an intervention first."
            )
        levers = (lever for i in self.interventions for lever in type(i.levers).model_fields)
        hint = right_name(name, [*PARAMETERS, *levers])
        raise InputError(f"{where}unknown parameter '{name}'.{hint}")

    def _with(self, changed: Mapping[str, Setting], where: str) -> Scenario:
        settings = dict(self.settings)
        decided: dict[str, dict[str, Setting]] = {}
        for name, setting in changed.items():
            self.info(name, where)
            if name in PARAMETERS:
                settings[name] = setting
            for intervention, lever in self._having(name):
                decided.setdefault(intervention.name, {})[lever] = setting
        return replace(
            self,
            parameters=_validate(settings, where),
            settings=settings,
            posterior=_without(self.posterior, changed),
            territory_file=None if "file" in changed else self.territory_file,
            interventions=tuple(
                i.with_settings(decided[i.name]) if i.name in decided else i
                for i in self.interventions
            ),
        )


def list_scenarios() -> Iterator[Path]:
    """List the files of the scenarios in the package."""
    return iter(sorted(scenario_folder().glob("*.toml")))


def load_scenario(name: str | Path) -> Scenario:
    """Load a scenario of the package by name, or any by the path of its TOML file.

    Raise `InputError` if there is no such scenario, or the file is invalid.

    Examples
    --------
    >>> load_scenario("mid_sized_town").title["en"]
    'Mid-sized town'
    """
    return _load(_find(str(name), Path()))


def load_stored_scenario(path: Path) -> Scenario:
    """Load a scenario from a folder of results, which any version of the model may have written.

    Raise `InputError` like `load_scenario`.
    """
    return _load(path, is_stored=True)


def _load(path: Path, *, is_stored: bool = False) -> Scenario:
    chain = _read_chain(path)
    settings: dict[str, Setting] = {}
    head: dict[str, Mapping[str, str]] = {"title": Texts({ENGLISH: path.stem}), "description": {}}
    interventions: tuple[Intervention, ...] = ()
    posterior: Posterior | Literal["default"] | None = DEFAULT
    for file, content in reversed(chain):
        for key in head.keys() & content.keys():
            words = [f"scenarios.{file.stem}.{key}"] if is_shipped(file) else []
            head[key] = read_texts(content[key], str(file), key, *words)
        own = _settings(content, file)
        settings |= own
        posterior = _without(posterior, own)
        if "posterior" in content:
            posterior = named_posterior(content["posterior"], file, is_stored=is_stored)
        if "interventions" in content:
            interventions = read_interventions(content["interventions"], file)
    return Scenario(
        path.stem,
        head["title"],
        head["description"],
        _validate(settings, ""),
        settings,
        path.parent,
        interventions,
        posterior,
    )


def _without(
    posterior: Posterior | Literal["default"] | None, changed: Collection[str]
) -> Posterior | Literal["default"] | None:
    """Return a posterior without the parameters set after it was named, unless it is scaled."""
    if posterior is None or isinstance(posterior, str) or posterior.scaled:
        return posterior
    if not set(changed) & set(posterior.parameters):
        return posterior
    return posterior.only(set(posterior.parameters) - set(changed))


def _find(name: str, folder: Path) -> Path:
    names = [p.stem for p in list_scenarios()]
    if name in names:
        return scenario_folder() / f"{name}.toml"
    for path in (folder / name, folder / f"{name}.toml"):
        if path.suffix == ".toml" and is_file(path):
            return path
    if Path(name).suffix and is_file(folder / name):
        raise InputError(f"{name}: a scenario's file is TOML, and ends in .toml.")
    if Path(name).suffix == ".toml" or "/" in name or "\\" in name:
        raise InputError(f"{name}: no such scenario file.")
    raise InputError(f"unknown scenario '{name}'.{nearest(name, names)} Known: {', '.join(names)}.")


def _read_chain(path: Path) -> list[tuple[Path, dict[str, Any]]]:
    """Read the file and those it inherits from, the most basic last."""
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


def read_interventions(entries: Any, path: Path) -> tuple[Intervention, ...]:
    """Read the interventions listed in a file: names, files relative to it, or inline tables.

    Raise `InputError` if an entry is none of these, or invalid.
    """
    if not isinstance(entries, list):
        raise InputError(f'{path}: interventions must be a list of names, such as ["facade"].')
    if len(entries) > MOST_INTERVENTIONS:
        raise InputError(f"{path}: more than {MOST_INTERVENTIONS:,} interventions.")
    found = []
    for entry in entries:
        if isinstance(entry, str):
            try:
                found.append(load_intervention(entry, path.parent))
            except InputError as error:
                raise InputError(f"{path}: interventions: {error}") from None
            continue
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name.isidentifier():
            raise InputError(
                f"{path}: interventions: expected names, or tables with a name made of letters, "
                f"digits and underscores, not {entry!r}."
            )
        content = {key: value for key, value in entry.items() if key != "name"}
        found.append(read_intervention(content, name, str(path)))
    return tuple(found)


def _settings(content: Mapping[str, Any], path: Path) -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for group, entries in content.items():
        if group in _HEAD:
            continue
        if group not in GROUPS:
            hint = right_name(group, [*GROUPS, *_HEAD])
            if group in PARAMETERS:
                hint = f" It belongs into the table [{PARAMETERS[group].group}]."
            raise InputError(f"{path}: unknown key '{group}'.{hint}")
        if not isinstance(entries, dict):
            raise InputError(f"{path}: '{group}' must be a table of parameters.")
        for name, entry in entries.items():
            info = PARAMETERS.get(name)
            if info is None or info.group != group:
                hint = right_name(name, [n for n, i in PARAMETERS.items() if i.group == group])
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
        parameters = AllParameters(**tables)  # type: ignore[arg-type]
    except ValidationError as error:
        raise refusal(error, settings, PARAMETERS) from None
    cells = parameters.territory.rows * parameters.territory.columns
    if cells > LARGEST_GRID:
        raise InputError(f"{where}rows x columns = {cells:,} cells is more than {LARGEST_GRID:,}.")
    return parameters
