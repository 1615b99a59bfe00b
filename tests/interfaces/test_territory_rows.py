"""Each row of tags or words has one kind, and a mark if it is vacant."""

from __future__ import annotations

import pyarrow as pa
import pytest

from sim.territory.extent import Reading
from sim.territory.shop_kinds import LEFT_OUT, MALL, UNKNOWN_GROUP, UNMAPPED, shop_catalogue
from sim.territory.shop_rows import classify
from sim.territory.table import Table

BAKERY, BAR = (shop_catalogue().osm[value] for value in ("bakery", "bar"))

OSM = {"header": ("osm_id",)}
SHEET = {"header": ()}

ROWS = [
    ({"shop": "bakery"}, "bakery", BAKERY, ""),
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
]
AMENITIES = ("zorb", "school")


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
