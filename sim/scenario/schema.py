"""The schema of a scenario: every parameter of the model, by TOML table and by flat name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import create_model

from sim.errors import nearest
from sim.processes.month import MONTH, MechanismParameters
from sim.registry.parameters import ParameterGroup, ParameterInfo, parameters_of
from sim.start.people import PeopleParameters
from sim.start.projects import ProjectsAtStartParameters
from sim.start.state_at_start import StartParameters
from sim.start.youth import YouthParameters
from sim.territory.territory_parameters import TerritoryParameters

__all__ = ["PARAMETERS", "AllParameters", "Parameters", "right_name"]

_REPLACED: Final = {
    "distance_decay": "decay_form_convenience, decay_form_comparison, decay_form_hospitality"
}
"""Former parameters and those that replace them, one for each sector."""


class Parameters(ParameterGroup):
    """Parameters of a territory and its start; `AllParameters` adds those of the month."""

    territory: TerritoryParameters = TerritoryParameters()
    people: PeopleParameters = PeopleParameters()
    youth: YouthParameters = YouthParameters()
    projects: ProjectsAtStartParameters = ProjectsAtStartParameters()
    start: StartParameters = StartParameters()

    def flat(self) -> dict[str, Any]:
        """Return the values by flat name."""
        return {n: v for group in self.__class__.model_fields for n, v in getattr(self, group)}


def _groups_of_the_month() -> dict[str, Any]:
    groups = {p.table or p.name: p.group for p in MONTH if p.group is not None}
    groups["mechanisms"] = MechanismParameters
    return {table: (group, group()) for table, group in groups.items()}


AllParameters: Final = create_model(
    "AllParameters", __base__=Parameters, __module__=__name__, **_groups_of_the_month()
)
"""All parameters of the model, a field for each TOML table: start, month, switches."""


def _collect() -> Mapping[str, ParameterInfo]:
    groups: dict[str, type[ParameterGroup]] = {
        name: field.annotation  # type: ignore[misc]
        for name, field in AllParameters.model_fields.items()
    }
    found: dict[str, ParameterInfo] = {}
    for info in parameters_of(groups):
        if info.name in found:
            raise TypeError(f"parameter {info.name} is declared twice")
        found[info.name] = info
    return MappingProxyType(found)


PARAMETERS: Final[Mapping[str, ParameterInfo]] = _collect()
"""Every parameter by its flat name, in the order of the month."""


def right_name(name: str, known: Iterable[str]) -> str:
    """Return the hint what to write instead of an unknown name: its successors, or the nearest.

    Examples
    --------
    >>> right_name("closure_rat", PARAMETERS)
    " Did you mean 'closure_rate'?"
    >>> right_name("distance_decay", PARAMETERS)[:50]
    ' Each sector has its own: decay_form_convenience, '
    """
    if name in _REPLACED:
        return f" Each sector has its own: {_REPLACED[name]}."
    return nearest(name, known)
