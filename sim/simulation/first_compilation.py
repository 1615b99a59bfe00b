"""Compile the month's kernels for the first time, from both ends of the month at once.

A run compiles kernels in the order of the month, which takes one processor a minute. A second
compiler begins with the last kernel. Each loads from disk what the other has compiled, so they meet
halfway.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from sim.kernels.machine.cache import cache_folder
from sim.kernels.machine.sequence import KernelSequence
from sim.measures.counting import COUNTS, count_calls
from sim.processes.month import active, effective
from sim.registry.state import State
from sim.scenario.scenario import load_scenario
from sim.simulation.ledger import book_call, ledger_shape


def is_first() -> bool:
    """Return whether no machine code exists yet, so that a run would compile all kernels."""
    machine_code = cache_folder()
    return machine_code is None or not any(machine_code.rglob("*.nbi"))


def compile_backwards(*, threads: bool = False) -> None:
    """Compile the kernels of the month from the last line to the first, threaded ones if asked."""
    values = effective(load_scenario("mid_sized_town").values)
    nowhere = State({})  # empty arrays suffice to determine the types
    month = [p.call(nowhere, values, 0, threads=threads) for p in active(values)]
    counting = count_calls(nowhere, np.zeros(len(COUNTS)))
    book = book_call(nowhere, np.zeros(ledger_shape(nowhere), np.int64))
    KernelSequence([*month, *counting, book]).compile_backwards()


@contextmanager
def second_compiler() -> Iterator[None]:
    """Run `compile_backwards` in another process if a processor is free for it.

    The run repeats and reports any failure of that process.
    """
    if cache_folder() is None or (os.cpu_count() or 1) < 2:
        yield
        return
    program = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from sim.simulation.first_compilation import compile_backwards; compile_backwards()"
    )
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=nothing, stdout=nothing, stderr=nothing
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()
