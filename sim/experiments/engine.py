"""The engine: distribute batches sized by time, and find runs that kill their worker.

Workers return results to the engine, which alone writes the store, so they need no shared disk. If
a worker dies, the batches in flight are repeated one at a time. A batch that kills its worker again
is halved until the culprit is found, which is recorded as ``crashed``.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any, Final

from sim.experiments.batches import Batch, Sent, crashed_batch, do_batch
from sim.experiments.code import code_here
from sim.experiments.executors import WorkerDied, Workers
from sim.experiments.run import Model, Run
from sim.experiments.stored import Stored

__all__ = ["BATCH_SECONDS", "FIRST_ALL_FAILED", "IN_FLIGHT", "Engine", "Tally"]

IN_FLIGHT: Final = 4
"""Maximum number of batches in flight per worker."""

BATCH_SECONDS: Final = 15.0
"""Target seconds of a batch: long compared with its overhead, short compared with an acceptable
loss if the process is killed."""

SMALLEST_SHARE: Final = 32
"""Maximum parts of such a batch, so that all workers finish together."""

FIRST_ALL_FAILED: Final = 20
"""Number of initial failures, without any success, after which no more runs start."""


@dataclass
class Tally:
    """Progress so far: runs to do, done (failed ones included) and failed, and their seconds.

    `most_in_flight` counts batches; `first_error` is the message of the first failure; `stopped` is
    the reason for an early stop, "all_failed" or "max_failures".
    """

    total: int
    done: int = 0
    failed: int = 0
    seconds: float = 0.0
    most_in_flight: int = 0
    first_error: str = ""
    stopped: str = ""

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        self.done += batch.runs
        self.failed += batch.failed
        self.seconds += batch.seconds
        self.first_error = self.first_error or batch.first_error


@dataclass
class Engine:
    """The loop over the runs of an experiment.

    Options are those of `sim.experiments.running.Options`; in memory, a batch is one group.

    Parameters
    ----------
    has_worked : bool
        Whether runs of this experiment have succeeded before, so that initial failures are no
        reason to stop.
    environments : set of str
        Different environments of the workers so far, as JSON.
    """

    store: Stored
    model: Model
    workers: Workers
    max_failures: int | None = None
    batch: int | None = None
    progress: Callable[[Tally], Any] | None = None
    timeout: float | None = None
    has_worked: bool = False
    environments: set[str] = field(default_factory=set)
    _tally: Tally = field(init=False)
    _left: int = field(init=False)

    def __post_init__(self) -> None:
        self._sent = Sent(self.model, code_here().as_json(), self.timeout)

    def do(self, groups: Iterable[Sequence[Run]], total: int) -> Tally:
        """Do some runs, given in groups to keep together in a batch, which are consumed lazily.

        Raises
        ------
        OSError
            If results cannot be written. Finished runs are kept.
        InputError
            If a worker has other code. Finished runs are kept.
        """
        self._tally, self._left = Tally(total), total
        source = iter(groups)
        flight: dict[Future[Any], Sequence[Run]] = {}
        while not self._tally.stopped:
            while len(flight) < IN_FLIGHT * self.workers.number:
                batch = self._next(source)
                if not batch:
                    break
                flight[self._submit(batch)] = batch
                self._tally.most_in_flight = max(self._tally.most_in_flight, len(flight))
                if next(iter(flight)).done():  # done in this process, or fast: collect it first
                    break
            if not flight:
                break
            lost = self._collect(flight)
            if lost:
                self._find_culprits(lost)
        return self._tally

    def _next(self, source: Iterator[Sequence[Run]]) -> list[Run]:
        size, batch = self.batch or self._size(), list[Run]()
        while len(batch) < size and (group := next(source, None)):
            batch += group
        self._left -= len(batch)
        return batch

    def _size(self) -> int:
        """Return the size of the next batch: one to measure, then by time, fewer near the end."""
        tally = self._tally
        if not tally.done or self.store.folder is None:
            return 1
        by_time = BATCH_SECONDS / max(tally.seconds / tally.done, 1e-9)
        share = max(self._left / (2 * self.workers.number), by_time / SMALLEST_SHARE)
        return max(1, math.ceil(min(by_time, 16 * tally.done, share)))

    def _submit(self, batch: Sequence[Run]) -> Future[Any]:
        return self.workers.submit(do_batch, self._sent, batch)

    def _collect(self, flight: dict[Future[Any], Sequence[Run]]) -> list[Sequence[Run]]:
        """Keep finished batches; if a worker died, return the runs of all batches in flight."""
        wait(flight, return_when=FIRST_COMPLETED)
        died = False
        for future in [f for f in flight if f.done()]:
            try:
                batch = future.result()
            except WorkerDied:
                died = True
                continue
            del flight[future]
            self._keep(batch)
        if not died:
            return []
        lost = []
        for future, runs in flight.items():
            try:
                self._keep(future.result())  # the others fail with it or finish
            except WorkerDied:
                lost.append(runs)
        flight.clear()
        self.workers.restart()
        return lost

    def _keep(self, batch: Batch) -> None:
        tally = self._tally
        self.store.add(batch.tables)
        tally.add(batch)
        self.environments.add(batch.environment)
        if self.progress:
            self.progress(tally)
        if self.max_failures is not None and tally.failed > self.max_failures:
            tally.stopped = "max_failures"
        elif tally.failed == tally.done >= min(FIRST_ALL_FAILED, tally.total):
            tally.stopped = "" if self.has_worked else "all_failed"

    def _find_culprits(self, lost: Iterable[Sequence[Run]]) -> None:
        """Repeat batches one at a time; halve one whose worker dies."""
        suspects = deque(lost)
        while suspects and not self._tally.stopped:
            runs = suspects.popleft()
            try:
                self._keep(self._submit(runs).result())
                continue
            except WorkerDied:
                self.workers.restart()
            if len(runs) == 1:
                self._keep(crashed_batch(self._sent, runs[0]))
            else:
                half = len(runs) // 2
                suspects.extendleft([runs[half:], runs[:half]])
