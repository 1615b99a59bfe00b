"""The small town of the tests with interventions in it."""

from sim.interventions import make_intervention
from sim.registry.settings import Setting
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from tests.reference.towns import SMALL


def town(**parameters):
    """The small town of the tests, as a scenario."""
    return load_scenario("mid_sized_town").replace(**{**SMALL, **parameters})


def use(kind, name="", **levers):
    """An intervention of a type with these levers and defaults for the rest."""
    return make_intervention(
        kind, name or kind, {n: Setting(v, "keyword") for n, v in levers.items()}
    )


def run(scenario, months, seed=4):
    simulation = Simulation(scenario.replace(months=months), seed)
    simulation.run()
    return simulation
