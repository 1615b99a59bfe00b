"""Totals of an import are those that pandas and geopandas count, in every format."""

from __future__ import annotations

import json
from types import SimpleNamespace

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from affine import Affine
from pyproj import CRS

from sim.errors import InputError
from sim.territory.extent import Reading
from sim.territory.import_territory import import_territory
from sim.territory.parquet_file import _geometry
from sim.territory.raster_file import LARGEST_RASTER, _side, _system, _window, read_raster
from sim.territory.read_population import population_request
from sim.territory.territory import SECTORS, VACANT
from tests.reference.shop_files import BPE, NAF, WORDS, WRITERS, expected, frame, write_raster


def imported(town, path, **options):
    territory = import_territory(town.population(), path, name="T", **options)
    sector, vacant = territory.premises_sector, territory.premises_occupancy == VACANT
    counts = dict(zip(SECTORS, np.bincount(sector, minlength=3).tolist(), strict=True))
    return (counts, int(vacant.sum())), territory


OF_GDAL = ("shops.fgb", "shops.shp")
"""Read as other formats are, so the quick suite tries them in an archive alone."""


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in OF_GDAL)) for n in WRITERS]
)
def test_every_format_of_shops_gives_the_counts_of_geopandas(name, town):
    shops = frame(town)
    WRITERS[name](town.folder / name, shops)
    (counts, vacant), territory = imported(town, town.folder / name)
    assert (counts, vacant) == expected(town, shops)
    assert 0 < vacant < sum(counts.values()) < 70
    assert territory.provenance["premises"]["licence"] == "ODbL 1.0"


def coded(town, codes):
    shops = frame(town, tuple(codes.values()))
    shops = shops[shops["shop"] != ""]
    code = shops["shop"].map({kind: code for code, kind in codes.items()}).fillna("A101")
    return shops, pd.DataFrame(
        {"code": code.str.replace("A101", "84.11Z" if "." in min(codes) else "A101")}
    )


def write_bpe(town, path, style):
    shops, table = coded(town, BPE)
    table = table.rename(columns={"code": "TYPEQU"}).assign(AN=2024, QUALITE_XY="B")
    if style == "lambert":
        points = shops.geometry.to_crs(2154)
        table = table.assign(LAMBERT_X=points.x, LAMBERT_Y=points.y, EPSG=2154)
        table.loc[len(table) + 99] = ["C601", 2024, "_U", np.nan, np.nan, np.nan]
    elif style == "degrees":
        points = shops.geometry.to_crs(4326)
        table = table.assign(LONGITUDE=points.x, LATITUDE=points.y)
    else:
        geopandas.GeoDataFrame(table, geometry=shops.geometry).to_crs(4326).to_file(path)
        return shops
    table.to_csv(path, index=False, sep=";", na_rep="NA")
    return shops


@pytest.mark.parametrize(
    ("name", "style"),
    [("a.csv", "lambert"), ("b.csv", "degrees"), ("c.geojson", ""), ("d.gpkg", "")],
)
def test_the_bpe_may_have_any_coordinates(name, style, town):
    shops = write_bpe(town, town.folder / name, style)
    (_, _), territory = imported(town, town.folder / name)
    counts, _ = expected(town, shops)
    assert territory.provenance["premises"]["placed"] == sum(counts.values())
    assert territory.provenance["premises"]["source"].startswith("INSEE, Base permanente")


def test_sirene_is_read_by_its_activities_and_without_closed_establishments(town):
    shops, table = coded(town, NAF)
    points = shops.geometry.to_crs(2154)
    state = np.where(np.arange(len(table)) % 5 == 4, "F", "A")
    table = table.rename(columns={"code": "activitePrincipaleEtablissement"}).assign(
        siret=np.arange(len(table)), etatAdministratifEtablissement=state, x=points.x, y=points.y
    )
    table = table.astype({"x": object, "y": object})
    table.loc[table.index[0], ["x", "y"]] = "[ND]"  # of those who ask not to be published
    table.to_csv(town.folder / "sirene.csv", index=False)
    _, territory = imported(town, town.folder / "sirene.csv")
    counts, _ = expected(town, shops[state == "A"].iloc[1:])
    premises = territory.provenance["premises"]
    assert premises["placed"] == sum(counts.values())
    assert premises["left_out_kinds"].keys() == {"closed", "84.11Z"}
    assert 0 < premises["left_out_kinds"]["closed"] <= (state == "F").sum()
    assert premises["source"].startswith("INSEE, Sirene")


