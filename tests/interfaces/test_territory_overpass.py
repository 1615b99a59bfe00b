"""Answers of Overpass: each element stands where its place, centre, outline or nodes are."""

from __future__ import annotations

import json

from sim.territory.grid_frame import GridFrame
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
