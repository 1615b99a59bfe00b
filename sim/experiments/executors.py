"""Executors of batches: this process, processes of this machine, or a cluster.

All return futures of `concurrent.futures`, so one loop serves them. The future of a batch whose
worker dies raises `WorkerDied`; `Workers.restart` makes the workers usable again.
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, Literal, Protocol, get_args

from sim.errors import InputError, nearest
from sim.experiments.fork_server import caller_left_alone, prepare_workers, worker_environment

__all__ = [
    "ExecutorName",
    "WorkerDied",
    "Workers",
    "check_executor",
    "start_workers",
    "worker_number",
]

ExecutorName = Literal["local", "serial", "dask"]

LARGEST_WORKERS: Final = 4096

LONGEST_START: Final = 60
"""Seconds to wait for the first worker of a cluster."""

_SETTINGS: Final = {
    # A batch whose worker dies comes back at once, so that the engine can find the culprit.
    "distributed.scheduler.allowed-failures": 0,
    # Wait for a worker that is briefly away when dask checks; dask would drop it for good.
    "distributed.deploy.lost-worker-timeout": "1000 days",
}
"""Settings of a dask cluster on this machine."""


class WorkerDied(Exception):
    """Raised when a batch is lost because its worker, or another one of its pool, died."""


class Workers(Protocol):
    """Workers of one kind."""

    @property
    def number(self) -> int:
        """Present number of workers."""
        ...

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        """Call a function; the future raises `WorkerDied` if the worker died."""
        ...

    def restart(self) -> None:
        """Make the workers usable after one has died."""
        ...

    def end(self) -> None:
        """Terminate the workers at once."""
        ...


def check_executor(name: str) -> ExecutorName:
    """Return the name of an executor.

    Raises
    ------
    InputError
        If there is no executor of that name.
    """
    known = get_args(ExecutorName)
    if name not in known:
        raise InputError(
            f"unknown executor '{name}'.{nearest(name, known)} Known: {', '.join(known)}."
        )
    found: ExecutorName = name  # type: ignore[assignment]
    return found


def worker_number(asked: int | None) -> int:
    """Return how many workers to start.

    Parameters
    ----------
    asked : int or None
        Number; by default that of the processors available to this process.

    Raises
    ------
    InputError
        If the number is out of range.
    """
    if asked is None:
        return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    if not 1 <= asked <= LARGEST_WORKERS:
        raise InputError(f"workers = {asked} is out of range; expected 1 to {LARGEST_WORKERS:,}.")
    return asked


@contextmanager
def start_workers(
    executor: ExecutorName, number: int, scheduler: str | None = None
) -> Iterator[Workers]:
    """Start workers, and terminate them at the end of the context.

    Parameters
    ----------
    executor : {"local", "serial", "dask"}
        One worker of "local" is this process, as "serial" always is.
    number : int
        Number of workers to start; a running cluster has its own.
    scheduler : str, optional
        Address of a running dask scheduler, or its scheduler file (``.json``).

    Raises
    ------
    InputError
        If dask is not installed or its scheduler cannot be reached.
    """
    workers: Workers
    if executor == "serial" or (executor == "local" and number == 1):
        workers = _Serial()
    elif executor == "local":
        workers = _Local(number)
    else:
        workers = _Dask(number, scheduler)
    try:
        yield workers
    finally:
        workers.end()


class _Serial:
    """This process. A run that kills it also kills the engine."""

    number = 1

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def restart(self) -> None:
        """Do nothing."""

    def end(self) -> None:
        """Do nothing."""


class _Local:
    """Processes of this machine, forked from one with all modules loaded and compiled."""

    def __init__(self, number: int) -> None:
        self.number = number
        prepare_workers()
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        methods = multiprocessing.get_all_start_methods()
        method = "forkserver" if "forkserver" in methods else "spawn"
        return ProcessPoolExecutor(
            self.number,
            mp_context=multiprocessing.get_context(method),
            initializer=_end_with_parent,
        )

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        try:
            with worker_environment(), caller_left_alone():  # processes start on demand
                future = self._pool.submit(function, *arguments)
        except BrokenProcessPool:
            future = Future()
            future.set_exception(WorkerDied())
            return future
        passed: Future[Any] = Future()
        future.add_done_callback(lambda done: _pass_on(passed, done.result, (BrokenProcessPool,)))
        return passed

    def restart(self) -> None:
        self.end()
        self._pool = self._start()

    def end(self) -> None:
        processes = list((self._pool._processes or {}).values())
        for process in processes:
            process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)


class _Dask:
    """A dask cluster: a running one, or one on this machine."""

    def __init__(self, number: int, scheduler: str | None) -> None:
        try:
            import dask
            from distributed import Client, KilledWorker, LocalCluster
            from distributed.comm.core import CommClosedError
        except ModuleNotFoundError:
            raise InputError(
                "dask is not installed; install it with: pip install 'essaim[cluster]'."
            ) from None
        self._died = (KilledWorker, CommClosedError)
        address: Any = scheduler
        if scheduler is not None and scheduler.endswith(".json"):
            address = _address_in(scheduler)
        with ExitStack() as stack:
            stack.enter_context(dask.config.set(_SETTINGS))
            if scheduler is None:
                # Nannies may start another worker at any time.
                stack.enter_context(worker_environment())
                stack.enter_context(caller_left_alone())
                address = stack.enter_context(
                    LocalCluster(
                        n_workers=number,
                        threads_per_worker=1,
                        dashboard_address=None,
                        silence_logs=logging.CRITICAL,
                    )
                )
            try:
                client = stack.enter_context(Client(address, timeout=f"{LONGEST_START}s"))
                client.wait_for_workers(1, timeout=LONGEST_START)
            except (OSError, ValueError) as error:
                if scheduler is None:
                    raise
                raise InputError(
                    f"--scheduler {scheduler}: no dask scheduler answers: {error}."
                ) from None
            self._stack = stack.pop_all()
        self._client, self._started = client, number if scheduler is None else None

    @property
    def number(self) -> int:
        """Number of workers; those of a running cluster come and go."""
        return self._started or max(1, sum(self._client.nthreads().values()))

    def submit(self, function: Any, *arguments: Any) -> Future[Any]:
        # Dask's own executor never finishes a future whose result is lost with its worker before it
        # is fetched, if the second attempt fails. Its callbacks share one thread among all clients,
        # which waits forever for a result that a client was fetching when it was closed.
        passed: Future[Any] = Future()
        asked = self._client.submit(function, *arguments, pure=False)

        async def fetch() -> Any:
            return await asked

        got = asyncio.run_coroutine_threadsafe(fetch(), self._client.loop.asyncio_loop)
        got.add_done_callback(lambda done: _pass_on(passed, done.result, self._died))
        return passed

    def restart(self) -> None:
        """Wait for the worker that a nanny starts after one has died."""
        try:
            self._client.wait_for_workers(1, timeout=LONGEST_START)
        except OSError:
            raise InputError(
                "the dask cluster has no workers any more; what was finished is kept: resume"
                " when there are some."
            ) from None

    def end(self) -> None:
        self._stack.close()


def _address_in(file: str) -> str:
    """Return the address in the file that ``dask scheduler --scheduler-file`` writes."""
    try:
        return str(json.loads(Path(file).read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, TypeError, KeyError):
        raise InputError(
            f"--scheduler {file}: no file that a dask scheduler has written."
        ) from None


def _pass_on(
    passed: Future[Any], result: Callable[[], Any], died: tuple[type[Exception], ...]
) -> None:
    """Copy the outcome of a future, a worker's death as `WorkerDied`."""
    try:
        passed.set_result(result())
    except BaseException as error:
        lost = isinstance(error, (*died, CancelledError, asyncio.CancelledError))
        passed.set_exception(WorkerDied() if lost else error)


def _end_with_parent() -> None:
    """End a worker with its parent process, which a fork server does not do."""

    def watch() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
