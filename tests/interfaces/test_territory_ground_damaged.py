"""Damaged maps are refused in one sentence or drawn."""

from __future__ import annotations

import random

import pytest

from sim.errors import InputError
from sim.territory.import_territory import import_territory
from sim.territory.territory_file import save_territory
from tests.interfaces.test_territory_damaged import damaged
from tests.reference.map_files import MAPS


def try_damaged(town, count, seed):
    population, refused = town.population(), 0
    names = [name for name in MAPS if name != "geofabrik.zip"]
    whole = {}
    for name in names:
        MAPS[name](town, town.folder / name)
        whole[name] = (town.folder / name).read_bytes()
    for k in range(count):
        name = names[k % len(names)]
        path = town.folder / name
        path.write_bytes(damaged(whole[name], random.Random(f"{seed}:{k}")))
        try:
            territory = import_territory(population, name="T", ground=path)
        except InputError as error:
            refused += 1
            assert "\n" not in str(error), (k, name)
            continue
        save_territory(territory, town.folder / "t.npz")  # which checks it
    return refused


def test_a_damaged_map_is_refused_in_one_sentence_or_drawn(town):
    assert try_damaged(town, 8, "quick") > 0


@pytest.mark.corpus
def test_two_thousand_damaged_maps_are_refused_in_one_sentence_or_drawn(town):
    assert try_damaged(town, 2_000, "corpus") > 200
