"""Sweeps from the command line: run, resume, extend, estimate; they agree with comparisons."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli import main
from sim.errors import InputError
from sim.experiments.results import load_results
from sim.measures.registry import OUTCOMES

TINY = """
title = { en = "A tiny town", fr = "Une petite ville" }
scenario = "mid_sized_town"
interventions = ["transition_cluster"]
replications = 2
seed = 5
months = 24
series = ["participation"]

[settings]
rows = 12
columns = 12
population = 2500
spin_up = 1
"transition_cluster.start" = 2

[factors]
cluster_size = [0, 20]
cluster_funding = [0, 20_000]
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("experiments") / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="module")
def finished(tiny, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sweeps") / "tiny"
    assert main(["sweep", str(tiny), "--out", str(folder), "--executor", "serial"]) == 0
    return folder


@pytest.fixture
def copy(finished, tmp_path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "copy"))


def command(capsys, *arguments: str, code: int = 0) -> tuple[str, str]:
    capsys.readouterr()
    assert main([*arguments]) == code
    said = capsys.readouterr()
    return said.out, said.err


def test_a_sweep_is_a_tidy_table_of_every_point_arm_replication_and_horizon(finished):
    sweep = sim.load_results(finished)
    frame = sweep.frame()
    assert len(frame) == 4 * 2 * 2 and set(frame["status"]) == {"ok"}
    assert list(frame.columns[:7]) == [
        "point", "arm", "rep", "horizon", "status", "cluster_size", "cluster_funding"
    ]  # fmt: skip
    assert set(OUTCOMES) <= set(frame.columns)
    assert len(sweep.store.statuses()) == 2 + 4 * 2  # the baseline is the same for all points
    differences = sweep.differences("participation", horizon=24)
    nothing = differences[
        (differences["cluster_size"] == 0) & (differences["cluster_funding"] == 0)
    ]
    assert len(differences) == 8 and np.all(nothing["participation"] == 0)
    assert not np.all(differences["participation"] == 0)
    series = sweep.series()
    assert len(series) == 16 * 24 and list(series.columns[-2:]) == ["month", "participation"]


def test_a_point_of_a_sweep_equals_a_comparison(finished):
    town = sim.load_scenario("mid_sized_town").replace(
        rows=12, columns=12, population=2500, spin_up=1
    )
    settings = ["cluster_size=20", "cluster_funding=20000", "transition_cluster.start=2"]
    compared = sim.compare(
        town, ["transition_cluster"], assignments=settings, reps=2, seed=5, months=24, workers=1
    )
    frame = sim.load_results(finished).frame()
    swept = frame[(frame["cluster_size"] == 20) & (frame["cluster_funding"] == 20_000)]
    for arm in ("baseline", "transition_cluster"):
        mine = swept[swept["arm"] == arm]
        theirs = compared.runs.query("arm == @arm and luck == 0")
        pd.testing.assert_frame_equal(
            mine[list(OUTCOMES)].reset_index(drop=True),
            theirs[list(OUTCOMES)].reset_index(drop=True),
            check_exact=True,
        )


def test_going_on_with_a_finished_sweep_does_nothing(copy, tiny, capsys):
    before = {path: path.stat().st_mtime_ns for path in (copy / "parts").iterdir()}
    out, err = command(capsys, "sweep", str(tiny), "--out", str(copy), "--resume")
    assert "10 runs, 0 failed, 0 missing" in out and f"sim report {copy}" in err
    assert before == {path: path.stat().st_mtime_ns for path in (copy / "parts").iterdir()}


def test_a_folder_that_holds_something_is_never_written_over(copy, tiny, tmp_path, capsys):
    _, err = command(capsys, "sweep", str(tiny), "--out", str(copy), code=2)
    assert "--resume" in err
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    for more in ([], ["--resume"]):
        _, err = command(
            capsys, "sweep", str(tiny), "--out", str(tmp_path / "notes"), *more, code=2
        )
        assert len(err.splitlines()) == 1 and str(tmp_path / "notes") in err
    assert [path.name for path in (tmp_path / "notes").iterdir()] == ["mine.txt"]


def test_more_replications_are_the_same_added_or_run_at_once(copy, tiny, tmp_path, capsys):
    out, _ = command(capsys, "extend", str(copy), "--reps", "3", "--executor", "serial", "--json")
    together = ["sweep", str(tiny), "--reps", "3", "--executor", "serial", "--json"]
    once, _ = command(capsys, *together, "--out", str(tmp_path / "once"))
    assert json.loads(out)["digest"] == json.loads(once)["digest"]
    assert json.loads(out)["runs"] == 15
    assert tomllib.loads((copy / "experiment.toml").read_text())["replications"] == 3


