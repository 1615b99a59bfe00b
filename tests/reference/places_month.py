"""Visits to third places in plain Python: slow, readable, from the description.

`tests.reference.retail_month` describes towns and the arguments of processes. Draws come from
`tests.reference.random`, written from the definition of the generator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import exp, hypot, inf, log

from tests.reference.random import stream_key, uniform, word
from tests.reference.retail_month import Town, Values, gained

VISITS = 4
"""Stream of draws."""
YOUTH, ENTREPRENEUR, OFFICIAL, WORKER = KINDS = ("youth", "entrepreneur", "official", "worker")
IDEA, REVIEW, INCUBATING, RUNNING = 1, 2, 3, 4


def happens(town: Town, luck: float, probability: float) -> bool:
    town["closest call"] = min(town["closest call"], abs(luck - probability))
    return luck < probability


def distance(town: Town, a: int, b: int) -> float:
    """Straight distance between two cells, in cells."""
    columns = len(town["cell.zone"][0])
    return hypot(a // columns - b // columns, a % columns - b % columns)


# Visits


def _find_places(town: Town, values: Values, seed: int, month: int) -> None:
    """Draw waiting times for each place in reach, longer for places with fewer visits.

    A member keeps the membership with the share of the visits that are left, if they have fallen.
    """
    key, now = stream_key(seed, VISITS, 0), stream_key(seed, VISITS, month)
    for kind, name in enumerate(KINDS):
        for i, home in enumerate(town[f"{name}.cell_row"]):
            who = town[f"{name}.id"][i]
            waits = []
            for place, is_open in enumerate(town["third_place.is_open"]):
                reach = town["third_place.reach"][place]
                away = distance(town, home, town["third_place.cell_row"][place])
                visits = town[f"third_place.{name}_visits"][place] * values["visit_level"]
                if is_open and visits > 0 and reach > 0 and away <= 4 * reach:
                    probability = visits * exp(-away / reach)
                    decision = 2**21 + place if name == WORKER else 6 + 3 * place + kind
                    luck = uniform(word(key, who, decision))
                    waits.append((-log(luck) / probability, place, probability))
            _, chosen, probability = min(waits, default=(0.0, -1, 0.0))
            before = town[f"{name}.visit_probability"][i]
            town[f"{name}.third_place"][i] = chosen
            town[f"{name}.visit_probability"][i] = min(probability, 1.0)
            if town[f"{name}.member_of"][i] >= 0 and probability < 0.999999 * before:
                luck = uniform(word(now, who, 2**20 + kind))
                if not happens(town, luck, probability / before):
                    town[f"{name}.member_of"][i] = -1


def _share_of_time(town: Town, values: Values, month: int, name: str, i: int) -> float:
    """Share of the time for which somebody is a member in the long run."""
    place = town[f"{name}.third_place"][i]
    share = town[f"{name}.visit_probability"][i]
    share *= min(1.0, town["third_place.age"][place] / values["ramp_months"])
    there = divmod(town["third_place.cell_row"][place], len(town["cell.office"][0]))
    share *= min(max(exp(values["cultural_visits"] * gained(town, "cultural", *there)), 0.5), 2.0)
    if name == ENTREPRENEUR and IDEA <= town["entrepreneur.stage"][i] <= RUNNING:
        share *= values["project_visit_ratio"]
    if name == YOUTH and town["youth.is_active"][i]:
        share *= values["active_visit_ratio"]
    if name == WORKER:
        share *= (1 + values["remote_trend"]) ** (max(0, month) / 12)
    return min(share, 1.0)


def _who_wants(
    town: Town, values: Values, month: int, key: tuple[int, int]
) -> Iterator[tuple[int, int, int, int, bool]]:
    """Place, turn, kind and row of all who stay members or want to join, and whether they stay."""
    leaving = 1 / values["membership_months"]
    for kind, name in enumerate(KINDS):
        for i, place in enumerate(town[f"{name}.third_place"]):
            if place < 0 or not town["third_place.is_open"][place]:
                continue
            if name == YOUTH and not town["youth.is_present"][i]:
                continue
            share = _share_of_time(town, values, month, name, i)
            joining = share * leaving / (1 - share * (1 - leaving))
            if town[f"{name}.last_place"][i] == place and town[f"{name}.recency"][i]:
                joining *= values["return_ratio"]
            who = town[f"{name}.id"][i]
            decision = 2**22 if name == WORKER else 2 * kind
            luck, turn = uniform(word(key, who, decision)), word(key, who, decision + 1)
            if town[f"{name}.member_of"][i] == place and leaving < 1:
                if happens(town, luck, 1 - leaving):
                    yield place, turn, kind, i, True
                    continue
                luck = (luck - (1 - leaving)) / leaving  # what is left of it is uniform again
            if happens(town, luck, joining):
                yield place, turn, kind, i, False


Wanting = list[tuple[int, int, int, int, bool]]


def _with_seats(
    town: Town, values: Values, place: int, wanting: Wanting
) -> tuple[Wanting, float, int]:
    """Those with a seat in the order of the queue, the seats that they use, and the newcomers."""
    names = ("youth", "holders", "officials", "workers")
    use = [values[f"seat_use_{name}"] for name in names]
    room = town["third_place.seats"][place] + 1e-9
    if town["third_place.is_mobile"][place]:
        room = inf

    def since(v: tuple[int, int, int, int, bool]) -> int:
        return town[f"{KINDS[v[2]]}.member_since"][v[3]]

    staying = sorted((v for v in wanting if v[4]), key=lambda v: (since(v), v[1]))
    while sum(use[v[2]] for v in staying) > room:
        staying.pop()
    used, seated = sum(use[v[2]] for v in staying), set(staying)
    for v in wanting:
        if v not in seated and used + use[v[2]] <= room:
            used += use[v[2]]
            seated.add(v)
    users = [(*v[:4], v in staying) for v in wanting if v in seated]
    return users, used, len(seated) - len(staying)


def _before_the_visits(town: Town) -> None:
    """Forget who has left or turned 30, and visits of more than a year ago."""
    for i, event in enumerate(town["youth.event"]):
        if event:
            town["youth.member_of"][i] = town["youth.last_place"][i] = -1
    for kind in KINDS:
        town[f"{kind}.recency"] = [max(0, months - 1) for months in town[f"{kind}.recency"]]
        town[f"{kind}.at_place"] = [0 for _ in town[f"{kind}.at_place"]]
    town["entrepreneur.facilitation"] = [0.0 for _ in town["entrepreneur.facilitation"]]


def third_place_visits(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    if town["third_place.was_open"] != town["third_place.is_open"]:
        _find_places(town, values, seed, month)
    town["third_place.was_open"] = list(town["third_place.is_open"])
    _before_the_visits(town)
    wanting = sorted(_who_wants(town, values, month, stream_key(seed, VISITS, month)))
    members, visitors = {}, []
    for place, staff in enumerate(town["third_place.staff"]):
        queue = [v for v in wanting if v[0] == place]
        users, used, joined = _with_seats(town, values, place, queue)
        if not town["third_place.is_mobile"][place]:
            visitors += users
            for _, _, kind, i, _ in users:
                town[f"{KINDS[kind]}.at_place"][i] = 1
        members |= {(KINDS[kind], i): (place, stays) for _, _, kind, i, stays in users}
        holders = [i for _, _, kind, i, _ in users if KINDS[kind] == ENTREPRENEUR]
        workers = sum(KINDS[kind] == WORKER for _, _, kind, _, _ in users)
        hours, others = 0.0, len(users) - workers
        given = town["third_place.volunteer_share"][place] * others
        town["third_place.volunteer_hours"][place] = given * values["hours_per_volunteer"]
        staff += given * values["hours_per_volunteer"] / values["hours_per_fte"]
        if others and staff:
            share = others / (others + values["half_load"] * staff)
            hours = staff * values["hours_per_fte"] * town["third_place.mentoring"][place] * share
        town["third_place.seats_used"][place] = used
        town["third_place.users"][place] = len(users)
        town["third_place.holders"][place] = len(holders)
        town["third_place.workers"][place] = workers
        town["third_place.joined"][place] = joined
        town["third_place.hours"][place] = hours
        for i in holders:
            town["entrepreneur.facilitation"][i] = hours / len(holders)
    _note_members(town, month, members)
    town["visitor.count"] = [len(visitors)]
    for v, (place, turn, kind, i, _) in enumerate(visitors):
        town["visitor.key"][v] = place << 32 | turn
        town["visitor.agent"][v] = kind << 32 | i


def _note_members(
    town: Town, month: int, members: Mapping[tuple[str, int], tuple[int, bool]]
) -> None:
    for kind in KINDS:
        for i in range(len(town[f"{kind}.id"])):
            place, stayed = members.get((kind, i), (-1, False))
            if place >= 0:
                if not stayed:
                    town[f"{kind}.member_since"][i] = month
                town[f"{kind}.last_place"][i], town[f"{kind}.recency"][i] = place, 12
            town[f"{kind}.member_of"][i] = place


MONTH = {"third_place_visits": third_place_visits}
"""Twins by process name."""
