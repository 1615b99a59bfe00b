"""A store at an address, such as ``s3://bucket/name``, through any file system of fsspec.

The store works in a local copy, so everything that reads or writes results deals with local files.
Opening it brings the copy into agreement with the address; each step of writing sends what is new,
in an order in which the address can be resumed from whenever the driver dies, and then removes what
the step has removed.

An address has one driver at a time: each leaves its name there when it begins, and reads the name
before it sends anything. The latest driver goes on, and an earlier one stops at its next step, so a
dead driver blocks nobody. Two that overlap within one step do no harm, since parts are named after
their content.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import platform
import shutil
import uuid
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, Final, override

import pyarrow as pa

from sim.errors import InputError
from sim.experiments.addresses import is_remote, local_folder
from sim.experiments.parts import KINDS, TMP
from sim.experiments.store import DESIGN, FORMAT, LOCK, Store
from sim.experiments.whole_folder import MANIFEST, manifest_format

__all__ = ["Mirror", "create_store", "mirrored", "store_at"]

_LONGEST: Final = 200
"""Characters to keep of a network's message."""


class Mirror:
    """An address and its local copy.

    Parameters
    ----------
    address : str

    Attributes
    ----------
    folder : Path
        The local copy.

    Raises
    ------
    InputError
        If the address is none, or a package for it is missing.
    """

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
        """Bring the local copy into agreement with the address.

        Parts that were finished here but not sent are kept if the address has the same design.

        Raises
        ------
        InputError
            If the address cannot be read, or holds something else than results.
        """
        with ExitStack() as stack:
            if (self.folder / LOCK).exists():
                try:
                    stack.enter_context(Store(self.folder).locked())
                except InputError:
                    return  # a driver on this machine is at work, and its copy is the newest
            try:
                self._pull()
            except InputError:
                raise
            except FileNotFoundError:  # merged into another by the driver, while it was read
                self._pull()
            except Exception as error:
                raise InputError(f"{self.address}: cannot be read: {_reason(error)}.") from error

    def _pull(self) -> None:
        there, here = self._there(), self._here()
        listed = self._listed() if there else {}

        def agrees(name: str) -> bool:
            if name not in here or here[name][0] != there[name]:
                return False
            if _is_part(name):
                return True
            return listed.get(name) == hashlib.sha256(self._local(name).read_bytes()).hexdigest()

        missing = [name for name in there if not agrees(name)]
        is_same = DESIGN in here and DESIGN in there and DESIGN not in missing
        self._fetch(missing)
        for name in here:
            if name not in there and not (is_same and _is_part(name)):
                self._local(name).unlink()
        if not there:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._sent = {name: about for name, about in self._here().items() if name in there}

    def _there(self) -> dict[str, int]:
        """Return the sizes of the files at the address, by name."""
        self._files.invalidate_cache()
        if not self._files.exists(f"{self._root}/{MANIFEST}"):  # do not list all of a bucket
            others = (
                self._files.ls(self._root, detail=False) if self._files.exists(self._root) else []
            )
            names = {PurePosixPath(path).name for path in others} - {LOCK}
            if names:
                raise InputError(
                    f"{self.address} holds no results: it has no {MANIFEST}, but '{min(names)}';"
                    " choose another address."
                )
            return {}
        found = {}
        for path, about in self._files.find(self._root, detail=True).items():
            name = path[len(self._root) + 1 :]
            if about["type"] != "file":
                continue
            if not all(part.strip(".") for part in name.split("/")) or "\\" in name:
                raise InputError(f"{self.address} holds '{name}', which names no file in it.")
            if not _is_passing(name):
                found[name] = int(about["size"])
        return found

    def _listed(self) -> dict[str, str]:
        """Return the SHA-256 of the files that the manifest at the address lists."""
        try:
            manifest = json.loads(self._files.cat_file(f"{self._root}/{MANIFEST}"))
            return {name: about["sha256"] for name, about in manifest["files"].items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return {}  # whoever opens the store refuses it

    def _fetch(self, names: list[str]) -> None:
        if not names:
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=f".{self.folder.name}.", dir=self.folder.parent) as new:
            loaded = [Path(new) / str(k) for k in range(len(names))]
            self._files.get([f"{self._root}/{name}" for name in names], [str(p) for p in loaded])
            for name, path in zip(names, loaded, strict=True):
                self._local(name).parent.mkdir(parents=True, exist_ok=True)
                path.replace(self._local(name))

    def push(self) -> None:
        """Send what is new in the local copy, then remove from the address what is gone.

        Of a store, the design is the last file, which makes it complete; of a new one, the manifest
        is the first, which makes it ours.

        Raises
        ------
        InputError
            If another driver has taken over.
        OSError
            If the address cannot be written.
        """
        here, is_begun = self._here(), DESIGN in self._sent
        new = [name for name, about in here.items() if self._sent.get(name) != about]
        new.sort(key=lambda name: (name == DESIGN, (name == MANIFEST) == is_begun, here[name][1]))
        gone = [name for name in self._sent if name not in here]
        with self._sending():
            if (new or gone) and self._driver is not None:
                self._refuse_if_taken_over()
            for name in new:
                self._files.put_file(str(self._local(name)), f"{self._root}/{name}")
                self._sent[name] = here[name]
            self._remove(gone)

    def withdraw(self, name: str) -> None:
        """Remove a file from the address until it is sent again."""
        with self._sending():
            self._remove([name] if name in self._sent else [])

    @contextmanager
    def driven(self) -> Iterator[None]:
        """Be the driver of the address."""
        place = f"{self._root}/{LOCK}"
        self._driver = f"{platform.node()} {os.getpid()} {uuid.uuid4().hex}".encode()
        with self._sending():
            self._files.pipe_file(place, self._driver)
        try:
            yield
        finally:
            mine, self._driver = self._driver, None
            with suppress(Exception):  # a name that is left there does no harm
                if self._files.cat_file(place) == mine:
                    self._files.rm_file(place)

    def _refuse_if_taken_over(self) -> None:
        try:
            found = self._files.cat_file(f"{self._root}/{LOCK}")
        except FileNotFoundError:
            found = b"a machine that has finished"
        if found != self._driver:
            node = found.decode(errors="replace").rsplit(" ", 2)[0]
            raise InputError(
                f"{self.address} is now written by another driver, on {node}; this one stops."
            )

    def _remove(self, names: list[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                self._files.rm_file(f"{self._root}/{name}")
            del self._sent[name]

    @contextmanager
    def _sending(self) -> Iterator[None]:
        try:
            yield
        except InputError:
            raise
        except Exception as error:  # each file system has exceptions of its own
            raise OSError(
                errno.EIO, f"cannot be written: {_reason(error)}", self.address
            ) from error

    def _here(self) -> dict[str, tuple[int, int]]:
        """Return size and time of change of the local files, by name."""
        found = {}
        for path in self.folder.rglob("*"):
            name = path.relative_to(self.folder).as_posix()
            if not _is_passing(name) and path.is_file():
                about = path.stat()
                found[name] = about.st_size, about.st_mtime_ns
        return found

    def _local(self, name: str) -> Path:
        return self.folder / name


@dataclass(frozen=True)
class _MirroredStore(Store):
    """A store that sends each step of writing to an address."""

    mirror: Mirror

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
    def compact(self) -> None:
        super().compact()
        self.mirror.push()

    @override
    def note(self, environments: Collection[str]) -> None:
        super().note(environments)
        self.mirror.push()

    @override
    def replace(
        self, files: Mapping[str, bytes], manifest: Mapping[str, Any], gone: Collection[str] = ()
    ) -> None:
        super().replace(files, manifest, gone)
        self.mirror.push()

    @override
    def remove(self) -> None:
        super().remove()
        self.mirror.push()


def store_at(place: Path | str) -> Store:
    """Return the store of a folder or an address, which need not hold anything yet.

    Raises
    ------
    InputError
        If the address cannot be read, or holds something else than results.
    """
    if not is_remote(place):
        return Store(local_folder(place))
    mirror = Mirror(str(place))
    mirror.pull()
    if manifest_format(mirror.folder) == FORMAT and not (mirror.folder / DESIGN).exists():
        shutil.rmtree(mirror.folder)  # the driver died in the moment of creating it
    return _MirroredStore(mirror.folder, mirror)


def create_store(
    store: Store, files: Mapping[str, bytes], manifest: Mapping[str, Any], *, force: bool = False
) -> None:
    """Create what `store_at` has found to be missing; see `Store.create`."""
    Store.create(store.folder, files, manifest, force=force)
    if isinstance(store, _MirroredStore):
        store.mirror.withdraw(DESIGN)
        store.mirror.push()


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
