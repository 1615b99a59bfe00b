"""Errors give one sentence and their exit code, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.cli import main
from sim.experiments.results import load_results

Capture = pytest.CaptureFixture[str]

RUN = ("run", "mid_sized_town", "--months", "3")

WRONG_INPUTS = [
    (("runn",), "Did you mean 'run'"),
    (("run",), "Missing argument"),
    (("run", "mid_sized_twn"), "Did you mean 'mid_sized_town'"),
    (("run", "nowhere/town.toml"), "no such scenario file"),
    ((*RUN, "--moths", "3"), "--months"),
    (("run", "mid_sized_town", "--months", "many"), "'many' is not a whole number"),
    (("run", "mid_sized_town", "--months", "0"), "months = 0"),
    (("run", "mid_sized_town", "--months", "1201"), "1200"),
    ((*RUN, "--seed", "-1"), "seed = -1"),
    ((*RUN, "--seed", "9223372036854775808"), "2**63 - 1"),
    ((*RUN, "--reps", "0"), "reps = 0"),
    ((*RUN, "--reps", "2.5"), "'2.5' is not a whole number"),
    ((*RUN, "--lang", "de"), "expected en or fr"),
    ((*RUN, "--set", "clsure_rate=0.1"), "Did you mean 'closure_rate'"),
    ((*RUN, "--set", "distance_decay=power_law"), "Each sector has its own: decay_form_conv"),
    (("params", "distance_decay"), "Each sector has its own: decay_form_conv"),
    ((*RUN, "--set", "closure_rate=2"), "from 0 to 1"),
    ((*RUN, "--set", "closure_rate=nan"), "closure_rate"),
    ((*RUN, "--set", "closure_rate=high"), "'high'"),
    ((*RUN, "--set", "closure_rate"), "key=value"),
    ((*RUN, "--set", "with_rent=1"), "true or false"),
    ((*RUN, "--set", "rows=5000", "--set", "columns=5001"), "columns"),
    ((*RUN, "--maps", "0"), "--out"),
    ((*RUN, "--maps", "0,x", "--out", "new"), "--maps 0,x"),
    ((*RUN, "--maps", "0,4", "--out", "new"), "map month 4"),
    ((*RUN, "--maps", "0", "--layers", "vacancies", "--out", "new"), "Did you mean 'vacancy'"),
    ((*RUN, "--layers", "", "--out", "new"), "--layers"),
    ((*RUN, "--out", "file"), "is a file"),
    ((*RUN, "--out", "file/new"), "cannot be"),
    ((*RUN, "--out", "full"), "not empty"),
    ((*RUN, "--out", "full", "--force"), "holds no results"),
    ((*RUN, "--out", "."), "folder of their own"),
    (("run", "file"), "unknown scenario"),
    (("run", "torn.toml"), "not a valid TOML file"),
    (("run", "unknown_key.toml"), "Did you mean 'closure_rate'"),
    (("run", "lost.toml"), "lost.npz"),
    (("scenarios", "metropolys"), "Did you mean 'metropolis'"),
    (("params", "closure_rat_e"), "Did you mean 'closure_rate'"),
    (("explain", "shop_closre"), "Did you mean 'shop_closure'"),
    (("explain",), "Missing argument"),
    (("territory",), "Missing command"),
    (("territory", "shw"), "Did you mean 'show'"),
    (("territory", "import", "--out", "new"), "--population"),
    (("territory", "import", "--population", "no.csv", "--out", "new"), "no.csv"),
    (("territory", "import", "--population", "file", "--out", "new"), "file"),
    (("territory", "import", "--population", "f", "--around", "x", "--out", "new"), "--around x"),
    (("territory", "show", "lost.npz"), "lost.npz"),
    (("territory", "show", "torn.npz"), "torn.npz"),
    (("territory", "show", "mid_sized_town", "--out", "map.jpg"), ".svg or .png"),
    (("territory", "show", "mid_sized_town", "--out", "file.svg"), "exists"),
    (("territory", "show", "mid_sized_town", "--out", "nowhere/map.svg"), "nowhere/map.svg"),
]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with some invalid files."""
    (tmp_path / "file").write_text("not what you think")
    (tmp_path / "file.svg").write_text("mine")
    (tmp_path / "torn.npz").write_bytes(b"PK\x03\x04")
    (tmp_path / "torn.toml").write_text("[shop_closure")
    (tmp_path / "unknown_key.toml").write_text("[shop_closure]\nclosure_rat = 0.1")
    (tmp_path / "lost.toml").write_text('[territory]\nfile = "lost.npz"')
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("years of work")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def everything(folder: Path) -> dict[str, bytes | None]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None
        for p in folder.rglob("*")
    }


@pytest.mark.parametrize(("arguments", "words"), WRONG_INPUTS)
def test_a_wrong_input_gets_one_sentence_and_exit_code_2(
    here: Path, capsys: Capture, arguments: tuple[str, ...], words: str
) -> None:
    before = everything(here)
    assert main(arguments) == 2
    captured = capsys.readouterr()
    *messages, error = captured.err.splitlines()
    assert all(m.startswith("Compiling kernels") for m in messages)
    assert error.startswith("Error: ")
    assert words in error
    assert "Traceback" not in captured.err
    assert captured.out == ""
    assert everything(here) == before


def test_a_full_disk_is_a_failed_run_that_leaves_nothing(
    here: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    before = everything(here)
    monkeypatch.setattr(os, "fsync", full)
    assert main([*RUN, "--out", "new"]) == 1
    assert "no space left on device; nothing was written" in capsys.readouterr().err
    assert everything(here) == before


def test_a_fault_of_the_program_is_one_sentence_unless_more_is_asked_for(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("sim.scenario.scenario.load_scenario", broken)
    assert main(RUN) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert main([*RUN, "--verbose"]) == 1
    assert "Traceback" in capsys.readouterr().err


def _started(out: Path) -> subprocess.Popen[str]:
    """A run of many replications that has finished some."""
    running = subprocess.Popen(
        [
            *(sys.executable, "-m", "sim.cli", "run", "mid_sized_town", "--reps", "20000"),
            *("--out", str(out), "--workers", "1", "--months", "2"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Shells start background jobs with Ctrl-C ignored, and the tests may be one.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not list(out.glob("parts/*.parquet")):
        assert running.poll() is None
        time.sleep(0.02)
    return running


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals are a matter of POSIX")
@pytest.mark.parametrize(
    "by",
    [
        pytest.param(signal.SIGINT, marks=pytest.mark.corpus, id="interrupted"),
        pytest.param(signal.SIGKILL, id="killed"),
    ],
)
def test_a_stopped_run_keeps_what_was_finished_and_goes_on(by: signal.Signals, tmp_path: Path):
    out = tmp_path / "results"
    running = _started(out)
    running.send_signal(by)
    output, errors = running.communicate(timeout=60)
    assert output == ""
    if by == signal.SIGINT:
        assert running.returncode == 130
        assert errors.splitlines()[-1].startswith("Error: interrupted; what was finished is kept")
        assert "Traceback" not in errors
    finished = len(load_results(out).store.statuses())
    few = ["run", "mid_sized_town", "--reps", "2", "--months", "2", "--out", str(out)]
    assert main([*few, "--quiet", "--workers", "1", "--resume"]) == 0
    assert len(load_results(out).store.statuses()) >= max(finished, 2)
    assert [p.name for p in tmp_path.iterdir()] == ["results"]
