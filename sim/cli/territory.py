"""``sim territory``: import a scenario from public data, and describe a territory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.console import CONSOLE, table
from sim.cli.territory_options import (
    Around,
    Buffer,
    Centres,
    Columns,
    Communes,
    Ground,
    GroundSource,
    Kinds,
    Layer,
    PopulationSource,
    Radius,
    Shops,
    ShopsSource,
    VacancyFile,
    VacancyShare,
    Year,
)
from sim.errors import InputError
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.simulation.balance import Remark
    from sim.territory.extent import Reading
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
        Path,
        typer.Option("--population", help="Cells with residents: INSEE's, Eurostat's or others."),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FOLDER", help="Folder for the scenario.")],
    shops: Shops = None,
    name: Annotated[
        str | None,
        typer.Option("--name", help="Name of the place; by default that of the folder --out."),
    ] = None,
    archetype: Annotated[
        str | None,
        typer.Option("--archetype", help="Scenario whose parameters the place inherits."),
    ] = None,
    commune: Communes = None,
    around: Around = None,
    radius: Radius = None,
    buffer: Buffer = 0.0,
    centre: Centres = None,
    vacancy: VacancyShare = None,
    vacancy_file: VacancyFile = None,
    year: Year = None,
    columns: Columns = None,
    kinds: Kinds = None,
    layer: Layer = None,
    population_source: PopulationSource = None,
    shops_source: ShopsSource = None,
    ground: Ground = None,
    ground_source: GroundSource = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Import all the same what the balance sheet doubts.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a scenario of the same name.")
    ] = False,
    as_json: options.AsJson = False,
) -> None:
    """Import a real place as a scenario for 'sim run'."""
    from sim.simulation.balance import balance_sheet, run_a_month, with_balance
    from sim.simulation.outside_shares import with_outside_shares
    from sim.territory.import_territory import summary_lines
    from sim.territory.imported_scenario import write_imported_scenario

    territory = _read(
        population, shops, name or out.resolve().name, year, commune, around, radius, buffer,
        centre, vacancy, vacancy_file, columns, kinds, layer, population_source, shops_source,
        ground, ground_source,
    )  # fmt: skip
    territory = with_outside_shares(territory, archetype)
    balance = balance_sheet(territory, archetype)
    doubts = [remark for remark in balance.remarks if remark.is_doubt]
    if doubts and not accept:
        more = f" There are {len(doubts) - 1} more doubts." if len(doubts) > 1 else ""
        raise InputError(
            f"{shops}: {_said(doubts[0])}{more} 'sim territory check' shows all; --accept imports"
            " all the same."
        )
    territory = with_balance(territory, balance, is_accepted=accept)
    with tempfile.TemporaryDirectory() as trial:
        run_a_month(write_imported_scenario(territory, Path(trial), archetype=archetype)[0])
    scenario, file = write_imported_scenario(territory, out, archetype=archetype, force=force)
    if as_json:
        CONSOLE.json({"scenario": str(scenario), "file": str(file), **_described(territory)})
    else:
        CONSOLE.data(territory.name)
        for line in summary_lines(territory):
            CONSOLE.data(f"  {line}")
        CONSOLE.data(f"Scenario: {scenario}\nTerritory: {file}")
    CONSOLE.next(f"sim run {scenario} --reps 20 --out results")


@territory_app.command("check")
def check_command(
    files: Annotated[
        list[Path], typer.Argument(help="Files of residents and of shops, and a map.")
    ],
    archetype: Annotated[
        str | None, typer.Option("--archetype", help="Scenario to compare the place with.")
    ] = None,
    commune: Communes = None,
    around: Around = None,
    radius: Radius = None,
    buffer: Buffer = 0.0,
    centre: Centres = None,
    vacancy: VacancyShare = None,
    vacancy_file: VacancyFile = None,
    year: Year = None,
    columns: Columns = None,
    kinds: Kinds = None,
    layer: Layer = None,
    population_source: PopulationSource = None,
    shops_source: ShopsSource = None,
    ground_source: GroundSource = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw up the balance sheet of an import, and write nothing.

    Says what each file is, what is missing and where it can be had, and compares the place with
    others of its kind. Ends with exit code 2 if an import would be refused.
    """
    from sim.simulation.balance import balance_sheet
    from sim.simulation.outside_shares import with_outside_shares
    from sim.territory.import_territory import summary_lines
    from sim.territory.recognise import recognise_files

    population, shops, ground = recognise_files(files, _reading(columns, None, layer, None))
    territory = _read(
        population, shops, "check", year, commune, around, radius, buffer, centre, vacancy,
        vacancy_file, columns, kinds, layer, population_source, shops_source, ground, ground_source,
    )  # fmt: skip
    territory = with_outside_shares(territory, archetype)
    balance = balance_sheet(territory, archetype)
    if as_json:
        CONSOLE.json(balance.as_json() | {"provenance": territory.provenance})
    else:
        CONSOLE.data(
            f"Residents: {population}\nShops: {shops or 'no file'}\nMap: {ground or 'no file'}"
        )
        for line in summary_lines(territory):
            CONSOLE.data(f"  {line}")
        CONSOLE.data("")
        CONSOLE.data(table(balance.rows()))
        CONSOLE.data("")
        for remark in balance.remarks:
            CONSOLE.data(f"  {'DOUBT: ' if remark.is_doubt else ''}{_said(remark)}")
        if not balance.remarks:
            CONSOLE.data("Nothing to remark.")
    if any(remark.is_doubt for remark in balance.remarks):
        raise typer.Exit(2)


