"""Compile shared kernels in two processes before the first test.

Workers of pytest-xdist would otherwise compile the same kernels at the same time. One process
compiles in the order of the month, the other in reverse; each loads from disk what the other has
compiled by then.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sim.kernels.machine.cache import cache_folder, source_hash
from sim.simulation.first_compilation import compile_backwards

ROOT = Path(__file__).parents[1]


def from_the_front() -> None:
    """Run a month, then compile the multi-threaded variants of its kernels."""
    from tests.reference.towns import small_town

    small_town().run(1)
    compile_backwards(threads=True)


def from_the_back() -> None:
    """Compile the month in reverse, then the variants that only tests use."""
    from tests.kernels.test_parallel import digest_of_flows

    compile_backwards()
    digest_of_flows(True, 1)


class Compilers:
    """Both processes; none if the machine code of these sources is already on disk."""

    def __init__(self) -> None:
        folder = cache_folder()
        self._done = folder and folder / f"compiled-for-tests-{source_hash([ROOT / 'sim'])}"
        is_needed = self._done is not None and not self._done.exists()
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-c", f"from tests.compiling import {side}; {side}()"], cwd=ROOT
            )
            for side in (("from_the_front", "from_the_back") if is_needed else ())
        ]

    def wait(self) -> None:
        """Wait for both. Compilation errors reappear in a test."""
        codes = [process.wait() for process in self._processes]
        if codes and not any(codes):
            self._done.touch()
