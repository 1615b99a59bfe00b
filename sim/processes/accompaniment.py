"""Accompaniment: facilitators take on projects, see them through, and give them their hours first.

The hours of a place are those paid, its staff x hours_per_fte, and those of volunteers. Its
facilitators have room for

    staff x caseload

projects that do not run yet. A project once taken on stays until it runs or is given up, whether
its holder comes that month or not. Free room goes to holders present this month, and to those whom
chambers, banks or the town hall send to the place of their choice (`referral`): first ideas, then
projects under review or incubating, each in the order of triage (the lever `triage` of the
intervention if it is an order, else the fewest hours left first; see `sim.kernels.triage`).

Hours go first to accompanied ideas, in the same order, each up to `accompaniment_cap` and to what
it still needs, then to accompanied projects under review or incubating, each up to the cap. Others
present share what they would get without accompaniment, as far as hours are left:

    hours of the place = hours of accompaniment + hours for others + idle hours.

An hour is worth as much engineering as the mentoring of the place says. With a caseload of 0, or
without the process, all holders present share the hours equally.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import CHUNK, list_marked
from sim.kernels.matching import sort_pairs
from sim.kernels.project_codes import IDEA, INCUBATING
from sim.kernels.random import fill_words_of, uniform
from sim.kernels.triage import BY_READINESS, IN_ORDER, KEY_BITS, triage_key
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

STREAM = 26
_LATER, _NEW = np.uint64(1 << KEY_BITS), np.uint64(1 << (KEY_BITS + 1))
_PLACE = np.uint64(KEY_BITS + 2)


class AccompanimentParameters(ParameterGroup):
    """Projects that facilitators see through."""

    caseload: float = parameter(
        20.0,
        unit="projects/FTE",
        bounds=(0.0, 1000.0),
        label="Projects per facilitator",
        help="Most projects that a full-time facilitator accompanies at a time.",
        source="judgement, 10-40, between advisers who lend and those who coach (docs/sources.md)",
        plausible=(10.0, 40.0),
    )
    accompaniment_cap: float = parameter(
        8.0,
        unit="hours/month",
        bounds=(0.0, 200.0),
        label="Most accompaniment a month",
        help="Most hours a month that facilitators spend on one project, preparation included.",
        source="judgement, 2-20: two hours a week",
        plausible=(2.0, 20.0),
    )

    referral: float = parameter(
        0.015,
        unit="share",
        label="Referral to facilitators",
        help="Monthly probability that chambers, banks or the town hall send the holder "
        "of a project that does not run yet to facilitators in reach.",
        source="10-20% of creators are accompanied, over ten months (docs/sources.md)",
        evidence="derived",
        plausible=(0.0, 0.05),
    )


@rule
def room_for(staff, p):
    """Return how many projects facilitators (FTE) can accompany at a time."""
    return math.floor(staff * p.caseload + 1e-6)


@rule
def hours_of(place, third_place):
    """Return the monthly hours of facilitators and volunteers of a place."""
    return third_place.hours_paid[place] + third_place.volunteer_hours[place]


@rule
def hours_for_idea(hours_left, mentoring, p):
    """Return the hours of facilitators that an idea can use this month."""
    return min(p.accompaniment_cap, max(hours_left, 0.0) / mentoring)


@rule
def _is_before_birth(stage):
    return IDEA <= stage <= INCUBATING


@rule
def _hours_left(i, entrepreneur, project_kind):
    return project_kind.engineering_hours[entrepreneur.kind[i]] - entrepreneur.engineering[i]


@rule
def _priority(i, place, is_new, entrepreneur, project_kind, third_place, account):
    """Return the key of a project at a place, lowest first."""
    way = account.triage[third_place.account[place]]
    left = _hours_left(i, entrepreneur, project_kind)
    key = triage_key(
        IN_ORDER if way == IN_ORDER else BY_READINESS, left, entrepreneur.stage_months[i]
    )
    if entrepreneur.stage[i] != IDEA:
        key |= _LATER
    if is_new:
        key |= _NEW
    return key | (np.uint64(place) << _PLACE)


@rule
def _is_referred(i, entrepreneur, third_place, work, p):
    """Return whether somebody sends a holder to the place that they would choose."""
    place = entrepreneur.third_place[i]
    if place < 0 or not third_place.is_open[place]:
        return False
    return uniform(work.luck[i]) < p.referral


@rule
def _list_concerned(entrepreneur, work):
    """List the rows of projects before birth and of holders present; return their number."""
    concerned, n = np.uintp(0), np.uintp(entrepreneur.stage.size)
    marks = np.empty(CHUNK, np.uint8)
    for first in range(np.uintp(0), n, CHUNK):
        last = min(first + CHUNK, n)
        for i in range(first, last):
            is_accompanied = entrepreneur.accompanied_by[i] >= 0
            is_here = entrepreneur.facilitation[i] > 0.0
            stage = entrepreneur.stage[i]
            is_before_birth = (stage >= IDEA) & (stage <= INCUBATING)
            marks[i - first] = is_accompanied | is_here | is_before_birth
        listed = work.triage_row[concerned:]
        here = list_marked(marks, last - first, listed)
        for j in range(here):
            listed[j] += np.int64(first)
        concerned += here
    return concerned


@kernel
def _list_projects(seed, month, entrepreneur, project_kind, third_place, account, work, others, p):
    """List accompanied projects and those of holders present or sent, and others present."""
    fill_words_of(seed, STREAM, month, entrepreneur.id, work.luck)
    listed = present = 0
    for n in range(_list_concerned(entrepreneur, work)):
        i = work.triage_row[n]
        place, is_here = entrepreneur.accompanied_by[i], entrepreneur.facilitation[i] > 0.0
        is_candidate = _is_before_birth(entrepreneur.stage[i])
        if place >= 0 and not (is_candidate and third_place.is_open[place]):
            place = entrepreneur.accompanied_by[i] = -1
        is_new = place < 0
        if is_new:
            if not is_here and not (
                is_candidate and _is_referred(i, entrepreneur, third_place, work, p)
            ):
                continue
            place = entrepreneur.third_place[i]
            if not is_candidate:
                others[place] += 1
                work.grant_row[present] = i
                present += 1
                continue
        work.triage_key[listed] = _priority(
            i, place, is_new, entrepreneur, project_kind, third_place, account
        )
        work.triage_row[listed] = i
        listed += 1
    return listed, present


@kernel
def _take_on(listed, present, entrepreneur, third_place, work, others, p):
    """Keep and take on projects while there is room; return how many others are present."""
    for n in range(listed):
        i, place = work.triage_row[n], np.int64(work.triage_key[n] >> _PLACE)
        if third_place.accompanied[place] < room_for(third_place.staff[place], p):
            third_place.accompanied[place] += 1
            entrepreneur.accompanied_by[i] = place
            if entrepreneur.supporter[i] < 0:
                entrepreneur.supporter[i] = third_place.account[place]
            continue
        entrepreneur.accompanied_by[i] = -1
        if entrepreneur.facilitation[i] > 0.0:
            others[entrepreneur.third_place[i]] += 1
            work.grant_row[present] = i
            present += 1
    return present


@kernel
def _accompany(listed, entrepreneur, project_kind, third_place, work, left, p):
    """Give accompanied projects their hours, ideas first."""
    for turn in range(2):
        for n in range(listed):
            i = work.triage_row[n]
            place, is_idea = entrepreneur.accompanied_by[i], entrepreneur.stage[i] == IDEA
            if place < 0 or is_idea == (turn == 1):
                continue
            wanted, mentoring = p.accompaniment_cap, third_place.mentoring[place]
            if is_idea and mentoring > 0.0:
                wanted = hours_for_idea(_hours_left(i, entrepreneur, project_kind), mentoring, p)
            hours = min(wanted, left[place])
            left[place] -= hours
            entrepreneur.facilitation[i] = hours * mentoring
            entrepreneur.accompanied_hours[i] += hours


@kernel
def accompany_projects(seed, month, entrepreneur, project_kind, third_place, account, work, p):
    """Take on projects, and share out the hours of facilitators among them and others."""
    places = third_place.is_open.size
    left, others = np.empty(places), np.zeros(places, np.int64)
    for place in range(places):
        third_place.accompanied[place] = 0
        left[place] = hours_of(place, third_place)
    listed, present = _list_projects(
        seed, month, entrepreneur, project_kind, third_place, account, work, others, p
    )
    sort_pairs(work.triage_key, work.triage_row, listed)
    present = _take_on(listed, present, entrepreneur, third_place, work, others, p)
    _accompany(listed, entrepreneur, project_kind, third_place, work, left, p)
    for place in range(places):
        given = hours_of(place, third_place) - left[place]
        # Without accompaniment, users would get the hours of the visits.
        left[place] = min(third_place.hours[place], left[place] * third_place.mentoring[place])
        third_place.hours[place] = given * third_place.mentoring[place] + left[place]
    for n in range(present):
        i = work.grant_row[n]
        place = entrepreneur.third_place[i]
        entrepreneur.facilitation[i] = left[place] / others[place]


PROCESS = Process(
    name="accompaniment",
    group=AccompanimentParameters,
    kernel=accompany_projects,
    writes=arrays(
        entrepreneur="accompanied_by accompanied_hours facilitation supporter",
        third_place="accompanied hours",
        work="luck triage_key triage_row grant_row",
    ),
    stream=STREAM,
)
