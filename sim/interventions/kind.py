"""Types of intervention: their texts, levers and plans."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Plan
from sim.registry.parameters import ParameterInfo, parameters_of

__all__ = ["InterventionType"]


@dataclass(frozen=True)
class InterventionType:
    """A type of intervention; an `Intervention` sets its levers.

    Attributes
    ----------
    name : str
        A noun of the field; also the name of the module.
    title, description : mapping
        Texts by language, "en" and "fr".
    levers : type of TimedLevers
        Class of its levers.
    plan : callable
        ``plan(levers) -> Plan``.
    """

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    levers: type[TimedLevers]
    plan: Callable[[Any], Plan]

    @property
    def infos(self) -> dict[str, ParameterInfo]:
        """The levers by name."""
        return {info.name: info for info in parameters_of({self.name: self.levers})}
