"""A search finds planted trade-offs, and does not return what was lucky."""

from __future__ import annotations

import random

import numpy as np
import pytest

from sim.analysis.search import optuna_objective, search
from sim.errors import InputError
from sim.experiments.experiment import BASELINE
from sim.experiments.experiment_file import load_experiment
from tests.reference.made_up_sweeps import HEAD, made_up

FILE = (
    HEAD
    + """
interventions = ["transition_cluster", "facade"]
[design]
kind = "sobol"
size = 8
[factors]
cluster_funding = { distribution = "uniform", low = 0.0, high = 50_000.0 }
cluster_size = [0, 20, 40]
closure_rate = { distribution = "uniform" }
"""
)
BOTH = {"running_projects": 1, "public_spending": -1}


def births(values):
    """Projects by money, best with 20 seats; and luck of each choice in each replication."""
    money, seats = values.get("cluster_funding", 0.0), values.get("cluster_size", 0)
    luck = np.random.default_rng([int(money), seats, values["rep"]]).normal(0.0, 2.0)
    return 20 * money / 50_000 - 8 * (seats != 20) + luck


EFFECTS = {
    "running_projects": births,
    "public_spending": lambda v: 100 * v.get("cluster_funding", 0.0),
}


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    file = tmp_path_factory.mktemp("search") / "levers.toml"
    file.write_text(FILE)
    return load_experiment(file)


@pytest.fixture(scope="module")
def found(experiment):
    with made_up(EFFECTS):
        return search(experiment, BOTH, arm="transition_cluster", evaluations=100, replications=2)


def test_the_front_is_the_planted_one_and_doing_nothing_is_on_it(found):
    assert found.index[0] == BASELINE and found["is_on_front"].iloc[0]
    assert found.loc[BASELINE, list(BOTH)].tolist() == [0.0, 0.0]
    sure = found[found["front_share"] > 0.9].drop(BASELINE, errors="ignore")
    assert len(sure) >= 3
    assert (sure["cluster_size"] == 20).all()
    planted = 20 * sure["cluster_funding"].astype(float) / 50_000
    assert (sure["running_projects"] - planted).abs().max() < 2.0  # four standard errors


def test_what_was_lucky_in_the_search_is_run_again(found):
    """The front of a search holds the luckiest evaluations; fresh runs take their luck away."""
    planted = 20 * found["cluster_funding"].astype(float) / 50_000
    planted -= 8 * (found["cluster_size"] != 20)
    lucky, fair = (
        (found[name] - planted).drop(BASELINE).mean()
        for name in ("running_projects_searched", "running_projects")
    )
    assert lucky > 0.8
    assert abs(fair) < 0.4
    assert (found["front_share"] < 0.5).any()


def test_the_same_seed_finds_the_same_and_leaves_the_global_generator_alone(experiment):
    random.seed(3)
    before = random.getstate()
    with made_up(EFFECTS):
        first, second = (
            search(experiment, BOTH, arm="transition_cluster", evaluations=20, fresh=2)
            for _ in range(2)
        )
    assert first.equals(second) and random.getstate() == before


class Trial:
    """A trial as Optuna asks for it, by the methods of its interface."""

    def __init__(self):
        self.asked = {}

    def suggest_categorical(self, name, choices):
        self.asked[name] = choices
        return choices[1]

    def suggest_float(self, name, low, high, log):
        self.asked[name] = (low, high, log)
        return high


def test_an_objective_of_optuna_suggests_levers_and_returns_mean_effects(experiment):
    trial = Trial()
    with made_up(EFFECTS):
        objective = optuna_objective(experiment, BOTH, arm="transition_cluster", replications=20)
        projects, spending = objective(trial)
    assert trial.asked == {"cluster_funding": (0.0, 50_000.0, False), "cluster_size": [0, 20, 40]}
    assert projects == pytest.approx(20.0, abs=2.0) and spending == pytest.approx(5e6, rel=1e-3)


@pytest.mark.parametrize(
    ("objectives", "options", "said"),
    [
        ({"running_project": 1}, {}, "Did you mean 'running_projects'"),
        ({}, {}, "at least one objective"),
        (BOTH, {"arm": None}, "has 2 arms; choose one"),
        (BOTH, {"arm": "facades"}, "Did you mean 'facade'"),
        (BOTH, {"arm": "facade"}, "factor that is a lever of 'facade'"),
        (BOTH, {"evaluations": 5}, "evaluations = 5 is out of range; expected at least 20"),
        (BOTH, {"fresh": 1}, "fresh = 1 is out of range; expected at least 2"),
    ],
)
def test_what_cannot_be_searched_is_refused(experiment, objectives, options, said):
    with pytest.raises(InputError, match=said):
        search(experiment, objectives, **{"arm": "transition_cluster", **options})
