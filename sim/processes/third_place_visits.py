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

import math

import numpy as np

from sim.kernels.machine.compile import kernel, rule
from sim.kernels.machine.screening import BLOCK, CHUNK, lowest, marks_of_block, without_lowest
from sim.kernels.matching import sort_pairs
from sim.kernels.memberships import YEAR, forget_visits, note_visit, replace_movers
from sim.kernels.project_codes import IDEA, RUNNING
from sim.kernels.random import fill_words_of, stream_key, uniform, word
from sim.kernels.seats import let_in, seat_members
from sim.kernels.surroundings import reaction
from sim.kernels.visitors import ENTREPRENEUR, OFFICIAL, WORKER, YOUTH, enter, unpack
from sim.processes.process import Process, arrays
from sim.registry.parameters import Evidence, ParameterGroup, parameter

STREAM = 4
_CUT_OFF = 4.0  # reaches; beyond them only exp(-4) = 2 % would be left
_CLEAR_OF_ROUNDING = np.float32(2.0**31 * (1.0 + 2.0**-20))  # of 31 bits

# Decision indices: two of each kind every month, a lasting taste for each place, and one of each
# kind when visits of a place fall. Those of workers stand apart.
_TASTES = 6
_LAPSES = 1 << 20
_WORKER_TASTES = 1 << 21
_WORKER_TURNS = 1 << 22

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
        help="Distance over which visits fall to 37 %; nobody comes from four times as far.",
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
        help="Months for which somebody comes to a third place, on average; 1: decided anew each "
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
        source="0: 22 % of employees in 2022 and in 2024 (Insee Analyses 105, docs/sources.md)",
        evidence="found",
        plausible=(-0.03, 0.03),
    )


@rule
def visit_probability(visits, distance, reach):
    """Return the monthly probability of a visit from a distance (cells), 0 beyond four reaches."""
    if distance > _CUT_OFF * reach or reach <= 0.0:
        return 0.0
    return visits * math.exp(-distance / reach)


@rule
def ramp_of(age, p):
    """Return how well a place is known in its month number `age`, as a share."""
    return min(age / p.ramp_months, 1.0)


@rule
def member_share(visits, pull, readiness):
    """Return the share of the time for which somebody would be a member."""
    return min(visits * pull * readiness, 1.0)


@rule
def joining_probability(share, leaving):
    """Return the monthly probability of joining that keeps a share of the time as a member.

    Members leave with a monthly probability, and may join again at once.
    """
    return share * leaving / (1.0 - share * (1.0 - leaving))


@rule
def remote_growth(month, p):
    """Return the number of remote workers relative to the first month."""
    return (1.0 + p.remote_trend) ** (max(month, 0) / 12.0)


@rule
def _taste_of(place, kind):
    """Return the decision index of the lasting taste for a place."""
    return _WORKER_TASTES + place if kind == WORKER else _TASTES + 3 * place + kind


@rule
def _turn_of(kind):
    """Return the decision index of a month's wish to come; the next is that of the turn."""
    return _WORKER_TURNS if kind == WORKER else 2 * kind


@rule
def hours_given(staff, users, mentoring, p):
    """Return the monthly hours of engineering and facilitation of staff (FTE) for users."""
    if users == 0 or staff <= 0.0:
        return 0.0
    return staff * p.hours_per_fte * mentoring * users / (users + p.half_load * staff)


@kernel
def _choose(seed, month, kind, people, visits, third_place, columns, p):
    """Give each person an open place, with chances proportional to visit probabilities.

    Each place in reach gets an exponential draw of its rate, and the earliest wins: a place that
    opens or closes moves those only whom it wins or loses. A taste for a place lasts for the run.
    Where visits have fallen by a share, this share of the members lapses.
    """
    k0, k1 = stream_key(seed, STREAM, 0)
    now0, now1 = stream_key(seed, STREAM, month)
    for i in range(people.cell_row.size):
        y, x = divmod(people.cell_row[i], columns)
        before = people.visit_probability[i]
        people.third_place[i], people.visit_probability[i], earliest = -1, 0.0, np.inf
        for place in range(third_place.is_open.size):
            if not third_place.is_open[place]:
                continue
            place_y, place_x = divmod(third_place.cell_row[place], columns)
            distance = math.sqrt(float((y - place_y) ** 2 + (x - place_x) ** 2))
            level = visits[place] * p.visit_level
            probability = visit_probability(level, distance, third_place.reach[place])
            if probability > 0.0:
                taste = word(k0, k1, people.id[i], _taste_of(place, kind))
                wait = -math.log(uniform(taste)) / probability
                if wait < earliest:
                    people.third_place[i], earliest = place, wait
                    people.visit_probability[i] = min(probability, 1.0)
        if people.member_of[i] >= 0:
            luck = uniform(word(now0, now1, people.id[i], _LAPSES + kind))
            if luck * before >= people.visit_probability[i]:
                people.member_of[i] = -1


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
def _readiness(kind, i, youth, stage, p):
    """Return how much likelier somebody is to use third places because of what they do."""
    if kind == YOUTH:
        return p.active_visit_ratio if youth.is_active[i] else 1.0
    has_project = kind == ENTREPRENEUR and IDEA <= stage[i] <= RUNNING
    return p.project_visit_ratio if has_project else 1.0


