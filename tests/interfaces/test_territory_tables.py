"""A file gives its wanted columns, its points, and what its format calls a row, or is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.errors import InputError
from sim.territory import json_file, parquet_file, table_file
from sim.territory.extent import Reading
from sim.territory.geo_file import _plain
from sim.territory.json_file import read_json
from sim.territory.parquet_file import _parts, read_parquet
from sim.territory.read_population import population_request
from sim.territory.remedies import Refusal
from sim.territory.shop_rows import shop_request
from sim.territory.table import Table, wanted_names
from sim.territory.table_file import read_table, unpack
from tests.interfaces.conftest import write_geojson, write_geopackage

SHOPS = shop_request(Reading())
CELLS = population_request(Reading())

ROWS = [{"shop": "bakery", "lon": "2.5", "lat": "48"}, {"shop": "café", "lon": "", "lat": "47"}]
PLAIN = {"shop": ["bakery", "café"], "lon": ["2.5", ""], "lat": ["48", "47"]}


def lines(separator, first=""):
    header, *rows = ["shop", "lon", "lat"], *(row.values() for row in ROWS)
    return first + "".join(separator.join(row) + "\n" for row in (header, *rows))


def told(table):
    texts = {name: table.texts(name) for name in table.columns}
    points = None if table.points is None else np.round(table.points, 6).tolist()
    return texts, table.n_rows, table.place(1), points, table.points_epsg, table.header


@pytest.mark.parametrize(
    ("content", "line"),
    [
        *((lines(separator).encode(), 3) for separator in ",;\t|"),
        (lines(";").encode("latin-1"), 3),
        (b"\xef\xbb\xbf" + lines(",").encode(), 3),
        (lines("!", "sep=!\n").encode(), 4),
        (lines(";", '"SEP=;" \r\n').encode("latin-1"), 4),
        (lines(",").replace("shop,", '"shop",').encode(), 3),
    ],
)
def test_a_table_of_text_has_its_columns_and_lines(content, line, tmp_path):
    path = tmp_path / "s"
    path.write_bytes(content)
    place = f"{path}: line {line}"
    assert told(read_table(path, SHOPS)) == (PLAIN, 2, place, None, None, ("shop", "lon", "lat"))


def test_what_is_quoted_may_hold_a_line_and_what_is_torn_is_refused(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text('shop,lon\n"two\nlines",1\nbar,2\n')
    assert read_table(path, SHOPS).texts("shop") == ["two\nlines", "bar"]
    path.write_bytes(b"shop,lon\nbar,1\nbar\n")
    with pytest.raises(InputError, match=r"line 3 has 1 value\(s\) where the header has 2 col"):
        read_table(path, SHOPS)
    path.write_bytes(b"shop\n" + b"x" * 3_000_000)
    with pytest.raises(InputError, match=r"s\.csv: it cannot be read as CSV\."):
        read_table(path, SHOPS)
    path.write_bytes(b'"' + b"x" * 140_000 + b'"\nbar\n')
    with pytest.raises(InputError, match=r"its first line cannot be read as CSV\."):
        read_table(path, SHOPS)


def test_an_answer_of_overpass_is_a_table_of_its_elements_with_tags(tmp_path):
    path = tmp_path / "a.json"
    bar, place = {"shop": "bar", "name": "Bar"}, {"lon": -180.0, "lat": 90}
    elements = [
        {"type": "node", "id": 1, "tags": bar, **place},
        {"type": "node", "id": 2, **place},
        {"type": "way", "id": 1, "tags": {"amenity": 7}, "center": {"lon": 181, "lat": 0}},
        {"type": "way", "id": 3, "tags": {"amenity": "x"}, "center": {"lon": 1, "lat": 90.5}},
    ]
    path.write_text(json.dumps({"elements": elements}))
    texts = {"shop": ["bar", "", ""], "amenity": ["", "7", "x"], "id": ["node/1", "way/1", "way/3"]}
    found = told(read_json(path, SHOPS))
    points = pytest.approx(np.array([[-180, 90], *[[np.nan] * 2] * 2]), nan_ok=True)
    assert (found[0], *found[1:3], *found[4:]) == (
        *(texts, 3, f"{path}: element 2"),
        *(4326, ("Overpass", "amenity", "name", "shop")),
    )
    assert np.array(found[3]) == points
    path.write_text(json.dumps({"elements": elements[1:2]}))
    with pytest.raises(InputError, match=r"without tags; end the query with 'out center tags;'\."):
        read_json(path, SHOPS)


def test_features_are_checked_in_files_that_are_not_too_large(tmp_path, monkeypatch):
    path = tmp_path / "a.geojson"
    path.write_text('{"type": "FeatureCollection", "elements": [], "features": [{"a": 1}]}')
    monkeypatch.setattr(json_file, "read_geojson", lambda *_: "read")
    monkeypatch.setattr(json_file, "LARGEST_CHECKED", path.stat().st_size)
    with pytest.raises(InputError, match="feature 1 has no type 'Feature' or no geometry"):
        read_json(path, SHOPS)
    monkeypatch.setattr(json_file, "LARGEST_CHECKED", path.stat().st_size - 1)
    assert read_json(path, SHOPS) == "read"


def test_features_and_rows_are_counted_from_one(tmp_path, town):
    rows = [{"shop": "bar", "name": "A"}, {"shop": "pub", "name": "B"}]
    places = [town.middle(3, 4), town.middle(0, 0)]
    path = write_geopackage(
        tmp_path / "s.gpkg", {"shops": rows}, {"shops": [[place] for place in places]}
    )
    texts = {"shop": ["bar", "pub"], "layer": ["shops", "shops"]}
    points = [list(place) for place in places]
    header = ("shop", "name")
    place = f"{path}: feature 2"
    assert told(read_table(path, SHOPS)) == (texts, 2, place, points, 3035, ("shop",))
    geometry = [{"type": "Point", "coordinates": [2.5, 48]}, None]
    path = write_geojson(tmp_path / "s.geojson", rows, geometry)
    texts, n, place, points, epsg, _ = told(read_table(path, SHOPS))
    assert (texts, n, epsg) == ({"shop": ["bar", "pub"]}, 2, 4326)
    assert points[0] == [2.5, 48] and np.isnan(points[1]).all()
    path = tmp_path / "s.parquet"
    pq.write_table(pa.Table.from_pylist(rows), path)
    texts, place = {"shop": ["bar", "pub"]}, f"{path}: row 2"
    assert told(read_table(path, SHOPS)) == (texts, 2, place, None, None, header)


def test_a_file_of_parquet_unpacks_to_no_more_than_is_read(tmp_path, monkeypatch):
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table({"ind": np.arange(9.0)}), path)
    file = pq.ParquetFile(path)
    (column,) = _parts(file, ["ind"], path)["ind"]
    size = file.metadata.row_group(0).total_byte_size + column.nbytes
    monkeypatch.setattr(parquet_file, "LARGEST_TABLE", size)
    assert _parts(file, ["ind"], path)["ind"][0].to_pylist() == list(range(9))
    monkeypatch.setattr(parquet_file, "LARGEST_TABLE", size - 1)
    with pytest.raises(InputError, match=f"unpacks to more than {size - 1} bytes; split it"):
        _parts(file, ["ind"], path)
    nothing = pa.schema([("idcar_200m", pa.large_string()), ("ind", pa.int64())])
    pq.ParquetWriter(path, nothing).close()
    monkeypatch.setattr(parquet_file, "LARGEST_TABLE", 0)
    assert read_parquet(path, CELLS).n_rows == 0


def archive(path, *members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members:
            file.writestr(name, content)
    return path


def test_an_archive_stands_for_the_one_table_in_it(tmp_path):
    table = lines(",")
    path = archive(tmp_path / "a.zip", ("s.csv", table), ("n.md", ""), ("other.csv", "a,b\n1,2\n"))
    with zipfile.ZipFile(path, "a") as file:
        file.mkdir("folder.csv")
        file.writestr("within/t.TXT", "a,b\n1,2\n")
    place, header = f"{path}: line 3", ("shop", "lon", "lat")
    assert told(read_table(path, SHOPS)) == (PLAIN, 2, place, None, None, header)
    folder = tmp_path / "out"
    folder.mkdir()
    tables, choose = unpack(path, folder)
    assert [one.relative_to(folder).as_posix() for one in tables] == ["s.csv", "other.csv", "t.TXT"]
    said = "is a zip archive with s.csv, other.csv, within/t.TXT: unpack it and name the one table."
    assert choose == f"{path} {said}"
    for members, refusal in {
        (("a.csv", table), ("b.csv", table)): "is a zip archive with a.csv, b.csv: unpack it",
        (("a.csv", "a,b\n"), ("b.csv", "a\n")): "is a zip archive with a.csv, b.csv: unpack it",
        (("a.csv", table), ("b.csv", b"\0\1")): "a.zip is neither CSV, GeoPackage,",
        (("a.csv", "a,b\n1,2\n"),): "a.zip has no column with kinds of shop",
        (("a.csv", "shop\nbar,2\n"),): "a.zip: line 2 has 2 value",
        (("a.md", "a"),): "is a zip archive with a.md: unpack it",
        (("folder/", ""),): "is a zip archive with nothing: unpack it",
        tuple((f"{k}.csv", "a,b\n") for k in range(6)): "with 0.csv, 1.csv, 2.csv, 3.csv, 4.csv: ",
        (("[Content_Types].xml", "a"), ("a.csv", table)): "is a workbook: save its sheet as CSV.",
    }.items():
        with pytest.raises(InputError) as refused:
            read_table(archive(path, *members), SHOPS)
        assert refusal in str(refused.value)
        assert "/tmp" not in str(refused.value).replace(str(tmp_path), "")


def test_a_remedy_survives_the_way_out_of_an_archive(tmp_path):
    path = archive(tmp_path / "a.zip", ("s.csv", "a,b\n1,2\n"))
    with pytest.raises(Refusal) as refused:
        read_table(path, SHOPS)
    assert refused.value.as_json()["fact"].startswith(f"{path} has no column with kinds of shop")
    assert refused.value.remedy.key == "columns"


def test_an_archive_unpacks_to_no_more_than_is_read(tmp_path, monkeypatch):
    path = archive(tmp_path / "a.zip", ("s.csv", lines(",")), ("b.md", "more"))
    size = len(lines(",").encode()) + 4
    monkeypatch.setattr(table_file, "LARGEST_ARCHIVE", size)
    assert read_table(path, SHOPS).n_rows == 2
    monkeypatch.setattr(table_file, "LARGEST_ARCHIVE", size - 1)
    with pytest.raises(InputError, match=f"unpacks to more than {size - 1} bytes"):
        read_table(path, SHOPS)


def test_a_device_is_no_table():
    with pytest.raises(InputError, match="/dev/null: not a regular file"):
        read_table(Path("/dev/null"), SHOPS)


def test_columns_of_another_table_are_listed_as_far_as_they_are_short_and_legible(tmp_path):
    few, many = (tuple("abcdefghijklm"[:n]) for n in (8, 9))
    for header, said in (
        (few, "a, b, c, d, e, f, g, h; if"),
        (many, "a, b, c, d, e, f, g, h, ...; if"),
        (("a\0b\x01", "c\x02"), r"a\?b\?, c; if"),
        (("x" * 300,), f": {'x' * 200}; if"),
    ):
        with pytest.raises(InputError, match=said):
            wanted_names(tmp_path, header, SHOPS)
    path = tmp_path / "c.csv"
    path.write_text(f"shop,{','.join('abcdefghijklm')}\n")
    request = shop_request(Reading(columns={"naf": "cc", "ind": "none"}))
    with pytest.raises(InputError) as refused:
        read_table(path, request)
    fact = f"{path} has no column 'cc', which is said to be naf; its columns are: shop, a, b, c,"
    assert refused.value.fact == f"{fact} d, e, f, g, h, i, j, k"
    lenient = shop_request(Reading(columns={"naf": "cc"}), all_vacant=True)
    assert read_table(path, lenient).n_rows == 0


def test_a_part_of_a_table_keeps_the_places_of_its_rows():
    columns = {"ind": pa.array(["1", "x", "-1", "inf"])}
    points = np.arange(8.0).reshape(4, 2)
    whole = Table("c.csv", columns, 4, "line", 2, points, 4326)
    part = whole.take(np.array([1, 3])).take(np.array([1]))
    assert (part.place(0), part.n_rows, part.points.tolist()) == ("c.csv: line 5", 1, [[6, 7]])
    for row, said in ((1, "line 3: ind is 'x', which is not a number."),
                      (2, "line 4: ind is -1; it cannot be negative."),
                      (3, "line 5: ind is inf, which is not a finite number.")):  # fmt: skip
        with pytest.raises(InputError, match=said):
            whole.take(np.array([0, row])).numbers("ind")
    with pytest.raises(InputError, match="line 3: ind is empty"):
        Table("c.csv", {"ind": pa.array(["1", "NA"])}, 2, "line", 2).numbers("ind")
    zero = Table("c.csv", {"ind": pa.array(["0", "-2"])}, 2, "line", 2)
    assert zero.numbers("ind", negative=True).tolist() == [0, -2]
    assert zero.take(np.array([0])).numbers("ind").tolist() == [0]


def test_text_that_is_no_text_is_damage(tmp_path):
    no_text = pa.array([b"\xff\xfe"]).view(pa.string())
    with pytest.raises(pa.ArrowInvalid, match="UTF8"):
        _plain(pa.chunked_array([no_text]))
    path = tmp_path / "s.parquet"
    pq.write_table(pa.table({"shop": no_text}), path)
    with pytest.raises(InputError, match="is a damaged or unreadable Parquet file"):
        read_table(path, SHOPS)
