"""Types of intervention: their texts, levers and plans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sim.interventions.levers import TimedLevers
from sim.interventions.parts import Part
from sim.interventions.plan import Plan
from sim.registry.parameters import ParameterInfo, parameters_of
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH


@dataclass(frozen=True)
class InterventionType:
    """A type of intervention; an `Intervention` sets its levers.

    Attributes
    ----------
    name : str
        A noun of the field; also the name of the module.
    plan : callable
        ``plan(levers) -> Plan``.
    parts : tuple of Part
        What it does at once, if these are several things.
    first : tuple of str
        Levers that matter most, in order: those that the page shows first. All if it is empty.
    is_shock : bool
        Whether it befalls a territory: a condition under which others are chosen, never a choice.
    is_placebo : bool
        Whether it only checks the model: nobody would choose it.
    """

    name: str
    english_title: str
    english_description: str
    levers: type[TimedLevers]
    plan: Callable[[Any], Plan]
    parts: tuple[Part, ...] = ()
    first: tuple[str, ...] = ()
    is_shock: bool = False
    is_placebo: bool = False

    @property
    def title(self) -> Texts:
        """Its title by language."""
        return Texts({ENGLISH: self.english_title}, f"interventions.{self.name}.title")

    @property
    def description(self) -> Texts:
        """Its description by language."""
        return Texts({ENGLISH: self.english_description}, f"interventions.{self.name}.description")

    @cached_property
    def infos(self) -> dict[str, ParameterInfo]:
        """The levers by name."""
        return {info.name: info for info in parameters_of({self.name: self.levers})}
