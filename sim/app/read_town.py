"""Read a visitor's files in a process of its own: ``python -P -m sim.app.read_town FOLDER``.

The libraries that read formats are not ours, and files may be made to harm them. What happens here
stays here: the process has bounds of time, memory and disk, opens no driver of GDAL that follows
links, and answers with one line of JSON. What a visitor said of the files comes as JSON, too, by
standard input.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from sim.errors import InputError
from sim.territory.remedies import Refusal

SECONDS: Final = 60
"""Maximum processor time of a reading."""

MEMORY: Final = 4 * 1024**3
"""Maximum address space of a reading, bytes."""

LARGEST_UNPACKED: Final = 512 * 1024**2
"""Maximum bytes of a file that is unpacked, and of all in an archive."""

FOLLOWING: Final = (
    *("VRT", "OGR_VRT", "GDALG", "GTI", "WFS", "OAPIF", "OGCAPI", "CSW", "HTTP", "WMS", "WCS"),
    *("WMTS", "GMLAS", "AmigoCloud", "Carto", "Elasticsearch", "EEDA", "EEDAI", "PLSCENES"),
    *("NGW", "ADBC", "DAAS", "STACIT", "STACTA", "TileDB", "Zarr"),
)
"""Drivers of GDAL that open what a file names, on the disk or in the network."""


def read_town(
    folder: Path,
    name: str,
    *,
    vacancy: float | None = None,
    around: str | None = None,
    centres: Sequence[str] = (),
    columns: Mapping[str, str] | None = None,
    layer: str | None = None,
    kinds: str | None = None,
    vacancy_file: str | None = None,
    population_source: str | None = None,
    shops_source: str | None = None,
    **asked: Any,
) -> dict[str, Any]:
    """Read the files of the present folder, and write the scenario of the town to another.

    Parameters are those of the command line; `kinds` and `vacancy_file` are two of the files.
    Returns which file is what and the balance sheet, as JSON. Raise `InputError` like the import.
    """
    from sim.simulation.balance import balance_sheet, with_balance
    from sim.simulation.outside_shares import with_outside_shares
    from sim.territory.extent import Reading, parse_point
    from sim.territory.import_territory import import_territory
    from sim.territory.imported_scenario import write_imported_scenario
    from sim.territory.recognise import recognise_files
    from sim.territory.shop_kinds import read_kinds
    from sim.territory.vacancy import VacancyRequest

    files = sorted(path for path in Path().iterdir() if path.is_file())
    for path in files:
        _refuse_bomb(path)
    own = [path for path in files if path.name not in (kinds, vacancy_file)]
    if not own:
        raise InputError("there is no file of residents among these.")
    reading = Reading(columns or {}, layer)
    population, shops, ground = recognise_files(own, reading)
    territory = import_territory(
        population,
        shops,
        name=name,
        around=parse_point(around, "the point") if around else None,
        vacancy=VacancyRequest(share=vacancy, file=Path(vacancy_file) if vacancy_file else None),
        centres=[parse_point(one, "the town centre") for one in centres],
        reading_population=replace(reading, source=population_source),
        reading_shops=replace(
            reading, source=shops_source, kinds=read_kinds(Path(kinds)) if kinds else {}
        ),
        ground=ground,
        **asked,
    )
    territory = with_outside_shares(territory)
    balance = balance_sheet(territory)
    # Nobody sees the town before its sheet.
    accepted = with_balance(territory, balance, is_accepted=True)
    scenario, _ = write_imported_scenario(accepted, folder)
    return {
        "scenario": scenario.name,
        "files": {
            what: path and path.name
            for what, path in (("residents", population), ("shops", shops), ("map", ground))
        },
        "balance": balance.as_json(),
        "remedies": [remark.remedy and asdict(remark.remedy) for remark in balance.remarks],
    }


def _refuse_bomb(path: Path) -> None:
    """Refuse an archive that unpacks to too much; what it states is all that is unpacked."""
    size = 0
    with (
        # Whoever reads a damaged one, or of a method unknown to zipfile, refuses it.
        contextlib.suppress(OSError, ValueError, NotImplementedError, zipfile.BadZipFile),
        zipfile.ZipFile(path) as archive,
    ):
        size = sum(member.file_size for member in archive.infolist())
    if size > LARGEST_UNPACKED:
        raise InputError(f"{path} unpacks to more than {LARGEST_UNPACKED:,} bytes.")


def _bound() -> None:
    """Bound time, memory and disk, where the system can."""
    with contextlib.suppress(ImportError, OSError, ValueError, AttributeError):
        import resource

        for kind, most in (
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_FSIZE, LARGEST_UNPACKED),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(kind, (most, most))


def main(folder: str, said: dict[str, Any]) -> None:
    """Read the files and print the answer; the files lie in FOLDER/files."""
    os.environ["GDAL_SKIP"] = ",".join(FOLLOWING)
    target = Path(folder).resolve()
    os.chdir(target / "files")
    _bound()
    try:
        answer = read_town(target / "town", **said)
    except Refusal as error:
        answer = {"refusal": error.renamed(f"{target}/", "").renamed("files/", "").as_json()}
    except InputError as error:
        answer = {"error": str(error).replace(f"{target}/", "").replace("files/", "")}
    except MemoryError:
        answer = {"error": "these files take more memory than the page gives a reading."}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
