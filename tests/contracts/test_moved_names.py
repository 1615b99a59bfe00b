"""Importing a module by its earlier name gives one error with its new name."""

from importlib import import_module
from importlib.util import find_spec

import pytest

import sim


@pytest.mark.parametrize(("old", "new"), sim._MOVED.items())
def test_an_old_name_is_answered_with_the_new_one_which_exists(old: str, new: str) -> None:
    module, _, name = old.rpartition(".")
    with pytest.raises(ImportError, match=f"^{old} is now {new}\\.$"):
        exec(f"from {module} import {name}", {})
    parent, _, last = new.rpartition(".")
    assert hasattr(import_module(parent), last) or find_spec(new)


def test_a_module_in_a_package_that_moved_is_answered_too() -> None:
    with pytest.raises(ImportError, match=r"sim\.sweeps is now sim\.experiments"):
        import_module("sim.sweeps.designs")


def test_a_name_that_never_was_is_simply_unknown() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'sim\.modle'"):
        import_module("sim.modle")
