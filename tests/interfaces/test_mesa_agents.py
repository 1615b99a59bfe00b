"""Premises and shops as Mesa agents."""

import numpy as np
import pytest

from sim.mesa_face.agents import Premises, Shop, ShopClosedError
from sim.mesa_face.model import TerritoryModel
from sim.registry.variables import VARIABLES
from sim.scenario.scenario import load_scenario

pytestmark = pytest.mark.filterwarnings("error")

LIFE = ("is_open", "event", "tenancy", "shop_age", "months_vacant", "quality")
"""Attributes that only random draws determine if margins have no effect."""


@pytest.fixture
def model():
    made = TerritoryModel(rng=7)
    made.run_for(6)
    return made


@pytest.fixture
def shop(model):
    return model.agents_by_type[Shop].to_list()[100]


@pytest.fixture
def vacant(model):
    return next(p for p in model.agents_by_type[Premises] if not p.is_open)


def test_every_array_of_the_premises_is_an_attribute(model):
    hidden = {"id", "cell_row"}  # shown as unique_id and as pos
    for variable in VARIABLES.values():
        if variable.entity == "premises" and variable.quantity not in hidden:
            assert hasattr(Premises, variable.quantity), variable.name


def test_attributes_are_plain_python_values_of_the_row(model, shop):
    state, row = model.state, shop.row
    assert type(shop.revenue) is float and shop.revenue == float(state["premises.revenue"][row])
    assert type(shop.shop_age) is int and shop.shop_age == state["premises.shop_age"][row]
    assert (
        shop.sector == ("convenience", "comparison", "hospitality")[state["premises.sector"][row]]
    )
    assert shop.zone == ("town_centre", "periphery", "neighbourhoods")[state["premises.zone"][row]]
    assert shop.is_open is True and shop.premises.is_open is True


def test_setting_an_attribute_writes_its_row_and_no_other(model, shop):
    before = model.state["premises.rent"].copy()
    shop.rent = 1234.5
    before[shop.row] = 1234.5
    np.testing.assert_array_equal(model.state["premises.rent"], before)


def test_a_changed_sector_or_floor_area_affects_the_month(model, shop):
    shop.sector = "comparison"
    assert model.state["premises.sector"][shop.row] == 1
    shop.floor_area = 200
    elasticity = model.simulation.values["floor_area_elasticity"]
    assert shop.size_attraction == pytest.approx(200**elasticity)


@pytest.mark.parametrize(
    ("attribute", "value", "message"),
    [
        ("rent", -1.0, "rent must be a finite number from 0"),
        ("rent", float("nan"), "rent must be a finite number"),
        ("fixed_costs", 0.0, "fixed_costs must be a finite number above 0"),
        ("reserves", "many", "reserves must be a number"),
        ("shop_age", 2.5, "shop_age must be a whole number"),
        ("sector", "hospitalty", "Did you mean 'hospitality'"),
    ],
)
def test_values_that_make_no_sense_are_refused(shop, attribute, value, message):
    before = getattr(shop, attribute)
    with pytest.raises(ValueError, match=message):
        setattr(shop, attribute, value)
    assert getattr(shop, attribute) == before


@pytest.mark.parametrize("attribute", ["revenue", "zone", "tenancy", "unique_id", "pos", "cell"])
def test_attributes_computed_by_the_model_cannot_be_set(shop, attribute):
    with pytest.raises(AttributeError):
        setattr(shop, attribute, 1)


def test_ids_are_unique_and_change_with_each_occupant(model, shop):
    n = len(model.agents_by_type[Premises])
    ids = model.agents.get("unique_id")
    assert len(set(ids)) == len(ids)
    assert shop.unique_id == n * shop.tenancy + shop.premises.unique_id
    premises, first = shop.premises, shop.unique_id
    shop.close()
    assert premises.let().unique_id == first + n


def test_the_same_agent_is_always_the_same_object(model, shop):
    assert shop.premises.shop is shop
    assert model.agents_by_type[Shop].to_list()[100] is shop
    shop.nickname = "corner shop"
    assert shop.premises.shop.nickname == "corner shop"


def test_a_shop_closed_by_hand_looks_like_one_that_closed_by_itself(model, shop):
    while not (closed := model.agents_by_type[Premises].select(lambda p: p.event == "closed")):
        model.step()
    by_itself = closed.to_list()[0]
    premises = model.agents_by_type[Shop].to_list()[50].premises
    premises.shop.close()
    looks = ("is_open", "event", "shop_age", "months_vacant", "quality", "reserves")
    assert [getattr(premises, a) for a in looks] == [getattr(by_itself, a) for a in looks]
    assert premises.revenue == 0.0 and premises.shop is None


