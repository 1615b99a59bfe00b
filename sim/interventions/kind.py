"""A type of intervention: its words, its levers, and how they become a plan."""

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
    """What can be done to a territory; an `Intervention` is a use of it.

    Attributes
    ----------
    name : str
        A noun of the field; also the name of its file.
    title, description : mapping
        Texts by language, "en" and "fr".
    levers : type of TimedLevers
        What can be decided.
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
        """Its levers by name."""
        return {info.name: info for info in parameters_of({self.name: self.levers})}
