"""A manifest says what an experiment is, and what several scenarios share once."""

from sim.experiments.comparison import comparison_of
from sim.experiments.experiment_file import load_experiment
from sim.experiments.manifest import describe, titles_of
from sim.scenario.scenario import load_scenario

EXPERIMENT = """
interventions = ["rent_relief"]
months = 12
horizons = [12]
[settings]
rows = 12
columns = 12
population = 3000
[factors]
scenario = ["mid_sized_town", "rural_low_density"]
"""


def test_draws_that_scenarios_share_are_told_with_the_first_and_named_with_the_others(tmp_path):
    (tmp_path / "two.toml").write_text(EXPERIMENT)
    told = describe(load_experiment(tmp_path / "two.toml"), {})["scenarios"]
    whole, named = (told[name]["posterior"] for name in ("mid_sized_town", "rural_low_density"))
    assert named == {key: whole[key] for key in ("file", "sha256", "parameters")}
    assert set(whole) > set(named)


def test_an_arm_is_told_by_what_it_adds_to_the_baseline_and_sets_otherwise():
    town = load_scenario("mid_sized_town").add("rent_relief").replace(months=24)
    arms = {
        "x": town.add("facade").replace(closure_rate=0.07),
        "y": town.add("transition_cluster"),
        "z": town,
    }
    asked, _ = comparison_of(town, arms, reps=2, budget=None)
    told = describe(asked, {"command": "do", "python": "it"})
    assert told["arm_order"] == ["baseline", "x", "y", "z"]
    assert {key: told["run"][key] for key in ("command", "python", "months", "replications")} == {
        "command": "do",
        "python": "it",
        "months": 24,
        "replications": 2,
    }
    assert "budget" not in told
    assert told["drawn_parameters"]["closure_rate"].keys() == {"low", "mode", "high", "unit"}
    of_arms = told["scenarios"]["mid_sized_town"]["arms"]
    kept, facade = arms["x"].interventions
    assert of_arms["baseline"] == {
        "label": {"en": "Without", "fr": "Sans"},
        "interventions": [],
        "settings": {},
        "cost_eur": 0,
    }
    assert of_arms["z"]["label"] == {"en": "z", "fr": "z"}
    assert of_arms["x"]["label"] == {"en": "Shop fronts", "fr": "Façades"}
    assert [one["name"] for one in of_arms["x"]["interventions"]] == ["facade"]
    assert of_arms["x"]["settings"] == {
        "closure_rate": {"value": 0.07, "baseline": 0.1, "unit": "1/year"}
    }
    assert of_arms["x"]["cost_eur"] == facade.cost(24) > 0
    assert of_arms["y"]["settings"] == {}
    fixed, _ = comparison_of(town, arms, reps=2, fixed_parameters=True)
    assert describe(fixed, {})["drawn_parameters"] == {}
    titles = titles_of([facade, kept, facade], "fr")
    assert titles == f"2 × Façades + {kept.title['fr']}"