def test_runs_of_another_experiment_are_refused(copy, tiny, capsys):
    go_on = ["sweep", str(tiny), "--out", str(copy), "--resume"]
    _, err = command(capsys, *go_on, "--set", "closure_rate=0.08", code=2)
    assert "holds another experiment" in err
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(
        json.dumps(manifest | {"run": {**manifest["run"], "code": {"package": "0.0.1"}}})
    )
    for arguments in (go_on, ["extend", str(copy), "--reps", "3"]):
        _, err = command(capsys, *arguments, code=2)
        assert "other code" in err and "essaim 0.0.1 there" in err and len(err.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["extend", "{copy}", "--points", "9"],
            "full_factorial design cannot be given more points",
        ),
        (["extend", "{copy}", "--reps", "1"], "replications = 1 is fewer than there are, 2"),
        (["extend", "nowhere"], "nowhere holds no results"),
        (["report", "nowhere"], "nowhere holds no results"),
        (["sweep", "{tiny}"], "--out is missing"),
        (["sweep", "{tiny}", "--out", "x", "--executor", "locl"], "Did you mean 'local'?"),
        (["sweep", "{tiny}", "--out", "x", "--workers", "0"], "workers = 0 is out of range"),
        (["sweep", "{tiny}", "--out", "x", "--scheduler", "tcp://a"], "goes with executor 'dask'"),
        (["sweep", "{tiny}", "--out", "x", "--max-failures", "-1"], "max_failures = -1"),
        (["sweep", "{tiny}", "--out", "x", "--set", "clsure_rate=1"], "Did you mean"),
        (["sweep", "{tiny}", "--out", "x", "--set", "closure_rate"], "expected key=value"),
        (["sweep", "{tiny}", "--out", "x", "--months", "1201"], "months = 1201"),
    ],
)
def test_a_wrong_call_gives_one_sentence_and_writes_nothing(
    arguments, told, copy, tiny, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    filled = [a.format(copy=copy, tiny=tiny) for a in arguments]
    _, err = command(capsys, *filled, code=2)
    assert told in err and len(err.splitlines()) == 1 and "Traceback" not in err
    assert not Path("x").exists()


def test_an_estimate_runs_two_runs_and_writes_nothing(tiny, copy, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    out, _ = command(capsys, "sweep", str(tiny), "--dry-run", "--workers", "2", "--json")
    found = json.loads(out)
    assert found["points"] == 4 and found["runs"] == found["to do"] == 10 and found["workers"] == 2
    assert found["seconds a run"] > 0
    kept = ["--out", str(copy), "--resume", "--json"]
    out, _ = command(capsys, "sweep", str(tiny), "--dry-run", *kept)
    assert json.loads(out)["to do"] == 0
    assert {path.name for path in tmp_path.iterdir()} == {"copy"}


FAILING = TINY.replace("cluster_size = [0, 20]", "cluster_size = [0, 2]\nplaces = [1, 3]")


def test_runs_that_fail_are_rows_and_the_code_is_3(tmp_path, capsys):
    path = tmp_path / "failing.toml"
    path.write_text(FAILING)
    folder = tmp_path / "out"
    run = ["sweep", str(path), "--out", str(folder), "--executor", "serial", "--reps", "1"]
    out, err = command(capsys, *run, code=3)
    assert "9 runs, 2 failed, 0 missing" in out and "--retry-failed" in err
    failures = load_results(folder).failures()
    assert set(failures["error_type"]) == {"InputError"} and len(failures) == 2
    assert failures["error"].str.contains("cluster_size = 2 is too small for places = 3").all()
    frame = load_results(folder).frame()
    assert (frame["status"] == "error").sum() == 2
    assert np.isnan(frame.loc[frame["status"] == "error", "participation"]).all()
    out, _ = command(capsys, *run, "--resume", "--retry-failed", code=3)
    assert "2 failed" in out


def test_an_experiment_in_which_all_fails_is_stopped(tmp_path, capsys):
    path = tmp_path / "failing.toml"
    path.write_text(
        TINY.replace("cluster_size = [0, 20]", "places = [3, 4]\ncluster_size = [1, 2]")
    )
    everything = ["sweep", str(path), "--executor", "serial", "--max-failures", "3"]
    _, err = command(capsys, *everything, "--out", str(tmp_path / "out"), code=3)
    assert "too small for places" in err


def test_measures_and_horizons_are_asked_for_by_name(finished):
    sweep = load_results(finished)
    assert list(sweep.frame("trust", horizon=24).columns[-1:]) == ["trust"]
    with pytest.raises(InputError, match="Did you mean 'trust'"):
        sweep.frame("trst")
    with pytest.raises(InputError, match="horizon = 12 was not measured; known: 24"):
        sweep.frame(horizon=12)


def test_a_sweep_stands_alone(copy, tiny):
    """Its folder contains all that it needs to resume without its original files."""
    sweep = load_results(copy)
    assert sweep.experiment.title["fr"] == "Une petite ville"
    assert sweep.experiment.arms["transition_cluster"].interventions[0].levers.start == 2
    assert sweep.manifest["run"]["command"] == f"sim sweep {tiny} --out sweep"
    again = sim.sweep(sweep.experiment, copy, resume=True, executor="serial")
    assert again.missing() == 0
