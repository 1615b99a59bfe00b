"""The first visitor waits for nothing that could have been loaded before."""

import gc

import pytest

from sim.app import ready


@pytest.fixture
def thawed():
    yield
    gc.unfreeze()


def test_what_is_loaded_ahead_is_not_searched_for_garbage(thawed):
    ready.load_ahead()
    assert gc.get_freeze_count() > 100_000
    assert len(gc.get_objects()) < 10_000


def test_the_town_that_loads_it_runs_and_another_is_left_to_the_visitor(thawed, monkeypatch):
    ready.visit()
    monkeypatch.setitem(ready._SMALL, "rows", -1)
    with pytest.raises(ValueError):
        ready.visit()
    ready.load_ahead()
