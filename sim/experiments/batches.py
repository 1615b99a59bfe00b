"""Batches: the unit of work of a worker, which returns the results as tables."""

from __future__ import annotations

import json
import pickle
import platform
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

from sim.errors import InputError
from sim.experiments.code import code_here
from sim.experiments.parts import Result, tables_of
from sim.experiments.run import Model, Run
from sim.experiments.time_limit import TimedOut, within
from sim.simulation.provenance import describe_environment

if TYPE_CHECKING:
    import pyarrow as pa

_LONGEST: Final = 2000
"""Characters to keep of a message, from its start, and of a traceback, from its end."""

_CRASHED: Final = "its process died while running nothing else"


class Sent:
    """A model on its way to workers: pickled once, and unpickled once by each worker.

    With it go the code of the process that sends it, and the seconds that a run may take.
    """

    def __init__(self, model: Model, code: Mapping[str, Any], timeout: float | None) -> None:
        self.model, self.code, self.timeout = model, code, timeout

    @cached_property
    def _pickled(self) -> bytes:
        return pickle.dumps(self.model)

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (self._pickled, json.dumps(self.code), self.timeout)


@lru_cache(maxsize=1)
def _received(pickled: bytes, code: str, timeout: float | None) -> Sent:
    return Sent(pickle.loads(pickled), json.loads(code), timeout)


@dataclass(frozen=True)
class Batch:
    """The results of some runs, on their way to the store: tables by kind, the measures last.

    `seconds` is the total time of the runs, `first_error` the message of the first failure, and
    `environment` the worker's `environment_here`.
    """

    tables: Mapping[str, pa.Table]
    runs: int
    failed: int
    seconds: float
    first_error: str
    environment: str


def try_run(model: Model, run: Run, timeout: float | None = None) -> Result:
    """Do a run; a failure is a result too, and so is taking longer than some seconds."""
    start = time.perf_counter()
    try:
        outcome = within(timeout, model, run)
    except (Exception, SystemExit, TimedOut) as error:  # exiting counts as failing
        seconds = time.perf_counter() - start
        caught = traceback.TracebackException.from_exception(error)
        message, tail = _text(str(caught))[:_LONGEST], _text("".join(caught.format()))[-_LONGEST:]
        status = "error"
        if isinstance(error, TimedOut):
            status, message = "timeout", f"it took longer than {timeout:g} s"
        return Result(run.key, status, None, seconds, type(error).__name__, message, tail)
    return Result(run.key, "ok", outcome, time.perf_counter() - start, known=run.known)


def _text(words: str) -> str:
    """Return text that can be encoded, even with lone surrogates."""
    return words.encode(errors="backslashreplace").decode()


def do_batch(sent: Sent, runs: Sequence[Run]) -> Batch:
    """Do some runs; raise `InputError` if this process has other code than their planner."""
    if differences := code_here().differences(sent.code):
        raise InputError(
            f"a worker on {platform.node()} has other code: {differences}. Install the same on all,"
            " then resume; what was finished is kept."
        )
    return _batch(sent, [try_run(sent.model, run, sent.timeout) for run in runs])


def crashed_batch(sent: Sent, run: Run) -> Batch:
    """Record that a run crashes its process."""
    return _batch(sent, [Result(run.key, "crashed", None, 0.0, "WorkerDied", _CRASHED)])


def _batch(sent: Sent, results: Sequence[Result]) -> Batch:
    failed = [r for r in results if r.status != "ok"]
    return Batch(
        tables=tables_of(sent.model, results),
        runs=len(results),
        failed=len(failed),
        seconds=sum(r.seconds for r in results),
        first_error=f"{failed[0].error_type}: {failed[0].error}" if failed else "",
        environment=environment_here(),
    )


@cache
def environment_here() -> str:
    """Return what may matter for the bits of this process, as JSON."""
    about = {**describe_environment(), "code": code_here().hash}
    return json.dumps(about)
