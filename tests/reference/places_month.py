"""Visits, accompaniment and encounters in plain Python: slow, readable, from the description.

`tests.reference.retail_month` describes towns and the arguments of processes. Draws come from
`tests.reference.random`, written from the definition of the generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import exp, hypot, inf, log
from typing import Any

from tests.reference.money_month import EVENTS, in_purse, pay
from tests.reference.random import stream_key, uniform, word
from tests.reference.retail_month import Town, Values, gained

VISITS, ENCOUNTERS, ACCOMPANIMENT = 4, 5, 26
"""Streams of draws."""
YOUTH, ENTREPRENEUR, OFFICIAL, WORKER = KINDS = ("youth", "entrepreneur", "official", "worker")
IDEA, REVIEW, INCUBATING, RUNNING = 1, 2, 3, 4


def _happens(town: Town, luck: float, probability: float) -> bool:
    town["closest call"] = min(town["closest call"], abs(luck - probability))
    return luck < probability


def _distance(town: Town, a: int, b: int) -> float:
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
                away = _distance(town, home, town["third_place.cell_row"][place])
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
                if not _happens(town, luck, probability / before):
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
                if _happens(town, luck, 1 - leaving):
                    yield place, turn, kind, i, True
                    continue
                luck = (luck - (1 - leaving)) / leaving  # what is left of it is uniform again
            if _happens(town, luck, joining):
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


# Accompaniment


def _sorted(rows: list[int], priority: Callable[[int, int], Any], place: int) -> list[int]:
    return sorted(rows, key=lambda i: priority(i, place))


def accompaniment(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, ACCOMPANIMENT, month)
    mine, stages = town["entrepreneur.accompanied_by"], town["entrepreneur.stage"]
    at, facilitation = town["entrepreneur.third_place"], town["entrepreneur.facilitation"]
    here = [i for i, hours in enumerate(facilitation) if hours > 0]

    def is_open_to(i: int, place: int) -> bool:
        return stages[i] in (IDEA, REVIEW, INCUBATING) and town["third_place.is_open"][place]

    def missing(i: int) -> float:
        needed = town["project_kind.engineering_hours"][town["entrepreneur.kind"][i]]
        return max(needed - town["entrepreneur.engineering"][i], 0.0)

    def priority(i: int, place: int) -> tuple[int, ...]:
        """Ideas first; then in order, or those with the fewest 64ths of an hour left."""
        age = town["entrepreneur.stage_months"][i]
        in_order = town["account.triage"][town["third_place.account"][place]] == 2
        left = 0 if in_order else int(64 * missing(i))
        return int(stages[i] != IDEA), left, -age, i

    def sent(i: int) -> bool:
        luck = uniform(word(key, town["entrepreneur.id"][i], 0))
        return _happens(town, luck, values["referral"])

    for i, place in enumerate(mine):
        if place >= 0 and not is_open_to(i, place):
            mine[i] = -1
    before, for_others = list(mine), {}
    for place, paid in enumerate(town["third_place.hours_paid"]):
        paid += town["third_place.volunteer_hours"][place]
        room = int(town["third_place.staff"][place] * values["caseload"] + 1e-6)
        kept = [i for i, by in enumerate(before) if by == place]
        new = [
            i
            for i in range(len(mine))
            if before[i] < 0 and at[i] == place and is_open_to(i, place) and (i in here or sent(i))
        ]
        cases = [*_sorted(kept, priority, place), *_sorted(new, priority, place)][:room]
        for i in kept:
            mine[i] = -1
        left, quality = paid, town["third_place.mentoring"][place]
        for i in [*(i for i in cases if stages[i] == IDEA), *cases]:
            if mine[i] == place:
                continue  # an idea that has had its turn
            mine[i] = place
            hours = values["accompaniment_cap"]
            if stages[i] == IDEA and quality > 0:
                hours = min(hours, missing(i) / quality)
            hours = min(hours, left)
            left -= hours
            facilitation[i] = hours * quality
            town["entrepreneur.accompanied_hours"][i] += hours
            if town["entrepreneur.supporter"][i] < 0:
                town["entrepreneur.supporter"][i] = town["third_place.account"][place]
        town["third_place.accompanied"][place] = len(cases)
        for_others[place] = min(town["third_place.hours"][place], left * quality)
        town["third_place.hours"][place] = (paid - left) * quality + for_others[place]
    for place, hours in for_others.items():
        others = [i for i in here if mine[i] < 0 and at[i] == place]
        for i in others:
            facilitation[i] = hours / len(others)


# Encounters


def _openness(town: Town, kind: str, i: int) -> float:
    if kind == WORKER:
        return 0.0  # changes nobody's openness
    return max(0.0, min(town["youth.interest" if kind == YOUTH else f"{kind}.openness"][i], 1.0))


def _official_learns(
    town: Town, values: Values, official: int, luck: float, own: float, other: float
) -> bool:
    bound = values["confidence_bound"]
    town["closest call"] = min(town["closest call"], abs(abs(own - other) - bound))
    if abs(own - other) >= bound:
        return False
    experience = 1 if _happens(town, luck, values["good_experience"]) else 0
    trust = town["official.trust"][official]
    town["official.trust"][official] = trust + values["trust_gain"] * (experience - trust)
    home = divmod(town["official.cell_row"][official], len(town["cell.office"][0]))
    culture = values["cultural_openness"] * gained(town, "cultural", *home)
    gain = min(values["openness_gain"] * min(max(exp(culture), 0.5), 2.0), 1.0)
    town["official.openness"][official] = own + gain * (other - own)
    return True


def _take(
    town: Town,
    values: Values,
    key: tuple[int, int],
    one: tuple[str, int, float],
    other: tuple[str, int, float],
) -> None:
    """Apply the effect of an encounter to one of the two."""
    (kind, i, openness), (other_kind, j, other_openness) = one, other
    stage = town["entrepreneur.stage"][j] if other_kind == ENTREPRENEUR else 0
    if kind == YOUTH:
        is_peer = other_kind in (YOUTH, WORKER)
        town["youth.exposure"][i] += values["peer_exposure"] if is_peer else 1
        if stage in (INCUBATING, RUNNING) and town["youth.role"][i] < 0:
            luck = uniform(word(key, town["youth.id"][i], 1))
            if _happens(town, luck, values["role_probability"]):
                town["youth.role"][i] = j
                town["entrepreneur.team"][j] += 1
                luck = uniform(word(key, town["youth.id"][i], 3))
                if _happens(town, luck, values["youth_partner_share"]):
                    town["entrepreneur.partners"][j] += 1
    elif kind == ENTREPRENEUR and other_kind in (ENTREPRENEUR, WORKER):
        mine, theirs = town["entrepreneur.skills"][i], town[f"{other_kind}.skills"][j]
        if mine & ~theirs and theirs & ~mine:
            gain = values["encounter_gain"]
            if other_kind == WORKER:
                gain *= values["worker_exposure"]
            gained = town["entrepreneur.exposure"][i]
            town["entrepreneur.exposure"][i] += gain * (1 - gained)
            if other_kind == ENTREPRENEUR and IDEA <= town["entrepreneur.stage"][i] <= RUNNING:
                town["entrepreneur.partners"][i] += 1
    elif kind == OFFICIAL and other_kind != WORKER:
        luck = uniform(word(key, town["official.id"][i], 0))
        moved = _official_learns(town, values, i, luck, openness, other_openness)
        luck = uniform(word(key, town["official.id"][i], 2))
        becomes = _happens(town, luck, values["partnership_probability"])
        if moved and IDEA <= stage <= RUNNING and becomes:
            town["entrepreneur.has_public_partner"][j] = 1


def _meet_at_lab(town: Town, values: Values, key: tuple[int, int], account: int) -> None:
    centre = town["account.cell_row"][account]
    reach = town["account.grant_reach"][account]
    cost = town["account.participant_cost"][account]

    def in_reach(kind: str, i: int) -> bool:
        return _distance(town, town[f"{kind}.cell_row"][i], centre) <= reach

    invited = [i for i in range(len(town["official.id"])) if in_reach(OFFICIAL, i)]
    share = town["account.lab_meetings"][account]
    if invited and cost > 0:
        share = min(share, in_purse(town, account, EVENTS) // cost / len(invited))
    holders = len(town["entrepreneur.id"])
    for i in invited:
        who, first = town["official.id"][i], 16 + 128 * account
        if (
            not _happens(town, uniform(word(key, who, first)), share)
            or in_purse(town, account, EVENTS) < cost
        ):
            continue
        tried = [int(uniform(word(key, who, first + 2 + n)) * holders) for n in range(64)]
        office = town["official.office"][i]
        found = [
            j
            for j in tried
            if holders and town["entrepreneur.office"][j] == office and in_reach(ENTREPRENEUR, j)
        ]
        if not found:
            continue
        pay(town, account, EVENTS, cost)
        own, other = _openness(town, OFFICIAL, i), _openness(town, ENTREPRENEUR, found[0])
        luck = uniform(word(key, who, first + 1))
        moved = _official_learns(town, values, i, luck, own, other)
        luck = uniform(word(key, who, first + 100))
        becomes = _happens(town, luck, values["partnership_probability"])
        if moved and IDEA <= town["entrepreneur.stage"][found[0]] <= RUNNING and becomes:
            town["entrepreneur.has_public_partner"][found[0]] = 1


def encounters(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, ENCOUNTERS, month)
    kept = 0.5 ** (1 / values["exposure_half_life"])
    town["entrepreneur.exposure"] = [
        e * kept if e * kept > 1e-9 else 0.0 for e in town["entrepreneur.exposure"]
    ]
    at: dict[int, list[tuple[str, int]]] = {}
    for v in range(town["visitor.count"][0]):
        kind, i = divmod(town["visitor.agent"][v], 2**32)
        at.setdefault(town["visitor.key"][v] >> 32, []).append((KINDS[kind], i))
    for visitors in at.values():
        for a, b in zip(visitors[0::2], visitors[1::2], strict=False):
            one, other = (*a, _openness(town, *a)), (*b, _openness(town, *b))
            _take(town, values, key, one, other)
            _take(town, values, key, other, one)
    for account, is_active in enumerate(town["account.is_active"]):
        if is_active and town["account.lab_meetings"][account] > 0:
            _meet_at_lab(town, values, key, account)
    for office in range(len(town["office.trust"])):
        staff = [i for i, of in enumerate(town["official.office"]) if of == office]
        if staff:
            town["office.trust"][office] = sum(town["official.trust"][i] for i in staff) / len(
                staff
            )


MONTH = {f.__name__: f for f in (third_place_visits, accompaniment, encounters)}
"""Twins by process name."""
