"""Try whether the tests see faults: ``python -m tests.mutation.gate --count 40 --seed 1``.

Mutants are drawn line by line, seeded, those of lines changed since a commit first. Each is written
into a copy of the checkout, where a forked process runs the tests that are nearest: the golden
states, then files of tests by how many imports lie between them and the mutant, up to the first
failure. A failure counts only where the same test passes without the mutant.

Files with kernels are run without compilation (`tests.mutation.uncompiled`); others load compiled
kernels from disk. Cosmic Ray and mutmut start a process and import everything for each mutant, know
no other mode per file, and would compile the kernels of each for a minute or two.

Survivors are listed with what they change. ``tests/mutation/equivalent.toml`` names mutants that
change nothing that can be observed, each with the reason. Left out is `sim/kernels/machine`, which
writes machine code and has no uncompiled form; `tests/kernels` compares its results.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from tests.mutation.source_mutants import Mutant, draw, mutants_of

ROOT = Path(__file__).parents[2]
ROOMS = (
    *("processes", "kernels", "measures", "start", "territory", "interventions", "experiments"),
    "simulation/ledger.py",
)
GOLDEN = "tests/laws/test_golden_states.py"
_OF_THE_MODEL = ("processes", "kernels", "measures", "start", "interventions", "simulation")
_SECONDS_OF_A_TEST = 12
_SECONDS_OF_A_MUTANT = 40
_NEAREST_FILES = 8


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
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return frozenset(name for name in found if name.startswith(("sim", "tests")))


@cache
def _importers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for folder in ("sim", "tests"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for module in _imports(path):
                found.setdefault(module, []).append(name)
    return found


def nearest_tests(path: str) -> list[str]:
    """Return files of tests, those with the fewest imports between them and a file first."""
    found: list[str] = [GOLDEN] if path.split("/")[1] in _OF_THE_MODEL else []
    seen, now = {path}, [path]
    while now and len(found) < _NEAREST_FILES:
        after = sorted(
            {
                importer
                for file in now
                for importer in _importers().get(file.removesuffix(".py").replace("/", "."), ())
            }
            - seen
        )
        seen |= set(after)
        tests = [file for file in after if Path(file).name.startswith("test_")]
        found += sorted(set(tests) - {GOLDEN}, key=lambda file: (ROOT / file).stat().st_size)
        now = [file for file in after if file not in tests]
    return found[:_NEAREST_FILES]


class _Watch:
    """A plugin of pytest: the first failure, a limit for each test, and one for all."""

    def __init__(self, report: Path, ignored: Iterable[str]) -> None:
        self.report, self.ignored = report, set(ignored)

    def _say(self, **said: Any) -> None:
        self.report.write_text(json.dumps(said))

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        items[:] = [item for item in items if item.nodeid not in self.ignored]

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._say(failed=report.nodeid)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        import pytest

        if time.process_time() > _SECONDS_OF_A_MUTANT:
            self._say(late=nodeid)
            pytest.exit("out of time")
        self._say(failed=nodeid)  # holds if the process is killed within the test
        signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS_OF_A_TEST)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)

    def pytest_sessionfinish(self, session: Any, exitstatus: int) -> None:
        if exitstatus in (0, 5):  # all passed, or there were none
            self._say()


def _run_tests(tree: Path, tests: list[str], ignored: Iterable[str], *, compiled: bool) -> str:
    """Run tests in a forked process; return the first that fails, or "" if none does.

    The name of a test that was not reached in time follows "late:".
    """
    report = tree / "report.json"
    report.write_text('{"failed": "start"}')
    child = os.fork()
    if not child:
        status = 1
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            limit = _SECONDS_OF_A_MUTANT + 2 * _SECONDS_OF_A_TEST
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            os.chdir(tree)
            for name in [n for n in sys.modules if n == "tests" or n.startswith("tests.")]:
                del sys.modules[name]  # those of the tree take their place
            sys.path[0:0] = [str(tree)]
            os.environ["PYTHONPATH"] = str(tree)
            if not compiled:
                from tests.mutation.uncompiled import install

                install()
            import pytest

            options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
            options += ["-o", "addopts=--import-mode=importlib", "-W", "ignore::RuntimeWarning"]
            options += ["--hypothesis-profile=versions"]
            options += ["-m", "not statistical and not slow and not corpus"]
            pytest.main([*options, *tests], plugins=[_Watch(report, ignored)])
            status = 0
        finally:
            os._exit(status)
    os.waitpid(child, 0)
    said = json.loads(report.read_text())
    return f"late:{said['late']}" if "late" in said else said.get("failed", "")


class Tree:
    """A copy of the checkout in which one file at a time is mutated."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, folder / name)
        self._sound: dict[bool, set[str]] = {True: set(), False: set()}
        self._unsound: dict[bool, set[str]] = {True: set(), False: set()}

    def first_to_see(self, mutant: Mutant) -> str:
        """Return the test that fails with a mutant and passes without; "" if there is none."""
        place, original = self.folder / mutant.path, (ROOT / mutant.path).read_bytes()
        compiled = b"kernels.machine.compile import" not in original
        tests, ignored = nearest_tests(mutant.path), self._unsound[compiled]
        begun = time.monotonic()
        while tests:
            try:
                place.write_bytes(mutant.source(original))
                failed = _run_tests(self.folder, tests, ignored, compiled=compiled)
            finally:
                place.write_bytes(original)
            if not failed or failed.startswith("late:") or failed in self._sound[compiled]:
                return failed
            if not _run_tests(self.folder, [_ran(failed, tests)], (), compiled=compiled):
                self._sound[compiled].add(failed)
                return failed
            ignored.add(failed)
            tests = [test for test in _from(failed, tests) if test != failed]
            if time.monotonic() - begun > 2 * _SECONDS_OF_A_MUTANT:
                return f"late:{failed}"
        return ""


