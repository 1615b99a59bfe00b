"""Batches: the unit of work of a worker, which writes its results and returns counts."""

from __future__ import annotations

import pickle
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.experiments.parts import Result, tables_of, write_tables
from sim.experiments.run import Model, Run

if TYPE_CHECKING:
    import pyarrow as pa

_LONGEST: Final = 2000
"""Characters to keep of a message, from its start, and of a traceback, from its end."""

_CRASHED: Final = "its process died while running nothing else"


class Sent:
    """A model on its way to workers: pickled once, and unpickled once by each worker."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @cached_property
    def _pickled(self) -> bytes:
        return pickle.dumps(self.model)

    def __reduce__(self) -> tuple[Any, ...]:
        return _received, (self._pickled,)


@lru_cache(maxsize=1)
def _received(pickled: bytes) -> Sent:
    return Sent(pickle.loads(pickled))


@dataclass(frozen=True)
class Count:
    """The counts of a batch, returned by a worker.

    Attributes
    ----------
    runs, failed : int
    seconds : float
        Total time of the runs.
    first_error : str
        Message of the first failure, if any.
    tables : mapping of str to pyarrow.Table
        The results, if there is no folder.
    """

    runs: int
    failed: int
    seconds: float
    first_error: str = ""
    tables: dict[str, pa.Table] = field(default_factory=dict)


def try_run(model: Model, run: Run) -> Result:
    """Do a run; a failure is a result too."""
    start = time.perf_counter()
    try:
        outcome = model(run)
    except (Exception, SystemExit) as error:  # exiting counts as failing
        seconds = time.perf_counter() - start
        caught = traceback.TracebackException.from_exception(error)
        message, tail = _text(str(caught))[:_LONGEST], _text("".join(caught.format()))[-_LONGEST:]
        return Result(run.key, "error", None, seconds, type(error).__name__, message, tail)
    return Result(run.key, "ok", outcome, time.perf_counter() - start)


def _text(words: str) -> str:
    """Return text that can be encoded, even with lone surrogates."""
    return words.encode(errors="backslashreplace").decode()


def do_batch(folder: Path | None, sent: Sent, runs: Sequence[Run]) -> Count:
    """Do some runs and write their results into one part.

    Parameters
    ----------
    folder : Path or None
        Folder of the experiment; if None, the results are returned.
    sent : Sent
        The model.
    runs : sequence of Run

    Raises
    ------
    OSError
        If the results cannot be written.
    """
    return _keep(folder, sent, [try_run(sent.model, run) for run in runs])


def keep_crashed(folder: Path | None, sent: Sent, run: Run) -> Count:
    """Record that a run crashes its process; parameters as for `do_batch`."""
    return _keep(folder, sent, [Result(run.key, "crashed", None, 0.0, "WorkerDied", _CRASHED)])


def _keep(folder: Path | None, sent: Sent, results: Sequence[Result]) -> Count:
    tables = tables_of(sent.model, results)
    if folder is not None:
        write_tables(folder, tables)
        tables = {}
    failed = [r for r in results if r.status != "ok"]
    return Count(
        runs=len(results),
        failed=len(failed),
        seconds=sum(r.seconds for r in results),
        first_error=f"{failed[0].error_type}: {failed[0].error}" if failed else "",
        tables=tables,
    )
