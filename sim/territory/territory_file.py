"""Save a territory to one small file and load it back with full validation.

The file is an ``npz`` of compressed arrays and a JSON header with name, cell size and provenance.
The same territory always gives the same bytes. The arrays of a ground are there if it has one.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import numpy as np

from sim.errors import InputError
from sim.registry.user_files import read_file
from sim.territory.ground import Ground, ground_fault
from sim.territory.territory import OPEN, SECTORS, UNKNOWN, VACANT, Territory

__all__ = [
    "load_territory",
    "parse_territory",
    "read_territory_file",
    "save_territory",
    "territory_fault",
    "write_whole",
]

FORMAT: Final = "essaim territory 1"
FORMAT_WITH_BUFFER: Final = "essaim territory 2"
"""Versions that know no buffer would count its people and shops, so they must refuse it."""

LARGEST_FILE: Final = 500_000_000
"""Maximum bytes, unpacked: 25 million cells, about metropolitan France at 200 m, take 350 MB."""

_CELL_ARRAYS: Final[dict[str, type[np.generic]]] = {
    "residents": np.float32,
    "youth": np.float32,
    "income": np.float32,
    "is_town_centre": np.bool_,
    "is_retail_park": np.bool_,
}
_PREMISES_ARRAYS: Final[dict[str, type[np.generic]]] = {
    "premises_cell": np.int32,
    "premises_sector": np.uint8,
    "premises_floor_area": np.float32,
    "premises_occupancy": np.int8,
}
_GROUND_ARRAYS: Final = ("points", "first", "kind")
_BUFFER_ARRAYS: Final = ("is_buffer", "premises_in_buffer")


def territory_fault(territory: Territory) -> str | None:
    """Describe the first fault in a territory's arrays, to complete "the territory ..."."""
    shape = territory.residents.shape
    if len(shape) != 2 or 0 in shape:
        return "has no cells"
    for name, dtype in (_CELL_ARRAYS | _PREMISES_ARRAYS).items():
        array = getattr(territory, name)
        expected = shape if name in _CELL_ARRAYS else territory.premises_cell.shape[:1]
        if array.dtype != dtype or array.shape != expected:
            return f"has {name} of another type or shape"
    for name in ("residents", "youth", "income", "premises_floor_area"):
        values = getattr(territory, name)
        if not np.isfinite(values).all() or (values < 0).any():
            return f"has {name} that are negative or not finite"
    cell = territory.premises_cell
    if cell.size and (int(cell.min()) < 0 or int(cell.max()) >= territory.residents.size):
        return "has premises outside its grid"
    checks = {
        "has no positive cell size": not (
            np.isfinite(territory.cell_size) and territory.cell_size > 0
        ),
        "has no residents": not (territory.residents > 0).any(),
        "has more youth than residents in a cell": (territory.youth > territory.residents).any(),
        "has cells without income": (territory.income <= 0).any(),
        "has cells that are town centre and retail park": (
            territory.is_town_centre & territory.is_retail_park
        ).any(),
        "has premises of an unknown sector": (territory.premises_sector >= len(SECTORS)).any(),
        "has premises without floor area": (territory.premises_floor_area <= 0).any(),
        "has premises of unknown occupancy code": ~np.isin(
            territory.premises_occupancy, (VACANT, OPEN, UNKNOWN)
        ).all(),
    }
    if fault := next((fault for fault, is_so in checks.items() if is_so), None):
        return fault
    if fault := _buffer_fault(territory):
        return fault
    return ground_fault(territory.ground, shape) if territory.ground else None


def _buffer_fault(territory: Territory) -> str | None:
    cells, premises = territory.is_buffer, territory.premises_in_buffer
    if cells is None and premises is None:
        return None
    for array, beside in ((cells, territory.residents), (premises, territory.premises_cell)):
        if array is None or array.dtype != np.bool_ or array.shape != beside.shape:
            return "has a buffer of another type or shape"
    if not (territory.place_alone.residents > 0).any():
        return "has no residents but those of its buffer"
    if not territory.place_alone.premises_cell.size:
        return "has no premises but those of its buffer"
    return None


