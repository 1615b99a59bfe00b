"""Move money in whole cents from purses into the ledger, so that it always balances."""

from __future__ import annotations

from sim.kernels.machine.compile import rule

GRANTS, EVENTS = 3, 4
"""Lines of `sim.registry.variables.money.LINES` from which project processes spend."""


@rule
def in_purse(purse, line):
    """Return the cents left on a line of a purse, from all sources."""
    cents = 0
    for source in range(purse.shape[0]):
        cents += purse[source, line]
    return cents


@rule
def pay(purse, spending, line, amount):
    """Pay from the purse of a line: own revenue first, then matched, then public money.

    Purse and spending of one account, this month's, are (source, line) int64; all amounts are
    cents, not negative. Returns the cents that could not be paid.
    """
    for source in range(purse.shape[0] - 1, -1, -1):
        paid = min(amount, purse[source, line])
        purse[source, line] -= paid
        spending[source, line] += paid
        amount -= paid
    return amount
