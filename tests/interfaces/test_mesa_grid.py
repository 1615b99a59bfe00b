"""Mesa's grid and its property layers over the cell arrays."""

import mesa
import numpy as np
import pytest
from mesa.discrete_space import CellAgent, OrthogonalMooreGrid

from sim.mesa_face.agents import Premises, Shop
from sim.mesa_face.grid import CELL_LAYERS
from sim.mesa_face.model import TerritoryModel
from sim.territory.territory import SECTORS

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def model():
    made = TerritoryModel(rng=7, rows=20, columns=31)
    made.run_for(2)
    return made


@pytest.fixture
def fresh():
    return TerritoryModel(rng=7, rows=20, columns=31)


def test_the_grid_is_as_wide_as_the_map_and_made_once(model):
    assert isinstance(model.grid, OrthogonalMooreGrid)
    assert (model.grid.width, model.grid.height) == (31, 20)
    assert model.grid is model.grid


def test_x_runs_east_and_y_runs_north(model):
    residents = model.state["cell.residents"]
    rows, columns = residents.shape
    for row, column in [(0, 0), (rows - 1, 0), (3, columns - 1)]:
        x, y = column, rows - 1 - row
        assert model.position_of(row * columns + column) == (x, y)
        assert model.grid[x, y].residents == residents[row, column]


@pytest.mark.parametrize("name", CELL_LAYERS)
def test_a_layer_and_its_array_are_the_same_memory(fresh, name):
    variable, sector = CELL_LAYERS[name]
    cells = fresh.state[variable] if sector is None else fresh.state[variable][sector]
    layer = getattr(fresh.grid, name)
    layer.data[4, 3] = 17
    assert cells[20 - 1 - 3, 4] == 17
    cells[0, 0] = 19
    assert getattr(fresh.grid[0, 19], name) == 19
    setattr(fresh.grid[5, 5], name, 23)
    assert layer.data[5, 5] == 23
    layer.data = np.full((31, 20), 3)
    assert (cells == 3).all() and layer.data.base is not None


def test_the_next_month_uses_changes_in_a_layer():
    with_people, without = (TerritoryModel(rng=7, with_youth_moves=False) for _ in range(2))
    without.grid.modify_properties("residents", np.multiply, 0.0)
    for model in (with_people, without):
        model.step()
    assert without.indicators["residents"].item() == 0
    assert without.indicators["sales"].item() < with_people.indicators["sales"].item()


def test_layers_keep_up_with_the_months(fresh):
    before = fresh.grid.footfall.data.copy()
    fresh.run_for(12)
    assert (fresh.grid.footfall.data != before).any()
    assert fresh.grid.footfall.data.sum() == pytest.approx(fresh.state["cell.footfall"].sum())


def test_sectors_have_layers_of_their_own(model):
    for code, sector in enumerate(SECTORS):
        layer = getattr(model.grid, f"attraction_{sector}").data
        np.testing.assert_array_equal(layer, model.state["cell.attraction"][code][::-1].T)


def test_a_cell_holds_its_premises_and_their_shops_at_any_time(fresh):
    shop = fresh.agents_by_type[Shop].to_list()[0]
    cell, premises = shop.cell, shop.premises
    assert cell.coordinate == shop.pos == premises.pos
    assert shop in cell.agents and premises in cell.agents
    shop.close()
    assert shop not in cell.agents and premises in cell.agents
    newcomer = premises.let()
    assert newcomer in cell.agents
    everyone = [a for c in fresh.grid for a in c.agents]
    assert set(everyone) == set(fresh.agents) and len(everyone) == len(fresh.agents)
    assert set(fresh.grid.agents) == set(fresh.agents)


def test_cells_where_nobody_can_be_are_empty(model):
    premises = [a for c in model.grid for a in c.agents if isinstance(a, Premises)]
    assert len(premises) == model.state["cell.premises"].sum()
    tables = ("premises", "youth", "entrepreneur", "official", "third_place")
    used = {model.position_of(c) for t in tables for c in model.state[f"{t}.cell_row"].tolist()}
    for cell in model.grid:
        assert cell.empty == (cell.coordinate not in used)
        assert cell.is_empty == (not cell.agents)
        assert cell.is_empty or not cell.empty
    assert model.grid.select_random_empty_cell().is_empty


def test_neighbours_are_the_eight_around(model):
    centre = model.grid[10, 10]
    near = {c.coordinate for c in centre.neighborhood}
    assert near == {(x, y) for x in (9, 10, 11) for y in (9, 10, 11)} - {(10, 10)}
    assert len(centre.get_neighborhood(radius=2, include_center=True)) == 25
    assert len(model.grid[0, 0].neighborhood) == 3
    in_centre = model.agents_by_type[Shop].select(lambda s: s.zone == "town_centre")
    around = in_centre.to_list()[0].cell.neighborhood
    assert set(around.agents) == {a for c in around for a in c.agents} != set()


def test_agents_of_a_users_own_walk_on_the_grid(fresh):
    class Walker(CellAgent):
        pass

    walker = Walker(fresh)
    walker.move_to(fresh.grid.select_random_empty_cell())
    assert not walker.cell.is_empty and not walker.cell.empty
    start = walker.cell
    walker.move_relative((0, 1) if start.coordinate[1] < 19 else (0, -1))
    assert walker in walker.cell.agents and start.is_empty
    walker.remove()
    assert walker not in fresh.agents


def test_two_models_have_grids_of_their_own(model, fresh):
    assert not np.shares_memory(model.grid.residents.data, fresh.grid.residents.data)
    fresh.grid[0, 0].residents = 99
    assert model.grid[0, 0].residents != 99


def test_a_plain_mesa_model_knows_nothing_of_ours(fresh):
    """Cells of the model register nothing globally."""
    assert fresh.grid is not None
    grid = OrthogonalMooreGrid((3, 3), random=mesa.Model(rng=1).random)
    assert not hasattr(grid[0, 0], "residents") and len(grid[1, 1].neighborhood) == 8
