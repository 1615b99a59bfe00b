"""Shared setup of all tests: paths, machine code, and hypothesis without a clock."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

# Set before numpy is loaded: threads that wait for each other over small matrices cost more than
# the matrices, and the workers of pytest-xdist share the processors anyway.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import mesa  # noqa: F401 - the more modules are loaded before it, the longer it takes
import pytest
from hypothesis import HealthCheck, settings

# Twins are imported as tests.reference.*, however pytest is started.
sys.path.insert(0, str(Path(__file__).parents[1]))

# The first example compiles kernels, so deadlines make no sense; use the same examples each run.
settings.register_profile(
    "thorough",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
# `make check`, and CI for slow tests, try them all: --hypothesis-profile=thorough.
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=25)
# Another version of a package fails at once or not at all.
settings.register_profile("versions", settings.get_profile("thorough"), max_examples=5)
settings.load_profile("quick")

# The tests keep millions of objects; searching them for garbage takes a tenth of the time.
gc.set_threshold(100_000)

# No test cuts the power, and thousands of small files are each flushed to the disk.
os.fsync = lambda descriptor: None

COMPILERS = pytest.StashKey[Any]()


def pytest_sessionstart(session):
    """With several workers, compile for all of them while they collect."""
    if session.config.getoption("numprocesses", None):  # neither in a worker nor without xdist
        from tests.compiling import Compilers

        session.config.stash[COMPILERS] = Compilers()


def pytest_collection_finish():
    """Exempt permanent objects from garbage collection, which saves some 200 ms each time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Start tests once all is compiled."""
    if COMPILERS in session.config.stash:
        session.config.stash[COMPILERS].wait()
