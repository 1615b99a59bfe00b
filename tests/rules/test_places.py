"""Third places: visits, encounters and their effects."""

import itertools
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels import place_choice
from sim.processes import encounters, public_money, third_place_visits
from sim.registry.variables import VARIABLES
from tests.quick_cases import rest_slow
from tests.reference import encounters_month, money_month, places_month
from tests.reference.places_towns import VALUES, places_town
from tests.reference.retail_month import town_of
from tests.reference.towns import A_SEAT_EACH

TWINS = money_month.MONTH | places_month.MONTH | encounters_month.MONTH
PROCESSES = (public_money.PROCESS, third_place_visits.PROCESS, encounters.PROCESS)
hours_given = third_place_visits.hours_given.py_func
visit_probability = place_choice.visit_probability.py_func
complement = encounters.complement.py_func
PLACE = np.uint64(32)


def run(state, months, process=None, seed=5, **values):
    """Run one process, or all three, for some months."""
    processes = [process.PROCESS] if process else PROCESSES
    bound = [p.bind(state, {**VALUES, **values}, seed) for p in processes]
    for month in months:
        for step in bound:
            step(month, month)
    return state


def visitors(state):
    """(place, kind, row) of everybody with a seat, in the order of the list."""
    count = state["visitor.count"][0]
    key, agent = state["visitor.key"][:count], state["visitor.agent"][:count]
    places = (key >> PLACE).tolist()
    return list(zip(places, (agent >> 32).tolist(), (agent & 0xFFFFFFFF).tolist(), strict=True))


# The twin


MEMBERSHIP = {
    "membership_months": 6.0,
    "project_visit_ratio": 2.0,
    "return_ratio": 3.0,
    "visit_level": 0.6,
    "seat_use_youth": 0.3,
    "seat_use_holders": 0.45,
    "seat_use_officials": 0.1,
}


CULTURE = {"cultural_visits": 0.5, "cultural_openness": 0.5}


@pytest.mark.parametrize(
    "membership", [{}, MEMBERSHIP, CULTURE], ids=["monthly", "members", "culture"]
)
@pytest.mark.parametrize("seed", rest_slow(range(6)))
def test_money_visits_and_encounters_go_as_in_the_twin(seed, membership):
    state = places_town(seed)
    town = town_of(state)
    values = VALUES | {"role_probability": 0.7} | membership

    def change(name, row, value):
        state[name][row] = town[name][row] = value

    for month in range(-2, 30):
        for y in range(150):  # some young people leave, or turn 30
            change("youth.event", y, int((month + y) % 31 == 0))
        if month == 8:  # visits fall by a half
            change("third_place.youth_visits", 0, state["third_place.youth_visits"][0] / 2)
            change("third_place.was_open", 0, 0)
        if month == 12:  # one place opens, another closes
            change("third_place.is_open", 3, 1)
            change("third_place.is_open", 1, 0)
        if month == 20:  # and one loses seats
            change("third_place.seats", 0, 3)
        for process in PROCESSES:
            process.bind(state, values, seed)(month, month)
            TWINS[process.name](town, values, seed, month, month)
        assert town["closest call"] > 1e-8
        for name in {n for p in PROCESSES for n in p.writes}:
            wanted = np.asarray(town[name]).reshape(state[name].shape)
            if VARIABLES[name].dtype.startswith("float"):
                # A euro of income more or less also pays for more or less staff.
                np.testing.assert_allclose(state[name], wanted, 2e-5, 1e-9, err_msg=name)
            elif name.startswith("ledger."):  # in EUR: fees may be rounded either way
                np.testing.assert_allclose(state[name], wanted, rtol=0, atol=1, err_msg=name)
            elif name in ("visitor.key", "visitor.agent"):
                count = state["visitor.count"][0]
                np.testing.assert_array_equal(state[name][:count], wanted[:count], err_msg=name)
            else:
                np.testing.assert_array_equal(state[name], wanted, err_msg=name)
    assert state["visitor.count"][0] > 4
    assert (state["youth.role"] > 0).any() and state["entrepreneur.partners"].any()
    assert state["entrepreneur.has_public_partner"].any()


# Visits


