"""What goes where: data to stdout; progress, messages and the next useful command to stderr."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

import typer

__all__ = ["CONSOLE", "Console", "real_number", "table", "whole_number"]


@dataclass
class Console:
    """How much is said.

    Attributes
    ----------
    quiet : bool
        Say nothing but data and errors.
    verbose : bool
        Say more, and show where an unexpected error arose.
    interrupted : bool
        Whether Ctrl-C was pressed.
    kept : str
        What is left of the command's work if it ends before its time.
    """

    quiet: bool = False
    verbose: bool = False
    interrupted: bool = False
    kept: str = "nothing was written"

    def data(self, text: str) -> None:
        """Write what was asked for to stdout."""
        typer.echo(text)

    def json(self, value: Any) -> None:
        """Write one JSON object to stdout."""
        typer.echo(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True))

    def say(self, text: str) -> None:
        """Write a message to stderr."""
        if not self.quiet:
            typer.echo(text, err=True)

    def detail(self, text: str) -> None:
        """Write a message that only ``--verbose`` shows."""
        if self.verbose:
            typer.echo(text, err=True)

    def next(self, command: str) -> None:
        """Name the next useful command."""
        self.say(f"Next: {command}")

    def fail(self, text: str) -> None:
        """Write an error, even where all else is quiet."""
        mark = "Error:"
        if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
            mark = typer.style(mark, fg="red", bold=True)
        typer.echo(f"{mark} {text}", err=True)

    @contextmanager
    def progress(self, label: str, total: int) -> Iterator[Callable[[], None]]:
        """A bar on a terminal, nothing elsewhere; the function it gives counts one more."""
        if self.quiet or total < 2 or not sys.stderr.isatty():
            yield self.check
            return
        with typer.progressbar(length=total, label=label, file=sys.stderr) as bar:

            def advance() -> None:
                self.check()
                bar.update(1)

            yield advance

    def check(self) -> None:
        """End where Ctrl-C was pressed while a kernel was compiled, which loses the exception."""
        if self.interrupted:
            raise KeyboardInterrupt

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Note an interrupt, beside raising it as Python does."""
        self.interrupted = False
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def note(number: int, frame: FrameType | None) -> None:
            self.interrupted = True
            raise KeyboardInterrupt

        before = signal.getsignal(signal.SIGINT)
        if before is not signal.default_int_handler:  # somebody else's, or ignored: left alone
            yield
            return
        signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


CONSOLE = Console()
"""The one of this process."""


def table(rows: Sequence[Sequence[str]], *, text_columns: int = 1) -> str:
    """Rows of cells as aligned lines, the first row being the heads.

    Parameters
    ----------
    rows : sequence of sequences of str
    text_columns : int
        So many columns on the left hold words and are aligned to the left, the others to the right.
    """
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if k < text_columns else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)


def whole_number(text: str) -> int:
    """Read an option's whole number."""
    try:
        return int(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a whole number") from None


def real_number(text: str) -> float:
    """Read an option's number."""
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"'{text}' is not a number") from None
