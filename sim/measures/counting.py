"""The counts of a month, written by kernels into one preallocated row."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.kernels.machine.compile import kernel
from sim.kernels.machine.sequence import KernelCall
from sim.registry.catalogues import DIMENSIONS, project_kinds
from sim.registry.state import State
from sim.territory.territory import ZONES

__all__ = ["BY_ZONE", "COUNTERS", "COUNTS", "TERRITORY", "count_calls", "count_month"]

Row = npt.NDArray[np.float64]

LONG_TERM_MONTHS = 36
"""Vacancy is long-term beyond three years: vacant at the end of 36 months after the closing one."""

BY_ZONE: Final = (
    "premises",
    "open_shops",
    "closures",
    "relettings",
    "takeovers",
    "long_term_vacant",
    "sales",
    "margin",
    "rent",
    "rent_at_start",
    "footfall",
    "residents",
    "youth",
    "youth_active",
    "ideas",
    "births",
    "running",
    "projects_ended",
)
"""What is counted in each zone."""

TERRITORY: Final = (
    "spent_in_shops",
    "spent_outside",
    "spent_online",
    "youth_left",
    "youth_arrived",
    *(f"births_weight_{d}" for d in DIMENSIONS),
    "bottom_up_births",
    "public_partner_births",
    "partners_at_birth",
    "months_to_birth",
    "running_bottom_up",
    "running_public_partner",
    "running_partners",
    "running_months_to_birth",
    "abandoned",
    "applications",
    "approvals",
    "refusals",
    "decided_months",
    "ideas_in_work",
    "in_review",
    "incubating",
    "waiting_files",
    "officials",
    "trust",
    "openness",
    "open_places",
    "seats",
    "users",
    "evening_participants",
    "votes",
    "classic_births",
    *(f"births_{k.name}" for k in project_kinds()),
)
"""What is counted for the territory as a whole."""

COUNTS: Final = tuple(f"{c}_{z}" for c in BY_ZONE for z in ZONES) + TERRITORY
"""What is counted each month, in the order of a row."""

# Where a count begins in a row; counts by zone take three places.
(
    _PREMISES,
    _OPEN_SHOPS,
    _CLOSURES,
    _RELETTINGS,
    _TAKEOVERS,
    _LONG_TERM,
    _SALES,
    _MARGIN,
    _RENT,
    _RENT_AT_START,
    _FOOTFALL,
    _RESIDENTS,
    _YOUTH,
    _YOUTH_ACTIVE,
    _IDEAS,
    _BIRTHS,
    _RUNNING,
    _ENDED,
) = range(0, 3 * len(BY_ZONE), 3)
_FIRST = 3 * len(BY_ZONE)
_SPENT_IN_SHOPS, _SPENT_OUTSIDE, _SPENT_ONLINE, _LEFT, _ARRIVED, _BY_DIMENSION = range(
    _FIRST, _FIRST + 6
)
(
    _BOTTOM_UP,
    _PUBLIC_PARTNER,
    _PARTNERS,
    _MONTHS_TO_BIRTH,
    _RUNNING_BOTTOM_UP,
    _RUNNING_PUBLIC_PARTNER,
    _RUNNING_PARTNERS,
    _RUNNING_MONTHS,
    _ABANDONED,
    _APPLICATIONS,
    _APPROVALS,
    _REFUSALS,
    _DECIDED_MONTHS,
    _IDEAS_IN_WORK,
    _IN_REVIEW,
    _INCUBATING,
    _WAITING,
    _OFFICIALS,
    _TRUST,
    _OPENNESS,
    _OPEN_PLACES,
    _SEATS,
    _USERS,
    _PARTICIPANTS,
    _VOTES,
    _CLASSIC,
    _BY_KIND,
) = range(_BY_DIMENSION + len(DIMENSIONS), _BY_DIMENSION + len(DIMENSIONS) + 27)

_IDEA, _REVIEW, _INCUBATION, _RUN = 1, 2, 3, 4
_HAD_IDEA, _APPLIED, _APPROVED, _REFUSED, _GAVE_UP, _BORN, _CEASED = range(1, 8)
_OFFICIAL_ORIGIN = 3


@kernel
def count_premises(
    zone,
    is_open,
    event,
    months_vacant,
    revenue,
    margin,
    rent,
    rent_at_start,
    footfall,
    spent_in_shops,
    spent_outside,
    spent_online,
    row,
):
    """Add up premises by zone and spending by sector into a row of `COUNTS`."""
    for p in range(is_open.size):
        z = zone[p]
        row[_PREMISES + z] += 1.0
        row[_CLOSURES + z] += 1.0 if event[p] == 1 else 0.0
        row[_RELETTINGS + z] += 1.0 if event[p] == 2 else 0.0
        row[_TAKEOVERS + z] += 1.0 if event[p] == 3 else 0.0
        row[_SALES + z] += revenue[p]
        row[_RENT_AT_START + z] += rent_at_start[p]
        row[_RENT + z] += rent[p]
        if is_open[p]:
            row[_OPEN_SHOPS + z] += 1.0
            row[_MARGIN + z] += margin[p]
        elif months_vacant[p] >= LONG_TERM_MONTHS:
            row[_LONG_TERM + z] += 1.0
    for z in range(3):
        row[_FOOTFALL + z] = footfall[z]
        row[_SPENT_IN_SHOPS] += spent_in_shops[z]  # three sectors, as there are three zones
        row[_SPENT_OUTSIDE] += spent_outside[z]
        row[_SPENT_ONLINE] += spent_online[z]


@kernel
def count_residents(cell_zone, residents, row):
    """Add up residents by zone into a row of `COUNTS`."""
    zone, people = cell_zone.reshape(-1), residents.reshape(-1)
    centre = periphery = elsewhere = 0.0
    for c in range(zone.size):
        centre += people[c] if zone[c] == 0 else 0.0
        periphery += people[c] if zone[c] == 1 else 0.0
        elsewhere += people[c] if zone[c] == 2 else 0.0
    row[_RESIDENTS], row[_RESIDENTS + 1], row[_RESIDENTS + 2] = centre, periphery, elsewhere


@kernel
def count_youth(zone, is_present, is_active, event, row):
    """Add up youth by zone into a row of `COUNTS`, in bytes that a few hundred do not overflow."""
    for first in range(0, zone.size, 128):
        here0 = here1 = here2 = active0 = active1 = active2 = left = arrived = np.uint8(0)
        for y in range(np.uintp(first), np.uintp(min(first + 128, zone.size))):
            z = zone[y]
            here, active = is_present[y], is_active[y]
            # Numba adds bytes as words; cut back to a byte, many of them fit into a register.
            here0 = np.uint8(here0 + (np.uint8(z == 0) & here))
            here1 = np.uint8(here1 + (np.uint8(z == 1) & here))
            here2 = np.uint8(here2 + (np.uint8(z == 2) & here))
            active0 = np.uint8(active0 + (np.uint8(z == 0) & active))
            active1 = np.uint8(active1 + (np.uint8(z == 1) & active))
            active2 = np.uint8(active2 + (np.uint8(z == 2) & active))
            left = np.uint8(left + np.uint8(event[y] == 1))
            arrived = np.uint8(arrived + np.uint8(event[y] == 2))
        row[_YOUTH] += here0
        row[_YOUTH + 1] += here1
        row[_YOUTH + 2] += here2
        row[_YOUTH_ACTIVE] += active0
        row[_YOUTH_ACTIVE + 1] += active1
        row[_YOUTH_ACTIVE + 2] += active2
        row[_LEFT] += left
        row[_ARRIVED] += arrived


@kernel
def count_projects(
    cell_zone,
    cell_row,
    stage,
    event,
    kind,
    weight,
    origin,
    partners,
    has_public_partner,
    months_to_birth,
    review_months,
    row,
):
    """Add up what happened to projects, and those that run, into a row of `COUNTS`."""
    zone = cell_zone.reshape(-1)
    for e in range(stage.size):
        now, what = stage[e], event[e]
        if now == 0 and what == 0:
            continue
        z, bottom_up = zone[cell_row[e]], origin[e] != _OFFICIAL_ORIGIN
        if now == _IDEA:
            row[_IDEAS_IN_WORK] += 1.0
        elif now == _REVIEW:
            row[_IN_REVIEW] += 1.0
        elif now == _INCUBATION:
            row[_INCUBATING] += 1.0
        elif now == _RUN:
            row[_RUNNING + z] += 1.0
            row[_RUNNING_BOTTOM_UP] += bottom_up
            row[_RUNNING_PUBLIC_PARTNER] += has_public_partner[e]
            row[_RUNNING_PARTNERS] += partners[e]
            row[_RUNNING_MONTHS] += months_to_birth[e]
        if what == _HAD_IDEA:
            row[_IDEAS + z] += 1.0
        elif what == _APPLIED:
            row[_APPLICATIONS] += 1.0
        elif what == _APPROVED:
            row[_APPROVALS] += 1.0
            row[_DECIDED_MONTHS] += review_months[e]
        elif what == _REFUSED:
            row[_REFUSALS] += 1.0
            row[_DECIDED_MONTHS] += review_months[e]
        elif what == _GAVE_UP:
            row[_ABANDONED] += 1.0
        elif what == _BORN:
            row[_BIRTHS + z] += 1.0
            row[_BOTTOM_UP] += bottom_up
            row[_PUBLIC_PARTNER] += has_public_partner[e]
            row[_PARTNERS] += partners[e]
            row[_MONTHS_TO_BIRTH] += months_to_birth[e]
            row[_BY_KIND + kind[e]] += 1.0
            for d in range(weight.shape[1]):
                row[_BY_DIMENSION + d] += weight[e, d]
        elif what == _CEASED:
            row[_ENDED + z] += 1.0


@kernel
def count_offices_and_places(
    waiting,
    trust,
    openness,
    is_open,
    is_mobile,
    seats,
    users,
    participants,
    votes,
    classic_birth_rate,
    row,
):
    """Add up offices, officials, third places and events into a row of `COUNTS`."""
    for o in range(waiting.size):
        row[_WAITING] += waiting[o]
    row[_OFFICIALS] = trust.size
    for o in range(trust.size):
        row[_TRUST] += trust[o]
        row[_OPENNESS] += openness[o]
    for p in range(is_open.size):
        if is_open[p] and not is_mobile[p]:
            row[_OPEN_PLACES] += 1.0
            row[_SEATS] += seats[p]
            row[_USERS] += users[p]
    for a in range(votes.size):
        row[_PARTICIPANTS] += participants[a]
        row[_VOTES] += votes[a]
    residents = row[_RESIDENTS] + row[_RESIDENTS + 1] + row[_RESIDENTS + 2]
    row[_CLASSIC] = residents / 1000.0 * classic_birth_rate[0] / 12.0


_COUNTED: Final[tuple[tuple[Any, tuple[str, ...]], ...]] = (
    (
        count_premises,
        (
            "premises.zone",
            "premises.is_open",
            "premises.event",
            "premises.months_vacant",
            "premises.revenue",
            "premises.margin",
            "premises.rent",
            "premises.rent_at_start",
            "zone.footfall",
            "sector.spent_in_shops",
            "sector.spent_outside",
            "sector.spent_online",
        ),
    ),
    (count_residents, ("cell.zone", "cell.residents")),
    (count_youth, ("youth.zone", "youth.is_present", "youth.is_active", "youth.event")),
    (
        count_projects,
        (
            "cell.zone",
            "entrepreneur.cell_row",
            "entrepreneur.stage",
            "entrepreneur.event",
            "entrepreneur.kind",
            "entrepreneur.weight",
            "entrepreneur.origin",
            "entrepreneur.partners",
            "entrepreneur.has_public_partner",
            "entrepreneur.months_to_birth",
            "entrepreneur.review_months",
        ),
    ),
    (
        count_offices_and_places,
        (
            "office.waiting",
            "official.trust",
            "official.openness",
            "third_place.is_open",
            "third_place.is_mobile",
            "third_place.seats",
            "third_place.users",
            "account.evening_participants",
            "account.votes",
            "town.classic_birth_rate",
        ),
    ),
)
"""Kernels that count, in their order, and the variables that each of them takes."""

COUNTERS: Final = tuple(kernel_.__name__ for kernel_, _ in _COUNTED)
"""Names of the kernels that count."""


def count_calls(state: State, row: Row) -> list[KernelCall]:
    """What writes the counts of the month just run into a row, in the order of `COUNTS`.

    Parameters
    ----------
    state : State
        To count in.
    row : (counts,) float64 array
        Which has to be 0.0 throughout before.
    """
    return [
        KernelCall(kernel_.__name__, kernel_, (*(state[name] for name in names), row))
        for kernel_, names in _COUNTED
    ]


def count_month(state: State, row: Row) -> None:
    """Write the counts of the month just run.

    Parameters
    ----------
    state : State
        After a month.
    row : (counts,) float64 array
        Written, in the order of `COUNTS`.
    """
    row[:] = 0.0
    for call in count_calls(state, row):
        call.kernel(*call.arguments)
