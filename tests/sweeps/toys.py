"""A model that is fast to run and to import, so that workers need nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.experiments.run import Outcome, Run

__all__ = ["Toy", "calls"]


@dataclass(frozen=True)
class Toy:
    """A toy of the factors ``x`` and maybe ``y``, with two outputs at two horizons and a course.

    Attributes
    ----------
    log : Path, optional
        File that receives a line for each started run.
    fates : mapping of int to str, optional
        Fate of the runs at some x: the name of a function of this module.
    """

    log: Path | None = None
    fates: dict[int, str] = field(default_factory=dict)
    outputs: tuple[str, ...] = ("total", "luck")
    horizons: tuple[int, ...] = (6, 12)
    kept: tuple[str | int, ...] = ("course",)

    def __call__(self, run: Run) -> Outcome:
        if self.log is not None:
            append(self.log, run.key)
        x, y = run.values["x"], run.values.get("y", 0.0)
        if fate := self.fates.get(x):
            globals()[fate](self, x)
        luck = np.random.default_rng(run.seed).normal(size=12)
        measures = np.array([[x + y + luck[:h].sum(), luck[h - 1]] for h in self.horizons])
        measures[0, 1] = np.nan if x % 3 == 0 else measures[0, 1]  # nothing to measure
        months = np.arange(1, 13, dtype=np.int32)
        return Outcome(measures, {"series": {"month": months, "course": luck}})


def append(log: Path, line: str) -> None:
    """Append a line atomically."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


def calls(log: Path) -> Counter[str]:
    """Count how often each run has started."""
    return Counter(log.read_text().split()) if log.exists() else Counter()


def raises(toy: Toy, x: int) -> None:
    raise ArithmeticError(f"no town of {x} inhabitants")


def leaves(toy: Toy, x: int) -> None:
    sys.exit("gone")


def cannot_say(toy: Toy, x: int) -> None:
    raise Unspeakable("\udcff" + "é" * 100_000)


class Unspeakable(Exception):
    """An error whose message is not text."""


def ends_its_process(toy: Toy, x: int) -> None:
    os._exit(7)


def kills_its_process(toy: Toy, x: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def takes_a_moment(toy: Toy, x: int) -> None:
    time.sleep(0.1)


def never_ends(toy: Toy, x: int) -> None:
    while True:
        time.sleep(0.05)


def never_gives_up(toy: Toy, x: int) -> None:
    while True:
        with contextlib.suppress(Exception):
            time.sleep(0.05)


def kills_its_process_once(toy: Toy, x: int) -> None:
    """Kill the process once, as somebody else would."""
    assert toy.log is not None
    try:
        toy.log.with_suffix(f".{x}").touch(exist_ok=False)
    except FileExistsError:
        return
    kills_its_process(toy, x)
