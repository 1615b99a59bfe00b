"""Layers of a file are stacked unless they hold the same places; clipped names are made whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyogrio
import pytest

from sim.errors import InputError
from sim.territory import geo_file
from sim.territory.column_words import words_of
from sim.territory.extent import Reading
from sim.territory.geo_file import _refuse_repeated, _stacked, _table, _unclipped, read_layers
from sim.territory.shop_rows import shop_request
from sim.territory.table import Request, Table
from sim.territory.table_file import read_table


def layer(points, **columns):
    arrays = {name: pa.array(values) for name, values in columns.items()}
    points = None if points is None else np.array(points, np.float64).reshape(-1, 2)
    n = len(points) if points is not None else len(next(iter(columns.values())))
    return Table("g.gpkg", arrays, n, "feature", 1, points, 4326)


def line(*places, y=48.0):
    return [(place, y) for place in places]


def test_layers_that_share_more_than_a_fifth_of_their_places_are_two_years_of_the_same():
    large, nowhere = line(*range(20)), [(np.nan, np.nan)] * 3
    for shared in (1, 2):
        small = line(*range(shared)) + line(*range(5 - shared), y=49.0) + nowhere
        layers = {"a": layer(large + nowhere), "b": layer(small), "c": layer(None, ind=["1"])}
        if shared == 1:
            _refuse_repeated("g.gpkg", layers)
            continue
        with pytest.raises(InputError, match="has 2 places in both of its layers a and b, as if"):
            _refuse_repeated("g.gpkg", layers)
    moved = [(x + 4e-6, y) for x, y in large]
    with pytest.raises(InputError, match="has 20 places in both"):  # a metre apart
        _refuse_repeated("g.gpkg", {"a": layer(large), "b": layer(moved)})
    _refuse_repeated("g.gpkg", {"a": layer(large), "b": layer([(x + 2e-5, y) for x, y in large])})


def test_stacked_layers_have_all_columns_and_points_only_if_all_have_some():
    one, other = layer(line(1, 2), shop=["a", "b"], ind=[1.0, 2.0]), layer(line(3), ind=["3"])
    both = _stacked([one, other])
    assert both.n_rows == 3 and both.points[:, 0].tolist() == [1, 2, 3]
    assert both.columns["shop"].to_pylist() == ["a", "b", None]
    assert both.columns["ind"].to_pylist() == ["1", "2", "3"]
    assert _stacked([one]) is one
    assert _stacked([one, layer(None, ind=["3"])]).points is None


def test_a_name_of_ten_letters_is_the_one_longer_word_that_begins_so():
    request = Request(frozenset({"etat", "naf"}), bool, "shops")
    words = {word for name in request.wanted for word in words_of(name)}
    whole = next(word for word in words if word.startswith("etatadministratifetab"))
    assert _unclipped("etatAdmini", request) == whole
    assert _unclipped("etatAdmin", request) == "etatAdmin"  # no ten letters
    assert _unclipped("somethings", request) == "somethings"
    for word in words:
        assert _unclipped(word, request) == word


def test_a_property_and_the_tag_of_its_name_are_one_column(tmp_path):
    read = pa.table(
        {"ind": pa.chunked_array([[None, 2]]), "tags.ind": pa.chunked_array([["1", "3"]])}
    )
    meta = {"geometry_name": "", "fields": np.array(["ind", "tags.ind"]), "crs": None}
    both = _table(tmp_path, {"ind": ["ind", "tags.ind"]}, meta, read)
    assert both.columns["ind"].to_pylist() == ["1", "2"]
    assert (both.points, both.points_epsg, both.place(0)) == (None, None, f"{tmp_path}: feature 1")
    one = _table(tmp_path, {"ind": ["ind"]}, meta, read)
    assert one.columns["ind"].to_pylist() == [None, 2] and one.header == ("ind", "tags.ind")


def test_features_that_are_fewer_than_stated_are_damage_where_a_number_is_stated(
    tmp_path, formats, monkeypatch
):
    path = formats.geopackage(tmp_path / "c.gpkg", {"a": [{"shop": "bar"}] * 2})
    read_info = pyogrio.read_info
    for stated in (2, -1, 3, 1):
        said = {"features": stated}
        monkeypatch.setattr(pyogrio, "read_info", lambda *a, s=said, **k: read_info(*a, **k) | s)
        if stated in (2, -1):
            assert read_table(path, shop_request(Reading())).n_rows == 2
            continue
        with pytest.raises(InputError, match="is a damaged GeoPackage"):
            read_table(path, shop_request(Reading()))


def test_layers_of_two_systems_are_refused_and_all_that_is_there_is_named(
    tmp_path, formats, monkeypatch
):
    shops = shop_request(Reading())
    layers = {"a": [{"lat": "1", "x y": 2}], "b": [{"lat": "2"}]}
    path = formats.geopackage(tmp_path / "c.gpkg", layers)
    with pytest.raises(InputError, match=r"has no column with kinds .* its columns are: lat, x y;"):
        read_table(path, shops)
    with pytest.raises(InputError, match=r"holds no features\."):
        read_table(formats.geojson(tmp_path / "d.json", [], []), shops)
    one = layer(line(1), shop=["bar"])
    two = {"a": one, "b": replace(layer(line(2), shop=["pub"]), points_epsg=2154)}
    monkeypatch.setattr(geo_file, "_right_layers", lambda *_: two)
    with pytest.raises(InputError, match=r"mixes coordinate systems in its layers a, b\."):
        read_layers("GPKG", "GeoPackage")(path, shops)
    for driver, marks in (("GPKG", ["a", "b"]), ("FlatGeobuf", None)):
        two = {"a": layer(line(1), shop=["bar"]), "b": layer(line(2), shop=["pub"])}
        table = read_layers(driver, "file")(path, shops)
        assert table.n_rows == 2
        assert ("layer" in table.columns and table.texts("layer")) == (marks or False)
    whole = replace(shops, is_whole=False)
    with pytest.raises(
        InputError, match=r"has several layers of them: a \(1 rows\), b \(1 rows\);"
    ):
        read_layers("GPKG", "GeoPackage")(path, whole)
    two = {"a": one}
    assert read_layers("GPKG", "GeoPackage")(path, replace(whole, with_points=False)) is one
    assert "layer" not in one.columns
