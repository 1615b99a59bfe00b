"""``sim compare``: a report and its tables; no kill loses results."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pandas as pd
import psutil
import pytest

from sim.cli import main
from sim.experiments.effects import EFFECT_COLUMNS
from sim.experiments.results import load_results
from sim.experiments.written import ours
from tests.reference.towns import SMALL

SETTINGS = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
SMALL_RUN = ["mid_sized_town", "transition_cluster", *SETTINGS, "--months", "13"]
LONG_RUN = ["mid_sized_town", "transition_cluster", *SETTINGS, "--months", "1200", "--reps", "4000"]


def hear_interrupts() -> None:
    """Shells start background jobs with Ctrl-C ignored, and the tests may be one."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(*command: str, folder: Path | None = None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_interrupts,
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def workers_of(pid: int) -> list[psutil.Process]:
    """Return the active workers, forked by the fork server, a child of the process."""
    return [
        worker
        for child in psutil.Process(pid).children()
        if is_alive(child) and "forkserver" in " ".join(child.cmdline())
        for worker in child.children()
        if is_alive(worker) and worker.cpu_times().user > 0.05
    ]


def wait_for(is_so: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    for _ in range(3000):
        if is_so():
            return
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def is_alive(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


no_windows = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")


class Answer(NamedTuple):
    """The folder and the output of a comparison in all territories."""

    out: Path
    said: str
    error: str


@pytest.fixture(scope="module")
def everywhere(tmp_path_factory: pytest.TempPathFactory) -> Answer:
    out = tmp_path_factory.mktemp("compared") / "everywhere"
    options = ["--reps", "2", "--workers", "1", "--lang", "fr", "--territories", "--out", str(out)]
    said, error = StringIO(), StringIO()
    with redirect_stdout(said), redirect_stderr(error):
        assert main(["compare", *SMALL_RUN, *options]) == 0
    return Answer(out, said.getvalue(), error.getvalue())


def test_a_folder_holds_report_tables_and_manifest(
    everywhere: Answer, capsys: pytest.CaptureFixture[str]
) -> None:
    out = everywhere.out
    assert "Cluster de transition" in everywhere.said
    assert "Next: sim" in everywhere.error
    manifest = json.loads((out / "manifest.json").read_text())
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    listed = {*manifest["files"], "manifest.json"}
    assert found <= set(ours(out))
    assert listed <= found
    assert {
        *("report.html", "runs.parquet", "monthly.parquet", "parameters.parquet"),
        *("effects.csv", "ledger.csv", "cost_effectiveness.csv", "maps.npz"),
    } <= found
    effects = pd.read_csv(out / "effects.csv")
    assert tuple(effects.columns) == EFFECT_COLUMNS
    assert '<html lang="fr"' in (out / "report.html").read_text(encoding="utf-8")
    assert main(["compare", *SMALL_RUN, "--out", str(out)]) == 2
    assert "not empty" in capsys.readouterr().err


def test_the_report_says_whether_it_takes_root_in_the_other_territories(everywhere: Answer) -> None:
    for name in ("rural_low_density", "working_class_neighbourhood", "metropolis"):
        effects = pd.read_csv(everywhere.out / f"effects_{name}.csv")
        assert tuple(effects.columns) == EFFECT_COLUMNS
    page = (everywhere.out / "report.html").read_text(encoding="utf-8")
    for place in ("Campagne peu dense", "Quartier populaire", "Métropole"):
        assert place in page


def test_json_is_one_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.report.report.write_report", lambda *_, **__: {})  # not used here
    options = ["--reps", "2", "--workers", "1", "--json", "--out", str(tmp_path / "out")]
    assert main(["-q", "compare", *SMALL_RUN, *options]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    effects = {e["indicator"]: e for e in json.loads(said.out)["effects"]}
    assert effects["third_place_seats"]["verdict"] == "too_few"
    assert effects["review_delay"]["horizon"] == 13


WRONG = [
    (["mid_sized_town"], "Missing argument"),
    (["mid_sized_town", "transition_clutser"], "Did you mean 'transition_cluster'"),
    (["mid_sized_twn", "transition_cluster"], "Did you mean 'mid_sized_town'"),
    ([*SMALL_RUN, "--set", "cluster_sise=3"], "Did you mean 'cluster_size'"),
    ([*SMALL_RUN, "--set", "cluster_size=-1"], "cluster_size = -1"),
    ([*SMALL_RUN, "--reps", "1"], "reps = 1"),
    ([*SMALL_RUN, "--reps", "many"], "'many' is not a whole number"),
    ([*SMALL_RUN, "--workers", "0"], "workers = 0"),
    ([*SMALL_RUN, "--lang", "de"], "expected en or fr"),
    ([*SMALL_RUN, "--set", "start=24", "--set", "stop=12"], "stop = 12"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_invalid_input_gives_one_sentence_and_writes_nothing(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workers = [] if "--workers" in arguments else ["--workers", "1"]
    assert main(["compare", *arguments, *workers, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_folder_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compare", *SMALL_RUN]) == 2
    assert "--out" in capsys.readouterr().err


SOME_FAIL = [*SMALL_RUN, "--set", "starting_vacancy=0.005", "--reps", "12", "--workers", "1"]


@pytest.mark.slow
def test_replications_that_cannot_start_are_missing_and_the_others_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    with monkeypatch.context() as later:
        later.setattr("sim.report.report.write_report", lambda *_, **__: {})  # written below
        assert main(["compare", *SOME_FAIL, "--out", str(out)]) == 3
    said = capsys.readouterr()
    found = load_results(out)
    lost = 12 - len(found.replications)
    assert 0 < lost < 12
    verb = "is" if lost == 1 else "are"
    assert f"{lost} of 12 replications {verb} missing" in said.err
    assert "starting_vacancy" in said.err and "--retry-failed" in said.err
    assert set(found.failures()["error_type"]) == {"InputError"}
    assert "Open shops, town centre" in said.out
    assert (found.effects["replications"].max()) == len(found.replications)
    assert set(found.runs["rep"]) == set(found.replications)
    assert len(found.monthly) == 2 * len(found.replications) * 13
    assert found.effects.to_csv(index=False) == (out / "effects.csv").read_text()
    assert main(["report", str(out)]) == 0


@pytest.mark.slow
def test_where_no_replication_can_start_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    impossible = ["--set", "starting_vacancy=0.005", "--set", "closure_rate=0.3"]
    impossible += ["--fixed-parameters", "--workers", "1"]
    assert main(["compare", *SMALL_RUN, *impossible, "--out", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert "starting_vacancy: 0.005 cannot last" in error and error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


MANY = [*SMALL_RUN[:-1], "240", "--reps", "60"]


@pytest.fixture(scope="module")
def unhurt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The comparison that the tests below interrupt."""
    out = tmp_path_factory.mktemp("unhurt") / "out"
    assert main(["-q", "compare", *MANY, "--out", str(out)]) == 0
    return out


def check_same(out: Path, unhurt: Path) -> None:
    """Check that two folders have the same results, tables and report, byte for byte."""
    assert load_results(out).digest == load_results(unhurt).digest
    listed = json.loads((unhurt / "manifest.json").read_text())["files"]
    assert listed == json.loads((out / "manifest.json").read_text())["files"]
    assert {"report.html", "effects.csv", "monthly.parquet", "maps.npz"} <= set(listed)


def parts(out: Path) -> int:
    return len(list((out / "parts").glob("*.parquet"))) if (out / "parts").exists() else 0


@pytest.mark.slow
@no_windows
@pytest.mark.parametrize(
    "signal_", [signal.SIGKILL, pytest.param(signal.SIGINT, marks=pytest.mark.corpus)]
)
def test_a_comparison_that_is_killed_goes_on_to_the_same_bytes(
    signal_: signal.Signals, tmp_path: Path, unhurt: Path
) -> None:
    out = tmp_path / "out"
    command = ["compare", *MANY, "--workers", "2", "--out", str(out)]
    process = start("-m", "sim.cli", *command)
    wait_for(lambda: parts(out) >= 2, process)
    family = psutil.Process(process.pid).children(recursive=True)
    if signal_ == signal.SIGINT:
        os.killpg(process.pid, signal_)  # as a terminal does
    else:
        process.kill()
    said, error = process.communicate(timeout=60)
    wait_for(lambda: not any(map(is_alive, family)))
    assert "Traceback" not in error
    if signal_ == signal.SIGINT:
        assert (process.returncode, said) == (130, "")
        assert f"what was finished is kept; go on with --out {out} --resume" in error
    begun = load_results(out)
    assert 0 < begun.counts.succeeded < begun.counts.planned
    assert main(["-q", *command, "--resume"]) == 0
    check_same(out, unhurt)


@pytest.mark.slow
@no_windows
def test_a_worker_that_is_killed_costs_nothing(tmp_path: Path, unhurt: Path) -> None:
    killed: list[int] = []

    def kill_one() -> None:
        wait_for(lambda: len(workers_of(os.getpid())) == 2)
        worker = workers_of(os.getpid())[0]
        worker.kill()
        killed.append(worker.pid)

    killer = Thread(target=kill_one)
    killer.start()
    code = main(["-q", "compare", *MANY, "--workers", "2", "--out", str(tmp_path / "out")])
    killer.join()
    assert code == 0 and len(killed) == 1
    check_same(tmp_path / "out", unhurt)


@pytest.mark.corpus  # a sweep on a cluster is tried in tests/sweeps
def test_a_comparison_on_a_cluster_gives_the_same_bytes(tmp_path: Path, unhurt: Path) -> None:
    cluster = ["--executor", "dask", "--workers", "1"]
    assert main(["-q", "compare", *MANY, *cluster, "--out", str(tmp_path / "out")]) == 0
    check_same(tmp_path / "out", unhurt)


@pytest.mark.corpus
def test_a_comparison_is_extended_in_its_folder(
    tmp_path: Path, unhurt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "out")
    few = [*MANY[:-1], "58"]
    assert main(["-q", "compare", *few, "--workers", "1", "--out", out]) == 0
    assert main(["-q", "extend", out, "--reps", "60", "--workers", "1"]) == 0
    assert load_results(out).digest == load_results(unhurt).digest
    assert (tmp_path / "out" / "effects.csv").read_bytes() == (unhurt / "effects.csv").read_bytes()
    assert not (tmp_path / "out" / "report.html").exists()  # it was that of fewer replications
    assert main(["-q", "report", out]) == 0


SCRIPT = f"""
import sim
print('once', flush=True)
town = sim.load_scenario('mid_sized_town').replace(**{SMALL!r}, months=13)
found = sim.compare(town, ['transition_cluster'], reps=2, workers=2)
print(len(found.runs), flush=True)
sim.compare(town.replace(months=1200), ['transition_cluster'], reps=4000, workers=2)
"""


@pytest.mark.slow
@no_windows
def test_a_script_needs_no_shield_around_it_and_workers_end_with_it(tmp_path: Path) -> None:
    """Workers do not rerun the calling script, nor modules in its folder."""
    decoy = tmp_path / "here" / "sim"
    decoy.mkdir(parents=True)
    (decoy / "__init__.py").write_text("raise SystemExit('another package of that name')\n")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    process = start(str(script), folder=tmp_path / "here")
    assert process.stdout is not None
    said = [process.stdout.readline().strip() for _ in range(2)]
    if said != ["once", "8"]:
        process.kill()
        pytest.fail(f"{said}\n{process.communicate()[1]}")
    wait_for(lambda: len(workers_of(process.pid)) == 2, process)
    workers = workers_of(process.pid)
    process.kill()
    rest, _ = process.communicate(timeout=60)
    assert rest == ""
    wait_for(lambda: not any(map(is_alive, workers)))
