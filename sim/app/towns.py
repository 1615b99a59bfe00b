"""Towns that visitors made of files of their own: read, then kept in memory for a while.

The files are deleted as soon as they are read. A town is its residents, premises and map by cell,
as an imported territory holds them; it has an unguessable name, goes when its maker says so, when
nobody asked for it for a while, or when the server ends.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sim.app.request import LARGEST_GRID, MOST_PREMISES, MOST_RESIDENTS
from sim.app.sessions import TooMany
from sim.errors import InputError
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.balance import run_a_month
from sim.simulation.simulation import territory_of
from sim.territory.remedies import Refusal

MOST: Final = 24
"""Maximum number of towns."""

MOST_BYTES: Final = 256 * 1024**2
"""Maximum bytes of all territory files together."""

IDLE_SECONDS: Final = 2 * 3600.0
"""Time without a request after which a town is forgotten."""

GIVES_WAY_SECONDS: Final = 600.0
"""Time without a request after which a town may give way to another."""

READING_SECONDS: Final = 120.0
"""Maximum time of a reading."""


@dataclass
class Town:
    """A town: its scenario, the files that repeat it, what was read, and when it was asked for."""

    scenario: Scenario
    files: dict[str, bytes]
    read: dict[str, Any]
    used: float

    @property
    def reference(self) -> str:
        """Name of its scenario file, once its maker has unpacked what `archive` returns."""
        return next(name for name in self.files if name.endswith(".toml"))

    @property
    def nbytes(self) -> int:
        """Memory of its files."""
        return sum(map(len, self.files.values()))

    def archive(self) -> bytes:
        """Return the files of an imported territory as a zip archive."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return packed.getvalue()


class Towns:
    """All towns of a server, within limits; the clock returns seconds."""

    def __init__(self, most: int = MOST, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = most, clock
        self._all: dict[str, Town] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._all)

    def make(self, folder: Path, **said: Any) -> str:
        """Read the files in FOLDER/files and keep the town; return its unguessable name.

        What is said of the files is passed on to `sim.app.read_town.read_town`.

        Raise `InputError` in the words of the import, or if the town is too large for the page;
        `TooMany` without room for it.
        """
        with self._lock:
            self._make_room(0)
        read = read_apart(folder, **said)
        path = folder / "town" / read.pop("scenario")
        scenario = load_scenario(path).sealed()
        _refuse_large(scenario)
        run_a_month(path)
        files = {file.name: file.read_bytes() for file in sorted(path.parent.iterdir())}
        town = Town(scenario, files, read, self._clock())
        with self._lock:
            self._make_room(town.nbytes)
            key = secrets.token_urlsafe(18)
            self._all[key] = town
        return key

    def find(self, key: str) -> Town | None:
        """Return a town, which is kept for longer since somebody asks for it, or None."""
        with self._lock:
            self._end_idle()
            town = self._all.get(key)
            if town is not None:
                town.used = self._clock()
            return town

    def forget(self, key: str) -> None:
        """Forget a town, if it is there."""
        with self._lock:
            self._all.pop(key, None)

    def _end_idle(self) -> None:
        now = self._clock()
        for key in [k for k, town in self._all.items() if now - town.used > IDLE_SECONDS]:
            del self._all[key]

    def _make_room(self, size: int) -> None:
        self._end_idle()
        while (
            len(self._all) >= self._most
            or sum(town.nbytes for town in self._all.values()) + size > MOST_BYTES
        ):
            used, key = min(((t.used, k) for k, t in self._all.items()), default=(0.0, ""))
            if not key or self._clock() - used < GIVES_WAY_SECONDS:
                raise TooMany
            del self._all[key]


def read_apart(folder: Path, **said: Any) -> dict[str, Any]:
    """Return the answer of `sim.app.read_town` to a folder; raise `InputError` for its error."""
    # Nothing is imported from the folder of the files, whatever they are called.
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = os.environ | {
        "PYTHONPATH": paths,
        "TMPDIR": str(folder),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, "-P", "-m", "sim.app.read_town", str(folder)]
    try:
        done = subprocess.run(
            command, env=environment, input=json.dumps(said).encode(), stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=READING_SECONDS, check=False,
        )  # fmt: skip
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise InputError(
            "these files take longer to read than the page allows, or are damaged; cut the place"
            " out of them, or get them again."
        ) from None
    if "refusal" in answer:
        raise Refusal(**answer["refusal"])
    if "error" in answer:
        raise InputError(answer["error"])
    return answer


def new_folder() -> tempfile.TemporaryDirectory[str]:
    """Make a folder for an upload, with its own for the files."""
    folder = tempfile.TemporaryDirectory(prefix="essaim-")
    (Path(folder.name) / "files").mkdir()
    return folder


def _refuse_large(scenario: Scenario) -> None:
    territory = territory_of(scenario)
    residents = int(territory.residents.sum(dtype="float64"))
    for what, number, most in (
        ("cells", territory.residents.size, LARGEST_GRID),
        ("residents", residents, MOST_RESIDENTS),
        ("premises", territory.premises_cell.size, MOST_PREMISES),
    ):
        if number > most:
            raise InputError(
                f"{number:,} {what} are more than the page takes, {most:,}; say which communes to"
                " keep, or cut the place out of the files."
            )