def test_a_sheet_in_french_words_is_a_count_of_the_premises(town):
    shops = frame(town)
    french = {kind: word for word, kind in WORDS.items()} | {"fuel": "Station-service"}
    kinds = shops["shop"].map(french).fillna("Local vacant")
    points = shops.geometry.to_crs(4326)
    sheet = pd.DataFrame({"Activité": kinds, "Longitude": points.x, "Latitude": points.y})
    sheet.to_csv(town.folder / "relevé.csv", index=False, sep=";", decimal=",", encoding="latin-1")
    (_, vacant), territory = imported(town, town.folder / "relevé.csv")
    counts, expected_vacant = expected(town, shops)
    assert (territory.premises_cell.size, vacant) == (sum(counts.values()), expected_vacant)
    assert "as the file counts them" in territory.provenance["vacancy"]["in_words"]
    assert territory.provenance["premises"]["licence"] == "unknown"


CELLS = {
    "french.csv": lambda t: t.rename(columns={"ind": "Nombre d'habitants"}),
    "eurostat.csv": lambda t: t.assign(GRD_ID="FR_" + t.pop("idcar_200m")).rename(
        columns={"ind": "TOT_P_2021"}
    ),
    "zensus.csv": lambda t: t.rename(columns={"idcar_200m": "Gitter_ID_1km", "ind": "Einwohner"}),
}


@pytest.mark.parametrize(
    ("name", "missing"),
    [*zip(CELLS, ["NA", "nan", -1], strict=True), *zip(CELLS, ["", "null", "–"], strict=True)],
)
def test_cells_of_other_countries_and_words_have_the_residents_of_pandas(name, missing, town):
    table = pd.DataFrame(town.cells())[["idcar_200m", "ind"]].astype({"ind": object})
    table.loc[[3, 7], "ind"] = missing
    CELLS[name](table).to_csv(town.folder / name, index=False, sep=";")
    territory = import_territory(town.folder / name, name="T")
    known = pd.to_numeric(table["ind"].drop([3, 7]))
    assert territory.residents.sum() == known.sum()
    assert (territory.residents > 0).sum() == len(known)
    assert territory.provenance["residents"]["cells_without_residents_known"] == 2


LONG = {"GRD_ID": "", "SPATIAL": "FR_"}
WIDE = [*"MF", "Y_LT15", "Y_1564", "Y_GE65", "EMP", "NAT", "EU_OTH", "OTH", "SAME", "CHG_IN"]


