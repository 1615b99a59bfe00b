"""A store at an address, such as ``s3://bucket/name``, through any file system of fsspec.

The store works in a local copy, so all that reads or writes results deals with local files. Opening
it brings the copy into agreement with the address. Each step of writing sends what is new, in an
order in which the address can be resumed from whenever the driver dies, and then removes what the
step has removed.

An address has one driver at a time: each leaves its name there when it begins, and reads it again
before it sends anything. The latest goes on, and an earlier one stops at its next step, so a dead
driver blocks nobody. Two that overlap within one step do no harm, since parts are named after their
content.
"""

from __future__ import annotations

import errno
import os
import platform
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final, override

import pyarrow as pa

from sim.errors import InputError
from sim.experiments.addresses import is_remote, local_folder
from sim.experiments.lock import locked
from sim.experiments.manifest_schema import DESIGN, FORMAT
from sim.experiments.parts import KINDS, TMP
from sim.experiments.store import Store
from sim.experiments.written import LOCK, MANIFEST, listed_files

__all__ = ["Mirror", "mirrored", "store_at"]

_LONGEST: Final = 200
"""Characters to keep of a network's message."""


class Mirror:
    """An address and its local copy, `folder`."""

    def __init__(self, address: str) -> None:
        self.address, self.folder = address.rstrip("/"), local_folder(address)
        try:
            from fsspec.core import url_to_fs
        except ModuleNotFoundError:
            raise InputError(
                f"{address} needs fsspec; install it with: pip install 'essaim[cluster]'."
            ) from None
        try:
            self._files, root = url_to_fs(self.address)
        except (ImportError, ValueError) as error:
            raise InputError(f"{address}: {_reason(error)}.") from None
        self._root = root.rstrip("/")
        self._sent: dict[str, tuple[int, int]] = {}  # size and time of change, by name
        self._driver: bytes | None = None

    def pull(self) -> None:
        """Bring the copy into agreement with the address, or raise `InputError`.

        Parts that were finished here but not sent stay if the address has the same design.
        """
        with ExitStack() as stack:
            lock = self.folder / LOCK
            if lock.exists() and not stack.enter_context(locked(lock)):
                return  # a driver on this machine is at work, and its copy is the newest
            try:
                try:
                    self._pull()
                except FileNotFoundError:  # merged by the driver in the meantime
                    self._pull()
            except InputError:
                raise
            except Exception as error:
                raise InputError(f"{self.address}: cannot be read: {_reason(error)}.") from error

    def _pull(self) -> None:
        there, here, before = self._there(), self._here(), self._design()
        self._fetch(
            n for n, size in there.items() if not _is_part(n) or here.get(n, ())[:1] != (size,)
        )
        is_same = before is not None and before == self._design()
        for name in here:
            if name not in there and not (is_same and _is_part(name)):
                (self.folder / name).unlink()
        if not there:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._sent = {name: about for name, about in self._here().items() if name in there}

    def _there(self) -> dict[str, int]:
        """Return the sizes of the files at the address, by name."""
        self._files.invalidate_cache()
        if not self._files.exists(f"{self._root}/{MANIFEST}"):  # do not list all of a bucket
            is_there = self._files.exists(self._root)
            paths = self._files.ls(self._root, detail=False) if is_there else ()
            if names := {PurePosixPath(path).name for path in paths} - {LOCK}:
                raise InputError(
                    f"{self.address} holds no results: it has no {MANIFEST}, but '{min(names)}';"
                    " choose another address."
                )
            return {}
        found = self._files.find(self._root, detail=True).items()
        sizes = {p[len(self._root) + 1 :]: int(f["size"]) for p, f in found if f["type"] == "file"}
        for name in sizes:
            if not all(part.strip(".") for part in name.split("/")) or "\\" in name:
                raise InputError(f"{self.address} holds '{name}', which names no file in it.")
        return {name: size for name, size in sizes.items() if not _is_passing(name)}

    def _here(self) -> dict[str, tuple[int, int]]:
        """Return size and time of change of the files of the copy, by name."""
        paths = {p.relative_to(self.folder).as_posix(): p for p in self.folder.rglob("*")}
        states = {n: p.stat() for n, p in paths.items() if not _is_passing(n) and p.is_file()}
        return {name: (state.st_size, state.st_mtime_ns) for name, state in states.items()}

    def _design(self) -> bytes | None:
        path = self.folder / DESIGN
        return path.read_bytes() if path.exists() else None

    def _fetch(self, names: Iterable[str]) -> None:
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{self.folder.name}.", dir=self.folder.parent) as new:
            loaded = {name: Path(new) / str(k) for k, name in enumerate(names)}
            if loaded:
                paths = [f"{self._root}/{name}" for name in loaded]
                self._files.get(paths, [str(path) for path in loaded.values()])
            for name, path in loaded.items():
                place = self.folder / name
                place.parent.mkdir(parents=True, exist_ok=True)
                path.replace(place)

    def push(self) -> None:
        """Send what is new in the copy, then remove from the address what is gone.

        Of a new store, the manifest is the first file, which makes it ours, and the design the
        last, which makes it complete. Later, the manifest is the last. Raises `OSError` if the
        address cannot be written, and `InputError` if another driver has taken over.
        """
        here, is_begun = self._here(), DESIGN in self._sent
        new = [name for name, about in here.items() if self._sent.get(name) != about]
        rank = {DESIGN: 1, MANIFEST: 2 if is_begun else -1}
        new.sort(key=lambda name: (rank.get(name, 0), here[name][1]))
        gone = [name for name in self._sent if name not in here]
        with self._sending():
            if (new or gone) and self._driver is not None:
                self._refuse_if_taken_over(self._driver)
            for name in new:
                self._files.put_file(str(self.folder / name), f"{self._root}/{name}")
                self._sent[name] = here[name]
            self._remove(gone)

    def withdraw(self, name: str) -> None:
        """Remove a file from the address until it is sent again."""
        with self._sending():
            self._remove([name] if name in self._sent else [])

    def _remove(self, names: list[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                self._files.rm_file(f"{self._root}/{name}")
            del self._sent[name]

    @contextmanager
    def driven(self) -> Iterator[None]:
        """Be the driver of the address, and send what is new at the end."""
        place = f"{self._root}/{LOCK}"
        mine = f"{platform.node()} {os.getpid()} {uuid.uuid4().hex}".encode()
        with self._sending():
            self._files.pipe_file(place, mine)
        self._driver = mine
        try:
            yield
        finally:
            try:
                self.push()
            finally:
                self._driver = None
                with suppress(Exception):  # a name that is left there does no harm
                    if self._files.cat_file(place) == mine:
                        self._files.rm_file(place)

    def _refuse_if_taken_over(self, mine: bytes) -> None:
        try:
            found = self._files.cat_file(f"{self._root}/{LOCK}")
            node = found.decode(errors="replace").rsplit(" ", 2)[0]
        except FileNotFoundError:
            found, node = b"", "a machine that has finished"
        if found != mine:
            raise InputError(
                f"{self.address} is now written by another driver, on {node}; this one stops."
            )

    @contextmanager
    def _sending(self) -> Iterator[None]:
        try:
            yield
        except InputError:
            raise
        except Exception as error:  # each file system has exceptions of its own
            why = f"cannot be written: {_reason(error)}"
            raise OSError(errno.EIO, why, self.address) from error


class _MirroredStore(Store):
    """A store that sends each batch, and whatever else is written under its lock, to an address."""

    def __init__(self, mirror: Mirror) -> None:
        super().__init__(mirror.folder)
        self.mirror = mirror

    @override
    def create(self, files: Mapping[str, bytes], *rest: Any, **options: Any) -> None:
        super().create(files, *rest, **options)
        self.mirror.withdraw(DESIGN)
        self.mirror.push()

    @contextmanager
    @override
    def locked(self) -> Iterator[None]:
        with super().locked(), self.mirror.driven():
            yield

    @override
    def add(self, tables: Mapping[str, pa.Table]) -> None:
        super().add(tables)
        self.mirror.push()

    @override
    def _write_manifest(self, manifest: Mapping[str, Any]) -> None:
        super()._write_manifest(manifest)
        self.mirror.push()

    @override
    def remove(self) -> None:
        super().remove()
        self.mirror.push()


def store_at(place: Path | str) -> Store:
    """Return the store of a folder or an address, which need not hold anything yet."""
    if not is_remote(place):
        return Store(local_folder(place))
    mirror = Mirror(str(place))
    mirror.pull()
    if listed_files(mirror.folder)[0] == FORMAT and not (mirror.folder / DESIGN).exists():
        shutil.rmtree(mirror.folder)  # the driver died in the moment of creating it
    return _MirroredStore(mirror)


@contextmanager
def mirrored(place: Path | str) -> Iterator[Path]:
    """Yield a folder, or the local copy of an address, to which it is sent at the end."""
    if not is_remote(place):
        yield local_folder(place)
        return
    mirror = Mirror(str(place))
    mirror.pull()
    yield mirror.folder
    mirror.push()


def _is_part(name: str) -> bool:
    """Return whether a file is named after its content."""
    path = PurePosixPath(name)
    return path.suffix == ".parquet" and path.parent.name in KINDS


def _is_passing(name: str) -> bool:
    """Return whether a file is no result: a lock, or being written."""
    return any(part in (TMP, LOCK) or part.startswith(".") for part in name.split("/"))


def _reason(error: Exception) -> str:
    text = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {text[0][:_LONGEST]}".rstrip(".: ")
