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
import json
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, override

import pyarrow as pa

from sim.errors import InputError
from sim.experiments.lock import locked
from sim.experiments.manifest_schema import DESIGN, EXPERIMENT, input_files, read_manifest
from sim.experiments.parts import (
    KINDS,
    PARTS,
    TEMPORARY,
    TMP,
    check_seals,
    compact,
    is_plausible,
    part_file,
    write_file,
    write_tables,
)
from sim.experiments.stored import Stored, empty
from sim.experiments.whole_folder import manifest_bytes, remove_results, whole_folder
from sim.experiments.written import (
    ELSEWHERE,
    LOCK,
    MANIFEST,
    WHY,
    as_listed,
    is_as_written,
    sha256_of,
)

__all__ = ["Store"]

_DESIGN_COLUMNS: Final = {
    "key": pa.string(),
    "arm": pa.string(),
    "point": pa.int64(),
    "rep": pa.int64(),
    "luck": pa.int8(),
}


class Store(Stored):
    """The folder of an experiment.

    Parameters
    ----------
    folder : Path
    """

    folder: Path

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._design: str | None = None  # its SHA-256, to tell another experiment in the folder

    def create(
        self,
        files: Mapping[str, bytes],
        manifest: Mapping[str, Any],
        *,
        tables: Mapping[str, pa.Table] | None = None,
        force: bool = False,
    ) -> None:
        """Create the folder atomically.

        Parameters
        ----------
        files : mapping of str to bytes
            Content by name, except the manifest.
        manifest : mapping
        tables : mapping of str to pyarrow.Table, optional
            Results by kind; by default there are none yet.
        force : bool
            Replace existing results.

        Raises
        ------
        InputError
            If the folder cannot be written, or contains something that must not be replaced; or if
            another process has written it in the meantime. Results are then in another folder.
        OSError
            If the disk is full or fails.
        """
        with whole_folder(self.folder, force=force, keep=bool(tables)) as new:
            for name, content in files.items():
                new.write(name, content)
            new.write_manifest(manifest)
            for kind, table in (tables or {}).items():
                new.write(*part_file(kind, table))
        self._design = new.files[DESIGN]["sha256"]
        self._make_folders()

    def open(self) -> None:
        """Raise `InputError` if the folder is not what its manifest says, or has none."""
        manifest = self.manifest
        listed = manifest["files"]
        inside, names = (
            self.folder.resolve(),
            (*listed, *KINDS, TMP, LOCK, ELSEWHERE, WHY, MANIFEST),
        )
        for path in (self.folder / name for name in names):
            if not path.resolve().is_relative_to(inside):
                raise InputError(f"{path} leads out of the folder; replace it with a copy.")
        needed = {EXPERIMENT, DESIGN, *input_files(manifest)}
        self.check(n for n in listed if n in needed or os.path.lexists(self.folder / n))

    def check(self, names: Iterable[str]) -> None:
        """Raise `InputError` for the first of some files that is not as the manifest says."""
        listed = self.manifest["files"]
        for name in names:
            path = self.folder / name
            if not os.path.lexists(path):
                raise InputError(f"{path} is missing.")
            if name not in listed:
                raise InputError(f"{path} was not written by a run; move it away first.")
            if not is_as_written(path, listed[name]):
                raise InputError(
                    f"{path} was changed after it was written, or is torn; put the original back,"
                    " or move it away."
                )

    def _make_folders(self) -> None:
        for name in (PARTS, TMP):
            (self.folder / name).mkdir(exist_ok=True)

    @property
    def manifest(self) -> dict[str, Any]:
        """The inputs of the experiment."""
        found = read_manifest(self.folder)
        design = found["files"][DESIGN]
        self._design = self._design or design["sha256"]
        if self._design not in (design["sha256"], design.get("before")):
            raise InputError(
                f"{self.folder} was extended or replaced by another process in the meantime."
            )
        return found

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the store for writing; the system releases the lock when the process ends.

        Raises
        ------
        InputError
            If another process holds it, or the folder cannot be written.
        """
        with contextlib.ExitStack() as stack:
            try:
                self._make_folders()
                is_free = stack.enter_context(locked(self.folder / LOCK))
            except OSError as error:
                reason = (error.strerror or "unknown reason").lower()
                raise InputError(f"{self.folder}: cannot be written: {reason}.") from None
            if not is_free:
                raise InputError(f"{self.folder} is being written by another process; wait for it.")
            _ = self.manifest  # still the same experiment
            for left in (self.folder / TMP).iterdir():  # left by a killed process
                if TEMPORARY.fullmatch(f"{TMP}/{left.name}"):
                    left.unlink(missing_ok=True)
            yield

    def replace(
        self, files: Mapping[str, bytes], manifest: Mapping[str, Any], gone: Collection[str] = ()
    ) -> None:
        """Replace, add and remove files; the manifest lists them.

        While this is under way, the manifest knows each file as it will be and as it was before,
        so that the store can be opened, and the replacement repeated, wherever it stops.

        Raises
        ------
        InputError
            If one of these files was not written by a run, or changed since.
        """
        before = self.manifest
        listed = before["files"]
        self.check(n for n in (*files, *gone) if os.path.lexists(self.folder / n))
        new = {name: as_listed(content) for name, content in files.items()}
        both = {n: about | {"before": sha256_of(self.folder / n)} for n, about in new.items()}
        self._write_manifest({**before, "files": listed | both})
        for name, content in sorted(files.items(), key=lambda file: file[0] == DESIGN):
            write_file(self.folder, name, content)
        for path in (self.folder / name for name in gone):
            path.unlink(missing_ok=True)
            if path.parent != self.folder:
                with contextlib.suppress(OSError):
                    path.parent.rmdir()
        left = {name: about for name, about in listed.items() if name not in gone}
        self._design = (left | new)[DESIGN]["sha256"]
        self._write_manifest({**manifest, "files": left | new})

    def _write_manifest(self, manifest: Mapping[str, Any]) -> None:
        write_file(self.folder, MANIFEST, manifest_bytes(manifest))

    @override
    def note(self, environments: Collection[str]) -> None:
        manifest = self.manifest
        known = manifest.get("workers", [])
        if new := [e for e in map(json.loads, sorted(environments)) if e not in known]:
            self._write_manifest({**manifest, "workers": known + new})

    @override
    def _read(self, kind: str, columns: list[str] | None, wanted: Any) -> pa.Table:
        import pyarrow.dataset as ds

        files = sorted((self.folder / kind).glob("*.parquet"))
        if not files:
            return empty(columns)
        try:
            check_seals(files)
            return ds.dataset(files).to_table(columns=columns, filter=wanted)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError):
            raise InputError(
                f"{self.folder / kind} holds a part with other columns; move it away and resume."
            ) from None
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
        self.check([DESIGN])
        foreign = InputError(f"{path} is torn or no design of an experiment.")
        if not is_plausible(path, _DESIGN_COLUMNS):
            raise foreign
        try:
            table = pq.read_table(path).replace_schema_metadata()
        except (OSError, ValueError, pa.ArrowException):
            raise foreign from None
        if any(table[name].null_count for name in _DESIGN_COLUMNS):
            raise foreign
        return table

    def remove(self) -> None:
        """Remove the store, and the folder unless it contains foreign files."""
        remove_results(self.folder)
