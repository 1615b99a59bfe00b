"""Shops are read from BPE and OpenStreetMap, each kind placed in a sector or left out."""

from __future__ import annotations

import sqlite3
import sys
import tomllib
from collections import Counter
from contextlib import closing
from importlib.resources import files

import numpy as np
import pyarrow as pa
import pytest

from sim.errors import InputError
from sim.territory.column_words import plain_word
from sim.territory.extent import Reading
from sim.territory.grid_frame import GridFrame
from sim.territory.read_shops import UNKNOWN_GROUP, _twins, read_shops
from sim.territory.shop_kinds import shop_catalogue
from sim.territory.shop_rows import classify
from sim.territory.table import Table
from sim.territory.territory import SECTORS

CATALOGUE = shop_catalogue()


def frame_of(town):
    return GridFrame(float(town.west), float(town.south + 7 * town.size), 200.0, 7, 9)


def sector_of(group):
    return SECTORS[CATALOGUE.groups[group].sector]


def osm_row(town, place=(3, 4), **tags):
    lon, lat = town.project(*town.middle(*place), 4326)
    return {"lon": lon, "lat": lat, **tags}


def test_no_kind_stands_twice_in_the_catalogue():
    content = tomllib.loads(files("sim.territory").joinpath("shop_kinds.toml").read_text())
    blocks = [*content["group"], *content["left_out"]]
    for source in ("osm", "bpe", "naf", "words"):
        count = Counter(plain_word(v) for block in blocks for v in block.get(source, []))
        count += Counter(plain_word(v) for k in ("vacant", "unknown", "malls") for v in content[k])
        assert [value for value, times in count.items() if times > 1] == []


def test_every_group_has_a_floor_area_with_its_source_and_mark():
    content = tomllib.loads(files("sim.territory").joinpath("shop_kinds.toml").read_text())
    for block in content["group"]:
        area = block["floor_area"]
        assert area["low"] < area["median"] < area["high"]
        assert area["evidence"] in ("found", "derived", "recalled", "assumed")
        assert area["source"]
    assert all(block["why"] for block in content["left_out"])


def test_drawn_floor_areas_keep_within_the_limits_that_define_a_kind():
    group = next(g for g in CATALOGUE.groups if g.name == "supermarkets")
    areas = group.draw_floor_area(4000, np.random.default_rng(1))
    assert areas.min() >= 400
    assert areas.max() <= 2500
    assert np.median(areas) == pytest.approx(1000, rel=0.05)


@pytest.mark.parametrize(
    ("kind", "sector"),
    [
        ("bakery", "convenience"),
        ("pharmacy", "convenience"),
        ("tobacco", "convenience"),
        ("jewelry", "comparison"),
        ("sports", "comparison"),
        ("furniture", "comparison"),
        ("fast_food", "hospitality"),
        ("hairdresser", "hospitality"),
        ("estate_agent", "hospitality"),
        ("convenience;gas", "convenience"),
        ("gas;convenience", "convenience"),
        ("Butcher ; convenience", "convenience"),
    ],
)
def test_a_kind_of_openstreetmap_belongs_to_a_sector(kind, sector, formats, town):
    path = formats.csv(town.folder / "osm.csv", [osm_row(town, shop=kind)])
    points = read_shops(path, frame_of(town))
    assert sector_of(points.group[0]) == sector
    assert not points.is_vacant[0]
    assert points.cell[0] == 3 * 9 + 4


@pytest.mark.parametrize("kind", ["fuel", "hotel", "car_repair", "funeral_directors"])
def test_points_that_are_not_shops_are_left_out_and_counted_by_kind(kind, formats, town):
    rows = [osm_row(town, shop="bakery"), osm_row(town, shop=kind)]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.cell.size == 1
    assert points.provenance["left_out_kinds"] == {kind: 1}
    assert points.provenance["unknown_kinds"] == {}


@pytest.mark.parametrize("kind", ["", "nonsense", "school"])
def test_points_of_unknown_kind_are_counted_apart_from_those_left_out(kind, formats, town):
    rows = [osm_row(town, shop="bakery"), osm_row(town, shop=kind)]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.cell.size == 1
    assert points.provenance["left_out_kinds"] == {}
    assert points.provenance["unknown_kinds"] == {kind or "no kind given": 1}
    assert points.provenance["unknown_share"] == 0.5


def test_a_point_of_openstreetmap_without_a_shop_is_no_unknown_shop(formats, town):
    rows = [osm_row(town, osm_id=1, shop="bakery"), osm_row(town, osm_id=2, shop="")]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.provenance["left_out_kinds"] == {"no kind given": 1}
    assert points.provenance["unknown_share"] == 0


