"""Versions of the package and of the model."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

__all__ = ["MODEL_VERSION", "package_version", "versions_needed"]

MODEL_VERSION: Final = "5"
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


@cache
def versions_needed(*names: str) -> dict[str, str]:
    """Return the installed versions of packages and of all that they need, by name.

    Names are as in requirements; extras count only where they are named, as in ``mesa[network]``.
    """
    from importlib import metadata

    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    ahead = list(names)
    while ahead:
        asked = ahead.pop()
        name, extras = re.findall(r"^([\w.-]+)\s*(\[.*?\])?", asked)[0]
        name = re.sub(r"[-_.]+", "-", name).lower()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            text = metadata.distribution(name).read_text("METADATA") or ""
        except metadata.PackageNotFoundError:
            if asked in names:  # others may be for another platform
                found[name] = "not installed"
            continue
        head = text.partition("\n\n")[0]  # `metadata` would parse the prose below, for 10 ms
        found[name] = re.findall("^Version: (.*)", head, re.M)[0]
        for needed in re.findall("^Requires-Dist: (.*)", head, re.M):
            extra = re.search("""extra == ['"](.*?)['"]""", needed)
            if not extra or extra[1] in re.findall(r"[\w-]+", extras):
                ahead.append(needed)
    return dict(sorted(found.items()))
