"""Versions of the package and of the model."""

from __future__ import annotations

from functools import cache
from typing import Final

__all__ = ["MODEL_VERSION", "package_version"]

MODEL_VERSION: Final = "2"
"""Incremented whenever the same scenario and seed give different results; CHANGELOG.md says why."""


@cache  # a manifest needs nine, at some milliseconds each
def package_version(name: str = "essaim") -> str:
    """Return the installed version of a package, by default of this one.

    Parameters
    ----------
    name : str
        Name of the distribution.

    Returns
    -------
    str
        Version, or "not installed".
    """
    from importlib import metadata  # takes 20 ms, which `sim --help` can do without

    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
