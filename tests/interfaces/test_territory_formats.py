"""Totals of an import are those that pandas and geopandas count, in every format."""

from __future__ import annotations

import json
import random
import re
import zipfile

import geopandas
import numpy as np
import pandas as pd
import pytest
import rasterio

from sim.errors import InputError
from sim.territory.extent import Reading
from sim.territory.import_territory import import_territory
from sim.territory.territory import SECTORS, VACANT

SECTOR_OF = {
    "bakery": "convenience",
    "pharmacy": "convenience",
    "clothes": "comparison",
    "florist": "comparison",
    "restaurant": "hospitality",
    "hairdresser": "hospitality",
}
BPE = {"B207": "bakery", "D307": "pharmacy", "B302": "clothes", "A504": "restaurant"}
NAF = {"10.71C": "bakery", "47.73Z": "pharmacy", "47.71Z": "clothes", "56.10A": "restaurant"}
WORDS = {
    "Boulangerie": "bakery",
    "PHARMACIES": "pharmacy",
    "Prêt-à-porter": "clothes",
    "fleuristes": "florist",
    "Restaurant / Bar": "restaurant",
    "coiffeur": "hairdresser",
}


def frame(town, kinds=tuple(SECTOR_OF), seed=3) -> geopandas.GeoDataFrame:
    """Seventy shops over a town and beyond, one in seven vacant, some of a kind left out."""
    rng = random.Random(seed)
    rows = []
    for i in range(70):
        x = town.west + rng.uniform(-150, 1950)
        y = town.south + rng.uniform(-150, 1550)
        kind = "fuel" if i % 10 == 9 else rng.choice(kinds)
        rows.append({"osm_id": f"n{i}", "shop": kind, "former": "", "x": x, "y": y})
        if i % 7 == 6:
            rows[-1] |= {"shop": "", "former": rng.choice(kinds)}
    table = pd.DataFrame(rows)
    points = geopandas.points_from_xy(table["x"], table["y"], crs=3035)
    return geopandas.GeoDataFrame(table.drop(columns=["x", "y"]), geometry=points)


def expected(town, shops: geopandas.GeoDataFrame) -> tuple[dict[str, int], int]:
    """Premises by sector and vacant ones, in or next to an inhabited cell, by a spatial join."""
    rows, columns = town.residents.shape
    boxes = [
        (town.west + 200 * c, town.south + 200 * (rows - 1 - r))
        for (r, c), n in np.ndenumerate(town.residents)
        if n
    ]
    reach = geopandas.GeoSeries(
        geopandas.points_from_xy(*(np.array(boxes).T + 100), crs=3035)
    ).buffer(300, cap_style="square")
    within = shops.geometry.to_crs(3035)
    grid = (town.west, town.south, town.west + 200 * columns, town.south + 200 * rows)
    inside = within.x.between(grid[0], grid[2]) & within.y.between(grid[1], grid[3])
    here = shops[inside & within.within(reach.union_all())]
    kinds = here["shop"].where(here["shop"] != "", here["former"])
    sector = kinds.map(SECTOR_OF).dropna()
    vacant = here.loc[sector.index, "shop"] == ""
    return sector.value_counts().reindex(SECTORS, fill_value=0).to_dict(), int(vacant.sum())


def osm(shops):
    return shops.rename(columns={"former": "disused:shop"})


def degrees(shops):
    points = shops.geometry.to_crs(4326)
    return pd.DataFrame(osm(shops).drop(columns="geometry")).assign(lon=points.x, lat=points.y)


def write_overpass(path, shops):
    elements = []
    for i, row in enumerate(degrees(shops).itertuples(index=False)):
        tags = {"shop": row[1], "disused:shop": row[2]}
        place = {"lat": row[4], "lon": row[3]}
        where = [place, {"center": place}, {"geometry": [place, place]}][i % 3]
        tags = {key: value for key, value in tags.items() if value}
        elements.append({"type": "way", "id": i, "tags": tags, **where})
    path.write_text(json.dumps({"version": 0.6, "elements": elements}))


def write_zip(path, shops):
    folder = path.with_suffix("")
    folder.mkdir()
    write_shapefile(folder / "shops.shp", shops)
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.iterdir():
            archive.write(part, f"données/{part.name}")


def write_shapefile(path, shops):
    osm(shops).to_file(path)


def write_wkt(path, shops):
    table = pd.DataFrame(osm(shops)).assign(geometry=shops.geometry.to_crs(4326).to_wkt())
    table.to_csv(path, index=False)


