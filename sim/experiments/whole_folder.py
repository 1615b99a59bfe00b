"""Write folders of results atomically: they appear under their name only when complete.

Everything goes into a hidden folder next to it, ``.<name>.partial-<pid>``, which is renamed at the
end. A killed run leaves at most that hidden folder; the next run removes it.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.experiments.lock import in_turn, locked
from sim.experiments.written import (
    LOCK,
    MANIFEST,
    as_listed,
    entries,
    is_as_written,
    listed_files,
    ours,
    own_folders,
)

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
        self.files[name] = as_listed(content)

    def write_manifest(self, manifest: Mapping[str, Any]) -> None:
        """Add the manifest, which lists all files written so far."""
        self.write(MANIFEST, manifest_bytes({**manifest, "files": dict(self.files)}))


def manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    """Return a manifest as JSON."""
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return text.encode() + b"\n"


@contextlib.contextmanager
def whole_folder(path: Path, *, force: bool = False, keep: bool = True) -> Iterator[WholeFolder]:
    """Write a folder atomically.

    Parameters
    ----------
    path : Path
        The folder, created with missing parents.
    force : bool
        Replace the results that are there now. Whatever no run wrote is kept, as is the folder's
        mode.
    keep : bool
        If another process has written the folder when this one is complete, keep this one under
        another name.

    Yields
    ------
    WholeFolder
        Folder to write into; it appears at the end of the context.

    Raises
    ------
    InputError
        If the folder cannot be written, is not empty without `force`, contains foreign files in
        the way or results that were changed since, or another process writes it.
    OSError
        If the disk is full or fails; nothing is left behind.
    """
    target = _resolved(path)
    _clear_leftovers(target)
    before = _replaceable(path, target, force)
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
        yield WholeFolder(partial)
        for folder in (*(p for p in partial.rglob("*") if p.is_dir()), partial):
            _sync(folder)
        with in_turn(target.parent), _unused(target) as is_unused:
            if is_unused and _state(target) == before:
                _put_in_place(path, target, partial)
            else:
                _put_aside(path, target, partial, keep)
        _sync(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        _remove_empty(made)
        raise


def remove_results(folder: Path, successor: Path | None = None) -> None:
    """Remove what runs wrote into a folder, and the folder unless it contains anything else.

    Parameters
    ----------
    folder : Path
    successor : Path, optional
        Folder to which anything else moves, unless it is there already.
    """
    known, folders = ours(folder), own_folders(folder)
    for name, path in sorted(entries(folder), key=lambda entry: entry[1].name == MANIFEST):
        with contextlib.suppress(OSError):
            is_ours = name in known and is_as_written(path, known[name])
            if is_ours or (successor and _is_same(path, successor / name)):
                path.unlink()
            elif successor and not os.path.lexists(successor / name):
                (successor / name).parent.mkdir(parents=True, exist_ok=True)
                path.rename(successor / name)
    for path in sorted((p for p in folder.rglob("*") if p.is_dir()), reverse=True):
        name = path.relative_to(folder).as_posix()
        if name in folders or (successor and (successor / name).is_dir()):
            with contextlib.suppress(OSError):
                path.rmdir()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _is_same(old: Path, new: Path) -> bool:
    """Return whether a file was kept, by a link or by a copy."""
    if not os.path.lexists(new):
        return False
    a, b = old.lstat(), new.lstat()
    return a.st_ino == b.st_ino or (a.st_size, a.st_mtime_ns) == (b.st_size, b.st_mtime_ns)


def _resolved(path: Path) -> Path:
    if not path.name.strip("."):
        raise InputError(f"{path}: the results need a folder of their own; name one inside it.")
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        raise InputError(f"{path}: not a path that can be written.") from None


_State = dict[str, tuple[int, ...]]
"""Identity, size and time of change of the files that runs wrote."""


def _replaceable(path: Path, target: Path, force: bool) -> _State:
    """Return the state of the results to be replaced, after checking that they may be."""
    if Path.cwd().is_relative_to(target):
        raise InputError(f"{path} is the folder you are in; name one inside it.")
    try:
        if not target.exists():
            return {}
        if not target.is_dir():
            raise InputError(f"{path} is a file, not a folder; choose another --out.")
        if not any(target.iterdir()):
            return {}
        if not force:
            raise InputError(
                f"{path} is not empty; choose another --out, or replace it with --force."
            )
        with in_turn(target.parent):  # or a process may replace what the manifest lists
            return _checked(path, target)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {_reason(error)}.") from None


def _checked(path: Path, target: Path) -> _State:
    """Return the state of results, after checking that all of them are as they were written."""
    if not listed_files(target)[0]:
        raise InputError(
            f"{path} holds no results of a run, so --force does not replace it;"
            " choose another --out."
        )
    with _unused(target) as is_unused:
        if not is_unused:
            raise InputError(f"{path} is being written by another process; wait for it.")
    before = _state(target)
    for name, about in ours(target).items():
        if not is_as_written(target / name, about):
            raise InputError(
                f"{path / name} was changed after it was written; move it away first, or"
                " choose another --out."
            )
    return before


@contextlib.contextmanager
def _unused(target: Path) -> Iterator[bool]:
    """Lock the results in a folder, if they have a lock; yield whether no process writes them."""
    if (target / LOCK).is_file():
        with locked(target / LOCK) as is_free:
            yield is_free
    else:
        yield True


def _state(target: Path) -> _State:
    found = {name: (target / name).lstat() for name in ours(target) if name != LOCK}
    return {name: (s.st_ino, s.st_size, s.st_mtime_ns) for name, s in found.items()}


def _put_aside(path: Path, target: Path, partial: Path, keep: bool) -> None:
    """Keep results under another name, since another process was first."""
    if not keep:
        raise InputError(f"{path} was written by another process just now; choose another --out.")
    number = 2
    while os.path.lexists(other := target.with_name(f"{target.name}-{number}")):
        number += 1
    partial.rename(other)
    raise InputError(
        f"{path} was written by another process in the meantime; the results of this one are in"
        f" {path.with_name(other.name)}."
    )


def _put_in_place(path: Path, target: Path, partial: Path) -> None:
    replaced = target.with_name(f".{target.name}.replaced-{os.getpid()}")
    is_there = target.is_dir()
    if is_there:
        _keep_foreign(path, target, partial)
        partial.chmod(stat.S_IMODE(target.stat().st_mode))
    try:
        if is_there:
            target.rename(replaced)
        try:
            partial.rename(target)
        except OSError:
            if is_there:
                replaced.rename(target)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be put in place: {_reason(error)}.") from None
    if is_there:
        remove_results(replaced, target)


def _keep_foreign(path: Path, target: Path, partial: Path) -> None:
    """Link foreign files into the new folder, so that none is ever lost."""
    known, folders = ours(target), own_folders(target)
    kept = [p for p in sorted(target.rglob("*")) if p.is_dir() and not p.is_symlink()]
    kept = [p for p in kept if p.relative_to(target).as_posix() not in folders]
    try:
        for folder in kept:
            (partial / folder.relative_to(target)).mkdir(parents=True, exist_ok=True)
        for name, old in entries(target):
            if name in known:
                continue
            new = partial / name
            if os.path.lexists(new):
                raise InputError(f"{path / name} was not written by a run; move it away first.")
            new.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(old, new, follow_symlinks=False)
            except OSError:  # a file system without hard links
                shutil.copy2(old, new, follow_symlinks=False)
        for folder in reversed(kept):
            shutil.copymode(folder, partial / folder.relative_to(target))
    except (FileExistsError, NotADirectoryError) as error:
        blocked = path / Path(error.filename).relative_to(partial)
        raise InputError(f"{blocked} stands in the way; move it away first.") from None


def _clear_leftovers(target: Path) -> None:
    """Remove leftovers of killed runs, and move back anything that one of them moved aside."""
    for kind in ("replaced", "partial"):
        for left in target.parent.glob(f".{_literal(target.name)}.{kind}-*"):
            pid = left.name.rpartition("-")[2]
            if not pid.isdecimal() or _is_alive(int(pid)):
                continue
            if kind == "partial":
                shutil.rmtree(left, ignore_errors=True)
            elif not target.exists():
                with contextlib.suppress(OSError):
                    left.rename(target)
            elif (target / MANIFEST).exists():
                remove_results(left, target)


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
