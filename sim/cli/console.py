"""Console output: data to stdout; progress, messages and the next useful command to stderr."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import typer

from sim.errors import one_line
from sim.experiments.addresses import as_addresses
from sim.words.folders import Language

NOTHING_KEPT = "nothing was written"


@dataclass
class Console:
    """Verbosity and state of the console.

    Attributes
    ----------
    quiet : bool
        Print only data and errors.
    verbose : bool
        Print more, and show the traceback of unexpected errors.
    interrupted : bool
        Whether Ctrl-C was pressed.
    kept : str
        Message about the results that survive an early end of the command.
    folder : Path, optional
        Folder of these results, once they have one.
    """

    quiet: bool = False
    verbose: bool = False
    interrupted: bool = False
    kept: str = NOTHING_KEPT
    folder: Path | None = None

    def surviving(self) -> str:
        """Say which results survive the end of the command at this moment."""
        return NOTHING_KEPT if self.folder and not self.folder.exists() else self.kept

    def data(self, text: str) -> None:
        """Write data to stdout."""
        typer.echo(text)

    def json(self, value: Any) -> None:
        """Write one JSON object to stdout."""
        typer.echo(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True))

    def say(self, text: str) -> None:
        """Write a message to stderr."""
        if not self.quiet:
            typer.echo(text, err=True)

    def detail(self, text: str) -> None:
        """Write a message shown only with ``--verbose``."""
        if self.verbose:
            typer.echo(text, err=True)

    def next(self, command: str) -> None:
        """Write the next useful command."""
        self.say(f"Next: {command}")

    def fail(self, text: str) -> None:
        """Write an error, even when quiet."""
        mark = "Error:"
        if sys.stderr.isatty() and not os.environ.get("NO_COLOR"):
            mark = typer.style(mark, fg="red", bold=True)
        typer.echo(f"{mark} {one_line(as_addresses(text))}", err=True)

    def check(self) -> None:
        """Raise an interrupt that was lost because Ctrl-C was pressed during compilation."""
        if self.interrupted:
            raise KeyboardInterrupt

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Record an interrupt as well as raising it."""
        self.interrupted = False

        def note(number: int, frame: FrameType | None) -> None:
            self.interrupted = True
            raise KeyboardInterrupt

        before = signal.getsignal(signal.SIGINT)
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or before is not signal.default_int_handler:  # others stay in place
            yield
            return
        signal.signal(signal.SIGINT, note)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


CONSOLE = Console()
"""The console of this process."""


def table(rows: Sequence[Sequence[str]], *, text_columns: int = 1) -> str:
    """Format rows of cells as lines under a header row; text stands left, numbers right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    sides = ["<" if k < text_columns else ">" for k in range(len(widths))]
    line = "  ".join(f"{{:{side}{width}}}" for side, width in zip(sides, widths, strict=True))
    lines = [line.format(*row).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def settings_table(head: str, settings: Mapping[str, Mapping[str, Any]], language: Language) -> str:
    """Format parameters or levers, as manifests describe them, with their sources."""
    from sim.words.sources import source_in

    rows = [[head, "value", "evidence", "source"]]
    for name, setting in settings.items():
        unit = "" if setting["unit"] in ("1", "share") else setting["unit"]
        value = f"{setting['value']} {unit}".strip()
        source = source_in(setting["source"], language)
        rows.append([name, value, setting["evidence"], source])
    return table(rows, text_columns=4)
