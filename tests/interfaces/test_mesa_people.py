"""Youth, entrepreneurs with their projects, officials and third places as Mesa agents."""

import copy
import pickle

import numpy as np
import pytest

from sim.errors import InputError
from sim.interventions import load_intervention
from sim.mesa_face.agents import KINDS, Entrepreneur, Official, Premises, Shop, ThirdPlace, Youth
from sim.mesa_face.columns import Column, Relation
from sim.mesa_face.model import TerritoryModel
from sim.registry.variables import VARIABLES
from tests.reference.mesa_towns import first, town_with_cluster

pytestmark = pytest.mark.filterwarnings("error")

SHOWN_OTHERWISE = {
    "id": "unique_id",
    "cell_row": "pos",
    "neighbour": "acquaintances",
    "role": "role_in",
    "queue_next": "next_in_queue",
    "premises_row": "premises",
    "weight": "ecological",
}
NOT_SHOWN = {"seen", "seen_change", "seen_around", "known_by", "known_by_end", "was_open"}
"""Last month as seen by others, which the arrays keep for one process."""

all_kinds = pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)


@pytest.fixture(scope="module")
def ran():
    """A town whose cluster has been open for two years, for read-only tests."""
    return town_with_cluster()


@pytest.fixture
def model(ran):
    return copy.deepcopy(ran)


@all_kinds
def test_every_array_of_a_table_is_an_attribute(kind):
    if kind is Shop:
        return  # shares its table with premises
    for variable in VARIABLES.values():
        if variable.entity == kind.table and variable.quantity not in NOT_SHOWN:
            name = SHOWN_OTHERWISE.get(variable.quantity, variable.quantity)
            assert hasattr(kind, name), variable.name


@all_kinds
def test_a_set_reads_the_same_values_as_its_agents(ran, kind):
    agents = ran.agents_by_type[kind].select(at_most=300)
    assert len(agents)
    for name in dir(kind):
        if isinstance(getattr(kind, name), Column):
            assert agents.get(name) == [getattr(agent, name) for agent in agents], name


def test_questions_about_everybody_make_no_agents():
    model = TerritoryModel(rng=7, interventions="transition_cluster")
    model.run_for(30)
    youth, holders = model.agents_by_type[Youth], model.agents_by_type[Entrepreneur]
    share = youth.agg("is_active", np.mean)
    assert share == pytest.approx(model.indicators["participation"].iloc[-1])
    running = holders.groupby("stage").count()["running"]
    assert running == model.indicators["running_projects"].iloc[-1]
    assert youth.groupby("zone").agg("age", min).keys() <= {
        "town_centre",
        "periphery",
        "neighbourhoods",
    }
    assert 0 <= model.agents_by_type[Official].agg("trust", np.mean) <= 1
    assert model.agents_by_type[ThirdPlace].agg("users", sum) > 0
    assert len(model.agents.select(agent_type=Youth)) == len(youth)
    assert not model.handles.made


def test_codes_are_shown_as_words(ran):
    holders = ran.agents_by_type[Entrepreneur]
    assert set(holders.get("stage")) == {
        "latent",
        "idea",
        "in_review",
        "incubating",
        "running",
        "ended",
    }
    with_project = holders.select(lambda e: e.has_project)
    assert set(with_project.get("kind")) > {"service", "culture"}
    assert set(with_project.get("origin")) == {"resident", "youth", "entrepreneur", "official"}
    assert first(ran, ThirdPlace).kind == "living_lab"
    assert set(ran.agents_by_type[Youth].get("event")) <= {"none", "left", "arrived", "turned_30"}
    for holder in with_project.select(at_most=50):
        parts = (holder.economic, holder.ecological, holder.social, holder.cultural)
        assert sum(parts) == pytest.approx(1, abs=1e-5)


def test_no_two_agents_ever_have_the_same_id():
    model = TerritoryModel(rng=5, interventions="transition_cluster", leaving_rate=0.4)
    known = {}
    for _ in range(24):
        model.step()
        ids, types = model.agents.get("unique_id"), model.agents.map(type)
        assert len(set(ids)) == len(ids)
        for number, kind in zip(ids, types, strict=True):
            assert known.setdefault(number, kind) is kind
    place = np.flatnonzero(model.state["youth.tenancy"] > model.state["youth.tenancy"].min())
    assert place.size


def test_a_youth_with_a_role_counts_in_the_team(ran):
    in_teams = {}
    for youth in ran.agents_by_type[Youth].select(lambda y: y.role_in is not None):
        in_teams[youth.role_in] = in_teams.get(youth.role_in, 0) + 1
    assert in_teams
    for holder, count in in_teams.items():
        assert isinstance(holder, Entrepreneur) and holder.team == count


def test_a_shop_run_as_a_project_knows_its_holder(ran):
    shops = ran.agents_by_type[Shop].select(lambda s: s.operator is not None)
    assert len(shops)
    for shop in shops:
        assert shop.operator.premises is shop.premises
        assert shop.operator.stage == "running"
    assert len(ran.agents_by_type[Entrepreneur].select(lambda e: e.premises is not None)) == len(
        shops
    )


