"""Membership of third places: joining, coming back, leaving, and seats as capacity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels import joining
from sim.processes import public_money, third_place_visits
from sim.registry.state import State
from tests.reference import places_month
from tests.reference.places_towns import VALUES as BY_DEFAULT
from tests.reference.places_towns import places_town
from tests.reference.retail_month import town_of
from tests.reference.towns import A_SEAT_EACH, ALIKE, everything_at_once, small_town

joining_probability = joining.joining_probability.py_func
KINDS = ("youth", "entrepreneur", "official")
VALUES = BY_DEFAULT | A_SEAT_EACH | ALIKE
shares = st.floats(0, 1, exclude_max=True)


def a_place(holders=400, seats=10_000, visits=0.3, youth=0):
    """A well-known place in the cell where everybody lives."""
    sizes = {"row": 1, "column": 1, "youth": youth, "entrepreneur": holders, "third_place": 1}
    state = State(sizes | {"account": 1, "office": 1, "visitor": holders + youth})
    for name, count in (("entrepreneur", holders), ("youth", youth)):
        state[f"{name}.id"] = np.arange(count)
        for place in ("third_place", "member_of", "last_place"):
            state[f"{name}.{place}"] = -1
    state["youth.is_present"] = 1
    state["third_place.is_open"] = 1
    state["third_place.age"] = 1000
    state["third_place.reach"] = 1
    state["third_place.seats"] = seats
    state["third_place.entrepreneur_visits"] = state["third_place.youth_visits"] = visits
    return state


def months_of(state, months, seed=3, **values):
    """Yield after each month of visits."""
    step = third_place_visits.PROCESS.bind(state, {**VALUES, **values}, seed)
    for month in months:
        step(month, month)
        yield month


def after(state, months, seed=3, **values):
    for _ in months_of(state, range(months), seed, **values):
        pass
    return state


# Joining and leaving


@given(shares)
def test_memberships_of_a_month_are_decided_anew_each_month(share):
    assert joining_probability(share, 1.0) == share


@given(shares, st.floats(1, 240))
def test_as_many_join_as_leave_at_the_share_that_is_wanted(share, months):
    staying = share * (1 - 1 / months)
    joining = joining_probability(share, 1 / months)
    assert 0 <= joining <= share
    assert staying + (1 - staying) * joining == pytest.approx(share, abs=1e-12)


@pytest.mark.parametrize("months", [1.0, 6.0, 24.0])
def test_members_stay_as_long_as_memberships_last(months):
    state, spells = a_place(visits=0.05), []
    before = state["entrepreneur.member_of"] >= 0
    for month in months_of(state, range(600), membership_months=months):
        now = state["entrepreneur.member_of"] >= 0
        if month > 200:
            spells.append((before.sum(), (before & now).sum()))
        before = now
    members, stayed = np.sum(spells, axis=0)
    share, leaving = 0.05, 1 / months
    joining = joining_probability(share, leaving)  # at once, after leaving
    assert stayed / members == pytest.approx(1 - leaving * (1 - joining), abs=0.02)


@given(st.integers(0, 200))
def test_members_are_those_of_last_month_less_who_left_and_more_who_joined(seed):
    state = places_town(seed % 20)
    before = {kind: state[f"{kind}.member_of"].copy() for kind in KINDS}
    for month in months_of(state, range(20), seed, membership_months=5.0, seat_use_youth=0.4):
        joined = np.zeros(4, int)
        for kind in KINDS:
            now = state[f"{kind}.member_of"]
            stay = (now >= 0) & (state[f"{kind}.member_since"] < month)
            assert (now[stay] == before[kind][stay]).all()
            joined += np.bincount(now[(now >= 0) & ~stay], minlength=4)
            assert ((now >= 0) == (state[f"{kind}.recency"] == 12)).all()
            before[kind] = now.copy()
        assert joined.tolist() == state["third_place.joined"].tolist()
        members = sum(np.bincount(now[now >= 0], minlength=4) for now in before.values())
        assert members.tolist() == state["third_place.users"].tolist()


def test_who_moves_away_turns_30_or_loses_the_place_is_no_member():
    state = after(a_place(holders=0, youth=300), 30, membership_months=200.0)
    members = np.flatnonzero(state["youth.member_of"] == 0)
    gone, older = members[:5], members[5:9]
    state["youth.is_present"][gone] = 0
    state["youth.event"][older] = 3
    for month in months_of(state, [30], membership_months=200.0):
        is_member = state["youth.member_of"] == 0
        stays = is_member & (state["youth.member_since"] < month)
    assert not is_member[gone].any() and not stays[older].any()  # successors may join
    assert (state["youth.recency"][gone] == 11).all()  # they still count among the year's people
    assert stays.sum() > 10
    state["third_place.is_open"] = 0
    for _ in months_of(state, [31], membership_months=200.0):
        pass
    assert (state["youth.member_of"] == -1).all()


def test_members_lapse_as_far_as_visits_fall_and_none_when_they_rise():
    for factor, stay in ((0.4, 0.4), (1.5, 1.0)):
        state = after(a_place(holders=3000, visits=0.4), 60, membership_months=1e2)
        before = state["entrepreneur.member_of"] == 0
        state["third_place.entrepreneur_visits"] *= factor
        state["third_place.was_open"] = 0
        for _ in months_of(state, [60], membership_months=1e2):
            pass
        is_member = state["entrepreneur.member_of"] == 0
        stayed = (is_member & (state["entrepreneur.member_since"] < 60))[before].mean()
        assert stayed == pytest.approx(stay * 0.99, abs=0.03)


def test_people_of_the_last_year_are_remembered_and_earlier_ones_forgotten():
    state, seen = a_place(holders=500, visits=0.05), []
    for _ in months_of(state, range(30), membership_months=3.0):
        seen.append(set(np.flatnonzero(state["entrepreneur.member_of"] == 0)))
        recent = set(np.flatnonzero(state["entrepreneur.recency"] > 0))
        assert recent == set().union(*seen[-12:])


# Who comes


def test_people_with_a_project_come_that_many_times_as_often_and_others_as_before():
    counts = {}
    for ratio in (1.0, 3.0):
        state, users = a_place(holders=2000, visits=0.1), np.zeros(2)
        state["entrepreneur.stage"] = np.arange(2000) % 2 * 3  # latent, incubating
        usual = []
        for month in months_of(state, range(200), membership_months=4.0, project_visit_ratio=ratio):
            if month >= 40:
                is_member = state["entrepreneur.member_of"] == 0
                users += is_member[0::2].sum(), is_member[1::2].sum()
                usual.append(is_member[0::2].tobytes())
        counts[ratio] = users / 160 / 1000, usual
    assert counts[3.0][1] == counts[1.0][1]
    assert counts[1.0][0] == pytest.approx([0.1, 0.1], abs=0.005)
    assert counts[3.0][0] == pytest.approx([0.1, 0.3], abs=0.01)


def test_the_active_young_come_that_many_times_as_often_and_others_as_before():
    counts = {}
    for ratio in (1.0, 2.0):
        state, users = a_place(holders=0, youth=2000, visits=0.1), np.zeros(2)
        state["youth.is_active"] = np.arange(2000) % 2
        others = []
        for month in months_of(state, range(200), membership_months=4.0, active_visit_ratio=ratio):
            if month >= 40:
                is_member = state["youth.member_of"] == 0
                users += is_member[0::2].sum(), is_member[1::2].sum()
                others.append(is_member[0::2].tobytes())
        counts[ratio] = users / 160 / 1000, others
    assert counts[2.0][1] == counts[1.0][1]
    assert counts[1.0][0] == pytest.approx([0.1, 0.1], abs=0.005)
    assert counts[2.0][0] == pytest.approx([0.1, 0.2], abs=0.01)


def test_former_members_come_back_that_much_more_readily():
    back = {}
    for ratio in (1.0, 4.0):
        state = after(a_place(holders=4000, visits=0.1), 60, membership_months=6.0)
        former = (state["entrepreneur.recency"] > 1) & (state["entrepreneur.member_of"] < 0)
        others = state["entrepreneur.recency"] == 0
        for _ in months_of(state, [60], membership_months=6.0, return_ratio=ratio):
            pass
        now = state["entrepreneur.member_of"] == 0
        back[ratio] = now[former].mean(), now[others].mean()
    assert back[4.0][1] == back[1.0][1] > 0
    assert back[4.0][0] == pytest.approx(4 * back[1.0][0], rel=0.6)


def test_the_screening_in_bulk_misses_nobody():
    """Few visits next door, many with a project or for those who come back: as in the twin."""
    state = places_town(2, youth=900, holders=900)
    for kind in KINDS:
        state[f"third_place.{kind}_visits"] /= 20
    state["third_place.age"], state["third_place.seats"] = 100, 10_000
    town, values = town_of(state), VALUES | {
        "membership_months": 12.0, "project_visit_ratio": 9.0, "return_ratio": 30.0,
        "active_visit_ratio": 5.0,
    }  # fmt: skip
    for month in range(15):
        third_place_visits.PROCESS.bind(state, values, 4)(month, month)
        places_month.third_place_visits(town, values, 4, month, month)
        for kind in KINDS:
            assert state[f"{kind}.member_of"].tolist() == town[f"{kind}.member_of"]
    assert state["third_place.users"].sum() > 50


# Seats


@pytest.mark.parametrize("use", [1.0, 0.5, 0.2])
def test_a_place_holds_as_many_members_as_use_its_seats(use):
    state = after(a_place(seats=20, visits=0.9), 30, membership_months=8.0, seat_use_holders=use)
    assert state["third_place.users"][0] == round(20 / use)
    assert state["third_place.seats_used"][0] == pytest.approx(20)


@given(st.integers(0, 100), st.floats(0.05, 1), st.floats(0.05, 1), st.integers(0, 30))
def test_the_use_of_members_never_exceeds_the_seats(seed, young, holders, seats):
    state = places_town(seed % 10)
    state["third_place.seats"] = [seats, 3, 0, 0]
    uses = {"seat_use_youth": young, "seat_use_holders": holders}
    for _ in months_of(state, range(6), seed, membership_months=4.0, **uses):
        seated = state["third_place.is_mobile"] == 0
        used = state["third_place.seats_used"][seated]
        assert (used <= state["third_place.seats"][seated] + 1e-6).all()


def test_members_keep_their_seats_before_newcomers():
    state = after(a_place(seats=10, visits=0.9), 30, membership_months=30.0)
    for month in months_of(state, range(30, 90), membership_months=30.0):
        assert state["third_place.users"][0] == 10
        assert state["third_place.joined"][0] == np.count_nonzero(
            (state["entrepreneur.member_of"] == 0) & (state["entrepreneur.member_since"] == month)
        )
    assert state["third_place.joined"][0] < 4  # a thirtieth of ten leave in a month


def test_the_newest_members_lose_the_seats_that_close():
    state = after(a_place(seats=40, visits=0.2), 100, membership_months=60.0)
    before = np.flatnonzero(state["entrepreneur.member_of"] == 0)
    since = np.sort(state["entrepreneur.member_since"][before])
    state["third_place.seats"] = 15
    for _ in months_of(state, [100], membership_months=1e9):
        pass
    kept = np.flatnonzero(state["entrepreneur.member_of"] == 0)
    assert np.isin(kept, before).all()
    assert np.sort(state["entrepreneur.member_since"][kept]).tolist() == since[:15].tolist()


def test_members_pay_for_the_share_of_a_seat_that_they_use():
    state = after(a_place(seats=20, visits=0.9), 5, seat_use_holders=0.25)
    state["account.is_active"], state["third_place.fee"] = 1, 100_00
    state["cell.office"] = 0
    public_money.PROCESS.bind(state, VALUES, 3)(0, 0)
    assert state["third_place.users"][0] == 80
    assert state["ledger.income"][0].tolist() == [0, 0, 20 * 100_00]


# Runs


def test_existing_places_begin_with_the_members_that_they_have_in_the_long_run():
    first, later = [], []
    for seed in range(6):
        town = small_town(
            seed, membership_months=12.0, spin_up=0, population=30_000, visit_level=0.2
        )
        town.run(120)
        users = town.indicators["third_place_users"].to_numpy()
        first.append(users[:3].mean())
        later.append(users[36:].mean())
    assert np.mean(first) == pytest.approx(np.mean(later), rel=0.2)


def test_without_the_mechanism_membership_has_no_effect():
    states = []
    off = {"with_membership": False}
    for values in (off, {"membership_months": 9.0, "return_ratio": 5.0} | off):
        run = everything_at_once(2, **values)
        run.run(30)
        states.append([run.state[name].tobytes() for name in run.state])
    assert states[0] == states[1]
