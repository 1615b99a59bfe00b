"""Machine code is kept as long as its sources stay as they are, and never stops a run."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.kernels import compile as compiling
from sim.kernels.compile import prune_folders, source_hash

PACKAGE = Path(compiling.__file__).parents[1]

RULE = """
from sim.kernels.compile import rule

@rule
def tax(income):
    return {share} * income
"""

LOOP = """
import sys
import numpy as np
from sim.kernels.compile import kernel
from sim.processes.tax import tax

@kernel
def collect(incomes):
    total = 0.0
    for i in range(incomes.size):
        total += tax(incomes[i])
    return total

dtype = sys.argv[1] if len(sys.argv) > 1 else "float64"
print(collect(np.ones(3, dtype)), sum(collect.stats.cache_hits.values()))
"""


def _package(folder):
    """A copy of the package with one rule, and one kernel in another file."""
    processes = folder / "code" / "sim" / "processes"
    shutil.copytree(PACKAGE / "kernels", processes.parent / "kernels")
    processes.mkdir()
    for folder in (processes.parent, processes):
        (folder / "__init__.py").touch()
    (processes / "tax.py").write_text(RULE.format(share=1.0))
    (processes / "collection.py").write_text(LOOP)
    return processes.parent


@pytest.fixture
def package(tmp_path):
    return _package(tmp_path)


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """A package that nobody edits, and its machine code once it has run."""
    folder = tmp_path_factory.mktemp("compiled")
    package, cache = _package(folder), folder / "cache"
    assert _collect(package, cache)[:2] == (3.0, 0)
    return package, cache


@pytest.fixture
def unedited(compiled, cache):
    """That package, with a copy of its machine code."""
    package, whole = compiled
    shutil.copytree(whole, cache)
    return package


def _collect(package, cache, *arguments):
    """What the kernel gives in a new process, how often it came from disk, and the warnings."""
    found = subprocess.run(
        [sys.executable, "-m", "sim.processes.collection", *arguments],
        cwd=package.parent,
        env=os.environ | {"SIM_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    total, n_loaded = found.stdout.split()
    return float(total), int(n_loaded), found.stderr


@pytest.mark.parametrize("home", ["processes", "kernels"])
def test_machine_code_is_reused_until_a_source_changes_that_it_may_be_made_of(package, cache, home):
    (package / home / "tax.py").write_text(RULE.format(share=1.0))
    (package / "processes" / "collection.py").write_text(
        LOOP.replace("sim.processes.tax", f"sim.{home}.tax")
    )
    assert _collect(package, cache)[:2] == (3.0, 0)
    assert _collect(package, cache)[:2] == (3.0, 1)
    (package / home / "tax.py").write_text(RULE.format(share=0.5))
    assert _collect(package, cache)[:2] == (1.5, 0)


def test_an_edit_of_one_process_leaves_the_machine_code_of_others(package, cache):
    """No process takes a rule of another (tests/contracts), so none has to be compiled anew."""
    (package / "processes" / "collection.py").write_text(
        LOOP.replace("from sim.processes.tax import tax", "tax = lambda income: income").replace(
            "tax(incomes[i])", "incomes[i]"
        )
    )
    run = [sys.executable, "-c", "import sim.processes.collection"]
    environment = os.environ | {"SIM_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"}

    def collect():
        found = subprocess.run(
            run, cwd=package.parent, env=environment, capture_output=True, text=True, check=True
        )
        return found.stdout.split()

    assert collect() == ["3.0", "0"]
    (package / "processes" / "tax.py").write_text(RULE.format(share=0.5))
    assert collect() == ["3.0", "1"]


def test_a_cache_that_cannot_be_written_costs_one_warning(package, cache):
    cache.write_text("a file where the folder should be")
    total, n_loaded, warnings = _collect(package, cache)
    assert (total, n_loaded) == (3.0, 0)
    assert warnings.count("SIM_CACHE_DIR") == 1


def test_machine_code_of_another_signature_is_not_taken(unedited, cache):
    """Two processes that write numba's index at once can leave it pointing at the wrong file."""
    assert _collect(unedited, cache, "float32")[:2] == (3.0, 0)
    one, other = sorted(cache.rglob("*.nbc"))
    aside = one.rename(one.with_suffix(".aside"))
    other.rename(one)
    aside.rename(other)
    for dtype in ("float32", "float64"):
        assert _collect(unedited, cache, dtype)[:2] == (3.0, 0)


def test_machine_code_that_is_broken_is_compiled_anew(unedited, cache):
    for file in cache.rglob("*.nb[ci]"):
        file.write_bytes(b"")
    assert _collect(unedited, cache)[:2] == (3.0, 0)


def _sources(folder):
    (folder / "inner").mkdir(parents=True)
    (folder / "a.py").write_text("a = 1")
    (folder / "inner" / "b.py").write_text("b = 1")
    return folder


def test_the_name_of_the_machine_code_depends_on_all_sources_and_on_numba(tmp_path):
    first, second = _sources(tmp_path / "first"), _sources(tmp_path / "second")
    name = source_hash([first])
    assert source_hash([second]) == name
    (second / "notes.txt").write_text("no source")
    assert source_hash([second]) == name
    names = {name, source_hash([first], version="0.0")}
    (second / "inner" / "b.py").write_text("b = 2")
    names.add(source_hash([second]))
    (second / "inner" / "b.py").rename(second / "inner" / "c.py")
    names.add(source_hash([second]))
    (second / "d.py").touch()
    names.add(source_hash([second]))
    assert len(names) == 5


def test_folders_of_older_sources_go_once_nobody_uses_them(tmp_path):
    now = time.time()
    ages = {f"kernels-{days:02}": days * 86400.0 for days in range(12)}
    for name, age in ages.items():
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (now - age, now - age))
    (tmp_path / "results").mkdir()
    os.utime(tmp_path / "results", (0, 0))
    prune_folders(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"kernels-{days:02}" for days in range(8)] + ["results"]


def test_folders_in_use_stay_however_many(tmp_path):
    for number in range(20):
        (tmp_path / f"kernels-{number:02}").mkdir()
    prune_folders(tmp_path)
    assert len(list(tmp_path.iterdir())) == 20
