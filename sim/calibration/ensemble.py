"""Run an ensemble: a scenario in one or several places with one set of parameters."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sim.calibration.calibration import spawned_seed
from sim.errors import InputError
from sim.experiments.executors import worker_number
from sim.experiments.fork_server import caller_left_alone, prepare_workers, worker_environment
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import Simulation

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Ensemble", "Measure"]

Measure = Callable[[Sequence["pd.DataFrame"]], Mapping[str, float]]
"""Returns figures by name from the monthly indicators (`sim.Simulation.indicators`) of each run:
all places of the first replication, then of the next."""


class Ensemble:
    """Runs measured together; call it with parameter values and a seed.

    Parameters
    ----------
    scenario : Scenario
    measure : callable
        Maps the indicators of all runs to figures by name; called in this process.
    places : sequence of mapping
        Differences of each place from the scenario: parameters by flat name. By default the
        scenario's place alone.
    replications : int
        Runs of each place.
    workers : int, optional
        Number of worker processes; all processors by default. The figures do not depend on it.

    Raises
    ------
    InputError
        If a place is not admissible or a number out of range.

    Examples
    --------
    >>> from sim.scenario.scenario import load_scenario
    >>> town = load_scenario("mid_sized_town").replace(
    ...     rows=16, columns=16, population=4000, months=6
    ... )
    >>> def measure(runs):
    ...     return {"months": len(runs[0]), "vacancy": runs[0]["retail_vacancy"].mean()}
    >>> with Ensemble(town, measure, workers=1) as ensemble:
    ...     ensemble({"closure_rate": 0.08}, 7)["months"]
    6
    """

    def __init__(
        self,
        scenario: Scenario,
        measure: Measure,
        *,
        places: Sequence[Mapping[str, Any]] = ({},),
        replications: int = 1,
        workers: int | None = None,
    ) -> None:
        if not places or replications < 1:
            raise InputError("an ensemble needs at least one place and one replication.")
        self._places = [scenario.replace(**place) for place in places]
        self._measure, self._replications = measure, replications
        self._workers = min(worker_number(workers), len(places) * replications)
        self._pool: Executor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def __call__(self, values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        """Return the figures of all runs.

        Parameters
        ----------
        values : mapping of str to float
            Values by flat name; those of whole numbers are rounded.
        seed : int
            Seed of all runs.

        Raises
        ------
        InputError
            If a run cannot start from these values.
        ChildProcessError
            If a worker was killed.
        """
        whole = {n: _whole(n, value) for n, value in values.items()}
        runs = [
            (place.replace(**whole), spawned_seed(seed, rep, k))
            for rep in range(self._replications)
            for k, place in enumerate(self._places)
        ]
        return self._measure(self._run(runs))

    def _run(self, runs: Sequence[tuple[Scenario, int]]) -> list[pd.DataFrame]:
        if self._workers == 1:
            return [_indicators(*run) for run in runs]
        if self._pool is None:
            prepare_workers()
            methods = multiprocessing.get_all_start_methods()
            self._pool = ProcessPoolExecutor(
                self._workers,
                multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn"),
                _prepare,
            )
        futures: list[Future[pd.DataFrame]] = []
        try:
            with worker_environment(), caller_left_alone():  # workers start on first use
                futures += [self._pool.submit(_indicators, *run) for run in runs]
            return [future.result() for future in futures]
        except BrokenProcessPool:
            raise ChildProcessError(
                "a worker process was ended from outside, perhaps for lack of memory; run again"
                " with fewer workers"
            ) from None
        finally:
            for future in futures:  # if one cannot start, do not wait for the others
                future.cancel()


def _whole(name: str, value: float) -> float:
    return round(value) if name in PARAMETERS and PARAMETERS[name].kind is int else float(value)


def _indicators(scenario: Scenario, seed: int) -> pd.DataFrame:
    simulation = Simulation(scenario, seed)
    simulation.run()
    return simulation.indicators


def _prepare() -> None:
    """Make a worker load the modules of a run and end with its parent process."""
    import sim.experiments.warmed  # noqa: F401

    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