def eurostat(town):
    """Cells of 1 km with the numbers of the census of 2021, a row each."""
    km = [f"CRS3035RES1000mN{2_830_000 + 1000 * r}E{3_520_000 + 1000 * c}"
          for r in range(4) for c in range(3)]  # fmt: skip
    wide = pd.DataFrame({"GRD_ID": km, "T": range(100, 112)})
    return wide.assign(**{name: wide["T"] // (2 + k) for k, name in enumerate(WIDE)})


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
@pytest.mark.parametrize("cell", LONG)
def test_the_long_format_of_eurostat_counts_each_resident_once(cell, suffix, town):
    """Columns as in CENSUS_GRID_N_XX_2021.csv; a cell that is confidential has no number."""
    long = eurostat(town).melt("GRD_ID", var_name="STAT", value_name="OBS_VALUE")
    long = long.rename(columns={"GRD_ID": cell}).astype({"OBS_VALUE": "Int64"})
    long[cell] = LONG[cell] + long[cell]
    long = long.assign(TIME_PERIOD=2021, SPECIAL_VALUE="")
    long.loc[7, ["OBS_VALUE", "SPECIAL_VALUE"]] = [pd.NA, "confidential"]
    path = town.folder / f"CENSUS_GRID_N_FR_2021.{suffix}"
    long.to_csv(path, index=False) if suffix == "csv" else long.to_parquet(path)
    territory = import_territory(path, name="T")
    assert territory.residents.sum() == sum(range(100, 112)) - 107
    entry = territory.provenance["residents"]
    assert entry["cells_without_residents_known"] == 1
    assert entry["source"].startswith("Eurostat")
    long = long[long["STAT"] != "T"]
    long.to_csv(path, index=False) if suffix == "csv" else long.to_parquet(path)
    with pytest.raises(InputError, match="no row with T, all residents of a cell"):
        import_territory(path, name="T")


def test_the_wide_format_of_eurostat_has_the_same_residents(town):
    """Columns as in ESTAT_Census_2021_V3.csv."""
    wide = eurostat(town).assign(CHG_OUT=0, LAND_SURFACE=0.97, POPULATED=1, CNTR_ID="FR")
    wide.to_csv(town.folder / "ESTAT_Census_2021_V3.csv", index=False)
    territory = import_territory(town.folder / "ESTAT_Census_2021_V3.csv", name="T")
    assert territory.residents.sum() == sum(range(100, 112))
    assert territory.provenance["residents"]["source"].startswith("Eurostat")


@pytest.mark.parametrize("epsg", [2975, 5490, 2972, 4471])
def test_cells_overseas_have_their_own_projection(epsg, formats, town):
    cells = [
        {"idcar_200m": f"CRS{epsg}RES200mN{1_600_000 + 200 * r}E0{500_000 + 200 * c}", "ind": 30}
        for r in range(3)
        for c in range(3)
    ]
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(epsg, 4326, always_xy=True).transform(500_300, 1_600_300)
    shops = [{"shop": "bakery", "lon": lon, "lat": lat}]
    territory = import_territory(
        formats.csv(town.folder / "cells.csv", cells),
        formats.csv(town.folder / "shops.csv", shops),
        name="T",
    )
    assert territory.residents.sum() == 270
    assert territory.premises_cell.tolist() == [4]


def test_several_layers_of_cells_are_asked_about(formats, town):
    half = [row | {"ind": row["ind"] / 2} for row in town.cells()]
    path = formats.geopackage(town.folder / "c.gpkg", {"2017": town.cells(), "2019": half})
    with pytest.raises(InputError, match=r"2017 \(62 rows\), 2019 \(62 rows\); .*--layer"):
        import_territory(path, name="T")
    territory = import_territory(path, name="T", reading_population=Reading(layer="2019"))
    assert territory.residents.sum() == town.residents.sum() / 2
    with pytest.raises(InputError, match=r"no layer '2018'.*Did you mean '201"):
        import_territory(path, name="T", reading_population=Reading(layer="2018"))


def slowly(*values):
    return pytest.param(*values, marks=pytest.mark.slow)


@pytest.mark.parametrize(
    ("crs", "size", "corner", "cell"),
    [
        slowly("EPSG:4326", (1 / 1200, 1 / 1200), (2.3, 48.8), 200),  # as WorldPop, 100 m
        slowly("EPSG:4326", (1 / 120, 1 / 120), (2.3, 48.8), 1000),  # as WorldPop, 1 km
        ("ESRI:54009", (100.0, 100.0), (160_000.0, 5_690_000.0), 200),  # as GHSL
        ("EPSG:4326", (1 / 1200, 1 / 1200), (55.45, -21.1), 200),  # on Réunion
    ],
)
def test_pixels_are_shared_out_to_cells_and_keep_their_sum(crs, size, corner, cell, town):
    values = np.random.default_rng(1).uniform(0, 40, (24, 30))
    values[3:6, 4] = -200.0
    path = write_raster(town.folder / "pop.tif", crs, size, corner, values)
    territory = import_territory(path, name="T")
    assert territory.cell_size == cell
    assert territory.residents.sum(dtype=float) == pytest.approx(values[values > 0].sum(), rel=1e-5)
    assert territory.provenance["residents"]["licence"] == "unknown"


def test_a_circle_of_a_raster_holds_what_lies_in_it(town):
    values = np.full((100, 100), 2.0)
    path = write_raster(town.folder / "p.tif", "EPSG:3035", 100.0, (3_760_000, 2_880_000), values)
    lon, lat = town.project(3_765_000, 2_875_000, 4326)
    territory = import_territory(path, name="T", around=(lat, lon), radius=2_000.0)
    assert territory.residents.sum() == pytest.approx(2e-4 * np.pi * 2_000**2, rel=0.02)
    with pytest.raises(InputError, match="no pixel within 2 km"):
        import_territory(path, name="T", around=(43.0, 5.0), radius=2_000.0)
    with pytest.raises(InputError, match="is a raster, and has no column with kinds of shop"):
        import_territory(town.population(), path, name="T")


def test_two_years_of_shops_in_one_file_are_asked_about_and_not_added_up(formats, town):
    places = [[town.middle(3, column)] for column in range(6)]
    shops, later = [{"shop": "bakery"}] * 6, [{"shop": "clothes"}] * 6
    moved = [*places[:3], *([town.middle(1, column)] for column in range(3))]
    path = formats.geopackage(
        town.folder / "s.gpkg", {"y2019": shops, "y2024": later}, {"y2019": places, "y2024": moved}
    )
    with pytest.raises(
        InputError, match=r"3 places in both of its layers y2019 and y2024, .*--layer"
    ):
        import_territory(town.population(), path, name="T")
    reading = Reading(layer="y2024")
    territory = import_territory(town.population(), path, name="T", reading_shops=reading)
    assert territory.provenance["premises"]["placed"] == 6


@pytest.mark.parametrize(
    ("column", "found"),
    [
        ({}, ("geom", 4326)),
        ({"crs": {"id": {"authority": "OGC", "code": "CRS84"}}}, ("geom", 4326)),
        ({"crs": {"id": {"authority": "EPSG", "code": "2154"}}}, ("geom", 2154)),
        ({"crs": {"id": {"authority": "IGNF", "code": 9}}}, ("geom", None)),
        ({"crs": {"name": "mine"}}, ("geom", None)),
        ({"crs": None}, ("geom", None)),
        ({"encoding": "WKB"}, ("geom", 4326)),
        ({"encoding": "point"}, (None, None)),
    ],
)
def test_geoparquet_names_its_system_by_an_authority_or_means_degrees(column, found):
    geo = {"primary_column": "geom", "columns": {"geom": column}}
    schema = pa.schema([("geom", pa.binary())], {"geo": json.dumps(geo)})
    assert _geometry(SimpleNamespace(schema_arrow=schema)) == found
    assert _geometry(SimpleNamespace(schema_arrow=pa.schema([]))) == (None, None)


def test_a_part_of_a_raster_reaches_a_tenth_further_than_the_circle_and_ends_with_the_raster(town):
    """Around a pixel in the middle and one in a corner of 40 by 30 km."""
    to_raster = Affine(100, 0, town.west, 0, -100, town.south)
    raster = SimpleNamespace(width=400, height=300, transform=to_raster)

    def window(column, row, radius):
        x, y = town.west + 100 * (column + 0.5), town.south - 100 * (row + 0.5)
        lon, lat = town.project(x, y, 4326)
        asked = SimpleNamespace(circle=(lat, lon, radius))
        found = _window(town.folder / "r.tif", raster, CRS(3035).to_wkt(), asked)
        return [found.col_off, found.row_off, found.width, found.height]

    for radius, reach in ((5_000.0, 55), (10_000.0, 110), (50.0, 0)):
        left, top, width, height = window(200, 150, radius)
        assert 200 - left == pytest.approx(reach, abs=1) == 150 - top
        assert left + width - 201 == pytest.approx(reach, abs=1) == top + height - 151
    assert window(0, 0, 1_000.0)[:2] == [0, 0]
    assert window(0, 0, 1_000.0)[2:] == pytest.approx([12, 12], abs=1)
    for column, row in ((-100, 150), (500, 150), (200, -100), (200, 400)):
        with pytest.raises(InputError, match="has no pixel within 1 km of latitude"):
            window(column, row, 1_000.0)
    with pytest.raises(InputError, match="has no pixel within 1 km"):  # not in the projection
        asked = SimpleNamespace(circle=(0.0, -180.0 + 1e-9, 1_000.0))
        _window(town.folder / "r.tif", raster, CRS(2154).to_wkt(), asked)
    whole = SimpleNamespace(width=10**6, height=10**6, transform=to_raster)
    with pytest.raises(InputError, match="has 1000000 x 1000000 pixels"):
        _window(town.folder / "r.tif", whole, "", SimpleNamespace(circle=None))


def cells_of(town, values, side=200.0, crs="EPSG:3035", corner=(3_760_000, 2_880_000)):
    path = write_raster(town.folder / "p.tif", crs, side, corner, np.array(values, float))
    table = read_raster(path, population_request(Reading()))
    assert (table.place(0), table.header) == (f"{path}: cell 1", ("raster",))
    return dict(zip(table.texts("cell"), table.numbers("ind").tolist(), strict=True))


def test_pixels_are_shared_out_by_twenty_five_parts(town):
    def ids(north, east, size=200):
        return f"CRS3035RES{size}mN{2_880_000 + north}E{3_760_000 + east}"

    people = [[25.0, 50], [0, -7], [-200, np.finfo(np.float32).tiny]]
    found = cells_of(town, people)
    assert found.pop(ids(-600, 200)) == pytest.approx(people[2][1])
    assert found == {ids(-200, 0): 25, ids(-200, 200): 50}
    assert cells_of(town, [[25.0, np.nan]]) == {ids(-200, 0): 25}
    # Of pixels of 300 m in cells of 1 km, a part has 60 m.
    on_the_edge = cells_of(town, [[25.0]], 300.0, corner=(3_759_860, 2_880_130))
    shares = {(0, 0): 2 * 3, (0, -1000): 2 * 2, (-1000, 0): 3 * 3, (-1000, -1000): 3 * 2}
    assert on_the_edge == {ids(*at, 1000): pytest.approx(n) for at, n in shares.items()}


@pytest.mark.parametrize(
    ("side", "size"), [(90.0, 200), (202.0, 200), (202.1, 1000), (1010.0, 1000), (1010.2, None)]
)
def test_cells_are_the_smallest_that_are_hardly_smaller_than_a_pixel(side, size, town):
    if size is None:
        with pytest.raises(InputError, match=r"has pixels of 1010 m; at most 1000 m are read\."):
            cells_of(town, [[4.0]], side)
    else:
        assert {one.split("N")[0] for one in cells_of(town, [[4.0]], side)} == {
            f"CRS3035RES{size}m"
        }


def test_the_side_of_a_pixel_is_that_of_a_square_as_large():
    to_raster = Affine(100, 0, 3_760_000, 0, -400, 2_880_000)
    row, column = np.array([0, 1, 5]), np.array([2, 3, 3])
    assert _side(to_raster, row, column, 3035, 3035) == pytest.approx(200)
    assert _side(
        Affine(1 / 1200, 0, 2, 0, -1 / 1200, 60), row, column, 4326, 3035
    ) == pytest.approx(np.sqrt(92.7 * np.cos(np.radians(60)) * 92.7), rel=0.01)


def test_a_raster_without_people_or_a_place_is_refused(town):
    for values, more, said in (
        ([[0.0, -3]], {}, "nobody lives in any of its pixels"),
        ([[1.0]], {"crs": None}, "does not say where it lies"),
        (
            [[1.0]],
            {"crs": "EPSG:4326", "corner": (-40.0, 30.0), "side": 0.001},
            "lies around latitude 30.0, longitude -40.0, for which no grid is known",
        ),
    ):
        with pytest.raises(InputError, match=said):
            cells_of(town, values, **more)
    path = town.folder / "torn.tif"
    path.write_bytes(b"II*\0 and no more")
    with pytest.raises(InputError, match=r"is a damaged raster\."):
        read_raster(path, population_request(Reading()))


def test_overseas_systems_come_before_that_of_europe(town):
    for (lon, lat), epsg in {
        (55.5, -21.1): 2975, (-61.5, 16.2): 5490, (-53.0, 4.0): 2972, (45.2, -12.8): 4471,
        (2.3, 48.8): 3035,
    }.items():  # fmt: skip
        assert _system(town.folder, (lon, lat), 4326) == epsg


def test_a_raster_of_four_million_pixels_is_read_at_once(town):
    to_raster = Affine(100, 0, town.west, 0, -100, town.south)
    asked = SimpleNamespace(circle=None)
    for width, is_read in ((LARGEST_RASTER // 2, True), (LARGEST_RASTER // 2 + 1, False)):
        raster = SimpleNamespace(width=width, height=2, transform=to_raster)
        if is_read:
            found = _window(town.folder / "r.tif", raster, "", asked)
            assert (found.col_off, found.row_off, found.width, found.height) == (0, 0, width, 2)
        else:
            with pytest.raises(InputError, match=f"has {width} x 2 pixels, too many to read at"):
                _window(town.folder / "r.tif", raster, "", asked)
