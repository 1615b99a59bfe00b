"""Versions: of the package, and of the model that it holds."""

from __future__ import annotations

from functools import cache
from typing import Final

__all__ = ["MODEL_VERSION", "package_version"]

MODEL_VERSION: Final = "2"
"""Counts up whenever the same scenario and seed give other results; CHANGELOG.md says why."""


@cache  # a manifest asks for nine, each some milliseconds
def package_version(name: str = "essaim") -> str:
    """The installed version of a package, by default of this one.

    Parameters
    ----------
    name : str
        Name of a distribution.

    Returns
    -------
    str
        "not installed" where there is none.
    """
    from importlib import metadata  # 20 ms, which `sim --help` need not pay

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
