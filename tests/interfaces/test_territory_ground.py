"""Streets, water and names of a map lie where they are, and change no result."""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from matplotlib.colors import to_rgb

from sim.errors import InputError
from sim.figures import draw_territory
from sim.figures.ground import LINES
from sim.simulation.provenance import describe_territory
from sim.territory import import_ground, read_ground
from sim.territory.extent import Reading
from sim.territory.ground import (
    LONGEST_NAME,
    MOST_NAMES,
    MOST_POINTS,
    UNIT,
    Ground,
    ground_fault,
    ground_kinds,
)
from sim.territory.import_territory import import_territory
from sim.territory.origins import origin_of_ground
from sim.territory.read_ground import _driver, is_map, is_openstreetmap_file, read_shapes
from sim.territory.recognise import recognise_files
from sim.territory.territory_file import load_territory, save_territory
from tests.interfaces.conftest import write_geojson as write_rows
from tests.interfaces.conftest import write_geopackage
from tests.reference.map_files import (
    GREEN_CELLS,
    MAPS,
    WATER_CELLS,
    write_geojson,
    write_overpass,
    write_pbf,
)

KINDS = [kind.name for kind in ground_kinds()[0]]


def drawn(town, name, **options):
    MAPS[name](town, town.folder / name)
    return import_territory(town.population(), name="T", ground=town.folder / name, **options)


def parts(ground, kind):
    """Points of each part of a kind, in cells."""
    found = np.split(ground.points / UNIT, ground.first[1:-1])
    return [points for points, k in zip(found, ground.kind, strict=True) if KINDS[k] == kind]


def area(ground, kind):
    rings = [shapely.Polygon(points) for points in parts(ground, kind)]
    return sum(ring.area for ring in rings)


QUICK = ("map.osm.pbf", "geofabrik.zip", "geom.json")


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n not in QUICK)) for n in MAPS]
)
def test_every_format_of_a_map_gives_the_same_ground(name, town):
    territory = drawn(town, name)
    ground = territory.ground
    (main,) = parts(ground, "main_street")
    assert sorted(main.tolist()) == [[0, 3.5], [9, 3.5]]
    # Two streets that meet are one line.
    (street,) = parts(ground, "street")
    assert sorted(street.tolist()) == [[1, 1], [4, 1], [4, 3]]
    assert area(ground, "green") == pytest.approx(GREEN_CELLS, abs=0.2)
    assert area(ground, "water") == pytest.approx(WATER_CELLS, abs=0.2)
    assert len(parts(ground, "square")) == 1
    at = {text: (rank, x / UNIT, y / UNIT) for rank, x, y, text in ground.names}
    assert next(iter(at)) == "Bourg" and at["Bourg"] == (0, 4.5, 3.25)
    assert at["Grand-Rue"] == (4, pytest.approx(4.5, abs=0.1), 3.5)
    assert set(at) == {"Bourg", "Place", "Parc", "La Rive", "Grand-Rue", "Rue du Port"}
    told = territory.provenance["ground"]
    assert told["licence"] == "ODbL 1.0" and told["source"].startswith("© OpenStreetMap")
    assert told["left_out"] == 0


def test_points_beside_streets_are_no_map(town):
    lon, lat = town.project(*town.middle(3, 4), 4326)
    stop = {"shop": "kiosk", "highway": "bus_stop"}
    path = town.folder / "shops.geojson"
    write_rows(path, [stop], [{"type": "Point", "coordinates": [lon, lat]}])
    assert not is_map(path)


def test_what_cannot_be_read_or_holds_no_map_is_none(town):
    names = ("table.csv", "torn.zip", "tables.zip", "maps.zip")
    table, torn, tables, maps = (town.folder / name for name in names)
    table.write_text("highway,name\nservice,A\n")
    torn.write_bytes(b"PK\x03\x04 and no more")
    for archive, name in ((tables, "roads.csv"), (maps, "roads.geojson")):
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr(name, table.read_text())
    damaged_layers = town.folder / "torn.gpkg"
    damaged_layers.write_bytes(b"SQLite format 3\0 and no more")
    nothing = (town.folder, town.folder / "none")
    assert not any(map(is_map, (table, torn, tables, maps, damaged_layers, *nothing)))
    assert not any(map(is_openstreetmap_file, (table, town.folder / "none")))
    assert origin_of_ground(table, ["highway"], None)["source"] == "unknown, table.csv"


