"""The territory as a Mesa model: creation, steps, records, copies, batch runs."""

import copy
import gc
import multiprocessing
import pickle
import re
import subprocess
import sys
import weakref
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest
from mesa.experimental.scenarios import Scenario as MesaScenario

from sim.errors import InputError
from sim.mesa_face.agents import Premises, Shop
from sim.mesa_face.model import IndicatorCollector, TerritoryModel
from sim.mesa_face.premises import PremisesRow
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation

pytestmark = pytest.mark.filterwarnings("error")

SOURCE = Path(__file__).parents[2] / "sim"


def same_state(one, other):
    return all(one.state[n].tobytes() == other.state[n].tobytes() for n in one.state)


@pytest.mark.parametrize(
    "scenario",
    [None, "mid_sized_town", load_scenario("mid_sized_town"), MesaScenario(rng=None)],
    ids=["none", "name", "scenario", "of Mesa"],
)
def test_a_model_is_a_simulation_of_the_same_scenario_and_seed(scenario):
    model = TerritoryModel(scenario, rng=7)
    plain = Simulation(load_scenario("mid_sized_town"), seed=7)
    model.run_for(3)
    plain.run(3)
    assert same_state(model, plain)
    pd.testing.assert_frame_equal(model.indicators, plain.indicators)


def test_a_model_is_made_from_a_scenario_file(tmp_path):
    file = tmp_path / "hamlet.toml"
    file.write_text('inherits = "mid_sized_town"\n[territory]\npopulation = 9000\n')
    assert TerritoryModel(file, rng=1).scenario.population == 9000


def test_parameters_are_given_by_keyword():
    model = TerritoryModel(online_share_2030=0.25, closure_rate=np.float64(0.08), rng=7)
    assert model.simulation.values["online_share_2030"] == 0.25
    assert model.simulation.values["closure_rate"] == 0.08


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"online_shar_2030": 0.2}, "Did you mean 'online_share_2030'"),
        ({"closure_rate": -1.0}, "closure_rate"),
        ({"scenario": "mid_size_town"}, "Did you mean 'mid_sized_town'"),
        ({"scenario": MesaScenario(rng=1, closure_rat=0.1)}, "Did you mean 'closure_rate'"),
        ({"rng": -1}, "rng = -1 is out of range"),
        ({"rng": 2**63}, "out of range"),
        ({"rng": 1.5}, "rng = 1.5 is not a whole number"),
        ({"rng": True}, "rng = True is not"),
        ({"rng": "seven"}, "rng = 'seven' is not"),
        ({"rng": []}, "is not a whole number"),
        ({"rng": 1, "scenario": MesaScenario(rng=2)}, "rng = 1 differs"),
    ],
)
def test_invalid_input_gives_one_sentence(wrong, message):
    with pytest.raises(InputError, match=re.escape(message)):
        TerritoryModel(**wrong)


@pytest.mark.parametrize("rng", [7, np.int64(7), np.uint8(7), "7", MesaScenario(rng=7)])
def test_a_whole_number_is_the_seed_itself(rng):
    if isinstance(rng, MesaScenario):
        assert TerritoryModel(rng).seed == 7
    else:
        assert TerritoryModel(rng=rng).seed == 7


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.random.SeedSequence(5),
        lambda: np.random.default_rng(5),
        lambda: np.random.PCG64(5),
        lambda: [5, 6],
        lambda: np.random.SeedSequence(5).spawn(2)[1],
    ],
    ids=["SeedSequence", "Generator", "BitGenerator", "sequence", "spawned"],
)
def test_other_types_of_rng_give_the_same_seed_each_time(make):
    seeds = {TerritoryModel(rng=make()).seed for _ in range(2)}
    assert len(seeds) == 1 and seeds.isdisjoint({5, 7})


def test_without_a_seed_each_run_differs_and_can_be_repeated():
    one, other = TerritoryModel(), TerritoryModel()
    assert one.seed != other.seed
    again = TerritoryModel(rng=one.seed)
    for model in (one, other, again):
        model.run_for(2)
    assert same_state(one, again) and not same_state(one, other)


