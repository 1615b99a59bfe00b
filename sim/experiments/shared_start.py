"""Runs that differ by interventions alone begin from one start, which is made once.

Arms of a replication are run one after another in a process, with the same luck and the same
parameters; making the place with its people and shops takes a third of the time of such a run.
"""

from __future__ import annotations

from typing import Any

from sim.registry.state import State
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import Simulation, start_of

__all__ = ["begin"]

_last: tuple[Any, State | None] = (None, None)


def begin(scenario: Scenario, seed: int) -> Simulation:
    """A run that has not begun; its start is that of the run before, if it is the same.

    Parameters
    ----------
    scenario : Scenario
    seed : int

    Returns
    -------
    Simulation
        The same as ``Simulation(scenario, seed)``.

    Raises
    ------
    InputError
        If the run cannot start from its parameters.
    """
    global _last
    place = (scenario.folder, scenario.title["en"], dict(scenario.values), seed)
    known, start = _last
    if start is None or known != place:
        start = start_of(scenario, seed)
        _last = place, start
    return Simulation(scenario, seed, start=start)
