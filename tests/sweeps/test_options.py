"""Options of running, and what happens to a folder that holds results already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import InputError
from sim.experiments import running, simulate
from sim.experiments.comparison import comparison_of
from sim.experiments.experiment import BASELINE
from sim.experiments.experiment_file import load_experiment
from sim.experiments.results import load_results
from sim.experiments.running import Options, extend, run_experiment
from sim.experiments.simulate import one_point
from sim.experiments.verify import verify
from tests.reference.made_up_sweeps import made_up

TOWN = sim.load_scenario("mid_sized_town").replace(
    rows=12, columns=12, population=2000, months=24, spin_up=1
)
COMMANDS = {"command": "sim", "python": "sim"}


def test_options_have_their_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert vars(Options()) == {
        "workers": None,
        "executor": "local",
        "scheduler": None,
        "retry_failed": False,
        "max_failures": None,
        "timeout": None,
        "threads": False,
        "batch": None,
        "progress": None,
    }
    monkeypatch.setattr(running, "worker_number", lambda asked: asked or 7)
    assert [Options().number, Options(3).number, Options(threads=True).number] == [7, 3, 1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"executor": "lokal"}, "unknown executor 'lokal'"),
        ({"workers": 0}, "workers = 0 is out of range"),
        ({"scheduler": "x"}, "a scheduler goes with executor 'dask', not 'local'."),
        ({"threads": True, "executor": "dask"}, "threads spread one run after another"),
        ({"threads": True, "workers": 2}, "threads spread one run after another"),
        ({"batch": 0}, "batch = 0 is out of range; expected at least 1."),
        ({"max_failures": -1}, "max_failures = -1 is out of range; expected at least 0."),
        ({"timeout": 1_000_001}, "timeout = 1e.06 is out of range; expected above 0 to 1,000,000"),
        ({"timeout": 0}, "timeout = 0 is out of range"),
    ],
)
def test_options_that_do_not_go_together_are_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=f"^{said}"):
        Options(**given)


def test_options_at_their_limits_are_taken() -> None:
    Options(batch=1, max_failures=0, timeout=1_000_000, threads=True, workers=1)
    Options(scheduler="x", executor="dask", timeout=1e-9)
    Options(threads=True, executor="serial")


def test_a_run_is_one_replication_in_this_process_by_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(simulate, "run_experiment", lambda *given, **how: made.append((given, how)))
    simulate.simulate(TOWN)
    simulate.simulate(TOWN, map_months=[24, 0, 7, 7], reference="town.toml", out="out", workers=2)
    ((asked, commands, out), how), ((other, named, place), others) = made
    assert (asked.seed, asked.replications, asked.maps, asked.parameters) == (0, 1, (), "fixed")
    assert (asked.every_month, asked.name, out, how) == (
        True,
        "mid_sized_town",
        None,
        {"workers": 1},
    )
    assert commands["command"].startswith("sim run mid_sized_town ")
    assert named["command"].startswith("sim run town.toml ")
    assert (other.maps, place, others) == ((0, 7, 24), "out", {"workers": 2})
    assert other.layers == ("population", "footfall", "vacancy")
    for month in (-1, 25):
        with pytest.raises(InputError, match=rf"^map month {month} is out of range; the run has"):
            simulate.simulate(TOWN, map_months=[0, month])
    with pytest.raises(InputError, match="vacanzy"):
        simulate.simulate(TOWN, layers=["vacanzy"])
    asked = []
    found = type("Found", (), {"indicators": "table"})
    monkeypatch.setattr(
        simulate, "simulate", lambda scenario, **how: asked.append((scenario, how)) or found
    )
    assert simulate.run(TOWN) == simulate.run("mid_sized_town", months=5, out="x") == "table"
    (first, plain), (second, short) = asked
    assert (first, plain) == (TOWN, {"seed": 0, "reps": 1})
    assert second == sim.load_scenario("mid_sized_town").replace(months=5)
    assert short == plain | {"out": "x"}


def test_results_are_neither_gone_on_with_nor_replaced_unasked(tmp_path: Path) -> None:
    out, two = tmp_path / "out", one_point({BASELINE: TOWN}, seed=3, reps=2)
    one = one_point({BASELINE: TOWN}, seed=3, reps=1)
    told = []

    def go(asked: Any, **how: Any) -> Any:
        return run_experiment(
            asked, COMMANDS, out, workers=1, progress=lambda t: told.append(t.total), **how
        )

    with made_up():
        first = go(two)
        with pytest.raises(InputError, match=r"is not empty; go on with it by --resume, replace"):
            go(two)
        assert told.pop(0) == 2
        told.clear()
        assert go(two, resume=True).digest == first.digest
        assert told == []
        assert go(one, force=True).experiment.replications == 1
        with pytest.raises(InputError, match="holds another experiment: 1 of its 1 runs are not"):
            go(one_point({BASELINE: TOWN}, seed=4, reps=2), resume=True)
        assert go(two, resume=True).digest == first.digest
    assert load_results(out).manifest["run"]["command"] == "sim"


def test_a_budget_is_met_as_before_only_where_results_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, commands = comparison_of(TOWN, {"facade": TOWN.add("facade")}, budget=1e5)
    known: list[Any] = []

    def scaled(_: Any, out: Any, __: Any) -> None:
        known.append(out)
        raise InterruptedError

    monkeypatch.setattr(running, "_scaled", scaled)
    for how in ({"resume": True}, {"resume": False}, {}):
        with pytest.raises(InterruptedError):
            run_experiment(asked, commands, "out", **how)
    assert known == ["out", None, None]


def test_replications_are_added_where_asked_and_the_commands_stay(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(
        "replications = 1\nmonths = 24\n[factors]\nclosure_rate = [0.1, 0.2]\n"
        "[settings]\nrows = 12\ncolumns = 12\npopulation = 2000\n"
    )
    with made_up():
        run_experiment(load_experiment(file), COMMANDS, tmp_path / "sweep", workers=1)
        grown = extend(tmp_path / "sweep", replications=3, only={(1, 2), (0, 5)}, workers=1)
        design = grown.store.design()
        assert [*zip(design["point"], design["rep"], strict=True)] == [(0, 0), (1, 0), (1, 2)]
        assert grown.counts == (3, 3, 0)
        assert grown.manifest["run"]["command"] == "sim"
        run_experiment(one_point({BASELINE: TOWN}, seed=3, reps=1), COMMANDS, tmp_path / "run")
        grown = extend(tmp_path / "run", replications=2, workers=1)
        assert grown.manifest["run"]["command"] == "sim sweep run --out sweep"
        with pytest.raises(InputError, match="replications = 1 is fewer"):
            extend(tmp_path / "run", replications=1)


def test_a_run_that_fails_leaves_nothing_and_a_sweep_its_failures(tmp_path: Path) -> None:
    alone = one_point({BASELINE: TOWN}, seed=3, reps=1)
    with made_up(fails=lambda _: True):
        for out in (None, tmp_path / "out"):
            with pytest.raises(InputError, match=r"^every run fails: ValueError: the town"):
                run_experiment(alone, COMMANDS, out, workers=1)
        assert not (tmp_path / "out").exists()
    two = one_point({BASELINE: TOWN}, seed=3, reps=2)
    with made_up(fails=lambda run: run.rep == 0):
        found = run_experiment(two, COMMANDS, tmp_path / "out", workers=1)
    assert found.counts == (2, 1, 1)


def test_one_run_in_a_hundred_is_verified_by_default(tmp_path: Path) -> None:
    many = one_point({BASELINE: TOWN}, seed=3, reps=100)
    with made_up():
        run_experiment(many, COMMANDS, tmp_path / "out", workers=1)
    with made_up(fails=lambda _: True):
        found = [verify(tmp_path / "out", seed=seed, workers=1) for seed in (0, 1)]
        different = verify(tmp_path / "out", workers=1).different
    assert {(of.known, of.checked, of.code) for of in found} == {(100, 1, "")}
    assert found[0].different == different != found[1].different
    assert different[0].startswith("point 0, arm 'baseline', replication ")
