"""Executors start the workers asked for, pass on what comes of them, and end them."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import sys
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, nullcontext
from types import ModuleType, SimpleNamespace
from unittest.mock import Mock, call

import pytest

from sim.errors import InputError
from sim.experiments import executors
from sim.experiments.executors import WorkerDied, check_executor, start_workers, worker_number


def failed(error: BaseException) -> Future[int]:
    future: Future[int] = Future()
    future.set_exception(error)
    return future


def done(value: int) -> Future[int]:
    future: Future[int] = Future()
    future.set_result(value)
    return future


@pytest.mark.parametrize(("system", "expected"), [("linux", 3), ("darwin", 5)])
def test_there_is_a_worker_for_each_processor_of_this_process(monkeypatch, system, expected):
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(os, "sched_getaffinity", {0: {1, 2, 7}}.__getitem__, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert worker_number(None) == expected
    assert (worker_number(1), worker_number(4096)) == (1, 4096)


def test_there_is_a_worker_where_the_system_does_not_know_its_processors(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert worker_number(None) == 1


@pytest.mark.parametrize("number", [0, 4097])
def test_numbers_of_workers_out_of_range_are_refused(number):
    with pytest.raises(
        InputError, match=rf"^workers = {number} is out of range; expected 1 to 4,096\.$"
    ):
        worker_number(number)


def test_an_unknown_executor_is_refused():
    assert [check_executor(name) for name in ("local", "serial", "dask")] == [
        *("local", "serial", "dask")
    ]
    with pytest.raises(InputError, match=r"^unknown executor 'lokal'\. Did you mean 'local'"):
        check_executor("lokal")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("serial", 1, None), "_Serial()"),
        (("serial", 2, None), "_Serial()"),
        (("local", 1, None), "_Serial()"),
        (("local", 2, None), "_Local(2)"),
        (("dask", 1, None), "_Dask(1, None)"),
        (("dask", 2, "tcp://1"), "_Dask(2, 'tcp://1')"),
    ],
)
def test_workers_are_those_asked_for_and_end_whatever_happens(monkeypatch, asked, expected):
    workers, started = Mock(), list[str]()

    def start(name: str, *given: object) -> Mock:
        started.append(f"{name}({', '.join(map(repr, given))})")
        return workers

    for name in ("_Serial", "_Local", "_Dask"):
        monkeypatch.setattr(executors, name, lambda *given, name=name: start(name, *given))
    with pytest.raises(ZeroDivisionError), start_workers(*asked) as found:
        assert found is workers
        assert not workers.end.called
        raise ZeroDivisionError
    assert (started, workers.end.call_count) == ([expected], 1)


def test_this_process_is_one_worker_and_returns_what_is_raised():
    with start_workers("serial", 3) as workers:
        assert workers.number == 1
        assert workers.submit(divmod, 7, 2).result(0) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            workers.submit(divmod, 7, 0).result(0)


class Pool:
    """A pool of processes without processes."""

    def __init__(self, number: int, **options: object) -> None:
        self.number, self.options = number, options
        self._processes: dict[int, Mock] | None = {7: Mock(), 8: Mock()}
        self.shutdown = Mock()

    def submit(self, function, *arguments):
        with_what = function(*arguments)
        if isinstance(with_what, BrokenProcessPool):
            raise with_what
        return with_what


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> Mock:
    prepared = Mock()
    monkeypatch.setattr(executors, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(executors, "prepare_workers", prepared)
    return prepared


@pytest.mark.parametrize(
    ("known", "method"), [(["spawn", "forkserver"], "forkserver"), (["spawn"], "spawn")]
)
def test_processes_are_forked_from_a_server_where_there_is_one(
    prepared, monkeypatch, known, method
):
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: known)
    monkeypatch.setattr(multiprocessing, "get_context", lambda name: f"context {name}")
    with start_workers("local", 3) as workers:
        assert (workers.number, workers._pool.number) == (3, 3)
        assert workers._pool.options == {
            "mp_context": f"context {method}",
            "initializer": executors._end_with_parent,
        }
        assert prepared.call_count == 1


def test_processes_pass_on_results_and_errors_and_say_which_died(prepared):
    with start_workers("local", 2) as workers:
        assert workers.submit(done, 5).result(0) == 5
        with pytest.raises(KeyError):
            workers.submit(failed, KeyError("x")).result(0)
        for lost in (BrokenProcessPool(), CancelledError()):
            with pytest.raises(WorkerDied):
                workers.submit(failed, lost).result(0)
        with pytest.raises(WorkerDied):  # the pool broke before
            workers.submit(BrokenProcessPool, "gone").result(0)


def test_a_broken_pool_is_ended_and_another_one_started(prepared):
    with start_workers("local", 2) as workers:
        first = workers._pool
        workers.restart()
        second = workers._pool
        assert second is not first
        assert not second.shutdown.called
        second._processes = None  # none has started
    for pool in (first, second):
        assert pool.shutdown.mock_calls == [call(wait=True, cancel_futures=True)]
    assert [process.kill.call_count for process in first._processes.values()] == [1, 1]


class Cluster(AbstractContextManager):
    """Requests to dask, in order, with one worker of two threads and one of three."""

    def __init__(self) -> None:
        self.told: list[object] = []
        self.waits: list[BaseException] = []
        self.loop = SimpleNamespace(asyncio_loop=None)

    def __exit__(self, *_: object) -> None:
        self.told.append("closed")

    def local(self, **how: object) -> object:
        self.told.append(how | {"threads": os.environ["OMP_NUM_THREADS"]})
        self.told.append(hasattr(sys.modules["__main__"], "__file__"))
        return nullcontext("here")

    def client(self, address: object, timeout: str) -> Cluster:
        import dask

        self.told.append((address, timeout))
        self.told.append(dask.config.get("distributed.scheduler.allowed-failures"))
        return self

    def wait_for_workers(self, number: int, timeout: int) -> None:
        self.told.append((number, timeout))
        if self.waits:
            raise self.waits.pop()

    def nthreads(self) -> dict[str, int]:
        return {"a": 2, "b": 3}

    def submit(self, function, *arguments, pure):
        assert not pure  # or equal batches would be one

        async def answer():
            return function(*arguments)

        return answer()


class Killed(Exception):
    """A worker of dask died."""


class Closed(Exception):
    """A connection of dask was closed."""


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    pytest.importorskip("dask")
    cluster = Cluster()
    for name, content in {
        "distributed": {
            "Client": cluster.client,
            "KilledWorker": Killed,
            "LocalCluster": cluster.local,
        },
        "distributed.comm": {},
        "distributed.comm.core": {"CommClosedError": Closed},
    }.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "__file__", "script.py", raising=False)
    return cluster


def test_dask_starts_a_cluster_here_and_closes_it(cluster):
    with start_workers("dask", 3) as workers:
        assert workers.number == 3
        assert cluster.told == [
            {
                "n_workers": 3,
                "threads_per_worker": 1,
                "dashboard_address": None,
                "silence_logs": 50,
                "threads": "1",
            },
            False,
            ("here", "60s"),
            0,
            (1, 60),
        ]
        workers.restart()
        assert cluster.told[5:] == [(1, 60)]
        cluster.waits = [OSError("none")]
        with pytest.raises(InputError, match=r"^the dask cluster has no workers any more; .+"):
            workers.restart()
    assert cluster.told[7:] == ["closed"]
    cluster.waits = [OSError("disk full")]
    with pytest.raises(OSError, match="disk full"), start_workers("dask", 3):
        pass


def test_a_running_cluster_has_its_own_workers_and_address(cluster, tmp_path):
    file = tmp_path / "scheduler.json"
    file.write_text(json.dumps({"address": "tcp://file"}))
    for given, address in (("tcp://1", "tcp://1"), (str(file), "tcp://file")):
        cluster.told.clear()
        with start_workers("dask", 9, given) as workers:
            assert cluster.told == [(address, "60s"), 0, (1, 60)]
            assert workers.number == 5
            cluster.nthreads = dict
            assert workers.number == 1
        del cluster.nthreads
    cluster.waits = [ValueError("no such place")]
    with (
        pytest.raises(
            InputError, match=r"^--scheduler tcp://1: no dask scheduler answers: no such place\.$"
        ),
        start_workers("dask", 9, "tcp://1"),
    ):
        pass
    file.write_text("{}")
    with (
        pytest.raises(InputError, match="json: no file that a dask scheduler has written"),
        start_workers("dask", 9, str(file)),
    ):
        pass


def test_dask_passes_on_results_and_errors_and_says_which_workers_died(cluster, monkeypatch):
    def now(coroutine: object, loop: None) -> Future[int]:
        try:
            return done(asyncio.run(coroutine))
        except BaseException as error:
            return failed(error)

    def fail(error: BaseException) -> None:
        raise error

    monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", now)
    with start_workers("dask", 1) as workers:
        assert workers.submit(abs, -5).result(0) == 5
        with pytest.raises(KeyError):
            workers.submit(fail, KeyError("x")).result(0)
        for lost in (Killed(), Closed(), CancelledError(), asyncio.CancelledError()):
            with pytest.raises(WorkerDied):
                workers.submit(fail, lost).result(0)


def test_dask_that_is_not_there_is_named_with_its_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"^dask is not installed; .*'essaim\[cluster\]'\.$"),
        start_workers("dask", 1),
    ):
        pass


@pytest.mark.parametrize(("has_parent", "ends"), [(True, ["joined", 1]), (False, [])])
def test_a_worker_ends_with_the_process_that_started_it(monkeypatch, has_parent, ends):
    told: list[object] = []

    class Thread:
        def __init__(self, *, target: object, daemon: bool) -> None:
            assert daemon  # or it would hold up the end of its own process
            self.start = target

    parent = SimpleNamespace(join=lambda: told.append("joined")) if has_parent else None
    monkeypatch.setattr(multiprocessing, "parent_process", lambda: parent)
    monkeypatch.setattr(os, "_exit", told.append)
    monkeypatch.setattr(executors, "threading", SimpleNamespace(Thread=Thread))
    executors._end_with_parent()
    assert told == ends
