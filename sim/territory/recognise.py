"""Tell files of residents, of shops and maps apart by what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sim.errors import InputError
from sim.territory.extent import Reading
from sim.territory.read_ground import is_map, is_openstreetmap_file
from sim.territory.read_population import population_request
from sim.territory.shop_rows import shop_request
from sim.territory.table import OtherTable
from sim.territory.table_file import read_table


def recognise_files(
    files: Sequence[Path], reading: Reading
) -> tuple[Path, Path | None, Path | None]:
    """Return the files of residents, of shops and the map, where there are such.

    A map of OpenStreetMap with its shops is both, unless another file is either of them. Raise
    `InputError` if there is none of residents, more than one of a kind, or one of neither.
    """
    found: dict[str, Path] = {}
    both = []
    for path in files:
        what = _what(path, reading)
        if what == "shops" and is_map(path):
            both.append(path)
            continue
        if what in found:
            raise InputError(f"{found[what]} and {path} are both files of {what}; give one.")
        found[what] = path
    if len(both) > 1:
        raise InputError(f"{both[0]} and {both[1]} are both maps with shops; give one.")
    for path in both:
        if "shops" in found and "map" in found:
            raise InputError(f"{found['shops']} and {path} are both files of shops; give one.")
        found = {"shops": path, "map": path} | found
    if "residents" not in found:
        kind = "a file of shops" if "shops" in found else "a map"
        raise InputError(
            f"{files[0]} is {kind}; residents are missing: INSEE's 'données carroyées'"
            " (Filosofi, cells of 200 m or 1 km), or Eurostat's 1 km grid."
        )
    return found["residents"], found.get("shops"), found.get("map")


def _what(path: Path, reading: Reading) -> str:
    if is_openstreetmap_file(path):
        return "map"
    why = []
    for what, request in (("residents", population_request), ("shops", shop_request)):
        try:
            read_table(path, replace(request(reading), is_lenient=True))
            return what
        except OtherTable as error:
            why.append(error)
        except InputError:
            if not is_map(path):
                raise
    if is_map(path):
        return "map"
    named = "(no column names cells) nor one of shops: it has"
    raise why[-1].renamed(f"{path} has", f"{path} is neither a file of residents {named}")
