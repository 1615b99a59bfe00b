"""Levers shared by interventions: timing, site and the split of money.

A lever is a parameter that somebody can decide. A type of intervention declares its own levers on
top of one of these groups.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

from annotated_types import Le

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


def lever(default: Any, label: str, help: str, source: str = "judgement", **marks: Any) -> Any:
    """Declare a lever, with the marks of `sim.registry.parameters.parameter`."""
    return parameter(default, label=label, help=help, source=source, role="lever", **marks)


def share(
    default: float, label: str, help: str, *source: str, most: float = 1.0, **marks: Any
) -> Any:
    """Declare a share from 0 to `most`."""
    return lever(default, label, help, *source, unit="share", bounds=(0.0, most), **marks)


def zone(label: str, help: str) -> Any:
    """Declare the zone in which premises are supported or closed."""
    return lever("town_centre", label, help, "where shops close")


def reach(label: str, help: str) -> Any:
    """Declare a largest distance from the site."""
    return lever(10.0, label, help, "a town and its surroundings", unit="km", bounds=(0.0, 200.0))


def funding(
    default: float,
    label: str,
    help: str,
    source: str = "costs what the default cluster costs over twenty years, discounted",
) -> Any:
    """Declare the monthly public money of an intervention, in a lever called ``*_funding``."""
    return lever(default, label, help, source, unit="EUR/month", bounds=(0.0, 1e7))


class TimedLevers(ParameterGroup):
    """Start and end of an intervention."""

    SHARES: ClassVar[tuple[str, ...]] = ()
    """Levers that share out money, and add up to 1."""

    SIZES: ClassVar[tuple[str, ...]] = ()
    """Levers of size that money follows; they grow and shrink with it."""

    start: int = lever(
        12,
        "Start",
        "Months of the run before it starts; 0 starts with the first.",
        "a year to compare with",
        unit="months",
        bounds=(0, LONGEST),
    )
    stop: int = lever(
        0,
        "Stop",
        "Months of the run before it ends; 0 means that it never ends.",
        "no end is planned",
        unit="months",
        bounds=(0, LONGEST),
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
        total = math.fsum(getattr(self, name) for name in self.SHARES)
        if self.SHARES and abs(total - 1) > 1e-6:
            names = " + ".join(self.SHARES)
            raise InputError(f"{names} = {total:g}; these shares must add up to 1.")

    def scaled(self, factor: float) -> dict[str, Any]:
        """Return the levers of money and size, times a factor, up to their ends.

        Those of money are declared by `funding` and called ``*_funding``. What is counted stays at
        least 1.
        """
        fields = type(self).model_fields
        found: dict[str, Any] = {}
        for name in (n for n in fields if n in self.SIZES or n.endswith("_funding")):
            value = getattr(self, name)
            most = next(m.le for m in fields[name].metadata if isinstance(m, Le))
            scaled = min(value * factor, most)
            is_count = isinstance(value, int)
            found[name] = max(round(scaled), min(value, 1)) if is_count else round(scaled, 2)
        return found


class SitedLevers(TimedLevers):
    """Site or centre of an intervention."""

    site: Literal["town_centre", "most_vacant", "most_populated", "most_youth", "cell"] = lever(
        "town_centre",
        "Site",
        "The middle of the town centre, the cell with most vacant premises, residents or "
        "youth around it at the start, or the cell named by row and column.",
        "where shops close",
    )
    site_row: int = lever(
        0,
        "Row of the site",
        "Row of the cell from the north, from 0; used if the site is 'cell'.",
        "nobody has chosen a cell",
        unit="cells",
        bounds=(0, 100_000),
    )
    site_column: int = lever(
        0,
        "Column of the site",
        "Column of the cell from the west, from 0; used if the site is 'cell'.",
        "nobody has chosen a cell",
        unit="cells",
        bounds=(0, 100_000),
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

    SHARES = ("facilitation_share", "grants_share", "events_share")

    facilitation_share: float = share(
        0.7,
        "Money for facilitation",
        "Share of the money left after seats that pays facilitators and project engineers.",
        "support staff is what such places lack",
    )
    grants_share: float = share(
        0.2,
        "Money for seed grants",
        "Share of the money left after seats that goes to projects as grants.",
    )
    events_share: float = share(
        0.1,
        "Money for evenings of ideas",
        "Share of the money left after seats that pays for evenings open to residents.",
    )
    grant: float = lever(
        5_000.0,
        "Largest seed grant",
        "Largest grant to one project; 0 for no grants.",
        unit="EUR",
        bounds=(0.0, 1e6),
    )
    grant_reach: float = reach(
        "Reach of grants and evenings",
        "Largest distance from the site at which residents get grants or come to evenings.",
    )
    evening_every: int = lever(
        3,
        "Months between evenings",
        "Months between two evenings of ideas; 0 for no evenings.",
        unit="months",
        bounds=(0, 60),
    )
    participant_cost: float = lever(
        75.0,
        "Cost of a participant",
        "Cost of one participant of an evening, including preparation and follow-up.",
        unit="EUR",
        bounds=(1.0, 10_000.0),
    )

    triage: Literal["as_before", "shared", "in_order", "by_readiness"] = lever(
        "as_before",
        "Triage of engineering",
        "How offices within the reach of its grants give project engineering to ideas: as before; "
        "in equal shares; the longest in work first; or those with the fewest hours left first.",
        "offices keep their way unless somebody changes it",
    )
