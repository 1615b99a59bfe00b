"""An invalid file gives one sentence with its name and its fault."""

from __future__ import annotations

import json
import re

import pytest

from sim.errors import InputError
from sim.territory.import_territory import import_territory

GOOD_ID = "CRS3035RES200mN2830000E3520000"


def changed(rows, at, **values):
    return [{**row, **values} if i == at else row for i, row in enumerate(rows)]


def assert_refused(town, population, shops, *fragments):
    """Check that the import fails with one sentence and leaves no file behind."""
    before = sorted(town.folder.iterdir())
    with pytest.raises(InputError) as refusal:
        import_territory(population, shops, name="Nowhere")
    message = str(refusal.value)
    assert len(message.splitlines()) == 1
    assert re.search(r"[.?]$", message), message
    assert message.startswith(str(shops or population)), message
    for fragment in fragments:
        assert fragment in message
    assert sorted(town.folder.iterdir()) == before


CELL_MISTAKES = {
    "a negative number of people": ({"ind": -3.0}, ["line 6", "ind is -3", "negative"]),
    "people that are a word": ({"ind": "many"}, ["line 6", "'many'", "not a number"]),
    "people in programmers' digits": ({"ind": "1_000"}, ["line 6", "'1_000'", "not a number"]),
    "people beyond number": ({"ind": "inf"}, ["line 6", "inf"]),
    "more people than can live in a cell": ({"ind": 3e9}, ["line 6", "3e+09", "1,000,000"]),
    "ages that are a word": ({"ind_18_24": "?"}, ["line 6", "ind_18_24", "'?'"]),
    "negative income": ({"ind_snv": -1.0}, ["line 6", "ind_snv", "negative"]),
    "an id that is none": ({"idcar_200m": "cell 5"}, ["line 6", "'cell 5'", GOOD_ID[:16]]),
    "an id that is empty": ({"idcar_200m": ""}, ["line 6", "''"]),
    "an id in another system": (
        {"idcar_200m": "CRS2975RES200mN7650000E340000"},
        ["line 6", "EPSG:2975", "EPSG:3035"],
    ),
    "an id off the grid": (
        {"idcar_200m": "CRS3035RES200mN2830050E3520000"},
        ["line 6", "not on the 200 m grid"],
    ),
    "an id off the map": (
        {"idcar_200m": "CRS3035RES200mN200E3520000"},
        ["line 6", "not on the 200 m grid"],
    ),
    "a cell of another size": (
        {"idcar_200m": "CRS3035RES1000mN2830000E3520000"},
        ["line 6", "1000 m wide", "200 m"],
    ),
    "a cell twice": ({"idcar_200m": "CRS3035RES200mN2831200E3520000"}, ["line 6", "line 2"]),
    "a cell far away": (
        {"idcar_200m": "CRS3035RES200mN2330000E3920000"},
        ["E3521600 and CRS3035RES200mN2330000E3920000 are 398 km apart"],
    ),
}


@pytest.mark.parametrize("mistake", CELL_MISTAKES)
def test_a_mistake_in_one_cell_is_named_with_its_line(mistake, formats, town):
    values, fragments = CELL_MISTAKES[mistake]
    path = formats.csv(town.folder / "cells.csv", changed(town.cells(), 4, **values))
    assert_refused(town, path, None, *fragments)


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        (b"", ["is empty"]),
        (b"\n\n", ["is empty"]),
        (b"PK\x03\x04......", ["zip archive"]),
        (b"7z\xbc\xaf\x27\x1c", ["7z archive"]),
        (b"\x1f\x8b\x08\x00", ["gzip"]),
        ("idcar_200m,ind\n".encode("utf-16"), ["UTF-16"]),
        (b"\x00\x01\x02\x03\x04", ["neither CSV, GeoPackage, Parquet, GeoJSON"]),
        (b"PAR1 and then nothing", ["damaged or unreadable Parquet"]),
        (b"SQLite format 3\0 and then nothing", ["damaged GeoPackage"]),
        (b'{"type": "FeatureCollection", "features": [', ["not valid GeoJSON", "line 1"]),
        (b'{"type": "Topology"}', ["not valid GeoJSON"]),
        (b"name,ind\nLaval,3\n", ["no column that names cells", "name, ind"]),
        (b"idcar_200m;men\n" + GOOD_ID.encode() + b";3\n", ["no column 'ind'"]),
        (b"idcar_200m;ind\n", ["holds no cells"]),
        (b"idcar_200m;ind\n" + GOOD_ID.encode() + b";0\n", ["nobody lives"]),
        (b"idcar_200m;ind;IND\n" + GOOD_ID.encode() + b";1;2\n", ["two columns called 'ind'"]),
        (b"idcar_200m;ind\n" + GOOD_ID.encode() + b";1;2\n", ["line 2", "3 value", "2 columns"]),
        (b"idcar_200m;ind\n" + GOOD_ID.encode() + b"\n", ["line 2", "1 value", "2 columns"]),
        (
            b"idcar_200m;ind;ind_snv\n" + GOOD_ID.encode() + b";10;21000\n",
            ["mean standard of living of 2,100 EUR", "sum"],
        ),
        (b"idcar_200m;ind;ind_snv\n" + GOOD_ID.encode() + b";10;\n", ["ind_snv is zero or empty"]),
        (
            b"idcar_200m;ind\nCRS3035RES200mN99999999E3520000;4\n",
            ["N99999999", "not on the 200 m grid"],
        ),
    ],
)
def test_a_population_file_of_another_making_is_refused(content, fragments, town):
    path = town.folder / "cells.csv"
    path.write_bytes(content)
    assert_refused(town, path, None, *fragments)