def test_relations_lead_to_agents_of_the_model_and_cannot_be_set(ran):
    youth = first(ran, Youth, lambda y: y.third_place is not None)
    assert youth.third_place in ran.agents_by_type[ThirdPlace]
    assert all(isinstance(y, Youth) and y is not youth for y in youth.acquaintances)
    assert youth in youth.cell.agents and youth.cell.coordinate == youth.pos
    for kind in KINDS:
        for name in dir(kind):
            if isinstance(getattr(kind, name), Relation):
                with pytest.raises(AttributeError, match=f"{name} follows from the model"):
                    setattr(first(ran, kind), name, None)


def test_visitors_of_places_are_the_people_present_there(ran):
    there = set()
    for place in ran.agents_by_type[ThirdPlace]:
        visitors = place.visitors()
        assert len(visitors) == place.users
        assert len(visitors.select(agent_type=Entrepreneur)) == place.holders
        assert all(v.third_place is place and v.at_place for v in visitors)
        there |= set(visitors)
    people = ran.agents.select(lambda a: getattr(a, "at_place", False))
    assert there and set(people) == there


@all_kinds
def test_agents_are_not_constructed(ran, kind):
    with pytest.raises(TypeError, match="cannot be constructed: take agents from"):
        kind(ran)


@pytest.mark.parametrize(
    ("kind", "attribute", "value", "message"),
    [
        (Official, "trust", 1.5, "trust must be a finite number from 0 to 1, not 1.5"),
        (Youth, "age", 400, "age must be a finite number from 180 to 359, not 400"),
        (Youth, "is_active", 1, "is_active must be True or False, not 1"),
        (ThirdPlace, "seats", 2.5, "seats must be a whole number, not 2.5"),
    ],
)
def test_values_that_make_no_sense_are_refused(ran, kind, attribute, value, message):
    agent = first(ran, kind)
    before = getattr(agent, attribute)
    with pytest.raises(ValueError, match=message):
        setattr(agent, attribute, value)
    assert getattr(agent, attribute) == before


@pytest.mark.parametrize("attribute", ["stage", "kind", "team", "ecological", "unique_id"])
def test_computed_attributes_cannot_be_set(ran, attribute):
    with pytest.raises(AttributeError):
        setattr(first(ran, Entrepreneur), attribute, 1)


def test_a_value_set_for_many_is_written_to_each_table_of_theirs(model):
    people = model.agents.select(agent_type=Official) | model.agents.select(agent_type=Entrepreneur)
    people.set("openness", 0.25)
    for table in ("official", "entrepreneur"):
        assert (model.state[f"{table}.openness"] == 0.25).all()


@pytest.mark.parametrize(
    "twin_of", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))], ids=["deepcopy", "pickle"]
)
def test_a_copy_of_a_town_with_a_cluster_goes_on_as_its_original_would(model, twin_of):
    youth = first(model, Youth)
    youth.nickname = "first"
    twin = twin_of(model)
    assert first(twin, Youth).nickname == "first" and first(twin, Youth) is not youth
    for m in (model, twin):
        m.run_for(9)
    assert all(model.state[n].tobytes() == twin.state[n].tobytes() for n in model.state)
    assert model.ledger.equals(twin.ledger)


def test_interventions_are_given_by_name_or_as_objects():
    cluster, relief = load_intervention("transition_cluster"), load_intervention("rent_relief")
    ways = ["transition_cluster", cluster, [cluster], ("transition_cluster",)]
    models = [TerritoryModel(rng=3, interventions=given) for given in ways]
    for model in models:
        model.run_for(18)
    states = [b"".join(a.tobytes() for a in m.state.values()) for m in models]
    assert len(set(states)) == 1
    both = TerritoryModel(
        rng=3,
        interventions=["transition_cluster", relief],
        cluster_size=25,
        existing_third_places="",
    )
    assert [i.name for i in both.simulation.scenario.interventions] == [
        "transition_cluster",
        "rent_relief",
    ]
    both.run_for(18)
    assert both.agents_by_type[ThirdPlace].agg("seats", sum) == 25
    assert set(both.ledger["account"]) == {"transition_cluster", "rent_relief"}
    alone = TerritoryModel(rng=3, existing_third_places="")
    assert not len(alone.agents_by_type[ThirdPlace])


def test_an_unknown_intervention_is_named_with_the_nearest_one():
    with pytest.raises(InputError, match="Did you mean 'transition_cluster'"):
        TerritoryModel(interventions="transition_clusters")


def test_a_viewers_reset_keeps_the_interventions(ran):
    again = TerritoryModel(scenario=type(ran.scenario)(), rng="7")
    assert [i.name for i in again.simulation.scenario.interventions] == ["transition_cluster"]


def test_everybody_is_in_the_cell_they_live_or_work_in(ran):
    official, premises = first(ran, Official), first(ran, Premises)
    assert official in official.cell.agents and premises in premises.cell.agents
    assert sum(len(cell.agents) for cell in ran.grid) == len(ran.agents)
