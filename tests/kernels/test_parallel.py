"""The parallel variants give the bits of the serial kernels, on any number of threads and lanes.

They run in another process, because a process with numba's threads must not be forked.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from numba import prange

from sim.kernels.machine import compile as compiling
from sim.kernels.machine.compile import address, kernel, parallel
from sim.kernels.space import decay_potential, huff_flows, huff_work_shape, potential_work_shape
from sim.processes.footfall import count_visits
from sim.processes.shop_jobs import add_up_shop_jobs, count_shop_jobs


def digest_of_flows(is_parallel, lanes):
    """A digest of all that the spatial kernels give for a territory of several bands."""
    potential, flows = decay_potential, huff_flows
    if is_parallel:
        potential, flows = parallel(decay_potential), parallel(huff_flows)
    digest = hashlib.sha256()
    rng = np.random.default_rng(0)
    attraction, demand = rng.random((2, 150, 300)).astype(np.float32)
    out, revenue, access = np.empty((3, 150, 300), np.float32)
    potential(attraction, 0.2, out, np.empty(potential_work_shape(150, 300, lanes), np.float32))
    work = np.empty(huff_work_shape(150, 300, lanes), np.float32)
    decays, weights = np.array([0.05, 0.8]), np.array([0.4, 0.6])
    money = flows(attraction, demand, decays, weights, 3.0, revenue, access, work)
    for result in (out, revenue, access, np.array(money)):
        digest.update(result.tobytes())
    return digest.hexdigest()


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_parallel_twins_give_the_bits_of_the_serial_kernels(threads):
    program = (
        "from tests.kernels.test_parallel import digest_of_flows\n"
        "for lanes in (1, 2, 3): print(digest_of_flows(True, lanes))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"NUMBA_NUM_THREADS": str(threads)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(found.stdout.split()) == {digest_of_flows(False, 1)}


def test_serial_kernels_give_the_same_bits_with_scratch_for_several_lanes():
    assert digest_of_flows(False, 3) == digest_of_flows(False, 1)


def test_a_kernel_has_one_parallel_twin():
    assert parallel(huff_flows) is parallel(huff_flows)
    assert parallel(huff_flows) is not huff_flows


def test_a_parallel_twin_calls_those_of_the_kernels_that_it_calls():
    twin = parallel(count_shop_jobs).py_func.__globals__["add_up_shop_jobs"]
    assert twin is parallel(add_up_shop_jobs)
    assert twin.py_func.__globals__["decay_potential"] is parallel(decay_potential)
    assert parallel(decay_potential) is not decay_potential
    assert add_up_shop_jobs.py_func.__globals__["decay_potential"] is decay_potential
    assert parallel(count_visits) is count_visits  # nothing in it runs on threads


@kernel
def double(x):
    for i in prange(x.size):
        x[i] *= 2.0
    x[:1] = 0.0


@kernel
def halve(x):
    for i in prange(x.size):
        x[i] /= 2.0
    x[:1] = 0.0


def loops_over_threads(of):
    """In machine code for two types of numbers, called from Python and from other machine code."""
    for dtype in (np.float32, np.float64):
        of(np.ones(3, dtype))
        address(of, numba.typeof(np.ones(3, dtype)))
    codes = [*of.inspect_llvm().values(), *compiling._bare(of).inspect_llvm().values()]
    return [len(re.findall(r"call .*parallel_for\b", code)) for code in codes]


@pytest.mark.slow
def test_prange_loops_alone_are_spread_over_threads_in_whichever_twin_is_compiled_first():
    program = (
        "from sim.kernels.machine.compile import parallel\n"
        "from tests.kernels.test_parallel import double, halve, loops_over_threads\n"
        "for serial in (double, halve):\n"
        "    print(loops_over_threads(serial), loops_over_threads(parallel(serial)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program],
        cwd=Path(__file__).parents[2],
        env=os.environ | {"SIM_CACHE_DIR": os.devnull},  # disk code has no listing
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.splitlines() == ["[0, 0, 0, 0] [1, 1, 1, 1]"] * 2
