"""``sim compare``: a whole folder or nothing, whatever happens to it or its workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.cli import main
from sim.comparison.effect_table import EFFECT_COLUMNS
from tests.reference.towns import SMALL

SETTINGS = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
SMALL_RUN = ["mid_sized_town", "transition_cluster", *SETTINGS, "--months", "13"]
LONG_RUN = ["mid_sized_town", "transition_cluster", *SETTINGS, "--months", "1200", "--reps", "4000"]


def hear_interrupts() -> None:
    """Shells start what runs in the background deaf to Ctrl-C, and the tests may run there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(out: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sim.cli", "compare", *LONG_RUN, *options, "--out", str(out)]
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_interrupts,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )


def children(pid: int) -> list[int]:
    """Processes below a process, as Linux tells."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            state, parent = text.rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found += [int(entry.name), *children(int(entry.name))]
    return found


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """The workers: forked by the fork server, which is a child of the process."""
    return [p for child in children(process.pid) for p in children(child)]


def wait_for(is_so: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    for _ in range(3000):
        if is_so():
            return
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


only_linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc")


def test_a_folder_holds_report_tables_and_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options = ["--reps", "2", "--workers", "1", "--lang", "fr", "--out", str(out)]
    assert main(["compare", *SMALL_RUN, *options]) == 0
    said = capsys.readouterr()
    assert "Cluster de transition" in said.out
    assert "Next: sim" in said.err
    manifest = json.loads((out / "manifest.json").read_text())
    found = {str(p.relative_to(out)) for p in out.rglob("*") if p.is_file()}
    assert found == {*manifest["files"], "manifest.json"}
    assert {
        *("report.html", "runs.parquet", "monthly.parquet", "parameters.parquet"),
        *("effects.csv", "ledger.csv", "cost_effectiveness.csv", "maps.npz"),
    } <= found
    effects = pd.read_csv(out / "effects.csv")
    assert tuple(effects.columns) == EFFECT_COLUMNS
    assert '<html lang="fr"' in (out / "report.html").read_text()
    assert main(["compare", *SMALL_RUN, "--out", str(out)]) == 2
    assert "not empty" in capsys.readouterr().err


def test_json_is_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--reps", "2", "--workers", "1", "--json", "--out", str(tmp_path / "out")]
    assert main(["-q", "compare", *SMALL_RUN, *options]) == 0
    said = capsys.readouterr()
    assert said.err == ""
    effects = {e["indicator"]: e for e in json.loads(said.out)["effects"]}
    assert effects["third_place_seats"]["verdict"] == "increase"
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
def test_what_is_wrong_is_said_in_one_sentence_and_nothing_is_written(
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


@only_linux
def test_ctrl_c_ends_everything_and_leaves_nothing(tmp_path: Path) -> None:
    process = start(tmp_path / "out", "--workers", "2")
    wait_for(lambda: len(workers_of(process)) == 2, process)
    everybody = [process.pid, *children(process.pid)]
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "interrupted; nothing was written" in error
    assert "Traceback" not in error
    wait_for(lambda: not any(map(is_running, everybody)))
    assert list(tmp_path.iterdir()) == []


@only_linux
def test_a_worker_that_is_killed_gives_a_clear_error(tmp_path: Path) -> None:
    process = start(tmp_path / "out", "--workers", "2")
    wait_for(lambda: len(workers_of(process)) == 2, process)
    os.kill(workers_of(process)[0], signal.SIGKILL)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "a worker process was ended from outside" in error
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


@only_linux
def test_workers_end_with_the_process_that_started_them(tmp_path: Path) -> None:
    process = start(tmp_path / "out", "--workers", "2")
    wait_for(lambda: len(workers_of(process)) == 2, process)
    workers = workers_of(process)
    process.kill()
    process.communicate(timeout=60)
    wait_for(lambda: not any(map(is_running, workers)))


def test_a_script_needs_no_shield_around_it(tmp_path: Path) -> None:
    """Workers do not run the script again that asks for them, nor what lies about in its folder."""
    decoy = tmp_path / "here" / "sim"
    decoy.mkdir(parents=True)
    (decoy / "__init__.py").write_text("raise SystemExit('another package of that name')\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import sim\n"
        "print('once')\n"
        f"town = sim.load_scenario('mid_sized_town').replace(**{SMALL!r}, months=13)\n"
        "found = sim.compare(town, ['transition_cluster'], reps=2, workers=2)\n"
        "print(len(found.runs))\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        cwd=tmp_path / "here",
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        timeout=600,
    )
    assert done.stdout.split() == ["once", "8"], done.stderr


def test_the_report_says_whether_it_takes_root_in_the_other_territories(tmp_path: Path) -> None:
    out = tmp_path / "results"
    few = ["--reps", "2", "--workers", "1", "--quiet", "--territories"]
    assert main(["compare", *SMALL_RUN, *few, "--out", str(out)]) == 0
    others = {"rural_low_density", "working_class_neighbourhood", "metropolis"}
    for name in others:
        effects = pd.read_csv(out / f"effects_{name}.csv")
        assert list(effects.columns) == list(pd.read_csv(out / "effects.csv").columns)
    page = (out / "report.html").read_text(encoding="utf-8")
    for place in ("Low-density countryside", "Working-class neighbourhood", "Metropolis"):
        assert place in page
