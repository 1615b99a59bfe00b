"""Public money in plain Python: slow, readable, written from the description.

`tests.reference.retail_month` describes towns and the arguments of processes.
"""

from __future__ import annotations

from itertools import accumulate

from tests.reference.retail_month import Town, Values

PUBLIC, MATCHED, OWN_REVENUE = range(3)
PAID_FIRST = (OWN_REVENUE, MATCHED, PUBLIC)
SET_UP, SEATS, FACILITATION, GRANTS, EVENTS, SUBSIDIES, ELSEWHERE = range(7)


def in_purse(town: Town, account: int, line: int) -> int:
    """Cents for a line, from all sources."""
    return sum(by_line[line] for by_line in town["account.purse"][account])


def pay(town: Town, account: int, line: int, cents: int) -> None:
    """Spend from the purse for a line, own revenue first and public money last."""
    for source in PAID_FIRST:
        paid = min(cents, town["account.purse"][account][source][line])
        town["account.purse"][account][source][line] -= paid
        town["ledger.spending"][account][source][line] += paid
        cents -= paid


def _open_places(town: Town, account: int) -> list[int]:
    return [
        place
        for place, is_open in enumerate(town["third_place.is_open"])
        if is_open and town["third_place.account"][place] == account
    ]


def _cost_of_seats(town: Town, account: int) -> int:
    return sum(
        town["third_place.seats"][place] * town["third_place.seat_cost"][place]
        for place in _open_places(town, account)
    )


def _close_seats(town: Town, account: int, money: int) -> None:
    """Close seats one by one, last place first, until the money suffices."""
    for place in reversed(_open_places(town, account)):
        if town["third_place.seat_cost"][place] > 0:
            while town["third_place.seats"][place] and _cost_of_seats(town, account) > money:
                town["third_place.seats"][place] -= 1
        if town["third_place.seats"][place] == 0 and not town["third_place.is_mobile"][place]:
            town["third_place.is_open"][place] = 0


def _employ(town: Town, values: Values, account: int) -> None:
    places = _open_places(town, account)
    if not places:
        return
    cents = in_purse(town, account, FACILITATION)
    pay(town, account, FACILITATION, cents)
    staff = cents / (100 * values["fte_cost"])
    embedded = min(staff, town["account.embedded_officials"][account])
    row, column = divmod(town["account.cell_row"][account], len(town["cell.zone"][0]))
    office = town["cell.office"][row][column]
    town["office.embedded_capacity"][office] += embedded * values["embedded_files"]
    shared = town["account.shares_staff"][account]
    by = "users" if shared and any(town["third_place.users"][p] for p in places) else "seats"
    total = sum(town[f"third_place.{by}"][place] for place in places)
    for place in places:
        share = town[f"third_place.{by}"][place] / total if total else 1 / len(places)
        town["third_place.staff"][place] = (staff - embedded) * share
        town["third_place.hours_paid"][place] = (staff - embedded) * share * values["hours_per_fte"]


def public_money(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    accounts = range(len(town["account.is_active"]))
    places = range(len(town["third_place.is_open"]))
    town["ledger.income"] = [[0] * 3 for _ in accounts]
    town["ledger.spending"] = [[[0] * 7 for _ in PAID_FIRST] for _ in accounts]
    town["office.embedded_capacity"] = [0.0 for _ in town["office.embedded_capacity"]]
    town["third_place.staff"] = [0.0 for _ in places]
    town["third_place.hours_paid"] = [0.0 for _ in places]
    for place in places:
        town["third_place.age"][place] += town["third_place.is_open"][place]
    for account in accounts:
        if not town["account.is_active"][account]:
            continue
        purse = town["account.purse"][account]
        spending = town["ledger.spending"][account]
        left = [town["account.funding"][account], town["account.matched_funding"][account], 0]
        for place in _open_places(town, account):
            if not town["third_place.is_mobile"][place]:
                left[OWN_REVENUE] += round(
                    town["third_place.seats_used"][place] * town["third_place.fee"][place]
                )
        income = list(left)
        for line, name in ((SET_UP, "account.set_up"), (SEATS, "account.reserves")):
            income[PUBLIC] += town[name][account]
            purse[PUBLIC][line] += town[name][account]
            town[name][account] = 0
        town["ledger.income"][account] = income

        _close_seats(town, account, sum(left) + in_purse(town, account, SEATS))
        cost = _cost_of_seats(town, account)
        for source in PAID_FIRST:
            paid = min(cost, left[source])
            left[source] -= paid
            spending[source][SEATS] += paid
            cost -= paid
        pay(town, account, SEATS, cost)

        for source, cents in enumerate(left):
            shares = accumulate(town["account.split"][account], initial=0.0)
            upto = [round(cents * min(share, 1.0)) for share in shares]
            for line in range(7):
                purse[source][line] += upto[line + 1] - upto[line]
            purse[source][SEATS] += cents - upto[7]
        for line in (SET_UP, ELSEWHERE):  # at once
            pay(town, account, line, in_purse(town, account, line))
        _employ(town, values, account)


MONTH = {"public_money": public_money}
"""Twins by process name."""
