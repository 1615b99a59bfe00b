"""Remote workers take desks and move their spending; without them nothing of it happens."""

from __future__ import annotations

import numpy as np
import pytest

from sim.processes import encounters, local_benefits, third_place_visits
from sim.registry.state import State
from tests.reference.places_towns import VALUES, places_town
from tests.reference.towns import AS_IN_MODEL_3, everything_at_once, small_town

BUSY = {"existing_third_places": "coworking:2 fablab:1", "membership_months": 6.0}
MANY = BUSY | {"visit_level": 5.0}


def _same(one, other, *, but=()):
    for name in one.state:
        if name.partition(".")[0] not in ("worker", *but):
            assert one.state[name].tobytes() == other.state[name].tobytes(), name


def test_no_remote_work_is_the_town_without_the_mechanism():
    silent = {"remote_trend": 0.1, "seat_use_workers": 0.3, "work_day_spending": 30.0}
    silent |= {"worker_exposure": 1.0, "digital_skills": 0.9}
    nobody, off = {"remote_share": 0.0}, {"remote_share": 0.2, "with_remote_work": False}
    changes = (nobody, silent | nobody, silent | off)
    runs = [everything_at_once(4, **values) for values in changes]
    for run in runs:
        run.run(30)
    for other in runs[1:]:
        assert runs[0].counts.tobytes() == other.counts.tobytes()
        _same(runs[0], other)


def test_workers_who_never_come_move_no_draw_of_anybody_else():
    apart = {"with_membership": False}  # or they would come before the first month
    runs = [everything_at_once(4, remote_share=share, **apart) for share in (0.0, 0.2)]
    for run in runs:
        run.state["third_place.worker_visits"] = 0
        run.run(30)
    assert runs[1].state["worker.id"].size > 1000
    assert runs[0].counts.tobytes() == runs[1].counts.tobytes()
    _same(*runs, but=("visitor",))  # longer, to hold everybody


def test_workers_who_fit_in_displace_no_other_member():
    # Who meets whom changes who has projects; here they come as often as others.
    alone = AS_IN_MODEL_3 | {"with_remote_work": True}
    runs = [small_town(4, **MANY | alone, remote_share=share) for share in (0.0, 0.2)]
    for run in runs:
        run.state["third_place.seats"] = 10_000
        run.state["third_place.seat_cost"] = run.state["third_place.fee"] = 0  # fees pay for staff
        run.run(24)
    assert runs[1].state["third_place.workers"].sum() > 20
    for name in ("youth.member_of", "entrepreneur.member_of", "entrepreneur.facilitation"):
        assert runs[0].state[name].tobytes() == runs[1].state[name].tobytes(), name
    assert (
        runs[0].state["third_place.hours"].tolist() == runs[1].state["third_place.hours"].tolist()
    )


@pytest.mark.parametrize("use", [0.1, 0.3, 1.0])
def test_seats_are_never_overbooked(use):
    state = places_town(3, workers=2000)
    step = third_place_visits.PROCESS.bind(state, {**VALUES, "seat_use_workers": use}, 2)
    for month in range(12):
        step(month, month)
        fixed = state["third_place.is_mobile"] == 0
        used, seats = state["third_place.seats_used"][fixed], state["third_place.seats"][fixed]
        assert (used <= seats + 1e-6).all()
    assert state["third_place.workers"].sum() > 0
    assert state["third_place.workers"][~fixed].sum() == 0  # travelling facilitators bring no desks


def _one_place(workers: int) -> State:
    state = State({"row": 1, "column": 2, "worker": workers, "third_place": 1, "account": 1,
                   "office": 1, "visitor": workers})  # fmt: skip
    state["worker.id"] = np.arange(workers)
    for name in ("third_place", "member_of", "last_place"):
        state[f"worker.{name}"] = -1
    state["third_place.is_open"] = 1
    state["third_place.age"] = 1000
    state["third_place.reach"] = 1.0
    state["third_place.seats"] = 100_000
    state["third_place.worker_visits"] = 0.02
    state["third_place.staff"] = 1.0
    state["third_place.mentoring"] = 1.0
    return state