@pytest.mark.parametrize(
    ("head", "driver"),
    [
        (b"\0\0\0\x0d\n\x09OSMHeader\x18", "OSM"),
        (b"<?xml?>\n<osm version", "OSM"),
        (b" " * 996 + b"<osm", "OSM"),
        (b" " * 997 + b"<osm", None),
        (b"SQLite format 3\0", "GPKG"),
        (b"\0\0\x27\x0a", "ESRI Shapefile"),
        (b"fgb\3", "FlatGeobuf"),
        (b'\xef\xbb\xbf {"elements": []', "Overpass"),
        (b'{"elements": [], "features": []', "GeoJSON"),
        (b'{"type": "FeatureCollection"', "GeoJSON"),
        (b"shop,highway", None),
    ],
)
def test_the_format_of_a_map_is_told_by_how_it_begins(head, driver):
    assert _driver(head) == driver


def everywhere(system):
    return -180.0, -90.0, 180.0, 90.0


def test_a_layer_is_read_if_a_column_beside_its_name_says_what_there_is(town, monkeypatch):
    place = town.project(*town.middle(3, 4), 4326)
    path = town.folder / "m.geojson"

    def read(*rows, of="Point", at=(place,)):
        geometry = {"type": of, "coordinates": at[0] if of == "Point" else list(at)}
        write_rows(path, rows, [geometry] * len(rows))
        return read_shapes(path, everywhere)

    for columns in ({"name": "A", "area": "yes"}, {"size": 3}):
        assert read(columns) == []
        assert not is_map(path)
    packed = {"name": "A", "other_tags": '"highway"=>"path","name"=>"B"', "place": None}
    (found,) = read(packed, {"place": "town", "lit": 3}, {"lit": 4})
    assert found.tags == [{"highway": "path", "name": "A"}, {"place": "town"}]
    assert (found.system, found.header[:2]) == ("EPSG:4326", ("name", "other_tags"))
    (nested,) = read({"tags": {"highway": "path"}})
    assert (nested.tags, nested.header[0]) == ([{"highway": "path"}], "Overpass")
    for own, line in (("highway", True), ("fclass", True), ("place", False)):
        read({own: "primary"}, of="LineString", at=(place, (place[0] + 0.01, place[1])))
        assert is_map(path) is line
    monkeypatch.setattr(read_ground, "MOST_FEATURES", 2)
    assert len(read({"place": "town"})[0].tags) == 1
    with pytest.raises(InputError, match="has more than 2 features in this place; leave out"):
        read(*[{"place": "town"}] * 3)


def test_a_map_without_a_system_and_a_device_are_none(town):
    path = town.folder / "m.gpkg"
    write_geopackage(path, {"a": [{"highway": "path"}]}, {"a": [[(0, 0)]]}, None)
    with pytest.raises(InputError, match=r"m\.gpkg does not say in which coordinate system it is"):
        read_shapes(path, everywhere)
    for read in (is_openstreetmap_file, lambda one: read_shapes(one, everywhere)):
        with pytest.raises(InputError, match="/dev/null: not a regular file"):
            read(Path("/dev/null"))
    packed = town.folder / "m.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("folder/m.geojson", "no map")
        archive.writestr("m.csv", "a,b")
    with pytest.raises(InputError) as refused:
        read_shapes(packed, everywhere)
    assert str(refused.value).startswith(f"{packed}: m.geojson is no map: expected .osm.pbf,")


def _ground(**changes):
    """Admissible to the last point, name and letter on a grid of 7 x 9 cells."""
    parts = {
        "points": np.array([[0, 0], [9 * UNIT, 7 * UNIT], [5, 5], [6, 6]], np.int32),
        "first": np.array([0, 2, 4], np.int32),
        "kind": np.array([0, len(KINDS) - 1], np.uint8),
        "names": ((0, 0, 0, "A"), (4, 9 * UNIT, 7 * UNIT, "x" * LONGEST_NAME)),
    }
    return Ground(**parts | changes)


def _points(*points):
    return {"points": np.array([*points, [0, 0], [1, 1], [2, 2]][:4], np.int32)}


def _many(count):
    return {"points": np.zeros((count, 2), np.int32), "first": np.array([0, 2, count], np.int32)}


