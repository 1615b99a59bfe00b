"""Parts of an intervention that bundles several: each alone, with all of the bundle's money.

A type declares its parts beside its levers. A part belongs to a bundle whose levers contain it, and
sets levers so that only this part is left, at the same public cost, discounted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sim.interventions.levers import TimedLevers
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

Values = Mapping[str, Any]
"""Values of levers by name."""

NOBODY_PAID: Final = {"grants_share": 1.0, "facilitation_share": 0.0, "events_share": 0.0}
"""A split of money of which, without grants, nothing can be spent."""

MOST_OFFICIALS: Final = 100.0
"""More embedded officials than the money can pay, so that it pays nobody else."""


@dataclass(frozen=True)
class Budget:
    """Public money for a part, discounted to the first month, EUR.

    Attributes
    ----------
    money : float
        Public cost of the whole, set-up included.
    worth : float
        Present value of 1 EUR in each month from start to stop.
    at_start : float
        Present value of 1 EUR at the start.
    """

    money: float
    worth: float
    at_start: float

    def monthly(self, once: float = 0.0) -> float:
        """Return EUR a month, in whole cents, that spend the rest after EUR paid at the start.

        `once` is discounted, too.
        """
        return round(max(0.0, self.money - once) / self.worth, 2)


@dataclass(frozen=True)
class Part:
    """One of several things that an intervention does at once.

    Attributes
    ----------
    name : str
        Ends the names of arms.
    has : callable
        ``has(levers) -> bool``: whether these levers contain the part.
    alone : callable
        ``alone(levers, budget) -> values``: the levers that leave nothing but this part.
    """

    name: str
    english_title: str
    english_description: str
    has: Callable[[Any], bool]
    alone: Callable[[Any, Budget], Values]

    @property
    def title(self) -> Texts:
        """Its title by language."""
        return Texts({ENGLISH: self.english_title}, f"parts.{self.name}.title")

    @property
    def description(self) -> Texts:
        """Its description by language."""
        return Texts({ENGLISH: self.english_description}, f"parts.{self.name}.description")


def support_parts(funding: str, **off: Any) -> tuple[Part, ...]:
    """Return the parts of interventions that split money over grants, facilitators and evenings.

    Parameters
    ----------
    funding : str
        Lever of the monthly public money.
    **off
        Levers that switch off all other parts.
    """

    def alone(share: str, levers: TimedLevers, budget: Budget) -> Values:
        return off | NOBODY_PAID | {"grants_share": 0.0, share: 1.0, funding: budget.monthly()}

    return (
        Part(
            "grants_only",
            "grants only",
            "Seed grants to projects with all of the money; no place, nobody who accompanies them, "
            "no evenings.",
            lambda levers: levers.grants_share > 0 and levers.grant > 0,
            partial(alone, "grants_share"),
        ),
        Part(
            "facilitation_only",
            "facilitation only",
            "Facilitators who travel to project holders, paid with all of the money; no place, no "
            "grants, no evenings.",
            lambda levers: levers.facilitation_share > 0,
            partial(alone, "facilitation_share"),
        ),
        Part(
            "evenings_only",
            "evenings only",
            "Evenings of ideas as often as in the whole, with all of the money as long as people "
            "come; no place, nobody who follows up, no grants.",
            lambda levers: levers.events_share > 0 and levers.evening_every > 0,
            partial(alone, "events_share"),
        ),
    )
