"""Sets over the arrays behave like Mesa's `AgentSet` with ordinary agents of the same values."""

import operator
import statistics
from random import Random

import mesa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mesa.agentset import AgentSet, GroupBy

from sim.mesa_face.agents import KINDS, Premises, RowAgent, Shop
from sim.mesa_face.columns import Column
from sim.mesa_face.model import TerritoryModel

pytestmark = pytest.mark.filterwarnings("error")


class Ordinary(mesa.Agent):
    """An agent as in Mesa's tutorials, with the values of one of the model's."""

    def __init__(self, model, twin):
        super().__init__(model)
        self.unique_id = twin.unique_id
        self.is_open = twin.is_open
        for name in dir(type(twin)):
            if isinstance(getattr(type(twin), name), Column):
                setattr(self, name, getattr(twin, name))

    def raise_rent(self, factor, more=0.0):
        self.rent = self.rent * factor + more
        return self.unique_id


class OrdinaryPremises(Ordinary):
    pass


class OrdinaryShop(Ordinary):
    pass


TWIN = {Premises: OrdinaryPremises, Shop: OrdinaryShop}


def raise_rent(agent, factor, more=0.0):
    agent.rent = agent.rent * factor + more
    return agent.unique_id


def make_pair(kinds=(Shop,)):
    """A set of the model and Mesa's set of its twins, with equal generators."""
    model, plain_model = TerritoryModel(rng=3), mesa.Model(rng=3)
    ours = model.agents.select(lambda a: isinstance(a, kinds))
    twins = [TWIN[type(a)](plain_model, a) for a in ours]
    ours.random = Random(5)
    return ours, AgentSet(twins, random=Random(5)), model, plain_model


@pytest.fixture(scope="module")
def shared_pair():
    """For calls that change nothing."""
    return make_pair()


def plainly(answer):
    """A result in comparable form."""
    if isinstance(answer, (AgentSet, GroupBy)) or hasattr(answer, "shuffle_do"):
        if isinstance(answer, GroupBy):
            return [(name, plainly(group)) for name, group in answer]
        return [agent.unique_id for agent in answer]
    if isinstance(answer, list):
        return [plainly(a) for a in answer]
    if isinstance(answer, (mesa.Agent, RowAgent)):
        return answer.unique_id
    if isinstance(answer, dict):
        return {k: plainly(v) for k, v in answer.items()}
    return answer


