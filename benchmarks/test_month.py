"""A month of territories of several sizes, process by process, beside plain Mesa.

Run with ``python -m pytest benchmarks/test_month.py``; the table of results is written by
``python -m benchmarks.run``.
"""

import pytest

from benchmarks.peers.plain_mesa import PlainTown
from benchmarks.run import town
from sim.schedule import MONTH


@pytest.mark.parametrize(("cells", "premises"), [(64, 700), (64, 16_000), (512, 700)])
def test_month(benchmark, cells, premises):
    run = town(cells, premises)
    run.step()
    benchmark(run.step)


def test_month_of_a_large_territory(benchmark):
    run = town(1000, 50_000)
    run.step()
    benchmark.pedantic(run.step, rounds=10)


@pytest.mark.parametrize("process", MONTH, ids=lambda p: p.name)
def test_process(benchmark, process):
    run = town()
    run.step()
    benchmark(process.bind(run.state, run.values, run.seed), 1, 300)


@pytest.mark.parametrize("vectorised", [False, True])
def test_month_in_plain_mesa(benchmark, vectorised):
    model = PlainTown(town(), vectorised=vectorised)
    model.step()
    benchmark.pedantic(model.step, rounds=3)
