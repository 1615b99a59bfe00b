"""Defaults of what an experiment's file leaves out, and limits of what it states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.experiments.experiment import Experiment, Scale
from sim.experiments.experiment_file import larger, read_experiment
from sim.experiments.manifest import _stated
from sim.measures.map_layers import LAYERS
from sim.measures.registry import HEADLINES, ROLLING, horizons_within
from sim.words.catalogue import Texts

DESIGN = {"kind": "sobol", "size": 4}
FACTORS = {"closure_rate": {"distribution": "uniform"}}
SAMPLED = {"design": DESIGN, "factors": FACTORS}
HOUSES = {"interventions": ["transition_cluster"]}


def read(**content: Any) -> Experiment:
    return read_experiment(content, "mine", Path("mine.toml"))


def refusal(**content: Any) -> str:
    with pytest.raises(InputError) as told:
        read(**content)
    return str(told.value)


def test_what_is_left_out_has_its_default() -> None:
    found = read()
    months = found.arms["baseline"].values["months"]
    assert {
        key: value
        for key, value in vars(found).items()
        if key not in ("scenarios", "design", "title", "question")
    } == {
        "name": "mine",
        "replications": 20,
        "seed": 0,
        "months": months,
        "horizons": horizons_within(int(months)),
        "indicators": HEADLINES,
        "targets": {},
        "parameters": "drawn",
        "luck": "common",
        **dict.fromkeys(("every_month", "ledger", "variance"), False),
        **dict.fromkeys(("series", "maps", "layers"), ()),
        **{key: {} for key in ("scales", "classes", "content")},
        "budget": None,
        "choose": 0,
    }
    assert found.title == found.question == Texts({"en": "mine"})
    assert (found.kind, len(found.design), found.design.seed) == ("run", 1, 0)
    assert [*found.scenarios] == ["mid_sized_town"] and [*found.arms] == ["baseline"]
    sampled = read(design={"kind": "sobol"}, factors=FACTORS).design
    assert (len(sampled), sampled.seed) == (64, 0)


@pytest.mark.parametrize(
    ("key", "low", "high"),
    [("replications", 1, 100_000), ("seed", 0, 2**63 - 1), ("months", 1, 1200)],
)
def test_whole_numbers_have_limits(key, low, high) -> None:
    for value in (low, high):
        assert getattr(read(**{key: value}), key) == value
    for value in (low - 1, high + 1, True, 1.0, None):
        assert f"{key} = {value!r} is not admissible; expected a whole number from {low} to" in (
            refusal(**{key: value})
        )


def test_designs_have_limits() -> None:
    for key, value, low, high in (
        ("size", 0, 1, "10000000"),
        ("size", 10_000_001, 1, "10000000"),
        ("seed", -1, 0, str(2**63 - 1)),
        ("seed", 2**63, 0, str(2**63 - 1)),
    ):
        said = refusal(design=DESIGN | {key: value}, factors=FACTORS)
        assert said == (
            f"mine.toml: design: {key} = {value} is not admissible; expected a whole number from"
            f" {low} to {high}."
        )
    assert len(read(**SAMPLED | {"design": DESIGN | {"size": 1}}).design) == 1
    assert read(**SAMPLED | {"design": DESIGN | {"seed": 2**63 - 1}}).design.seed == 2**63 - 1
    said = refusal(design={"kind": "full_factorial", "size": 1})
    assert "size = 1 is not admissible; expected a whole number from 0 to 0" in said


def test_maps_are_of_the_start_and_the_end_or_of_months_between() -> None:
    found = read(months=24, maps=True)
    assert (found.maps, found.layers) == ((0, 24), tuple(LAYERS))
    found = read(months=24, maps=[24, 0, 7, 24], layers=["vacancy", "vacancy"])
    assert (found.maps, found.layers) == ((0, 7, 24), ("vacancy",))
    for months, said in (
        ([25], "maps = 25 is not admissible; expected a whole number from 0 to 24."),
        ([-1], "maps = -1 is not"),
        (7, "maps must be a list of months"),
        ("true", "maps must be a list of months"),
    ):
        assert said in refusal(months=24, maps=months)
    for layers, said in (
        ([], "layers must be a list, such as"),
        ("vacancy", "layers must be a list, such as"),
        (["vacanzy"], "mine.toml: layers: "),
    ):
        assert said in refusal(months=24, maps=True, layers=layers)


def test_runs_are_measured_at_their_horizons_and_at_their_end() -> None:
    assert read(months=24, horizons=[13, 1, 13]).horizons == (1, 13, 24)
    for horizons, said in (
        ([0], "horizons = 0 is not admissible; expected a whole number from 1 to 24."),
        ([25], "horizons = 25"),
        ([], "horizons must be a list"),
        (12, "horizons must be a list"),
    ):
        assert said in refusal(months=24, horizons=horizons)


def test_series_are_of_all_rolling_measures_or_of_some() -> None:
    first, second, *_ = ROLLING
    assert read(series=True).series == ROLLING
    assert read(series=False).series == ()
    assert read(series=[second, first]).series == (second, first)
    assert "series must be a list of measures" in refusal(series=[])
    assert "series must be a list of measures" in refusal(series=first)
    assert f"series: unknown measure '{first}x'. Did you mean" in refusal(series=[first + "x"])
    assert "series: a measure stands twice" in refusal(series=[first, first])


def test_switches_are_true_or_false() -> None:
    for key in ("every_month", "ledger", "variance"):
        assert getattr(read(**{key: True}), key) is True
        assert f"{key} = 1 must be true or false" in refusal(**{key: 1})


def test_effects_to_reach_are_numbers_of_measures() -> None:
    assert read(targets={"participation": 1, "trust": -0.5}).targets == {
        "participation": 1.0,
        "trust": -0.5,
    }
    assert "targets must be a table" in refusal(targets=[1])
    for effect in (0, True, "1", float("inf"), float("nan")):
        assert "must be a number other than 0" in refusal(targets={"participation": effect})


def test_levers_are_no_factors_where_money_follows_from_them() -> None:
    factors = {"cluster_size": [10, 20], "closure_rate": [0.1, 0.2]}
    assert "parts = true does not go with the lever cluster_size" in refusal(
        **HOUSES, factors=factors, parts=True
    )
    assert "budget does not go with the lever cluster_size" in refusal(
        **HOUSES, factors=factors, budget=1e5
    )
    places = {"scenario": ["mid_sized_town", "rural_low_density"], "closure_rate": [0.1, 0.2]}
    for how in ({"parts": True}, {"budget": 1e5}):
        assert len(read(**HOUSES, factors=places, **how).design) == 4
    assert len(read(**HOUSES, factors=factors, parts=False).design) == 4


def test_scales_and_classes_are_those_of_the_file() -> None:
    scale = {"scale": 2, "spent": 3.5, "limit": "levers"}
    stated = {"mid_sized_town": {"transition_cluster": scale}}
    found = read(**HOUSES, budget=100_000, scales=stated)
    assert (found.budget, found.scales) == (
        100_000.0,
        {"mid_sized_town": {"transition_cluster": Scale(2.0, 3.5, "levers")}},
    )
    assert "scales is damaged at elsewhere" in refusal(
        **HOUSES, budget=1, scales={"elsewhere": stated["mid_sized_town"]}
    )
    classes = {"mid_sized_town": "growing"}
    found = read(classes=classes, choose=1)
    assert (found.classes, found.choose) == (classes, 1)
    assert "choose = 2 is not admissible" in refusal(classes=classes, choose=2)
    assert "'other' is no territory" in refusal(classes=classes | {"other": "x"})
    for budget in (0, -1, 1e10 + 1, True, "1", float("nan")):
        assert "is out of range; expected above 0 to 10,000,000,000" in (
            refusal(**HOUSES, budget=budget)
        )
    assert read(**HOUSES, budget=1e10).budget == 1e10
    assert "budget needs an arm with an intervention" in refusal(budget=1e5)
    assert "budget does not go with parts" in refusal(**HOUSES, budget=1e5, parts=True)


def test_a_third_of_the_replications_and_at_least_eight_run_again() -> None:
    for replications, reruns in ((5, 5), (8, 8), (24, 8), (25, 9), (60, 20)):
        found = read(replications=replications, variance=True)
        assert found.reruns == reruns
        assert replace(found, parameters="fixed").reruns == 0
        assert replace(found, variance=False).reruns == 0


def test_an_experiment_only_grows() -> None:
    before = read(**HOUSES, months=24, replications=3, horizons=[6])
    for more in ({"months": 24}, {"replications": 3}, {}):
        grown = larger(before, **more)
        assert (grown.months, grown.replications, grown.horizons) == (24, 3, (6, 24))
    grown = larger(before, months=36, replications=4, horizons=[7])
    assert (grown.months, grown.replications, grown.horizons) == (36, 4, (6, 7, 24, 36))
    assert {arm.values["months"] for arm in grown.arms.values()} == {36}
    for name, value, there in (("months", 23, 24), ("replications", 2, 3)):
        with pytest.raises(
            InputError, match=rf"^{name} = {value} is fewer than there are, {there}\.$"
        ):
            larger(before, **{name: value})
    with pytest.raises(InputError, match=r"there is an arm 'transition_cluster' already\.$"):
        larger(before, interventions=["transition_cluster"])
    with pytest.raises(InputError, match="a run has no arms to add to; begin with 'sim compare'"):
        larger(read(), interventions=["facade"])
    assert [*larger(before, interventions=["facade"]).arms][2:] == ["facade"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"parts": True}, "the parts have the money of the whole over 24 months"),
        ({"budget": 1e5}, "the arms are scaled to a budget over these months"),
    ],
)
def test_what_depends_on_its_length_does_not_become_longer(asked, told) -> None:
    before = read(**HOUSES, months=24, **asked)
    with pytest.raises(InputError, match=told):
        larger(before, months=25)
    assert larger(before, months=24, replications=30).replications == 30
    if "budget" in asked:
        with pytest.raises(InputError, match=told):
            larger(before, interventions=["facade"])


def test_ledgers_grow_by_whole_years() -> None:
    for months, more in ((18, 18), (24, 25), (24, 36)):
        assert larger(read(ledger=True, months=months), months=more).months == more
    with pytest.raises(InputError, match="the runs end within a year, after 18 months, so that"):
        larger(read(ledger=True, months=18), months=19)
    assert larger(read(months=18), months=19).months == 19


def test_words_that_a_language_lacks_are_not_stated_for_it() -> None:
    """English always stands, so that a folder elsewhere has words at all."""
    own = read(title={"en": "Size", "fr": "Taille"}, question={"en": "How large?"})
    assert _stated(own)["title"] == {"en": "Size", "fr": "Taille"}
    assert _stated(own)["question"] == {"en": "How large?"}
    assert "title" not in _stated(read())
