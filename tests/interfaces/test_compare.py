"""Comparisons from Python: the same luck in every arm, the same answer from any number of workers.

All of them share one small town and three short years.
"""

from __future__ import annotations

import dataclasses
import json
from multiprocessing.process import BaseProcess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.experiments.collect import Collected
from sim.experiments.comparison import BASELINE, Comparison, compare_arms
from sim.experiments.comparison_folder import load_comparison, save_comparison
from sim.experiments.effect_table import EFFECT_COLUMNS
from sim.experiments.execution import execute, worker_number
from sim.experiments.one_run import Runs, execute_run
from sim.measures.registry import OUTCOMES, ROLLING
from tests.reference.towns import SMALL

TOWN = sim.load_scenario("mid_sized_town").replace(**SMALL, months=36)
TRIED = ("transition_cluster", "inert_cluster")
LEVERS = ("transition_cluster.cluster_size=12", "start=6")
MONEY = ("public_spending", "public_money_unspent")
TABLES = ("runs", "monthly", "effects", "ledger", "parameters")


def compare_small(workers: int = 1, **options: object) -> Comparison:
    settings: dict[str, object] = {"assignments": LEVERS, "reps": 3, "seed": 4}
    return sim.compare(TOWN, TRIED, workers=workers, **settings | options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> Comparison:
    return compare_small()


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def test_two_workers_give_the_bytes_of_one(found: Comparison, tmp_path: Path) -> None:
    save_comparison(found, tmp_path / "one")
    save_comparison(compare_small(workers=2), tmp_path / "two")
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_outcomes_come_in_the_order_of_the_runs_whoever_finishes_first() -> None:
    short = TOWN.replace(months=1)
    runs = Runs((short, TOWN), 1, 3, fixed_parameters=True)
    assert [run for run, _ in execute(runs, 3)] == list(runs.all)


def test_an_interrupt_while_workers_start_leaves_none_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started: list[BaseProcess] = []
    start = BaseProcess.start

    def interrupted(process: BaseProcess) -> None:
        if started:
            raise KeyboardInterrupt
        start(process)
        started.append(process)

    monkeypatch.setattr(BaseProcess, "start", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(execute(Runs((TOWN, TOWN), 4, 8), 2))
    assert [process.exitcode is None for process in started] == [False]


def test_more_replications_leave_the_earlier_ones_as_they_were(found: Comparison) -> None:
    more = compare_small(reps=4)
    earlier = more.runs[(more.runs["rep"] < 3) & (more.runs["luck"] == 0)]
    before = found.runs[found.runs["luck"] == 0]
    pd.testing.assert_frame_equal(earlier.reset_index(drop=True), before.reset_index(drop=True))


def test_tables_have_the_columns_and_rows_that_are_promised(found: Comparison) -> None:
    assert tuple(found.effects.columns) == EFFECT_COLUMNS
    assert EFFECT_COLUMNS[:13] == (
        *("intervention", "indicator", "horizon", "window", "mean", "median", "lo50", "hi50"),
        *("lo90", "hi90", "p_positive", "replications", "still_needed"),
    )
    assert len(found.effects) == len(TRIED) * len(OUTCOMES)
    assert list(found.runs.columns) == ["arm", "rep", "luck", "horizon", *OUTCOMES]
    assert len(found.runs) == 3 * (3 + 3)
    assert list(found.monthly.columns) == ["arm", "rep", "month", *ROLLING]
    assert len(found.monthly) == 3 * 3 * 36
    assert list(found.labels) == [BASELINE, *TRIED]
    assert len(found.parameters) == 3
    assert found.parameters.drop(columns="rep").nunique().min() >= 2


def test_a_course_ends_where_the_effects_are_measured(found: Comparison) -> None:
    """Stocks are means of the last twelve months in both."""
    for name in ("open_shops_town_centre", "running_projects", "participation"):
        end = found.monthly[found.monthly["month"] == 36][name].to_numpy()
        at_horizon = found.runs[found.runs["luck"] == 0].sort_values(
            "arm", key=lambda arms: arms.map(list(found.labels).index), kind="stable"
        )
        np.testing.assert_allclose(end, at_horizon[name])


def test_the_placebo_moves_money_and_nothing_else(found: Comparison) -> None:
    inert = found.effects[found.effects["intervention"] == "inert_cluster"].set_index("indicator")
    moved = inert.index[inert["mean"].fillna(0) != 0]
    assert set(moved) <= set(MONEY)
    others = inert.drop(index=list(MONEY)).dropna(subset="mean")
    assert (others[["lo90", "hi90"]] == 0).all(axis=None)
    assert set(others["verdict"]) == {"no_relevant_effect"}
    cost = found.manifest["arms"]["inert_cluster"]["interventions"][0]["cost"]["discounted_eur"]
    assert inert.loc["public_spending", "mean"] == pytest.approx(cost, rel=1e-6)
    for layer, maps in found.maps["inert_cluster"].layers.items():
        np.testing.assert_array_equal(maps, found.maps[BASELINE].layers[layer])


def test_a_cluster_changes_what_it_should_and_the_ledger_tells_its_money(
    found: Comparison,
) -> None:
    cluster = found.effects[found.effects["intervention"] == "transition_cluster"]
    by_name = cluster.set_index("indicator")
    assert by_name.loc["third_place_seats", "mean"] == pytest.approx(12)
    assert by_name.loc["third_place_users", "mean"] > 0
    ledger = found.ledger[found.ledger["arm"] == "transition_cluster"]
    of_line = ledger.groupby("line")["eur"].sum()
    spent = of_line.drop(["income", "unspent"]).sum()
    left = ledger[(ledger["line"] == "unspent") & (ledger["year"] == 3)]["eur"].sum()
    assert of_line["income"] == pytest.approx(spent + left, abs=0.01)
    assert found.ledger["year"].max() == 3


def test_common_luck_makes_differences_less_noisy(found: Comparison) -> None:
    cluster = found.effects[found.effects["intervention"] == "transition_cluster"]
    shops = cluster.set_index("indicator").loc["open_shops"]
    assert shops["variance_paired"] < 0.2 * shops["variance_unpaired"]


def test_independent_luck_differs_between_equal_arms_and_common_luck_does_not() -> None:
    short = TOWN.replace(months=12)
    common, independent = (
        compare_arms(
            short,
            {"same": short},
            reps=3,
            fixed_parameters=True,
            independent=alone,
            workers=1,
        )
        for alone in (False, True)
    )
    assert (common.effects["mean"].fillna(0) == 0).all()
    assert (independent.effects["mean"].fillna(0) != 0).any()
    assert common.effects["variance_luck"].fillna(0).eq(0).all()
    assert list(common.parameters.columns) == ["rep"]


def test_a_replication_of_the_baseline_is_the_plain_run() -> None:
    short = TOWN.replace(months=12)
    runs = Runs((short,), 9, 2, fixed_parameters=True)
    outcome = execute_run(runs, runs.all[0])
    frame = sim.run(short, seed=9)
    open_shops = frame["open_shops"].mean()
    at = list(OUTCOMES).index("open_shops")
    assert outcome.measures[-1, at] == pytest.approx(open_shops)


def test_a_comparison_is_loaded_as_it_was_saved(found: Comparison, tmp_path: Path) -> None:
    save_comparison(found, tmp_path / "kept")
    loaded = load_comparison(tmp_path / "kept")
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(loaded, name))
    assert list(loaded.labels) == list(found.labels)
    assert [i.levers for a in loaded.arms for i in a.interventions] == [
        i.levers for a in found.arms for i in a.interventions
    ]
    for arm, maps in found.maps.items():
        for layer, values in maps.layers.items():
            np.testing.assert_array_equal(values, loaded.maps[arm].layers[layer])
    assert loaded.manifest == json.loads(json.dumps(found.manifest))
    listed = json.loads((tmp_path / "kept" / "manifest.json").read_text())["files"]
    assert {*listed, "manifest.json"} == {p.name for p in (tmp_path / "kept").iterdir()}


def test_a_damaged_comparison_is_refused_in_one_sentence(found: Comparison, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    save_comparison(found, folder)
    (folder / "runs.parquet").write_bytes(b"torn")
    with pytest.raises(InputError, match=r"runs\.parquet is torn"):
        load_comparison(folder)
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"has no manifest\.json"):
        load_comparison(folder)


def test_the_manifest_says_how_to_make_it_again(found: Comparison) -> None:
    run = found.manifest["run"]
    assert "sim compare mid_sized_town transition_cluster inert_cluster" in run["command"]
    assert "--set transition_cluster.cluster_size=12" in run["command"]
    assert "--seed 4 --reps 3" in run["command"]
    made: dict[str, Comparison] = {}
    exec(run["python"], made)
    assert made["found"].manifest["runs_sha256"] == found.manifest["runs_sha256"]


def test_progress_counts_every_run() -> None:
    told: list[tuple[int, int]] = []
    short = TOWN.replace(months=1)
    compare_arms(short, {"same": short}, reps=2, workers=1, progress=lambda *n: told.append(n))
    assert told == [(k, 8) for k in range(1, 9)]


WRONG = [
    ({"reps": 1}, "reps = 1"),
    ({"seed": -1}, "seed = -1"),
    ({"workers": 0}, "workers = 0"),
    ({"months": 0}, "months = 0"),
    ({"assignments": ["cluster_sise=3"]}, "Did you mean 'cluster_size'"),
    ({"assignments": ["site=cell", "site_row=99"]}, "site"),
]


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_what_is_not_admissible_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare_small(**options)  # type: ignore[arg-type]


def test_interventions_must_be_known_and_have_names_of_their_own() -> None:
    with pytest.raises(InputError, match="Did you mean 'transition_cluster'"):
        sim.compare(TOWN, ["transition_clutser"])
    with pytest.raises(InputError, match="transition_cluster"):
        sim.compare(TOWN, ["transition_cluster", "transition_cluster"])
    with pytest.raises(InputError, match="at least one"):
        sim.compare(TOWN, [])


def test_arms_must_be_equally_long() -> None:
    with pytest.raises(InputError, match="equally long"):
        compare_arms(TOWN, {"longer": TOWN.replace(months=48)}, reps=2)


def test_as_many_workers_as_processors_by_default() -> None:
    assert worker_number(None) >= 1
    assert worker_number(3) == 3


def test_results_do_not_hang_on_which_run_is_collected_in_which_process() -> None:
    """Means of maps and sums of money are made in the order of the runs."""
    short = TOWN.replace(months=2)
    runs = Runs((short, short), 2, 2, fixed_parameters=True)
    outcomes = [(run, execute_run(runs, run)) for run in runs.all]
    changed = [
        (run, dataclasses.replace(outcome, maps=outcome.maps * (1 + run.rep)))
        for run, outcome in outcomes
    ]
    maps = Collected(runs, changed, ("baseline", "same"), 200.0).maps()
    one, other = (maps[name].layers["population"] for name in ("baseline", "same"))
    np.testing.assert_array_equal(one, other)
    assert one.shape[:2] == (1, 2)
