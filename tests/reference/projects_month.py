"""Ideas, money and lives of projects in plain Python: slow, readable, from their description.

What offices do with projects is in `tests.reference.offices_month`. A town is a dict of plain lists
by the names of `sim.registry.variables`, as in `retail_month`. Numbers that the state accumulates
or compares in single precision are rounded to it, so that an idea gets its last hour in the same
month as in the kernels.
"""

from __future__ import annotations

from math import exp, log, sinh

import numpy as np

from tests.reference.means_month import activity_since_start, clipped, vacancy_since_start
from tests.reference.money_month import EVENTS, GRANTS, in_purse, pay
from tests.reference.random import block, normal_pair, stream_key, uniform, word
from tests.reference.retail_month import BUFFER, Town, Values

LATENT, IDEA, REVIEW, INCUBATING, RUNNING, ENDED = range(6)
NOTHING, HAD_IDEA, APPLIED, APPROVED, REFUSED, ABANDONED, BORN, CEASED = range(8)
RESIDENT, YOUTH, ENTREPRENEUR, OFFICIAL = range(4)
SHOP_CLOSED, SHOP_TAKEN, SHOP_SUCCEEDED = 1, 3, 4
IDEAS, FUNDING, SURVIVAL, BIRTH, COOPERATION = 7, *range(10, 14)
"""Streams of draws."""


def single(x: float) -> float:
    """Round to single precision."""
    return float(np.float32(x))


def happens(town: Town, luck: float, probability: float) -> bool:
    """Compare a draw with its probability, and note how close the call was."""
    town["closest call"] = min(town["closest call"], abs(luck - probability))
    return luck < probability


def apart(town: Town, a: int, b: int) -> float:
    """Straight distance between two cells, in cells."""
    columns = len(town["cell.office"][0])
    (y, x), (v, w) = divmod(a, columns), divmod(b, columns)
    return ((y - v) ** 2 + (x - w) ** 2) ** 0.5


def in_reach(town: Town, account: int, cell_row: int) -> bool:
    """Say whether an intervention reaches a cell."""
    away = apart(town, cell_row, town["account.cell_row"][account])
    return away <= town["account.grant_reach"][account]


def entrepreneurs(town: Town, stage: int) -> list[int]:
    """Rows of those with a project in a stage."""
    return [i for i, s in enumerate(town["entrepreneur.stage"]) if s == stage]


def give_up(town: Town, i: int) -> None:
    """End a project that does not run yet."""
    town["entrepreneur.stage"][i] = LATENT
    town["entrepreneur.event"][i] = ABANDONED


def ideas_per_year(town: Town, values: Values, i: int) -> float:
    """Rate of ideas of an entrepreneur without a project."""
    b = values["skill_effect"]
    mean = sinh(b / 2) / (b / 2) if b > 1e-6 else 1.0
    able = exp(b * (town["entrepreneur.skill"][i] - 0.5)) / mean
    office = town["entrepreneur.office"][i]
    before = town["office.trust_at_start"][office]
    gained = (town["office.trust"][office] - before) / max(1 - before, 1e-6)
    hours = town["entrepreneur.facilitation"][i]
    weights = [values[f"idea_weight_{w}"] for w in ("facilitation", "encounters", "trust")]
    felt = [
        hours / (hours + values["half_facilitation_hours"]),
        town["entrepreneur.exposure"][i],
        max(gained, -1.0),
    ]
    total = sum(w * f for w, f in zip(weights, felt, strict=True)) / max(sum(weights), 1e-9)
    home = town["entrepreneur.cell_row"][i]
    others = 1 - values["origin_youth"]
    rate = town["town.idea_rate"][0] * able * values["idea_exposure_effect"] ** total
    rate *= others + values["origin_youth"] * ideas_of_youth(town, values, home)
    vacancy = vacancy_since_start(town, values, home)
    return rate * clipped(-values["idea_vacancy_response"] * vacancy)


def ideas_of_youth(town: Town, values: Values, home: int) -> float:
    """Ideas of the young around a home relative to the start."""
    return 1 + values["youth_idea_response"] * activity_since_start(town, home)