@given(st.integers(0, 300), st.integers(0, 20))
def test_capacity_is_a_cap(month, seats):
    state = places_town()
    state["third_place.seats"] = [seats, 1, 0, 0]
    run(state, [month], third_place_visits, **A_SEAT_EACH)
    here = Counter(place for place, _, _ in visitors(state))
    assert here[0] <= seats and here[1] <= 1
    for place in (0, 1):
        assert state["third_place.users"][place] == here[place]


def test_more_capacity_than_users_adds_nothing():
    stories = []
    for seats in (150, 151, 10_000):
        state = places_town()
        state["third_place.seats"] = [seats, seats, 0, 0]
        state["third_place.staff"] = 1
        run(state, range(20), third_place_visits)
        run(state, range(20), encounters)
        assert state["third_place.users"][0] < 150
        state["third_place.seats"] = 0
        stories.append([state[name].tobytes() for name in state])
    assert stories[0] == stories[1] == stories[2]


def test_seats_are_assigned_at_random_not_by_distance_or_kind():
    state = places_town(youth=600)
    state["third_place.is_open"] = [1, 0, 0, 0]
    state["third_place.age"] = 100
    wide = run(state.copy(), [3], third_place_visits, **A_SEAT_EACH)
    wide["third_place.seats"] = 10_000
    run(wide, [3], third_place_visits, **A_SEAT_EACH)
    tight = run(state, [3], third_place_visits, **A_SEAT_EACH)
    wanting = [(kind, row) for _, kind, row in visitors(wide)]
    assert [(kind, row) for _, kind, row in visitors(tight)] == wanting[:12]
    kinds = Counter(kind for kind, _ in wanting[: len(wanting) // 2])
    share = sum(kind == 0 for kind, _ in wanting) / len(wanting)
    assert kinds[0] / kinds.total() == pytest.approx(share, abs=0.1)


@given(st.floats(0, 1), st.floats(0, 100), st.floats(0.1, 20))
def test_visits_fall_with_distance_and_end_at_four_reaches(visits, away, reach):
    now = visit_probability(visits, away, reach)
    assert 0 <= now <= visits
    assert visit_probability(visits, away + 1, reach) <= now
    if away > 4 * reach:
        assert now == 0


def test_nobody_beyond_the_cut_off_comes():
    state = places_town()
    state["third_place.reach"] = 0.7
    run(state, range(40), third_place_visits)
    home = {0: "youth", 1: "entrepreneur", 2: "official"}
    columns = state["cell.zone"].shape[1]
    for place, kind, row in visitors(state):
        a = divmod(int(state["third_place.cell_row"][place]), columns)
        b = divmod(int(state[f"{home[kind]}.cell_row"][row]), columns)
        assert np.hypot(a[0] - b[0], a[1] - b[1]) <= 4 * 0.7
    for name in home.values():
        assert (state[f"{name}.third_place"] == -1).any()


def test_a_closed_place_and_an_absent_youth_are_not_seen():
    state = places_town()
    state["third_place.age"] = 100
    run(state, range(12), third_place_visits)
    assert {place for place, _, _ in visitors(state)} == {0, 1}
    assert not state["youth.at_place"][state["youth.is_present"] == 0].any()
    state["third_place.is_open"] = 0
    run(state, [12], third_place_visits)
    assert state["visitor.count"][0] == 0 and not state["third_place.users"].any()
    for name in ("youth", "entrepreneur", "official"):
        assert not state[f"{name}.at_place"].any()
        assert (state[f"{name}.third_place"] == -1).all()
    assert not state["entrepreneur.facilitation"].any()


def test_travelling_facilitators_give_hours_but_no_seats():
    state = places_town()
    state["third_place.is_open"] = [0, 0, 1, 0]
    state["third_place.staff"] = [0, 0, 2, 0]
    run(state, [40], third_place_visits)
    assert state["visitor.count"][0] == 0 and not state["entrepreneur.at_place"].any()
    assert state["third_place.users"][2] >= state["third_place.holders"][2] > 0
    given = state["entrepreneur.facilitation"].sum()
    assert given == pytest.approx(state["third_place.hours"][2], rel=1e-5) and given > 0


def test_a_new_place_fills_up_over_its_ramp():
    users = {}
    for age in (1, 6, 18, 60):
        state = places_town(youth=600)
        state["third_place.seats"] = 10_000
        state["third_place.age"] = age
        run(state, [7], third_place_visits)
        users[age] = int(state["third_place.users"].sum())
    assert users[1] < users[6] < users[18] == users[60]


@given(st.floats(0, 50), st.integers(0, 10_000), st.floats(0, 3), st.floats(1, 200))
def test_hours_saturate_with_users(staff, users, mentoring, half_load):
    p = SimpleNamespace(hours_per_fte=130.0, half_load=half_load)
    hours = hours_given(staff, users, mentoring, p)
    more = hours_given(staff, users + 1, mentoring, p)
    assert 0 <= hours <= more <= staff * 130 * mentoring * (1 + 1e-12)
    if users:  # and everybody gets fewer of them
        assert more / (users + 1) <= hours / users * (1 + 1e-12)


def test_people_divide_among_equal_places_and_few_change_when_one_closes():
    state = places_town(youth=3000)
    state["third_place.cell_row"] = 30
    state["third_place.reach"] = 4
    state["third_place.youth_visits"] = [0.4, 0.4, 0.2, 0.4]
    run(state, [0], third_place_visits)
    before = state["youth.third_place"].copy()
    reached = before >= 0
    shares = np.bincount(before[reached], minlength=4) / reached.sum()
    assert shares == pytest.approx([0.4, 0.4, 0.2, 0], abs=0.03)
    state["third_place.is_open"][1] = 0
    run(state, [1], third_place_visits)
    stayed = state["youth.third_place"] == before
    assert (stayed | (before == 1)).all() and not stayed[before == 1].any()


def test_draws_do_not_depend_on_other_places():
    """A place out of reach of another one's visitors changes nothing there."""
    state = places_town()
    state["third_place.is_open"] = [1, 0, 0, 0]
    state["third_place.cell_row"] = [0, 0, 0, 71]
    state["third_place.reach"] = [0.5, 0, 0, 0.5]
    state["third_place.age"] = 100
    other = state.copy()
    other["third_place.is_open"][3] = 1
    other["third_place.youth_visits"][3] = 1
    for month in range(10):
        run(state, [month], third_place_visits)
        run(other, [month], third_place_visits)
        assert [v for v in visitors(other) if v[0] == 0] == visitors(state)
    assert visitors(state)


# Encounters


def _at_one_place(state, people, place=0, first=0):
    """Write a list of visitors of one place: (kind, row)."""
    for v, (kind, row) in enumerate(people, first):
        state["visitor.key"][v] = place << 32 | v
        state["visitor.agent"][v] = kind << 32 | row
    state["visitor.count"] = first + len(people)


def _quiet_town():
    state = places_town()
    state["account.is_active"] = 0
    state["youth.role"] = -1
    state["entrepreneur.exposure"] = 0
    return state


def test_pairs_are_by_place_and_the_last_of_an_odd_number_meets_nobody():
    state = _quiet_town()
    _at_one_place(state, [(0, 0), (0, 1), (0, 2)])
    _at_one_place(state, [(0, 3), (0, 4), (0, 5), (0, 6), (0, 7)], place=1, first=3)
    run(state, [0], encounters)
    assert state["youth.exposure"][:9].tolist() == [0.5, 0.5, 0, 0.5, 0.5, 0.5, 0.5, 0, 0]


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 29)), min_size=2, max_size=40,
                unique=True))  # fmt: skip
