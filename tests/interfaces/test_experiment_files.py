"""An invalid experiment file gives one sentence with file, key, value and remedy."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cli import main
from sim.errors import InputError
from sim.experiments.experiment import BASELINE
from sim.experiments.experiment_arms import sealed
from sim.experiments.experiment_file import KEYS, larger, load_experiment, read_experiment
from sim.experiments.plan import plan_experiment
from sim.experiments.results import load_results
from sim.experiments.running import extend, sweep
from sim.scenario.scenario import load_scenario
from sim.words.catalogue import catalogue
from tests.reference.made_up_sweeps import made_up

GOOD = """
scenario = "mid_sized_town"
interventions = ["transition_cluster"]
replications = 2
months = 24

[factors]
cluster_size = [0, 20]
closure_rate = { distribution = "uniform", low = 0.05, high = 0.11 }

[design]
kind = "sobol"
size = 8
"""


def experiment(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_valid_file_defines_its_factors_and_design(tmp_path):
    found = load_experiment(experiment(tmp_path, GOOD))
    assert found.name == "mine"
    assert list(found.arms) == ["baseline", "transition_cluster"]
    assert [f.name for f in found.factors] == ["cluster_size", "closure_rate"]
    assert len(found.design) == 8 and found.months == 24 and found.horizons == (24,)
    assert found.applicable("mid_sized_town", "baseline") == ("closure_rate",)


def test_a_folder_with_an_experiment_names_it(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "experiment.toml").write_text(GOOD)
    assert load_experiment(tmp_path / "mine").name == "mine"


def test_what_grows_keeps_its_maps_and_settings_and_whole_years_of_money(tmp_path):
    text = 'interventions = ["transition_cluster"]\nledger = true\nmaps = true\n'
    text += "[settings]\ncluster_size = 20\nclosure_rate = 0.07\n"
    before = load_experiment(experiment(tmp_path, f"months = 24\n{text}"))
    grown = larger(before, months=36, interventions=["inert_cluster"])
    assert grown.maps == before.maps and grown.months == 36
    values = grown.arms["inert_cluster"].interventions[0].values
    assert values["cluster_size"] == 20
    assert grown.arms["inert_cluster"].values["closure_rate"] == 0.07
    begun = load_experiment(experiment(tmp_path, f"months = 18\n{text}"))
    with pytest.raises(InputError, match="end within a year, after 18 months"):
        larger(begun, months=36)
    assert larger(begun, replications=99).months == 18


@pytest.mark.parametrize(
    ("design", "size", "said"),
    [
        ("kind = 'sobol'\nsize = 8", 4, "size = 4 is smaller than the 8 there is"),
        (
            "kind = 'latin_hypercube'\nsize = 8",
            16,
            "a latin_hypercube design cannot be given more points; begin with design 'sobol' in",
        ),
        (
            "kind = 'full_factorial'",
            16,
            "a full_factorial design cannot be given more points; add levels or points to its file",
        ),
    ],
)
def test_only_a_sequence_takes_more_points(tmp_path, design, size, said):
    text = f"[factors]\nclosure_rate = [0.1, 0.2]\n[design]\n{design}\n"
    with pytest.raises(InputError, match=said):
        larger(load_experiment(experiment(tmp_path, text)), size=size)


def test_a_sequence_keeps_its_size_if_asked_for_it(tmp_path):
    grown = larger(load_experiment(experiment(tmp_path, GOOD)), size=8)
    assert len(grown.design) == 8


def test_arms_of_one_territory_file_share_what_was_first_read_of_it(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"as it is now")
    (tmp_path / "b.npz").write_bytes(b"another place")
    town = load_scenario("mid_sized_town").replace(file="a.npz")
    read = replace(town, folder=tmp_path, territory_file=b"as it was")
    here, there = replace(read, territory_file=None), replace(read.replace(file="b.npz"))
    there = replace(there, territory_file=None)
    arms = {"A": {BASELINE: read, "x": here, "y": there}, "B": {BASELINE: here}}
    for is_drawn in (False, True):
        found = sealed(arms, is_drawn)
        contents = [one.territory_file for of in found.values() for one in of.values()]
        assert contents == [b"as it was", b"as it was", b"another place", b"as it is now"]
        for one in found["A"].values():
            assert isinstance(one.posterior, str) != is_drawn
            assert one.drawn_from == town.drawn_from


def test_one_arm_is_a_run_several_are_a_comparison_and_several_points_a_sweep(tmp_path):
    arm, points = 'interventions = ["facade"]\n', "[factors]\nclosure_rate = [0.1, 0.2]\n"
    texts = ("", arm, points, arm + points)
    kinds = [load_experiment(experiment(tmp_path, text)).kind for text in texts]
    assert kinds == ["run", "comparison", "sweep", "sweep"]


def test_points_of_a_list_have_the_values_of_their_factors_and_otherwise_the_usual_one(tmp_path):
    text = GOOD.partition("[factors]")[0] + (
        "[design]\nkind = 'list'\n[[points]]\ncluster_size = 20\nclosure_rate = 0.07\n"
        "[[points]]\ncluster_size = 10\n"
    )
    found = load_experiment(experiment(tmp_path, text))
    usual = found.arms["baseline"].values["closure_rate"]
    assert {f.name: f.levels for f in found.factors} == {
        "cluster_size": (20, 10),
        "closure_rate": (0.07, usual),
    }
    assert [list(point) for point in found.design.values] == [[20, 0.07], [10, usual]]


def test_a_factor_without_limits_has_the_plausible_range_of_its_territory(tmp_path):
    text = GOOD.replace("[design]", 'residents_growth = { distribution = "uniform" }\n\n[design]')
    growth = load_experiment(experiment(tmp_path, text)).factors[-1]
    assert (growth.low, growth.high) == pytest.approx((-0.004, 0.002))  # by default -0.003 to 0.003


def test_a_folder_keeps_the_words_of_shipped_experiments_in_every_language(tmp_path):
    """They come from the words of the package, which a folder elsewhere has no key to."""
    known = catalogue("fr")["experiments.timing.title"]
    small = {"replications": 1, "months": 24}
    with made_up():
        results = sweep("timing", tmp_path / "timing", changes=small, executor="serial")
    again = load_results(results.folder).experiment
    assert again.title["fr"] == known != again.title["en"]
    assert again.question["fr"] == catalogue("fr")["experiments.timing.question"]
    own = experiment(tmp_path, 'title = { en = "Mine" }\n' + GOOD)
    with made_up():
        mine = sweep(own, tmp_path / "mine", executor="serial")
    assert mine.maps == mine.rep_maps == {}
    assert load_results(mine.folder).experiment.title["fr"] == "Mine"


def test_arms_that_differ_only_in_what_a_factor_sets_share_their_runs(tmp_path):
    """Those of the baseline, which `start` does not reach, are the same at both points."""
    for name, start in (("early", 6), ("late", 30)):
        text = f'type = "rent_relief"\n[levers]\nstart = {start}\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    text = 'scenario = "mid_sized_town"\ninterventions = ["early.toml", "late.toml"]\n'
    text += "replications = 1\n"
    shared = experiment(tmp_path, f"{text}[factors]\nstart = [0, 12]\n")
    assert len(plan_experiment(load_experiment(shared)).keys) == 1 + 2
    own = experiment(tmp_path, f"{text}[factors]\n'early.start' = [0, 12]\n")
    assert len(plan_experiment(load_experiment(own)).keys) == 1 + 2 + 1


def test_shorter_runs_are_measured_as_far_as_they_go(tmp_path):
    path = experiment(tmp_path, "horizons = [6, 18]\n" + GOOD)
    assert load_experiment(path).horizons == (6, 18, 24)
    assert load_experiment(path, changes={"months": 12}).horizons == (6, 12)
    assert load_experiment(path, changes={"months": 3}).horizons == (3,)


BAD = [
    ("scenario = 'mid_sized_twn'", "Did you mean 'mid_sized_town'?"),
    ("interventions = ['transition_clustr']", "Did you mean 'transition_cluster'?"),
    ("interventions = ['facade', 'facade']", "'facade' stands twice"),
    ("interventions = 'facade'", "must be a list"),
    ("replicatons = 3", "unknown key 'replicatons'. Did you mean 'replications'?"),
    ("replications = 0", "replications = 0 is not admissible"),
    ("replications = true", "whole number from 1"),
    ("seed = -1", "seed = -1"),
    ("months = 0", "months = 0 is not admissible; expected a whole number from 1 to 1200"),
    ("horizons = [12, 500]\nmonths = 24", "horizons = 500"),
    ("horizons = []", "horizons must be a list"),
    ("indicators = ['particpation']", "Did you mean 'participation'?"),
    ("indicators = ['trust', 'trust']", "stands twice"),
    ("series = ['closures']", "unknown measure 'closures'"),
    ("parameters = 'random'", "not one of drawn, fixed"),
    ("luck = 'bad'", "not one of common, per_point"),
    ("cluster_size = 3", "It belongs into [factors] or [settings]"),
    ("closure_rate = 3", "It belongs into [factors] or [settings]"),
    ("title = 'Title'", "title must be a table"),
    ("[targets]\nparticpation = 1", "Did you mean 'participation'?"),
    ("[targets]\nparticipation = 0", "must be a number other than 0"),
    ("[targets]\nparticipation = true", "must be a number other than 0"),
    ("[targets]\nparticipation = inf", "must be a number other than 0"),
    ("[targets]\nparticipation = 'much'", "must be a number other than 0"),
    ("[settings]\nclosure_rat = 0.1", "Did you mean 'closure_rate'?"),
    ("[settings]\nclosure_rate = 7", "closure_rate = 7 is not admissible"),
    ("[settings]\nboundary = 'shut'", "expected one of open, closed"),
    ("[factors]\nclosure_rat = [0.1]", "Did you mean 'closure_rate'?"),
    ("[factors]\nclosure_rate = [0.1, 7.0]", "7.0 is not admissible; expected a number from"),
    (
        "interventions = ['transition_cluster']\n[factors]\ncluster_size = [0, 2.5]",
        "2.5 is not admissible; expected a whole number",
    ),
    ("[factors]\ncluster_size = [5]", "is a lever of"),
    ("[factors]\nclosure_rate = [0.1, 0.1]", "level 0.1 stands twice"),
    ("[factors]\nclosure_rate = []", "levels must be a list of at least one value"),
    ("[factors]\nclosure_rate = 0.1", "expected levels or a distribution"),
    ("[factors]\nboundary = { distribution = 'uniform' }", "as it is no number"),
    ("[factors]\nwith_visits = ['no']", "expected true or false"),
    ("[factors]\nclosure_rate = { distribution = 'gaussian' }", "unknown distribution 'gaussian'"),
    ("[factors]\nclosure_rate = { distribution = 'uniform', low = 0.2 }", "is not below"),
    ("[factors]\nclosure_rate = { distribution = 'uniform', lo = 0.2 }", "Did you mean 'low'?"),
    ("[factors]\nclosure_rate = { lo = 0.1, hi = 0.2 }", "unknown key 'hi'"),
    (
        "[factors]\nclosure_rate = { levels = [0.1], low = 0.1, high = 0.2 }",
        "levels and 'high' exclude each other",
    ),
    (
        "[factors]\nclosure_rate = {distribution = 'triangular', low = 0.1, high = 0.2, mode = 0}",
        "mode = 0 is not between 0.1 and 0.2",
    ),
    (
        "[factors]\nclosure_rate = { distribution = 'uniform', low = 0.1, high = 0.2, mode = 0.1 }",
        "only a triangular distribution has a mode",
    ),
    (
        "[factors]\nclosure_rate = { distribution = 'uniform', low = 0.1, high = 0.1 }",
        "low = 0.1 is not below high = 0.1",
    ),
    (
        "[factors]\nclosure_rate = { distribution = 'log_uniform', low = 0.0, high = 0.1 }",
        "low = 0 must be above 0 for a log_uniform distribution",
    ),
    ("[factors]\nscenario = [3]", "scenario = 3 must be the name of a scenario or a file"),
    ("[factors]\nscenario = { distribution = 'uniform' }", "as it is no number; give it levels"),
    ("[factors]\nclosure_rate = [0.1]\n[settings]\nclosure_rate = 0.1", "under both factors and"),
    ("[factors]\nscenario = ['mid_sized_town', 'metropolos']", "Did you mean 'metropolis'?"),
    ("[factors]\nclosure_rate = [0.1]\nclosure_rate = [0.2]", "not a valid TOML file"),
    ("[factors]\nclosure_rate = { distribution = 'uniform' }", "needs levels in a full_factorial"),
    ("[design]\nkind = 'sobl'", "Did you mean 'sobol'?"),
    ("[design]\nkind = 'sobol'\nsize = 0\n[factors]\nclosure_rate = [0.1]", "size = 0"),
    ("[design]\nkind = 'sobol'\npoints = 3", "unknown key 'points'"),
    ("[design]\nkind = 'sobol'", "the design is empty"),
    ("[design]\nkind = 'list'", "needs [[points]]"),
    ("[[points]]", "the design is empty"),
    ("[[points]]\nclosure_rate = 0.1\n[[points]]\nclosure_rate = 0.1", "a point stands twice"),
    ("[[points]]\nclosure_rat = 0.1", "Did you mean 'closure_rate'?"),
    ("[[points]]\nclosure_rate = 0.1\n[factors]\nclosure_rate = [0.1]", "points in place of"),
    (
        "correlations = [['closure_rate', 'rent_effort', 0.5]]\n[[points]]\nclosure_rate = 0.1",
        "a list design takes its factors one by one",
    ),
]


@pytest.mark.parametrize(("text", "told"), BAD, ids=itertools.count())
def test_an_invalid_file_gives_one_sentence(tmp_path, text, told):
    path = experiment(tmp_path, text)
    with pytest.raises(InputError) as error:
        load_experiment(path)
    message = str(error.value)
    assert told in message, message
    assert str(path) in message and "\n" not in message


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("cluster_size_by_fundng", "Did you mean 'cluster_size_by_funding'?"),
        ("nowhere/experiment.toml", "no such experiment file"),
        ("nowhere.toml", "no such experiment file"),
        ("nowhere/mine", "no such experiment file"),
        ("nowhere\\mine", "no such experiment file"),
    ],
)
def test_an_unknown_experiment_gives_the_nearest_name(name, told, capsys):
    assert main(["sweep", name, "--out", "never", "--executor", "serial"]) == 2
    assert told in capsys.readouterr().err
    assert not Path("never").exists()


ORDERED = """
interventions = ["transition_cluster"]
months = 1
replications = 1
[settings]
rows = 12
columns = 12
population = 2000
spin_up = 1
[design]
kind = "sobol"
size = 2
[factors]
transition_cluster.start = { distribution = "uniform", low = 2, high = 9 }
closure_rate = { distribution = "triangular" }
boundary = ["open", "closed"]
cluster_size = { distribution = "uniform", low = 10, high = 60 }
"""


def test_a_stored_experiment_is_the_one_that_was_asked_for(tmp_path):
    asked = load_experiment(experiment(tmp_path, ORDERED))
    stored = sweep(asked, tmp_path / "out", executor="serial").experiment
    assert stored.design == asked.design and stored.horizons == asked.horizons
    assert stored.factors[0].name == "transition_cluster.start"
    frame = load_results(tmp_path / "out").frame("participation")
    seen = frame[frame["arm"] == "baseline"].set_index("point")[list(stored.design.points.columns)]
    assert seen.to_dict() == stored.design.points.to_dict()
    assert extend(tmp_path / "out", size=4, executor="serial").missing() == 0


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["levels", "kind", "size", "low", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
keys = st.sampled_from([*KEYS, "replicatons"])


@given(st.dictionaries(keys, anything, max_size=3))
def test_any_file_is_read_or_refused(content):
    try:
        read_experiment(content, "any", Path("any.toml"))
    except InputError as error:
        assert "\n" not in str(error)
