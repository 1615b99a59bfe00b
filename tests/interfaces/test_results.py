"""Results of a run are complete, state their origin, and can be repeated."""

from __future__ import annotations

import copy
import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sim import Simulation, load_results, load_scenario, run
from sim.cli import main
from sim.errors import InputError
from sim.experiments.results import Results
from sim.experiments.seeds import replication_seed
from sim.experiments.simulate import simulate
from sim.experiments.tables import write_tables
from sim.measures.registry import MONTHLY
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS


def town() -> Scenario:
    """A town small enough to be run often."""
    return load_scenario("mid_sized_town").replace(rows=16, columns=16, population=6000)


@pytest.fixture(scope="module")
def results() -> Results:
    scenario = town().replace(months=18, online_share_2030=0.25)
    return simulate(scenario, seed=7, reps=3, map_months=(0, 6, 18))


@pytest.fixture(scope="module")
def saved(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("saved") / "out"
    write_tables(results.save(out))
    return out


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    """A folder of results, for one test to change."""
    return Path(shutil.copytree(saved, tmp_path / "out"))


def test_saved_results_load_unchanged(results: Results, folder: Path) -> None:
    loaded = load_results(folder)
    pd.testing.assert_frame_equal(loaded.indicators, results.indicators)
    ours, theirs = results.rep_maps["baseline"], loaded.rep_maps["baseline"]
    assert theirs.months == (0, 6, 18)
    for name, layer in ours.layers.items():
        np.testing.assert_array_equal(theirs.layers[name], layer)
    assert loaded.start == results.start
    assert {k: v for k, v in loaded.manifest.items() if k != "files"} == results.manifest


def test_saving_twice_gives_the_same_bytes(results: Results, folder: Path, tmp_path: Path) -> None:
    write_tables(results.save(tmp_path / "again"))
    ours, theirs = (
        {p.relative_to(place): p.read_bytes() for p in place.rglob("*") if p.is_file()}
        for place in (folder, tmp_path / "again")
    )
    assert ours == theirs


def test_there_is_a_row_for_each_month_of_each_replication(results: Results) -> None:
    frame = results.indicators
    assert list(frame.columns) == ["rep", "month", "date", *MONTHLY]
    assert list(frame["rep"]) == [0] * 18 + [1] * 18 + [2] * 18
    assert list(frame["month"]) == [*range(1, 19)] * 3
    assert frame["date"].iloc[0] == pd.Timestamp("2025-01-01")


def test_one_replication_is_the_plain_simulation(results: Results) -> None:
    simulation = Simulation(town().replace(online_share_2030=0.25), seed=7)
    simulation.run(18)
    first = results.indicators[results.indicators["rep"] == 0]
    np.testing.assert_array_equal(
        first[list(MONTHLY)].to_numpy(), simulation.indicators[list(MONTHLY)].to_numpy()
    )


def test_more_replications_do_not_change_the_earlier_ones(results: Results) -> None:
    scenario = town().replace(online_share_2030=0.25)
    fewer = run(scenario, seed=7, months=18, reps=2)
    pd.testing.assert_frame_equal(fewer, results.indicators[results.indicators["rep"] < 2])


def test_replications_differ_in_their_random_draws() -> None:
    seeds = [replication_seed(7, rep) for rep in range(1000)]
    assert len(set(seeds)) == 1000
    assert all(0 <= seed < 2**63 for seed in seeds)
    assert seeds[0] == 7
    assert set(seeds).isdisjoint(replication_seed(8, rep) for rep in range(1000))


def test_a_folder_without_a_complete_replication_has_effects_of_nothing(results: Results) -> None:
    runs, values = results._of_point
    bare = copy.copy(results)
    vars(bare).update(_of_point=(runs[:0], values[:0]), replications=())
    assert bare.parameters.columns.tolist() == ["rep"]
    assert bare.effects["mean"].isna().all()


def test_the_manifest_lists_changed_parameters_with_their_sources(results: Results) -> None:
    settings = results.manifest["scenarios"]["mid_sized_town"]["settings"]
    assert settings["online_share_2030"]["origin"] == "keyword"
    declared = load_scenario("mid_sized_town").settings["starting_vacancy"]
    assert settings["starting_vacancy"]["evidence"] == declared.evidence
    assert settings["starting_vacancy"]["source"] == declared.source
    assert settings["starting_vacancy"]["origin"] == "mid_sized_town.toml"
    assert "online_share_2030" in results.manifest["assumed_parameters"]
    assert results.manifest["scenarios"]["mid_sized_town"]["values"].keys() == PARAMETERS.keys()


def test_the_scenario_in_the_manifest_stands_alone(results: Results, tmp_path: Path) -> None:
    file = tmp_path / "again.toml"
    file.write_text(results.manifest["scenarios"]["mid_sized_town"]["toml"], encoding="utf-8")
    again = load_scenario(file)
    assert dict(again.values) == results.manifest["scenarios"]["mid_sized_town"]["values"]
    assert dict(again.title) == results.manifest["scenarios"]["mid_sized_town"]["title"]


def test_the_python_in_the_manifest_makes_the_run_again(results: Results) -> None:
    names: dict[str, pd.DataFrame] = {}
    exec(results.manifest["run"]["python"], names)
    pd.testing.assert_frame_equal(names["indicators"], results.indicators)


@pytest.mark.slow
def test_the_command_in_the_manifest_makes_the_run_again(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(results.manifest["run"]["command"])[1:]) == 0
    again = load_results("results")
    pd.testing.assert_frame_equal(again.indicators, results.indicators)


def test_the_manifest_holds_no_date_and_no_place_of_this_machine(folder: Path) -> None:
    text = (folder / "manifest.json").read_text(encoding="utf-8")
    assert str(Path.cwd()) not in text
    assert str(Path.home()) not in text
    manifest = json.loads(text)
    again = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    assert text == again
    assert {"indicators.parquet", "indicators.csv", "maps.npz"} <= set(manifest["files"])


def test_the_starting_measures_are_those_before_the_first_month(results: Results) -> None:
    simulation = Simulation(town(), seed=7)
    start = simulation.measure()
    assert results.start["open_shops"][0] == start["open_shops"]
    assert len(results.start["retail_vacancy_town_centre"]) == 3


def test_each_column_of_the_parquet_file_carries_its_unit(folder: Path) -> None:
    schema = pq.read_schema(folder / "indicators.parquet")
    for name in MONTHLY:
        assert schema.field(name).metadata[b"unit"]
        assert schema.field(name).metadata[b"definition"]
    assert schema.field("closures").metadata[b"unit"] == b"shops"


def test_the_csv_holds_the_same_numbers(results: Results, folder: Path) -> None:
    frame = pd.read_csv(folder / "indicators.csv", parse_dates=["date"])
    pd.testing.assert_frame_equal(frame, results.indicators, check_dtype=False)


def test_maps_have_the_requested_months_and_layers(results: Results) -> None:
    maps = results.rep_maps["baseline"]
    part = maps.only((18, 0), ("vacancy",))
    assert part.months == (0, 18)
    np.testing.assert_array_equal(part.layers["vacancy"], maps.layers["vacancy"][:, [0, 2]])
    vacancy = maps.layers["vacancy"]
    assert np.nanmin(vacancy) >= 0
    assert np.nanmax(vacancy) <= 1
    assert np.isnan(vacancy).any()
    residents = maps.layers["population"].sum(axis=(2, 3))
    in_month_18 = results.indicators.query("month == 18")["residents"]
    np.testing.assert_allclose(residents[:, 2], in_month_18, rtol=1e-5)


@pytest.mark.parametrize("kind", ["manifest.json", "parts", "every_month", "maps"])
@pytest.mark.parametrize("kept", [0.0, 0.3, 0.9, None])
def test_a_torn_or_missing_file_is_named_in_one_sentence(
    folder: Path, kind: str, kept: float | None
) -> None:
    path = folder / kind
    if path.is_dir():
        (path,) = path.iterdir()
    if kept is None:
        path.unlink()
    else:
        content = path.read_bytes()
        path.write_bytes(content[: int(kept * len(content))])
    if (kind, kept) == ("parts", None):
        assert load_results(folder).missing() == 3
        return
    with pytest.raises(InputError, match=r"lacks|torn|no manifest|holds no results") as error:
        loaded = load_results(folder)
        _ = loaded.indicators, loaded.rep_maps
    assert "\n" not in str(error.value)


def test_folders_of_others_and_of_earlier_versions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no results"):
        load_results(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text("[1, 2]")
    with pytest.raises(InputError, match="no manifest of results"):
        load_results(tmp_path)
    for former in ("results", "comparison", "sweep"):
        (tmp_path / "manifest.json").write_text(f'{{"format": "essaim {former} 1"}}')
        with pytest.raises(InputError, match="was written by an earlier version") as error:
            load_results(tmp_path)
        told = "closure_hazard for closure_rate; 'sim explain NAME' says the new one"
        assert (told in str(error.value)) == (former == "results")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"reps": 0}, "reps = 0"),
        ({"seed": -1}, "seed = -1"),
        ({"seed": 2**63}, "seed = "),
        ({"map_months": (19,)}, "map month 19"),
        ({"layers": ("vacancies",)}, "Did you mean 'vacancy'"),
    ],
)
def test_values_out_of_range_are_named(options: dict[str, object], words: str) -> None:
    scenario = load_scenario("mid_sized_town").replace(months=18)
    with pytest.raises(InputError, match=words):
        simulate(scenario, **options)  # type: ignore[arg-type]


def test_a_territory_without_premises_runs_and_saves(tmp_path: Path) -> None:
    scenario = load_scenario("mid_sized_town").replace(premises_per_1000=0.0, months=3)
    bare = simulate(scenario, map_months=(0, 3))
    bare.save(tmp_path / "out")
    assert load_results(tmp_path / "out").indicators["open_shops"].sum() == 0