def _new_project(
    town: Town, values: Values, key: tuple[int, int], i: int, origin: int | None, supporter: int
) -> None:
    name = town["entrepreneur.id"][i]
    luck_kind, luck_origin, luck_partners, _ = (uniform(w) for w in block(key, name, 1))
    mean = values["usual_partners"]
    partners = int(log(luck_partners) / log(mean / (1 + mean))) if mean > 0 else 0
    shares = town["project_kind.share"]
    kind = next((k for k in range(len(shares)) if luck_kind < sum(shares[: k + 1])), None)
    kind = len(shares) - 1 if kind is None else kind
    if origin is None:
        origin = RESIDENT
        by_youth = ideas_of_youth(town, values, town["entrepreneur.cell_row"][i])
        everybody = 1 - values["origin_youth"] + values["origin_youth"] * by_youth
        edges = 0.0
        for who, code in (("official", OFFICIAL), ("youth", YOUTH), ("entrepreneur", ENTREPRENEUR)):
            edges += values[f"origin_{who}"] * (by_youth if code == YOUTH else 1)
            if luck_origin * everybody < edges:
                origin = code
                break
    jitter = values["weight_jitter"]
    weights = [
        w * (1 + jitter * (2 * uniform(u) - 1))
        for w, u in zip(town["project_kind.weight"][kind], block(key, name, 2), strict=True)
    ]
    new = {
        "stage": IDEA,
        "event": HAD_IDEA,
        "projects": town["entrepreneur.projects"][i] + 1,
        "kind": kind,
        "origin": origin,
        "weight": [w / sum(weights) for w in weights],
        "has_public_partner": int(origin == OFFICIAL),
        "partners": partners,
        "supporter": supporter,
        "risk_ratio": 1.0,
    }
    reset = ("stage_months", "project_months", "months_to_birth",
             "engineering", "accompanied_hours", "review_left", "review_months")  # fmt: skip
    for name, value in (new | dict.fromkeys(reset, 0)).items():
        town[f"entrepreneur.{name}"][i] = value


