"""Assumptions are ranked by how far they move the headline measures."""

from pathlib import Path

import pytest

from experiments.assumptions.rank import markdown, ranking
from sim.experiments.experiment_file import read_experiment
from sim.experiments.running import sweep
from sim.measures.registry import HEADLINES
from tests.reference.towns import SMALL

pytest.importorskip("SALib")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    factors = {
        "fte_cost": {"distribution": "uniform"},
        "starting_participation": {"distribution": "uniform"},
    }
    asked = {
        "interventions": ["transition_cluster"],
        "settings": SMALL | {"months": 3},
        "design": {"kind": "morris", "size": 4},
        "factors": factors,
        "replications": 1,
        "parameters": "fixed",
    }
    experiment = read_experiment(asked, "asked", Path("asked.toml"))
    return sweep(experiment, out=tmp_path_factory.mktemp("ranked") / "out", workers=1)


@pytest.mark.slow
def test_what_moves_the_town_comes_first_in_sizes_that_count(results):
    table = ranking(results, "level")
    assert list(table.columns) == list(HEADLINES)
    assert list(table.index) == ["starting_participation", "fte_cost"]
    assert table.loc["starting_participation", "participation"] > 1
    assert not table.loc["fte_cost"].any()  # nobody is paid in a town without a cluster


@pytest.mark.slow
def test_the_ranking_is_a_table_with_a_row_for_each_assumption(results):
    lines = markdown(ranking(results, "effect")).splitlines()
    assert len(lines) == 4
    assert {line.count("|") for line in lines} == {len(HEADLINES) + 3}
