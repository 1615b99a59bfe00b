"""The runs of a comparison: which there are, what each hands over, and who runs them.

Workers are processes that a fork server starts with everything loaded and compiled. A run is the
unit of work; outcomes are handed over in the order of the runs, whoever finished first, so that
nothing depends on the number of workers. Workers end with the process that started them.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator
from itertools import groupby
from multiprocessing.connection import Connection, wait
from operator import attrgetter
from typing import Any, Final

from sim.errors import InputError
from sim.experiments.fork_server import caller_left_alone, prepare_workers, worker_environment
from sim.experiments.one_run import Outcome, Run, Runs, execute_run

__all__ = ["LARGEST_WORKERS", "execute", "worker_number"]

LARGEST_WORKERS: Final = 4096


def worker_number(asked: int | None) -> int:
    """How many workers to start.

    Parameters
    ----------
    asked : int or None
        As many as the processors that may be used, where None.

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


def execute(runs: Runs, workers: int) -> Iterator[tuple[Run, Outcome]]:
    """Run everything.

    Parameters
    ----------
    runs : Runs
    workers : int
        With 1, all is run in this process.

    Yields
    ------
    (Run, Outcome)
        In the order of `runs.all`.

    Raises
    ------
    InputError
        If a run cannot start from its parameters.
    ChildProcessError
        If a worker was ended from outside.
    """
    workers = min(workers, len(runs.all))
    if workers == 1:
        for run in runs.all:
            yield run, execute_run(runs, run)
        return
    pool = _Pool(runs)
    try:
        pool.start(workers)
        yield from pool.outcomes()
    finally:
        pool.end()


class _Pool:
    """Workers, what each of them is at, and what has come back."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._waiting: Iterator[tuple[Run, ...]] = iter(())
        self._next: dict[Connection, Iterator[Run]] = {}
        self._processes: dict[Connection, Any] = {}
        self._finished: dict[Run, Outcome] = {}

    def start(self, workers: int) -> None:
        """Start the workers and hand out the first runs."""
        prepare_workers()
        # What runs of a replication share (see `begin`) is made once, if one process runs them all.
        is_shared = self._runs.reps >= 4 * workers
        together = groupby(self._runs.all, attrgetter("rep") if is_shared else None)
        self._waiting = (tuple(runs) for _, runs in together)
        methods = multiprocessing.get_all_start_methods()
        context: Any = multiprocessing.get_context(
            "forkserver" if "forkserver" in methods else "spawn"
        )
        with worker_environment(), caller_left_alone():
            for _ in range(workers):
                here, there = context.Pipe()
                process = context.Process(target=_work, args=(there, self._runs), daemon=True)
                process.start()
                there.close()
                self._processes[here], self._next[here] = process, iter(())
        for connection in self._processes:
            # One run in hand and one in the pipe, so that nobody waits for this process.
            self._hand_out(connection)
            self._hand_out(connection)

    def outcomes(self) -> Iterator[tuple[Run, Outcome]]:
        """All outcomes in the order of the runs."""
        for run in self._runs.all:
            while run not in self._finished:
                for connection in wait(list(self._processes)):
                    assert isinstance(connection, Connection)
                    self._take(connection)
            yield run, self._finished.pop(run)

    def _take(self, connection: Connection) -> None:
        try:
            run, outcome = connection.recv()
        except (EOFError, OSError):
            raise _lost() from None
        if isinstance(outcome, BaseException):
            raise outcome
        self._finished[run] = outcome
        self._hand_out(connection)

    def _hand_out(self, connection: Connection) -> None:
        run = next(self._next[connection], None)
        if run is None:
            self._next[connection] = iter(next(self._waiting, ()))
            run = next(self._next[connection], None)
        if run is not None:
            try:
                connection.send(run)
            except OSError:
                raise _lost() from None

    def end(self) -> None:
        """End the workers, whatever they are at."""
        for process in self._processes.values():
            process.kill()
        for connection, process in self._processes.items():
            process.join()
            connection.close()


def _lost() -> ChildProcessError:
    return ChildProcessError(
        "a worker process was ended from outside, perhaps for lack of memory; run again with"
        " fewer --workers"
    )


def _work(connection: Connection, runs: Runs) -> None:
    """What a worker does until it is ended."""
    import sim.experiments.warmed  # noqa: F401  (already there where a fork server started it)

    threading.Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            run = connection.recv()
        except EOFError:  # whoever hands out runs is gone
            return
        outcome: Outcome | Exception
        try:
            outcome = execute_run(runs, run)
        except Exception as error:
            outcome = error
        connection.send((run, outcome))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
