"""Third-place visits: members and monthly visitors of each place, and the hours of its staff.

Everybody has one place, chosen among those in reach with probabilities proportional to

    visits next door x exp(-distance / reach)

(Luce's rule, as in Huff's model of shopping). This probability x ramp, which rises from 0 to 1 over
the first months of a place, is the share v of the time for which somebody would be a member, times
`project_visit_ratio` for those with a project and `active_visit_ratio` for the young who took part
last month. With a mean membership of M months, members leave with the monthly probability l =
1 / M, and others join with

    j = v l / (1 - v (1 - l))

so that v of them are members in the long run. At M = 1, everybody decides anew each month. Members
come every month and keep their seats; those who want to join queue in random order, and are let in
while there is room for their use of a seat. The hours of staff saturate with the number of users n:

    hours = staff x hours_per_fte x mentoring x n / (n + half_load x staff)

Volunteers among them, a share that the intervention sets, add `hours_per_volunteer` each to the
hours of staff.

Remote workers want a desk near home and nothing from the staff, so n leaves them out, and none of
them volunteers. Their number may grow. As few of them are members, g times as many workers is the
same as g times their visits.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.joining import list_who_wants
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.matching import sort_pairs
from sim.kernels.memberships import forget_visits, note_visit, replace_movers
from sim.kernels.place_choice import choose_places
from sim.kernels.seats import let_in, seat_members
from sim.kernels.surroundings import reaction
from sim.kernels.visitors import ENTREPRENEUR, OFFICIAL, WORKER, YOUTH, unpack
from sim.processes.process import Process, arrays
from sim.registry.parameters import Evidence, ParameterGroup, parameter

STREAM = 4
_MEMBERS = "third_place visit_probability at_place member_of member_since last_place recency"


def _seat_use(
    value: float,
    plausible: tuple[float, float],
    people: str,
    member: str,
    source: str = "judgement (docs/sources.md)",
    evidence: Evidence = "assumed",
) -> float:
    declared: float = parameter(
        value,
        unit="share",
        bounds=(0.01, 1.0),
        plausible=plausible,
        label=f"Use of a seat, {people}",
        help=f"Share of a seat's opening hours that {member} uses; fees, spending and footfall "
        "follow it.",
        source=source,
        evidence=evidence,
    )
    return declared


class ThirdPlacesParameters(ParameterGroup):
    """Membership of third places, their seats and the work of their staff."""

    existing_third_places: str = parameter(
        "",
        unit="kind:number",
        label="Third places at the start",
        help="Third places open at the start, such as coworking:2 fablab:1, in the town centre.",
        source="scenario; metropolises have most of them, villages few",
        role="constant",
    )
    visit_reach: float = parameter(
        2.0,
        unit="km",
        bounds=(0.1, 50.0),
        label="Reach of a third place",
        help="Distance over which visits fall to 37%; nobody comes from four times as far.",
        source="judgement: 2 km in towns, 8 km in the country",
        plausible=(0.5, 5.0),
    )
    ramp_months: float = parameter(
        18.0,
        unit="months",
        bounds=(1.0, 120.0),
        label="Ramp-up of a third place",
        help="Months until a new third place is fully known.",
        source="judgement, 6 to 36 months",
        plausible=(6.0, 36.0),
    )
    hours_per_fte: float = parameter(
        130.0,
        unit="hours/month",
        bounds=(1.0, 200.0),
        label="Hours of a facilitator",
        help="Monthly hours of a full-time facilitator for users.",
        source="judgement: 1,607 hours a year, a few weeks' worth of them for everything else",
        plausible=(100.0, 134.0),
    )
    hours_per_volunteer: float = parameter(
        6.0,
        unit="hours/month",
        bounds=(0.0, 100.0),
        label="Hours of a volunteer",
        help="Monthly hours of a member who volunteers; they count like those of facilitators.",
        source="judgement, 0-10: French volunteers give some 8, many of them elsewhere",
        role="constant",
    )
    half_load: float = parameter(
        40.0,
        unit="users/FTE",
        bounds=(1.0, 1000.0),
        label="Users for half of a facilitator's hours",
        help="Users per facilitator at which half of the hours are of use; more share the rest.",
        source="judgement, 15 to 100",
        plausible=(15.0, 100.0),
    )
    visit_level: float = parameter(
        1.0,
        bounds=(0.0, 100.0),
        label="Level of visits",
        help="Factor on how many people use third places of every kind.",
        source="1: visits of the catalogue as they stand; 0.3-3 by judgement (docs/sources.md)",
        plausible=(0.3, 3.0),
    )
    membership_months: float = parameter(
        7.0,
        unit="months",
        bounds=(1.0, 240.0),
        label="Duration of a membership",
        help="Months for which somebody comes to a third place, on average; 1: decided every "
        "month.",
        source="between contracts for shared desks, 5.3, and offices, 9.1 (docs/sources.md)",
        evidence="derived",
        plausible=(4.0, 20.0),
    )
    project_visit_ratio: float = parameter(
        4.0,
        bounds=(0.0, 100.0),
        label="Visits with a project",
        help="How much likelier people who carry a project are to use third places.",
        source="by analogy with independents among users; 1 is plausible (docs/sources.md)",
        plausible=(1.0, 10.0),
    )
    active_visit_ratio: float = parameter(
        1.5,
        bounds=(0.0, 100.0),
        label="Visits of the active young",
        help="How much likelier young people who take part are to use third places.",
        source="judgement; no comparison group measured it, so 1 is plausible (docs/sources.md)",
        plausible=(1.0, 3.0),
    )
    return_ratio: float = parameter(
        2.0,
        bounds=(0.0, 100.0),
        label="Coming back",
        help="How much more readily those who used a third place in the last year join it again.",
        source="judgement; no comparison group measured it, so 1 is plausible (docs/sources.md)",
        plausible=(1.0, 5.0),
    )
    seat_use_youth: float = _seat_use(0.15, (0.05, 0.4), "youth", "a young member")
    seat_use_holders: float = _seat_use(
        0.45,
        (0.25, 0.7),
        "project holders",
        "a potential project holder",
        "plans of one space, members a desk of others, days a week (docs/sources.md)",
        "derived",
    )
    seat_use_officials: float = _seat_use(0.05, (0.02, 0.2), "officials", "an official")
    seat_use_workers: float = _seat_use(
        0.28,
        (0.1, 0.45),
        "remote workers",
        "a remote worker",
        "1.4 days out of five, at most 2.1, all of them in the place (docs/sources.md)",
        "derived",
    )
    remote_trend: float = parameter(
        0.0,
        unit="1/year",
        bounds=(-0.2, 0.2),
        label="Trend of remote work",
        help="Yearly change of the number of remote workers, as a share of it.",
        source="0: 22% of employees in 2022 and in 2024 (Insee Analyses 105, docs/sources.md)",
        evidence="found",
        plausible=(-0.03, 0.03),
    )


@rule
def ramp_of(age, p):
    """Return how well a place is known in its month number `age`, as a share."""
    return min(age / p.ramp_months, 1.0)


@rule
def hours_given(staff, users, mentoring, p):
    """Return the monthly hours of engineering and facilitation of staff (FTE) for users."""
    if users == 0 or staff <= 0.0:
        return 0.0
    return staff * p.hours_per_fte * mentoring * users / (users + p.half_load * staff)


@rule
def _pulls(third_place, cell, p):
    """Return the factor of visits to each place: how well it is known, and culture around it."""
    pull = np.zeros(third_place.is_open.size)
    for place in range(pull.size):
        if third_place.is_open[place]:
            pull[place] = ramp_of(third_place.age[place], p)
            if p.cultural_visits > 0.0:
                gained = cell.cultural_gained.reshape(-1)[third_place.cell_row[place]]
                pull[place] *= reaction(p.cultural_visits * gained)
    return pull


@rule
def _seat(month, count, youth, entrepreneur, official, worker, third_place, visitor):
    """Give holders their facilitation, and keep visitors with a seat in the list."""
    entrepreneur.facilitation[:] = 0.0
    seated = 0
    for v in range(count):
        there, kind, i = unpack(v, visitor)
        is_seated = np.uint8(not third_place.is_mobile[there])
        if kind == YOUTH:
            youth.at_place[i] = is_seated
            note_visit(i, there, month, youth)
        elif kind == ENTREPRENEUR:
            entrepreneur.at_place[i] = is_seated
            entrepreneur.facilitation[i] = third_place.hours[there] / third_place.holders[there]
            note_visit(i, there, month, entrepreneur)
        elif kind == OFFICIAL:
            official.at_place[i] = is_seated
            note_visit(i, there, month, official)
        else:
            worker.at_place[i] = is_seated
            note_visit(i, there, month, worker)
        if is_seated:  # travelling facilitators have no seats, and nobody meets others there
            visitor.key[seated], visitor.agent[seated] = visitor.key[v], visitor.agent[v]
            seated += 1
    visitor.count[0] = seated


@kernel
def visit_places(seed, month, cell, youth, entrepreneur, official, worker, third_place, visitor, p):
    """List the visitors of places, and give the hours of staff to project holders."""
    by_youth, by_holders = third_place.youth_visits, third_place.entrepreneur_visits
    by_officials, by_workers = third_place.official_visits, third_place.worker_visits
    stage = entrepreneur.stage
    has_changed = False
    for place in range(third_place.is_open.size):
        has_changed |= third_place.is_open[place] != third_place.was_open[place]
        third_place.was_open[place] = third_place.is_open[place]
    if has_changed:
        columns = cell.zone.shape[1]
        choose_places(seed, STREAM, month, YOUTH, youth, by_youth, third_place, columns, p)
        choose_places(
            seed, STREAM, month, ENTREPRENEUR, entrepreneur, by_holders, third_place, columns, p
        )
        choose_places(
            seed, STREAM, month, OFFICIAL, official, by_officials, third_place, columns, p
        )
        choose_places(seed, STREAM, month, WORKER, worker, by_workers, third_place, columns, p)

    replace_movers(youth)
    forget_visits(youth)
    forget_visits(entrepreneur)
    forget_visits(official)
    forget_visits(worker)
    count, pull = np.int64(0), _pulls(third_place, cell, p)
    count = list_who_wants(
        seed, STREAM, month, YOUTH, youth, by_youth, youth, stage, third_place, pull, visitor,
        count, p)  # fmt: skip
    count = list_who_wants(
        seed, STREAM, month, ENTREPRENEUR, entrepreneur, by_holders, youth, stage, third_place,
        pull, visitor, count, p)  # fmt: skip
    count = list_who_wants(
        seed, STREAM, month, OFFICIAL, official, by_officials, youth, stage, third_place,
        pull, visitor, count, p)  # fmt: skip
    count = list_who_wants(
        seed, STREAM, month, WORKER, worker, by_workers, youth, stage, third_place, pull, visitor,
        count, p)  # fmt: skip
    sort_pairs(visitor.key, visitor.agent, count)

    seat_members(count, youth, entrepreneur, official, worker, third_place, visitor, p)
    count = let_in(count, youth, entrepreneur, official, worker, third_place, visitor, p)
    for place in range(third_place.is_open.size):
        users = third_place.users[place] - third_place.workers[place]
        unpaid = third_place.volunteer_share[place] * users * p.hours_per_volunteer
        third_place.volunteer_hours[place] = unpaid
        staff = third_place.staff[place] + unpaid / p.hours_per_fte
        third_place.hours[place] = hours_given(staff, users, third_place.mentoring[place], p)
    _seat(month, count, youth, entrepreneur, official, worker, third_place, visitor)


PROCESS = Process(
    name="third_place_visits",
    group=ThirdPlacesParameters,
    table="third_places",
    kernel=visit_places,
    writes=arrays(
        youth=_MEMBERS,
        entrepreneur=_MEMBERS + " facilitation",
        official=_MEMBERS,
        worker=_MEMBERS,
        third_place="was_open seats_used users holders workers joined hours volunteer_hours",
        visitor="key agent count",
    ),
    english_title="Third-place visits",
    stream=STREAM,
)
