"""Run the examples of a page and compare their output with the page.

Commands in ``console`` blocks and statements in ``pycon`` blocks run in the order of the page, in
one folder and one Python session. In the output shown, ``...`` matches anything.
``python docs/run_examples.py PAGE FOLDER`` prints the differences; with ``--update`` it also writes
the actual output into the page.
"""

from __future__ import annotations

import contextlib
import doctest
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BLOCK = re.compile(r"^```(console|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
PROGRESS = re.compile(r"^[\d,]+ of [\d,]+ runs, [\d,]+ failed, about .* left\n", re.MULTILINE)
"""Only runs that take long print it."""


def examples_of(page: Path) -> doctest.DocTest:
    """Collect the examples of a page in order; a command becomes ``shell(command)``."""
    text = page.read_text(encoding="utf-8")
    found: list[doctest.Example] = []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(2))
        if block[1] == "pycon":
            examples = doctest.DocTestParser().get_examples(block[2])
        else:
            examples = [
                doctest.Example(
                    f'shell(r"""{command[1]}""")\n',  # as many lines as the page shows
                    command[2],
                    lineno=block[2].count("\n", 0, command.start()),
                )
                for command in COMMAND.finditer(block[2])
            ]
        for example in examples:
            example.lineno += line
        found += examples
    return doctest.DocTest(found, {"shell": shell}, page.name, str(page), 0, text)


def shell(command: str) -> None:
    """Run a ``sim`` command as a terminal would, including messages."""
    from sim.cli import main

    program, *arguments = shlex.split(command.replace("\\\n", " "))
    if program != "sim":
        raise ValueError(f"the examples run 'sim' only, not {command!r}")
    with contextlib.redirect_stderr(sys.stdout):
        main(arguments)


@contextlib.contextmanager
def empty_folder(folder: Path) -> Iterator[None]:
    """Work in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


class WithoutProgress(doctest.OutputChecker):
    """Comparison of outputs that leaves progress out."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        """Return whether the output is the one shown."""
        return super().check_output(want, PROGRESS.sub("", got), optionflags)


class Collector(doctest.DocTestRunner):
    """Runner that keeps the actual output of failing examples."""

    def __init__(self) -> None:
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF
        super().__init__(checker=WithoutProgress(), optionflags=flags)
        self.given: list[tuple[doctest.Example, str]] = []

    def report_failure(self, out: Any, test: Any, example: doctest.Example, got: str) -> None:
        """Keep the output as well as reporting it."""
        self.given.append((example, PROGRESS.sub("", got)))
        super().report_failure(out, test, example, got)


def run_page(page: Path, folder: Path, *, update: bool = False) -> list[str]:
    """Run a Markdown page in an emptied folder.

    Parameters
    ----------
    page : Path
        Page with the examples.
    folder : Path
        Folder for the files that the examples write; emptied first.
    update : bool
        Write differing output into the page.

    Returns
    -------
    list of str
        Differences from the page; empty if there are none.
    """
    from sim import Simulation, load_scenario

    # Compile the kernels first, or the first command would report that it compiles them.
    Simulation(load_scenario("mid_sized_town")).step()
    said: list[str] = []
    runner = Collector()
    test = examples_of(page.resolve())
    with empty_folder(folder):
        runner.run(test, out=said.append)
    if update:
        lines = (test.docstring or "").splitlines(keepends=True)
        for example, got in reversed(runner.given):
            start = example.lineno + len(example.source.splitlines())
            lines[start : start + len(example.want.splitlines())] = got.splitlines(keepends=True)
        page.write_text("".join(lines), encoding="utf-8")
    return said


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--update"]
    differences = run_page(Path(words[0]), Path(words[1]).resolve(), update="--update" in sys.argv)
    print("".join(differences))
    sys.exit(1 if differences else 0)
