"""A successor is a new shop in premises that were never vacant."""

import pickle

import numpy as np
import pytest

from sim.processes import shop_closure
from tests.reference.towns import small_town

CLOSED, SUCCEEDED = 1, 4
RESTLESS = {"with_margins": False, "closure_rate": 1.0, "population": 40_000}


@pytest.fixture(scope="module")
def before():
    """A town of some 560 premises, every other one with a new front."""
    run = small_town(3, **RESTLESS, succession_share=0.5, spin_up=12)
    run.run(2)
    run.state["premises.facade"][::2] = 1.25
    return run


def _a_month_later(run, **changes):
    later = pickle.loads(pickle.dumps(run))
    for name, value in changes.items():
        later.state[f"premises.{name}"] = value
    later.step()
    return later


def test_what_belongs_to_the_premises_stays_and_what_belonged_to_the_shop_goes(before):
    state, was = _a_month_later(before).state, before.state
    new = state["premises.event"] == SUCCEEDED
    assert new.sum() > 5
    for kept in ("facade", "floor_area", "fixed_costs", "rent_at_start"):
        np.testing.assert_array_equal(state[f"premises.{kept}"][new], was[f"premises.{kept}"][new])
    assert (state["premises.facade"][new] == 1.25).any()
    assert state["premises.is_open"][new].all()
    assert not state["premises.months_vacant"][new].any()
    assert not state["premises.shop_age"][new].any()
    assert (state["premises.reserves"][new] == before.values["starting_reserves"]).all()
    assert (state["premises.quality"][new] != was["premises.quality"][new]).all()
    np.testing.assert_array_equal(state["premises.tenancy"][new], was["premises.tenancy"][new] + 1)
    assert (state["premises.revenue"][new] > 0).all()  # of the shop before, until it closed


def test_successors_are_as_good_as_other_entrants():
    run = small_town(1, **RESTLESS, succession_share=0.9, quality_spread=0.2)
    found = []
    for _ in range(24):
        run.step()
        found += run.state["premises.quality"][run.state["premises.event"] == SUCCEEDED].tolist()
    assert np.mean(found) == pytest.approx(1.0, abs=3 * 0.2 / np.sqrt(len(found)))
    assert np.std(found) == pytest.approx(0.2, rel=0.15)


def test_a_successor_forgets_what_the_shop_before_earned(before):
    """Its margin starts from that of an average shop, which the shop before could not change."""
    now = _a_month_later(before)
    new = now.state["premises.event"] == SUCCEEDED
    shops = (now.state["premises.is_open"] == 1) & ~new
    rich, poor = (
        _a_month_later(now, margin=np.full(new.size, m)).state["premises.margin"]
        for m in (0.4, -0.4)
    )
    np.testing.assert_array_equal(rich[new], poor[new])
    assert (rich[shops] > poor[shops]).all()


def _closures(run, share, closed=()):
    """Events of the same month if this share of closing shops has a successor."""
    state = run.state.copy()
    state["premises.event"] = 0
    state["premises.is_open"][list(closed)] = 0
    values = {**run.values, "succession_share": share}
    shop_closure.PROCESS.bind(state, values, run.seed)(run.month, 0)
    return state["premises.event"]


def test_who_closes_does_not_depend_on_who_has_a_successor(before):
    none, some, most = (_closures(before, share) for share in (0.0, 0.3, 0.9))
    assert np.sum(none == CLOSED) > 5 and not np.any(none == SUCCEEDED)
    for events in (some, most):
        np.testing.assert_array_equal(events > 0, none > 0)
    assert set(np.flatnonzero(some == SUCCEEDED)) < set(np.flatnonzero(most == SUCCEEDED))


def test_a_succession_does_not_depend_on_other_premises(before):
    everybody = _closures(before, 0.5)
    others = np.flatnonzero(np.arange(everybody.size) % 3 == 0)
    rest = np.setdiff1d(np.arange(everybody.size), others)
    alone = _closures(before, 0.5, others)
    np.testing.assert_array_equal(alone[rest], everybody[rest])
    assert np.any(everybody[rest] == SUCCEEDED)
