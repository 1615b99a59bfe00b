"""Members of a third place follow its seats where people queue, and demand where they do not.

With much more demand than seats a place is a loss system: who finds no seat goes away. Its mean
number of members is then a (1 - B(N, a)), with N seats, the demand a without a cap, and Erlang's
share B of those who find no seat (Erlang 1917).
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import poisson

from sim.processes import third_place_visits
from tests.rules.test_membership import VALUES, a_place

PEOPLE = 6000
MONTHS = 60.0
"""Mean membership, long enough that a month is a short time."""


def lost(seats: int, demand: float) -> float:
    """Erlang's formula B: the share of newcomers who find all seats taken."""
    return float(poisson.pmf(seats, demand) / poisson.cdf(seats, demand))


def mean_members(
    seats: int, demand: float, months: int, use: float = 1.0, membership: float = MONTHS
) -> float:
    state = a_place(holders=PEOPLE, seats=seats, visits=demand / PEOPLE)
    values = VALUES | {"membership_months": membership, "seat_use_holders": use}
    month_of_visits = third_place_visits.PROCESS.bind(state, values, 8)
    members = np.zeros(months)
    for month in range(months):
        month_of_visits(month, month)
        members[month] = state["third_place.users"][0]
    return float(members[int(6 * membership) :].mean())


@pytest.mark.statistical
@pytest.mark.parametrize("demand", [5.0, 15.0, 20.0, 30.0, 80.0])
def test_a_full_place_turns_people_away_as_in_erlangs_formula(demand: float) -> None:
    wanted = demand * (1 - lost(20, demand))
    assert mean_members(20, demand, 40_000) == pytest.approx(wanted, rel=0.04)


@pytest.mark.statistical
def test_half_days_double_the_members_that_find_room() -> None:
    wanted = 60 * (1 - lost(40, 60))
    assert mean_members(20, 60, 40_000, use=0.5) == pytest.approx(wanted, rel=0.04)


def test_more_seats_bring_more_members_up_to_demand_and_not_beyond() -> None:
    members = [mean_members(seats, 40, 2000, membership=6.0) for seats in (10, 20, 80, 160)]
    assert members[0] == pytest.approx(10, rel=0.02)
    assert members[1] == pytest.approx(20, rel=0.05)
    assert members[2] == members[3] == pytest.approx(40, rel=0.05)


@pytest.mark.parametrize("membership", [1.0, 3.0, 12.0])
def test_the_visits_of_the_catalogue_are_the_share_who_are_members(membership: float) -> None:
    demand = 0.05 * PEOPLE
    assert mean_members(10_000, demand, 1500, membership=membership) == pytest.approx(
        demand, rel=0.02
    )
