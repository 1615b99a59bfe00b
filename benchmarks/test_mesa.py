"""The cost of the Mesa face, compared with plain Mesa objects for the same premises and shops.

Each test times ours and theirs in turn; on a noisy machine the median of the ratios counts.
``extra_info`` holds it, and pytest-benchmark's table shows our time. The plain model has only
premises with fixed rates of closure and reletting, so its month does far *less* than that of the
territory with people, projects, trips and accounts; `benchmarks/test_month.py` has a plain model
that does the same. Run with::

    pytest benchmarks/test_mesa.py
"""

import os
import statistics
import time
from collections.abc import Callable

import mesa
import numpy as np
import pytest

from sim.mesa_face.agent_sets import LiveAgentSet
from sim.mesa_face.agents import Premises, Shop, Youth
from sim.mesa_face.handles import Handles
from sim.mesa_face.model import TerritoryModel
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation

LARGE = {"population": 1_600_000, "rows": 200, "columns": 200}
"""Some 22,000 premises and 270,000 young people, so that the cost of objects shows."""


class PlainPremises(mesa.Agent):
    """Premises as an ordinary agent with the usual attributes."""

    def __init__(self, model, twin):
        super().__init__(model)
        self.sector, self.zone = twin.sector, twin.zone
        self.floor_area, self.rent, self.margin = twin.floor_area, twin.rent, twin.margin
        self.revenue, self.shop_age = twin.revenue, twin.shop_age
        self.is_open, self.months_vacant = twin.is_open, twin.months_vacant

    def step(self):
        luck = self.random.random()
        if self.is_open:
            self.shop_age += 1
            if luck < 0.0075:
                self.is_open, self.months_vacant = False, 0
        else:
            self.months_vacant += 1
            if luck < 0.05:
                self.is_open, self.shop_age = True, 0


class PlainYouth(mesa.Agent):
    """A young person as an ordinary agent."""

    def __init__(self, model, is_active, interest):
        super().__init__(model)
        self.is_active, self.interest = is_active, interest


class PlainTown(mesa.Model):
    """A town of ordinary premises that close and are let at fixed rates."""

    def __init__(self, twins, rng=None):
        super().__init__(rng=rng)
        for twin in twins:
            PlainPremises(self, twin)
        self.datacollector = mesa.DataCollector(
            model_reporters={"open_shops": lambda m: sum(m.agents.get("is_open"))}
        )

    def step(self):
        self.agents.shuffle_do("step")
        self.datacollector.collect(self)


def compare(benchmark, ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 7):
    """Time both in turn; pytest-benchmark records ours, extra_info the median ratio."""
    ours()
    ratios, times = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        theirs()
        middle = time.perf_counter()
        ours()
        end = time.perf_counter()
        ratios.append((middle - start) / (end - middle))
        times.append(middle - start)
    benchmark.extra_info |= {
        "times_faster_than_plain_mesa": round(statistics.median(ratios), 2),
        "plain_mesa_seconds": statistics.median(times),
        "cores": os.cpu_count(),
        "mesa": mesa.__version__,
    }
    benchmark.pedantic(ours, rounds=rounds)


@pytest.fixture(scope="module")
def town():
    return TerritoryModel(rng=7)


@pytest.fixture(scope="module")
def large():
    return TerritoryModel(rng=7, **LARGE)


@pytest.fixture(scope="module")
def plain_large(large):
    return PlainTown(large.agents_by_type[Premises], rng=7)


def test_making_the_agents_of_a_large_town(benchmark, large):
    """Create all handles of a fresh model, or as many ordinary agents."""
    twins = large.agents_by_type[Premises].to_list()

    def make_handles():
        return LiveAgentSet(Handles(large), (Premises,), large.random).to_list()

    compare(benchmark, make_handles, lambda: PlainTown(twins, rng=7), rounds=3)


@pytest.mark.parametrize("function", [sum, np.mean], ids=["sum", "mean"])
def test_aggregating_over_a_large_town(benchmark, large, plain_large, function):
    ours, theirs = large.agents_by_type[Premises], plain_large.agents
    compare(
        benchmark, lambda: ours.agg("revenue", function), lambda: theirs.agg("revenue", function)
    )


def test_who_of_the_young_takes_part_in_a_large_town(benchmark, large):
    """Average the interest of participants."""
    ours, plain = large.agents_by_type[Youth], mesa.Model(rng=7)
    for is_active, interest in ours.get(["is_active", "interest"]):
        PlainYouth(plain, is_active, interest)
    compare(
        benchmark,
        lambda: ours.select(where=ours.column("is_active")).agg("interest", np.mean),
        lambda: plain.agents.select(lambda y: y.is_active).agg("interest", np.mean),
        rounds=3,
    )


def test_grouping_a_large_town(benchmark, large, plain_large):
    ours, theirs = large.agents_by_type[Premises], plain_large.agents
    compare(
        benchmark,
        lambda: ours.groupby("sector").agg("rent", np.mean),
        lambda: theirs.groupby("sector").agg("rent", np.mean),
    )


def test_selecting_in_a_large_town(benchmark, large, plain_large):
    ours, theirs = large.agents_by_type[Premises], plain_large.agents
    compare(
        benchmark,
        lambda: ours.select(where=ours.column("margin") < 0),
        lambda: theirs.select(lambda a: a.margin < 0),
    )


def test_selecting_with_a_function_of_an_agent(benchmark, large, plain_large):
    """Select by a function; no faster than Mesa, since each agent is an object here too."""
    ours, theirs = large.agents_by_type[Premises], plain_large.agents
    compare(
        benchmark,
        lambda: ours.select(lambda a: a.margin < 0),
        lambda: theirs.select(lambda a: a.margin < 0),
    )


def test_a_batch_of_runs(benchmark, town):
    """Run twenty years of the default town for two values of a parameter with new models."""
    twins = town.agents_by_type[Premises].to_list()

    def ours():
        design = {"closure_rate": [0.08, 0.1], "months": 240}
        return mesa.batch_run(TerritoryModel, design, rng=1, display_progress=False)

    def theirs():
        design = {"twins": [twins, list(twins)]}
        return mesa.batch_run(PlainTown, design, rng=1, max_steps=240, display_progress=False)

    compare(benchmark, ours, theirs, rounds=3)


def test_what_mesa_adds_to_a_month(benchmark):
    """Run the same months through ``model.run_for`` and through the simulation alone."""
    scenario = load_scenario("mid_sized_town")
    model, alone = TerritoryModel(scenario, rng=7), Simulation(scenario, seed=7)
    compare(benchmark, lambda: model.run_for(120), lambda: alone.run(120))


def test_making_a_model(benchmark):
    """Make a model of the default town, or its simulation alone."""
    scenario = load_scenario("mid_sized_town")
    compare(benchmark, lambda: TerritoryModel(scenario, rng=7), lambda: Simulation(scenario, 7))


def test_looking_at_every_shop_once(benchmark, town):
    """Loop over all shops in plain Python, as in a first look at a model."""
    shops = town.agents_by_type[Shop]
    benchmark(lambda: [shop.revenue for shop in shops])
