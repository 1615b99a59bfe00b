"""Answers of Overpass: each element stands where its place, centre, outline or nodes are."""

from __future__ import annotations

import json

from sim.territory.grid_frame import GridFrame
from sim.territory.overpass_shapes import read_overpass_shapes
from sim.territory.read_shops import read_shops


def shops_of(town, elements):
    path = town.folder / "answer.json"
    path.write_text(json.dumps({"version": 0.6, "elements": elements}))
    frame = GridFrame(float(town.west), float(town.south + 7 * town.size), 200.0, 7, 9)
    return read_shops(path, frame)


def place(town, row, column, east=0.0):
    lon, lat = town.project(*town.middle(row, column, east), 4326)
    return {"lon": lon, "lat": lat}


def around(town, row, column):
    """A point to each side, of which only the middle lies in the cell."""
    return [place(town, row, column, east) for east in (-220.0, 220.0)]


def shop(kind, number, **where):
    return {"type": kind, "id": number, "tags": {"shop": "bakery"}, **where}


def test_an_element_stands_where_its_place_or_the_middle_of_its_outline_is(town):
    west, east = around(town, 4, 4)
    bounds = {"minlon": west["lon"], "maxlon": east["lon"]}
    bounds |= {"minlat": west["lat"], "maxlat": east["lat"]}
    ends = around(town, 5, 5)
    elements = [
        shop("node", 1, **place(town, 1, 1)),
        shop("way", 2, center=place(town, 2, 2), geometry=around(town, 0, 4)),
        shop("way", 3, geometry=around(town, 3, 3)),
        shop("relation", 4, bounds=bounds),
        shop("way", 5, nodes=[11, 12]),
        {"type": "node", "id": 11, **ends[0]},
        {"type": "node", "id": 12, **ends[1]},
        # Only elements of one type have different ids.
        {"type": "way", "id": 11, "center": place(town, 0, 0)},
    ]
    assert shops_of(town, elements).cell.tolist() == [k * 9 + k for k in range(1, 6)]


def test_elements_without_a_place_on_earth_are_left_out_and_counted(town):
    here = place(town, 3, 4)
    elements = [
        shop("node", 1, **here),
        shop("node", 2),
        shop("node", 3, **here | {"lat": 91.0}),
        shop("node", 4, **here | {"lon": True}),
        shop("way", 5, nodes=[99]),
        shop("way", 6, geometry=None, center={}),
    ]
    found = shops_of(town, elements)
    assert found.cell.tolist() == [3 * 9 + 4]
    assert found.provenance["without_coordinates"] == 5


def test_only_areas_and_boundaries_of_relations_have_a_shape(tmp_path):
    ring = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.0)]
    geometry = [{"lon": lon, "lat": lat} for lon, lat in ring]
    member = {"type": "way", "ref": 9, "geometry": geometry}

    def relation(kind, *members):
        return {"type": "relation", "id": 1, "tags": {"type": kind}, "members": members}

    def way(points, **tags):
        return {"type": "way", "id": 2, "tags": {"a": "b"} | tags, "geometry": points}

    for element, shape in (
        (relation("multipolygon", member), "Polygon"),
        (relation("boundary", member), "Polygon"),
        (
            relation(
                "boundary",
                {**member, "geometry": geometry[:2]},
                {**member, "geometry": geometry[1:3]},
                {**member, "geometry": geometry[2:]},
            ),
            "Polygon",
        ),
        (relation("route", member), None),
        (relation("multipolygon", {"type": "node", "ref": 9}), None),
        (relation("multipolygon", {**member, "geometry": geometry[:3]}), None),
        (relation("multipolygon", {**member, "geometry": geometry[:1]}), None),
        (relation("multipolygon"), None),
        (way(geometry), "LineString"),
        (way(geometry, water="lake"), "Polygon"),
        (way(geometry, water="lake", area="no"), "LineString"),
        (way(geometry, area="yes"), "Polygon"),
        (way(geometry[:3], area="yes"), "LineString"),
        (way([*geometry[:2], geometry[0]], area="yes"), "LineString"),
        (way(geometry[:2]), "LineString"),
        (way(geometry[:1]), None),
        ({"type": "node", "id": 3, "lon": 1, "lat": 2, "tags": {"a": "b"}}, "Point"),
        ({"type": "node", "id": 3, "tags": {"a": "b"}}, None),
    ):
        line = {"type": "way", "id": 99, "nodes": [98, 97, 96], "tags": {"a": "b"}}
        nodes = [{"type": "node", "id": k, "lon": k, "lat": 1} for k in (96, 98)]
        (tmp_path / "a.json").write_text(json.dumps({"elements": [line, *nodes, element]}))
        geometries, tags = read_overpass_shapes(tmp_path / "a.json")
        found = [one.geom_type for one in geometries]
        assert found == ["LineString", *([shape] if shape else [])], element
        assert list(geometries[0].coords) == [(98, 1), (96, 1)]  # in their order
        assert len(tags) == len(found)
