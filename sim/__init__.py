"""Essaim: territories in transition, agent by agent and month by month.

What is here is imported when it is first asked for, so that ``import sim`` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.errors import InputError
    from sim.experiments.comparison import Comparison, compare
    from sim.experiments.experiment import Experiment
    from sim.experiments.experiment_file import load_experiment
    from sim.experiments.run_results import Results, load_results
    from sim.experiments.running import extend, sweep
    from sim.experiments.runs import run
    from sim.experiments.sweep import Sweep
    from sim.mesa_face.model import TerritoryModel
    from sim.scenario.scenario import Scenario, list_scenarios, load_scenario
    from sim.simulation.simulation import Simulation

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
    "Comparison": "sim.experiments.comparison",
    "Experiment": "sim.experiments.experiment",
    "InputError": "sim.errors",
    "Results": "sim.experiments.run_results",
    "Scenario": "sim.scenario.scenario",
    "Simulation": "sim.simulation.simulation",
    "Sweep": "sim.experiments.sweep",
    "TerritoryModel": "sim.mesa_face.model",
    "compare": "sim.experiments.comparison",
    "extend": "sim.experiments.running",
    "list_scenarios": "sim.scenario.scenario",
    "load_experiment": "sim.experiments.experiment_file",
    "load_results": "sim.experiments.run_results",
    "load_scenario": "sim.scenario.scenario",
    "run": "sim.experiments.runs",
    "sweep": "sim.experiments.running",
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
