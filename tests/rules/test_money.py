"""Public money balances to the cent, pays seats first, and ends when spent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.experiments.course import LEDGER_LINES, Course
from sim.kernels.ledger import pay
from sim.processes import encounters, public_money, third_place_visits
from sim.registry.variables.money import LINES, SOURCES
from tests.reference import money_month
from tests.reference.places_towns import VALUES, places_town
from tests.reference.retail_month import town_of

allotment = public_money.allotment.py_func
seats_to_close = public_money.seats_to_close.py_func
pay = pay.py_func
SEATS, FACILITATION, GRANTS, EVENTS = (
    LINES.index(x) for x in ("seats", "facilitation", "grants", "events")
)
ARRAYS = (
    "account.purse", "ledger.income", "ledger.spending", "third_place.seats",
    "third_place.is_open", "third_place.age", "account.set_up", "account.reserves",
)  # fmt: skip
cents = st.integers(0, 10**9)


@st.composite
def splits(draw):
    """Shares of the seven lines that add up to 1, some of them 0."""
    weights = draw(st.lists(st.integers(0, 5), min_size=7, max_size=7).filter(any))
    return np.array(weights) / sum(weights)


@st.composite
def towns(draw):
    """A town with arbitrary admissible accounts, places and purses."""
    state = places_town(draw(st.integers(0, 3)), youth=30, holders=20, officials=8)
    for account in range(3):
        state["account.is_active"][account] = draw(st.booleans())
        for name in ("funding", "matched_funding", "set_up", "reserves"):
            state[f"account.{name}"][account] = draw(cents)
        state["account.embedded_officials"][account] = draw(st.integers(0, 50)) / 10
        state["account.split"][account] = draw(splits())
        state["account.shares_staff"][account] = draw(st.booleans())
        state["account.participant_cost"][account] = draw(st.integers(0, 10**6))
        state["account.lab_meetings"][account] = draw(st.sampled_from([0, 0.3, 1]))
    for place in range(4):
        state["third_place.seats"][place] = draw(st.integers(0, 60))
        state["third_place.users"][place] = draw(st.integers(0, 60))
        for name in ("is_open", "is_mobile"):
            state[f"third_place.{name}"][place] = draw(st.booleans())
        for name in ("seat_cost", "fee"):
            state[f"third_place.{name}"][place] = draw(st.integers(0, 10**7))
        state["third_place.account"][place] = draw(st.integers(0, 2))
        state["third_place.seats_used"][place] = draw(st.floats(0, 1000))
    state["account.purse"] = draw(
        st.lists(cents, min_size=63, max_size=63).map(lambda c: np.reshape(c, (3, 3, 7)))
    )
    return state


def month_of_money(state, month=0, **values):
    public_money.PROCESS.bind(state, {**VALUES, **values}, 1)(month, month)
    return state


@given(towns())
def test_income_is_spent_or_saved_to_the_cent(state):
    processes = [
        p.PROCESS.bind(state, VALUES, 3) for p in (public_money, third_place_visits, encounters)
    ]
    for month in range(3):
        before = state["account.purse"].sum(axis=2)
        for process in processes:
            process(month, month)
        change = state["account.purse"].sum(axis=2) - before
        spent = state["ledger.spending"].sum(axis=2)
        np.testing.assert_array_equal(state["ledger.income"] - spent, change)
        assert state["account.purse"].min() >= 0 and state["ledger.spending"].min() >= 0


@given(towns())
def test_money_goes_as_in_the_twin(state):
    town = town_of(state)
    for month in range(3):
        month_of_money(state, month)
        money_month.public_money(town, VALUES, 1, month, month)
        for name in ARRAYS:
            wanted = np.asarray(town[name]).reshape(state[name].shape)
            np.testing.assert_array_equal(state[name], wanted, err_msg=name)
        for name in ("third_place.staff", "office.embedded_capacity"):
            np.testing.assert_allclose(state[name], town[name], rtol=1e-6, err_msg=name)


@given(towns())
def test_money_comes_into_active_accounts_only_and_stays_in_the_others(state):
    before = state["account.purse"].copy()
    active = state["account.is_active"] == 1
    month_of_money(state)
    assert not state["ledger.income"][~active].any()
    assert not state["ledger.spending"][~active].any()
    np.testing.assert_array_equal(state["account.purse"][~active], before[~active])
    assert not state["third_place.staff"][~active[state["third_place.account"]]].any()


@given(cents, splits())
def test_lines_get_their_shares_to_the_cent(left, split):
    before = np.concatenate([[0.0], np.cumsum(split)])
    given_out = [allotment(left, before[line], split[line]) for line in range(7)]
    assert sum(given_out) == left and min(given_out) >= 0
    np.testing.assert_allclose(given_out, left * split, atol=1)
    assert all(c == 0 for c, s in zip(given_out, split, strict=True) if s == 0)


@given(st.integers(0, 10**9), st.integers(1, 10**6), st.integers(0, 1000))
def test_as_few_seats_close_as_the_money_demands(money, seat_cost, seats):
    closing = seats_to_close(seats * seat_cost, money, seat_cost, seats)
    assert 0 <= closing <= seats
    assert (seats - closing) * seat_cost <= money
    if closing:
        assert (seats - closing + 1) * seat_cost > money


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=3), st.integers(0, 4000))
def test_own_revenue_is_spent_before_matched_and_matched_before_public_money(have, amount):
    purse, spending = np.zeros((3, 7), np.int64), np.zeros((3, 7), np.int64)
    purse[:, GRANTS] = have
    unpaid = pay(purse, spending, GRANTS, amount)
    assert unpaid == max(0, amount - sum(have))
    np.testing.assert_array_equal(purse[:, GRANTS] + spending[:, GRANTS], have)
    for first, later in ((2, 1), (2, 0), (1, 0)):
        assert spending[later, GRANTS] == 0 or purse[first, GRANTS] == 0


def _one_account(seats=(10, 10), funding=0, reserves=0):
    """Two places of one account, a seat at 150 EUR."""
    state = places_town()
    state["account.is_active"] = [1, 0, 0]
    for name in ("funding", "matched_funding", "set_up", "reserves", "embedded_officials"):
        state[f"account.{name}"] = 0
    state["account.funding"][0] = funding
    state["account.reserves"][0] = reserves
    state["third_place.account"] = [0, 0, 1, 1]
    state["third_place.seats"] = [*seats, 0, 0]
    state["third_place.seat_cost"] = 150_00
    return state


def test_seats_live_on_reserves_then_close_from_the_last_place_on():
    state = _one_account(funding=10 * 150_00, reserves=2 * 20 * 150_00)
    story = []
    for month in range(7):
        month_of_money(state, month)
        story.append((*state["third_place.seats"][:2], *state["third_place.is_open"][:2]))
    # 40 seat-months in reserve, ten used a month; then the second place is gone for good
    assert story[:4] == [(10, 10, 1, 1)] * 4
    assert story[4:] == [(10, 0, 1, 0)] * 3


def test_half_a_place_may_close():
    state = month_of_money(_one_account(funding=13 * 150_00))
    assert state["third_place.seats"][:2].tolist() == [10, 3]
    assert state["third_place.is_open"][:2].tolist() == [1, 1]


def test_seats_are_paid_before_anything_else():
    state = month_of_money(_one_account(funding=20 * 150_00 + 100_00))
    spent = state["ledger.spending"][0].sum(axis=0)
    assert spent[SEATS] == 20 * 150_00
    assert spent[FACILITATION] == 60_00
    assert state["account.purse"][0, 0, GRANTS] == 20_00


def test_fees_for_seats_used_pay_seats_before_public_money_does():
    state = _one_account(funding=20 * 150_00)
    state["third_place.seats_used"] = [10, 0, 0, 0]
    state["third_place.fee"] = 50_00
    month_of_money(state)
    assert state["ledger.income"][0].tolist() == [20 * 150_00, 0, 500_00]
    own = SOURCES.index("own_revenue")
    assert state["ledger.spending"][0, own, SEATS] == 500_00
    assert state["ledger.spending"][0, 0, SEATS] == 20 * 150_00 - 500_00


def test_set_up_is_paid_once_and_at_once():
    state = _one_account()
    state["account.set_up"][0] = 60_000_00
    for wanted in (60_000_00, 0):
        month_of_money(state)
        assert state["ledger.spending"][0, 0, LINES.index("set_up")] == wanted
        assert state["ledger.income"][0, 0] == wanted


def test_money_buys_staff_in_proportion_to_seats():
    state = _one_account(seats=(30, 10), funding=40 * 150_00 + 20_000_00)
    month_of_money(state, fte_cost=4_000.0)
    assert state["third_place.staff"][:2].tolist() == pytest.approx([2.25, 0.75])


def test_embedded_officials_are_paid_before_facilitators():
    for wanted, capacity, staff in ((1.0, 1.5, 2.0), (9.0, 4.5, 0.0)):
        state = _one_account(funding=20 * 150_00 + 20_000_00)
        state["account.embedded_officials"][0] = wanted
        month_of_money(state, fte_cost=4_000.0, embedded_files=1.5)
        office = state["cell.office"].ravel()[state["account.cell_row"][0]]
        assert state["office.embedded_capacity"][office] == pytest.approx(capacity)
        assert state["third_place.staff"].sum() == pytest.approx(staff)


def test_facilitators_on_the_road_need_no_seats():
    state = _one_account(seats=(0, 0), funding=9_000_00)
    state["third_place.is_mobile"][:2] = 1
    month_of_money(state, fte_cost=4_500.0)
    assert state["third_place.is_open"][:2].tolist() == [1, 1]
    assert state["third_place.staff"][:2].tolist() == pytest.approx([0.6, 0.6])


def test_money_for_staff_waits_where_no_place_is_open():
    state = _one_account(funding=1_000_00)
    state["third_place.is_open"] = 0
    month_of_money(state)
    assert state["account.purse"][0, 0, FACILITATION] == 600_00
    assert not state["ledger.spending"].any()


def test_money_for_elsewhere_is_gone_at_once_and_moves_nothing_else():
    state = _one_account(seats=(0, 0), funding=5_000_00)
    state["third_place.is_open"] = 0
    state["account.split"][0] = [0, 0, 0, 0, 0, 0, 1]
    month_of_money(state)
    assert state["ledger.spending"][0].sum() == 5_000_00
    assert not state["account.purse"].any() and not state["third_place.staff"].any()


def test_codes_of_lines_and_sources_are_those_declared():
    names = ("_SET_UP", "_SEATS", "_FACILITATION", "_ELSEWHERE")
    assert [LINES[getattr(public_money, n)] for n in names] == [
        "set_up", "seats", "facilitation", "elsewhere",
    ]  # fmt: skip
    sources = ("_PUBLIC", "_MATCHED", "_OWN_REVENUE")
    assert [SOURCES[getattr(public_money, n)] for n in sources] == list(SOURCES)


@given(towns())
def test_a_lab_pays_for_each_meeting_and_never_more_than_it_has(state):
    state["account.is_active"] = 1
    state["account.lab_meetings"] = 1
    state["account.participant_cost"] = 75_00
    state["account.grant_reach"] = 50
    before = state["account.purse"].copy()
    encounters.PROCESS.bind(state, VALUES, 3)(5, 5)
    spent = before - state["account.purse"]
    assert (spent[:, :, EVENTS].sum(axis=1) % 75_00 == 0).all()
    assert (spent[:, :, EVENTS].sum(axis=1) <= 8 * 75_00).all()
    np.testing.assert_array_equal(spent, state["ledger.spending"])


@pytest.mark.parametrize("months", [1, 12, 13, 30])
def test_a_ledger_adds_up_the_months_of_each_year_and_ends_with_the_balance(months):
    shape = (months, len(SOURCES), len(LEDGER_LINES))
    money = np.random.default_rng(months).integers(-5, 50, shape)
    money[:, 1] = 0
    money[:, 0, -1] = 7
    table = Course({}, money).ledger()
    found = set(zip(*(column.tolist() for column in table.values()), strict=True))
    expected = set()
    for first in range(0, months, 12):
        of_year = money[first : first + 12]
        for source, line in np.ndindex(shape[1:]):
            cents = of_year[:, source, line]
            total = cents[-1] if LEDGER_LINES[line] == "unspent" else cents.sum()
            if total:
                expected.add((1 + first // 12, SOURCES[source], LEDGER_LINES[line], int(total)))
    assert found == expected and len(table["cents"]) == len(expected)
    assert list(table) == ["year", "source", "line", "cents"] and table["year"].dtype == np.int32
