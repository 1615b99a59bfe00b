"""A file's source is recognised by its columns; what it lacks is said, with where to find it."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from pyproj import Transformer

from sim.errors import InputError
from sim.territory import public_data
from sim.territory.origins import LICENCES, origin_of_ground, origin_of_population, origin_of_shops
from sim.territory.public_data import overpass_query, place_of_cell, where_to_find
from sim.territory.remedies import Refusal, Remedy, sentence
from sim.territory.table import Table
from sim.territory.territory import Territory

EUROSTAT = "Eurostat, population grid of 1 km"
ZENSUS = "Zensus, Statistische Ämter des Bundes und der Länder"
TO_DEGREES = Transformer.from_crs(3035, 4326, always_xy=True)
OSM = "© OpenStreetMap contributors"


def origin(of, header, *given, columns=(), stated=None):
    table = Table(Path("in/a.csv"), dict.fromkeys(columns), 1, "line", 2, header=tuple(header))
    found = of(table, stated, *given)
    assert found.get("recognised_by") == ("its columns" if found["licence"] in KNOWN else None)
    return found["source"].removesuffix(", a.csv"), found["licence"]


KNOWN = LICENCES.values()


@pytest.mark.parametrize(
    ("header", "source", "licence"),
    [
        (["Ind_snv", "Men_pauv", "x"], "INSEE gridded data (Filosofi)", "insee"),
        (["ind_11_17", "I_est_1km"], "INSEE gridded data (Filosofi)", "insee"),
        (["men_1ind", "x"], "unknown", ""),
        (["ind_18_24", "i_est_200"], "INSEE gridded data (Filosofi)", "insee"),
        (["GRD_ID", "T"], EUROSTAT, "eurostat"),
        (["GRD_ID", "OBS_VALUE_T"], EUROSTAT, "eurostat"),
        (["GRD_ID", "TOT_P_2021"], EUROSTAT, "eurostat"),
        (["SPATIAL", "STAT", "OBS_VALUE"], EUROSTAT, "eurostat"),
        (["SPATIAL", "OBS_VALUE"], "unknown", ""),
        (["GRD_ID", "total"], "unknown", ""),
        (["T", "OBS_VALUE"], "unknown", ""),
        (["Einwohner", "Gitter_ID_100m"], ZENSUS, "zensus"),
        (["Einwohner", "id"], "unknown", ""),
        (["Gitter_ID_100m", "id"], "unknown", ""),
    ],
)
def test_cells_are_of_whom_their_columns_name(header, source, licence):
    assert origin(origin_of_population, header) == (source, LICENCES.get(licence, "unknown"))
    assert origin(origin_of_population, header, stated="Us") == ("Us (as stated)", "as stated")


@pytest.mark.parametrize(
    ("header", "columns", "source", "licence"),
    [
        (["TYPEQU"], ["typequ"], "INSEE, Base permanente des équipements 2019", "insee"),
        (["siret", "naf"], ["naf"], "INSEE, Sirene", "insee"),
        (["etatAdministratifEtablissement", "naf"], ["naf"], "INSEE, Sirene", "insee"),
        (["naf"], ["naf"], "unknown", ""),
        (["siret"], ["shop"], "unknown", ""),
        (["shop", "name"], ["shop"], "unknown", ""),
        *(([own, "shop"], ["shop"], OSM, "osm")
          for own in ("osm_id", "@id", "@type", "osm_way_id", "full_id", "other_tags", "Overpass")),
    ],
)  # fmt: skip
def test_shops_are_of_whom_their_columns_name(header, columns, source, licence):
    found = origin(origin_of_shops, header, " 2019", columns=columns)
    assert found == (source, LICENCES.get(licence, "unknown"))
    found = origin(origin_of_shops, header, columns=columns, stated="Us")
    assert found == ("Us (as stated)", "as stated")


def test_a_map_is_of_openstreetmap_or_as_stated():
    for header, stated, source in (
        (["osm_id"], None, OSM),
        (["id"], None, "unknown"),
        (["osm_id"], "IGN", "IGN (as stated)"),
    ):
        found = origin_of_ground(Path("in/m.gpkg"), header, stated)
        assert found["source"] == f"{source}, m.gpkg"


def place(**changes):
    cells = np.ones((3, 2), np.float32)
    provenance = {"grid": {"west": 3_760_000.0, "north": 2_890_000.0, "epsg": 3035}}
    provenance |= {"income": {}, "youth": {}} | changes.pop("provenance", {})
    no_zone = np.zeros((3, 2), bool)
    return Territory(
        "T", 1000.0, cells, cells, cells, no_zone, no_zone, provenance=provenance, **changes
    )


def test_a_cell_is_where_its_middle_is():
    lon, lat = TO_DEGREES.transform(3_761_500, 2_887_500)
    assert place_of_cell(place(), 2, 1) == f"{lat:.6f},{lon:.6f}"


def test_a_query_asks_for_the_shops_of_the_whole_grid(monkeypatch):
    query = overpass_query(place())
    corners = [3_760_000, 3_762_000] * 2, [2_887_000] * 2 + [2_890_000] * 2
    lon, lat = TO_DEGREES.transform(*map(np.array, corners))
    box = f"{lat.min():.4f},{lon.min():.4f},{lat.max():.4f},{lon.max():.4f}"
    assert query.startswith(
        '[out:csv(::id,::type,::lat,::lon,shop,amenity,"disused:shop","was:shop",'
        f'"abandoned:shop",vacant)][timeout:120][bbox:{box}];'
    )
    monkeypatch.setattr(public_data, "to_degrees", Mock(side_effect=InputError("no pyproj.")))
    assert overpass_query(place()) == ""
    assert where_to_find(place())["missing_shops"] == Remedy("find_shops")


def test_what_was_generated_is_said_with_where_it_can_be_had():
    shops = {"premises_cell": np.zeros(1, np.int32)}
    assert where_to_find(place(**shops)) == {}
    made = {"provenance": {"income": {"generated": True}, "youth": {"generated": True}}}
    found = where_to_find(place(**shops, **made))
    assert found == {"missing_income": Remedy("income"), "missing_ages": Remedy("ages")}
    missing = where_to_find(place())
    assert missing == {"missing_shops": Remedy("query_shops", {"query": overpass_query(place())})}


def test_a_refusal_keeps_its_parts_and_is_worded_for_the_command_line_and_the_page():
    refusal = Refusal("a.csv has two layers", "layer", " Did you mean 'b'?")
    assert str(refusal) == "a.csv has two layers; choose one with --layer. Did you mean 'b'?"
    said = {"fact": "b.zip has two layers", "remedy": "layer", "hint": " Did you mean 'b'?"}
    assert refusal.renamed("a.csv", "b.zip").as_json() == said
    assert refusal.on_page("en").startswith("a.csv has two layers")
    assert refusal.on_page("en").endswith("Did you mean 'b'?") and "--" not in refusal.on_page("en")
    assert len(refusal.on_page("en")) > len("a.csv has two layers. Did you mean 'b'?")
    plain = Refusal("nothing is there", hint=" Look.")
    assert str(plain) == plain.on_page("en") == "nothing is there. Look."
    named = Refusal("a has no ind", "columns", names="ind=X")
    assert named.as_json()["names"] == "ind=X" and "--columns ind=X." in str(named)
    assert sentence("look here") == "Look here."