def _named(*name):
    return {"names": (tuple(name),)}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        (_many(MOST_POINTS), None),
        ({"names": ((0, 0, 0, "A"),) * MOST_NAMES}, None),
        ({"points": np.zeros((4, 2), np.int64)}, "another type"),
        ({"first": np.array([0, 2, 4])}, "another type"),
        ({"kind": np.array([0, 1])}, "another type"),
        ({"points": np.zeros(4, np.int32)}, "another shape"),
        ({"points": np.zeros((4, 3), np.int32)}, "another shape"),
        ({"first": np.array([0, 4], np.int32)}, "another shape"),
        ({"first": np.array([1, 3, 4], np.int32)}, "do not fit its points"),
        ({"first": np.array([0, 2, 5], np.int32)}, "do not fit its points"),
        ({"first": np.array([0, 3, 4], np.int32)}, "do not fit its points"),
        (_many(MOST_POINTS + 1), "do not fit its points"),
        ({"kind": np.array([0, len(KINDS)], np.uint8)}, "unknown kinds"),
        ({"kind": np.array([1, 0], np.uint8)}, "unknown kinds"),
        (_points([-1, 0]), "outside its grid"),
        (_points([9 * UNIT + 1, 0]), "outside its grid"),
        (_points([0, 7 * UNIT + 1]), "outside its grid"),
        ({"names": ((0, 0, 0, "A"),) * (MOST_NAMES + 1)}, "names"),
        ({"names": ([0, 0, 0, "A"],)}, "names"),
        (_named(0, 0, "A"), "names"),
        (_named(True, 0, 0, "A"), "names"),
        (_named(0, 0.0, 0, "A"), "names"),
        (_named(0, 0, 0, b"A"), "names"),
        (_named(-1, 0, 0, "A"), "names"),
        (_named(5, 0, 0, "A"), "names"),
        (_named(0, -1, 0, "A"), "names"),
        (_named(0, 0, -1, "A"), "names"),
        (_named(0, 9 * UNIT + 1, 0, "A"), "names"),
        (_named(0, 0, 7 * UNIT + 1, "A"), "names"),
        (_named(0, 0, 0, ""), "names"),
        (_named(0, 0, 0, "x" * (LONGEST_NAME + 1)), "names"),
        (_named(0, 0, 0, "a\nb"), "names"),
    ],
)
def test_a_ground_that_no_import_writes_is_refused(changes, fault):
    said = ground_fault(_ground(**changes), (7, 9))
    assert said is None if fault is None else fault in said


@pytest.mark.parametrize("name", MAPS)
def test_a_map_is_recognised_beside_a_file_of_residents(name, town):
    MAPS[name](town, town.folder / name)
    assert is_map(town.folder / name)
    files = [town.folder / name, town.population()]
    assert recognise_files(files, Reading())[::2] == (files[1], files[0])


def test_what_is_larger_comes_first_and_is_kept_longest():
    squares = [shapely.box(at, at, at + size, at + size) for at, size in ((0, 1), (2, 4), (8, 2))]
    sizes = [np.ptp(ring) / UNIT for ring in import_ground._outlines(squares)]
    assert sizes == [4, 2, 1]
    streets = [shapely.LineString([(0, y), (length, y)]) for y, length in ((1, 1), (2, 4), (3, 2))]
    assert [np.ptp(line[:, 0]) / UNIT for line in import_ground._lines(streets)] == [4, 2, 1]
    at = [shapely.Point(k, k) for k in range(3)]
    tags = [{"place": place, "name": place} for place in ("village", "town", "city")]
    named = import_ground._names(import_ground._places(at, tags))
    assert [text for *_, text in named] == ["city", "town", "village"]


def test_a_map_with_shops_is_both_unless_another_file_is_either(town):
    cells, only_map, shops = town.population(), town.folder / "map.json", town.osm()
    both = town.folder / "both.json"
    write_overpass(town, only_map)
    content = json.loads(only_map.read_text())
    lon, lat = town.project(*town.middle(3, 4), 4326)
    bar = {"type": "node", "id": 10**6, "lon": lon, "lat": lat, "tags": {"amenity": "bar"}}
    both.write_text(json.dumps(content | {"elements": [*content["elements"], bar]}))
    for given, found in (
        ([both], (both, both)),
        ([both, shops], (shops, both)),
        ([only_map, both], (both, only_map)),
        ([shops, only_map], (shops, only_map)),
    ):
        assert recognise_files([cells, *given], Reading()) == (cells, *found)
    for given, said in (
        ([shops, both, only_map], "both files of shops"),
        ([both, both], "both maps with shops"),
        ([only_map, only_map], "both files of map"),
    ):
        with pytest.raises(InputError, match=said):
            recognise_files([cells, *given], Reading())
    for given, said in ((shops, "a file of shops"), (only_map, "a map")):
        with pytest.raises(InputError, match=f"{given.name} is {said}; residents are missing"):
            recognise_files([given], Reading())


