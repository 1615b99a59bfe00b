"""Levers shared by interventions: timing, site and the split of money.

A lever is a parameter that somebody can decide. A type of intervention declares its own levers on
top of one of these groups.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from sim.errors import InputError
from sim.registry.parameters import ParameterGroup, parameter

LONGEST = 1200
"""Maximum months of a run."""

Zone = Literal["town_centre", "neighbourhoods", "everywhere"]
"""Zones in which premises can be supported; retail parks alone never are."""

_ZONE_CODES = {"town_centre": 0, "neighbourhoods": 2, "everywhere": 255}


def zone_code(zone: Zone) -> int:
    """Return the value of ``account.zone``."""
    return _ZONE_CODES[zone]


def funding(default: float, label: str, help: str, source: str) -> Any:
    """Declare the monthly public money of an intervention."""
    return parameter(
        default,
        unit="EUR/month",
        bounds=(0.0, 1e7),
        label=label,
        help=help,
        source=source,
        evidence="assumed",
        role="lever",
    )


def check_shares(levers: ParameterGroup, *names: str) -> None:
    """Check that shares of money add up to 1.

    Raises
    ------
    InputError
        If they differ from 1 by more than a millionth.
    """
    total = math.fsum(getattr(levers, name) for name in names)
    if abs(total - 1) > 1e-6:
        raise InputError(f"{' + '.join(names)} = {total:g}; these shares must add up to 1.")


class TimedLevers(ParameterGroup):
    """Start and end of an intervention."""

    start: int = parameter(
        12,
        unit="months",
        bounds=(0, LONGEST),
        label="Start",
        help="Months of the run before it starts; 0 starts with the first.",
        source="a year to compare with",
        evidence="assumed",
        role="lever",
    )
    stop: int = parameter(
        0,
        unit="months",
        bounds=(0, LONGEST),
        label="Stop",
        help="Months of the run before it ends; 0 means that it never ends.",
        source="no end is planned",
        evidence="assumed",
        role="lever",
    )

    def check(self) -> None:
        """Refuse levers that do not fit together.

        Raises
        ------
        InputError
            With one sentence that names the levers.
        """
        if 0 < self.stop <= self.start:
            raise InputError(
                f"stop = {self.stop} is not after start = {self.start}; "
                "expected a later month, or 0 for no end."
            )


class SitedLevers(TimedLevers):
    """Site or centre of an intervention."""

    site: Literal["town_centre", "most_vacant", "most_populated", "most_youth", "cell"] = parameter(
        "town_centre",
        unit="1",
        label="Site",
        help="The middle of the town centre, the cell with most vacant premises, residents or "
        "youth around it at the start, or the cell named by row and column.",
        source="where shops close",
        evidence="assumed",
        role="lever",
    )
    site_row: int = parameter(
        0,
        unit="cells",
        bounds=(0, 100_000),
        label="Row of the site",
        help="Row of the cell from the north, from 0; used if the site is 'cell'.",
        source="nobody has chosen a cell",
        evidence="assumed",
        role="lever",
    )
    site_column: int = parameter(
        0,
        unit="cells",
        bounds=(0, 100_000),
        label="Column of the site",
        help="Column of the cell from the west, from 0; used if the site is 'cell'.",
        source="nobody has chosen a cell",
        evidence="assumed",
        role="lever",
    )

    def check_site(self, shape: tuple[int, int]) -> None:
        """Check that the cell is on the grid.

        Raises
        ------
        InputError
            If the site is a cell outside the grid.
        """
        if self.site != "cell":
            return
        for name, size in (("site_row", shape[0]), ("site_column", shape[1])):
            value = getattr(self, name)
            if value >= size:
                raise InputError(
                    f"{name} = {value} is outside the grid of {shape[0]} rows and {shape[1]} "
                    f"columns; expected 0 to {size - 1}."
                )


class SupportLevers(SitedLevers):
    """Split of money over support staff, grants and evenings of ideas."""

    facilitation_share: float = parameter(
        0.7,
        unit="share",
        bounds=(0.0, 1.0),
        label="Money for facilitation",
        help="Share of the money left after seats that pays facilitators and project engineers.",
        source="support staff is what such places lack",
        evidence="assumed",
        role="lever",
    )
    grants_share: float = parameter(
        0.2,
        unit="share",
        bounds=(0.0, 1.0),
        label="Money for seed grants",
        help="Share of the money left after seats that goes to projects as grants.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    events_share: float = parameter(
        0.1,
        unit="share",
        bounds=(0.0, 1.0),
        label="Money for evenings of ideas",
        help="Share of the money left after seats that pays for evenings open to residents.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    grant: float = parameter(
        5_000.0,
        unit="EUR",
        bounds=(0.0, 1e6),
        label="Largest seed grant",
        help="Largest grant to one project; 0 for no grants.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    grant_reach: float = parameter(
        10.0,
        unit="km",
        bounds=(0.0, 200.0),
        label="Reach of grants and evenings",
        help="Largest distance from the site at which residents get grants or come to evenings.",
        source="a town and its surroundings",
        evidence="assumed",
        role="lever",
    )
    evening_every: int = parameter(
        3,
        unit="months",
        bounds=(0, 60),
        label="Months between evenings",
        help="Months between two evenings of ideas; 0 for no evenings.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    participant_cost: float = parameter(
        75.0,
        unit="EUR",
        bounds=(1.0, 10_000.0),
        label="Cost of a participant",
        help="Cost of one participant of an evening, including preparation and follow-up.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )

    def check(self) -> None:
        """Check the consistency of levers, including that shares add up to 1."""
        super().check()
        check_shares(self, "facilitation_share", "grants_share", "events_share")
