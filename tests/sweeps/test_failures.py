"""A failed run, or a killed worker, becomes a row and affects no other run."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from concurrent.futures import Future
from dataclasses import replace
from typing import NamedTuple

import pyarrow.compute as pc
import pytest

from sim.errors import InputError
from sim.experiments import engine, parts
from sim.experiments.engine import FIRST_ALL_FAILED, IN_FLIGHT, Tally
from sim.experiments.executors import WorkerDied, start_workers
from sim.experiments.store import Store
from sim.experiments.time_limit import TimedOut, within
from tests.sweeps.toy_sweeps import POINTS, Stop, fill_toys, new_store, plan_toys, stop_after
from tests.sweeps.toys import Toy, calls

RAISING = {9: "raises", 11: "leaves", 13: "cannot_say"}
KILLING = {
    "local": {24: "kills_its_process", 25: "ends_its_process"},
    "dask": {24: "kills_its_process"},  # whose workers are replaced slowly
}
KILLED = {14: "kills_its_process_once"}
WORKERS = 2

needs_kill = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")


def xs(store: Store, *statuses: str) -> set[int]:
    """Return the points of runs with a status."""
    plan, found = plan_toys(), store.statuses().items()
    return {plan.run(key).values["x"] for key, status in found if status in statuses}


class Survived(NamedTuple):
    store: Store
    tally: Tally
    toy: Toy
    killing: set[int]

    @property
    def failed(self) -> int:
        return len(RAISING) + len(self.killing)


@pytest.fixture(scope="module", params=["local", pytest.param("dask", marks=pytest.mark.slow)])
def survived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Survived:
    """A sweep with all kinds of failures and two workers."""
    folder = tmp_path_factory.mktemp(request.param)
    killing = KILLING[request.param]
    store, toy = new_store(folder / "sweep"), Toy(folder / "log", RAISING | killing | KILLED)
    tally = fill_toys(store, toy, executor=request.param, workers=WORKERS, batch=4)
    return Survived(store, tally, toy, set(killing))


@needs_kill
def test_every_run_has_its_row_despite_dead_workers(survived):
    assert xs(survived.store, "error") == set(RAISING)
    assert xs(survived.store, "crashed") == survived.killing
    assert xs(survived.store, "ok", "error", "crashed") == set(range(POINTS))
    assert (survived.tally.done, survived.tally.failed) == (POINTS, survived.failed)
    assert survived.tally.stopped == ""


@needs_kill
def test_the_others_are_unharmed(survived, whole):
    good = survived.store.results()
    good = good.filter(pc.equal(good["status"], "ok")).drop_columns("seconds")
    order = [("key", "ascending"), ("horizon", "ascending")]
    same = whole.results()
    same = same.filter(pc.is_in(same["key"], good["key"].combine_chunks())).drop_columns("seconds")
    assert good.num_rows == 2 * (POINTS - survived.failed)
    assert good.sort_by(order).equals(same.sort_by(order))


@needs_kill
def test_a_worker_killed_from_outside_costs_no_run(survived):
    assert 14 in xs(survived.store, "ok")


@needs_kill
def test_a_killer_is_tried_alone_before_it_is_blamed(survived):
    plan, called = plan_toys(), calls(survived.toy.log)
    key = next(key for key in plan.keys if plan.run(key).values["x"] == min(survived.killing))
    assert called[key] >= 3  # with its batch, with half of it, alone
    table = survived.store.results(["key", "status", "error"]).to_pandas().set_index("key")
    assert table.loc[key, "error"] == "its process died while running nothing else"


class Fragile:
    """Workers in this process that die of some runs, and note what they are sent."""

    number = 1

    def __init__(self, deadly: set[int]) -> None:
        self.deadly, self.sent, self.restarts = deadly, list[list[int]](), 0

    def submit(self, function, sent, runs):
        self.sent.append([run.values["x"] for run in runs])
        found = Future()
        if self.deadly & set(self.sent[-1]):
            found.set_exception(WorkerDied())
        else:
            found.set_result(function(sent, runs))
        return found

    def restart(self) -> None:
        self.restarts += 1


def test_a_batch_that_kills_its_worker_is_halved_until_its_killers_are_alone(store):
    workers, plan = Fragile({3, 4}), plan_toys(points=range(6))
    runs = [[plan.run(key)] for key in plan.keys]
    tally = engine.Engine(store, plan.model, workers, batch=6).do(runs, 6)
    every = [*range(6)]
    again = [[0, 1, 2], [3, 4, 5], [3], [4, 5], [4], [5]]
    assert workers.sent == [every, every, *again]
    assert (tally.done, tally.failed, workers.restarts) == (6, 2, 6)
    assert xs(store, "crashed") == {3, 4} and xs(store, "ok") == {0, 1, 2, 5}
    of_crashed = store.results().filter(pc.field("status") == "crashed")
    assert of_crashed["seconds"].to_pylist() == [0.0, 0.0]


class Slow:
    """Two workers whose batches end when somebody waits for them, the oldest two at a time."""

    number = 2

    def __init__(self) -> None:
        self.asked: dict[Future, tuple] = {}
        self.in_flight: list[int] = []

    def submit(self, *asked):
        future = Future()
        self.asked[future] = asked
        return future

    def wait(self, flight, return_when) -> None:
        assert (set(flight), return_when) == (set(self.asked), "FIRST_COMPLETED")
        self.in_flight.append(len(flight))
        for future in [*self.asked][:2]:
            function, *arguments = self.asked.pop(future)
            future.set_result(function(*arguments))


def test_four_batches_a_worker_are_in_flight_and_a_batch_is_waited_for(store, monkeypatch):
    workers, plan = Slow(), plan_toys(points=range(12))
    monkeypatch.setattr(engine, "wait", workers.wait)
    runs = ([plan.run(key)] for key in plan.keys)
    tally = engine.Engine(store, plan.model, workers, batch=1).do(runs, 12)
    assert workers.in_flight == [8, 8, 8, 6, 4, 2]
    assert (tally.done, tally.most_in_flight) == (12, 8)


def test_few_batches_are_in_flight(survived):
    assert 1 < survived.tally.most_in_flight <= IN_FLIGHT * WORKERS


@needs_kill
def test_only_failed_runs_are_repeated(survived, whole):
    before = calls(survived.toy.log)
    tally = fill_toys(survived.store, Toy(survived.toy.log), retry_failed=True, batch=1)
    assert (tally.done, tally.failed) == (survived.failed, 0)
    assert (calls(survived.toy.log) - before).total() == survived.failed
    assert survived.store.digest() == whole.digest()


def test_a_failure_has_its_error_and_location(store):
    fill_toys(store, Toy(fates=RAISING))
    failed = store.results(["key", "status", "error_type", "error", "traceback"]).to_pandas()
    rows = failed[failed["status"] == "error"].drop_duplicates("error_type").set_index("error_type")
    assert set(rows.index) == {"ArithmeticError", "SystemExit", "Unspeakable"}
    assert rows.loc["ArithmeticError", "error"] == "no town of 9 inhabitants"
    assert rows.loc["SystemExit", "error"] == "gone"
    assert "in raises" in rows.loc["ArithmeticError", "traceback"]
    assert rows.loc["Unspeakable", "error"].startswith("\\udcffé")
    assert rows["error"].str.len().max() <= 2000


@pytest.mark.parametrize(
    "how",
    [
        {"executor": "serial"},
        {"executor": "local", "workers": WORKERS},
        pytest.param({"executor": "dask", "workers": WORKERS}, marks=pytest.mark.slow),
    ],
    ids=lambda how: how["executor"],
)
def test_a_run_that_takes_too_long_is_stopped_and_can_be_repeated(store, whole, how):
    toy = Toy(fates={3: "never_ends", 4: "never_gives_up", 9: "raises"})
    tally = fill_toys(store, toy, timeout=0.5, batch=4, **how)
    assert (tally.done, tally.failed) == (POINTS, 3)
    assert (xs(store, "timeout"), xs(store, "error")) == ({3, 4}, {9})
    failed = store.results(["key", "status", "error", "traceback", "seconds"]).to_pandas()
    late = failed[failed["status"] == "timeout"]
    assert set(late["error"]) == {"it took longer than 0.5 s"}
    assert late["traceback"].str.contains("in never_").all()
    fill_toys(store, retry_failed=True)
    assert store.digest() == whole.digest()


@pytest.mark.corpus
def test_runs_in_threads_of_one_worker_have_their_own_time(store):
    from distributed import LocalCluster

    toy = Toy(fates=dict.fromkeys(range(0, POINTS, 2), "never_ends"))
    with LocalCluster(1, threads_per_worker=4, dashboard_address=None, silence_logs=50) as cluster:
        address = cluster.scheduler_address
        fill_toys(store, toy, executor="dask", scheduler=address, timeout=0.5, batch=1)
    assert xs(store, "timeout") == set(range(0, POINTS, 2))
    assert xs(store, "ok") == set(range(1, POINTS, 2))


@pytest.mark.slow
def test_workers_that_end_while_they_fetch_results_hold_up_no_later_ones():
    from distributed import LocalCluster

    here = {"threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with LocalCluster(1, **here, silence_logs=50) as cluster:
        for _ in range(12):
            with start_workers("dask", 1, cluster.scheduler_address) as workers:
                asked = [workers.submit(abs, -k) for k in range(20)]
                assert asked[0].result(timeout=30) == 0


@pytest.mark.parametrize("timeout", [0, -1.0, float("nan"), 1e9])
def test_a_time_that_nothing_can_take_is_refused(store, timeout):
    with pytest.raises(InputError, match=r"timeout = .+ is out of range; expected above 0"):
        fill_toys(store, timeout=timeout)


def test_a_run_within_its_time_is_as_without(store, whole):
    fill_toys(store, timeout=1000.0)
    assert store.digest() == whole.digest()


def test_an_exception_comes_to_no_code_after_the_run():
    """However close to its limit a function ends."""
    for k in range(300):
        with contextlib.suppress(TimedOut):
            within(0.002, time.sleep, 0.0018 + k * 1e-6)
        sum(range(1000))
    assert threading.active_count() < 50


def test_failures_are_not_done_again_unasked(store, tmp_path):
    log = tmp_path / "log"
    fill_toys(store, Toy(log, RAISING))
    assert fill_toys(store, Toy(log)).total == 0
    assert set(calls(log).values()) == {1}


def test_a_late_success_replaces_earlier_failures(store, whole, monkeypatch):
    monkeypatch.setattr(parts, "FEW_FILES", 1)  # files are merged after every sweep
    fill_toys(store, Toy(fates={9: "raises"}), batch=1)
    fill_toys(store, Toy(), batch=1, retry_failed=True)
    assert 9 in xs(store, "ok")
    fill_toys(store)
    assert store.digest() == whole.digest()


@pytest.mark.parametrize("limit", [0, 3])
def test_a_sweep_stops_as_soon_as_more_runs_fail_than_asked(store, whole, limit):
    toy = Toy(fates=dict.fromkeys(range(2, POINTS), "raises"))
    tally = fill_toys(store, toy, batch=1, max_failures=limit)
    assert (tally.stopped, tally.failed, tally.done) == ("max_failures", limit + 1, limit + 3)
    assert tally.first_error == "ArithmeticError: no town of 2 inhabitants"
    fill_toys(store, retry_failed=True)
    assert store.digest() == whole.digest()


def test_a_sweep_in_which_all_fails_is_stopped_early(store):
    toy = Toy(fates=dict.fromkeys(range(POINTS), "raises"))
    tally = fill_toys(store, toy, batch=1)
    assert (tally.stopped, tally.done) == ("all_failed", FIRST_ALL_FAILED)
    assert fill_toys(store, toy, [0, 1], retry_failed=True).stopped == "all_failed"


def test_a_sweep_is_not_given_up_once_a_run_has_succeeded(store):
    toy = Toy(fates=dict.fromkeys(range(1, POINTS), "raises"))
    assert fill_toys(store, toy, batch=1).stopped == ""
    again = fill_toys(store, toy, batch=1, retry_failed=True)
    assert (again.stopped, again.done) == ("", POINTS - 1)


@pytest.mark.parametrize(
    ("seconds_of_a_run", "expected"),
    [(0.0, [1, 16, 12, 6, 3, 1, 1]), (engine.BATCH_SECONDS / 4, [1] + [4] * 9 + [2, 1])],
)
def test_batches_grow_with_experience_and_shrink_towards_the_end(
    store, monkeypatch, seconds_of_a_run, expected
):
    sizes = []
    do_batch = engine.do_batch

    def counted(sent, runs):
        sizes.append(len(runs))
        return replace(do_batch(sent, runs), seconds=seconds_of_a_run * len(runs))

    monkeypatch.setattr(engine, "do_batch", counted)
    monkeypatch.setattr(engine, "SMALLEST_SHARE", 1e18)
    fill_toys(store)
    assert sizes == expected


def test_progress_is_reported_after_each_batch(store):
    told = []

    def hear(tally: Tally) -> None:
        told.append((tally.done, tally.failed))

    tally = fill_toys(store, Toy(fates=RAISING), batch=15, progress=hear)
    assert tally.most_in_flight == 1  # in this process, each is collected first
    assert told == [(15, 3), (30, 3), (40, 3)]


def test_an_error_in_a_listener_ends_the_sweep(store):
    with pytest.raises(Stop):
        fill_toys(store, batch=3, progress=stop_after(6))
    assert len(store.statuses()) == 6