def project_ideas(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, IDEAS, month)
    n = len(town["entrepreneur.id"])
    town["entrepreneur.event"] = [NOTHING] * n
    for i in entrepreneurs(town, ENDED):
        town["entrepreneur.stage"][i] = LATENT
    for i in range(n):
        if town["entrepreneur.stage"][i] != LATENT:
            town["entrepreneur.stage_months"][i] += 1
            town["entrepreneur.project_months"][i] += 1
    begun: dict[int, tuple[int | None, int]] = {}
    for i in entrepreneurs(town, LATENT):
        luck = uniform(word(key, town["entrepreneur.id"][i], 0))
        if happens(town, luck, 1 - exp(-ideas_per_year(town, values, i) / 12)):
            place = town["entrepreneur.third_place"][i]
            is_there = town["entrepreneur.at_place"][i] and place >= 0
            from_above = is_there and town["third_place.is_top_down"][place]
            account = town["third_place.account"][place] if is_there else -1
            begun[i] = (OFFICIAL if from_above else None, account)
    zone = [z for row in town["cell.zone"] for z in row]
    for a in range(len(town["account.is_active"])):
        every, cost = town["account.evening_every"][a], town["account.participant_cost"][a]
        town["account.evening_participants"][a] = 0.0
        if not (town["account.is_active"][a] and every and cost) or (month + 1) % every:
            continue
        residents = sum(
            people
            for c, people in enumerate(p for row in town["cell.residents"] for p in row)
            if in_reach(town, a, c) and zone[c] < BUFFER
        )
        guests = min(in_purse(town, a, EVENTS) // cost, int(values["evening_turnout"] * residents))
        town["account.evening_participants"][a] = float(guests)
        pay(town, a, EVENTS, guests * cost)
        free = [
            i
            for i in entrepreneurs(town, LATENT)
            if i not in begun and in_reach(town, a, town["entrepreneur.cell_row"][i])
        ]
        for i in free if guests else []:
            luck = uniform(block(key, town["entrepreneur.id"][i], 3 + a)[0])
            if happens(town, luck, guests * values["evening_idea_probability"] / len(free)):
                begun[i] = (RESIDENT, a)
    for i, (origin, supporter) in begun.items():
        _new_project(town, values, key, i, origin, supporter)


def project_funding(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, FUNDING, month)
    ready = []
    for i in entrepreneurs(town, INCUBATING):
        if town["entrepreneur.stage_months"][i] == 0:
            continue
        luck = uniform(block(key, town["entrepreneur.id"][i], 0)[0])
        if happens(town, luck, town["town.abandonment"][0]):
            give_up(town, i)
        elif town["entrepreneur.stage_months"][i] >= values["incubation_months"]:
            ready.append(i)
    town["account.bank_loans"] = [0] * len(town["account.grant"])
    ready.sort(key=lambda i: (-town["entrepreneur.stage_months"][i], town["entrepreneur.id"][i]))
    for i in ready:
        capital = town["project_kind.capital"][town["entrepreneur.kind"][i]]
        givers = [
            (a, grant)
            for a, largest in enumerate(town["account.grant"])
            if town["account.is_active"][a]
            and 0 < (grant := min(largest, capital)) <= in_purse(town, a, GRANTS)
            and in_reach(town, a, town["entrepreneur.cell_row"][i])
        ]
        usual = town["town.usual_funding"][0]
        odds = usual
        if town["entrepreneur.partners"][i]:
            odds *= values["partners_funding_odds"]
        if town["entrepreneur.has_public_partner"][i]:
            odds *= values["public_partner_funding_odds"]
        outside = odds / (odds + 1 - usual)
        grant = givers[0][1] if givers else 0
        leverage, loan = values["loan_leverage"], 0
        lasting = stream_key(seed, FUNDING, 0)
        name, nth = town["entrepreneur.id"][i], town["entrepreneur.projects"][i]
        if (
            leverage > 0
            and givers
            and happens(town, uniform(word(lasting, name, nth)), values["loan_probability"])
        ):
            loan = min(round(leverage * grant), capital - grant)
        if grant == capital:
            chance = 1.0
        elif leverage == 0:
            chance = max(outside, grant / capital)
        elif loan == 0:
            chance = outside
        else:
            chance = outside ** (1 - (grant + loan) / capital)
        luck = uniform(block(key, town["entrepreneur.id"][i], 0)[1])
        if chance < 1 and not happens(town, luck, chance):
            continue
        town["entrepreneur.event"][i] = BORN
        for a, grant in givers[:1]:
            pay(town, a, GRANTS, grant)
            town["account.bank_loans"][a] += loan
            if town["entrepreneur.supporter"][i] < 0:
                town["entrepreneur.supporter"][i] = a


def cumulative_hazard(months: int, values: Values) -> float:
    """Cumulative hazard of a project of risk 1: Weibull to five years, then constant hazard."""
    shape, scale = values["survival_shape"], values["survival_scale"]
    years = min(months, 60) / 12
    later = max(months - 60, 0) / 12
    return (years / scale) ** shape + later * shape / scale * (5 / scale) ** (shape - 1)


def project_survival(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, SURVIVAL, month)
    for i in entrepreneurs(town, RUNNING):
        if town["entrepreneur.stage_months"][i] == 0:
            continue
        p = town["entrepreneur.premises_row"][i]
        if p >= 0:
            ends = town["premises.event"][p] in (SHOP_CLOSED, SHOP_SUCCEEDED)
            if ends:
                town["premises.operator"][p] = town["entrepreneur.premises_row"][i] = -1
                town["premises.risk_ratio"][p] = 1.0
        else:
            age = town["entrepreneur.stage_months"][i]
            hazard = cumulative_hazard(age, values) - cumulative_hazard(age - 1, values)
            hazard *= town["entrepreneur.risk_ratio"][i]
            if town["entrepreneur.is_member"][i]:
                hazard *= exp(-values["closure_margin_response"] * values["cooperation_uplift"])
            luck = uniform(block(key, town["entrepreneur.id"][i], 0)[0])
            ends = happens(town, luck, 1 - exp(-hazard))
        if ends:
            town["entrepreneur.stage"][i] = ENDED
            town["entrepreneur.event"][i] = CEASED
            town["entrepreneur.is_member"][i] = 0


def project_birth(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, BIRTH, month)
    for i, event in enumerate(town["entrepreneur.event"]):
        if event != BORN:
            continue
        kind, place = town["entrepreneur.kind"][i], town["entrepreneur.third_place"][i]
        ratio = 1.0
        supporter = town["entrepreneur.supporter"][i]
        if supporter >= 0:
            ratio *= values["supported_risk_ratio"]
            if (
                place >= 0
                and town["third_place.is_open"][place]
                and town["third_place.account"][place] == supporter
            ):
                ratio *= town["third_place.trials"][place]
        if town["entrepreneur.origin"][i] == OFFICIAL:
            ratio *= values["top_down_risk_ratio"]
        ratio *= town["town.usual_risk"][0]
        if town["entrepreneur.partners"][i] > 0:
            ratio *= values["partners_risk_ratio"]
        town["entrepreneur.stage"][i] = RUNNING
        town["entrepreneur.stage_months"][i] = 0
        town["entrepreneur.months_to_birth"][i] = town["entrepreneur.project_months"][i]
        town["entrepreneur.risk_ratio"][i] = ratio * town["project_kind.risk_ratio"][kind]
        name = town["entrepreneur.id"][i]
        looks, first, second, _ = block(key, name, 0)
        if not town["project_kind.needs_premises"][kind]:
            continue
        if not happens(town, uniform(looks), values["premises_probability"]):
            continue
        reach = values["takeover_reach"] / town["town.cell_km"][0]
        vacant = [
            (word(key, town["premises.id"][p], name), p)
            for p, is_open in enumerate(town["premises.is_open"])
            if not is_open
            and town["premises.event"][p] != SHOP_CLOSED
            and town["premises.third_place"][p] < 0
            and town["premises.zone"][p] < BUFFER
            and town["premises.sector"][p] == town["project_kind.sector"][kind]
            and apart(
                town, town["premises.cell_row"][p], town["entrepreneur.cell_row"][i]
            ) <= reach + 1e-9
        ]  # fmt: skip
        if not vacant:
            continue
        _, p = min(vacant)
        spread = values["quality_spread"]
        taken = {
            "is_open": 1,
            "event": SHOP_TAKEN,
            "tenancy": town["premises.tenancy"][p] + 1,
            "months_vacant": 0,
            "quality": exp(spread * normal_pair(first, second)[0] - spread**2 / 2),
            "reserves": values["starting_reserves"],
            "operator": i,
            "risk_ratio": ratio,
        }
        for name, value in taken.items():
            town[f"premises.{name}"][p] = value
        town["entrepreneur.premises_row"][i] = p


def cooperation(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    key = stream_key(seed, COOPERATION, month)
    if not any(town["account.hub_members"]):
        return

    def luck_of(i: int) -> list[float]:
        return [uniform(w) for w in block(key, town["entrepreneur.id"][i], 0)]

    def change(i: int, is_member: int, factor: float) -> None:
        town["entrepreneur.is_member"][i] = is_member
        if town["entrepreneur.premises_row"][i] >= 0:
            town["premises.quality"][town["entrepreneur.premises_row"][i]] *= factor

    uplift = 1 + values["cooperation_uplift"]
    for i, is_member in enumerate(town["entrepreneur.is_member"]):
        leaving = 1 - exp(-values["hub_attrition"] / 12)
        if is_member and happens(town, luck_of(i)[0], leaving):
            change(i, 0, 1 / uplift)
    for a, room in enumerate(town["account.hub_members"]):
        if not town["account.is_active"][a]:
            continue
        near = [
            i
            for i, cell_row in enumerate(town["entrepreneur.cell_row"])
            if in_reach(town, a, cell_row)
        ]
        members = sum(town["entrepreneur.is_member"][i] for i in near)
        for i in near:
            if town["entrepreneur.stage"][i] != RUNNING or town["entrepreneur.is_member"][i]:
                continue
            if members < room and happens(town, luck_of(i)[1], values["hub_join"]):
                change(i, 1, uplift)
                members += 1


MONTH = {
    f.__name__: f
    for f in (project_ideas, project_funding, project_survival, project_birth, cooperation)
}
"""Twins by process name."""
