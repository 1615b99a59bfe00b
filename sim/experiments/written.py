"""The files of a folder that runs wrote, and checks that they still are as they were written.

A manifest lists each file with its SHA-256; parts carry a hash in their name. Whatever is neither
belongs to somebody else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sim.experiments.parts import KINDS, TEMPORARY, TMP, is_sealed

MANIFEST: Final = "manifest.json"
"""File that lists all others; a folder without it is foreign."""

FORMER: Final = ("essaim results 1", "essaim comparison 1", "essaim sweep 1", "essaim experiment 1")
"""Formats of earlier versions."""

LOCK: Final = "lock"

ELSEWHERE: Final = "elsewhere"
"""Folder of the same comparison in other territories, with one store each."""

WHY: Final = "why"
"""Folder of runs without mechanisms, by measure, with a store for one that is off and for two."""

LARGEST_MANIFEST: Final = 64_000_000
"""Maximum size of a manifest, bytes; most have some 100,000, and those of 222 towns 5 million."""

SEALED: Final = "sealed"
"""Mark of files that carry a hash of their content in their name."""

_PART: Final = re.compile(rf"(?:{'|'.join(KINDS)})/[^/]+\.parquet")


def load_manifest(folder: Path) -> Any:
    """Return the JSON value of a manifest; ValueError if it is none, or too large."""
    path = folder / MANIFEST
    state = path.stat()
    if not path.is_file() or state.st_size > LARGEST_MANIFEST:
        raise ValueError
    try:
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False).encode()  # JSON may escape half a character
    except RecursionError:
        raise ValueError from None
    return found


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def listed_files(folder: Path) -> tuple[str, dict[str, Any]]:
    """Return the format of a folder of results, and the files that it lists; empty if foreign."""
    try:
        manifest = load_manifest(folder)
        form, files = manifest["format"], manifest["files"]
        return (form, dict(files)) if "essaim" in form else ("", {})
    except (OSError, ValueError, TypeError, KeyError):
        return "", {}


def as_listed(content: bytes) -> dict[str, Any]:
    """Return the entry of a file in a manifest, given its content."""
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def ours(folder: Path) -> dict[str, Any]:
    """Return the files that runs wrote, by path, and what `is_as_written` needs to know of them."""
    form, listed = listed_files(folder)
    if not form:
        return {}
    found: dict[str, Any] = {}
    for name, _ in entries(folder):
        if name in listed:
            found[name] = listed[name]
        elif _PART.fullmatch(name):
            found[name] = None if form in FORMER else SEALED
        elif name in (MANIFEST, LOCK) or TEMPORARY.fullmatch(name):
            found[name] = None
    for inner, path in _inner(folder):
        found |= {f"{inner}/{n}": about for n, about in ours(path).items()}
    return found


def _inner(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the path within a folder, and the path, of each folder of results inside it."""
    for pattern in (f"{ELSEWHERE}/*", f"{WHY}/*/*"):
        for path in folder.glob(pattern):
            yield path.relative_to(folder).as_posix(), path


def own_folders(folder: Path) -> set[str]:
    """Return the paths of the folders that runs made within a folder."""
    _, listed = listed_files(folder)
    found = {str(p) for n in (*listed, *ours(folder)) for p in PurePosixPath(n).parents}
    for inner, path in _inner(folder):
        found |= {f"{inner}/{n}" for n in own_folders(path)}
    return {*found, *KINDS, TMP}


def entries(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the path within a folder, and the path, of all that is no folder, sorted."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(folder).as_posix(), path


def is_as_written(path: Path, about: Any) -> bool:
    """Check a file against its entry in the manifest, or None or `SEALED` instead of one.

    During a replacement, it may also be as it was before.
    """
    if about is None or about == SEALED:
        return about is None or is_sealed(path)
    found = sha256_of(path)
    if found is None or not isinstance(about, Mapping):
        return False
    return found in (about.get("sha256"), about.get("before"))


def sha256_of(path: Path) -> str | None:
    """Return the SHA-256 of a file; None if it is no regular file or cannot be read."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
