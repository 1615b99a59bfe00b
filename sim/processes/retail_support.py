"""Retail support: payments of accounts to shops this month.

An account may pay a share of rents, an aid in the first twelve months of a shop, and new fronts. If
its money falls short, every open shop gets the same share of its claim. Vacant premises show what
an entrant could expect, including its own claim. Fronts are renovated one after another, in random
order, while there is money for a whole one.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.ledger import in_purse, pay
from sim.kernels.machine.compile import kernel, rule
from sim.kernels.random import stream_key, word
from sim.kernels.zone_codes import BUFFER
from sim.processes.process import Process, arrays

STREAM = 14

# Code of sim.registry.variables.money.LINES, and of account.zone for all zones of the place
_SUBSIDIES, _EVERYWHERE = 5, 255


@rule
def subsidy_wanted(is_open, shop_age, rent, rent_relief, opening_aid):
    """Return the monthly cents that an account would pay for premises or for an entrant."""
    is_new = not is_open or shop_age < 12
    eur = rent_relief * rent + (opening_aid if is_new else 0.0)
    return np.int64(100.0 * eur + 0.5)


@rule
def part_paid(wanted, all_wanted, money):
    """Return the cents paid of a claim, if the money does not suffice for all."""
    return wanted if all_wanted <= money else wanted * money // all_wanted


@rule
def _is_helped(account_zone, premises_zone):
    everywhere = account_zone == _EVERYWHERE and premises_zone < BUFFER
    return everywhere or account_zone == premises_zone


@kernel
def support_shops(seed, month, premises, driver, account, ledger):
    """Spend the subsidies of all accounts."""
    premises.subsidy[:] = 0.0
    for a in range(account.is_active.size):
        if not account.is_active[a]:
            continue
        zone, purse, spending = account.zone[a], account.purse[a], ledger.spending[a]
        relief, aid = account.rent_relief[a], account.opening_aid[a]
        if relief > 0.0 or aid > 0.0:
            money = in_purse(purse, _SUBSIDIES)
            all_wanted = 0
            for i in range(premises.is_open.size):
                if premises.is_open[i] and _is_helped(zone, premises.zone[i]):
                    rent = premises.rent[i] * driver.costs[0]
                    all_wanted += subsidy_wanted(1, premises.shop_age[i], rent, relief, aid)
            spent = 0
            for i in range(premises.is_open.size):
                if not _is_helped(zone, premises.zone[i]):
                    continue
                rent = premises.rent[i] * driver.costs[0]
                is_open = premises.is_open[i]
                wanted = subsidy_wanted(is_open, premises.shop_age[i], rent, relief, aid)
                paid = part_paid(wanted, all_wanted + (0 if is_open else wanted), money)
                spent += paid if is_open else 0
                premises.subsidy[i] += paid / 100.0
            pay(purse, spending, _SUBSIDIES, spent)
        if account.facade[a] > 0.0:
            k0, k1 = stream_key(seed, STREAM, month)
            renovated = premises.facade.dtype.type(1.0 + account.facade[a])
            while account.facade_cost[a] <= in_purse(purse, _SUBSIDIES):
                turn, lowest = -1, np.int64(2**32)
                for i in range(premises.facade.size):
                    if premises.facade[i] < renovated and _is_helped(zone, premises.zone[i]):
                        luck = np.int64(word(k0, k1, premises.id[i], 0))
                        if luck < lowest:
                            turn, lowest = i, luck
                if turn < 0:
                    break
                premises.facade[turn] = renovated
                pay(purse, spending, _SUBSIDIES, account.facade_cost[a])


PROCESS = Process(
    name="retail_support",
    kernel=support_shops,
    writes=arrays(premises="subsidy facade", account="purse", ledger="spending"),
    stream=STREAM,
)
