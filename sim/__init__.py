"""Essaim: territories in transition, agent by agent and month by month.

What is here is imported when it is first asked for, so that ``import sim`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.comparison.comparison import Comparison, compare
    from sim.errors import InputError
    from sim.model import TerritoryModel
    from sim.results import Results, load_results
    from sim.runs import run
    from sim.scenario import Scenario, list_scenarios, load_scenario
    from sim.simulation import Simulation
    from sim.sweeps.experiment import Experiment
    from sim.sweeps.experiment_file import load_experiment
    from sim.sweeps.running import extend, sweep
    from sim.sweeps.sweep import Sweep

__all__ = [
    "Comparison",
    "Experiment",
    "InputError",
    "Results",
    "Scenario",
    "Simulation",
    "Sweep",
    "TerritoryModel",
    "compare",
    "extend",
    "list_scenarios",
    "load_experiment",
    "load_results",
    "load_scenario",
    "run",
    "sweep",
]

_PLACES = {
    "Comparison": "sim.comparison.comparison",
    "Experiment": "sim.sweeps.experiment",
    "InputError": "sim.errors",
    "Results": "sim.results",
    "Scenario": "sim.scenario",
    "Simulation": "sim.simulation",
    "Sweep": "sim.sweeps.sweep",
    "TerritoryModel": "sim.model",
    "compare": "sim.comparison.comparison",
    "extend": "sim.sweeps.running",
    "list_scenarios": "sim.scenario",
    "load_experiment": "sim.sweeps.experiment_file",
    "load_results": "sim.results",
    "load_scenario": "sim.scenario",
    "run": "sim.runs",
    "sweep": "sim.sweeps.running",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from sim.version import package_version

        return package_version()
    if name not in _PLACES:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])
