"""Run tests against mutants in forks of a process that has imported and collected all of them."""

from __future__ import annotations

import functools
import gc
import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.mutation.source_mutants import Mutant
from tests.mutation.swap import Started, around, swap

SECONDS_OF_A_TEST = 12
SECONDS_OF_A_WAIT = 90
"""Time by the clock after which a test waits for what the mutant keeps from coming."""

SECONDS_OF_A_MUTANT = 35
"""Time of the processor: golden states take 15 s uncompiled, and 25 on a crowded machine."""

SECONDS_WITH_REPEATS = 50
"""Time after which no further test is looked for that fails by the mutant alone."""


class Trial(NamedTuple):
    """A mutant with its number, and the files of tests, or single ones, to run against it."""

    number: int
    mutant: Mutant
    files: list[str]


def in_fork(do: Callable[[], None]) -> None:
    """Do something in a fork of this process, without output."""
    child = os.fork()
    if not child:
        status = 1
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            do()
            status = 0
        finally:
            os._exit(status)
    os.waitpid(child, 0)


class Bench:
    """A copy of the checkout, with what runs its tests.

    Parameters
    ----------
    tree : Path
        The copy. Processes that a test starts read the mutant there.
    compiled : bool
        Whether kernels are machine code or plain Python.
    """

    def __init__(self, tree: Path, *, compiled: bool) -> None:
        self.tree, self.compiled = tree, compiled
        self.report, self.said = tree / "report.json", tree / "said.txt"
        self.log = os.fdopen(os.dup(1), "w")
        self.is_collected = True
        self.imported: set[tuple[str, str]] = set()
        self.sound: set[str] = set()
        self.unsound: set[str] = set()

    def open(self, files: Iterable[str], work: Callable[[Bench, list[Any]], None]) -> None:
        """Collect files of tests in this process, which nothing else may use, and go to work."""
        os.chdir(self.tree)
        for name in [n for n in sys.modules if n == "tests" or n.startswith("tests.")]:
            del sys.modules[name]  # those of the tree take their place
        sys.path[0:0] = [str(self.tree)]
        os.environ["PYTHONPATH"] = str(self.tree)
        if not self.compiled:
            from tests.mutation.uncompiled import install

            install()
        import pytest

        options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", "ignore::RuntimeWarning"]
        options += ["--continue-on-collection-errors", "-o", "addopts=--import-mode=importlib"]
        options += ["--hypothesis-profile=versions", f"--basetemp={self.tree}-files"]
        options += ["-m", "not statistical and not corpus"]
        pytest.main([*options, *files], plugins=[_Collected(self, work)])

    def try_all(self, trials: list[Trial], until: float) -> None:
        """Try mutants one by one until a time, and write which test fails; "" if none does.

        The first is tried however late it is: imports alone may outlast the time. The name of a
        test that was not reached in time follows "late:".
        """
        swapped, whole = [], []
        for trial in trials:
            of_function = around(trial.mutant, (self.tree / trial.mutant.path).read_bytes())
            (swapped if of_function else whole).append(trial)
        left = self.tree / "left.json"
        left.write_text("[]")

        def all_swapped(bench: Bench, items: list[Any]) -> None:
            if bench.compiled:
                _load_kernels()
            for k, trial in enumerate(swapped):
                if k and time.monotonic() > until:
                    return
                path = self.tree / trial.mutant.path
                name = around(trial.mutant, path.read_bytes())
                if (trial.mutant.path, name) in bench.imported:
                    left.write_text(json.dumps([*json.loads(left.read_text()), k]))
                else:
                    self._say(trial, bench._first_to_see, items)

        files = dict.fromkeys(file for trial in swapped for file in trial.files)
        if swapped:
            in_fork(lambda: self.open(files, all_swapped))
        whole += [swapped[k] for k in json.loads(left.read_text())]
        for trial in whole:
            if trial is trials[0] or time.monotonic() < until:
                self._say(trial, self._first_to_see_imported)

    def _say(self, trial: Trial, first_to_see: Callable[..., str], *given: Any) -> None:
        begun = time.monotonic()
        by = first_to_see(trial, *given)
        place = f"{trial.mutant.path}:{trial.mutant.line}"
        print(
            f"{time.monotonic() - begun:6.1f} s  {place}  {by or 'SURVIVES'}",
            file=self.log,
            flush=True,
        )
        with self.said.open("a") as said:
            said.write(f"{trial.number}\t{by}\n")

    def _mutated(self, mutant: Mutant, do: Callable[[bytes, bytes], None]) -> str:
        """Do something in a fork while a file is mutated; return the test that failed."""
        path = self.tree / mutant.path
        before = path.read_bytes()
        after = mutant.source(before)
        self.report.write_text('{"failed": "start"}')
        path.write_bytes(after)
        try:
            in_fork(lambda: do(before, after))
        finally:
            path.write_bytes(before)
        said = json.loads(self.report.read_text())
        return f"late:{said['late']}" if "late" in said else said.get("failed", "")

    def _first_to_see(self, trial: Trial, collected: list[Any]) -> str:
        """Return the test that sees a mutant of a function, run in a fork of this process."""
        path = str(self.tree / trial.mutant.path)
        items = _of_files(collected, trial.files)

        def run(before: bytes, after: bytes) -> None:
            swap(path, before, after)
            self._run(items)

        begun = time.monotonic()
        while True:
            failed = self._mutated(trial.mutant, run)
            again = [item for item in items if item.nodeid == failed]
            if not again or self._passes(failed, partial(self._run, again)):
                return failed
            if time.monotonic() - begun > SECONDS_WITH_REPEATS:
                return f"late:{failed}"
            items = items[items.index(again[0]) + 1 :]

    def _first_to_see_imported(self, trial: Trial) -> str:
        """Return the test that sees a mutant of what is computed on import."""
        files = trial.files

        def run(bench: Bench, items: list[Any]) -> None:
            if bench.is_collected:
                bench._run(_of_files(items, files))

        def again(bench: Bench, items: list[Any]) -> None:
            if bench.is_collected:
                bench._run([item for item in items if item.nodeid == failed])

        begun = time.monotonic()
        while True:
            failed = self._mutated(trial.mutant, lambda *_: self.open(files, run))
            if not failed or failed.startswith("late:"):
                return failed
            places = [file for file in files if failed.startswith(file)] or files[:1]
            if self._passes(failed, partial(self.open, places, again)):
                return failed
            if time.monotonic() - begun > SECONDS_WITH_REPEATS:
                return f"late:{failed}"

    def _passes(self, test: str, run: Callable[[], None]) -> bool:
        """Return whether a test passes without a mutant."""
        if test not in self.sound | self.unsound:
            self.report.write_text('{"failed": "start"}')
            in_fork(run)
            passed = "failed" not in json.loads(self.report.read_text())
            (self.sound if passed else self.unsound).add(test)
        return test in self.sound

    def _run(self, items: list[Any]) -> None:
        """Run tests in this process up to the first failure, and write which it is."""
        from _pytest.runner import runtestprotocol

        limit = int(time.process_time()) + SECONDS_OF_A_MUTANT + 2 * SECONDS_OF_A_TEST
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        begun = time.process_time()
        for item, after in zip(items, [*items[1:], None], strict=True):
            if item.nodeid in self.unsound:
                continue
            if time.process_time() - begun > SECONDS_OF_A_MUTANT:
                self.report.write_text(json.dumps({"late": item.nodeid}))
                return
            # It stays so if the process is killed within the test.
            self.report.write_text(json.dumps({"failed": item.nodeid}))
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS_OF_A_TEST)
            signal.alarm(SECONDS_OF_A_WAIT)
            reports = runtestprotocol(item, nextitem=after, log=False)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.alarm(0)
            if any(report.failed for report in reports):
                return
        self.report.write_text("{}")


class _Collected:
    """A plugin of pytest that does other work than running all tests."""

    def __init__(self, bench: Bench, work: Callable[[Bench, list[Any]], None]) -> None:
        self.bench, self.work = bench, work
        self.watch = Started(bench.tree)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed and report.nodeid not in self.bench.unsound:
            self.bench.report.write_text(json.dumps({"failed": report.nodeid}))
            self.bench.is_collected = False

    def pytest_runtestloop(self, session: Any) -> bool:
        self.bench.imported = self.watch.end()
        self.work(self.bench, session.items)
        return True


def _load_kernels() -> None:
    """Load the machine code of the month once for all forks, and forget what it computed."""
    from tests.reference.towns import small_town

    small_town().run(1)
    gc.unfreeze()
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            module = thing.__module__
            if module.startswith(("sim.", "tests.")) and "kernels.machine" not in module:
                thing.cache_clear()
    gc.collect()
    gc.freeze()


def _of_files(items: list[Any], files: list[str]) -> list[Any]:
    """Return the tests of files, in the order of these, slow ones last."""
    found = [i for file in files for i in items if f"{i.nodeid}::".startswith(f"{file}::")]
    return sorted(found, key=lambda item: item.get_closest_marker("slow") is not None)
