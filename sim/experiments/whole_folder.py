"""Write folders of results atomically: they appear under their name only when complete.

Everything goes into a hidden folder next to it, ``.<name>.partial-<pid>``, which is renamed at the
end. A killed run leaves at most that hidden folder; the next run removes it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sim.errors import InputError

MANIFEST = "manifest.json"
"""File that lists all others; a folder without it is foreign."""

_FORMER = ("essaim results 1", "essaim comparison 1", "essaim sweep 1", "essaim experiment 1")
"""Formats of earlier versions."""

_DISK_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EIO, errno.EFBIG)


class WholeFolder:
    """A folder being written.

    Attributes
    ----------
    files : dict
        Size in bytes and SHA-256 of each file written so far, by its path within the folder.
    """

    def __init__(self, partial: Path) -> None:
        self._partial = partial
        self.files: dict[str, dict[str, Any]] = {}

    def write(self, name: str, content: bytes) -> None:
        """Add a file.

        Parameters
        ----------
        name : str
            Path within the folder, with slashes.
        content : bytes
            Content of the file.

        Raises
        ------
        OSError
            If the disk is full or fails.
        """
        path = self._partial / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self.files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Add the manifest, which lists all files written so far, as the last file."""
        self.write(MANIFEST, manifest_bytes({**manifest, "files": dict(self.files)}))


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as JSON."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return text.encode() + b"\n"


def _renamed(former: str) -> str:
    """Return the new names of monthly columns, which runs of the earlier version held."""
    if former != _FORMER[0]:
        return ""
    from sim.measures.registry import RENAMED

    return (
        f" Columns have new names: {', '.join(f'{old} is {new}' for old, new in RENAMED.items())}."
    )


def read_manifest(folder: Path, expected: str) -> dict[str, Any]:
    """Return the manifest of a folder of results.

    Parameters
    ----------
    folder : Path
    expected : str
        Expected format.

    Raises
    ------
    InputError
        If it is missing, damaged, or has another format.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{folder} holds no results: it has no {MANIFEST}.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from None
    except ValueError:
        raise InputError(f"{path} is torn or no manifest of results.") from None
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found in _FORMER:
        raise InputError(
            f"{folder} was written by an earlier version, which kept results in another way;"
            f" make them again with the command in its manifest.json.{_renamed(found)}"
        )
    if found != expected:
        raise InputError(f"{path} is no manifest of results.")
    return dict(manifest)


def manifest_format(folder: Path) -> str | None:
    """Return the format of a folder; None if its manifest is missing or foreign."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["format"]
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return found if isinstance(found, str) else None


@contextlib.contextmanager
def whole_folder(
    path: Path, *, force: bool = False, owned: Collection[str] = ()
) -> Iterator[WholeFolder]:
    """Write a folder atomically.

    Parameters
    ----------
    path : Path
        The folder, created with missing parents.
    force : bool
        Replace existing results. Files that their manifest does not list are kept.
    owned : collection of str
        Further files and folders at the top to replace, though no manifest lists them.

    Yields
    ------
    WholeFolder
        Folder to write into; it appears at the end of the context.

    Raises
    ------
    InputError
        If the folder cannot be written, is not empty without `force`, or contains foreign files.
    OSError
        If the disk is full or fails; nothing is left behind.
    """
    target = _resolved(path)
    _clear_leftovers(target)
    _refuse(path, target, force)
    made = [p for p in target.parents if not p.exists()]
    partial = target.with_name(f".{target.name}.partial-{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir()
    except OSError as error:
        _remove_empty(made)
        if error.errno in _DISK_FULL:
            raise
        raise InputError(f"{path}: cannot be written: {_reason(error)}.") from None
    try:
        folder = WholeFolder(partial)
        yield folder
        _keep_foreign(path, target, partial, owned)
        _put_in_place(path, target, partial)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        _remove_empty(made)
        raise


def _resolved(path: Path) -> Path:
    if not path.name.strip("."):
        raise InputError(f"{path}: the results need a folder of their own; name one inside it.")
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        raise InputError(f"{path}: not a path that can be written.") from None


def _refuse(path: Path, target: Path, force: bool) -> None:
    if Path.cwd().is_relative_to(target):
        raise InputError(f"{path} is the folder you are in; name one inside it.")
    try:
        if not target.exists():
            return
        if not target.is_dir():
            raise InputError(f"{path} is a file, not a folder; choose another --out.")
        if not any(target.iterdir()):
            return
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {_reason(error)}.") from None
    if not force:
        raise InputError(f"{path} is not empty; choose another --out, or replace it with --force.")
    if _listed(target) is None:
        raise InputError(
            f"{path} holds no results of a run, so --force does not replace it;"
            " choose another --out."
        )


def _listed(folder: Path) -> set[str] | None:
    """Return the listed files of a folder; None if its manifest is missing or foreign."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {MANIFEST, *manifest["files"]} if "essaim" in manifest["format"] else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _keep_foreign(path: Path, target: Path, partial: Path, owned: Collection[str]) -> None:
    """Link foreign files into the new folder, so that none is ever lost."""
    if not target.is_dir():
        return
    ours = _listed(target) or set()
    for old in sorted(target.rglob("*")):
        name = PurePosixPath(old.relative_to(target)).as_posix()
        if name in ours or name.split("/")[0] in owned or (old.is_dir() and not old.is_symlink()):
            continue
        new = partial / name
        if os.path.lexists(new):
            raise InputError(f"{path / name} was not written by a run; move it away first.")
        try:
            new.parent.mkdir(parents=True, exist_ok=True)
            os.link(old, new, follow_symlinks=False)
        except (FileExistsError, NotADirectoryError):
            raise InputError(f"{path / name} stands in the way; move it away first.") from None
        except OSError:  # a file system without hard links
            shutil.copy2(old, new, follow_symlinks=False)


def _put_in_place(path: Path, target: Path, partial: Path) -> None:
    for folder in (*(p for p in partial.rglob("*") if p.is_dir() and not p.is_symlink()), partial):
        _sync(folder)
    replaced = target.with_name(f".{target.name}.replaced-{os.getpid()}")
    try:
        if target.is_dir() and any(target.iterdir()):
            target.rename(replaced)
        elif target.is_dir():
            target.rmdir()
        try:
            partial.rename(target)
        except OSError:
            if replaced.is_dir():
                replaced.rename(target)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be put in place: {_reason(error)}.") from None
    _sync(target.parent)
    shutil.rmtree(replaced, ignore_errors=True)


def _clear_leftovers(target: Path) -> None:
    """Remove leftovers of killed runs, and move back anything that one of them moved aside."""
    for kind in ("replaced", "partial"):
        for left in target.parent.glob(f".{_literal(target.name)}.{kind}-*"):
            pid = left.name.rpartition("-")[2]
            if not pid.isdecimal() or _is_alive(int(pid)):
                continue
            if kind == "replaced" and not target.exists():
                with contextlib.suppress(OSError):
                    left.rename(target)
            elif kind == "partial" or (target / MANIFEST).exists():
                shutil.rmtree(left, ignore_errors=True)


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def _is_alive(pid: int) -> bool:
    if os.name != "posix":  # where signal 0 is Ctrl-C
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _sync(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def _reason(error: OSError) -> str:
    return (error.strerror or "unknown reason").lower()
