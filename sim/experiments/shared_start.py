"""Share one start among runs that differ only in interventions.

A process runs the arms of a replication one after another, with the same seed and parameters; the
start takes a third of the time of such a run.
"""

from __future__ import annotations

import threading

from sim.registry.state import State
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import Simulation, start_of

_last = threading.local()  # the place and the start of the previous run of a thread


def begin(scenario: Scenario, seed: int, *, threads: bool = False) -> Simulation:
    """Return a `Simulation` of the same arguments; it reuses the previous run's start, if equal.

    Raise `InputError` if the run cannot start from its parameters.
    """
    of_place = (scenario.folder, scenario.title["en"], scenario.territory_file)
    place = (*of_place, dict(scenario.values), seed)
    start: State | None = getattr(_last, "start", None)
    if start is None or _last.place != place:
        start = start_of(scenario, seed, threads=threads)
        _last.place, _last.start = place, start
    return Simulation(scenario, seed, threads=threads, start=start)
