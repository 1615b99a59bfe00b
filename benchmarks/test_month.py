"""A month of territories of several sizes, process by process, compared with plain Mesa.

Run with ``python -m pytest benchmarks/test_month.py``; ``python -m benchmarks.run`` writes the
table of results. The town has 8,500 young people, 3,000 entrepreneurs, 300 officials, 700 premises
and three third places on 64 x 64 cells; people grow with premises.
"""

import pytest

from benchmarks.peers.plain_mesa import PlainTown
from benchmarks.run import town
from sim.processes.month import MONTH


@pytest.mark.parametrize(("cells", "premises"), [(64, 700), (64, 16_000), (512, 700)])
def test_month(benchmark, cells, premises):
    benchmark(town(cells, premises).step)


def test_month_of_a_large_territory(benchmark):
    benchmark.pedantic(town(1000, 50_000).step, rounds=10)


@pytest.fixture(scope="module")
def default_town():
    run = town()
    assert run.state["youth.is_present"].sum() > 8_000
    assert len(run.state["entrepreneur.id"]) == 3_000 and len(run.state["official.id"]) == 300
    assert run.state["third_place.is_open"].sum() == 3 and run.state["visitor.count"][0] > 20
    return run


@pytest.mark.parametrize("process", MONTH, ids=lambda p: p.name)
def test_process(benchmark, process, default_town):
    run = default_town
    benchmark(process.bind(run.state, run.values, run.seed), 1, 300)


@pytest.mark.parametrize("vectorised", [False, True])
def test_month_in_plain_mesa(benchmark, vectorised):
    model = PlainTown(town(), vectorised=vectorised)
    model.step()
    benchmark.pedantic(model.step, rounds=3)
