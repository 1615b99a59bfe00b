"""Run the examples of a page: what it shows is what a reader gets.

Commands in ``console`` blocks and statements in ``pycon`` blocks are run in the order of the page, in
one folder and one Python session, and their output is compared with the one shown, in which ``...``
stands for anything. ``python docs/run_examples.py PAGE FOLDER`` does so and says what differs.
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

BLOCK = re.compile(r"^```(console|pycon)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (.*(?:\\\n.*)*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def examples_of(page: Path) -> doctest.DocTest:
    """The examples of a page, in order.

    Parameters
    ----------
    page : Path
        In Markdown.

    Returns
    -------
    doctest.DocTest
        A command is the example ``shell("...")``.
    """
    text = page.read_text(encoding="utf-8")
    found: list[doctest.Example] = []
    for block in BLOCK.finditer(text):
        line = text.count("\n", 0, block.start(2))
        if block[1] == "pycon":
            examples = doctest.DocTestParser().get_examples(block[2])
        else:
            examples = [
                doctest.Example(
                    f"shell({command[1].replace('\\\n', ' ')!r})\n",
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
    """Run a ``sim`` command as a terminal would, messages included."""
    from sim.cli import main

    program, *arguments = shlex.split(command)
    if program != "sim":
        raise ValueError(f"the examples run 'sim' only, not {command!r}")
    with contextlib.redirect_stderr(sys.stdout):
        main(arguments)


@contextlib.contextmanager
def empty_folder(folder: Path) -> Iterator[None]:
    """Work in a folder that holds nothing."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def run_page(page: Path, folder: Path) -> list[str]:
    """Run a page in an emptied folder.

    Parameters
    ----------
    page : Path
        In Markdown.
    folder : Path
        Replaced by one with what the examples write.

    Returns
    -------
    list of str
        What differs from the page; empty where nothing does.
    """
    from sim import Simulation, load_scenario

    # Kernels are compiled beforehand, or the first command would say that it compiles them.
    Simulation(load_scenario("mid_sized_town")).step()
    said: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.REPORT_NDIFF
    with empty_folder(folder):
        doctest.DocTestRunner(optionflags=flags).run(examples_of(page.resolve()), out=said.append)
    return said


if __name__ == "__main__":
    differences = run_page(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
    print("".join(differences))
    sys.exit(1 if differences else 0)
