"""Commands that repeat an experiment name what was asked for and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from sim.errors import InputError
from sim.experiments import comparison
from sim.experiments.commands import commands_of_run, commands_of_sweep, words_of_sweep
from sim.experiments.experiment import BASELINE
from sim.experiments.simulate import one_point
from sim.measures.registry import ROLLING
from sim.scenario.scenario import load_scenario

TOWN = load_scenario("mid_sized_town")


def of_run(scenario: Any, reference: str = "mid_sized_town") -> list[str]:
    experiment = one_point({BASELINE: scenario}, seed=7, reps=2)
    found = commands_of_run(experiment, reference)
    head, line = found["python"].splitlines()
    assert head == "from sim import load_scenario, run"
    assert found.keys() == {"command", "python"}
    return [found["command"], line]


@pytest.mark.parametrize(
    ("scenario", "command", "call"),
    [
        (TOWN, "", "load_scenario('mid_sized_town')"),
        (
            TOWN.add("facade").set(["closure_rate=0.07", "with_visits=false", "start=5"]),
            "--set closure_rate=0.07 --set with_visits=false --set start=5",
            "load_scenario('mid_sized_town').add('facade')"
            ".set(['closure_rate=0.07', 'with_visits=false', 'start=5'])",
        ),
        (
            TOWN.add("facade", "rent_relief").set(["facade.start=5"]),
            "--set facade.start=5",
            "load_scenario('mid_sized_town').add('facade', 'rent_relief').set(['facade.start=5'])",
        ),
    ],
    ids=["as it is", "one added", "two with the same lever"],
)
def test_a_run(scenario, command, call):
    options = [f"--intervention {i.name}" for i in scenario.interventions]
    words = ["sim run mid_sized_town", command, "--seed 7 --reps 2", *options, "--out results"]
    assert of_run(scenario) == [
        " ".join(filter(None, words)),
        f"indicators = run({call}, seed=7, reps=2)",
    ]


def test_a_file_with_a_space_in_its_name_is_one_word():
    command, line = of_run(TOWN, "my town.toml")
    assert command.startswith("sim run 'my town.toml' --seed 7")
    assert line.startswith("indicators = run(load_scenario('my town.toml'), ")


def of_comparison(baseline: Any, arms: dict[str, Any], **asked: Any) -> list[str]:
    _, found = comparison.comparison_of(baseline, arms, **asked)
    return [found["command"], *found["python"].splitlines()]


def test_a_comparison_by_default(monkeypatch):
    made = []

    def run(experiment: Any, commands: Any, out: Any, **options: Any) -> None:
        made.append((experiment, commands, out, options))

    monkeypatch.setattr(comparison, "run_experiment", run)
    arms = {"facade": TOWN.add("facade")}
    comparison.compare_arms(TOWN, arms, workers=1)
    asked, found = comparison.comparison_of(TOWN, arms)
    assert found == {
        "command": "sim compare mid_sized_town facade --seed 0 --reps 60 --out results",
        "python": "from sim import compare\n"
        "found = compare('mid_sized_town', ['facade'], reps=60, seed=0)\n",
    }
    assert made == [(asked, found, None, {"workers": 1})]
    assert (asked.parameters, asked.luck, asked.parts, asked.budget) == (
        "drawn",
        "common",
        {},
        None,
    )
    assert (asked.ledger, asked.variance, asked.every_month) == (True, True, False)
    assert (asked.series, asked.maps) == (ROLLING, (0, asked.months))
    comparison.compare_arms(TOWN, arms, fixed_parameters=True, independent=True, parts=False)
    other, *_ = made[-1]
    assert (other.parameters, other.luck) == ("fixed", "per_arm")


def test_what_cannot_be_compared_is_refused():
    arms = {"facade": TOWN.add("facade")}
    for given, how, said in (
        ({}, {}, "a comparison needs at least one intervention."),
        ({"baseline": TOWN}, {}, "no intervention may be called 'baseline'; rename its file."),
        ({"longer": TOWN.replace(months=7)}, {}, "longer runs for 7 months and the baseline for"),
        (arms, {"reps": 1}, "reps = 1 is out of range; expected 2 to 100,000."),
        (arms, {"reps": 100_001}, "reps = 100001 is out of range"),
        (arms, {"seed": -1}, r"seed = -1 is out of range; expected 0 to 2\*\*63 - 1."),
        (arms, {"seed": 2**63}, "seed = 9223372036854775808 is out of range"),
    ):
        with pytest.raises(InputError, match=f"^{said}"):
            comparison.comparison_of(TOWN, given, **how)
    for how in ({"reps": 2}, {"reps": 100_000}, {"seed": 2**63 - 1}):
        asked, _ = comparison.comparison_of(TOWN, arms, **how)
        assert how.items() <= {"reps": asked.replications, "seed": asked.seed}.items()


def test_a_comparison_with_all_that_can_be_asked():
    base = TOWN.add("rent_relief").set(["closure_rate=0.07", "rent_relief.start=3"])
    arms = {
        "facade + transition_cluster": base.add("facade", "transition_cluster"),
        "other": base.add("transition_cluster").set(["cluster_size=20"]),
        "same": base,
    }
    asked = {"reps": 3, "seed": 5, "fixed_parameters": True, "independent": True}
    assert of_comparison(base, arms, **asked, reference="t.toml") == [
        "sim compare t.toml facade+transition_cluster transition_cluster same"
        " --set closure_rate=0.07 --set rent_relief.start=3 --set cluster_size=20"
        " --seed 5 --reps 3"
        " --fixed-parameters --independent --out results",
        "from sim import compare, load_scenario",
        "found = compare(load_scenario('t.toml').add('rent_relief'),"
        " ['facade+transition_cluster', 'transition_cluster', 'same'],"
        " assignments=['closure_rate=0.07', 'rent_relief.start=3', 'cluster_size=20'],"
        " reps=3, seed=5, fixed_parameters=True, independent=True)",
    ]


def test_a_comparison_of_parts_and_one_of_equal_money():
    arms = {"transition_cluster": TOWN.add("transition_cluster")}
    command, _, line = of_comparison(TOWN, arms, parts=True)
    assert command.endswith(" transition_cluster --seed 0 --reps 60 --parts --out results")
    assert line.endswith("['transition_cluster'], reps=60, seed=0, parts=True)")
    command, _, line = of_comparison(TOWN, arms, budget=1_234_567.5)
    assert command.endswith(" --seed 0 --reps 60 --budget 1234567.5 --out results")
    assert line.endswith(", reps=60, seed=0, budget=1234567.5)")


def test_a_sweep():
    assert commands_of_sweep("timing", {}) == {
        "command": "sim sweep timing --out sweep",
        "python": "import sim\nsweep = sim.sweep('timing', 'sweep')\nframe = sweep.frame()\n",
    }
    changes = {
        "settings": {"closure_rate": 0.1, "with_visits": True},
        "territories": "places",
        "towns": "towns.csv",
        "seed": 3,
        "months": 24,
        "replications": 2,
        "indicators": ["trust"],
    }
    assert words_of_sweep("timing", changes, "out") == [
        *("sweep", "timing", "--reps", "2", "--months", "24", "--seed", "3"),
        *("--towns", "towns.csv", "--territories", "places"),
        *("--set", "closure_rate=0.1", "--set", "with_visits=true", "--out", "out"),
    ]
    assert (
        f"sim.sweep('timing', 'sweep', changes={changes!r})"
        in (commands_of_sweep("timing", changes)["python"])
    )
