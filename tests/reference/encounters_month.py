"""Encounters in plain Python: slow, readable, from the description."""

from __future__ import annotations

from math import exp

from tests.reference.money_month import EVENTS, in_purse, pay
from tests.reference.places_month import (
    ENTREPRENEUR,
    IDEA,
    INCUBATING,
    KINDS,
    OFFICIAL,
    RUNNING,
    WORKER,
    YOUTH,
    distance,
    happens,
)
from tests.reference.random import stream_key, uniform, word
from tests.reference.retail_month import Town, Values, gained

ENCOUNTERS = 5
"""Stream of draws."""


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
    experience = 1 if happens(town, luck, values["good_experience"]) else 0
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
            if happens(town, luck, values["role_probability"]):
                town["youth.role"][i] = j
                town["entrepreneur.team"][j] += 1
                luck = uniform(word(key, town["youth.id"][i], 3))
                if happens(town, luck, values["youth_partner_share"]):
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
        becomes = happens(town, luck, values["partnership_probability"])
        if moved and IDEA <= stage <= RUNNING and becomes:
            town["entrepreneur.has_public_partner"][j] = 1


def _meet_at_lab(town: Town, values: Values, key: tuple[int, int], account: int) -> None:
    centre = town["account.cell_row"][account]
    reach = town["account.grant_reach"][account]
    cost = town["account.participant_cost"][account]

    def in_reach(kind: str, i: int) -> bool:
        return distance(town, town[f"{kind}.cell_row"][i], centre) <= reach

    invited = [i for i in range(len(town["official.id"])) if in_reach(OFFICIAL, i)]
    share = town["account.lab_meetings"][account]
    if invited and cost > 0:
        share = min(share, in_purse(town, account, EVENTS) // cost / len(invited))
    holders = len(town["entrepreneur.id"])
    for i in invited:
        who, first = town["official.id"][i], 16 + 128 * account
        if (
            not happens(town, uniform(word(key, who, first)), share)
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
        becomes = happens(town, luck, values["partnership_probability"])
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


MONTH = {"encounters": encounters}
"""Twins by process name."""
