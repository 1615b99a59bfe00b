"""Each row of shops has one kind and a mark if it is vacant, and all rows are accounted for."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sim.territory.extent import Extent, Reading
from sim.territory.grid_frame import GridFrame
from sim.territory.read_shops import read_shops
from sim.territory.shop_kinds import LEFT_OUT, MALL, UNKNOWN_GROUP, UNMAPPED, shop_catalogue
from sim.territory.shop_rows import classify
from sim.territory.table import Table
from tests.interfaces.conftest import write_csv

BAKERY, BAR = (shop_catalogue().osm[value] for value in ("bakery", "bar"))

FIRST = next(value for value, group in shop_catalogue().osm.items() if group == 0)

OSM = {"header": ("osm_id",)}
SHEET = {"header": ()}

ROWS = [
    ({"shop": "bakery"}, "bakery", BAKERY, ""),
    ({"shop": FIRST}, FIRST, 0, ""),
    ({"disused:shop": FIRST}, f"disused:shop={FIRST}", 0, "disused:shop"),
    ({"shop": "bakery", "vacant": "yes"}, "bakery", BAKERY, "vacant"),
    ({"shop": "bakery", "vacant": "no"}, "bakery", BAKERY, ""),
    ({"shop": "bakery", "occupancy": "vacant"}, "bakery", BAKERY, "occupancy"),
    ({"shop": "bakery", "amenity": "fuel"}, "bakery", BAKERY, ""),
    ({"shop": "bakery;vacant"}, "bakery", BAKERY, "shop=vacant"),
    ({"amenity": "bar;vacant"}, "bar", BAR, "amenity=vacant"),
    ({"shop": "vacant"}, "vacant", UNKNOWN_GROUP, "shop=vacant"),
    ({"amenity": "vacant"}, "vacant", UNKNOWN_GROUP, "shop=vacant"),
    ({"shop": "vacant", "was:amenity": "bar"}, "was:amenity=bar", BAR, "shop=vacant"),
    ({"disused:shop": "bakery"}, "disused:shop=bakery", BAKERY, "disused:shop"),
    ({"disused:shop": "yes"}, "disused:shop=yes", UNKNOWN_GROUP, "disused:shop"),
    ({"disused:shop": "zorb"}, "disused:shop=zorb", UNKNOWN_GROUP, "disused:shop"),
    ({"was:amenity": "bar"}, "was:amenity=bar", BAR, "was:amenity"),
    ({"shop": "yes"}, "yes", UNKNOWN_GROUP, ""),
    ({"shop": "yes", "disused": "yes"}, "yes", UNKNOWN_GROUP, "disused"),
    ({"shop": "zorb"}, "zorb", UNMAPPED, ""),
    ({"shop": "zorb", "vacant": "yes"}, "vacant", UNKNOWN_GROUP, "vacant"),
    ({"shop": "mall"}, "mall", MALL, ""),
    ({"shop": "mall", "vacant": "yes"}, "mall", MALL, ""),
    ({"landuse": "retail"}, "landuse=retail", MALL, ""),
    ({"shop": "funeral_directors", "vacant": "yes"}, "funeral_directors", LEFT_OUT, ""),
]

UNNAMED = [
    *({"disused:shop": value} for value in ("fuel", "no")),
    *({"disused:amenity": "school"}, {"landuse": "forest"}, {"shop": ""}),
    *({"landuse": value} for value in ("bakery", "vacant")),
]
AMENITIES = ("zorb", "school", "yes")


def classified(tags, header, own=()):
    columns = {name: pa.array([value]) for name, value in tags.items()}
    rows = classify(Table("s.csv", columns, 1, "line", 2, header=header), Reading(kinds=dict(own)))
    assert rows.is_vacant.tolist() == [rows.mark != [""]]
    return rows.kind[0], int(rows.group[0]), rows.mark[0], bool(rows.is_worded[0])


@pytest.mark.parametrize("source", [OSM, SHEET], ids=["OpenStreetMap", "sheet"])
@pytest.mark.parametrize(("tags", "kind", "group", "mark"), ROWS)
def test_a_row_has_a_kind_and_a_mark_if_it_is_vacant(tags, kind, group, mark, source):
    assert classified(tags, **source) == (kind, group, mark, False)


def test_a_row_that_says_nothing_is_unknown_in_a_sheet_and_no_shop_in_openstreetmap():
    for source, group in ((OSM, LEFT_OUT), (SHEET, UNMAPPED)):
        for tags in UNNAMED:
            assert classified(tags, **source) == ("no kind given", group, "", False)
        in_layer = classified({"layer": "shops"}, **source)
        assert in_layer == ("no kind given (layer shops)", group, "", False)
        for amenity in AMENITIES:
            assert classified({"amenity": amenity}, **source) == (amenity, group, "", False)


def test_a_mark_alone_is_vacant_premises_in_a_sheet_only():
    for tags in ({"vacant": "yes"}, {"amenity": "zorb", "vacant": "yes"}):
        assert classified(tags, **SHEET) == ("vacant", UNKNOWN_GROUP, "vacant", False)
        assert classified(tags, **OSM)[1:] == (LEFT_OUT, "", False)


def test_words_of_people_are_told_from_those_of_openstreetmap():
    assert classified({"shop": "Boulangerie"}, **SHEET) == ("boulangerie", BAKERY, "", True)
    vacant = classified({"shop": "À louer"}, own={"a louer": "vacant"}, **SHEET)
    assert vacant == ("vacant", UNKNOWN_GROUP, "shop=vacant", True)
    both = {"shop": "À louer", "amenity": "zorb"}
    assert classified(both, own={"a louer": "vacant"}, **SHEET) == vacant


def test_every_row_of_a_file_is_a_premises_or_left_out_for_one_reason_that_is_told(town):
    def row(number, place=(3, 4), **more):
        lon, lat = town.project(*town.middle(*place), 4326)
        usual = {"osm_id": number, "lon": lon, "lat": lat, "shop": "bakery", "disused:shop": ""}
        return usual | {"layer": "a", "an": "2019", "qualite_xy": "Bonne"} | more

    rows = [
        row(1, an="2018", qualite_xy="Mauvaise"),
        *(row(2, qualite_xy="m"), row(2)),
        *(row(3, shop="vacant"), row(4, shop="vacant", layer="b")),
        row(5, **{"shop": "", "disused:shop": "bakery"}),
        *(row(n, shop=kind) for n, kind in ((6, "fuel"), (7, "zorb"), (8, "zorb"), (9, "zurb"))),
        *(row(10, lon="", lat=""), row(11, (3, 40)), row(12, (3, 8))),
        row(13, (6, 8), layer="c"),
    ]
    path = write_csv(town.folder / "s.csv", rows)
    frame = GridFrame(float(town.west), float(town.south + 7 * town.size), 200.0, 7, 9)
    near = np.ones((7, 9), bool)
    near[6, 8] = False
    lon, lat = town.project(*town.middle(4, 5), 4326)
    circle = Extent(around=(lat, lon), radius=650.0)
    told = (
        " of 14 points of s.csv are premises in the place, 3 of them vacant (shop=vacant 2,"
        " disused:shop 1); 2 vacant among 12 points of layer a; 1 vacant among 1 points of layer b;"
        " 2 with a bad position (QUALITE_XY) stay where INSEE put them; left out: 1 of a kind that"
        " is left out, 3 of an unknown kind (zorb 2, zurb 1), 1 outside the grid"
    )
    for options, placed, reason in (
        ({}, 7, ""),
        ({"near": near}, 6, ", 1 farther than one cell from any resident"),
        ({"extent": circle}, 6, ", 1 outside the circle"),
    ):
        points = read_shops(path, frame, **options)
        words = f"{placed}{told}{reason}, 1 without coordinates, 1 repeated."
        assert points.provenance["in_words"] == words
        assert points.provenance["unknown_share"] == round(3 / (3 + placed), 4)
        assert points.cell.size == points.provenance["placed"] == placed
        assert not points.is_count and points.provenance["vacant"] == points.is_vacant.sum() == 3