def test_random_numbers_of_user_code_never_affect_the_model():
    calm, busy = TerritoryModel(rng=7), TerritoryModel(rng=7)
    for _ in range(3):
        busy.rng.random(100)
        busy.agents.shuffle_do("step")
        for model in (calm, busy):
            model.step()
    assert same_state(calm, busy)


def test_steps_and_run_for_are_the_same_months():
    stepped, ran = TerritoryModel(rng=7), TerritoryModel(rng=7)
    for _ in range(12):
        stepped.step()
    ran.run_for(12)
    assert same_state(stepped, ran)
    assert (ran.time, ran.steps, ran.simulation.month) == (12.0, 12, 12)
    assert ran.date == pd.Timestamp(ran.simulation.values["start_year"], 12, 1).date()


def test_a_model_runs_until_the_scenario_ends():
    model = TerritoryModel(months=5, rng=7)
    model.run_model()
    assert model.time == 5 and not model.running


def test_the_data_collector_shows_every_indicator_of_every_month():
    model = TerritoryModel(rng=7)
    assert model.datacollector.get_model_vars_dataframe().empty
    model.run_for(6)
    frame = model.datacollector.get_model_vars_dataframe()
    pd.testing.assert_frame_equal(frame, model.indicators.drop(columns="date"))


def test_user_reporters_add_to_the_indicators():
    model = TerritoryModel(rng=7)
    model.run_for(3)
    model.datacollector = IndicatorCollector(
        model.simulation,
        model_reporters={"month": "time"},
        agenttype_reporters={Shop: {"revenue": "revenue"}},
    )
    model.run_for(2)
    frame = model.datacollector.get_model_vars_dataframe()
    assert frame["month"].tolist() == [4.0, 5.0]
    assert frame["open_shops"].tolist() == model.indicators["open_shops"].tolist()[3:]
    revenue = model.datacollector.get_agenttype_vars_dataframe(Shop)
    assert revenue.loc[5.0, "revenue"].tolist() == model.agents_by_type[Shop].get("revenue")


def test_a_data_collector_of_mesas_own_works_too():
    model = TerritoryModel(rng=7)
    model.datacollector = mesa.DataCollector(
        model_reporters={"shops": lambda m: len(m.agents_by_type[Shop])},
        agent_reporters={"place": "pos"},
    )
    model.run_for(2)
    shops = model.datacollector.get_model_vars_dataframe()["shops"].tolist()
    assert shops == model.indicators["open_shops"].tolist()
    assert len(model.datacollector.get_agent_vars_dataframe().loc[2.0]) == len(model.agents)


def test_a_subclass_can_add_attributes():
    class Watched(TerritoryModel):
        def __init__(self, scenario=None, *, rng=None, **parameters):
            super().__init__(scenario, rng=rng, **parameters)
            self.seen = []

        def step(self):
            super().step()
            self.seen.append(len(self.agents_by_type[Shop]))

    model = Watched(rng=7, months=4)
    model.run_model()
    assert model.seen == model.indicators["open_shops"].tolist()


@pytest.mark.parametrize(
    "twin_of", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"]
)
@pytest.mark.parametrize("looked_at", [False, True])
def test_a_copy_goes_on_as_its_original_would_and_shares_nothing_with_it(twin_of, looked_at):
    model = TerritoryModel(rng=7)
    model.run_for(3)
    if looked_at:
        shop = model.agents_by_type[Shop].to_list()[0]
        shop.nickname = "first"
        assert model.grid.residents is not None and shop.cell is not None
    twin = twin_of(model)
    shops = twin.agents_by_type[Shop]
    assert all(s.model is twin for s in shops)
    assert twin.scenario.model is twin and twin.scenario.rng == 7
    if looked_at:
        assert shops.to_list()[0].nickname == "first"
        assert np.shares_memory(twin.grid.footfall.data, twin.state["cell.footfall"])
    months = [m.run_for(9) or m for m in (model, twin)]
    assert same_state(*months)
    assert twin.time == 12 and len(twin.datacollector.get_model_vars_dataframe()) == 12
    twin.agents_by_type[Shop].to_list()[5].rent = 1.0
    assert not same_state(*months)