@pytest.mark.parametrize("trend", [-0.05, 0.0, 0.1])
def test_members_grow_as_remote_work_does(trend):
    state, members = _one_place(20_000), []
    values = VALUES | {"remote_trend": trend, "membership_months": 3.0, "return_ratio": 1.0}
    step = third_place_visits.PROCESS.bind(state, values, 6)
    for month in range(132):
        step(month, month)
        members.append(state["third_place.users"][0])
    later, first = np.mean(members[120:132]), np.mean(members[6:18])
    assert first == pytest.approx(400 * (1 + trend) ** 0.9, rel=0.06)
    assert later / first == pytest.approx((1 + trend) ** 9.5, rel=0.06)
    assert state["third_place.hours"][0] == 0  # workers want a desk and nothing from the staff


def test_what_workers_spend_by_day_moves_from_home_to_the_place_and_nothing_is_added():
    """A day's use of a desk each, at 10 EUR a work day and 21 work days a month."""
    run = small_town(5, **MANY, remote_share=0.2, seat_use_workers=0.2)
    run.run(24)
    state, values = run.state, run.values
    is_worker = state["visitor.agent"] >> 32 == 3
    is_worker[state["visitor.count"][0] :] = False
    count = int(is_worker.sum())
    assert count > 10
    state["visitor.agent"][:count] = state["visitor.agent"][is_worker].copy()
    state["visitor.key"][:count] = state["visitor.key"][is_worker].copy()
    state["visitor.count"] = count
    moved = {}
    for spending in (0.0, 10.0):
        values = {**values, "work_day_spending": spending}
        local_benefits.PROCESS.bind(state, values, 5)(24, 324)
        moved[spending] = state["cell.moved_consumers"].astype(np.float64)
    assert moved[10.0].sum() == pytest.approx(moved[0.0].sum(), abs=1e-5)
    yearly = sum(values[f"spending_{s}"] for s in ("convenience", "comparison", "hospitality"))
    homes = state["worker.cell_row"][state["visitor.agent"][:count] & 0xFFFFFFFF]
    places = state["third_place.cell_row"][state["visitor.key"][:count] >> np.uint64(32)]
    expected = np.zeros(moved[0.0].size)
    np.add.at(expected, places, 0.2 * 10.0 * 21 / (yearly / 12))
    np.add.at(expected, homes, -0.2 * 10.0 * 21 / (yearly / 12))
    np.testing.assert_allclose((moved[10.0] - moved[0.0]).ravel(), expected, atol=1e-5)


def test_holders_learn_from_workers_as_far_as_they_are_said_to():
    gained = []
    for exposure in (0.0, 0.5, 1.0):
        state = places_town(7, youth=0, officials=0, workers=400)
        state["third_place.seats"] = 1000
        state["entrepreneur.exposure"] = 0
        values = VALUES | {"worker_exposure": exposure}
        third_place_visits.PROCESS.bind(state, values, 1)(0, 0)
        encounters.PROCESS.bind(state, values, 1)(0, 0)
        gained.append(float(state["entrepreneur.exposure"].sum()))
    assert gained[0] < gained[1] < gained[2]
    assert gained[2] - gained[1] == pytest.approx(gained[1] - gained[0], rel=1e-5)


def test_remote_workers_are_a_share_of_residents_spread_over_their_cells():
    run = small_town(2, remote_share=0.1)
    residents = run.state["cell.residents"].ravel()
    count = np.bincount(run.state["worker.cell_row"], minlength=residents.size)
    assert count.sum() == round(0.1 * residents.sum(dtype=np.float64))
    assert np.abs(count - 0.1 * residents).max() < 1.0
