"""The examples in docstrings print the output shown."""

import doctest
import importlib
import pkgutil

import pytest

import sim

MODULES = [m.name for m in pkgutil.walk_packages(sim.__path__, "sim.") if "__main__" not in m.name]
FINDER = doctest.DocTestFinder()


@pytest.mark.parametrize("name", MODULES)
def test_examples_print_the_output_shown(name):
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    for example in FINDER.find(module, name):
        runner.run(example)
    assert runner.failures == 0


def test_there_are_examples():
    found = [FINDER.find(importlib.import_module(name), name) for name in MODULES]
    assert sum(len(e.examples) for examples in found for e in examples) >= 10