def _said(remark: Remark) -> str:
    return f"{remark.sentence(ENGLISH)} {remark.advice}".strip()


def _reading(
    columns: str | None, kinds: Path | None, layer: str | None, source: str | None
) -> Reading:
    from sim.territory.column_words import parse_columns
    from sim.territory.extent import Reading
    from sim.territory.shop_kinds import read_kinds

    return Reading(
        columns=parse_columns(columns) if columns else {},
        layer=layer,
        kinds=read_kinds(kinds) if kinds else {},
        source=source,
    )


def _read(
    population: Path,
    shops: Path | None,
    name: str,
    year: int | None,
    communes: list[str] | None,
    around: str | None,
    radius: float | None,
    buffer: float,
    centres: list[str] | None,
    vacancy: str | None,
    vacancy_file: Path | None,
    columns: str | None,
    kinds: Path | None,
    layer: str | None,
    population_source: str | None,
    shops_source: str | None,
    ground: Path | None,
    ground_source: str | None,
) -> Territory:
    from sim.territory.extent import parse_point
    from sim.territory.import_territory import import_territory
    from sim.territory.vacancy import VacancyRequest

    is_counted = vacancy == "counted"
    share = None
    if vacancy is not None and not is_counted:
        try:
            share = float(vacancy)
        except ValueError:
            raise InputError(
                f"--vacancy {vacancy!r}: expected a share such as 0.14, or 'counted' if the file of"
                " shops marks every vacant one."
            ) from None
    codes = [code.strip() for one in communes or () for code in one.split(",") if code.strip()]
    return import_territory(
        population,
        shops,
        name=name,
        year=year,
        around=parse_point(around, "--around") if around is not None else None,
        radius=radius,
        communes=codes,
        buffer=buffer,
        vacancy=VacancyRequest(share=share, is_counted=is_counted, file=vacancy_file),
        centres=[parse_point(one, "--centre") for one in centres or ()],
        reading_population=_reading(columns, None, layer, population_source),
        reading_shops=_reading(columns, kinds, layer, shops_source),
        ground=ground,
        ground_source=ground_source,
    )


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


def _described(territory: Territory) -> dict[str, Any]:
    from sim.simulation.provenance import describe_territory

    return describe_territory(territory) | {"premises_by_zone_and_sector": _counts(territory)}


def _counts(territory: Territory) -> dict[str, dict[str, int]]:
    import numpy as np

    from sim.territory.territory import SECTORS, ZONES

    place = territory.place_alone
    counts = np.zeros((len(ZONES), len(SECTORS)), np.int64)
    np.add.at(counts, (place.premises_zone, place.premises_sector), 1)
    return {
        z: dict(zip(SECTORS, row, strict=True))
        for z, row in zip(ZONES, counts.tolist(), strict=True)
    }


def _show(territory: Territory) -> None:
    from sim.territory.import_territory import summary_lines
    from sim.territory.territory import SECTORS, UNKNOWN, VACANT
    from sim.words.language import number, percent

    counted = _counts(territory)
    rows, columns = territory.shape
    territory = territory.place_alone
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
            for zone, by_sector in counted.items()
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
