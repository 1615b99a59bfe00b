"""An experiment is sealed: later changes of files, code or results never reach it unnoticed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import sim
from sim.errors import InputError
from sim.experiments import code
from sim.experiments.code import code_here
from sim.experiments.results import Results, load_results
from sim.experiments.running import extend, sweep
from sim.experiments.verify import verify
from sim.simulation.simulation import territory_of
from sim.territory.territory_file import save_territory
from tests.quick_cases import rest_slow

ROOT = Path(__file__).parents[2]

EXPERIMENT = """
title = { en = "Two towns", fr = "Deux villes" }
scenario = "town.toml"
interventions = ["transition_cluster"]
replications = 3
seed = 3
months = 24
horizons = [12, 24]
series = ["participation"]
ledger = true

[settings]
spin_up = 1
"transition_cluster.start" = 2

[factors]
closure_rate = [0.08, 0.12]
"""

TOWN = """
inherits = "mid_sized_town"

[territory]
file = "town.territory.npz"
"""


def write_town(folder: Path, population: int = 2500) -> None:
    """Write a small territory, as an import would."""
    size = {"rows": 12, "columns": 12, "population": population}
    town = sim.load_scenario("mid_sized_town").replace(**size)
    save_territory(territory_of(town), folder / "town.territory.npz")


@pytest.fixture(scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("towns")
    (folder / "two.toml").write_text(EXPERIMENT)
    (folder / "town.toml").write_text(TOWN)
    write_town(folder)
    return folder


@pytest.fixture(scope="module")
def _true(_folder: Path) -> Results:
    return sweep(_folder / "two.toml", _folder / "true", executor="serial")


@pytest.fixture
def folder(_folder: Path, tmp_path: Path) -> Path:
    """The files of an experiment, for one test to change."""
    for name in ("two.toml", "town.toml", "town.territory.npz"):
        shutil.copy(_folder / name, tmp_path)
    return tmp_path


@pytest.fixture
def true(_true: Results, folder: Path) -> Results:
    """The finished experiment, for one test to change."""
    assert _true.folder is not None
    return load_results(shutil.copytree(_true.folder, folder / "true"))


class Stop(Exception):
    """Raised to stop a sweep."""


@pytest.mark.parametrize(
    "executor", ["serial", *(pytest.param(n, marks=pytest.mark.slow) for n in ("local", "dask"))]
)
def test_a_territory_replaced_during_a_sweep_reaches_no_run(folder, true, executor, monkeypatch):
    def replace(tally: object) -> None:
        write_town(folder, 4000)

    monkeypatch.chdir(folder)
    found = sweep("two.toml", "out", executor=executor, workers=1, batch=2, progress=replace)
    assert found.counts.failed == 0
    assert found.digest == true.digest


def test_a_territory_replaced_before_resuming_is_refused_but_the_folder_goes_on(folder, true):
    def stop(tally: object) -> None:
        raise Stop

    with pytest.raises(Stop):
        sweep(folder / "two.toml", folder / "out", executor="serial", batch=4, progress=stop)
    write_town(folder, 4000)
    with pytest.raises(InputError, match="a file that it names has changed"):
        sweep(folder / "two.toml", folder / "out", executor="serial", resume=True)
    for name in ("two.toml", "town.toml", "town.territory.npz"):
        (folder / name).unlink()
    assert extend(folder / "out", executor="serial").digest == true.digest


def test_a_folder_alone_repeats_its_experiment(true, tmp_path):
    digest, away = true.digest, shutil.move(true.folder, tmp_path / "away")
    assert sweep(away, tmp_path / "again", executor="serial").digest == digest


def test_results_made_by_other_code_are_not_mixed_with_those_of_this(true, monkeypatch):
    other = code.Code("0.1", code_here().sources, {**code_here().libraries, "numpy": "1.26.0"})
    monkeypatch.setattr("sim.experiments.growing.code_here", lambda: other)
    with pytest.raises(InputError, match=r"numpy .+ there and 1\.26\.0 here"):
        extend(true.folder, replications=4, executor="serial")
    assert len(true.store.statuses()) == 12


def test_code_is_named_by_16_digits_of_its_sources_and_libraries():
    here = code_here()
    later = {**here.libraries, "numpy": "99"}
    others = [replace(here, sources="0" * 16), replace(here, libraries=later)]
    hashes = [one.hash for one in (here, *others)]
    assert len(set(hashes)) == 3
    assert {len(text) for text in (here.sources, *hashes)} == {16}
    assert replace(here, package="99").hash == here.hash


def test_code_is_that_of_the_rooms_and_catalogues_that_decide_the_bits():
    """In this order, each file with its path and its length."""
    rooms = ["kernels", "processes", "registry", "territory", "measures", "start"]
    rooms += ["interventions", "scenario", "simulation"]
    paths = [p for room in rooms for p in sorted((ROOT / "sim" / room).rglob("*.py"))]
    of_runs = ("course", "draws", "seeds", "shared_start", "territory_runs")
    paths += [ROOT / "sim" / "experiments" / f"{name}.py" for name in of_runs]
    named = [(path.relative_to(ROOT / "sim").as_posix(), path) for path in paths]
    catalogues = sorted((ROOT / "scenarios" / "catalogues").glob("*.toml"))
    named += [(path.name, path) for path in catalogues]
    text = b"".join(
        f"\0{name}\0{path.stat().st_size}\0".encode() + path.read_bytes() for name, path in named
    )
    here = code_here()
    assert here.sources == hashlib.sha256(text).hexdigest()[:16]
    libraries = [f"{n} {here.libraries[n]}" for n in ("llvmlite", "numba", "numpy", "scipy")]
    whole = "\0".join([here.sources, *libraries]).encode()
    assert here.hash == hashlib.sha256(whole).hexdigest()[:16]


def test_other_code_is_told_by_its_libraries_and_its_sources():
    here = code.Code("1.0", "s", {"numpy": "1", "numba": "2"})
    known = {"package": "1.0", "sources": "s", "libraries": {"numpy": "1", "numba": "2"}}
    for other, said in (
        ({}, ""),
        ({"libraries": {"numpy": "1", "numba": "3"}}, "numba 3 there and 2 here"),
        ({"sources": "t"}, "the model's sources differ"),
        ({"sources": "t", "package": "0.9"}, "essaim 0.9 there and 1.0 here"),
        ({"package": "0.9"}, ""),
        (
            {"libraries": None, "sources": "t"},
            "numpy unknown there and 1 here, numba unknown there and 2 here, the model's sources"
            " differ",
        ),
    ):
        assert here.differences(known | other) == said


@pytest.mark.slow
@pytest.mark.parametrize("changed", ["kernels/random.py", "processes/shop_closure.py"])
def test_any_edit_of_the_models_sources_is_other_code(changed, tmp_path):
    with checkout(tmp_path, changed) as source:
        say = "from sim.experiments.code import code_here; print(code_here().sources)"
        run = subprocess.run(
            [sys.executable, "-c", say],
            env={**os.environ, "PYTHONPATH": str(source)},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
    assert run.stdout.strip() != code_here().sources


@contextmanager
def checkout(folder: Path, edited: str | None = None) -> Iterator[Path]:
    """A copy of the sources, with a comment added to one file."""
    source = folder / "checkout"
    for name in ("sim", "scenarios", "experiments"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    if edited:
        with (source / "sim" / edited).open("a") as file:
            file.write("\n# edited\n")
    yield source


@contextmanager
def dask_worker(source: Path, place: Path) -> Iterator[str]:
    """A dask scheduler with one worker that runs sources in a folder of its own."""
    from distributed import LocalCluster

    place.mkdir()
    with LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50) as cluster:
        command = ["-m", "distributed.cli.dask_worker", cluster.scheduler_address]
        worker = subprocess.Popen(
            [sys.executable, *command, "--no-dashboard", "--nthreads", "1"],
            env={**os.environ, "PYTHONPATH": str(source)},
            cwd=place,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield cluster.scheduler_address
        finally:
            worker.kill()
            worker.wait()


@pytest.mark.slow
def test_a_dask_worker_needs_no_file_of_the_experiment(folder, true, monkeypatch):
    monkeypatch.chdir(folder)
    with dask_worker(ROOT, folder / "elsewhere") as scheduler:
        found = sweep("two.toml", "out", executor="dask", scheduler=scheduler)
    assert found.counts.failed == 0
    assert found.digest == true.digest
    assert [w["code"] for w in found.manifest["workers"]] == [code_here().hash]


@pytest.mark.slow
def test_a_dask_worker_of_another_version_is_refused_and_can_be_replaced(folder, true):
    with (
        checkout(folder, "processes/shop_closure.py") as source,
        dask_worker(source, folder / "elsewhere") as scheduler,
        pytest.raises(InputError, match=r"a worker on .+ has other code: the model's sources"),
    ):
        sweep(folder / "two.toml", folder / "out", executor="dask", scheduler=scheduler)
    found = sweep(folder / "two.toml", folder / "out", resume=True, executor="serial")
    assert found.digest == true.digest


def parts(results: Results, kind: str = "parts") -> list[Path]:
    assert results.folder is not None
    return sorted((results.folder / kind).glob("*.parquet"))


def test_stored_runs_repeat_to_the_last_byte(true):
    found = verify(true.folder, share=1.0, executor="serial")
    assert (found.known, found.checked, found.different, found.code) == (12, 12, (), "")
    assert verify(true.folder, executor="serial").checked == 1


@pytest.mark.parametrize("share", [0.0, -0.1, 1.01, float("nan")])
def test_a_share_to_verify_is_above_0_and_at_most_1(share, tmp_path):
    with pytest.raises(InputError, match="expected above 0 to 1"):
        verify(tmp_path, share=share)


def test_a_forged_result_is_found_by_its_seal_and_by_repeating_its_run(true):
    """Whoever forges the seal too is found by `verify`."""
    from sim.experiments.parts import write_tables

    path = parts(true)[0]
    table = pq.read_table(path)
    at = table.column_names.index("closures")
    closures = [value + 1 for value in table["closures"].to_pylist()]
    forged = table.set_column(at, table.schema.field(at), [closures])
    pq.write_table(forged, path)
    with pytest.raises(InputError, match="was changed after it was written"):
        _ = load_results(true.folder).digest
    path.unlink()
    write_tables(true.folder, {"parts": forged})
    different = verify(true.folder, share=1.0, executor="serial").different
    assert len(different) == len(set(table["key"].to_pylist()))
    assert different[0].startswith("point ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "more",
    rest_slow(
        [
            {"months": 36, "horizons": [18], "interventions": ["rent_relief"], "replications": 4},
            {"replications": 4},
            {"months": 36},
            {"horizons": [6]},
            {"interventions": ["rent_relief"]},
        ]
    ),
    ids=" ".join,
)
def test_an_experiment_extended_is_the_same_as_begun_larger(true, folder, more):
    wanted = {"horizons": sorted({12, 24, more.get("months", 24), *more.get("horizons", [])})}
    wanted |= {name: more[name] for name in ("months", "replications") if name in more}
    if "interventions" in more:
        wanted["interventions"] = ["transition_cluster", *more["interventions"]]
    at_once = sweep(folder / "two.toml", folder / "large", changes=wanted, executor="serial")
    begun_with = true.manifest["run"]["command"]
    grown = extend(true.folder, executor="serial", **more)
    assert grown.digest == at_once.digest
    assert grown.manifest["run"]["command"] == begun_with
    for kind in ("series", "ledger"):
        assert sorted_rows(grown, kind) == sorted_rows(at_once, kind)
        assert sum(pq.read_metadata(p).num_rows for p in parts(grown, kind)) == (
            grown.store.kept(kind).num_rows  # none is stored twice
        )
    rows = sum(pq.read_metadata(p).num_rows for p in parts(grown))
    assert rows == len(grown.store.statuses()) * len(wanted["horizons"])
    assert grown.manifest["arm_order"] == at_once.manifest["arm_order"]
    assert grown.manifest["run"]["horizons"] == wanted["horizons"]
    assert load_results(true.folder).frame().equals(at_once.frame())
    assert extend(true.folder, executor="serial").digest == at_once.digest


def sorted_rows(results: Results, kind: str) -> list[tuple[object, ...]]:
    return sorted(map(tuple, results.store.kept(kind).to_pandas().to_numpy().tolist()))


@pytest.mark.slow
def test_an_arm_added_by_resuming_is_in_the_manifest_and_can_be_extended(true, folder):
    text = EXPERIMENT.replace('["transition_cluster"]', '["transition_cluster", "rent_relief"]')
    (folder / "two.toml").write_text(text)
    grown = sweep(folder / "two.toml", true.folder, resume=True, executor="serial")
    assert grown.manifest["arm_order"] == ["baseline", "transition_cluster", "rent_relief"]
    assert set(extend(true.folder, replications=4, executor="serial").frame()["arm"]) == set(
        grown.manifest["arm_order"]
    )


def test_results_of_which_an_input_was_edited_do_not_go_on(true, folder):
    path = true.folder / "inputs" / "0" / "baseline.toml"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(InputError, match=r"baseline\.toml was changed after it was written"):
        sweep(folder / "two.toml", true.folder, resume=True, executor="serial")


def test_results_that_lead_out_of_their_folder_do_not_go_on(true, folder):
    kept = (true.folder / "parts").rename(folder / "kept")
    (true.folder / "parts").symlink_to(kept)
    before = sorted(kept.iterdir())
    with pytest.raises(InputError, match="parts leads out of the folder; replace it with a copy"):
        sweep(
            folder / "two.toml", true.folder, changes={"replications": 4}, resume=True,
            executor="serial",
        )  # fmt: skip
    assert sorted(kept.iterdir()) == before


def test_fewer_replications_than_stored_lose_none(true, folder):
    fewer = {"replications": 1}
    found = sweep(folder / "two.toml", true.folder, changes=fewer, resume=True, executor="serial")
    assert found.experiment.replications == 3
    assert found.digest == true.digest


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"replications": 1}, "replications = 1 is fewer than there are, 3"),
        ({"months": 12}, "months = 12 is fewer than there are, 24"),
        ({"horizons": [40]}, "horizons = 40 is not admissible"),
        ({"interventions": ["transition_cluster"]}, "an arm 'transition_cluster' already"),
        ({"interventions": ["rent_releif"]}, "Did you mean 'rent_relief'"),
    ],
)
def test_an_extension_that_does_not_fit_changes_nothing(true, more, told):
    before = (true.folder / "manifest.json").read_bytes()
    with pytest.raises(InputError, match=told):
        extend(true.folder, executor="serial", **more)
    assert (true.folder / "manifest.json").read_bytes() == before
