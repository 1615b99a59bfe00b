"""Maps show the values of the arrays."""

import numpy as np
import pytest

from sim import load_scenario
from sim.measures import map_layers
from sim.measures.map_layers import LAYERS, block_of, in_blocks, snapshot
from sim.simulation.simulation import Simulation


@pytest.fixture(scope="module")
def run():
    made = Simulation(load_scenario("mid_sized_town").add("transition_cluster"), seed=7)
    made.run(36)
    return made


@pytest.fixture(scope="module")
def maps(run):
    return snapshot(run.state, list(LAYERS))


@pytest.mark.parametrize("layer", LAYERS.values(), ids=lambda layer: layer.name)
def test_a_layer_is_explained_in_both_languages_with_its_variables(layer):
    for words in (layer.label, layer.definition):
        assert set(words) == {"en", "fr"} and all(words.values())
    assert layer.source and layer.evidence in ("found", "derived", "recalled", "assumed")
    assert layer.limits is None or layer.limits[0] < layer.limits[1]


def test_participation_is_a_share_where_young_people_live(run, maps):
    present = np.zeros(maps["participation"].size)
    np.add.at(present, run.state["youth.cell_row"], run.state["youth.is_present"])
    shown = np.isfinite(maps["participation"])
    np.testing.assert_array_equal(shown, present.reshape(shown.shape) > 0)
    values = maps["participation"][shown]
    assert values.min() >= 0 and values.max() <= 1
    mean = np.average(values, weights=present.reshape(shown.shape)[shown])
    active = run.state["youth.is_active"].sum() / run.state["youth.is_present"].sum()
    assert mean == pytest.approx(active, abs=0.02)


def test_where_everybody_takes_part_the_map_is_full(run):
    state = run.state.copy()
    state["youth.is_active"] = state["youth.is_present"]
    everywhere = snapshot(state, ["participation"])["participation"]
    np.testing.assert_allclose(everywhere[np.isfinite(everywhere)], 1, rtol=1e-6)


def test_projects_and_users_of_places_add_up_to_all_there_are(run, maps):
    assert maps["projects"].sum() == np.count_nonzero(run.state["entrepreneur.stage"] == 4)
    assert maps["third_places"].sum() == run.state["third_place.users"].sum() > 0


def test_trust_is_that_of_the_office_in_charge():
    run = Simulation(load_scenario("mid_sized_town").replace(offices=3), seed=7)
    run.run(3)
    shown = snapshot(run.state, ["trust"])["trust"]
    inhabited = run.state["cell.residents"] > 0
    np.testing.assert_array_equal(np.isfinite(shown), inhabited)
    wanted = run.state["office.trust"][run.state["cell.office"]]
    np.testing.assert_array_equal(shown[inhabited], wanted[inhabited])
    state = run.state.copy()
    state["official.office"][:] = 1
    state["official.office"][0] = 2  # so the first office has no official
    blank = np.isnan(snapshot(state, ["trust"])["trust"])
    np.testing.assert_array_equal(blank, ~inhabited | (state["cell.office"] == 0))


def test_vacancy_is_the_share_of_three_premises_or_more_with_neither_shop_nor_place(run):
    state = run.state.copy()
    is_free = (state["premises.is_open"] == 0) & (state["premises.third_place"] < 0)
    state["premises.third_place"][np.flatnonzero(is_free)[:3]] = 0
    is_free = (state["premises.is_open"] == 0) & (state["premises.third_place"] < 0)
    cell = state["premises.cell_row"]
    shown = snapshot(state, ["vacancy"])["vacancy"]
    counts = np.bincount(cell, minlength=shown.size)
    assert {2, 3} <= set(counts) and is_free.any()
    for k, value in enumerate(shown.ravel()):
        wanted = is_free[cell == k].mean() if counts[k] >= 3 else np.nan
        assert value == pytest.approx(wanted, rel=1e-6, nan_ok=True)


def test_squares_of_a_large_territory_add_up_their_cells(run, maps, monkeypatch):
    rows, columns = run.territory.shape
    monkeypatch.setattr(map_layers, "MOST", 20)
    block = block_of((rows, columns))
    assert block == 4 and rows % block == columns % block == 0
    squares = snapshot(run.state, list(LAYERS))
    assert {layer.shape for layer in squares.values()} == {(rows // block, columns // block)}

    def cells_of(field):
        parts = field.reshape(rows // block, block, columns // block, block)
        return parts.swapaxes(1, 2).reshape(rows // block, columns // block, -1)

    for name in ("population", "footfall", "sales", "projects", "third_places"):
        wanted = cells_of(maps[name].astype(np.float64)).sum(axis=2)
        np.testing.assert_allclose(squares[name], wanted, rtol=1e-5)
    cell = run.state["premises.cell_row"]
    in_use = (run.state["premises.is_open"] == 1) | (run.state["premises.third_place"] >= 0)
    of, free = (np.bincount(cell, w, minlength=rows * columns) for w in (None, ~in_use))
    of, free = (cells_of(count.reshape(rows, columns)).sum(axis=2) for count in (of, free))
    shown = np.isfinite(squares["vacancy"])
    np.testing.assert_array_equal(shown, of >= 3)
    np.testing.assert_allclose(squares["vacancy"][shown], free[shown] / of[shown], rtol=1e-6)
    trust = np.ma.masked_invalid(cells_of(maps["trust"])).mean(axis=2).filled(np.nan)
    np.testing.assert_allclose(squares["trust"], trust, rtol=1e-6)
    assert np.nanmax(squares["participation"]) <= 1


def test_blocks_at_the_edges_may_be_smaller():
    field = np.arange(15).reshape(3, 5)
    assert in_blocks(field, 2).tolist() == [[12, 20, 13], [21, 25, 14]]
    assert in_blocks(field, 2, np.minimum).tolist() == [[0, 2, 4], [10, 12, 14]]