def test_shop_vacant_is_vacant_premises_without_a_trace(formats, town):
    rows = [osm_row(town, shop="bakery"), osm_row(town, shop="vacant")]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.shows_vacancy
    assert points.is_vacant.tolist() == [False, True]
    assert points.group[1] == UNKNOWN_GROUP


def test_a_disused_shop_is_vacant_and_keeps_its_kind(formats, town):
    row = osm_row(town, shop="", **{"disused:shop": "shoes"})
    points = read_shops(formats.csv(town.folder / "osm.csv", [row]), frame_of(town))
    assert points.is_vacant[0]
    assert sector_of(points.group[0]) == "comparison"


def test_a_disused_school_does_not_count_as_premises(formats, town):
    rows = [
        osm_row(town, **{"shop": "bakery", "disused:amenity": ""}),
        osm_row(town, **{"shop": "", "disused:amenity": "school"}),
    ]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.cell.size == 1


def test_vacancy_is_counted_by_layer(formats, town):
    kinds = ["bakery", "vacant", "vacant", "shoes"]
    rows = [osm_row(town, layer="commerces", shop=kind) for kind in kinds]
    rows += [osm_row(town, layer="banques", shop="")]
    rows = [row | {"osm_id": i} for i, row in enumerate(rows)]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.provenance["layers"]["commerces"] == {"points": 4, "vacant": 2}
    assert "2 vacant among 4 points of layer commerces" in points.provenance["in_words"]
    assert points.provenance["left_out_kinds"] == {"no kind given (layer banques)": 1}


def test_an_openstreetmap_id_counts_once_and_the_row_that_can_be_placed_wins(formats, town):
    rows = [
        osm_row(town, osm_id="7", shop="fuel"),
        osm_row(town, osm_id="7", shop="bar"),
        osm_row(town, osm_id="7", shop="cafe"),
        osm_row(town, osm_id="", shop="bar"),
        osm_row(town, osm_id="", shop="bar"),
    ]
    points = read_shops(formats.csv(town.folder / "osm.csv", rows), frame_of(town))
    assert points.cell.size == 3
    assert points.provenance["repeated"] == 1
    kinds = ("node", "way", "way", "node", "node")
    rows = [row | {"osm_type": kind} for row, kind in zip(rows, kinds, strict=True)]
    points = read_shops(formats.csv(town.folder / "types.csv", rows), frame_of(town))
    assert points.provenance["repeated"] == 1 and points.cell.size == 3


def test_geojson_shops_may_be_points_or_outlines(formats, town):
    def ring(row, column):
        x, y = town.middle(row, column)
        corners = [(-20, -20), (20, -20), (20, 20), (-20, 20), (-20, -20)]
        return [list(town.project(x + dx, y + dy, 4326)) for dx, dy in corners]

    geometries = [
        {"type": "Point", "coordinates": list(town.project(*town.middle(0, 0), 4326))},
        {"type": "Polygon", "coordinates": [ring(1, 2)]},
        {"type": "MultiPolygon", "coordinates": [[ring(2, 5)], [ring(2, 5)]]},
        None,
    ]
    rows = [{"shop": "bakery"}, {"shop": "clothes"}, {"amenity": "bar"}, {"shop": "books"}]
    points = read_shops(
        formats.geojson(town.folder / "osm.geojson", rows, geometries), frame_of(town)
    )
    assert points.cell.tolist() == [0, 1 * 9 + 2, 2 * 9 + 5]
    assert points.provenance["without_coordinates"] == 1


@pytest.mark.parametrize("epsg", [4326, 2154, 3035])
def test_geopackage_layers_of_points_and_outlines_are_read_together(epsg, formats, town):
    def at(x, y):
        return town.project(x, y, epsg)

    x, y = town.middle(2, 2)
    corners = [(-20, -20), (20, -20), (20, 20), (-20, 20), (-20, -20)]
    path = formats.geopackage(
        town.folder / "osm.gpkg",
        {
            "points": [{"osm_id": "1", "shop": "bakery"}],
            "multipolygons": [{"osm_way_id": "2", "other_tags": '"shop"=>"books","level"=>"0"'}],
            "roads": [{"highway": "primary"}],
        },
        {
            "points": [[at(*town.middle(5, 1))]],
            "multipolygons": [[at(x + dx, y + dy) for dx, dy in corners]],
            "roads": [[at(x, y)]],
        },
        epsg,
    )
    points = read_shops(path, frame_of(town))
    assert points.cell.tolist() == [5 * 9 + 1, 2 * 9 + 2]
    assert [sector_of(g) for g in points.group] == ["convenience", "comparison"]