def test_a_file_that_does_not_exist_is_named(town):
    assert_refused(town, town.folder / "none.csv", None, "no such file")
    assert_refused(town, town.folder, None, "is a directory")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95, 0.999])
@pytest.mark.parametrize("kind", ["gpkg", "parquet"])
def test_a_torn_file_is_called_damaged(kind, share, formats, town):
    path = town.folder / "cells"
    if kind == "gpkg":
        formats.geopackage(path, {"carreaux": town.cells()})
    else:
        formats.parquet(path, town.cells())
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    assert_refused(town, path, None, "damaged")


def test_a_geopackage_without_cells_is_refused(formats, town):
    path = formats.geopackage(town.folder / "roads.gpkg", {"roads": [{"kind": "track"}]})
    assert_refused(town, path, None, "no column that names cells")


def test_a_span_of_too_many_cells_is_refused(formats, town):
    rows = [
        {"idcar_200m": f"CRS3035RES10mN{2_000_000 + 20_000 * i}E{3_000_000 + 20_000 * i}", "ind": 1}
        for i in range(5)
    ]
    assert_refused(town, formats.csv(town.folder / "c.csv", rows), None, "8001 x 8001 cells")


SHOP_MISTAKES = {
    "metres where degrees belong": ({"lon": 659550.5}, ["line 2", "lon is 659550", "EPSG:4326"]),
    "a latitude beyond the pole": ({"lat": 91.0}, ["line 2", "lat is 91"]),
    "a longitude that is a word": ({"lon": "west"}, ["line 2", "'west'", "not a number"]),
}


@pytest.mark.parametrize("mistake", SHOP_MISTAKES)
def test_a_mistake_in_one_shop_is_named_with_its_line(mistake, formats, town):
    values, fragments = SHOP_MISTAKES[mistake]
    path = formats.csv(town.folder / "osm.csv", changed(town.shops(), 0, **values))
    assert_refused(town, town.population(), path, *fragments)


def test_swapped_longitude_and_latitude_are_recognised(formats, town):
    rows = [{**row, "lon": row["lat"], "lat": row["lon"]} for row in town.shops()]
    path = formats.csv(town.folder / "osm.csv", rows)
    assert_refused(town, town.population(), path, "swapped", "12 of 12 shops")


def test_another_coordinate_system_is_recognised(formats, town):
    rows = []
    for i in range(5):
        x, y = town.middle(2, i)
        rows.append({"TYPEQU": "B203", "LAMBERT_X": x, "LAMBERT_Y": y})
    path = formats.csv(town.folder / "bpe.csv", rows, delimiter=";")
    assert_refused(town, town.population(), path, "outside the grid", "EPSG:3035")


def test_shops_of_another_place_are_refused(formats, town):
    rows = [{**row, "lon": row["lon"] + 1.0} for row in town.shops()]
    path = formats.csv(town.folder / "osm.csv", rows)
    assert_refused(town, town.population(), path, "same place")


def test_shops_mostly_of_the_next_place_are_refused(formats, town):
    rows = [{**row, "lon": row["lon"] + 1.0 * (i > 2)} for i, row in enumerate(town.shops())]
    path = formats.csv(town.folder / "osm.csv", rows)
    assert_refused(town, town.population(), path, "9 of 12 shops lie outside")


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        (b"name,lon,lat\nBar,1,2\n", ["no column with kinds of shop"]),
        (b"shop,lon,lat\n", ["holds no shops"]),
        (b"shop,place\nbakery,here\n", ["no columns 'lon' and 'lat'"]),
        (b"shop,lon,lat\nschool,1,2\nchurch,1,2\n", ["no kind of shop", "school, church"]),
        (b"shop,lon,lat\nbakery,,\n", ["not one of its shops has coordinates"]),
        (b"TYPEQU;PLACE\nB203;here\n", ["no columns 'lon' and 'lat'"]),
        (json.dumps({"type": "FeatureCollection", "features": []}).encode(), ["no features"]),
    ],
)
def test_a_shop_file_of_another_making_is_refused(content, fragments, town):
    path = town.folder / "shops"
    path.write_bytes(content)
    assert_refused(town, town.population(), path, *fragments)


def test_shops_in_an_unnamed_coordinate_system_are_refused(formats, town):
    shop, place = {"shop": "bakery"}, [town.middle(3, 4)]
    path = formats.geopackage(town.folder / "s.gpkg", {"shops": [shop]}, {"shops": [place]}, None)
    assert_refused(town, town.population(), path, "coordinate system by an EPSG code")


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"name": "  "}, "name is ''"),
        ({"name": "a\nb"}, "printable"),
        ({"year": 2018}, "year is 2018"),
        ({"around": (95.0, 1.0)}, "latitude"),
        ({"around": (48.0, 1.0), "radius": 0.0}, "radius"),
        ({"communes": ["Laval"]}, "'Laval'"),
        ({"communes": ["53130"], "around": (48.0, 1.0)}, "give one"),
        ({"centres": [(10.0, 1.0)]}, "the town centre 10,1"),
    ],
)
def test_an_argument_out_of_range_is_named_with_its_range(arguments, fragment, town):
    with pytest.raises(InputError, match=re.escape(fragment)):
        import_territory(town.population(), town.osm(), **{"name": "Town", **arguments})
