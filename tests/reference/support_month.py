"""Retail support in plain Python: slow, readable, written from its description.

`tests.reference.retail_month` describes towns and the arguments of processes.
"""

from __future__ import annotations

from math import floor

import numpy as np

from tests.reference.money_month import SUBSIDIES, in_purse, pay
from tests.reference.random import stream_key, word
from tests.reference.retail_month import BUFFER, Town, Values

SUPPORT = 14
"""Stream of draws."""
EVERYWHERE = 255
FIRST_YEAR = range(12)


def retail_support(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    town["premises.subsidy"] = [0.0] * len(town["premises.id"])
    for account, is_active in enumerate(town["account.is_active"]):
        if is_active:
            _subsidise(town, account)
            _renovate(town, account, stream_key(seed, SUPPORT, month))


def _helped(town: Town, account: int) -> list[int]:
    zone = town["account.zone"][account]
    of_place = [(p, its) for p, its in enumerate(town["premises.zone"]) if its < BUFFER]
    return [p for p, its in of_place if zone in (its, EVERYWHERE)]


def _claim(town: Town, account: int, p: int) -> int:
    """Cents for the occupant of premises, or for an entrant."""
    rent = town["premises.rent"][p] * town["driver.costs"][0]
    eur = town["account.rent_relief"][account] * rent
    if not town["premises.is_open"][p] or town["premises.shop_age"][p] in FIRST_YEAR:
        eur += town["account.opening_aid"][account]
    return floor(100 * eur + 0.5)


def _subsidise(town: Town, account: int) -> None:
    claims = {p: _claim(town, account, p) for p in _helped(town, account)}
    money = in_purse(town, account, SUBSIDIES)
    of_shops = sum(c for p, c in claims.items() if town["premises.is_open"][p])
    spent = 0
    for p, claim in claims.items():
        is_open = town["premises.is_open"][p]
        everyone = of_shops if is_open else of_shops + claim
        gets = claim if everyone <= money else claim * money // everyone
        town["premises.subsidy"][p] += gets / 100
        spent += gets if is_open else 0
    pay(town, account, SUBSIDIES, spent)


def _renovate(town: Town, account: int, key: tuple[int, int]) -> None:
    pull = float(np.float32(1 + town["account.facade"][account]))
    cost = town["account.facade_cost"][account]
    if pull == 1:
        return
    old = [p for p in _helped(town, account) if town["premises.facade"][p] < pull]
    old.sort(key=lambda p: word(key, town["premises.id"][p], 0))
    for p in old:
        if cost > in_purse(town, account, SUBSIDIES):
            return
        town["premises.facade"][p] = pull
        pay(town, account, SUBSIDIES, cost)


MONTH = {"retail_support": retail_support}
"""Twins by process name."""
