"""The counts of a month, written by kernels into one preallocated row.

Shops and residents of the buffer around a place are not counted; other people live in the place
alone.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any, Final, cast

import numpy as np
import numpy.typing as npt

from sim.kernels.byte_counts import add_by_group, how_many_positive, times
from sim.kernels.event_codes import ARRIVED, CLOSED, LEFT, RELET, SUCCEEDED, TAKEN
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.records import arguments_of
from sim.kernels.machine.screening import CHUNK, list_marked
from sim.kernels.machine.sequence import KernelCall
from sim.kernels.project_codes import (
    ABANDONED,
    APPLIED,
    APPROVED,
    BORN,
    BY_OFFICIAL,
    CEASED,
    HAD_IDEA,
    IDEA,
    INCUBATING,
    LATENT,
    NOTHING,
    REFUSED,
    REVIEW,
    RUNNING,
)
from sim.kernels.zone_codes import BUFFER
from sim.registry.catalogues import DIMENSIONS, project_kinds
from sim.registry.state import State
from sim.territory.territory import ZONES

Row = npt.NDArray[np.float64]

LONG_TERM_MONTHS = 36
"""Months after which vacancy is long-term: vacant at the end of 36 months after the closing one."""

BY_ZONE: Final = (
    "premises",
    "open_shops",
    "closures",
    "successions",
    "relettings",
    "takeovers",
    "long_term_vacant",
    "sales",
    "margin_sum",
    "rent",
    "rent_at_start",
    "shop_jobs",
    "footfall",
    "residents",
    "youth",
    "youth_active",
    "ideas",
    "births",
    "running",
    "projects_ended",
    "shops_near",
    "place_premises",
)
"""Counts by zone."""

THIRDS: Final = ("poorest", "middle", "richest")
"""Thirds of residents by the income of their cells at the start, in the order of their codes."""

BY_THIRD: Final = ("residents", "shops_near", "youth", "youth_active", "births")
"""Counts by third, too."""

TERRITORY: Final = (
    "spent_in_shops",
    "spent_outside",
    "spent_online",
    "youth_left",
    "youth_arrived",
    *(f"{d}_births" for d in DIMENSIONS),
    "bottom_up_births",
    "public_partner_births",
    "partners_at_birth",
    "months_to_birth_sum",
    "running_bottom_up",
    "running_public_partner",
    "running_partners",
    "running_months_to_birth_sum",
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
    "trust_sum",
    "openness_sum",
    "open_places",
    "seats",
    "seats_used",
    "users",
    "joined",
    "people_of_a_year",
    "project_members",
    "worker_members",
    "evening_participants",
    "votes",
    "bank_loans",
    "offices",
    "tax_base_sum",
    "office_engineering_hours",
    "classic_births",
    "facilitators",
    "hours_paid",
    "hours_given",
    "hours_to_ideas",
    "accompanied",
    "volunteer_hours",
    "seats_without_premises",
    *(f"births_{k.name}" for k in project_kinds()),
    *(f"{c}_{third}" for c in BY_THIRD for third in THIRDS),
)
"""Counts of the whole territory."""

COUNTS: Final = tuple(f"{c}_{z}" for c in BY_ZONE for z in ZONES) + TERRITORY
"""All monthly counts, in the order of a row."""

AT: Final = cast(Any, namedtuple("Offsets", (*BY_ZONE, *TERRITORY)))(
    **{c: COUNTS.index(f"{c}_{ZONES[0]}") for c in BY_ZONE},
    **{c: COUNTS.index(c) for c in TERRITORY},
)
"""Where each count stands in a row: that of the first zone, which the other zones follow. Kernels
read it as constants."""

_BY_DIMENSION: Final = COUNTS.index(f"{DIMENSIONS[0]}_births")
_RESIDENTS, _SHOPS_NEAR, _YOUTH, _ACTIVE, _BIRTHS = (
    COUNTS.index(f"{c}_{THIRDS[0]}") for c in BY_THIRD
)
_BY_KIND: Final = COUNTS.index(f"births_{project_kinds()[0].name}")


@rule
def _sums_of_zone(z, row):
    """Return the sums over the premises of a zone so far."""
    sales, rent, rent_at_start = row[AT.sales + z], row[AT.rent + z], row[AT.rent_at_start + z]
    return sales, rent, rent_at_start, row[AT.shop_jobs + z], row[AT.margin_sum + z]


@rule
def _keep_sums(z, sales, rent, rent_at_start, jobs, margins, row):
    """Write the sums over the premises of a zone."""
    row[AT.sales + z], row[AT.rent + z], row[AT.rent_at_start + z] = sales, rent, rent_at_start
    row[AT.shop_jobs + z], row[AT.margin_sum + z] = jobs, margins


@kernel
def count_premises(premises, zone, sector, row):
    """Add up premises by zone and spending by sector into a row of `COUNTS`."""
    now = np.uint8(0)
    sales, rent, rent_at_start, jobs, margins = _sums_of_zone(now, row)
    for i in range(premises.is_open.size):
        z = premises.zone[i]
        if z >= BUFFER:
            continue
        if z != now:  # seldom, so these sums stay in registers
            _keep_sums(now, sales, rent, rent_at_start, jobs, margins, row)
            sales, rent, rent_at_start, jobs, margins = _sums_of_zone(z, row)
            now = z
        row[AT.premises + z] += 1.0
        sales += premises.revenue[i]
        rent += premises.rent[i]
        rent_at_start += premises.rent_at_start[i]
        event = premises.event[i]
        if event != 0:  # something happened
            row[AT.closures + z] += 1.0 if event in (CLOSED, SUCCEEDED) else 0.0
            row[AT.successions + z] += 1.0 if event == SUCCEEDED else 0.0
            row[AT.relettings + z] += 1.0 if event == RELET else 0.0
            row[AT.takeovers + z] += 1.0 if event == TAKEN else 0.0
        if premises.is_open[i]:
            row[AT.open_shops + z] += 1.0
            jobs += premises.jobs[i]
            margins += premises.margin[i]
        elif premises.third_place[i] >= 0:
            row[AT.place_premises + z] += 1.0
        elif premises.months_vacant[i] >= LONG_TERM_MONTHS:
            row[AT.long_term_vacant + z] += 1.0
    _keep_sums(now, sales, rent, rent_at_start, jobs, margins, row)
    for z in range(3):
        row[AT.footfall + z] = zone.footfall[z]
        # Three sectors, as there are three zones.
        row[AT.spent_in_shops] += sector.spent_in_shops[z]
        row[AT.spent_outside] += sector.spent_outside[z]
        row[AT.spent_online] += sector.spent_online[z]


@kernel
def count_residents(cell, row):
    """Add up residents, and open shops near them, by zone and third into a row of `COUNTS`."""
    zone, third = cell.zone.reshape(-1), cell.income_third.reshape(-1)
    people, open_nearby = cell.residents.reshape(-1), cell.open_nearby.reshape(-1)
    z, of_zone, near_zone = np.uint8(0), row[AT.residents], row[AT.shops_near]
    for c in range(np.uintp(zone.size)):
        if people[c] > 0.0 and zone[c] < BUFFER:  # nobody lives in most cells
            if zone[c] != z:  # seldom, so these sums stay in registers
                row[AT.residents + z], row[AT.shops_near + z] = of_zone, near_zone
                z = zone[c]
                of_zone, near_zone = row[AT.residents + z], row[AT.shops_near + z]
            here = np.float64(people[c])
            near = here * open_nearby[c]
            of_zone += here
            near_zone += near
            row[_RESIDENTS + third[c]] += here
            row[_SHOPS_NEAR + third[c]] += near
    row[AT.residents + z], row[AT.shops_near + z] = of_zone, near_zone


@kernel
def count_youth(youth, row):
    """Add up youth by zone and third, and their moves, into a row of `COUNTS`."""
    here, active = youth.is_present, youth.is_active
    add_by_group(youth.zone, here, active, row, AT.youth, AT.youth_active)
    add_by_group(youth.income_third, here, active, row, _YOUTH, _ACTIVE)
    row[AT.youth_left] += times(LEFT, youth.event)
    row[AT.youth_arrived] += times(ARRIVED, youth.event)


@rule
def _count_project(e, zone, third, entrepreneur, row):
    """Add up what happened to a project, and whether it runs, into a row of `COUNTS`."""
    now, what = entrepreneur.stage[e], entrepreneur.event[e]
    z, bottom_up = zone[entrepreneur.cell_row[e]], entrepreneur.origin[e] != BY_OFFICIAL
    row[AT.project_members] += entrepreneur.at_place[e] if IDEA <= now <= RUNNING else 0
    if now == IDEA:
        row[AT.ideas_in_work] += 1.0
    elif now == REVIEW:
        row[AT.in_review] += 1.0
    elif now == INCUBATING:
        row[AT.incubating] += 1.0
    elif now == RUNNING:
        row[AT.running + z] += 1.0
        row[AT.running_bottom_up] += bottom_up
        row[AT.running_public_partner] += entrepreneur.has_public_partner[e]
        row[AT.running_partners] += entrepreneur.partners[e]
        row[AT.running_months_to_birth_sum] += entrepreneur.months_to_birth[e]
    if what == HAD_IDEA:
        row[AT.ideas + z] += 1.0
    elif what == APPLIED:
        row[AT.applications] += 1.0
    elif what == APPROVED:
        row[AT.approvals] += 1.0
        row[AT.decided_months] += entrepreneur.review_months[e]
    elif what == REFUSED:
        row[AT.refusals] += 1.0
        row[AT.decided_months] += entrepreneur.review_months[e]
    elif what == ABANDONED:
        row[AT.abandoned] += 1.0
    elif what == BORN:
        row[AT.births + z] += 1.0
        row[_BIRTHS + third[entrepreneur.cell_row[e]]] += 1.0
        row[AT.bottom_up_births] += bottom_up
        row[AT.public_partner_births] += entrepreneur.has_public_partner[e]
        row[AT.partners_at_birth] += entrepreneur.partners[e]
        row[AT.months_to_birth_sum] += entrepreneur.months_to_birth[e]
        row[_BY_KIND + entrepreneur.kind[e]] += 1.0
        for d in range(entrepreneur.weight.shape[1]):
            row[_BY_DIMENSION + d] += entrepreneur.weight[e, d]
    elif what == CEASED:
        row[AT.projects_ended + z] += 1.0


@kernel
def count_projects(cell, entrepreneur, row):
    """Add up what happened to projects, and those that run, into a row of `COUNTS`."""
    zone, third = cell.zone.reshape(-1), cell.income_third.reshape(-1)
    n = np.uintp(entrepreneur.stage.size)
    marks, listed = np.empty(CHUNK, np.uint8), np.empty(CHUNK, np.uintp)
    for first in range(np.uintp(0), n, CHUNK):
        last = min(first + CHUNK, n)
        for e in range(first, last):
            marks[e - first] = (entrepreneur.stage[e] != LATENT) | (
                entrepreneur.event[e] != NOTHING
            )
        for j in range(list_marked(marks, last - first, listed)):
            _count_project(first + listed[j], zone, third, entrepreneur, row)


@kernel
def count_visitors(youth, entrepreneur, official, worker, row):
    """Add up who came to a third place in the last year into a row of `COUNTS`."""
    row[AT.people_of_a_year] += how_many_positive(youth.recency)
    row[AT.people_of_a_year] += how_many_positive(entrepreneur.recency)
    row[AT.people_of_a_year] += how_many_positive(official.recency)
    row[AT.people_of_a_year] += how_many_positive(worker.recency)


@kernel
def count_offices_and_places(office, official, third_place, account, town, row):
    """Add up offices, officials, third places and events into a row of `COUNTS`."""
    row[AT.offices] = office.waiting.size
    for o in range(office.waiting.size):
        row[AT.waiting_files] += office.waiting[o]
        row[AT.tax_base_sum] += office.tax_base[o]
        row[AT.office_engineering_hours] += office.engineering_hours[o]
    row[AT.officials] = official.trust.size
    for o in range(official.trust.size):
        row[AT.trust_sum] += official.trust[o]
        row[AT.openness_sum] += official.openness[o]
    for place in range(third_place.is_open.size):
        if third_place.is_open[place] and not third_place.is_mobile[place]:
            row[AT.open_places] += 1.0
            row[AT.seats] += third_place.seats[place]
            row[AT.seats_used] += third_place.seats_used[place]
            row[AT.users] += third_place.users[place]
            row[AT.joined] += third_place.joined[place]
            row[AT.worker_members] += third_place.workers[place]
        row[AT.facilitators] += third_place.staff[place]
        row[AT.hours_paid] += third_place.hours_paid[place]
        row[AT.accompanied] += third_place.accompanied[place]
        row[AT.volunteer_hours] += third_place.volunteer_hours[place]
        floor = third_place.seat_floor[place]
        if third_place.is_open[place] and floor > 0.0:
            row[AT.seats_without_premises] += max(
                third_place.seats[place] - third_place.floor[place] / floor, 0.0
            )
        mentoring = third_place.mentoring[place]  # what an hour is worth
        if mentoring > 0.0:
            row[AT.hours_given] += third_place.hours[place] / mentoring
            row[AT.hours_to_ideas] += third_place.idea_hours[place] / mentoring
    for a in range(account.votes.size):
        row[AT.evening_participants] += account.evening_participants[a]
        row[AT.votes] += account.votes[a]
        row[AT.bank_loans] += account.bank_loans[a] / 100.0
    residents = row[AT.residents] + row[AT.residents + 1] + row[AT.residents + 2]
    row[AT.classic_births] = residents / 1000.0 * town.classic_birth_rate[0] / 12.0


COUNTING: Final = (
    count_premises,
    count_residents,
    count_youth,
    count_projects,
    count_visitors,
    count_offices_and_places,
)
"""Kernels that count a month, in order; each takes entities, and the ``row`` that it writes."""

COUNTERS: Final = tuple(counter.__name__ for counter in COUNTING)
"""Their names."""


def count_calls(state: State, row: Row) -> list[KernelCall]:
    """Return the calls that write the counts of the last month into a row of zeros, (counts,)."""
    calls = []
    for counter in COUNTING:
        *entities, _row = arguments_of(counter)
        taken = (state.lend(counter, entity) for entity in entities)
        calls.append(KernelCall(counter.__name__, counter, (*taken, row)))
    return calls


def count_month(state: State, row: Row) -> None:
    """Write the counts of the month just run into a row, (counts,), in the order of `COUNTS`."""
    row[:] = 0.0
    for call in count_calls(state, row):
        call.alone()
