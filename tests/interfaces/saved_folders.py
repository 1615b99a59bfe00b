"""Folders of results with two files, all of one text."""

from __future__ import annotations

import json
from pathlib import Path

from sim.experiments.whole_folder import whole_folder
from sim.experiments.written import MANIFEST


def save(path: Path, text: str, *, force: bool = False) -> None:
    with whole_folder(path, force=force) as folder:
        folder.write("a.csv", text.encode())
        folder.write("figures/b.svg", text.encode())
        manifest = {"format": "essaim test", "files": dict(folder.files)}
        folder.write(MANIFEST, json.dumps(manifest).encode())


def content(path: Path) -> dict[str, str]:
    return {p.relative_to(path).as_posix(): p.read_text() for p in path.rglob("*") if p.is_file()}


def whole(text: str) -> set[tuple[str, str]]:
    return {("a.csv", text), ("figures/b.svg", text)}
