"""Progress and outcome of many runs: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import typer

from sim.cli.console import CONSOLE
from sim.experiments.addresses import local_folder

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from sim.experiments.engine import Tally
    from sim.experiments.results import Results


FAILED: Final = 1
SOME_FAILED: Final = 3

EVERY: Final = 10.0
"""Seconds between two plain lines."""


def time_left(seconds: float) -> str:
    """Return a duration in words, rounded as in speech.

    Examples
    --------
    >>> time_left(42), time_left(600), time_left(9000)
    ('42 s', '10 min', '2 h 30 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


class Watch:
    """Progress on stderr while runs are done.

    Parameters
    ----------
    folder : str, optional
        Folder of the results, or an address.
    again : str
        How to continue after an interrupt; by default with ``--resume``.
    """

    def __init__(self, folder: str | None, again: str = "") -> None:
        if folder is not None:
            again = again or f"go on with --out {folder} --resume"
            CONSOLE.folder = local_folder(folder)
            CONSOLE.kept = f"what was finished is kept; {again}"
        self._tally: Tally | None = None
        self._start = self._last = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Watch:
        from sim.simulation.first_compilation import is_first, second_compiler

        with ExitStack() as stack:
            if is_first():
                CONSOLE.say("Compiling kernels, once: about a minute ...")
                stack.enter_context(second_compiler())
            if not CONSOLE.quiet and sys.stderr.isatty():
                self._bar = stack.enter_context(_bar())
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def tell(self, tally: Tally) -> None:
        """Record and show the progress."""
        self._tally = tally
        CONSOLE.check()
        now = time.monotonic()
        left = time_left((now - self._start) / tally.done * (tally.total - tally.done))
        if self._bar is not None:
            fields: dict[str, Any] = {"failed": tally.failed, "left": left}
            if self._task is None:
                self._task = self._bar.add_task("", total=tally.total, **fields)
            self._bar.update(self._task, completed=tally.done, **fields)
        elif now - self._last >= EVERY:
            self._last = now
            CONSOLE.say(
                f"{tally.done:,} of {tally.total:,} runs, {tally.failed:,} failed, "
                f"about {left} left"
            )

    def end_if_stopped(self) -> None:
        """End the command if the engine stopped early because of failures.

        Raises
        ------
        typer.Exit
            1 if every run failed, 3 if more failed than allowed.
        """
        tally = self._tally
        if tally is None or not tally.stopped:
            return
        is_all = tally.stopped == "all_failed"
        after = ", as every run failed" if is_all else f" at {tally.failed:,} failed runs"
        CONSOLE.fail(f"stopped{after}; the first: {tally.first_error}")
        raise typer.Exit(FAILED if is_all else SOME_FAILED)


def _bar() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    return Progress(
        TextColumn("Running"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[failed]} failed, {task.fields[left]} left"),
        console=Console(stderr=True),
    )


def say_if_more(results: Results, reps: int | None) -> None:
    """Say that a resumed folder holds more replications than asked for."""
    held = results.experiment.replications
    if reps is not None and held > reps:
        CONSOLE.say(f"The folder holds {held:,} replications; all of them are kept.")


def end_if_failed(results: Results) -> None:
    """Report how many runs failed and why, and end with the matching exit code.

    Raises
    ------
    typer.Exit
        3 if some failed.
    """
    failures = results.failures()
    if failures.empty:
        return
    first, done = failures.iloc[0], len(results.store.statuses())
    lost = ""
    if results.kind != "sweep":
        planned = results.experiment.replications
        count = planned - len(results.replications)
        verb = "is" if count == 1 else "are"
        lost = f"{count:,} of {planned:,} replications {verb} missing: "
    again = "" if results.folder is None else " Repeat them with --resume --retry-failed."
    CONSOLE.fail(
        f"{lost}{len(failures):,} of {done:,} runs failed; the first: {first['error_type']}:"
        f" {first['error']}{again}"
    )
    raise typer.Exit(SOME_FAILED)