def test_encounters_are_mutual(people):
    """Exposure among youth, and among holders, comes in pairs."""
    state = _quiet_town()
    state["entrepreneur.skills"] = 1 << (np.arange(80) % 12)
    _at_one_place(state, people)
    run(state, [0], encounters, peer_exposure=0.5)
    assert np.count_nonzero(state["youth.exposure"] == 0.5) % 2 == 0
    met = list(zip(people[0::2], people[1::2], strict=False))
    mixed = sum(a[0] != b[0] for a, b in met)
    assert np.count_nonzero(state["youth.exposure"] == 1) == mixed
    learnt = sum(
        2 for a, b in met if a[0] == b[0] == 1 and a[1] % 12 != b[1] % 12
    )  # holders with the same skill have nothing to give
    assert np.count_nonzero(state["entrepreneur.exposure"]) == learnt


@given(st.integers(0, 4095), st.integers(0, 4095))
def test_complementary_competences_are_symmetric(a, b):
    assert complement(a, b) == complement(b, a) == bool(a & ~b and b & ~a)
    assert not complement(a, a) and not complement(a, 0)


@given(st.floats(0, 1, width=32), st.floats(0, 1, width=32), st.floats(0.01, 1))
def test_officials_outside_the_confidence_bound_are_not_moved(own, other, bound):
    state = _quiet_town()
    state["official.openness"] = own
    state["entrepreneur.openness"] = other
    _at_one_place(state, [(2, 0), (1, 0)])
    before = state["official.trust"].copy()
    run(state, [0], encounters, confidence_bound=bound, trust_gain=0.5)
    moved = state["official.trust"] != before
    assert moved.tolist() == [abs(own - other) < bound] + [False] * 29
    low, high = sorted((own, other))
    assert low - 1e-6 <= state["official.openness"][0] <= high + 1e-6


