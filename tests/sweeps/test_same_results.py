"""Results do not depend on batches, stops, and the way in which a design grew."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiments.designs import Design
from sim.experiments.factors import Factor
from sim.experiments.plan import plan_model
from sim.experiments.running import Options, fill
from tests.sweeps.toy_sweeps import POINTS, Stop, X, fill_toys, new_store, stop_after
from tests.sweeps.toys import Toy, calls

BATCHES = st.none() | st.integers(1, POINTS + 5)
STOPS = st.lists(st.tuples(BATCHES, st.integers(1, POINTS)), max_size=4)


@given(stops=STOPS, batch=BATCHES)
@settings(max_examples=20)
def test_results_do_not_depend_on_batches_or_stops_and_no_run_is_repeated(whole, stops, batch):
    with tempfile.TemporaryDirectory() as folder:
        store, toy = new_store(Path(folder) / "sweep"), Toy(Path(folder) / "log")
        for size, runs in stops:
            with contextlib.suppress(Stop):
                fill_toys(store, toy, batch=size, progress=stop_after(runs))
        fill_toys(store, toy, batch=batch)
        assert store.digest() == whole.digest()
        assert (
            store.kept("series")
            .sort_by([("key", "ascending"), ("month", "ascending")])
            .equals(whole.kept("series").sort_by([("key", "ascending"), ("month", "ascending")]))
        )
        assert set(calls(toy.log).values()) == {1}


def test_a_worker_of_dask_gives_the_same_results(store, whole):
    fill_toys(store, executor="dask", workers=1)
    assert store.digest() == whole.digest()


def test_another_seed_gives_another_digest(whole, tmp_path):
    plan = plan_model(Toy(), Design("full_factorial", (X,)), 1, seed=6)
    store = new_store(tmp_path / "sweep", plan)
    fill(store, plan, Options(1, "serial"))
    assert len(store.statuses()) == POINTS
    assert store.digest() != whole.digest()


Y = Factor("y", float, distribution="uniform", low=-1.0, high=1.0)

GROWN = [
    (Design("sobol", (X, Y), 3, seed=2), Design("sobol", (X, Y), 11, seed=2), 1, 1),
    (Design("saltelli", (X, Y), 3, seed=2), Design("saltelli", (X, Y), 9, seed=2), 1, 1),
    (Design("morris", (X, Y), 2, seed=2), Design("morris", (X, Y), 7, seed=2), 1, 1),
    (Design("full_factorial", (X,)), Design("full_factorial", (X,)), 1, 3),
    (Design("list", (X,), listed=((1,),)), Design("list", (X,), listed=((2,), (1,))), 2, 2),
    (Design("sobol", (X, Y), 4, seed=2), Design("sobol", (X, Y), 8, seed=2), 1, 2),
]


@pytest.mark.parametrize(
    ("small", "large", "few", "many"), GROWN, ids=[f"{g[1].kind}-{g[3]}" for g in GROWN]
)
def test_a_design_extended_is_the_same_as_run_at_once(small, large, few, many, tmp_path):
    log, how = tmp_path / "log", Options(executor="serial", batch=3)
    plan = plan_model(Toy(log), large, many)
    extended, at_once = (new_store(tmp_path / name, plan) for name in ("extended", "at_once"))
    fill(extended, plan_model(Toy(log), small, few), how)
    fill(extended, plan, how)
    fill(at_once, plan_model(Toy(), large, many), Options(executor="serial"))
    assert set(extended.statuses()) == set(plan.keys)
    assert extended.digest() == at_once.digest()
    assert set(calls(log).values()) == {1}


def test_a_run_of_several_points_is_done_once(store, tmp_path):
    log = tmp_path / "log"
    fill_toys(store, Toy(log), points=[3, 4, 3, 3])
    assert calls(log).total() == 2
