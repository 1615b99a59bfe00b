"""The job array of ``sim sweep --slurm``, whose tasks are processes of this machine here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.cli import main
from sim.experiments.engine import IN_FLIGHT, Tally
from sim.experiments.results import load_results
from tests.sweeps.toy_sweeps import POINTS, fill_toys
from tests.sweeps.toys import Toy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a job array is a shell script")

ROOT = Path(__file__).parents[2]

EXPERIMENT = """
title = { en = "A town", fr = "Une ville" }
scenario = "mid_sized_town"
interventions = ["rent_relief"]
replications = 4
months = 12
horizons = [12]

[settings]
rows = 12
columns = 12
population = 2500

[factors]
closure_rate = [0.08, 0.12]
"""

SLURM = ["--slurm", "job.sh", "--workers", "3"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "a folder"
    place.mkdir()
    (place / "town.toml").write_text(EXPERIMENT)
    monkeypatch.chdir(place)
    return place


def test_a_job_array_repeats_the_command_with_its_options(folder, capsys):
    options = ["--set", "spin_up=2", "--reps", "3", "--timeout", "60"]
    assert main(["sweep", "town.toml", "--out", "s3://bucket/my town", *options, *SLURM]) == 0
    script = (folder / "job.sh").read_text()
    assert "#SBATCH --array=0-2\n" in script
    assert f"cd '{folder}'\n" in script
    repeated = "--reps 3 --set spin_up=2 --out 's3://bucket/my town' --timeout 60.0"
    assert f"sweep town.toml {repeated} --resume --executor dask" in script
    assert subprocess.run(["sh", "-n", "job.sh"], check=False).returncode == 0
    assert "sbatch job.sh" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--slurm", "job.sh"], "--slurm needs --workers"),
        ([*SLURM, "--force"], "goes without --force"),
        ([*SLURM, "--set", "rosw=12"], "Did you mean 'rows'"),
        (["--slurm", "town.toml", "--workers", "3"], "--slurm town.toml exists"),
        (["--slurm", "no/job.sh", "--workers", "3"], "no such file"),
        (["--executor", "dask", "--scheduler", "no.json"], "no file that a dask scheduler has"),
    ],
)
def test_mistakes_show_before_the_job_is_queued(folder, capsys, options, told):
    assert main(["sweep", "town.toml", "--out", "out", *options]) == 2
    assert told in capsys.readouterr().err
    assert not (folder / "job.sh").exists()


@pytest.mark.corpus
def test_workers_that_join_later_get_work_too(store):
    from distributed import LocalCluster

    toy = Toy(fates=dict.fromkeys(range(POINTS), "takes_a_moment"))
    with LocalCluster(1, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster:

        def join(tally: Tally) -> None:
            cluster.scale(3)
            cluster.wait_for_workers(3)

        how = {"executor": "dask", "scheduler": cluster.scheduler_address, "batch": 1}
        tally = fill_toys(store, toy, progress=join, **how)
    assert tally.most_in_flight == 3 * IN_FLIGHT


@contextmanager
def task(number: int, job: int) -> Iterator[subprocess.Popen[bytes]]:
    """A task of a job array, killed at the end as Slurm does."""
    variables = {"SLURM_ARRAY_JOB_ID": str(job), "SLURM_ARRAY_TASK_ID": str(number)}
    process = subprocess.Popen(
        ["sh", "job.sh"],
        env={**os.environ, **variables, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.corpus
def test_the_tasks_of_a_job_array_do_the_sweep_also_after_a_time_limit(folder):
    assert main(["sweep", "town.toml", "--out", "true", "--workers", "1"]) == 0
    true = load_results(folder / "true")
    assert main(["sweep", "town.toml", "--out", "out", *SLURM]) == 0
    with task(1, job=7), task(2, job=7), task(0, job=7):
        while not list((folder / "out" / "parts").glob("*.parquet")):
            time.sleep(0.1)
    with task(2, job=8) as second, task(0, job=8) as first:
        assert first.wait() == 0
        assert second.wait() == 0
    found = load_results(folder / "out")
    assert (found.counts.failed, found.missing()) == (0, 0)
    assert found.digest == true.digest
    assert not list(folder.glob(".job-8*"))