def test_bpe_is_placed_from_lambert_93(formats, town):
    points = read_shops(town.bpe(), frame_of(town))
    assert points.cell.tolist() == [3 * 9 + 3 + i % 3 for i in range(20)]
    assert not points.shows_vacancy
    assert points.provenance["left_out_kinds"] == {"A101": 1}
    assert "2019" in points.provenance["source"]


@pytest.mark.parametrize(
    ("good", "bad", "none"), [("Bonne", "Mauvaise", "Non géolocalisé"), ("B", "M", "_U")]
)
def test_bpe_without_position_is_left_out_and_counted(good, bad, none, formats, town):
    rows = [
        {"TYPEQU": "B203", "LAMBERT_X": x, "LAMBERT_Y": y, "QUALITE_XY": q}
        for (x, y), q in [
            (town.project(*town.middle(3, 3), 2154), good),
            (town.project(*town.middle(3, 3), 2154), bad),
            (("", "NA"), none),
        ]
    ]
    points = read_shops(formats.csv(town.folder / "bpe.csv", rows, delimiter=";"), frame_of(town))
    assert points.cell.size == 2
    assert points.provenance["without_coordinates"] == 1
    assert "1 with a bad position" in points.provenance["in_words"]


def test_a_missing_projection_package_is_said_with_its_remedy(formats, town, monkeypatch):
    path = town.osm()
    monkeypatch.setitem(sys.modules, "pyproj", None)
    with pytest.raises(InputError, match=r"pip install 'essaim\[geo\]'"):
        read_shops(path, frame_of(town))


@pytest.mark.parametrize("package", ["pyogrio", "shapely"])
def test_a_missing_package_for_geometries_is_said_with_its_remedy(
    package, formats, town, monkeypatch
):
    point = {"type": "Point", "coordinates": [0, 47]}
    path = formats.geojson(town.folder / "osm.geojson", [{"shop": "bakery"}], [point])
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(InputError, match=r"pyogrio and shapely: pip install 'essaim\[geo\]'"):
        read_shops(path, frame_of(town))


def test_csv_is_read_without_the_packages_for_geometries(town, monkeypatch):
    for package in ("pyogrio", "shapely"):
        monkeypatch.setitem(sys.modules, package, None)
    assert read_shops(town.osm(), frame_of(town)).cell.size


@pytest.mark.parametrize(
    "geometry",
    [None, {}, {"type": "Point"}, {"type": "Polygon", "coordinates": []}, {"type": "Curve"}, 7],
)
def test_a_shop_whose_geometry_has_no_place_is_left_out_and_counted(geometry, formats, town):
    here = {"type": "Point", "coordinates": town.project(*town.middle(3, 4), 4326)}
    path = formats.geojson(town.folder / "osm.geojson", [{"shop": "bar"}] * 2, [here, geometry])
    points = read_shops(path, frame_of(town))
    assert points.cell.tolist() == [3 * 9 + 4]
    assert points.provenance["without_coordinates"] == 1


def test_a_shop_whose_geometry_is_torn_is_left_out_and_counted(formats, town):
    path = formats.geopackage(
        town.folder / "osm.gpkg",
        {"shops": [{"shop": "bar"}] * 3},
        {"shops": [[town.middle(3, 4)]] * 3},
    )
    with closing(sqlite3.connect(path)) as link, link:
        # Its triggers call functions that only GDAL has.
        for (name,) in link.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            link.execute(f'DROP TRIGGER "{name}"')
        for row, blob in [(2, b"GP"), (3, b"GP\0\1\0\0\0\0\1\3\0\0\0\xff")]:
            link.execute("UPDATE shops SET geom = ? WHERE fid = ?", (blob, row))
    points = read_shops(path, frame_of(town))
    assert points.cell.tolist() == [3 * 9 + 4]
    assert points.provenance["without_coordinates"] == 2


def test_tags_of_overpass_are_read_and_a_property_counts_before_them(formats, town):
    here = {"type": "Point", "coordinates": town.project(*town.middle(3, 4), 4326)}
    rows = [{"tags": {"shop": "bakery"}}, {"shop": "vacant", "tags": {"shop": "bakery"}}]
    path = formats.geojson(town.folder / "osm.geojson", rows, [here] * 2)
    assert read_shops(path, frame_of(town)).is_vacant.tolist() == [False, True]


def test_a_file_without_a_shop_names_its_five_most_frequent_kinds(formats, town):
    kinds = ["school"] * 3 + ["a  long kind of a place which is cut after forty letters"] * 2
    kinds += ["pool"] * 4 + ["zorb", "zurb", "zerb"]
    path = formats.csv(town.folder / "a.csv", [osm_row(town, amenity=kind) for kind in kinds])
    some = "pool, school, a long kind of a place which is cut afte, zorb, zurb"
    with pytest.raises(InputError, match=f"no kind of shop that is in the catalogue, but: {some};"):
        read_shops(path, frame_of(town))


