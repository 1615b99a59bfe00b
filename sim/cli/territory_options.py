"""Options of ``sim territory import`` and ``check``: what to read, and which place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli import options

Shops = Annotated[
    Path | None,
    typer.Option("--shops", help="Shops: BPE, SIRENE, OpenStreetMap, or a sheet of your own."),
]
Communes = Annotated[
    list[str] | None,
    typer.Option("--commune", metavar="CODE", help="Keep only this commune; repeatable."),
]
Around = Annotated[
    str | None,
    typer.Option("--around", metavar="LAT,LON", help="Keep only the surroundings of this point."),
]
Radius = Annotated[
    float | None,
    typer.Option(
        "--radius",
        parser=options.real_number,
        metavar="M",
        help="Radius of the surroundings, in m; 5,000 by default.",
    ),
]
Buffer = Annotated[
    float,
    typer.Option(
        "--buffer",
        parser=options.real_number,
        metavar="M",
        help="Let neighbours within this distance, in m, take part in shopping; not counted.",
    ),
]
Centres = Annotated[
    list[str] | None,
    typer.Option("--centre", metavar="LAT,LON", help="Where a town centre is; repeatable."),
]
VacancyShare = Annotated[
    str | None,
    typer.Option(
        "--vacancy", metavar="SHARE", help="Share of vacant premises, or 'counted' as marked."
    ),
]
VacancyFile = Annotated[
    Path | None, typer.Option("--vacancy-file", help="List of all vacant premises.")
]
Year = Annotated[
    int | None,
    options.whole("--year", "Year of the gridded data, if the file does not give it.", "YEAR"),
]
Columns = Annotated[
    str | None,
    typer.Option("--columns", metavar="NAME=ITS_NAME,...", help="Which column is which."),
]
Kinds = Annotated[
    Path | None, typer.Option("--kinds", help="Your words for kinds of shop: CSV, word and kind.")
]
Layer = Annotated[
    str | None, typer.Option("--layer", help="Layer to read, of a file with several.")
]
PopulationSource = Annotated[
    str | None, typer.Option("--population-source", help="Source and licence of the residents.")
]
Ground = Annotated[
    Path | None,
    typer.Option("--ground", help="Map to draw beneath: .osm.pbf, GeoPackage, GeoJSON or others."),
]
GroundSource = Annotated[
    str | None, typer.Option("--ground-source", help="Source and licence of the map.")
]
ShopsSource = Annotated[
    str | None, typer.Option("--shops-source", help="Source and licence of the shops.")
]
