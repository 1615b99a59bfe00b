"""A batch: the unit of work, done by a worker that keeps its results and hands over counts."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.experiments.parts import Result, write_results
from sim.experiments.run import Model, Run

__all__ = ["Count", "do_batch", "keep_crashed", "try_run"]

_LONGEST: Final = 2000
"""Characters that are kept of a message, from its start, and of a traceback, to its end."""

_CRASHED: Final = "its process died with nothing beside it"


@dataclass(frozen=True)
class Count:
    """What a worker hands over of a batch.

    Attributes
    ----------
    runs, failed : int
    seconds : float
        How long the runs took.
    first_error : str
        Message of the first failure, if any.
    """

    runs: int
    failed: int
    seconds: float
    first_error: str = ""


def try_run(model: Model, run: Run) -> Result:
    """Do a run; a failure is a result, too.

    Parameters
    ----------
    model : Model
    run : Run

    Returns
    -------
    Result
    """
    start = time.perf_counter()
    try:
        outcome = model(run)
    except (Exception, SystemExit) as error:  # a model that leaves is one that fails
        seconds = time.perf_counter() - start
        told = traceback.TracebackException.from_exception(error)  # whatever its words are
        message, tail = _text(str(told))[:_LONGEST], _text("".join(told.format()))[-_LONGEST:]
        return Result(run.key, "error", None, seconds, type(error).__name__, message, tail)
    return Result(run.key, "ok", outcome, time.perf_counter() - start)


def _text(words: str) -> str:
    """Words as they can be written, though they may hold halves of characters."""
    return words.encode(errors="backslashreplace").decode()


def do_batch(folder: Path, model: Model, runs: Sequence[Run]) -> Count:
    """Do some runs and keep their results in a part of their own.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    model : Model
    runs : sequence of Run

    Returns
    -------
    Count

    Raises
    ------
    OSError
        If the results cannot be written.
    """
    results = [try_run(model, run) for run in runs]
    write_results(folder, model, results)
    failed = [r for r in results if r.status != "ok"]
    return Count(
        runs=len(results),
        failed=len(failed),
        seconds=sum(r.seconds for r in results),
        first_error=f"{failed[0].error_type}: {failed[0].error}" if failed else "",
    )


def keep_crashed(folder: Path, model: Model, run: Run) -> Count:
    """Keep that a run ends the process that does it.

    Parameters
    ----------
    folder : Path
    model : Model
    run : Run

    Returns
    -------
    Count
    """
    crashed = Result(run.key, "crashed", None, 0.0, "WorkerDied", _CRASHED)
    write_results(folder, model, [crashed])
    return Count(1, 1, 0.0, f"WorkerDied: {_CRASHED}")