def test_the_scenario_is_known_to_mesa_and_makes_another_of_its_kind():
    model = TerritoryModel(population=30_000, rng=7)
    assert isinstance(model.scenario, MesaScenario)
    assert (model.scenario.population, model.scenario.rng) == (30_000, 7)
    assert model.agents.to_list()[0].scenario is model.scenario
    again = TerritoryModel(type(model.scenario)(closure_rate=0.05), rng=7)
    values = again.simulation.values
    assert (values["population"], values["closure_rate"]) == (30_000, 0.05)
    with pytest.raises(ValueError, match="Cannot change scenario"):
        model.scenario.closure_rate = 0.5


def test_premises_and_shops_come_and_go_by_mesas_names():
    model = TerritoryModel(rng=7)
    shops, premises = model.agents_by_type[Shop], model.agents_by_type[Premises]
    n_open, n_all = len(shops), len(premises)
    assert len(model.agents.select(agent_type=PremisesRow)) == n_open + n_all
    shops.to_list()[0].remove()
    assert (len(shops), len(premises)) == (n_open - 1, n_all)
    premises.select(lambda p: not p.is_open).to_list()[0].let()
    assert len(shops) == n_open
    with pytest.raises(AttributeError):
        model.agents = []


@pytest.fixture
def start_method():
    """`mesa.batch_run` sets it for the whole process."""
    before = multiprocessing.get_start_method(allow_none=True)
    yield
    multiprocessing.set_start_method(before, force=True)


@pytest.mark.corpus
def test_batch_runs_give_the_same_rows_in_one_process_and_in_two(start_method):
    town = {"population": 9000, "spin_up": 0, "months": 4}
    design = {**town, "online_share_2030": [0.1, 0.3]}
    rows = [
        mesa.batch_run(
            TerritoryModel,
            design,
            rng=[1, np.int64(2)],
            number_processes=n,
            data_collection_period=1,
            display_progress=False,
        )
        for n in (1, 2)
    ]
    one, two = (
        pd.DataFrame(r).sort_values(["RunId", "Step"], ignore_index=True).drop(columns="rng")
        for r in rows
    )
    pd.testing.assert_frame_equal(one, two)
    assert len(one) == 2 * 2 * 4
    run = TerritoryModel(**town, online_share_2030=0.3, rng=1)
    run.run_model()
    cell = one[(one["online_share_2030"] == 0.3) & (one["iteration"] == 0)]
    assert cell["open_shops"].tolist() == run.indicators["open_shops"].tolist()


def test_batch_runs_go_over_scenarios_and_end_with_the_last_month(start_method):
    town = load_scenario("mid_sized_town")
    rows = mesa.batch_run(
        TerritoryModel,
        {
            "scenario": [town, town.replace(population=20_000)],
            "months": 3,
            "with_demography": False,
            "with_youth_moves": False,
        },
        rng=1,
        display_progress=False,
    )
    assert [(r["Step"], r["residents"]) for r in rows] == [(3, 50_000), (3, 20_000)]


@pytest.mark.slow
def test_nothing_keeps_a_model_alive_that_nobody_uses():
    model = TerritoryModel(rng=7)
    model.run_for(2)
    shop = model.agents_by_type[Shop].to_list()[0]
    cell = shop.cell
    assert cell.neighborhood.agents and cell.get_neighborhood(2) and model.grid.all_cells.cells
    assert model.grid.select_random_empty_cell().is_empty
    assert not model.datacollector.get_model_vars_dataframe().empty
    copied = copy.deepcopy(model)
    watched = (model, shop, type(cell), model.grid, model.state, type(model.scenario), copied)
    dead = [weakref.ref(o) for o in watched]
    del model, shop, cell, copied, watched
    gc.collect()
    assert [ref() for ref in dead] == [None] * len(dead)


@pytest.mark.slow
def test_only_the_mesa_face_imports_mesa():
    """Importing Mesa takes longer than twenty simulated years."""
    face = {"row_agent.py", "agent_sets.py", "grid.py", "model.py"}
    importing = re.compile(r"^\s*(import|from) mesa\b", re.MULTILINE)
    found = {p.name for p in SOURCE.rglob("*.py") if importing.search(p.read_text())}
    assert found == face
    loaded = "import sys, sim.simulation.simulation; sys.exit('mesa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0
