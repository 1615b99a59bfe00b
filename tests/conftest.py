"""What all tests share: the way to their twins, machine code, and examples without a clock."""

import gc
import sys
from pathlib import Path
from typing import Any

import mesa  # noqa: F401 - the more modules are loaded before it, the longer it takes
import pytest
from hypothesis import HealthCheck, settings

# Twins are imported as tests.reference.*, however pytest is started.
sys.path.insert(0, str(Path(__file__).parents[1]))

# The first example compiles kernels, so time says nothing; the same examples each run.
settings.register_profile(
    "essaim",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("essaim")

COMPILERS = pytest.StashKey[Any]()


def pytest_sessionstart(session):
    """Where workers share the tests, compile for all of them while they collect."""
    if session.config.getoption("numprocesses", None):  # not so in a worker, nor without xdist
        from tests.compiling import Compilers

        session.config.stash[COMPILERS] = Compilers()


def pytest_collection_finish():
    """Leave what stays until the end out of every later search for garbage: some 200 ms each."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """Hand out tests once all is compiled."""
    if COMPILERS in session.config.stash:
        session.config.stash[COMPILERS].wait()
