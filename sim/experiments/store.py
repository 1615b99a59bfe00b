"""The store of an experiment: a folder with the question, the design and the results so far.

::

    experiment.toml   the question
    manifest.json     what it was made of and by which versions
    design.parquet    a row for each run of each point; columns: see `sim.experiments.plan`
    inputs/           the scenarios, a file an arm
    parts/            measures: a row for each run and horizon, joined to the design by key
    series/, every_month/, ledger/, maps/
                      tables that are kept on request, joined likewise
    tmp/              files being written

No separate file records progress: a run is done once its measures are in ``parts/``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, override

import pyarrow as pa

from sim.errors import InputError
from sim.experiments.parts import KINDS, PARTS, TMP, check_seals, compact, write_file, write_tables
from sim.experiments.stored import Stored, empty
from sim.experiments.whole_folder import MANIFEST, manifest_bytes, read_manifest, whole_folder

__all__ = ["DESIGN", "ELSEWHERE", "EXPERIMENT", "FORMAT", "OWNED", "Store"]

FORMAT: Final = "essaim experiment 2"
EXPERIMENT: Final = "experiment.toml"
DESIGN: Final = "design.parquet"
LOCK: Final = "lock"

ELSEWHERE: Final = "elsewhere"
"""Folder of the same comparison in other territories, with one store each."""

OWNED: Final = (*KINDS, TMP, LOCK, ELSEWHERE)
"""Names of the store in the folder that its manifest does not list."""


@dataclass(frozen=True)
class Store(Stored):
    """The folder of an experiment."""

    folder: Path

    @classmethod
    def create(
        cls,
        folder: Path,
        files: Mapping[str, bytes],
        manifest: Mapping[str, Any],
        *,
        force: bool = False,
    ) -> Store:
        """Create a store without results, atomically.

        Parameters
        ----------
        folder : Path
            Folder to create, with missing parents.
        files : mapping of str to bytes
            Content by name, except the manifest.
        manifest : mapping
        force : bool
            Replace existing results.

        Raises
        ------
        InputError
            If the folder cannot be written, or contains something that must not be replaced.
        OSError
            If the disk is full or fails.
        """
        with whole_folder(folder, force=force, owned=OWNED) as new:
            for name, content in files.items():
                new.write(name, content)
            new.write_manifest(manifest)
        store = cls(folder)
        store._make_folders()
        return store

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open an existing store.

        Raises
        ------
        InputError
            If the folder contains no results, or its manifest is damaged.
        """
        store = cls(folder)
        _ = store.manifest
        return store

    def _make_folders(self) -> None:
        for name in (PARTS, TMP):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def manifest(self) -> dict[str, Any]:
        """The inputs of the experiment."""
        return read_manifest(self.folder, FORMAT)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the store for writing; the system releases the lock when the process ends.

        Raises
        ------
        InputError
            If another process holds it, or the folder cannot be written.
        """
        try:
            self._make_folders()
            handle = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise InputError(
                f"{self.folder}: cannot be written: {(error.strerror or 'unknown reason').lower()}."
            ) from None
        try:
            if not _lock(handle):
                raise InputError(f"{self.folder} is being written by another process; wait for it.")
            for left in (self.folder / TMP).iterdir():  # left by a killed process
                left.unlink(missing_ok=True)
            yield
        finally:
            os.close(handle)

    def replace(
        self, files: Mapping[str, bytes], manifest: Mapping[str, Any], gone: Collection[str] = ()
    ) -> None:
        """Replace, add and remove files, each atomically; the manifest lists them.

        The design comes last: until it has grown, an interrupted extension is repeated in full.
        """
        listed = {n: about for n, about in self.manifest["files"].items() if n not in gone}
        for name, content in files.items():
            listed[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        new = {**files, MANIFEST: manifest_bytes({**manifest, "files": listed})}
        for name in sorted(new, key=lambda name: name == DESIGN):
            write_file(self.folder, name, new[name])
        for path in (self.folder / name for name in gone):
            path.unlink(missing_ok=True)
            if path.parent != self.folder:
                with contextlib.suppress(OSError):
                    path.parent.rmdir()

    @override
    def note(self, environments: Collection[str]) -> None:
        manifest = self.manifest
        known = manifest.get("workers", [])
        if new := [e for e in map(json.loads, sorted(environments)) if e not in known]:
            content = manifest_bytes({**manifest, "workers": known + new})
            write_file(self.folder, MANIFEST, content)

    @override
    def _read(self, kind: str, columns: list[str] | None, wanted: Any) -> pa.Table:
        import pyarrow.dataset as ds

        files = sorted((self.folder / kind).glob("*.parquet"))
        if not files:
            return empty(columns)
        try:
            check_seals(files)
            return ds.dataset(files).to_table(columns=columns, filter=wanted)
        except OSError:
            if not all(path.exists() for path in files):  # merged by another process
                return self._read(kind, columns, wanted)
            raise

    @override
    def add(self, tables: Mapping[str, pa.Table]) -> None:
        write_tables(self.folder, tables)

    @override
    def compact(self) -> None:
        """Merge small files; see `sim.experiments.parts.compact`."""
        for kind in KINDS:
            compact(self.folder, kind)

    @override
    def design_table(self) -> pa.Table:
        """Return the design: one row per run of each point.

        Raises
        ------
        InputError
            If its file is missing or damaged.
        """
        import pyarrow.parquet as pq

        path = self.folder / DESIGN
        try:
            return pq.read_table(path)
        except FileNotFoundError:
            raise InputError(f"{path} is missing.") from None
        except (OSError, ValueError, pa.ArrowException):
            raise InputError(f"{path} is torn or no design of an experiment.") from None

    def remove(self) -> None:
        """Remove the store, and the folder unless it contains foreign files."""
        names = {*OWNED, MANIFEST, *(name.split("/")[0] for name in self.manifest["files"])}
        for path in (self.folder / name for name in names):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def _lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
