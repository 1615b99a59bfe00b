"""Run an ensemble: a scenario in one or several places with one set of parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self

import pandas as pd

from sim.calibration.calibration import spawned_seed
from sim.errors import InputError
from sim.experiments.executors import WorkerDied, Workers, start_workers, worker_number
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import Simulation

__all__ = ["Ensemble", "Measure"]

Measure = Callable[[Sequence["pd.DataFrame"]], Mapping[str, float]]
"""Returns figures by name from the monthly indicators (`sim.Simulation.indicators`) of each run:
all places of the first replication, then of the next."""


class Ensemble:
    """Runs measured together; call it with parameter values and a seed.

    Parameters
    ----------
    scenario : Scenario
    measure : Measure
        Called in this process.
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
        self._stack = ExitStack()
        self._started: Workers | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        self._started = None

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
        if self._started is None:
            self._started = self._stack.enter_context(start_workers("local", self._workers))
        try:
            futures = [self._started.submit(_indicators, *run) for run in runs]
            return [future.result() for future in futures]
        except WorkerDied:
            self._started.restart()
            raise ChildProcessError(
                "a worker process was ended from outside, perhaps for lack of memory; run again"
                " with fewer workers"
            ) from None


def _whole(name: str, value: float) -> float:
    return round(value) if name in PARAMETERS and PARAMETERS[name].kind is int else float(value)


def _indicators(scenario: Scenario, seed: int) -> pd.DataFrame:
    simulation = Simulation(scenario, seed)
    simulation.run()
    return simulation.indicators
