"""``sim territory``: import a scenario from public data, and describe a territory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.errors import InputError
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.territory.territory import Territory

territory_app = typer.Typer(
    name="territory",
    help="Import real territories, and show them.",
    rich_markup_mode=None,
    no_args_is_help=False,
)


@territory_app.command("import")
def import_command(
    population: Annotated[
        Path, typer.Option("--population", help="INSEE's gridded data: CSV, GeoPackage or Parquet.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the scenario.")],
    shops: Annotated[
        Path | None,
        typer.Option("--shops", help="Shops: INSEE's BPE or OpenStreetMap; CSV, GeoJSON, GPKG."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the place; by default that of the folder --out."),
    ] = None,
    archetype: Annotated[
        str | None,
        typer.Option("--archetype", help="Scenario whose parameters the place inherits."),
    ] = None,
    around: Annotated[
        str | None,
        typer.Option(
            "--around", metavar="LAT,LON", help="Keep only the surroundings of this point."
        ),
    ] = None,
    radius: Annotated[
        float,
        typer.Option(
            "--radius",
            parser=options.real_number,
            metavar="M",
            help="Radius of the surroundings, in m.",
        ),
    ] = 5000.0,
    year: Annotated[
        int | None,
        options.whole("--year", "Year of the gridded data, if the file does not give it.", "YEAR"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a scenario of the same name.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Import a real place as a scenario for 'sim run'."""
    from sim.territory.import_territory import import_territory, summary_lines
    from sim.territory.imported_scenario import write_imported_scenario

    territory = import_territory(
        population,
        shops,
        name=name or out.resolve().name,
        year=year,
        around=_point(around),
        radius=radius,
    )
    scenario, file = write_imported_scenario(territory, out, archetype=archetype, force=force)
    if as_json:
        CONSOLE.json({"scenario": str(scenario), "file": str(file), **_described(territory)})
    else:
        CONSOLE.data(territory.name)
        for line in summary_lines(territory):
            CONSOLE.data(f"  {line}")
        CONSOLE.data(f"Scenario: {scenario}\nTerritory: {file}")
    CONSOLE.next(f"sim run {scenario} --reps 20 --out results")


@territory_app.command("show")
def show_command(
    place: Annotated[str, typer.Argument(help="Scenario, its TOML file, or a territory file.")],
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Draw a map: .svg or .png.")
    ] = None,
    language: options.Lang = ENGLISH,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing map.")] = False,
    as_json: options.AsJson = False,
) -> None:
    """Describe a territory.

    Shows its people and premises, what was read or generated and why, and on request a map.
    """
    from sim.scenario.scenario import load_scenario
    from sim.territory.territory_file import load_territory, write_whole

    if out is not None and out.suffix not in (".svg", ".png"):
        raise InputError(f"{out}: a map is drawn as .svg or .png.")
    if out is not None and out.exists() and not force:
        raise InputError(f"{out} exists; choose another name or replace it with --force.")
    scenario = "SCENARIO"
    if place.endswith(".npz"):
        territory = load_territory(Path(place))
    else:
        from sim.simulation.simulation import territory_of

        scenario, territory = place, territory_of(load_scenario(place))
    if out is not None:
        from sim.figures import draw_territory

        picture = draw_territory(territory, language)
        content = picture.svg() if out.suffix == ".svg" else picture.png()
        with write_whole(out, force=force) as file:
            file.write(content)
    if as_json:
        CONSOLE.json(_described(territory))
    else:
        _show(territory)
    if out is not None:
        CONSOLE.say(f"Map: {out}")
    CONSOLE.next(f"sim run {scenario}")


def _point(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(
            f"--around {text}: expected latitude,longitude such as 48.07,-0.77."
        ) from None
    return latitude, longitude


def _described(territory: Territory) -> dict[str, Any]:
    from sim.simulation.provenance import describe_territory

    return describe_territory(territory) | {"premises_by_zone_and_sector": _counts(territory)}


def _counts(territory: Territory) -> dict[str, dict[str, int]]:
    import numpy as np

    from sim.territory.territory import SECTORS, ZONES

    zone = np.where(territory.is_town_centre, 0, np.where(territory.is_retail_park, 1, 2)).ravel()
    counts = np.zeros((len(ZONES), len(SECTORS)), np.int64)
    np.add.at(counts, (zone[territory.premises_cell], territory.premises_sector), 1)
    return {
        z: dict(zip(SECTORS, row, strict=True))
        for z, row in zip(ZONES, counts.tolist(), strict=True)
    }


def _show(territory: Territory) -> None:
    from sim.territory.import_territory import summary_lines
    from sim.territory.territory import SECTORS, UNKNOWN, VACANT
    from sim.words.language import number, percent

    rows, columns = territory.shape
    residents, youth = float(territory.residents.sum()), float(territory.youth.sum())
    premises = territory.premises_cell.size
    CONSOLE.data(
        f"{territory.name}: {rows} x {columns} cells of {territory.cell_size:g} m,"
        f" {number(residents, 'en')} residents, {number(youth, 'en')} of them aged 15-29"
    )
    if not premises:
        CONSOLE.data("No premises in this file: they are generated when its scenario runs.")
    else:
        vacant = int((territory.premises_occupancy == VACANT).sum())
        known = not (territory.premises_occupancy == UNKNOWN).any()
        state = f"{vacant} vacant ({percent(vacant / premises, 'en')})"
        drawn = "the run draws which of them are vacant"
        CONSOLE.data(f"{premises} premises, {state if known else drawn}\n")
        heads = ["zone", *SECTORS, "premises"]
        lines = [
            [zone, *(str(n) for n in by_sector.values()), str(sum(by_sector.values()))]
            for zone, by_sector in _counts(territory).items()
        ]
        CONSOLE.data(table([heads, *lines]))
    CONSOLE.data("\nSources:")
    words = summary_lines(territory)
    for part, entry in territory.provenance.items():
        if isinstance(entry, dict) and "in_words" not in entry:
            made = "generated, since " + entry["why"] if entry.get("generated") else entry["source"]
            words.append(f"{part.replace('_', ' ')}: {made} ({entry['evidence']}).")
    for line in words:
        CONSOLE.data(f"  {line}")
