"""The territory itself, in miniature: every executor gives the same results, to the last bit."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.experiments.results import Results
from sim.experiments.running import extend, sweep

TINY = """
title = { en = "A tiny town", fr = "Une petite ville" }
scenario = "mid_sized_town"
interventions = ["transition_cluster"]
replications = 2
seed = 11
months = 24
horizons = [12, 24]
series = ["participation"]

[settings]
rows = 12
columns = 12
population = 2500
spin_up = 1
"transition_cluster.start" = 2

[design]
kind = "sobol"
size = 2
seed = 4

[factors]
cluster_size = { distribution = "uniform", low = 5, high = 30 }
closure_rate = { distribution = "uniform" }
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("experiments") / "tiny.toml"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="module")
def serial(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Results:
    return sweep(tiny, tmp_path_factory.mktemp("sweeps") / "serial", executor="serial")


def test_all_runs_succeed(serial):
    assert set(serial.frame()["status"]) == {"ok"}
    assert serial.missing() == 0


@pytest.mark.slow
@pytest.mark.parametrize(("executor", "workers"), [("local", 2), ("dask", 1)])
def test_the_town_is_the_same_on_every_executor(tiny, serial, executor, workers, tmp_path):
    """One dask worker loads the model; toys test two workers that kill each other's runs."""
    found = sweep(tiny, tmp_path / "sweep", executor=executor, workers=workers, batch=3)
    assert found.digest == serial.digest
    assert found.frame().equals(serial.frame())
    by = ["point", "arm", "rep", "month"]
    ours, theirs = (s.series().sort_values(by, ignore_index=True) for s in (found, serial))
    assert ours.equals(theirs)


def test_the_town_is_the_same_if_points_and_replications_come_later(tiny, serial, tmp_path):
    fewer = {"replications": 1, "design": {"kind": "sobol", "size": 1, "seed": 4}}
    small = sweep(tiny, tmp_path / "sweep", changes=fewer, executor="serial")
    assert len(small.frame()) < len(serial.frame())
    extend(small.folder, size=2, executor="serial")
    grown = extend(small.folder, replications=2, executor="serial")
    assert grown.digest == serial.digest
    assert grown.frame().equals(serial.frame())


def test_changes_to_an_experiment_without_a_file_are_refused(serial, tmp_path):
    with pytest.raises(InputError, match="changes are made to an experiment's file"):
        sweep(serial.experiment, tmp_path / "sweep", changes={"replications": 1})
    assert not (tmp_path / "sweep").exists()
