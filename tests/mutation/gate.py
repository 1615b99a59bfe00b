"""Try whether the tests see faults: ``python -m tests.mutation.gate --count 40 --seed 1``.

Mutants are drawn line by line, seeded, those of lines changed since a commit first. Each worker has
a copy of the checkout. It imports the simulation and collects the tests that its mutants need once,
then forks for each mutant, which changes the code of one function (`tests.mutation.swap`) and runs
the nearest tests up to the first failure: the golden tables, then files of tests by how many
imports lie between them and the mutant. Only what is computed on import is imported again. A
failure counts only where the same test passes without the mutant.

Files with kernels are run without compilation (`tests.mutation.uncompiled`); others load compiled
kernels from disk. Cosmic Ray and mutmut start a process and import everything for each mutant, know
no other mode per file, and would compile the kernels of each for a minute or two.

Survivors are listed with what they change. ``tests/mutation/equivalent.toml`` names mutants that
change nothing that can be observed, each with the reason. Left out is `sim/kernels/machine`, which
writes machine code and has no uncompiled form; `tests/kernels` compares its results.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from tests.mutation.source_mutants import Mutant, draw, mutants_of
from tests.mutation.trials import SECONDS_OF_A_MUTANT, Bench, Trial

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("processes", "kernels", "measures", "start", "territory", "interventions", "experiments"),
    "simulation/ledger.py",
)
DECLARATIONS = "tests/laws/test_golden_declarations.py"
STATES = "tests/laws/test_golden_states.py"
OF_A_PROCESS = (
    "tests/rules/test_month_against_twin.py::test_a_process_changes_the_town_as_its_twin_does"
)
TWINS = "tests/rules/test_measures_against_twin.py"
EXAMPLES = "tests/contracts/test_doctests.py::test_examples_print_the_output_shown"
_OF_ROOMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("kernels", "start", "simulation"), (DECLARATIONS, STATES)),
    "processes": (DECLARATIONS, STATES),
    "interventions": (
        *(DECLARATIONS, STATES),
        *("tests/rules/test_interventions.py", "tests/interfaces/test_budget.py"),
    ),
    "measures": (DECLARATIONS, TWINS, STATES, "tests/laws/test_golden_numbers.py"),
    "experiments": (DECLARATIONS, "tests/laws/test_golden_numbers.py"),
    "territory": (DECLARATIONS, "tests/interfaces/test_golden_imports.py"),
}
_NEAREST_FILES = 9
_IMPORT = re.compile(
    r"^ *(?:from ((?:sim|tests)[.\w]*)|import ((?:sim|tests)[.\w]*))"
    r"(?: import (?:\(([^)]*)\)|(.*)))?",
    re.MULTILINE,
)
"""Imports of modules of the checkout; to parse each file takes seconds."""


def observable_files() -> list[str]:
    """Return the files whose mutants are tried."""
    found: list[Path] = []
    for room in ROOMS:
        place = ROOT / "sim" / room
        found += sorted(place.glob("*.py")) if place.is_dir() else [place]
    return [path.relative_to(ROOT).as_posix() for path in found]


def changed_lines(since: str) -> set[tuple[str, int]]:
    """Return files and lines that differ from a commit."""
    command = ["git", "diff", "--unified=0", since, "--", "sim"]
    found, path = set(), ""
    for line in subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines():
        if line.startswith("+++ "):
            path = line.removeprefix("+++ b/")
        elif line.startswith("@@"):
            first, _, count = line.split("+")[1].split(" ")[0].partition(",")
            found |= {(path, int(first) + k) for k in range(int(count or 1))}
    return found


def chosen_mutants(count: int, seed: str, since: str | None, only: str) -> list[Mutant]:
    """Draw mutants: up to half of them of lines that changed, then of all lines."""
    paths = [path for path in observable_files() if only in path]
    everywhere = draw(ROOT, paths, count, seed)
    if not since:
        return everywhere
    changed = changed_lines(since)
    of_changed = [
        mutant
        for mutant in draw(ROOT, sorted({p for p, _ in changed} & set(paths)), 10**6, seed)
        if (mutant.path, mutant.line) in changed
    ][: count // 2]
    return list(dict.fromkeys([*of_changed, *everywhere]))[:count]


@cache
def _imports(path: Path) -> frozenset[str]:
    """Return the modules of the checkout that a file imports."""
    found: set[str] = set()
    for module, whole, several, one in _IMPORT.findall(path.read_text(encoding="utf-8")):
        names = re.findall(r"(\w+)(?: as \w+)?", re.sub("#.*", "", several or one))
        found |= {whole} if whole else {module, *(f"{module}.{name}" for name in names)}
    return frozenset(found)


@cache
def _importers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder in ("sim", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for module in _imports(path):
                found.setdefault(module, []).append(name)
    return found


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@cache
def _words(path: Path) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", path.read_text(encoding="utf-8")))


def _remoteness(path: str, test: str) -> tuple[int, int]:
    """Order tests by what of a module they name, or their reference does; then small files first.

    Names are those of the module, its classes and functions.
    """
    text = (ROOT / path).read_text(encoding="utf-8")
    names = {Path(path).stem, *re.findall(r"^ *(?:def|class) ([^_]\w+)", text, re.MULTILINE)}
    own = _imports(ROOT / test)
    read = [test, *(n.replace(".", "/") + ".py" for n in own if n.startswith("tests."))]
    known = frozenset[str]().union(*(_words(ROOT / f) for f in read if (ROOT / f).exists()))
    return -len(names & known), (ROOT / test).stat().st_size


def nearest_tests(path: str) -> list[str]:
    """Return files of tests, those with the fewest imports between them and a file first.

    The examples of a file's docstrings and golden tables come before all others, and at kernels
    after the three nearest.
    """
    room = path.split("/")[1]
    golden, found = _OF_ROOMS.get(room, ()), list[str]()
    if b"PROCESS = Process(" in (ROOT / path).read_bytes():
        golden = (*golden, f"{OF_A_PROCESS}[{Path(path).stem}-neighbours within a buffer]")
    if b">>> " in (ROOT / path).read_bytes():
        golden = (f"{EXAMPLES}[{_module(path)}]", *golden)
    seen, now = {path}, [path]
    while now and len(found) < _NEAREST_FILES:
        importers = {name for file in now for name in _importers().get(_module(file), ())}
        now = sorted(importers - seen)
        seen |= importers
        tests = [file for file in now if Path(file).name.startswith("test_")]
        found += sorted(set(tests) - set(golden), key=partial(_remoteness, path))
        now = [file for file in now if file not in tests]
    first = 3 if room == "kernels" else 0
    return [*found[:first], *golden, *found[first:]][:_NEAREST_FILES]


def _copy(tree: Path) -> Path:
    """Copy the checkout."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
    return tree


