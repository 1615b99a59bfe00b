"""Layers of a file are stacked unless they hold the same places; clipped names are made whole."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from sim.errors import InputError
from sim.territory.column_words import words_of
from sim.territory.geo_file import _refuse_repeated, _stacked, _unclipped
from sim.territory.table import Request, Table


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
