"""Kernels against C, the FFT and NumPy's generators.

``python -m pytest benchmarks/test_kernels.py`` times the kernels alone. ``python -m
benchmarks.test_kernels`` calls ours and theirs in turn and writes the median of the ratios with the
shortest time of a call.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
import scipy

from benchmarks.peers import kernels as peers
from sim.kernels.machine.compile import parallel
from sim.kernels.machine.recursion import WIDTH
from sim.kernels.random import fill_uniform, fill_words, stream_key
from sim.kernels.space import decay_potential, huff_flows, huff_work_shape, potential_work_shape

RESULTS = Path(__file__).parent / "results" / "kernels.md"
SIZES = [64, 256, 1024, 4096]
N_DRAWS = 100_000
DECAY = 0.3
OUTSIDE = 0.5

Action = Callable[[], object]


class Territory:
    """A square of n x n cells in float32 with the inputs of the spatial kernels."""

    def __init__(self, n: int, lanes: int = 1) -> None:
        rng = np.random.default_rng(0)
        self.n = n
        self.attraction, self.demand = rng.random((2, n, n), dtype=np.float32)
        self.out, self.revenue, self.access = np.empty((3, n, n), np.float32)
        self.scratch = np.empty(potential_work_shape(n, n, lanes), np.float32)
        self.work = np.empty(huff_work_shape(n, n, lanes), np.float32)
        self.decays, self.weights = np.array([DECAY]), np.array([1.0])

    def potential(self) -> None:
        decay_potential(self.attraction, DECAY, self.out, self.scratch)

    def flows(self, kernel: Any = huff_flows) -> Any:
        return kernel(
            self.attraction,
            self.demand,
            self.decays,
            self.weights,
            OUTSIDE,
            self.revenue,
            self.access,
            self.work,
        )


@pytest.mark.parametrize("n", SIZES)
def test_potential(benchmark, n):
    benchmark(Territory(n).potential)


@pytest.mark.parametrize("n", SIZES)
def test_flows(benchmark, n):
    benchmark(Territory(n).flows)


@pytest.mark.parametrize("fill", [fill_words, fill_uniform], ids=["words", "uniform"])
def test_fill(benchmark, fill):
    out = np.empty(N_DRAWS, np.uint32 if fill is fill_words else np.float64)
    benchmark(fill, 1, 2, 3, 0, out)


def seconds(action: Action) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def in_turn(ours: Action, theirs: Action, budget: float = 2.0) -> tuple[float, float]:
    """Return our shortest time and the median of theirs / ours, called in turn for a while."""
    for _ in range(2):
        ours()
        theirs()
    shortest, ratios = float("inf"), []
    end = time.perf_counter() + budget
    while time.perf_counter() < end or len(ratios) < 5:
        own = seconds(ours)
        shortest = min(shortest, own)
        ratios.append(seconds(theirs) / own)
    return shortest, statistics.median(ratios)


def rows(c: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield the work, our ns, the competitor, and the ratio of its time to ours."""

    def row(work: str, n: int, ours: Action, name: str, theirs: Action) -> tuple[str, ...]:
        shortest, ratio = in_turn(ours, theirs)
        return work, f"{shortest / n * 1e9:.2f}", name, f"{ratio:.2f}"

    for n in SIZES:
        land = Territory(n)
        fourier = peers.FourierHuff(n, n, DECAY)
        cells = f"{n} x {n}"
        np.testing.assert_allclose(
            land.flows(), fourier.flows(land.attraction, land.demand, OUTSIDE), rtol=1e-3
        )
        if c:
            theirs = Territory(n)

            bands = np.empty(4 * n * WIDTH, np.float32)  # two fields: values and results
            arrays = theirs.attraction, theirs.out, bands
            field, out, scratch = (array.ctypes.data for array in arrays)

            def potential_in_c(
                n: int = n, field: int = field, out: int = out, scratch: int = scratch
            ) -> None:
                c.decay_potential(field, n, n, DECAY, out, scratch)

            land.potential()
            potential_in_c()
            np.testing.assert_array_equal(land.out, theirs.out)
            yield row(f"potential, {cells}", n * n, land.potential, "C", potential_in_c)
        yield row(
            f"potential, {cells}",
            n * n,
            land.potential,
            "prepared FFT",
            lambda fourier=fourier, land=land: fourier.potential(land.attraction),
        )
        if n <= 1024:
            yield row(
                f"potential, {cells}",
                n * n,
                land.potential,
                "scipy.signal.fftconvolve",
                lambda land=land: peers.convolve(land.attraction, DECAY),
            )
        yield row(
            f"Huff flows, {cells}",
            n * n,
            land.flows,
            "prepared FFT",
            lambda fourier=fourier, land=land: fourier.flows(land.attraction, land.demand, OUTSIDE),
        )
    if numba.config.NUMBA_NUM_THREADS > 1:
        shared = Territory(4096, lanes=numba.config.NUMBA_NUM_THREADS)
        yield row(
            f"Huff flows, 4096 x 4096, {numba.config.NUMBA_NUM_THREADS} threads",
            4096**2,
            lambda: shared.flows(parallel(huff_flows)),
            "one thread",
            land.flows,
        )

    words, uniforms, more = (np.empty(N_DRAWS, np.uint32), np.empty(N_DRAWS), np.empty(N_DRAWS))
    if c:
        k0, k1 = map(int, stream_key(1, 2, 3))
        in_c = np.empty_like(words)
        address = in_c.ctypes.data
        fill_words(1, 2, 3, 0, words)
        c.fill_words(k0, k1, 0, N_DRAWS // 4, address)
        np.testing.assert_array_equal(words, in_c)
        yield row(
            "random words",
            N_DRAWS,
            lambda: fill_words(1, 2, 3, 0, words),
            "C",
            lambda: c.fill_words(k0, k1, 0, N_DRAWS // 4, address),
        )
    generator = np.random.default_rng(1)
    for name, theirs in [
        ("np.random in numba", lambda: peers.fill_by_numba(more)),
        ("NumPy's Generator.random", lambda: generator.random(out=more)),
    ]:
        yield row(
            "uniform numbers", N_DRAWS, lambda: fill_uniform(1, 2, 3, 0, uniforms), name, theirs
        )


def machine() -> str:
    """Describe cores, instruction set and versions."""
    c = peers.compiler_version() if peers.compiler() else "no C compiler"
    return (
        f"{os.cpu_count()} cores, {platform.machine()} ({numba.config.CPU_NAME or 'host'}), "
        f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, "
        f"numba {numba.__version__}, {c}"
    )


def main() -> None:
    """Measure, print and write the table."""
    c = peers.load_c() if peers.compiler() else None
    lines = [
        "# Kernels",
        "",
        "Written by `python -m benchmarks.test_kernels`. In float32, on one thread unless said",
        "otherwise. Ours is the shortest time of a call, by cell or draw; the ratio is the median",
        "of theirs / ours, called in turn. C does the same sums with the same bits, in plain",
        "loops. The prepared FFT works on the doubled grid in float32, its kernel transformed",
        "beforehand; its errors are relative to the largest value of the field, ours to each",
        "value.",
        "",
        machine(),
        "",
        "| work | ours, ns | against | takes ... times as long |",
        "| --- | ---: | --- | ---: |",
    ]
    for line in lines:
        print(line)
    for cells in rows(c):
        lines.append(f"| {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