def equivalent() -> dict[str, str]:
    """Return the reasons of mutants that change nothing, by their keys."""
    text = Path(__file__).with_name("equivalent.toml").read_text(encoding="utf-8")
    return {entry["mutant"]: entry["reason"] for entry in tomllib.loads(text)["equivalent"]}


def _keys_of(paths: set[str]) -> set[str]:
    keys = set()
    for path in paths:
        source = (ROOT / path).read_bytes()
        keys |= {mutant.key(source) for mutant in mutants_of(path, source)}
    return keys


def _at_once(works: list[Callable[[], None]]) -> None:
    """Do all in a process each."""
    children = []
    for work in works:
        child = os.fork()
        if not child:
            status = 1
            try:
                work()
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def _try(trials: list[Trial], tree: Path, until: float) -> None:
    """Try mutants, first those that leave machine code valid."""
    for compiled in (True, False):
        bench = Bench(tree, compiled=compiled)
        some = [trial for trial in trials if is_compiled(trial.mutant.path) is compiled]
        bench.try_all(some, until)


def is_compiled(path: str) -> bool:
    """Return whether mutants of a file leave all machine code valid."""
    machine = b"kernels.machine.compile import" in (ROOT / path).read_bytes()
    return not machine and path.split("/")[1] not in ("kernels", "processes")


def main() -> int:
    """Draw mutants, try them and list the survivors; 1 if too many survive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=40, help="mutants to try")
    parser.add_argument("--seed", default="1", help="the same seed and sources: the same mutants")
    parser.add_argument("--since", help="a commit: half of the mutants of lines changed since")
    parser.add_argument("--only", default="", help="part of the paths to draw from")
    parser.add_argument("--workers", type=int, default=2, help="processes at work")
    parser.add_argument("--minutes", type=float, default=600.0, help="then begin no further one")
    parser.add_argument("--allowed", type=int, default=0, help="survivors that are no failure")
    given = parser.parse_args()

    named = equivalent()
    stale = set(named) - _keys_of({key.partition(":")[0] for key in named})
    mutants = chosen_mutants(given.count, given.seed, given.since, given.only)
    same = [m for m in mutants if m.key((ROOT / m.path).read_bytes()) in named]
    tried = [mutant for mutant in mutants if mutant not in same]
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # or forks may wait for its threads
    for module in ("mesa", "numba", "pandas", "scipy.stats", "scipy.optimize", "pyarrow.parquet"):
        __import__(module)
    for module in ("pydantic", "hypothesis.strategies", "pytest", "typer", "jinja2", "pyogrio"):
        __import__(module)
    until = time.monotonic() + 60 * given.minutes
    with tempfile.TemporaryDirectory() as folder:
        trees = [_copy(Path(folder, str(k))) for k in range(given.workers)]
        trials = [Trial(k, m, nearest_tests(m.path)) for k, m in enumerate(tried)]
        _at_once(
            [partial(_try, trials[k :: len(trees)], tree, until) for k, tree in enumerate(trees)]
        )
        said = [line for tree in trees for line in _lines(tree / "said.txt")]
    known = dict(line.split("\t") for line in said)
    seen = [(m, known[str(k)]) for k, m in enumerate(tried) if str(k) in known]

    survivors = [(mutant, by) for mutant, by in seen if not by or by.startswith("late:")]
    for mutant, by in survivors:
        print(f"\nSurvives: {mutant.path}:{mutant.line}\n    {mutant.before}\n    {mutant.after}")
        if by:
            print(f"    {SECONDS_OF_A_MUTANT} s of tests ended before {by.removeprefix('late:')}")
    print(f"\n{len(seen)} mutants tried, {len(survivors)} survive, {len(same)} named equivalent.")
    if len(seen) < len(tried):
        print(f"{len(tried) - len(seen)} not tried within {given.minutes:g} minutes.")
    for key in sorted(stale):
        print(f"Named equivalent, but no longer there: {key}")
    return int(len(survivors) > given.allowed or bool(stale))


if __name__ == "__main__":
    sys.exit(main())