def test_a_file_is_recognised_whatever_columns_are_named_of_another_or_refused_as_it_is(town):
    cells, shops = town.population(), town.osm()
    reading = Reading(columns={"ind_snv": "revenus", "naf": "code"})
    assert recognise_files([shops, cells], reading) == (cells, shops, None)
    other, torn = town.folder / "other.csv", town.folder / "torn.parquet"
    other.write_text("a,b\n1,2\n")
    torn.write_bytes(b"PAR1 and no more")
    said = (
        "other.csv is neither a file of residents (no column names cells) nor one of shops: it has"
    )
    with pytest.raises(InputError, match=re.escape(said)):
        recognise_files([other, cells], Reading())
    with pytest.raises(InputError, match=r"torn\.parquet is a damaged or unreadable Parquet file"):
        recognise_files([torn, cells], Reading())


def test_a_ground_is_kept_with_the_territory_and_changes_nothing_else(town):
    territory = drawn(town, "map.geojson", ground_source="IGN, BD TOPO")
    assert territory.provenance["ground"]["source"] == "IGN, BD TOPO (as stated), map.geojson"
    files = [town.folder / f"{k}.territory.npz" for k in range(3)]
    for file in files[:2]:
        save_territory(territory, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    loaded = load_territory(files[0])
    for name in ("points", "first", "kind", "names"):
        assert np.array_equal(getattr(loaded.ground, name), getattr(territory.ground, name))
    for name in ("points", "first", "kind"):
        assert not getattr(loaded.ground, name).flags.writeable
    without = import_territory(town.population(), name="T")
    assert describe_territory(without)["sha256"] == describe_territory(loaded)["sha256"]
    save_territory(without, files[2])
    assert load_territory(files[2]).ground is None


def test_the_picture_of_a_territory_shows_and_credits_its_map(town):
    picture = draw_territory(drawn(town, "map.geojson"), "fr").figure
    lines = picture.axes[0].images[3]
    pixels, (*_, top) = lines.get_array(), lines.get_extent()
    is_main = (pixels[..., :3] == [round(255 * x) for x in to_rgb(LINES["main_street"][0])]).all(2)
    row = np.flatnonzero(is_main.mean(axis=1) > 0.9).mean()
    assert top * (1 - (row + 0.5) / len(pixels)) == pytest.approx(0.7, abs=0.01)
    said = " ".join(text.get_text() for text in picture.texts).replace("\N{NO-BREAK SPACE}", " ")
    assert "Fond de carte : © OpenStreetMap contributors, map.geojson." in said.replace("\n", " ")


def test_a_dense_map_keeps_its_main_streets_and_says_how_much_is_left_out(town, monkeypatch):
    monkeypatch.setattr(import_ground, "MOST_POINTS", 6)
    territory = drawn(town, "map.geojson")
    assert parts(territory.ground, "main_street") and not parts(territory.ground, "street")
    told = territory.provenance["ground"]
    assert told["left_out"] > 0
    assert f" {told['left_out']} less important ones are left out." in told["in_words"]


def test_a_map_that_is_none_or_of_elsewhere_is_refused_in_one_sentence(town):
    folder = town.folder
    write_geojson(replace(town, west=town.west + 50_000), folder / "far.geojson")
    (folder / "points.json").write_text(
        json.dumps({"elements": [{"type": "way", "id": 1, "nodes": [1], "tags": {"a": "b"}}]})
    )
    (folder / "table.csv").write_text("a,b\n1,2\n")
    (folder / "empty.osm.pbf").write_bytes(b"")
    write_pbf(town, folder / "torn.osm.pbf")
    (folder / "torn.osm.pbf").write_bytes((folder / "torn.osm.pbf").read_bytes()[:200])
    for name, said in {
        "far.geojson": "shows no streets, waters, squares or green within the place",
        "points.json": "end the query with 'out geom;'",
        "table.csv": "is no map: expected .osm.pbf",
        "empty.osm.pbf": "is empty",
        "torn.osm.pbf": "torn.osm.pbf",
        "missing.gpkg": "no such file",
    }.items():
        with pytest.raises(InputError, match=said) as refused:
            import_territory(town.population(), name="T", ground=folder / name)
        assert name in str(refused.value) and "\n" not in str(refused.value)
