"""Tell files of residents from files of shops by what they hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.errors import InputError
from sim.territory.extent import Reading
from sim.territory.read_population import population_request
from sim.territory.shop_rows import shop_request
from sim.territory.table import OtherTable
from sim.territory.table_file import read_table


def recognise_files(files: Sequence[Path], reading: Reading) -> tuple[Path, Path | None]:
    """Return the file of residents and the file of shops, if there is one.

    Raise `InputError` if there is none of residents, more than one of a kind, or one of neither.
    """
    found: dict[str, Path] = {}
    for path in files:
        what = _what(path, reading)
        if what in found:
            raise InputError(f"{found[what]} and {path} are both files of {what}; give one.")
        found[what] = path
    if "residents" not in found:
        raise InputError(
            f"{files[0]} is a file of shops; residents are missing: INSEE's 'données carroyées'"
            " (Filosofi, cells of 200 m or 1 km), or Eurostat's 1 km grid."
        )
    return found["residents"], found.get("shops")


def _what(path: Path, reading: Reading) -> str:
    try:
        read_table(path, population_request(reading))
        return "residents"
    except OtherTable:
        pass
    try:
        read_table(path, shop_request(reading))
        return "shops"
    except OtherTable as error:
        raise InputError(
            f"{path} is neither a file of residents (no column names cells) nor one of shops: it"
            f" has{str(error).partition(' has')[2]}"
        ) from None
