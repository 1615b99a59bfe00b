"""A start has the same bytes on processors of every kind.

Power laws of distance are the exception: they are fitted with LAPACK, which differs by 1e-5.
"""

import hashlib
import os
import subprocess
import sys
from ast import literal_eval
from pathlib import Path

import numpy as np
import pytest

from sim.simulation.simulation import start_of
from tests.reference.towns import small_town

PLACE = {"existing_third_places": "coworking:1"}


def digests():
    """Return a digest of each array of two starting states, one of them with members of a place."""
    found = {}
    for seed, values in enumerate(({}, PLACE)):
        scenario = small_town(3, **values).scenario
        start = start_of(scenario, seed)
        found |= {
            f"{name} {seed}": hashlib.sha256(array.tobytes()).hexdigest()
            for name, array in start.items()
        }
    return found


@pytest.mark.slow  # it compiles the kernels of the start for another processor
def test_a_start_is_the_same_on_a_processor_with_nothing_but_the_least():
    """NumPy, BLAS and numba as on a processor with none of what they look for."""
    everything = np._core._multiarray_umath.__cpu_dispatch__
    least = {
        "NPY_DISABLE_CPU_FEATURES": " ".join(everything),
        "OPENBLAS_CORETYPE": "Prescott",
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
    }
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "from tests.laws.test_processors import digests; print(digests())"
    )
    other = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=os.environ | least,
        capture_output=True,
        text=True,
        check=True,
    )
    assert literal_eval(other.stdout) == digests()
