"""A copy of the checkout in which a recipe of CONTRIBUTING.md is followed."""

from __future__ import annotations

import filecmp
import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import filter as fnmatch_filter
from fnmatch import fnmatch
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("sim", "tests", "scenarios", "experiments", "docs/reference", "pyproject.toml")
SMALL = ("rows=9", "columns=11", "population=4000", "spin_up=0", "months=3")
RUNNING = ("run", "compare")
PROGRAM = """
import json, sys
from sim.cli import main
for words in json.loads(sys.argv[1]):
    code = main(words)
    print(end="\\0", flush=True)
    if code:
        sys.exit(code)
"""


class Checkout:
    """A copy of the checkout, to be changed; what Python has compiled is copied, too."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in COPIED:
            source, copy = ROOT / name, root / name
            if source.is_dir():
                shutil.copytree(source, copy)
            else:
                shutil.copy(source, copy)

    def write(self, name: str, text: str) -> None:
        """Add a file."""
        path = self.root / name
        assert not path.exists()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def insert(self, name: str, text: str, *, before: str) -> None:
        """Insert lines before the only occurrence of others."""
        path = self.root / name
        old = path.read_text(encoding="utf-8")
        assert old.count(before) == 1, f"{name}: {before!r}"
        path.write_text(old.replace(before, text + before), encoding="utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace the only occurrence of a text."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{name}: {old!r}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def append(self, name: str, text: str) -> None:
        """Add lines at the end of a file."""
        with (self.root / name).open("a", encoding="utf-8") as file:
            file.write(text)

    def python(self, *words: str) -> str:
        """Run Python on the copy; what it writes."""
        done = subprocess.run(
            [sys.executable, *words],
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def sim(self, *commands: str) -> list[str]:
        """Run commands of the copy on a small town; what each writes to stdout."""
        small = [word for value in SMALL for word in ("--set", value)]
        each = [words + small * (words[0] in RUNNING) for words in map(str.split, commands)]
        return self.python("-c", PROGRAM, json.dumps(each)).split("\0")[:-1]

    def tests(self, *files: str, only: str = "") -> None:
        """Run tests of the copy, at least one of which is selected in each file."""
        said = self.python(
            "-m", "pytest", "-x", "-rp", "-p", "no:cacheprovider", *files, "-k", only
        )
        assert all(f"PASSED {file}::" in said for file in files), said

    def touched(self) -> set[str]:
        """Files that are new or differ from those of the checkout."""
        return {
            name
            for path in self.root.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
            if path.suffix in (".py", ".toml", ".md")
            for name in [path.relative_to(self.root).as_posix()]
            if not (ROOT / name).is_file() or not filecmp.cmp(path, ROOT / name, shallow=False)
        }


def follows(checkout: Checkout, recipe: str, **names: str) -> None:
    """Assert that exactly those files differ that a recipe of CONTRIBUTING.md lists."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = re.search(rf"^### {recipe}\n(.*?)(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert section, recipe
    files = re.findall(r"(?:Files|Twin): (.*?)\.$", section[1], re.MULTILINE | re.DOTALL)
    listed = re.findall(r"`([^`]+)`", " ".join(files))
    for placeholder, name in names.items():
        listed = [file.replace(f"<{placeholder}>", name) for file in listed]
    touched = checkout.touched()
    assert {file for file in touched if any(map(partial(fnmatch, file), listed))} == touched
    assert all(fnmatch_filter(touched, file) for file in listed)
