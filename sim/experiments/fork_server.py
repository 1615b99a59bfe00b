"""The process from which workers are forked, with all modules loaded and compiled once."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_ONE_THREAD: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def prepare_workers() -> None:
    """Start the fork server, which loads and compiles in the background."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        from multiprocessing import forkserver

        with worker_environment():
            multiprocessing.set_forkserver_preload(["sim.experiments.warmed"])
            forkserver.ensure_running()


@contextmanager
def worker_environment() -> Iterator[None]:
    """Set the environment of workers: one thread each, and this process's modules.

    A fork server looks for modules in the current folder first, which may contain another ``sim``
    (CPython up to 3.13 does not pass on this process's search path).
    """
    wanted = dict.fromkeys(_ONE_THREAD, "1")
    wanted["PYTHONPATH"] = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    wanted["PYTHONSAFEPATH"] = "1"
    before = {name: os.environ.get(name) for name in wanted}
    os.environ |= wanted
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def caller_left_alone() -> Iterator[None]:
    """Keep workers from running the caller's script to find its names, which they do not need.

    Otherwise scripts would need ``if __name__ == ...``.
    """
    main = sys.modules["__main__"]
    kept: dict[str, Any] = {
        n: main.__dict__[n] for n in ("__spec__", "__file__") if n in main.__dict__
    }
    main.__spec__ = None
    main.__dict__.pop("__file__", None)
    try:
        yield
    finally:
        main.__dict__.update(kept)
