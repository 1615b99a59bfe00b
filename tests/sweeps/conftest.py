"""The reference of all tests of sweeps."""

from __future__ import annotations

import pytest

from sim.experiments.store import Store
from tests.sweeps.toy_sweeps import fill_toys, new_store


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """All toys, run without interruption in this process."""
    store = new_store(tmp_path_factory.mktemp("sweeps") / "whole")
    fill_toys(store)
    return store


@pytest.fixture
def store(tmp_path) -> Store:
    return new_store(tmp_path / "sweep")