def save_territory(territory: Territory, path: Path, *, force: bool = True) -> None:
    """Write a territory to a file, usually ``<name>.territory.npz``, atomically.

    Without `force`, no existing file is replaced.

    Raises
    ------
    InputError
        If the folder cannot be written to, or the file exists.
    ValueError
        If the territory is invalid, a bug in the code that made it.
    """
    if fault := territory_fault(territory):
        raise ValueError(f"the territory {fault}")
    header: dict[str, Any] = {
        "format": FORMAT if territory.is_buffer is None else FORMAT_WITH_BUFFER,
        "name": territory.name,
        "cell_size": territory.cell_size,
        "provenance": territory.provenance,
    }
    ground = territory.ground
    if ground is not None:
        header["ground_names"] = [list(name) for name in ground.names]
    text = json.dumps(header, ensure_ascii=False, allow_nan=False)
    arrays = {
        name: np.ascontiguousarray(getattr(territory, name))
        for name in (*_CELL_ARRAYS, *_PREMISES_ARRAYS)
    }
    if ground is not None:
        arrays |= {f"ground_{name}": getattr(ground, name) for name in _GROUND_ARRAYS}
    if territory.is_buffer is not None:
        arrays |= {name: getattr(territory, name) for name in _BUFFER_ARRAYS}
    with write_whole(path, force=force) as file:
        np.savez_compressed(
            file, allow_pickle=False, header=np.frombuffer(text.encode(), np.uint8), **arrays
        )


def read_territory_file(path: Path) -> bytes:
    """Return the content of a territory file; raise `InputError` if it cannot be read."""
    return read_file(path, LARGEST_FILE, "no such file; 'sim territory import' makes one")


def load_territory(path: Path) -> Territory:
    """Load a territory and validate all of it; see `parse_territory`."""
    return parse_territory(read_territory_file(path), path)


def parse_territory(content: bytes, path: Path) -> Territory:
    """Make a territory with read-only arrays of the content of its file.

    Raise `InputError` if the content is damaged, too large or not a valid territory.
    """
    foreign = f"{path} is not a territory file, or a damaged one; import it again."
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:  # which reads no more than it states
            if sum(member.file_size for member in archive.infolist()) > LARGEST_FILE:
                foreign = f"{path} unpacks to more than the {LARGEST_FILE:,} bytes that are read."
                raise ValueError
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            header = json.loads(stored["header"].tobytes().decode())
            arrays = {name: stored[name] for name in (*_CELL_ARRAYS, *_PREMISES_ARRAYS)}
            if header["format"] == FORMAT_WITH_BUFFER:
                arrays |= {name: stored[name] for name in _BUFFER_ARRAYS}
            ground = _ground(stored, header)
    except (
        *(OSError, ValueError, KeyError, TypeError, AttributeError, EOFError),
        *(RuntimeError, zipfile.BadZipFile, zlib.error, MemoryError, SyntaxError, OverflowError),
    ):
        # numpy and zipfile raise any of these on a damaged zip or array header.
        raise InputError(foreign) from None
    if not isinstance(header, dict) or header.get("format") not in (FORMAT, FORMAT_WITH_BUFFER):
        raise InputError(foreign)
    name, cell_size = header.get("name"), header.get("cell_size")
    provenance = header.get("provenance")
    if (
        not isinstance(name, str)
        or not isinstance(cell_size, int | float)
        or abs(cell_size) > 1e300  # beyond what float() takes
        or not isinstance(provenance, dict)
    ):
        raise InputError(foreign)
    for array in arrays.values():
        array.flags.writeable = False
    territory = Territory(
        name=name, cell_size=float(cell_size), provenance=provenance, ground=ground, **arrays
    )
    if fault := territory_fault(territory):
        raise InputError(f"{path} is a territory file that {fault}; import it again.")
    return territory


def _ground(stored: Any, header: Any) -> Ground | None:
    if "ground_kind" not in stored:
        return None
    arrays = {name: stored[f"ground_{name}"] for name in _GROUND_ARRAYS}
    for array in arrays.values():
        array.flags.writeable = False
    return Ground(**arrays, names=tuple(tuple(name) for name in header["ground_names"]))


@contextlib.contextmanager
def write_whole(path: Path, *, force: bool = True) -> Iterator[IO[bytes]]:
    """Open a binary file that takes its name when it is complete.

    Parameters
    ----------
    path : pathlib.Path
    force : bool
        Replace an older file.

    Raises
    ------
    InputError
        If the folder is missing or cannot be written to; without `force`, if a file has taken the
        name by then.
    """
    # Use the same folder, since a file can only be renamed within one file system.
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        file = temporary.open("wb")
    except OSError as error:
        reason = (error.strerror or "it cannot be written").lower()
        raise InputError(f"{path}: {reason}.") from None
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not force:
            _claim(temporary, path)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _claim(temporary: Path, path: Path) -> None:
    """Link a file to a name that nobody else has taken, where the disk knows links."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        message = f"{path} exists; choose another name or replace it with --force."
        raise InputError(message) from None
    except OSError:
        return