def test_premises_let_by_hand_look_like_those_that_were_relet(model, vacant):
    relet = next(p for p in _run_until_relet(model) if p.event == "relet")
    vacant = next(p for p in model.agents_by_type[Premises] if not p.is_open)
    tenancy = vacant.tenancy
    shop = vacant.let(quality=1.1)
    looks = ("is_open", "event", "shop_age", "months_vacant", "reserves")
    assert [getattr(vacant, a) for a in looks] == [getattr(relet, a) for a in looks]
    assert (shop.tenancy, shop.quality) == (tenancy + 1, pytest.approx(1.1))


def _run_until_relet(model):
    while not (model.state["premises.event"] == 2).any():
        model.step()
    return model.agents_by_type[Premises]


def test_a_closed_shop_raises_instead_of_showing_the_next_occupant(model, shop):
    premises, place, key = shop.premises, shop.pos, shop.unique_id
    shop.close()
    newcomer = premises.let()
    assert shop not in model.agents and newcomer in model.agents
    for attribute in ("revenue", "sector", "tenancy"):
        with pytest.raises(ShopClosedError, match=f"shop {key} has closed"):
            getattr(shop, attribute)
    with pytest.raises(ShopClosedError):
        shop.rent = 1.0
    with pytest.raises(ShopClosedError):
        shop.close()
    shop.remove()  # as in Mesa, removing twice is harmless
    assert newcomer.is_open
    assert (shop.is_open, shop.pos, shop.premises) == (False, place, premises)
    assert "closed" in repr(shop)


def test_shops_that_close_during_a_run_leave_their_sets(model):
    shops = model.agents_by_type[Shop].copy()
    watched = shops.to_list()
    model.run_for(24)
    survivors = [s for s in watched if s.is_open]
    assert 0 < len(survivors) < len(watched)
    assert shops.to_list() == survivors


def test_a_successor_is_another_shop_than_the_one_before():
    scenario = load_scenario("mid_sized_town").replace(succession_share=0.9, closure_rate=0.3)
    model = TerritoryModel(scenario, rng=7)
    before = model.agents_by_type[Shop].to_list()
    model.step()
    premises = next(p for p in model.agents_by_type[Premises] if p.event == "succeeded")
    closed = next(shop for shop in before if shop.premises is premises)
    assert not closed.is_open and closed not in model.agents
    assert premises.is_open and premises.shop in model.agents
    assert premises.shop.unique_id == closed.unique_id + len(model.agents_by_type[Premises])
    with pytest.raises(ShopClosedError):
        closed.rent = 1.0


def test_premises_are_permanent(model, vacant):
    for remove in (vacant.remove, lambda: model.deregister_agent(vacant), model.remove_all_agents):
        with pytest.raises(TypeError, match="permanent"):
            remove()


@pytest.mark.parametrize("kind", [Shop, Premises])
def test_agents_are_not_constructed(model, kind):
    for construct in (lambda: kind(model), lambda: kind.create_agents(model, 2)):
        with pytest.raises(TypeError, match="cannot be constructed"):
            construct()


def test_open_premises_cannot_be_let_again(shop):
    with pytest.raises(ValueError, match="cannot be let"):
        shop.premises.let()


def test_an_impossible_quality_leaves_the_premises_vacant(vacant):
    with pytest.raises(ValueError, match="quality"):
        vacant.let(quality=0.0)
    assert vacant.shop is None


def test_closing_one_shop_by_hand_changes_no_draw_of_any_other():
    """Without feedbacks, all other histories stay the same byte for byte."""
    shops = {"with_margins": False, "with_neighbours": False, "with_rent": False}
    people = {"with_prospects": False, "with_emptying": False, "with_tax_base": False}
    still = shops | people
    left, right = (TerritoryModel(rng=11, **still) for _ in range(2))
    for model in (left, right):
        model.run_for(3)
    shop = right.agents_by_type[Shop].sort("unique_id").to_list()[0]
    shop.close()
    for model in (left, right):
        model.run_for(1)
    assert left.state["premises.revenue"].tobytes() != right.state["premises.revenue"].tobytes()
    for model in (left, right):
        model.run_for(59)
    others = np.arange(len(left.agents_by_type[Premises])) != shop.row
    for quantity in LIFE:
        one, two = (m.state[f"premises.{quantity}"][others] for m in (left, right))
        assert one.tobytes() == two.tobytes(), quantity


def test_a_month_without_looking_makes_no_agents_and_no_grid(model):
    assert not model.handles.made
    assert "grid" not in vars(model)
    assert model.agents_by_type[Shop].agg("revenue", sum) > 0
    assert not model.handles.made