def _from(failed: str, tests: list[str]) -> list[str]:
    """Return the files from that of a failure on."""
    file = failed.partition("::")[0]
    return tests[tests.index(file) :] if file in tests else tests[1:]


def _ran(failed: str, tests: list[str]) -> str:
    """Return what to run again of a failure: a test, a file, or the first file of all."""
    return failed if failed.startswith("tests/") else tests[0]


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


def _try(mutants: list[Mutant], folder: str, until: float, log: Any) -> list[tuple[Mutant, str]]:
    tree, seen = Tree(Path(folder)), []
    for mutant in mutants:
        if time.monotonic() > until:
            break
        start = time.monotonic()
        by = tree.first_to_see(mutant)
        seen.append((mutant, by))
        print(
            f"{time.monotonic() - start:6.1f} s  {mutant.path}:{mutant.line}  {by or 'SURVIVES'}",
            file=log,
            flush=True,
        )
    return seen


def main() -> int:
    """Draw mutants, try them and list the survivors; 1 if too many survive."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--count", type=int, default=40, help="mutants to try")
    parser.add_argument("--seed", default="1", help="the same seed and sources: the same mutants")
    parser.add_argument("--since", help="a commit: half of the mutants of lines changed since")
    parser.add_argument("--only", default="", help="part of the paths to draw from")
    parser.add_argument("--minutes", type=float, default=600.0, help="then begin no further mutant")
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
        seen = _try(tried, folder, until, sys.stdout)

    survivors = [(mutant, by) for mutant, by in seen if not by or by.startswith("late:")]
    for mutant, by in survivors:
        print(f"\nSurvives: {mutant.path}:{mutant.line}\n    {mutant.before}\n    {mutant.after}")
        if by:
            print(f"    {_SECONDS_OF_A_MUTANT} s of tests ended before {by.removeprefix('late:')}")
    print(f"\n{len(seen)} mutants tried, {len(survivors)} survive, {len(same)} named equivalent.")
    if len(seen) < len(tried):
        print(f"{len(tried) - len(seen)} not tried within {given.minutes:g} minutes.")
    for key in sorted(stale):
        print(f"Named equivalent, but no longer there: {key}")
    return int(len(survivors) > given.allowed or bool(stale))


if __name__ == "__main__":
    sys.exit(main())
