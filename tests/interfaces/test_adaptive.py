"""Replications go where it is open what to choose, and nowhere once it is settled."""

from __future__ import annotations

import numpy as np
import pytest

from sim.cli import main
from sim.errors import InputError
from sim.report.adaptive import extend_where_open, worth_of_runs
from sim.report.facts import Facts
from tests.reference.made_up_sweeps import made_up, made_up_sweep

FILE = """
interventions = ["transition_cluster"]
indicators = ["running_projects"]
replications = 4
[factors]
starting_vacancy = [0.08, 0.12, 0.16]
"""


def projects(values):
    """Much with low vacancy, much less than nothing with high; in between, luck decides."""
    vacancy = values["starting_vacancy"]
    luck = np.random.default_rng([values["rep"], int(1000 * vacancy)]).normal(0.0, 3.0)
    return {0.08: 40.0, 0.12: 0.5, 0.16: -40.0}[vacancy] + luck


EFFECTS = {"running_projects": projects}


@pytest.fixture
def folder(tmp_path):
    return made_up_sweep(tmp_path / "town", FILE, effects=EFFECTS).folder


@pytest.mark.slow
def test_replications_go_to_the_world_that_is_open(folder):
    with made_up(EFFECTS):
        found = extend_where_open(folder, 44, 60, executor="serial")
    reps = found.store.design().groupby("point")["rep"].nunique().to_dict()
    assert reps == {0: 4, 1: 34, 2: 4}
    assert found.missing() == 0
    facts = Facts(found, "en")
    assert facts.reps_in_words == "4 to 34"
    effects = [e.replications for e in facts.surface(facts.arms[0], "running_projects").effects]
    assert effects == [4, 34, 4]


def test_nothing_is_run_where_all_is_settled(tmp_path):
    settled = {"running_projects": lambda values: 40.0}
    folder = made_up_sweep(tmp_path / "town", FILE, effects=settled).folder
    with made_up(settled):
        found = extend_where_open(folder, 40, 60, executor="serial")
    assert set(found.store.design().groupby("point")["rep"].nunique()) == {4}


def test_no_world_has_more_than_asked_for(folder):
    with made_up(EFFECTS):
        found = extend_where_open(folder, 9, 600, executor="serial")
    assert found.store.design().groupby("point")["rep"].nunique().max() == 9


def test_runs_are_worth_most_where_choices_are_close_and_noisy():
    rng = np.random.default_rng(1)
    noise = rng.normal(0.0, 1.0, (20, 1))
    noise -= noise.mean()
    alike, apart = (np.hstack([np.zeros((20, 1)), noise + gap]) for gap in (0.0, 1.0))
    assert worth_of_runs(alike, 20, 20) > 10 * worth_of_runs(apart, 20, 20) > 0
    assert worth_of_runs(alike, 20, 20) > worth_of_runs(alike, 20, 1)
    assert worth_of_runs(alike * 2, 20, 20) == pytest.approx(2 * worth_of_runs(alike, 20, 20))
    assert worth_of_runs(np.zeros((20, 3)), 20, 20) == 0.0
    # By hand: two equal means, whose difference then has a spread of s sqrt(1/40).
    spread = noise.std(ddof=1) * np.sqrt(20 / (20 * 40))
    assert worth_of_runs(alike, 20, 20) == pytest.approx(spread / np.sqrt(2 * np.pi))


def test_the_command_places_replications_and_refuses_other_growth(folder, capsys):
    with made_up(EFFECTS):
        arguments = ["extend", str(folder), "--adaptive", "20", "--executor", "serial"]
        assert main([*arguments, "--reps", "12"]) in (0, None)
        assert main([*arguments, "--reps", "12", "--months", "48"]) == 2
    assert "it takes --reps alone" in capsys.readouterr().err


def test_a_sampled_design_is_refused(tmp_path):
    text = FILE.replace("[factors]\nstarting_vacancy = [0.08, 0.12, 0.16]", "") + (
        '[design]\nkind = "sobol"\nsize = 4\n[factors]\n'
        'cluster_funding = { distribution = "uniform", low = 0.0, high = 9_000.0 }\n'
    )
    folder = made_up_sweep(tmp_path / "town", text).folder
    with pytest.raises(InputError, match="extend a sampled design by --points"):
        extend_where_open(folder, 9, 60)