def test_good_experiences_raise_trust_and_bad_ones_lower_it():
    for share, direction in ((1.0, 1), (0.0, -1)):
        state = _quiet_town()
        state["official.openness"] = state["entrepreneur.openness"] = 0.5
        before = state["official.trust"].copy()
        _at_one_place(state, [*itertools.chain(*(((2, i), (1, i)) for i in range(30)))])
        run(state, [0], encounters, good_experience=share)
        assert ((state["official.trust"] - before) * direction > 0).all()


def test_a_youth_gets_a_role_only_in_a_project_that_is_under_way():
    state = _quiet_town()
    state["entrepreneur.stage"] = np.arange(80) % 6
    _at_one_place(state, [*itertools.chain(*(((0, i), (1, i)) for i in range(60)))])
    run(state, [0], encounters, role_probability=1.0)
    wanted = [i if i % 6 in (3, 4) else -1 for i in range(60)]
    assert state["youth.role"][:60].tolist() == wanted
    assert state["entrepreneur.team"].sum() == 20
    run(state, [1], encounters, role_probability=1.0)  # and never a second one
    assert state["entrepreneur.team"].sum() == 20


def test_exposure_is_halved_after_its_half_life():
    state = _quiet_town()
    state["entrepreneur.exposure"] = 0.8
    run(state, range(7), encounters, exposure_half_life=7.0)
    assert state["entrepreneur.exposure"] == pytest.approx(0.4, rel=1e-5)


def test_a_lab_reaches_officials_and_holders_in_reach_of_it_and_no_others():
    state = _quiet_town()
    state["account.is_active"] = [0, 1, 0]
    state["account.cell_row"][1] = 40
    state["account.grant_reach"][1] = 3
    state["account.purse"][1, 0, 4] = 10**9
    state["official.openness"] = state["entrepreneur.openness"] = 0.5
    before = state["official.trust"].copy()
    run(state, range(30), encounters)
    for name, touched in (
        ("official", state["official.trust"] != before),
        ("entrepreneur", state["entrepreneur.has_public_partner"] == 1),
    ):
        y, x = np.divmod(state[f"{name}.cell_row"], 9)
        near = np.hypot(y - 40 // 9, x - 40 % 9) <= 3
        assert touched.any() and not touched[~near].any()


@given(st.integers(0, 400))
def test_all_shares_stay_shares(seed):
    gains = dict.fromkeys(("encounter_gain", "trust_gain", "openness_gain"), 1.0)
    state = run(places_town(seed % 50), range(seed, seed + 6), seed=seed, **gains)
    for name, variable in VARIABLES.items():
        if variable.unit == "share" and state[name].size:
            assert state[name].min() >= 0 and state[name].max() <= 1, name


@given(st.integers(0, 400))
def test_offices_trust_as_their_officials_do(seed):
    state = run(places_town(seed % 20), range(seed, seed + 3), seed=seed)
    for office in (0, 1):
        of_office = state["official.trust"][state["official.office"] == office]
        assert state["office.trust"][office] == pytest.approx(of_office.mean(), rel=1e-5)


def test_a_town_without_anybody_is_left_alone():
    state = places_town(youth=0, holders=0, officials=0)
    run(state, range(3))
    assert state["visitor.count"][0] == 0 and not state["third_place.hours"].any()
