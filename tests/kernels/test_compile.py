"""Machine code is reused while its sources are unchanged, and never stops a run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.kernels.machine import compile as compiling
from sim.kernels.machine.cache import constants_hash, prune_folders, source_hash

PACKAGE = Path(compiling.__file__).parents[2]

NOW = 1_700_000_000.0
"""A fixed time, in seconds."""

RULE = """
from sim.kernels.machine.compile import rule

@rule
def tax(income):
    return {share} * income
"""

LOOP = """
import numpy as np
from sim.kernels.machine.compile import kernel
from sim.{home}.tax import tax

@kernel
def collect(incomes):
    total = 0.0
    for i in range(incomes.size):
        total += tax(incomes[i])
    return total

def told(*dtypes):
    for dtype in dtypes:
        print(collect(np.ones(3, dtype)), sum(collect.stats.cache_hits.values()))
"""

PROGRAM = """
import sys
{loop}
if __name__ == "__main__":
    told(*sys.argv[1:])
"""

TWO_RULES = """
import numpy as np
from sim.kernels.machine.compile import kernel
from sim.kernels.tax import tax as toll
from sim.processes import alone
from sim.processes.tax import tax

@kernel
def of_a_process(incomes):
    total = 0.0
    for i in range(incomes.size):
        total += tax(incomes[i])
    return total

@kernel
def of_kernels(incomes):
    total = 0.0
    for i in range(incomes.size):
        total += toll(incomes[i])
    return total

for kernel in (of_a_process, of_kernels, alone.collect):
    print(kernel(np.ones(3)), sum(kernel.stats.cache_hits.values()))
"""


def _package(folder):
    """A copy of the package with one rule, and one kernel in another file."""
    processes = folder / "code" / "sim" / "processes"
    shutil.copytree(PACKAGE / "kernels", processes.parent / "kernels")
    processes.mkdir()
    for folder in (processes.parent, processes):
        (folder / "__init__.py").touch()
    (processes / "tax.py").write_text(RULE.format(share=1.0))
    (processes / "collection.py").write_text(PROGRAM.format(loop=LOOP.format(home="processes")))
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
    assert _collect(package, cache, "float32", "float64") == [(3.0, 0)] * 2
    return package, cache


@pytest.fixture
def unedited(compiled, cache):
    """That package, with a copy of its machine code."""
    package, whole = compiled
    shutil.copytree(whole, cache)
    return package


def _run(package, cache, *arguments):
    """Return results of kernels in a new process, how often each came from disk, and warnings."""
    found = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=package.parent,
        env=os.environ | {"SIM_CACHE_DIR": str(cache), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = map(str.split, found.stdout.splitlines())
    return [(float(total), int(n_loaded)) for total, n_loaded in lines], found.stderr


def _collect(package, cache, *dtypes):
    return _run(package, cache, "sim.processes.collection", *(dtypes or ["float64"]))[0]


@pytest.mark.slow
def test_machine_code_is_reused_until_one_of_its_sources_changes(package, cache):
    """Kernels may take rules of kernels, and those of users also rules of processes.

    No process takes a rule of another (tests/contracts), so the edit of one leaves others alone.
    """
    processes, kernels = package / "processes", package / "kernels"
    (kernels / "tax.py").write_text(RULE.format(share=1.0))
    (processes / "alone.py").write_text(LOOP.format(home="kernels"))
    (package.parent / "of_users.py").write_text(TWO_RULES)
    assert _run(package, cache, "of_users")[0] == [(3.0, 0)] * 3
    assert _run(package, cache, "of_users")[0] == [(3.0, 1)] * 3
    (processes / "tax.py").write_text(RULE.format(share=0.5))
    told = _run(package, cache, "of_users")[0]
    assert (told[0], told[2]) == ((1.5, 0), (3.0, 1))
    (kernels / "tax.py").write_text(RULE.format(share=0.25))
    assert _run(package, cache, "of_users")[0] == [(1.5, 0), (0.75, 0), (0.75, 0)]


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_costs_one_warning(package, cache):
    cache.write_text("a file where the folder should be")
    found, warnings = _run(package, cache, "sim.processes.collection", "float64")
    assert found == [(3.0, 0)]
    assert warnings.count("SIM_CACHE_DIR") == 1


@pytest.mark.slow
def test_machine_code_of_another_signature_is_not_taken(unedited, cache):
    """Two processes that write numba's index at once can leave it pointing at the wrong file."""
    one, other = sorted(cache.rglob("*.nbc"))
    aside = one.rename(one.with_suffix(".aside"))
    other.rename(one)
    aside.rename(other)
    assert _collect(unedited, cache, "float32", "float64") == [(3.0, 0)] * 2


@pytest.mark.slow
def test_machine_code_that_is_broken_is_compiled_again(unedited, cache):
    for file in cache.rglob("*.nb[ci]"):
        file.write_bytes(b"")
    assert _collect(unedited, cache) == [(3.0, 0)]


@pytest.mark.slow
def test_another_checkout_of_the_same_sources_takes_the_machine_code(unedited, cache, tmp_path):
    """Neither the place of the sources nor their dates count, only what stands in them."""
    moved = tmp_path / "elsewhere" / "sim"
    shutil.copytree(unedited, moved)
    for source in moved.rglob("*.py"):
        os.utime(source, (NOW, NOW))
    assert _collect(moved, cache, "float32", "float64") == [(3.0, 1), (3.0, 2)]


@pytest.mark.corpus
def test_two_checkouts_that_differ_keep_their_machine_code_apart(unedited, cache, tmp_path):
    edited = tmp_path / "elsewhere" / "sim"
    shutil.copytree(unedited, edited)
    (edited / "processes" / "tax.py").write_text(RULE.format(share=0.5))
    assert _collect(edited, cache) == [(1.5, 0)]
    assert _collect(unedited, cache) == [(3.0, 1)]
    assert _collect(edited, cache) == [(1.5, 1)]


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


@pytest.mark.parametrize(
    ("module", "is_other"),
    [
        ({"AT": (1, 2.0), "__file__": "moved.py", "words": ("a", 1)}, False),
        ({"AT": (1, 3.0), "__file__": "here.py"}, True),
        ({"AT": (1, 2.0), "COUNT": np.int64(4)}, True),
    ],
)
def test_machine_code_of_other_numbers_of_a_module_is_not_taken(module, is_other):
    """Constants may come from a catalogue, which is no source."""

    def name(module):
        exec("def offset():\n    return AT", module)
        return constants_hash(module["offset"])

    assert (name(module) != name({"AT": (1, 2.0), "__file__": "here.py"})) == is_other


def test_folders_of_older_sources_go_once_nobody_uses_them(tmp_path):
    ages = {f"kernels-{days:02}": days * 86400.0 for days in range(12)}
    for name, age in ages.items():
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (NOW - age, NOW - age))
    (tmp_path / "results").mkdir()
    os.utime(tmp_path / "results", (0, 0))
    prune_folders(tmp_path.glob("kernels-*"), NOW)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [f"kernels-{days:02}" for days in range(8)] + ["results"]


def test_folders_in_use_stay_however_many(tmp_path):
    for number in range(20):
        folder = tmp_path / f"kernels-{number:02}"
        folder.mkdir()
        os.utime(folder, (NOW, NOW))
    prune_folders(tmp_path.glob("kernels-*"), NOW)
    assert len(list(tmp_path.iterdir())) == 20
