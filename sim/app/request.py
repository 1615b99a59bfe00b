"""Requests of a visitor: a territory, interventions and changed settings."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.errors import InputError, nearest
from sim.interventions import LEVERS, Intervention, list_interventions, load_intervention
from sim.scenario.scenario import Scenario, list_scenarios, load_scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import LARGEST_SEED

if TYPE_CHECKING:
    from sim.app.towns import Towns

LARGEST_GRID: Final = 250_000
"""Maximum cells of a territory on the page."""

LONGEST: Final = 1200
"""Maximum months of a run on the page, as in the schema."""

MOST_RESIDENTS: Final = 1_000_000
"""Maximum residents of a territory on the page."""

MOST_PREMISES: Final = 50_000
"""Maximum premises of a territory on the page."""

_MOST_SETTINGS: Final = 300

Name = Annotated[str, Field(max_length=100)]
Names = Annotated[str, Field(max_length=1000)]
Value = bool | int | float | Annotated[str, Field(max_length=500)]


class Request(BaseModel):
    """The request of the page to start, and after each change.

    Names are those of a `Catalogue`; settings are changed parameters and levers, by flat name.
    Interventions joined by +, as on the command line, are tried together; ``facade.start`` is the
    lever of one of them. They are compared with the world of these settings, or with the territory
    as offered.
    """

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    scenario: Name
    intervention: Names | None = None
    settings: Annotated[dict[Name, Value], Field(max_length=_MOST_SETTINGS)] = {}
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 1
    against: Literal["world", "baseline"] = "world"

    @property
    def interventions(self) -> tuple[str, ...]:
        """Names of the interventions."""
        return () if self.intervention is None else tuple(self.intervention.split("+"))


FRAME: Final = ("months", "start_year", "rows", "columns", "cell_size")
"""Parameters of the time and the ground shown, which are the same in whatever is compared."""

Mode = Literal["intervention", "changes", "both"]


@dataclass(frozen=True)
class Arms:
    """The two scenarios of a session, valid and within the limits of the page.

    The mode says in what they differ: by interventions in the world of the changed parameters; by
    these changes, from the territory as offered; or by both. The reference is the name of the
    territory on the command line.
    """

    without: Scenario
    with_it: Scenario
    seed: int
    reference: str
    mode: Mode

    @property
    def is_same(self) -> bool:
        """Tell whether the scenarios are equal."""
        return self.without == self.with_it

    @property
    def added(self) -> tuple[Intervention, ...]:
        """The interventions that are tried."""
        return self.with_it.interventions[len(self.without.interventions) :]


class Catalogue:
    """The available territories and interventions, by name.

    Nothing but these and further scenario files, such as imported territories, is read, whatever a
    visitor requests; towns of visitors are there for those who know their names. Raise `InputError`
    if a file is invalid, or two have the same name.
    """

    def __init__(self, files: Sequence[Path] = (), towns: Towns | None = None) -> None:
        self._towns = towns
        paths = [*list_scenarios(), *files]
        self.scenarios: dict[str, Scenario] = {}
        self.references: dict[str, str] = {}
        for path in paths:
            if path.stem in self.scenarios:
                raise InputError(f"{path}: a scenario named '{path.stem}' is there already.")
            self.scenarios[path.stem] = load_scenario(path)
            self.references[path.stem] = str(path) if path in files else path.stem
        self.interventions = {p.stem: load_intervention(p) for p in list_interventions()}

    def territory(self, name: str) -> tuple[Scenario, str]:
        """Return the scenario of this name, and its name on the command line."""
        town = self._towns.find(name) if self._towns else None
        if town is not None:
            return town.scenario, town.reference
        return _chosen(name, self.scenarios, "scenario"), self.references[name]

    def arms(self, asked: Request) -> Arms:
        """Return the scenarios of a request, if names, values and sizes are admissible."""
        base, reference = self.territory(asked.scenario)
        for name in asked.interventions:
            _chosen(name, self.interventions, "intervention")
        treated = base.add(*asked.interventions)
        for name in asked.settings:
            if name in LEVERS and not asked.interventions:
                raise InputError(f"'{name}' is a lever; choose an intervention first.")
        if "file" in asked.settings:
            raise InputError("'file' cannot be set on the page; choose a scenario in its place.")
        values = _typed(asked.settings, treated)
        treated = treated.replace(**values)
        for scenario in (treated, without := base.replace(**compared_settings(asked, values))):
            refuse_large(scenario)
        return Arms(without, treated, asked.seed, reference, mode_of(asked))


def mode_of(asked: Request) -> Mode:
    """Return in what the scenarios of a request differ."""
    if asked.intervention is None:
        return "changes"
    return "intervention" if asked.against == "world" else "both"


def compared_settings(asked: Request, values: Mapping[str, Value]) -> dict[str, Value]:
    """Return those of the settings that the territory has with which others are compared."""
    shared = PARAMETERS if mode_of(asked) == "intervention" else FRAME
    return {name: value for name, value in values.items() if name in shared}


def _chosen(name: str, known: Mapping[str, Any], what: str) -> Any:
    if name not in known:
        raise InputError(f"unknown {what} '{name}'.{nearest(name, known)}")
    return known[name]


def _typed(settings: Mapping[str, Value], scenario: Scenario) -> dict[str, Value]:
    """Convert values to the types of parameters: JSON writes 5.0 as 5."""
    found: dict[str, Value] = {}
    for name, value in settings.items():
        info = scenario.info(name)
        if info.kind is float and isinstance(value, int) and not isinstance(value, bool):
            # Whole numbers beyond the range of floats are inadmissible anyway.
            value = float(value) if abs(value) <= sys.float_info.max else math.inf
        found[name] = value
    return found


def refuse_large(scenario: Scenario) -> None:
    """Refuse territories that would take too much time and memory from other visitors."""
    values = scenario.values
    if values["file"]:
        return
    premises = round(values["population"] * values["premises_per_1000"] / 1000)
    for what, number, most in (
        ("rows x columns", values["rows"] * values["columns"], LARGEST_GRID),
        ("population", values["population"], MOST_RESIDENTS),
        ("population x premises_per_1000 / 1000", premises, MOST_PREMISES),
    ):
        if number > most:
            raise InputError(
                f"{what} = {number:,} is more than the page takes, {most:,}; choose less."
            )