def test_a_list_of_vacant_premises_keeps_their_kinds_and_counts_all_others_as_some_shop(town):
    kinds = sorted({value for value, group in CATALOGUE.osm.items() if group >= 0})
    asked = [*kinds, "", "fuel", "vacant", "zorb"]
    table = Table(town.folder / "v.csv", {"shop": pa.array(asked)}, len(asked), "line", 2)
    rows = classify(table, Reading(), all_vacant=True)
    assert rows.group.tolist() == [CATALOGUE.osm[kind] for kind in kinds] + [UNKNOWN_GROUP] * 4
    assert rows.is_vacant.all() and 0 in rows.group


def bpe_row(town, place=(3, 4), code="B203", **more):
    x, y = town.project(*town.middle(*place), 2154)
    return {"TYPEQU": code, "LAMBERT_X": x, "LAMBERT_Y": y, "EPSG": 2154, "AN": 2019} | more


def test_the_first_five_years_of_a_file_are_its_source_and_half_a_place_is_none(formats, town):
    rows = [bpe_row(town, AN=year) for year in (2020, 2015, 2016, 2018, 2017, 2019, "", 2015)]
    x, y = town.middle(3, 4)
    rows += [
        bpe_row(town, LAMBERT_X=x, LAMBERT_Y=y, EPSG=3035),
        bpe_row(town, LAMBERT_X=x, LAMBERT_Y="", EPSG=3035),
    ]
    told = read_shops(formats.csv(town.folder / "b.csv", rows), frame_of(town)).provenance
    source = "INSEE, Base permanente des équipements 2015 2016 2017 2018 2019, b.csv"
    assert (told["source"], told["placed"]) == (source, 9)
    assert (told["without_coordinates"], told["outside_grid"]) == (1, 0)


def test_five_unknown_kinds_are_named_by_thirty_letters_each(formats, town):
    unknown = ["z" * 31, "z" * 31, "z1", "z1", "z2", "z2", "z3", "z3", "z4", "z4", "z5"]
    rows = [osm_row(town, shop=kind) for kind in ("bakery", *unknown)]
    told = read_shops(formats.csv(town.folder / "s.csv", rows), frame_of(town)).provenance
    some = f"{'z' * 30} 2, z1 2, z2 2, z3 2, z4 2"
    assert told["in_words"] == (
        "1 of 12 points of s.csv are premises in the place; left out:"
        f" 11 of an unknown kind ({some})."
    )
    assert told["unknown_share"] == round(11 / 12, 4)
    assert list(told["unknown_kinds"]) == sorted(set(unknown))


def test_what_is_told_by_name_stands_in_the_order_of_names(formats, town):
    kinds = [("bakery", "b"), ("hotel", "b"), ("fuel", "a"), ("fuel", "c"), ("vacant", "c")]
    rows = [osm_row(town, shop=kind, layer=layer) for kind, layer in kinds]
    told = read_shops(formats.csv(town.folder / "s.csv", rows), frame_of(town)).provenance
    assert list(told["left_out_kinds"].items()) == [("fuel", 2), ("hotel", 1)]
    points = {"a": (1, 0), "b": (2, 0), "c": (2, 1)}
    layers = {name: {"points": n, "vacant": vacant} for name, (n, vacant) in points.items()}
    assert list(told["layers"].items()) == list(layers.items())


def test_a_sheet_is_a_count_if_people_worded_more_than_half_of_it(formats, town):
    for words, is_count in (
        (["Boulangerie", "bakery"], False),
        (["Boulangerie"] * 2 + ["bakery"], True),
    ):
        rows = [osm_row(town, shop=word) for word in words]
        points = read_shops(formats.csv(town.folder / "s.csv", rows), frame_of(town))
        assert points.is_count is is_count


def test_of_rows_with_one_id_the_first_premises_stays():
    def twins(groups, **columns):
        arrays = {name: pa.array(texts) for name, texts in columns.items()}
        table = Table("s.csv", arrays, len(groups), "line", 2)
        return _twins(table, np.array(groups, np.int16)).tolist()

    assert twins([1, 1, 1], shop=["a"] * 3) == [False] * 3
    assert twins([1, 1, -1, 1], id=["7", "7", "", ""]) == [False, True, False, False]
    assert twins([-2, 3, 3], id=["7"] * 3) == [True, False, True]
    assert twins([-2, -1], id=["7"] * 2) == [True, False]
    assert twins([-2, -3], id=["7"] * 2) == [False, True]
    kinds = ["node", "way", "way", "way"]
    assert twins([1] * 4, id=["7", "7", "7", ""], osm_type=kinds) == [False, False, True, False]
