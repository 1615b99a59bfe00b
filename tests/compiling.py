"""All machine code that several tests use, compiled by two processes before the first test.

Workers of pytest-xdist would otherwise compile the same kernels at the same time. One process comes
to them as a run does, from the front of the month, the other from its back; each takes from disk
what the other has compiled by then.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sim.kernels.machine.compile import cache_folder, source_hash
from sim.simulation.first_compilation import compile_backwards

ROOT = Path(__file__).parents[1]


def from_the_front() -> None:
    """A run, and then the twins of the month's kernels that spread over threads."""
    from tests.reference.towns import small_town

    small_town().run(1)
    compile_backwards(threads=True)


def from_the_back() -> None:
    """The month from its end, and then the twins that are tried alone."""
    from tests.kernels.test_parallel import digest_of_flows

    compile_backwards()
    digest_of_flows(True, 1)


def start_compilers() -> list[subprocess.Popen[bytes]]:
    """Both processes; none where these sources have been compiled before."""
    folder = cache_folder()
    if folder is None:
        return []
    done = folder / f"compiled-for-tests-{source_hash([ROOT / 'sim'])}"
    if done.exists():
        return []
    done.touch()
    return [
        subprocess.Popen(
            [sys.executable, "-c", f"from tests.compiling import {side}; {side}()"], cwd=ROOT
        )
        for side in ("from_the_front", "from_the_back")
    ]
