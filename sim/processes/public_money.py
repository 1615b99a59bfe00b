"""Public money: monthly income, payment of seats and staff, and allotment to the other lines.

Each account receives its funding, the matched money of other funders and the fees for the seats
used last month. It pays seats first and divides the rest over the lines. The purse for facilitation
pays officials embedded in the places first, then facilitators. Every cent of income is spent or
stays in a purse, by source and line.
"""

from __future__ import annotations

from sim.kernels.ledger import pay
from sim.kernels.machine.compile import kernel, rule
from sim.processes.process import Process, arrays
from sim.registry.parameters import ParameterGroup, parameter

# Codes of sim.registry.variables.money.SOURCES and LINES
_PUBLIC, _MATCHED, _OWN_REVENUE = 0, 1, 2
_SET_UP, _SEATS, _FACILITATION, _ELSEWHERE = 0, 1, 2, 6


class PublicMoneyParameters(ParameterGroup):
    """Cost and output of staff of third places."""

    fte_cost: float = parameter(
        4500.0,
        unit="EUR/month",
        bounds=(500.0, 50_000.0),
        label="Cost of a facilitator",
        help="Monthly cost of a full-time facilitator, or of an official embedded in a place.",
        source="judgement: gross pay of about €2,500, charges and overheads",
        plausible=(3500.0, 6000.0),
    )
    embedded_files: float = parameter(
        1.5,
        unit="files/month",
        bounds=(0.0, 50.0),
        label="Files that an embedded official opens",
        help="Applications that an official embedded in a third place opens a month.",
        source="judgement on what a reviewing official does",
        plausible=(0.5, 4.0),
    )


@rule
def seats_to_close(cost, money, seat_cost, seats):
    """Return how many seats of a place to close so that the account can pay all its seats.

    All amounts are cents: the cost of all seats of the account, its money, and the cost of one of
    the `seats` of this place, which may all have to close.
    """
    if cost <= money or seat_cost <= 0:
        return 0
    return min(seats, (cost - money + seat_cost - 1) // seat_cost)


@rule
def allotment(left, share_before, share):
    """Return whole cents for a line with a share of `left`, after lines of `share_before` in total.

    Cumulative sums are rounded, so the cents of all lines add up to `left` if shares add up to 1.
    """
    return round(left * min(share_before + share, 1.0)) - round(left * min(share_before, 1.0))


@rule
def _close_unpaid(a, money, third_place):
    """Close seats that cannot be paid, for good; return the cost of the others."""
    cost = 0
    for place in range(third_place.account.size):
        if third_place.account[place] == a and third_place.is_open[place]:
            cost += third_place.seats[place] * third_place.seat_cost[place]
    for place in range(third_place.account.size - 1, -1, -1):
        if third_place.account[place] == a and third_place.is_open[place]:
            seat_cost = third_place.seat_cost[place]
            closing = seats_to_close(cost, money, seat_cost, third_place.seats[place])
            cost -= closing * seat_cost
            third_place.seats[place] -= closing
            if third_place.seats[place] == 0 and not third_place.is_mobile[place]:
                third_place.is_open[place] = 0
    return cost


@rule
def _spend_all(purse, spending, line):
    """Spend a purse to the last cent; return the amount."""
    total = 0
    for source in range(purse.shape[0]):
        total += purse[source, line]
        spending[source, line] += purse[source, line]
        purse[source, line] = 0
    return total


@rule
def _pay_seats(cost, income, spending):
    """Pay seats from income, own revenue first; return the unpaid rest."""
    for source in range(income.size - 1, -1, -1):
        paid = min(cost, income[source])
        spending[source, _SEATS] += paid
        cost -= paid
    return cost


@rule
def _allot(left, split, purse):
    """Divide money of one source over the lines; any rest is kept for seats."""
    put, share = 0, 0.0
    for line in range(split.size):
        cents = allotment(left, share, split[line])
        purse[line] += cents
        put += cents
        share += split[line]
    purse[_SEATS] += left - put


@rule
def _employ(a, staff, is_shared, third_place, p):
    """Spread facilitators over open places.

    Shared staff go where last month's users were, others by seats; without either, equally.
    """
    places, seats, users = 0, 0, 0
    for place in range(third_place.account.size):
        if third_place.account[place] == a and third_place.is_open[place]:
            places += 1
            seats += third_place.seats[place]
            users += third_place.users[place]
    for place in range(third_place.account.size):
        if third_place.account[place] == a and third_place.is_open[place]:
            share = third_place.seats[place] / seats if seats else 1.0 / places
            if is_shared and users:
                share = third_place.users[place] / users
            third_place.staff[place] = staff * share
            third_place.hours_paid[place] = third_place.staff[place] * p.hours_per_fte


@kernel
def book_money(account, ledger, third_place, office, cell, p):
    """Open the month's ledger: receive income, pay seats and staff, fill the purses."""
    ledger.income[:] = 0
    ledger.spending[:] = 0
    office.embedded_capacity[:] = 0.0
    for place in range(third_place.is_open.size):
        third_place.age[place] += third_place.is_open[place]
        third_place.staff[place] = 0.0
        third_place.hours_paid[place] = 0.0
    for a in range(account.is_active.size):
        if not account.is_active[a]:
            continue
        income, split = ledger.income[a], account.split[a]
        purse, spending = account.purse[a], ledger.spending[a]

        income[_PUBLIC] = account.funding[a]
        income[_MATCHED] = account.matched_funding[a]
        for place in range(third_place.account.size):
            if (
                third_place.account[place] == a
                and third_place.is_open[place]
                and not third_place.is_mobile[place]
            ):
                income[_OWN_REVENUE] += round(
                    third_place.seats_used[place] * third_place.fee[place]
                )
        purse[_PUBLIC, _SET_UP] += account.set_up[a]
        purse[_PUBLIC, _SEATS] += account.reserves[a]
        once = account.set_up[a] + account.reserves[a]
        account.set_up[a] = 0
        account.reserves[a] = 0

        money = 0
        for source in range(income.size):
            money += income[source] + purse[source, _SEATS]
        cost = _close_unpaid(a, money, third_place)
        unpaid = _pay_seats(cost, income, spending)
        for source in range(income.size):
            _allot(income[source] - spending[source, _SEATS], split, purse[source])
        pay(purse, spending, _SEATS, unpaid)  # from reserves
        income[_PUBLIC] += once
        _spend_all(purse, spending, _SET_UP)
        _spend_all(purse, spending, _ELSEWHERE)

        for place in range(third_place.account.size):
            if third_place.account[place] == a and third_place.is_open[place]:
                staff = _spend_all(purse, spending, _FACILITATION) / (100.0 * p.fte_cost)
                embedded = min(staff, account.embedded_officials[a])
                o = cell.office.reshape(-1)[account.cell_row[a]]
                office.embedded_capacity[o] += embedded * p.embedded_files
                _employ(a, staff - embedded, account.shares_staff[a], third_place, p)
                break  # nobody is employed without an open place


PROCESS = Process(
    name="public_money",
    group=PublicMoneyParameters,
    kernel=book_money,
    writes=arrays(
        account="set_up reserves purse",
        ledger="income spending",
        third_place="is_open age seats staff hours_paid",
        office="embedded_capacity",
    ),
)
