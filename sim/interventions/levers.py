"""Levers shared by interventions: timing, site and the split of money.

A lever is a parameter that somebody can decide. A type of intervention declares its own levers on
top of one of these groups.
"""

from __future__ import annotations

import math
from typing import Any, Literal

from sim.errors import InputError
from sim.registry.parameters import ParameterGroup, parameter

__all__ = [
    "LONGEST",
    "SitedLevers",
    "SupportLevers",
    "TimedLevers",
    "Zone",
    "check_shares",
    "funding",
    "zone_code",
]

LONGEST = 1200
"""Maximum months of a run."""

Zone = Literal["town_centre", "neighbourhoods", "everywhere"]
"""Zones in which premises can be supported; retail parks alone never are."""

_ZONE_CODES = {"town_centre": 0, "neighbourhoods": 2, "everywhere": 255}


def zone_code(zone: Zone) -> int:
    """Return the value of ``account.zone``."""
    return _ZONE_CODES[zone]


def funding(default: float, en: str, fr: str, help_en: str, help_fr: str, source: str) -> Any:
    """Declare the monthly public money of an intervention."""
    return parameter(
        default,
        unit="EUR/month",
        bounds=(0.0, 1e7),
        en=en,
        fr=fr,
        help_en=help_en,
        help_fr=help_fr,
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
        en="Start",
        fr="Début",
        help_en="Months of the run that pass before it begins; 0 begins with the first.",
        help_fr="Mois simulés avant qu'elle commence ; 0 commence dès le premier.",
        source="a year to compare with",
        evidence="assumed",
        role="lever",
    )
    stop: int = parameter(
        0,
        unit="months",
        bounds=(0, LONGEST),
        en="Stop",
        fr="Fin",
        help_en="Months of the run that pass before it ends; 0 means that it never ends.",
        help_fr="Mois simulés avant qu'elle s'arrête ; 0 : elle ne s'arrête jamais.",
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
        en="Site",
        fr="Site",
        help_en="The middle of the town centre, the cell with most vacant premises, residents or "
        "youth around it at the start, or the cell named by row and column.",
        help_fr="Le milieu du centre-ville, le carreau qui a autour de lui le plus de locaux "
        "vides, d'habitants ou de jeunes au départ, ou le carreau de cette ligne et colonne.",
        source="where shops close",
        evidence="assumed",
        role="lever",
    )
    site_row: int = parameter(
        0,
        unit="cells",
        bounds=(0, 100_000),
        en="Row of the site",
        fr="Ligne du site",
        help_en="Row of the cell from the north, from 0; it counts where the site is 'cell'.",
        help_fr="Ligne du carreau depuis le nord, à partir de 0 ; si le site est « cell ».",
        source="nobody has chosen a cell",
        evidence="assumed",
        role="lever",
    )
    site_column: int = parameter(
        0,
        unit="cells",
        bounds=(0, 100_000),
        en="Column of the site",
        fr="Colonne du site",
        help_en="Column of the cell from the west, from 0; it counts where the site is 'cell'.",
        help_fr="Colonne du carreau depuis l'ouest, à partir de 0 ; si le site est « cell ».",
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
        en="Money for facilitation",
        fr="Part de l'animation",
        help_en="Share of the money left after seats that pays facilitators and project engineers.",
        help_fr="Part de l'argent, places payées, qui rémunère animation et ingénierie de projet.",
        source="support staff is what such places lack",
        evidence="assumed",
        role="lever",
    )
    grants_share: float = parameter(
        0.2,
        unit="share",
        bounds=(0.0, 1.0),
        en="Money for seed grants",
        fr="Part des subventions d'amorçage",
        help_en="Share of the money left after seats that is granted to projects.",
        help_fr="Part de l'argent, places payées, versée aux projets.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    events_share: float = parameter(
        0.1,
        unit="share",
        bounds=(0.0, 1.0),
        en="Money for evenings of ideas",
        fr="Part des soirées à idées",
        help_en="Share of the money left after seats that pays for evenings open to residents.",
        help_fr="Part de l'argent, places payées, qui finance des soirées ouvertes aux habitants.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    grant: float = parameter(
        5_000.0,
        unit="EUR",
        bounds=(0.0, 1e6),
        en="Largest seed grant",
        fr="Subvention d'amorçage maximale",
        help_en="The most that one project gets; 0 grants nothing.",
        help_fr="Le maximum qu'un projet reçoit ; 0 : aucune subvention.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    grant_reach: float = parameter(
        10.0,
        unit="km",
        bounds=(0.0, 200.0),
        en="Reach of grants and evenings",
        fr="Rayon des subventions et soirées",
        help_en="How far from the site residents may live to get a grant or to come to an evening.",
        help_fr="Distance maximale au site pour recevoir une subvention ou venir à une soirée.",
        source="a town and its surroundings",
        evidence="assumed",
        role="lever",
    )
    evening_every: int = parameter(
        3,
        unit="months",
        bounds=(0, 60),
        en="Months between evenings",
        fr="Mois entre deux soirées",
        help_en="An evening of ideas is held every so many months; 0 holds none.",
        help_fr="Une soirée à idées a lieu tous les tant de mois ; 0 : jamais.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    participant_cost: float = parameter(
        75.0,
        unit="EUR",
        bounds=(1.0, 10_000.0),
        en="Cost of a participant",
        fr="Coût d'un participant",
        help_en="What one participant of an evening costs, preparation and follow-up included.",
        help_fr="Coût d'un participant à une soirée, préparation et suivi compris.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )

    def check(self) -> None:
        """Check the consistency of levers, including that shares add up to 1."""
        super().check()
        check_shares(self, "facilitation_share", "grants_share", "events_share")