@rule
def _most_ready(kind, p):
    """Return the largest readiness of a kind."""
    if kind == YOUTH:
        return max(p.active_visit_ratio, 1.0)
    return max(p.project_visit_ratio, 1.0) if kind == ENTREPRENEUR else 1.0


@kernel
def _list_who_wants(
    seed, month, kind, people, visits, youth, stage, third_place, pull, visitor, count, p
):
    """Append members who stay, and who want to join, each with a key of place and random order.

    They are few, so random words are first compared in bulk with an upper bound, the probability
    for the best known place and somebody with a project, or an active youth, and higher for former
    members, who come back more readily. Members are looked at in any case.
    """
    growth = remote_growth(month, p) if kind == WORKER else 1.0
    readiest, pulling, visited = growth * _most_ready(kind, p), 0.0, 0.0
    for place in range(pull.size):
        pulling = max(pulling, pull[place])
        visited = max(visited, pull[place] * visits[place] * p.visit_level)
    largest = min(readiest * visited, 1.0)
    if largest <= 0.0 and not third_place.users.any():
        people.at_place[:] = 0
        people.member_of[:] = -1
        return count
    leaving = 1.0 / p.membership_months
    steepest = (
        readiest * pulling * leaving / (1.0 - largest * (1.0 - leaving))
    )  # joining over visits
    bound = _CLEAR_OF_ROUNDING * np.float32(steepest)
    bound_of_former = bound * np.float32(max(p.return_ratio, 1.0))
    k0, k1 = stream_key(seed, STREAM, month)
    lucks = np.empty(CHUNK, np.uint32)
    n = np.uintp(people.id.size)
    for first in range(np.uintp(0), n, CHUNK):
        last = min(first + CHUNK, n)
        fill_words_of(
            seed, STREAM, month, people.id[first:last], lucks[: last - first], _turn_of(kind)
        )
        for i in range(first, last):
            luck = np.int32(lucks[i - first] >> np.uint32(1))  # signed integers convert faster
            highest = bound_of_former if people.recency[i] > 0 else bound
            is_likely = np.float32(luck) <= highest * people.visit_probability[i]
            people.at_place[i] = is_likely | (people.recency[i] >= YEAR - 1)
        for start in range(first, last, BLOCK):
            bits = marks_of_block(people.at_place, start, last)
            while bits:
                i, bits = start + lowest(bits), without_lowest(bits)
                place, was_at = people.third_place[i], people.member_of[i]
                people.at_place[i], people.member_of[i] = 0, -1
                if (
                    place < 0
                    or not third_place.is_open[place]
                    or (kind == YOUTH and not youth.is_present[i])
                ):
                    continue
                readiness = growth * _readiness(kind, i, youth, stage, p)
                share = member_share(people.visit_probability[i], pull[place], readiness)
                joining = joining_probability(share, leaving)
                if people.last_place[i] == place and people.recency[i] > 0:
                    joining *= p.return_ratio
                staying = 1.0 - leaving if was_at == place else 0.0
                luck_of_all = uniform(lucks[i - first])
                if luck_of_all >= staying + (1.0 - staying) * joining:
                    continue
                if luck_of_all < staying:
                    people.member_of[i] = place
                turn = word(k0, k1, people.id[i], _turn_of(kind) + 1)
                enter(count, place, turn, kind, i, visitor)
                count += 1
    return count


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
        _choose(seed, month, YOUTH, youth, by_youth, third_place, columns, p)
        _choose(seed, month, ENTREPRENEUR, entrepreneur, by_holders, third_place, columns, p)
        _choose(seed, month, OFFICIAL, official, by_officials, third_place, columns, p)
        _choose(seed, month, WORKER, worker, by_workers, third_place, columns, p)

    replace_movers(youth)
    forget_visits(youth)
    forget_visits(entrepreneur)
    forget_visits(official)
    forget_visits(worker)
    count, pull = np.int64(0), _pulls(third_place, cell, p)
    count = _list_who_wants(
        seed, month, YOUTH, youth, by_youth, youth, stage, third_place, pull, visitor,
        count, p)  # fmt: skip
    count = _list_who_wants(
        seed, month, ENTREPRENEUR, entrepreneur, by_holders, youth, stage, third_place,
        pull, visitor, count, p)  # fmt: skip
    count = _list_who_wants(
        seed, month, OFFICIAL, official, by_officials, youth, stage, third_place,
        pull, visitor, count, p)  # fmt: skip
    count = _list_who_wants(
        seed, month, WORKER, worker, by_workers, youth, stage, third_place, pull, visitor,
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