ASKING = {
    "len": len,
    "list": list,
    "to_list": lambda s: s.to_list(),
    "bool": bool,
    "contains": lambda s: s.to_list()[3] in s,
    "does not contain": lambda s: 3 in s,
    "slice": lambda s: s.to_list()[5:9],
    "get": lambda s: s.get("revenue"),
    "get an id": lambda s: s.get("unique_id"),
    "get a word": lambda s: s.get("sector"),
    "get a flag": lambda s: s.get("is_open"),
    "get several": lambda s: s.get(["sector", "shop_age", "is_open"]),
    "get none": lambda s: s.get([]),
    "get what is missing": lambda s: s.get("colour", "default", "green"),
    "get some missing": lambda s: s.get(["rent", "colour"], "default"),
    "agg sum": lambda s: s.agg("revenue", sum),
    "agg sum of whole numbers": lambda s: s.agg("shop_age", sum),
    "agg several": lambda s: s.agg("shop_age", [min, max, sum, len, np.mean, np.median]),
    "agg a word": lambda s: s.agg("sector", [min, max, len]),
    "agg a flag": lambda s: s.agg("is_open", [sum, min, any]),
    "agg of a list": lambda s: s.agg("shop_age", lambda ages: ages.count(0)),
    "agg by the library": lambda s: s.agg("margin", statistics.median),
    "agg an iterable": lambda s: s.agg("rent", iter([max, min])),
    "select all": lambda s: s.select(),
    "select": lambda s: s.select(lambda a: a.margin < 0),
    "select none": lambda s: s.select(lambda a: False),
    "select a few": lambda s: s.select(at_most=7),
    "select nobody": lambda s: s.select(at_most=0),
    "select half": lambda s: s.select(at_most=0.5),
    "select the whole": lambda s: s.select(at_most=1.0),
    "select one": lambda s: s.select(at_most=1),
    "select a share of all": lambda s: s.select(lambda a: a.sector == "comparison", at_most=0.1),
    "select too many": lambda s: s.select(at_most=10**9),
    "select a type": lambda s: s.select(agent_type=mesa.Agent),
    "select another type": lambda s: s.select(agent_type=str),
    "groupby": lambda s: s.groupby("sector"),
    "groupby a number": lambda s: s.groupby("tenancy"),
    "groupby lists": lambda s: s.groupby("zone", result_type="list"),
    "groupby a function": lambda s: s.groupby(lambda a: a.shop_age // 12),
    "groupby count": lambda s: s.groupby("zone").count(),
    "groupby agg": lambda s: s.groupby("sector").agg("revenue", max),
    "groupby agg of lists": lambda s: s.groupby("sector", "list").agg("shop_age", sum),
    "groupby map": lambda s: s.groupby("sector").map(len),
    "groupby map a method": lambda s: s.groupby("sector").map("get", "unique_id"),
    "sort": lambda s: s.sort("revenue"),
    "sort upwards": lambda s: s.sort("revenue", ascending=True),
    "sort with ties": lambda s: s.sort("shop_age"),
    "sort upwards with ties": lambda s: s.sort("sector", ascending=True),
    "sort by a function": lambda s: s.sort(lambda a: (a.sector, -a.shop_age), ascending=True),
    "shuffle": lambda s: s.shuffle(),
    "shuffle and select": lambda s: s.shuffle().select(at_most=4),
    "map": lambda s: s.map(lambda a, x: a.shop_age + x, 3),
    "union": lambda s: s.select(at_most=5) | s.select(lambda a: a.shop_age > 100),
    "intersection": lambda s: s.select(at_most=50) & s.select(lambda a: a.shop_age > 100),
    "difference": lambda s: s - s.select(lambda a: a.shop_age > 100),
    "equality": lambda s: s == s.shuffle(),
    "subset": lambda s: s.select(at_most=9) <= s,
    "disjoint": lambda s: s.isdisjoint(s.select(at_most=1)),
}


@pytest.mark.parametrize("question", ASKING)
def test_a_question_is_answered_as_mesa_answers_it(shared_pair, question):
    ours, plain, _, _ = shared_pair
    ours.random.seed(1)
    plain.random.seed(1)
    answers = [plainly(ASKING[question](s)) for s in (ours, plain)]
    assert answers[0] == (
        pytest.approx(answers[1]) if "agg" in question and "word" not in question else answers[1]
    )


@pytest.mark.parametrize("question", [q for q in ASKING if q != "contains"])
def test_the_models_own_sets_answer_alike(shared_pair, question):
    model = shared_pair[2]
    ours, live = model.agents_by_type[Shop].copy(), model.agents_by_type[Shop]
    model.random.seed(1)
    first = plainly(ASKING[question](ours))
    model.random.seed(1)
    assert plainly(ASKING[question](live)) == first


CHANGING = {
    "select inplace": lambda s: s.select(lambda a: a.margin > 0, inplace=True),
    "sort inplace": lambda s: s.sort("revenue", inplace=True),
    "shuffle inplace": lambda s: s.shuffle(inplace=True),
    "set": lambda s: s.set("rent", 500.0),
    "do a function": lambda s: s.do(raise_rent, 2, more=1),
    "do a method": lambda s: s.do("__setattr__", "rent", 7.0),
    "shuffle_do": lambda s: s.shuffle_do(raise_rent, 3),
    "map": lambda s: s.map(raise_rent, 2),
    "groupby do": lambda s: s.groupby("sector").do("set", "rent", 9.0),
    "discard": lambda s: s.discard(s.to_list()[4]),
    "discard twice": lambda s: [s.discard(a) for a in [s.to_list()[4]] * 2],
    "remove": lambda s: s.remove(s.to_list()[0]),
    "add again": lambda s: s.add(s.to_list()[0]),
    "take out and add": lambda s: [f(a) for a in [s.to_list()[0]] for f in (s.remove, s.add)],
    "pop": lambda s: s.pop(),
    "clear": lambda s: s.clear(),
    "take away": lambda s: operator.isub(s, s.select(at_most=10)),
}


@pytest.mark.parametrize("action", CHANGING)
def test_an_action_leaves_the_same_state_as_in_mesa(action):
    ours, plain, _, _ = make_pair()
    everyone = [s.copy() if hasattr(s, "copy") else s.select() for s in (ours, plain)]
    answers = [plainly(CHANGING[action](s)) for s in (ours, plain)]
    assert answers[0] == answers[1]
    assert plainly(ours) == plainly(plain)
    assert everyone[0].get("rent") == pytest.approx(everyone[1].get("rent"))


WRONG = {
    "no such attribute": lambda s: s.get("colour"),
    "agg of no such attribute": lambda s: s.agg("colour", sum),
    "no such option": lambda s: s.get("rent", "ignore"),
    "min of nobody": lambda s: s.select(at_most=0).agg("rent", min),
    "remove a stranger": lambda s: [f(a) for a in [s.to_list()[0]] for f in (s.remove, s.remove)],
    "group by no such attribute": lambda s: s.groupby("colour"),
    "sort by no such attribute": lambda s: s.sort("colour"),
    "no such method": lambda s: s.do("dance"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_mistake_is_the_same_kind_of_error_as_in_mesa(shared_pair, mistake):
    ours, plain, _, _ = shared_pair
    raised = []
    for agents in (ours.copy(), plain.select()):
        with pytest.raises(Exception) as info:
            WRONG[mistake](agents)
        raised.append(info.type)
    assert raised[0] is raised[1]


MIXED = {
    "ids": lambda s: s.get("unique_id"),
    "shared": lambda s: s.agg("rent", [sum, max]),
    "open": lambda s: s.agg("is_open", sum),
    "one type": lambda s: s.select(agent_type=s.model_type(Shop)),
    "both sorted": lambda s: s.sort("floor_area", ascending=True),
    "both shuffled": lambda s: s.shuffle(),
    "grouped": lambda s: s.groupby("sector").count(),
    "grouped by type": lambda s: s.groupby(lambda a: isinstance(a, (Shop, OrdinaryShop))).count(),
}


@pytest.fixture(scope="module")
def mixed_pair():
    return make_pair((Premises, Shop))


@pytest.mark.parametrize("question", MIXED)
def test_sets_of_both_types_answer_as_mesa_does(mixed_pair, question):
    ours, plain, _, _ = mixed_pair
    ours.model_type, plain.model_type = lambda kind: kind, TWIN.get
    ours.random.seed(2)
    plain.random.seed(2)
    answers = [plainly(MIXED[question](s)) for s in (ours, plain)]
    assert answers[0] == (pytest.approx(answers[1]) if question == "shared" else answers[1])


STEP = st.one_of(
    st.tuples(st.just("less"), st.sampled_from(["margin", "rent"]), st.floats(-0.5, 3000)),
    st.tuples(st.just("most"), st.one_of(st.integers(0, 800), st.floats(0, 1)), st.none()),
    st.tuples(st.just("sort"), st.sampled_from(["shop_age", "sector", "rent"]), st.booleans()),
    st.tuples(st.just("shuffle"), st.none(), st.none()),
)


def follow(agents, steps):
    for step, what, how in steps:
        if step == "less":
            agents = agents.select(lambda a, what=what, how=how: getattr(a, what) < how)
        elif step == "most":
            agents = agents.select(at_most=what)
        elif step == "sort":
            agents = agents.sort(what, ascending=how)
        else:
            agents = agents.shuffle()
    return agents


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(STEP, max_size=5), seed=st.integers(0, 2**32))
def test_any_chain_of_calls_ends_with_the_same_agents_in_the_same_order(shared_pair, steps, seed):
    ours, plain, _, _ = shared_pair
    ours.random.seed(seed)
    plain.random.seed(seed)
    assert plainly(follow(ours, steps)) == plainly(follow(plain, steps))


def test_agents_that_leave_while_others_act_are_not_called(shared_pair):
    model = TerritoryModel(rng=3)
    called = []

    def close_next(shop):
        called.append(shop)
        neighbour = model.handles.at(Shop, shop.row + 1) if shop.row + 1 < 700 else None
        if neighbour is not None:
            neighbour.close()

    model.agents_by_type[Shop].do(close_next)
    assert len(called) == len(model.agents_by_type[Shop])
    assert all(shop.is_open for shop in called)


def test_a_mask_selects_without_making_agents():
    model = TerritoryModel(rng=3)
    shops = model.agents_by_type[Shop]
    losing = shops.select(where=shops.column("margin") < 0)
    assert not model.handles.made
    assert plainly(losing) == plainly(shops.select(lambda s: s.margin < 0))
    with pytest.raises(ValueError, match="values of True or False"):
        shops.select(where=np.ones(3, bool))


def test_the_models_own_sets_cannot_be_changed_but_their_copies_can():
    model = TerritoryModel(rng=3)
    shop = model.agents_by_type[Shop].to_list()[0]
    for change in (
        lambda s: s.discard(shop),
        lambda s: s.remove(shop),
        lambda s: s.shuffle(inplace=True),
        lambda s: s.select(at_most=1, inplace=True),
        lambda s: s.sort("unique_id", inplace=True),
    ):
        with pytest.raises(TypeError, match="copy"):
            change(model.agents)
        change(model.agents.copy())


def test_a_set_takes_no_agents_of_another_model():
    one, other = TerritoryModel(rng=3), TerritoryModel(rng=3)
    stranger = other.agents_by_type[Shop].to_list()[0]
    assert stranger not in one.agents
    with pytest.raises(TypeError, match="not one of this model's"):
        one.agents.copy().add(stranger)


def test_agents_of_user_types_coexist_with_those_of_the_model():
    model = TerritoryModel(rng=3)

    class Mayor(mesa.Agent):
        pass

    mayor = Mayor(model)
    assert mayor in model.agents and model.agents_by_type[Mayor].to_list() == [mayor]
    assert model.agent_types == [*KINDS, Mayor]
    assert len(model.agents) == len(set(model.agents.get("unique_id")))
    both = model.agents_by_type[Shop] | {mayor}
    assert len(both) == len(model.agents_by_type[Shop]) + 1
    mayor.remove()
    assert mayor not in model.agents
