"""Workers start in an environment of their own, and callers keep theirs."""

import multiprocessing
import os
import sys
from pathlib import Path

import pytest

from sim.experiments.fork_server import caller_left_alone, prepare_workers, worker_environment


def test_workers_have_one_thread_each_and_the_modules_of_this_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither another `sim` in the current folder nor a setting of the caller reaches them."""
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    monkeypatch.setattr(sys, "path", ["", "/elsewhere"])
    before = dict(os.environ)
    with worker_environment():
        assert os.environ["OMP_NUM_THREADS"] == os.environ["NUMBA_NUM_THREADS"] == "1"
        assert os.environ["PYTHONPATH"] == os.pathsep.join([str(Path.cwd()), "/elsewhere"])
        assert os.environ["PYTHONSAFEPATH"] == "1"
    assert dict(os.environ) == before


def test_workers_are_forked_from_a_process_that_has_loaded_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forkserver = pytest.importorskip("multiprocessing.forkserver")
    loaded: list[str] = []
    threads: list[str] = []
    monkeypatch.setattr(multiprocessing, "set_forkserver_preload", loaded.extend)
    monkeypatch.setattr(
        forkserver, "ensure_running", lambda: threads.append(os.environ["OMP_NUM_THREADS"])
    )
    prepare_workers()
    assert (loaded, threads) == (["sim.experiments.warmed"], ["1"])


def test_a_caller_has_its_script_again_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__file__", "script.py", raising=False)
    spec = main.__spec__
    with caller_left_alone():
        assert main.__spec__ is None
        assert not hasattr(main, "__file__")
    assert (main.__file__, main.__spec__) == ("script.py", spec)