def write_pairs(path, shops):
    table = degrees(shops)
    table["geo_point_2d"] = table["lat"].astype(str) + ", " + table["lon"].astype(str)
    table.drop(columns=["lon", "lat"]).to_csv(path, index=False, sep=";")


def write_excel_csv(path, shops):
    table = degrees(shops).to_csv(index=False, sep=";", decimal=",")
    path.write_text("sep=;\n" + table, encoding="latin-1")


def write_overpass_csv(path, shops):
    table = degrees(shops).rename(columns={"osm_id": "@id", "lon": "@lon", "lat": "@lat"})
    table.to_csv(path, index=False, sep="\t")


WRITERS = {
    "shops.csv": lambda path, shops: degrees(shops).to_csv(path, index=False, na_rep="NA"),
    "excel.csv": write_excel_csv,
    "overpass.csv": write_overpass_csv,
    "wkt.csv": write_wkt,
    "pairs.csv": write_pairs,
    "overpass.json": write_overpass,
    "shops.geojson": lambda path, shops: osm(shops).to_crs(4326).to_file(path),
    "shops.gpkg": lambda path, shops: osm(shops).to_crs(2154).to_file(path),
    "shops.fgb": lambda path, shops: osm(shops).to_file(path, driver="FlatGeobuf"),
    "shops.shp": write_shapefile,
    "shops.zip": write_zip,
    "lonlat.parquet": lambda path, shops: degrees(shops).to_parquet(path),
    "geo.parquet": lambda path, shops: osm(shops).to_crs(4326).to_parquet(path),
}


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


def write_raster(path, crs, size, corner, values):
    profile = {"driver": "GTiff", "count": 1, "dtype": "float32", "nodata": -200.0, "crs": crs}
    height, width = values.shape
    transform = rasterio.transform.from_origin(*corner, *np.broadcast_to(size, 2))
    with rasterio.open(
        path, "w", width=width, height=height, transform=transform, **profile
    ) as raster:
        raster.write(values.astype(np.float32), 1)
    return path


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


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Change some bytes, lose or repeat a part, or put an odd value in place of another."""
    kind, at = rng.randrange(5), rng.randrange(len(content))
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + content[at + rng.randrange(1, 400) :]
    if kind == 2:
        end = at + rng.randrange(1, 200)
        return content[:end] + content[at:]
    if kind == 3:
        changed = bytearray(content)
        for _ in range(rng.choice((1, 3, 30))):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    odd = rng.choice(
        [b"NA", b"-1", b"1e400", b"1,200", b"1.200", b'"', b"\0", b"\xff", b"{", b"9" * 40]
    )
    numbers = list(re.finditer(rb"\d+", content)) or [re.compile(b"").search(content)]
    found = rng.choice(numbers)
    return content[: found.start()] + odd + content[found.end() :]


def try_damaged(town, names, count, seed):
    """Every damaged file is refused in one sentence, or gives no more than was there."""
    shops = frame(town)
    population = town.population()
    whole = {}
    for name in names:
        path = town.folder / name
        if name in WRITERS:
            WRITERS[name](path, shops)
        elif name == "pixels.tif":
            corner = (3_760_000, 2_880_000)
            write_raster(path, "EPSG:3035", 100.0, corner, np.full((20, 20), 2.0))
        else:
            path.write_bytes(population.read_bytes())
        whole[name] = path.read_bytes()
    refused = 0
    for k in range(count):
        rng = random.Random(f"{seed}:{k}")
        name = names[k % len(names)]
        path = town.folder / name
        path.write_bytes(damaged(whole[name], rng))
        try:
            if name in WRITERS:
                territory = import_territory(population, path, name="T")
            else:
                territory = import_territory(path, name="T")
        except InputError as error:
            refused += 1
            assert "\n" not in str(error), (k, name)
            continue
        assert np.isfinite(territory.residents).all(), (k, name)
        assert territory.premises_cell.size <= 140, (k, name)
    return refused


FUZZED = ["cells", "pixels.tif", *(n for n in WRITERS if n not in ("shops.shp", "shops.zip"))]


def test_a_damaged_file_of_any_format_is_refused_in_one_sentence_or_read(town):
    assert try_damaged(town, FUZZED, 26, "quick") > 3


@pytest.mark.corpus
def test_ten_thousand_damaged_files_are_refused_in_one_sentence_or_read(town):
    assert try_damaged(town, FUZZED, 10_000, "corpus") > 1000
