"""Addresses of results in an object store, such as ``s3://bucket/name``, and their local copies."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from sim.errors import InputError

__all__ = ["as_addresses", "is_remote", "local_folder"]

_COPIES: Final = "addresses"
_ADDRESS: Final = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)
_HERE: Final = ("file", "local")


def is_remote(place: Path | str) -> bool:
    """Return whether a place is an address outside this machine's file system."""
    found = _ADDRESS.fullmatch(str(place))
    return found is not None and found[1] not in _HERE


def local_folder(place: Path | str) -> Path:
    """Return a folder, or that of the local copy of an address, in the user's cache folder.

    An address within another has its copy within the other's.
    """
    found = _ADDRESS.fullmatch(str(place))
    if found is None:
        return Path(place)
    kind, path = found.groups()
    if kind in _HERE:
        return Path(path)
    parts = path.strip("/").split("/")
    if not all(part.strip(".") and part.isprintable() for part in parts):
        raise InputError(f"{place}: not an address of results, such as s3://bucket/name.")
    return _copies().joinpath(kind, *parts)


def as_addresses(text: str) -> str:
    """Replace the folders of local copies in a message by their addresses."""
    if _COPIES not in text:
        return text
    copy = re.escape(f"{_copies()}{os.sep}") + "([a-z0-9+.-]+)" + re.escape(os.sep)
    return re.sub(copy, r"\1://", text)


def _copies() -> Path:
    from sim.kernels.machine.cache import cache_folder

    kernels = cache_folder()
    if kernels is None:
        raise InputError(
            "addresses need a cache folder; set SIM_CACHE_DIR to one that can be written."
        )
    return kernels.parent / _COPIES
