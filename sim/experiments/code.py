"""The code that decides the bits of a run: the model's sources and the libraries that it uses."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from sim.registry.catalogues import scenario_folder
from sim.version import package_version

_ROOMS: Final = (
    *("kernels", "processes", "registry", "territory", "measures"),
    *("start", "interventions", "scenario", "simulation"),
)
_OF_RUNS: Final = ("course", "draws", "seeds", "shared_start", "territory_runs")
"""Modules of this room that act on a run; the others only plan and store."""

LIBRARIES: Final = ("numpy", "numba", "llvmlite", "scipy")
"""Libraries whose versions may change bits."""


@dataclass(frozen=True)
class Code:
    """Sources and libraries of a process.

    `sources`, a hash of the model's sources and catalogues, decides; `package`, the version of
    Essaim, is for messages; `libraries` are the versions of `LIBRARIES`.
    """

    package: str
    sources: str
    libraries: Mapping[str, str]

    @property
    def hash(self) -> str:
        """16 hexadecimal digits; equal where sources and libraries are."""
        text = "\0".join((self.sources, *(f"{n} {v}" for n, v in sorted(self.libraries.items()))))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def differences(self, other: Mapping[str, Any]) -> str:
        """Say how other code, as JSON values, differs from this; empty if it does not.

        Examples
        --------
        >>> here = code_here()
        >>> here.differences({**here.as_json(), "sources": "0" * 16})
        "the model's sources differ"
        """
        theirs = other.get("libraries") or {}
        found = [
            f"{name} {theirs.get(name, 'unknown')} there and {version} here"
            for name, version in self.libraries.items()
            if theirs.get(name) != version
        ]
        if other.get("sources") != self.sources:
            versions = (other.get("package", "unknown"), self.package)
            found.append(
                "the model's sources differ"
                if versions[0] == versions[1]
                else f"essaim {versions[0]} there and {versions[1]} here"
            )
        return ", ".join(found)

    def as_json(self) -> dict[str, Any]:
        """Return the code as JSON values."""
        return {**vars(self), "libraries": dict(self.libraries), "hash": self.hash}


@cache
def code_here() -> Code:
    """Return the code of this process, as on the disk at the first call."""
    root = Path(__file__).parents[1]
    paths = [p for room in _ROOMS for p in sorted((root / room).rglob("*.py"))]
    paths += [root / "experiments" / f"{name}.py" for name in _OF_RUNS]
    digest = hashlib.sha256()
    for path in paths:
        _add(digest, path.relative_to(root).as_posix(), path)
    for path in sorted((scenario_folder() / "catalogues").glob("*.toml")):
        _add(digest, path.name, path)
    return Code(
        package=package_version(),
        sources=digest.hexdigest()[:16],
        libraries={name: package_version(name) for name in LIBRARIES},
    )


def _add(digest: Any, name: str, path: Path) -> None:
    content = path.read_bytes()
    digest.update(f"\0{name}\0{len(content)}\0".encode() + content)
