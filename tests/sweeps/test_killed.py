"""A killed sweep loses nothing, leaves no processes behind, and resumes where it stopped."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.experiments.store import Store
from tests.sweeps.doomed import DONE
from tests.sweeps.toy_sweeps import POINTS, fill_toys, new_store
from tests.sweeps.toys import Toy, calls

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")

SOON = 5
"""Seconds after which no process of a killed sweep is left."""


class Doomed(NamedTuple):
    """A sweep in another process, in which `DONE` runs finish and the others never end."""

    process: subprocess.Popen[str]
    store: Store
    log: Path

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def end_by(self, signal_: signal.Signals, whole_group: bool) -> list[psutil.Process]:
        """Return its processes that are left after its end."""
        family = self.family()
        (os.killpg if whole_group else os.kill)(self.process.pid, signal_)
        self.process.communicate(timeout=60)
        _, alive = psutil.wait_procs([p for p in family if is_alive(p)], SOON)
        return [p for p in alive if is_alive(p)]

    def go_on(self) -> tuple[int, int]:
        """Return the runs done now, and how many of them had been done before."""
        done, before = set(self.store.statuses()), calls(self.log)
        tally = fill_toys(self.store, Toy(self.log))
        return tally.done, len(done & (calls(self.log) - before).keys())


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def start(folder: Path, executor: str) -> Doomed:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.sweeps.doomed", str(folder), executor],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    for _ in range(DONE // 4):
        assert process.stdout.readline(), process.communicate()
    return Doomed(process, Store(folder / "sweep"), folder / "log")


@pytest.fixture
def doomed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Doomed]:
    sweep = start(tmp_path, request.param)
    family = [*sweep.family(), psutil.Process(sweep.process.pid)]
    yield sweep
    for process in filter(is_alive, family):
        process.kill()


@pytest.mark.slow
@pytest.mark.parametrize("doomed", ["local", "dask"], indirect=True)
def test_a_sweep_killed_midway_has_lost_nothing_and_leaves_nobody(doomed, whole):
    assert len(doomed.family()) >= 2
    with pytest.raises(InputError, match="being written by another process"):
        fill_toys(doomed.store)
    assert doomed.end_by(signal.SIGKILL, whole_group=False) == []
    assert len(doomed.store.statuses()) == DONE
    assert doomed.go_on() == (POINTS - DONE, 0)
    assert doomed.store.digest() == whole.digest()


@pytest.mark.slow
@pytest.mark.parametrize("doomed", ["local"], indirect=True)
def test_ctrl_c_ends_a_sweep_that_can_go_on(doomed, whole):
    assert doomed.end_by(signal.SIGINT, whole_group=True) == []  # as a terminal does
    assert doomed.process.returncode == -signal.SIGINT
    assert doomed.go_on() == (POINTS - DONE, 0)
    assert doomed.store.digest() == whole.digest()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
@given(runs=st.integers(0, POINTS - 1), batch=st.integers(1, 9))
@settings(max_examples=10)
def test_a_run_that_kills_a_sweep_of_one_process_costs_its_batch_at_most(whole, runs, batch):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = new_store(folder / "sweep")
        toy = Toy(folder / "log", {runs: "kills_its_process"})
        child = multiprocessing.get_context("fork").Process(
            target=fill_toys, args=(store, toy), kwargs={"batch": batch}
        )
        child.start()
        child.join(120)
        assert child.exitcode == -signal.SIGKILL
        assert len(store.statuses()) == runs // batch * batch
        fill_toys(store)
        assert store.digest() == whole.digest()
