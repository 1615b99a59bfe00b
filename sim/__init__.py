"""Essaim: territories in transition, agent by agent and month by month.

Public names are imported on first use, so that ``import sim`` costs nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.errors import InputError
    from sim.experiments.comparison import compare
    from sim.experiments.experiment import Experiment
    from sim.experiments.experiment_file import load_experiment
    from sim.experiments.results import Results, load_results
    from sim.experiments.running import extend, sweep
    from sim.experiments.simulate import run
    from sim.mesa_face.model import TerritoryModel
    from sim.scenario.scenario import Scenario, list_scenarios, load_scenario
    from sim.simulation.simulation import Simulation

__all__ = [
    "Experiment",
    "InputError",
    "Results",
    "Scenario",
    "Simulation",
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
    "Experiment": "sim.experiments.experiment",
    "InputError": "sim.errors",
    "Results": "sim.experiments.results",
    "Scenario": "sim.scenario.scenario",
    "Simulation": "sim.simulation.simulation",
    "TerritoryModel": "sim.mesa_face.model",
    "compare": "sim.experiments.comparison",
    "extend": "sim.experiments.running",
    "list_scenarios": "sim.scenario.scenario",
    "load_experiment": "sim.experiments.experiment_file",
    "load_results": "sim.experiments.results",
    "load_scenario": "sim.scenario.scenario",
    "run": "sim.experiments.simulate",
    "sweep": "sim.experiments.running",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from sim.version import package_version

        return package_version()
    if name not in _PLACES:
        _MovedModules.find_spec(f"sim.{name}")
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PLACES])


_MOVED = {
    "sim.Comparison": "sim.Results",
    "sim.Sweep": "sim.Results",
    "sim.agent_sets": "sim.mesa_face.agent_sets",
    "sim.agents": "sim.mesa_face.agents",
    "sim.comparison": "sim.experiments",
    "sim.explain": "sim.cli.explanation",
    "sim.grid": "sim.mesa_face.grid",
    "sim.indicators": "sim.measures",
    "sim.map_layers": "sim.measures.map_layers",
    "sim.model": "sim.mesa_face.model",
    "sim.parameters": "sim.registry.parameters",
    "sim.posterior": "sim.scenario.posterior",
    "sim.results": "sim.experiments.results",
    "sim.runs": "sim.experiments.simulate",
    "sim.scenario.Scenario": "sim.Scenario",
    "sim.scenario.Setting": "sim.registry.settings.Setting",
    "sim.scenario.list_scenarios": "sim.list_scenarios",
    "sim.scenario.load_scenario": "sim.load_scenario",
    "sim.schedule": "sim.processes.month",
    "sim.schema": "sim.scenario.schema",
    "sim.simulation.Simulation": "sim.Simulation",
    "sim.simulation.start_of": "sim.simulation.simulation.start_of",
    "sim.simulation.territory_of": "sim.simulation.simulation.territory_of",
    "sim.starting_state": "sim.start.state_at_start",
    "sim.state": "sim.registry.state",
    "sim.stationary": "sim.start.stationary_shops",
    "sim.summary": "sim.figures.summary",
    "sim.sweeps": "sim.experiments",
    "sim.variables": "sim.registry.variables",
    "sim.words.summary_table": "sim.figures.run_story.summary_table",
    "sim.words.what_happened": "sim.figures.run_story.what_happened",
}
"""Earlier names of public modules, and of what was in modules that are packages now."""


class _MovedModules:
    """The last finder of modules: it names the new place of those that have moved."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Raise `ImportError` with the new name of a module that has moved."""
        if name in _MOVED:
            raise ImportError(f"{name} is now {_MOVED[name]}.")


sys.meta_path.append(_MovedModules)
