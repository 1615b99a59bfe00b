"""Neighbours buy and sell; they are counted nowhere, and nothing else reaches them."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.interventions import load_intervention
from sim.interventions.sites import choose_sites
from sim.simulation.simulation import Simulation
from sim.territory.territory import Territory
from sim.territory.territory_file import save_territory
from tests.reference.towns import small_town, with_buffer

NOBODY_FROM_BEYOND = {
    "visitors_share": 0.0,
    "outside_share_convenience": 0.0,
    "outside_share_comparison": 0.0,
    "outside_share_hospitality": 0.0,
}


def _of(territory: Territory, *added: Any, **parameters: Any) -> Simulation:
    run = small_town(4, **parameters)
    with tempfile.TemporaryDirectory() as folder:
        save_territory(territory, Path(folder) / "town.npz")
        content = (Path(folder) / "town.npz").read_bytes()
    scenario = replace(run.scenario.replace(file="town.npz"), territory_file=content)
    return Simulation(scenario.add(*added), run.seed)


@cache
def _divided() -> Territory:
    return with_buffer(small_town(4)).territory


def _without_shops(territory: Territory) -> Territory:
    own = ~territory.premises_in_buffer
    names = ("cell", "sector", "floor_area", "occupancy", "in_buffer")
    kept = {f"premises_{name}": getattr(territory, f"premises_{name}")[own] for name in names}
    return replace(territory, **kept)


def test_a_buffer_without_cells_is_none() -> None:
    whole = small_town(4).territory
    none = np.zeros(whole.shape, bool), np.zeros(whole.premises_cell.size, bool)
    marked = replace(whole, is_buffer=none[0], premises_in_buffer=none[1])
    runs = [_of(territory) for territory in (whole, marked)]
    for run in runs:
        run.run(14)
    assert runs[0].counts.tobytes() == runs[1].counts.tobytes()
    for name, values in runs[0].state.items():
        assert name.startswith("work.") or values.tobytes() == runs[1].state[name].tobytes(), name


def test_shops_of_neighbours_compete_for_customers_and_are_not_counted() -> None:
    divided = _divided()
    alone, beside = (
        _of(territory, **NOBODY_FROM_BEYOND) for territory in (_without_shops(divided), divided)
    )
    measured = []
    for run in (alone, beside):
        run.run(1)
        measured.append(run.measure())
        assert measured[-1]["premises"] == divided.place_alone.premises_cell.size
        own = divided.place_alone.residents.sum(dtype=float)
        assert measured[-1]["residents"] == pytest.approx(own, rel=0.01)
    assert measured[1]["sales"] < 0.95 * measured[0]["sales"]
    assert measured[1]["footfall"] < measured[0]["footfall"]
    assert measured[0]["retail_leakage"] == pytest.approx(0, abs=1)
    assert measured[1]["retail_leakage"] > 0.05 * measured[1]["sales"]


def test_the_place_and_the_others_add_up_to_all() -> None:
    divided = _divided()
    others = replace(
        divided, is_buffer=~divided.is_buffer, premises_in_buffer=~divided.premises_in_buffer
    )
    whole, one, other = (
        _of(territory, common_cost_share=0.0).measure()
        for territory in (small_town(4).territory, divided, others)
    )
    for name in ("premises", "residents"):
        assert one[name] + other[name] == pytest.approx(whole[name], rel=1e-6)


def test_only_residents_and_shops_of_neighbours_take_part() -> None:
    state = _of(_divided()).state
    zone = state["cell.zone"].ravel()
    assert (zone >= 3).any()
    for who in ("youth", "entrepreneur", "official", "worker", "office"):
        assert state[f"{who}.cell_row"].size
        assert (zone[state[f"{who}.cell_row"]] < 3).all(), who


def test_money_for_shops_everywhere_stays_in_the_place() -> None:
    given = [
        load_intervention(name).replace(start=0, **{f"{name}_zone": "everywhere"})
        for name in ("rent_relief", "opening_aid", "facade")
    ]
    run = _of(_divided(), *given)
    run.run(6)
    there = run.state["premises.zone"] >= 3
    for name, usual in (("subsidy", 0), ("facade", 1)):
        values = run.state[f"premises.{name}"]
        assert (values[there] == usual).all()
        assert (values[~there] != usual).any()


def test_the_largest_shops_of_the_place_close() -> None:
    shock = load_intervention("anchor_closure").replace(
        start=0, anchor_shops=1000, anchor_zone="everywhere"
    )
    run = _of(_divided(), shock)
    there, was_open = run.state["premises.zone"] >= 3, run.state["premises.is_open"] == 1
    run.run(1)
    is_open = run.state["premises.is_open"] == 1
    assert not (is_open & was_open & ~there & (run.state["premises.event"] == 0)).any()
    assert is_open[there].sum() > 0.8 * was_open[there].sum()


@pytest.mark.parametrize("site", ["most_populated", "most_vacant", "most_youth", "town_centre"])
def test_sites_are_in_the_place(site: str) -> None:
    # Where most people live, the rule would go without the mask.
    divided = _divided()
    people = np.where(divided.is_buffer, 50 * divided.residents, divided.residents)
    state = _of(replace(divided, residents=people.astype(np.float32))).state
    levers = load_intervention("transition_cluster").replace(site=site).levers
    sites = choose_sites(state, levers, 3, 2.0)
    assert (state["cell.zone"].ravel()[sites] < 3).all()
