"""Arms, factors and points of an experiment's file: what they are called and what they set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.experiments.experiment import Experiment
from sim.experiments.experiment_arms import info_of, value_of
from sim.experiments.experiment_design import read_whole
from sim.experiments.experiment_file import read_experiment
from sim.interventions import load_intervention
from sim.scenario.scenario import load_scenario
from sim.scenario.schema import PARAMETERS

CLUSTER = "transition_cluster"
TOWN = load_scenario("mid_sized_town")


def read(**content: Any) -> Experiment:
    return read_experiment(content, "mine", Path("mine.toml"))


def together(name: Any, *listed: str) -> dict[str, Any]:
    return {"name": name, "together": [*listed]}


def test_arms_are_called_by_what_they_try_or_by_their_name():
    tried = ["facade", ["facade", "rent_relief"], together("both", "facade", CLUSTER)]
    found = read(interventions=tried)
    assert {name: [i.name for i in arm.interventions] for name, arm in found.arms.items()} == {
        "baseline": [],
        "facade": ["facade"],
        "facade + rent_relief": ["facade", "rent_relief"],
        "both": ["facade", CLUSTER],
    }


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        ([[]], r"\[\] is nothing to be tried"),
        ([together("baseline", "facade")], "is nothing to be tried"),
        ([together("facade", CLUSTER), "facade"], "'facade' stands twice"),
        ([together("a b", "facade")], "name = 'a b' is not one of letters, digits and"),
        ([together(3, "facade")], "name = 3 is not one of letters"),
        ([{"together": ["facade"]}], "what is done together takes a name and a list"),
        ([{"name": "x", "together": "facade"}], "what is done together takes a name and a list"),
        ([together("x", "facade") | {"more": 1}], "what is done together takes a name and a list"),
        (["facade", 3], "3"),
        ({"facade": 1}, "interventions must be a list"),
    ],
)
def test_what_is_no_arm_is_refused(tried, said):
    with pytest.raises(InputError, match=f"^mine.toml: .*{said}"):
        read(interventions=tried)


def test_parts_stand_behind_their_whole_and_only_single_interventions_come_apart():
    found = read(interventions=[CLUSTER, together("both", CLUSTER, "facade")], parts=True)
    parts = [f"{CLUSTER}_{name}" for name in load_intervention(CLUSTER).parts(240)]
    assert [*found.arms] == ["baseline", CLUSTER, *parts, "both"]
    assert [*found.parts] == [CLUSTER] and [*found.parts_by_name] == parts
    assert found.kind == "comparison"
    own = "x_place_only"
    for tried in (
        [together("x", CLUSTER), together(own, "facade")],
        [together(own, "facade"), together("x", CLUSTER)],
    ):
        with pytest.raises(InputError, match=f"parts: two arms are called '{own}'; rename one of"):
            read(interventions=tried, parts=True)
    for tried, said in (
        (["facade", "rent_relief"], "facade, rent_relief"),
        ([], "no intervention"),
    ):
        with pytest.raises(InputError, match=f"parts: nothing to take apart in {said}; expected"):
            read(interventions=tried, parts=True)


def test_settings_reach_the_arms_that_have_them():
    settings = {"closure_rate": 0.07, "cluster_size": 20, "facade.start": 5}
    found = read(interventions=["facade", CLUSTER], settings=settings, months=36)
    for arm in found.arms.values():
        assert (arm.values["closure_rate"], arm.values["months"]) == (0.07, 36)
    facade, cluster = (found.arms[name].interventions[0].values for name in ("facade", CLUSTER))
    assert (facade["start"], cluster["cluster_size"]) == (5, 20)
    assert cluster["start"] == load_intervention(CLUSTER).values["start"] != 5
    for given, said in (
        (3, "settings must be a table of parameters and levers"),
        ({"cluster_size": 3}, "settings: 'cluster_size' is a lever of transition_cluster"),
        ({"closure_rat": 3}, "settings: unknown parameter 'closure_rat'. Did you mean 'closure_r"),
        ({"closure_rate": 7}, "settings: closure_rate = 7 is not admissible"),
    ):
        with pytest.raises(InputError, match=f"^mine.toml: {said}"):
            read(interventions=["facade"], settings=given)


def test_territories_are_levels_of_a_factor_or_the_only_one():
    names = ["rural_low_density", "mid_sized_town"]
    for factor in (names, {"levels": names}):
        found = read(factors={"scenario": factor, "closure_rate": [0.1, 0.2]})
        assert [*found.scenarios] == names
        assert found.design.values == [(n, rate) for n in names for rate in (0.1, 0.2)]
        assert [f.kind for f in found.factors] == [str, float]
    assert [*read(scenario="metropolis").scenarios] == ["metropolis"]
    for factors in ({"scenario": [3]}, {}):
        with pytest.raises(InputError, match="scenario = 3 must be the name of a scenario or a"):
            read(scenario=3, factors=factors)
    with pytest.raises(InputError, match="factors must be a table, such as cluster_size"):
        read(factors=[1])


def test_levers_of_one_intervention_are_factors_by_their_full_name():
    both = {"interventions": ["facade", CLUSTER]}
    for name, other in (("facade", CLUSTER), (CLUSTER, "facade")):
        for factors in ({f"{name}.stop": [50, 60]}, {name: {"stop": [50, 60]}}):
            found = read(**both, factors=factors)
            assert [f.name for f in found.factors] == [f"{name}.stop"]
            assert found.applicable("mid_sized_town", name) == (f"{name}.stop",)
            assert found.applicable("mid_sized_town", "baseline") == ()
        (factor,) = read(
            **both,
            factors={f"{name}.start": {"distribution": "triangular", "low": 2, "high": 30}},
            settings={f"{other}.start": 7},
            design={"kind": "sobol", "size": 2},
        ).factors
        usual = load_intervention(name).values["start"]
        assert (factor.low, factor.mode, factor.high, factor.kind) == (2.0, usual, 30.0, int)
        assert usual != 7
    for factors, said in (
        ({"facade": {"start": [1], "stop": [2]}}, "factor 'facade': unknown key 'start'"),
        ({"facade": {}}, "factor 'facade': expected levels or a distribution"),
    ):
        with pytest.raises(InputError, match=f"^mine.toml: {said}"):
            read(interventions=["facade"], factors=factors)


def range_of(name: str) -> tuple[float, float, float]:
    factors = {name: {"distribution": "triangular"}}
    (factor,) = read(design={"kind": "sobol"}, factors=factors).factors
    return factor.low, factor.mode, factor.high


def test_a_range_is_that_of_the_posterior_where_there_is_one():
    drawn = TOWN.drawn_from.parameters
    assert range_of(drawn[0]) == pytest.approx(TOWN.drawn_from.interval(drawn[0], 0.9))
    own = next(i for n, i in PARAMETERS.items() if i.plausible and n not in drawn)
    low, high = own.plausible
    assert range_of(own.name) == (low, own.default, high)


def test_points_are_whole_rows_of_levels():
    points = [{"closure_rate": 0.1, "boundary": "closed"}, {"closure_rate": 0.2}]
    found = read(points=points)
    assert found.design.kind == "list"
    assert found.design.values == [(0.1, "closed"), (0.2, TOWN.values["boundary"])]
    about = [(f.name, f.kind, f.unit, f.label["en"]) for f in found.factors]
    assert about == [
        (name, PARAMETERS[name].kind, PARAMETERS[name].unit, PARAMETERS[name].label["en"])
        for name in ("closure_rate", "boundary")
    ]
    for given, said in (
        ([{"closure_rate": 0.1}, 3], r"needs \[\[points\]\]"),
        ([], r"needs \[\[points\]\]"),
        ({"closure_rate": 0.1}, r"needs \[\[points\]\]"),
        ([{}], "the design is empty; give some point a value"),
        ([{"closure_rate": 7}], "points: 'closure_rate': 7"),
    ):
        with pytest.raises(InputError, match=f"^mine.toml: .*{said}"):
            read(points=given)
    with pytest.raises(InputError, match="points belong to a design of kind 'list', not 'sobol'"):
        read(points=points, design={"kind": "sobol"})
    with pytest.raises(InputError, match="design must be a table with its kind"):
        read(design="sobol")


def test_a_name_has_the_value_and_the_limits_of_the_first_arm_that_has_it():
    late = TOWN.add("facade").set(["start=7", "closure_rate=0.07"])
    arms = {"baseline": TOWN, "late": late, "both": TOWN.add("facade", CLUSTER)}
    assert value_of("closure_rate", arms) == TOWN.values["closure_rate"] != 0.07
    assert value_of("start", arms) == value_of("facade.start", arms) == 7
    size = load_intervention(CLUSTER).values["cluster_size"]
    assert value_of("cluster_size", arms) == value_of(f"{CLUSTER}.cluster_size", arms) == size
    for name in ("facade.cluster_size", "nothing", f"{CLUSTER}.nothing"):
        with pytest.raises(KeyError):
            value_of(name, arms)
    assert info_of("closure_rate", arms, "") == PARAMETERS["closure_rate"]
    assert info_of("facade.start", arms, "").name == "start"
    for name, said in (
        ("cluster_siz", "x: unknown parameter 'cluster_siz'. Did you mean 'cluster_size'"),
        ("rent_relief_funding", "x: 'rent_relief_funding' is a lever of rent_relief; list such"),
    ):
        with pytest.raises(InputError, match=f"^{said}"):
            info_of(name, arms, "x: ")


def test_whole_numbers_have_a_default_and_limits():
    for number in (1, 2, 3):
        assert read_whole({"n": number}, "n", 2, 1, 3, "x: ") == number
    assert read_whole({}, "n", 2, 1, 3, "x: ") == 2
    for number in (0, 4, True, 2.0, "2", None):
        with pytest.raises(InputError, match=r"^x: n = .+ is not admissible; expected a whole nu"):
            read_whole({"n": number}, "n", 2, 1, 3, "x: ")
