"""Comparisons from Python: the same seeds in every arm, the same answer from any number of workers.

All of them share one small town and three short years.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.errors import InputError
from sim.experiments import comparison
from sim.experiments.comparison import compare_arms
from sim.experiments.effects import EFFECT_COLUMNS
from sim.experiments.engine import Tally
from sim.experiments.experiment import BASELINE
from sim.experiments.results import Results, load_results
from sim.experiments.tables import table_files
from sim.measures.registry import OUTCOMES, ROLLING
from sim.scenario.scenario import Scenario, load_scenario
from tests.reference.made_up_sweeps import made_up
from tests.reference.towns import SMALL

TOWN = sim.load_scenario("mid_sized_town").replace(**SMALL, months=36)
TRIED = ("transition_cluster", "inert_cluster")
LEVERS = ("transition_cluster.cluster_size=12", "start=6")
MONEY = (
    "public_spending",
    "public_money_unspent",
    "cost_per_seat",
    "cost_per_member",
    "cost_per_accompanied_project",
)
TABLES = ("runs", "monthly", "effects", "ledger", "parameters")


def compare_small(workers: int = 1, **options: object) -> Results:
    settings: dict[str, object] = {"assignments": LEVERS, "reps": 3, "seed": 4}
    return sim.compare(TOWN, TRIED, workers=workers, **settings | options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> Results:
    return compare_small()


def test_two_workers_give_the_bytes_of_one(found: Results) -> None:
    assert table_files(compare_small(workers=2)) == table_files(found)


def test_more_replications_leave_the_earlier_ones_as_they_were(found: Results) -> None:
    more = compare_small(reps=4)
    earlier = more.runs[(more.runs["rep"] < 3) & (more.runs["luck"] == 0)]
    before = found.runs[found.runs["luck"] == 0]
    pd.testing.assert_frame_equal(earlier.reset_index(drop=True), before.reset_index(drop=True))


def test_tables_have_the_columns_and_rows_that_are_promised(found: Results) -> None:
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


def test_a_course_ends_where_the_effects_are_measured(found: Results) -> None:
    """Stocks are means of the last twelve months in both."""
    for name in ("open_shops_town_centre", "running_projects", "participation"):
        end = found.monthly[found.monthly["month"] == 36][name].to_numpy()
        at_horizon = found.runs[found.runs["luck"] == 0].sort_values(
            "arm", key=lambda arms: arms.map(list(found.labels).index), kind="stable"
        )
        np.testing.assert_allclose(end, at_horizon[name])


def test_the_placebo_moves_money_and_nothing_else(found: Results) -> None:
    inert = found.effects[found.effects["intervention"] == "inert_cluster"].set_index("indicator")
    moved = inert.index[inert["mean"].fillna(0) != 0]
    assert set(moved) <= set(MONEY)
    others = inert.drop(index=list(MONEY)).dropna(subset="mean")
    assert (others["variance_paired"].fillna(0) == 0).all()
    assert set(others["verdict"]) == {"too_few"}
    cost = found.manifest["scenarios"][TOWN.name]["arms"]["inert_cluster"]["interventions"][0][
        "cost"
    ]["discounted_eur"]
    assert inert.loc["public_spending", "mean"] == pytest.approx(cost, rel=1e-6)
    for layer, maps in found.maps["inert_cluster"].layers.items():
        np.testing.assert_array_equal(maps, found.maps[BASELINE].layers[layer])


def test_a_cluster_has_its_effects_and_its_money_is_in_the_ledger(found: Results) -> None:
    cluster = found.effects[found.effects["intervention"] == "transition_cluster"]
    by_name = cluster.set_index("indicator")
    assert by_name.loc["third_place_seats", "mean"] == pytest.approx(12)
    assert by_name.loc["facilitation_hours_to_ideas", "mean"] > 0
    ledger = found.ledger[found.ledger["arm"] == "transition_cluster"]
    of_line = ledger.groupby("line")["eur"].sum()
    spent = of_line.drop(["income", "unspent"]).sum()
    left = ledger[(ledger["line"] == "unspent") & (ledger["year"] == 3)]["eur"].sum()
    assert of_line["income"] == pytest.approx(spent + left, abs=0.01)
    assert found.ledger["year"].max() == 3


def test_common_random_numbers_make_differences_less_noisy(found: Results) -> None:
    cluster = found.effects[found.effects["intervention"] == "transition_cluster"]
    shops = cluster.set_index("indicator").loc["open_shops"]
    assert shops["variance_paired"] < 0.2 * shops["variance_unpaired"]


def test_equal_arms_differ_with_independent_draws_and_not_with_common_ones() -> None:
    short = TOWN.replace(months=12)
    common, independent = (
        compare_arms(
            short, {"same": short}, reps=3, fixed_parameters=True, independent=alone, workers=1
        )
        for alone in (False, True)
    )
    assert (common.effects["mean"].fillna(0) == 0).all()
    assert (independent.effects["mean"].fillna(0) != 0).any()
    assert common.effects["variance_luck"].fillna(0).eq(0).all()
    assert list(common.parameters.columns) == ["rep"]


def test_a_replication_of_the_baseline_is_the_plain_run() -> None:
    short = TOWN.replace(months=12)
    first = compare_arms(short, {"same": short}, seed=9, reps=2, fixed_parameters=True, workers=1)
    open_shops = sim.run(short, seed=9)["open_shops"].mean()
    assert first.runs["open_shops"].iloc[0] == pytest.approx(open_shops)


def check_same(found: Results, loaded: Results) -> None:
    """Check that two results are the same to the last bit."""
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(loaded, name))
    assert found.labels == loaded.labels
    assert [i.levers for a in loaded.arms for i in a.interventions] == [
        i.levers for a in found.arms for i in a.interventions
    ]
    for arm, maps in found.maps.items():
        for layer, values in maps.layers.items():
            np.testing.assert_array_equal(values, loaded.maps[arm].layers[layer])
    assert loaded.digest == found.digest


def test_a_comparison_is_loaded_as_it_was_saved(found: Results, tmp_path: Path) -> None:
    found.save(tmp_path / "kept")
    loaded = load_results(tmp_path / "kept")
    check_same(found, loaded)
    assert {k: v for k, v in loaded.manifest.items() if k != "files"} == found.manifest


def test_a_comparison_made_in_a_folder_is_that_made_in_memory(
    found: Results, tmp_path: Path
) -> None:
    check_same(found, compare_small(out=tmp_path / "kept"))
    check_same(found, load_results(tmp_path / "kept"))


@pytest.mark.slow
def test_more_replications_are_the_same_added_or_run_at_once(
    found: Results, tmp_path: Path
) -> None:
    compare_small(reps=2, out=tmp_path / "kept")
    check_same(found, sim.extend(tmp_path / "kept", replications=3, executor="serial"))
    manifest = load_results(tmp_path / "kept").manifest
    assert manifest["run"]["replications"] == 3
    assert manifest["run"]["command"] == "sim sweep kept --out sweep"


def test_a_damaged_comparison_is_refused_in_one_sentence(found: Results, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    found.save(folder)
    for kind, table in (("series", "monthly"), ("ledger", "ledger"), ("parts", "runs")):
        (part,) = (folder / kind).iterdir()
        content = part.read_bytes()
        part.write_bytes(b"torn")
        with pytest.raises(InputError, match=r"parquet is torn"):
            getattr(load_results(folder), table)
        part.write_bytes(content)
    (part,) = (folder / "series").iterdir()
    part.unlink()
    with pytest.raises(InputError, match=r"lacks the series of 9 runs"):
        _ = load_results(folder).monthly
    (folder / "manifest.json").unlink()
    with pytest.raises(InputError, match=r"has no manifest\.json"):
        load_results(folder)


def test_the_manifest_has_the_command_that_repeats_it(found: Results) -> None:
    run = found.manifest["run"]
    assert "sim compare mid_sized_town transition_cluster inert_cluster" in run["command"]
    assert "--set transition_cluster.cluster_size=12" in run["command"]
    assert "--seed 4 --reps 3" in run["command"]
    made: dict[str, Results] = {}
    exec(run["python"], made)
    assert made["found"].digest == found.digest


def test_progress_counts_every_run_and_equal_arms_are_run_once() -> None:
    told: list[tuple[int, int]] = []

    def listen(tally: Tally) -> None:
        told.append((tally.done, tally.total))

    short = TOWN.replace(months=1)
    other = short.replace(closure_rate=0.2)
    arms = {"same": short, "other": other}
    compare_arms(short, arms, reps=2, executor="serial", progress=listen)
    assert told == [(2 * k, 8) for k in range(1, 5)]


WRONG = [
    ({"reps": 1}, "reps = 1"),
    ({"seed": -1}, "seed = -1"),
    ({"workers": 0}, "workers = 0"),
    ({"months": 0}, "months = 0"),
    ({"assignments": ["cluster_sise=3"]}, "Did you mean 'cluster_size'"),
    ({"assignments": ["site=cell", "site_row=99"]}, "site"),
]


@pytest.mark.parametrize(("options", "said"), WRONG)
def test_inadmissible_values_are_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        compare_small(**options)  # type: ignore[arg-type]


def test_interventions_must_be_known_and_have_names_of_their_own() -> None:
    with pytest.raises(InputError, match="Did you mean 'transition_cluster'"):
        sim.compare(TOWN, ["transition_clutser"])
    with pytest.raises(InputError, match="transition_cluster"):
        sim.compare(TOWN, ["transition_cluster", "transition_cluster"])
    with pytest.raises(InputError, match="at least one"):
        sim.compare(TOWN, [])


def test_arms_are_single_interventions_or_several_together(monkeypatch) -> None:
    made: list[tuple[Scenario, dict[str, Scenario], dict[str, object]]] = []
    monkeypatch.setattr(
        comparison, "compare_arms", lambda *given, **how: made.append((*given, how))
    )
    own = TOWN.add("transition_cluster").interventions[0]
    base = TOWN.add("inert_cluster")
    sim.compare(
        base,
        ["facade", "facade + rent_relief", own, ["rent_relief", own]],
        assignments=["closure_rate=0.07", "facade.start=5", "rent_relief.start=4"],
        months=7,
        reps=3,
    )
    sim.compare("mid_sized_town", ["facade"])
    (first, arms, how), (town, one, nothing) = made
    assert how == {"reps": 3} and nothing == {}
    assert list(one) == ["facade"] and town == load_scenario("mid_sized_town")
    assert [i.name for i in first.interventions] == ["inert_cluster"]
    added = {name: [i.name for i in arm.interventions[1:]] for name, arm in arms.items()}
    assert added == {
        "facade": ["facade"],
        "facade + rent_relief": ["facade", "rent_relief"],
        "transition_cluster": ["transition_cluster"],
        "rent_relief + transition_cluster": ["rent_relief", "transition_cluster"],
    }
    for arm in (first, *arms.values()):
        assert (arm.values["months"], arm.values["closure_rate"]) == (7, 0.07)
        starts = {i.name: i.values["start"] for i in arm.interventions}
        assert (
            starts.items()
            <= {
                "facade": 5,
                "rent_relief": 4,
                "transition_cluster": own.values["start"],
                "inert_cluster": base.interventions[0].values["start"],
            }.items()
        )


@pytest.mark.parametrize(
    ("tried", "said"),
    [
        (["facade", "facade"], "'facade' is to be tried twice; name each arm once."),
        (["facade+"], "'facade\\+' lacks an intervention; expected one on each side of \\+."),
        (["facade", []], "an arm without interventions is nothing to be tried."),
    ],
)
def test_arms_that_are_none_are_refused(tried: list[str], said: str) -> None:
    with pytest.raises(InputError, match=f"^{said}$"):
        sim.compare(TOWN, tried)


def test_arms_must_be_equally_long() -> None:
    with pytest.raises(InputError, match="equally long"):
        compare_arms(TOWN, {"longer": TOWN.replace(months=48)}, reps=2)


@pytest.mark.parametrize("budget", [None, 1e5])
def test_a_comparison_in_which_all_fails_leaves_no_folder(tmp_path: Path, budget: object) -> None:
    out, town = tmp_path / "out", TOWN.replace(rows=12, columns=12, population=2000)
    with (
        made_up(fails=lambda _: True),
        pytest.raises(InputError, match="every run fails: ValueError: the town hall burnt down"),
    ):
        sim.compare(town, ["rent_relief"], reps=2, workers=1, out=out, budget=budget)  # type: ignore[arg-type]
    assert not out.exists()
