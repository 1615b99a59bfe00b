"""Progress of a sweep: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from sim.experiments.engine import Tally

EVERY: Final = 10.0
"""Minimum seconds between plain lines."""


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


class SweepProgress:
    """Display of a tally.

    Parameters
    ----------
    quiet : bool
        Show nothing.
    """

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._start = self._last = time.monotonic()
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> SweepProgress:
        if self._quiet or not sys.stderr.isatty():
            return self
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("Running"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed, {task.fields[left]} left"),
            console=Console(stderr=True),
        )
        self._bar.start()
        return self

    def __exit__(self, *error: Any) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, tally: Tally) -> None:
        """Show the progress."""
        now = time.monotonic()
        left = time_left((now - self._start) / tally.done * (tally.total - tally.done))
        if self._bar is not None:
            fields: dict[str, Any] = {"failed": tally.failed, "left": left}
            if self._task is None:
                self._task = self._bar.add_task("", total=tally.total, **fields)
            self._bar.update(self._task, completed=tally.done, **fields)
        elif not self._quiet and now - self._last >= EVERY:
            self._last = now
            typer.echo(
                f"{tally.done:,} of {tally.total:,} runs, {tally.failed:,} failed, "
                f"about {left} left",
                err=True,
            )
