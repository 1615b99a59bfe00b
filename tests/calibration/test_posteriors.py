"""Posteriors of scenarios are drawn in whole rows, recorded in manifests, and validated."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import sim
from sim.cli import main
from sim.errors import InputError
from sim.experiments.draws import draw, uncertain_ranges
from sim.experiments.results import load_results
from sim.scenario.posterior import FORMAT, load_posterior, save_posterior
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.provenance import describe_scenario, effective_toml
from sim.version import MODEL_VERSION
from tests.reference.towns import SMALL

Capture = pytest.CaptureFixture[str]

N = 40
"""Draws in which the first parameter determines the second and third."""

FIRST = np.linspace(0.06, 0.10, N)
DRAWS = pd.DataFrame(
    {
        "closure_rate": FIRST,
        "closure_margin_response": 50 * FIRST,
        "takeover_reach": 20 * FIRST,
        "starting_vacancy": 0.05 + FIRST,
    }
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_posterior(tmp_path / "found.parquet", DRAWS, {"method": "by hand", "seed": 3})
    return tmp_path


def scenario(
    folder: Path, text: str = 'posterior = "found.parquet"', name: str = "town"
) -> Scenario:
    file = folder / f"{name}.toml"
    head = "" if "inherits" in text else 'inherits = "mid_sized_town"\n'
    file.write_text(head + text, encoding="utf-8")
    return load_scenario(file)


def drawn_rows(town: Scenario, names: list[str], seed: int = 5) -> pd.DataFrame:
    return pd.DataFrame([draw(town, seed, rep) for rep in range(60)])[names]


# Files


def test_a_posterior_is_read_back_as_it_was_written(folder: Path) -> None:
    found = load_posterior(folder / "found.parquet")
    assert found.parameters == tuple(DRAWS)
    np.testing.assert_array_equal(found.values, DRAWS.to_numpy())
    assert found.about == {
        "format": FORMAT,
        "model_version": MODEL_VERSION,
        "method": "by hand",
        "seed": 3,
    }
    assert found.row(2)["closure_rate"] == DRAWS["closure_rate"][2]


def test_the_same_draws_give_the_same_file_and_other_draws_another(folder: Path) -> None:
    first = load_posterior(folder / "found.parquet")
    about = {"method": "by hand", "seed": 3}
    assert save_posterior(folder / "again.parquet", DRAWS, about).sha256 == first.sha256
    assert save_posterior(folder / "other.parquet", DRAWS[1:], about).sha256 != first.sha256
    assert sorted(p.name for p in folder.iterdir()) == [
        "again.parquet",
        "found.parquet",
        "other.parquet",
    ]


def _table(columns: Mapping[str, Any], about: object = None) -> Callable[[Path], None]:
    said = {"format": FORMAT, "model_version": MODEL_VERSION} if about is None else about
    schema_words = {b"essaim": json.dumps(said).encode()}

    def write(path: Path) -> None:
        pq.write_table(pa.table(columns).replace_schema_metadata(schema_words), path)

    return write


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


WRONG_FILES = {
    "missing": (Path.unlink, "no such posterior file"),
    "torn": (_torn, "torn, or no Parquet file"),
    "text": (lambda path: path.write_text("closure_rate\n0.08\n"), "torn, or no Parquet file"),
    "table of somebody else's": (
        lambda path: pd.DataFrame(DRAWS).to_parquet(path),
        "no posterior of a calibration",
    ),
    "other format": (_table({"closure_rate": [0.08]}, {"format": "x"}), "no posterior"),
    "other model": (
        _table({"closure_rate": [0.08]}, {"format": FORMAT, "model_version": "0"}),
        "version 0 of the model",
    ),
    "unknown column": (_table({"closure_rat": [0.08]}), "Did you mean 'closure_rate'"),
    "out of bounds": (_table({"closure_rate": [0.08, 1.5]}), "closure_rate = 1.5"),
    "missing value": (_table({"closure_rate": [0.08, None]}), "closure_rate must hold numbers"),
    "no number": (_table({"closure_rate": [float("nan")]}), "closure_rate = nan"),
    "words": (_table({"closure_rate": ["0.08"]}), "closure_rate must hold numbers"),
    "a switch": (_table({"with_rent": [1.0]}), "with_rent must hold numbers"),
    "no rows": (_table({"closure_rate": pa.array([], pa.float64())}), "holds no draws"),
    "no columns": (_table({}), "holds no draws"),
}


@pytest.mark.parametrize(("spoil", "told"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_posterior_ends_with_one_sentence(
    spoil: Callable[[Path], object], told: str, folder: Path, capsys: Capture
) -> None:
    scenario(folder)
    spoil(folder / "found.parquet")
    assert main(["run", str(folder / "town.toml"), "--months", "1"]) == 2
    said = capsys.readouterr()
    assert told in said.err and "found.parquet" in said.err
    assert len(said.err.strip().splitlines()) == 1 and not said.out


WRONG_ENTRIES = [
    ("posterior = 3", "must be a file"),
    ("posterior = {}", "must be a file"),
    ('posterior = { file = "found.parquet", sha = "0" }', "Did you mean 'sha256'"),
    ('posterior = { file = "found.parquet", sha256 = "0" }', "not the file that was meant"),
    ('posterior = { file = "found.parquet", parameters = [] }', "must be a list of names"),
    ('posterior = { file = "found.parquet", scaled = 1 }', "must be true or false"),
    (
        'posterior = { file = "found.parquet", parameters = ["closure_rat"] }',
        "Did you mean 'closure_rate'",
    ),
    ('posteriors = "found.parquet"', "Did you mean 'posterior'"),
]


@pytest.mark.parametrize(("text", "told"), WRONG_ENTRIES)
def test_a_wrong_entry_is_refused(text: str, told: str, folder: Path) -> None:
    with pytest.raises(InputError, match=told):
        scenario(folder, text)


def test_an_inadmissible_posterior_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "found.parquet"
    for draws, told in (
        (DRAWS.assign(closure_rate=1.5), "closure_rate = 1.5"),
        (DRAWS.rename(columns={"closure_rate": "level"}), "unknown parameter 'level'"),
        (DRAWS[:0], "holds no draws"),
    ):
        with pytest.raises(InputError, match=told):
            save_posterior(path, draws, {})
    with pytest.raises(InputError, match="a posterior is a Parquet file"):
        save_posterior(tmp_path / "found.csv", DRAWS, {})
    assert not list(tmp_path.iterdir())


# Draws


def test_replications_take_whole_rows_so_that_correlations_are_kept(folder: Path) -> None:
    rows = drawn_rows(scenario(folder), list(DRAWS))
    known = {tuple(row) for row in DRAWS.to_numpy().tolist()}
    taken = {tuple(row) for row in rows.to_numpy().tolist()}
    assert taken <= known
    assert len(taken) > N // 2


def test_other_parameters_are_drawn_as_without_a_posterior(folder: Path) -> None:
    town = scenario(folder)
    plain = scenario(folder, 'posterior = "none"', "plain")
    with_it, without = draw(town, 5, 3), draw(plain, 5, 3)
    assert set(with_it) == set(without) | {"starting_vacancy"} == set(uncertain_ranges(town))
    assert {n: v for n, v in with_it.items() if n not in DRAWS} == {
        n: v for n, v in without.items() if n not in DRAWS
    }


def test_all_arms_take_the_same_row_and_each_replication_its_own(folder: Path) -> None:
    town = scenario(folder)
    arm = town.add("transition_cluster").replace(cluster_size=20, months=24)
    assert [draw(arm, 5, rep) for rep in range(9)] == [draw(town, 5, rep) for rep in range(9)]
    assert not drawn_rows(town, ["closure_rate"], 6).equals(drawn_rows(town, ["closure_rate"], 5))


def test_the_ranges_of_a_posterior_are_those_of_its_draws(folder: Path) -> None:
    within = uncertain_ranges(scenario(folder))["closure_rate"]
    assert (within.low, within.high) == (0.06, 0.10)
    assert within.mode == pytest.approx(0.08)


def test_a_drawn_row_leaves_a_scenario_that_can_run(folder: Path) -> None:
    town = scenario(folder)
    values = draw(town, 5, 0)
    assert town.replace(**values).values["takeover_reach"] == values["takeover_reach"]
    assert town.values["closure_rate"] == load_scenario("mid_sized_town").values["closure_rate"]


def test_only_some_of_the_parameters_are_taken_where_a_scenario_says_so(folder: Path) -> None:
    text = 'posterior = { file = "found.parquet", parameters = ["closure_rate"] }'
    values = draw(scenario(folder, text), 5, 3)
    assert values["closure_rate"] in FIRST
    assert "starting_vacancy" not in values


def test_a_parameter_set_later_leaves_the_posterior(folder: Path) -> None:
    """Set by hand, by a sweep or by an inheriting scenario; in the same file, it stays."""
    town = scenario(folder, 'posterior = "found.parquet"\n[shop_closure]\nclosure_rate = 0.09\n')
    assert draw(town, 5, 3)["closure_rate"] in FIRST
    child = scenario(folder, 'inherits = "town"\n[shop_closure]\nclosure_rate = 0.09\n', "child")
    for changed in (town.replace(closure_rate=0.09), town.set(["closure_rate=0.09"]), child):
        assert changed.posterior is not None
        assert "closure_rate" not in changed.posterior.parameters
        values = draw(changed, 5, 3)
        plain = replace(load_scenario("mid_sized_town"), posterior=None).replace(closure_rate=0.09)
        assert values["closure_rate"] == draw(plain, 5, 3)["closure_rate"]
        assert values["closure_margin_response"] == draw(town, 5, 3)["closure_margin_response"]
    assert town.replace(**draw(town, 5, 3)).posterior is None


def test_a_posterior_is_inherited_from_where_it_lies(folder: Path) -> None:
    scenario(folder)
    (folder / "below").mkdir()
    child = scenario(folder / "below", 'inherits = "../town.toml"\n', "child")
    assert draw(child, 5, 3) == draw(load_scenario(folder / "town.toml"), 5, 3)


# Provenance


def test_commands_and_manifests_describe_the_posterior(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = describe_scenario(scenario(folder))["posterior"]
    assert told["file"] == "found.parquet"
    assert told["sha256"] == load_posterior(folder / "found.parquet").sha256
    assert told["draws"] == N and told["parameters"] == list(DRAWS)
    assert told["about"]["method"] == "by hand"
    assert describe_scenario(load_scenario("mid_sized_town"))["posterior"] is None
    main(["scenarios", str(folder / "town.toml")])
    assert f"posterior found.parquet ({N:,} draws): {', '.join(DRAWS)}." in capsys.readouterr().out


def test_the_effective_scenario_draws_as_the_original_does(folder: Path) -> None:
    town = scenario(folder, 'posterior = "found.parquet"\n[shop_closure]\nclosure_rate = 0.09\n')
    for k, one in enumerate((town, town.replace(closure_rate=0.08))):
        again = folder / f"again_{k}.toml"
        again.write_text(effective_toml(one), encoding="utf-8")
        loaded = load_scenario(again)
        assert loaded.posterior == one.posterior
        assert draw(loaded, 5, 3) == draw(one, 5, 3)
    save_posterior(folder / "found.parquet", DRAWS[1:], {})
    with pytest.raises(InputError, match="not the file that was meant"):
        load_scenario(again)


def test_a_comparison_draws_from_it_and_keeps_it_in_its_folder(folder: Path) -> None:
    town = scenario(folder).replace(**{**SMALL, "starting_vacancy": 0.12}, months=3)
    found = sim.compare(town, ["transition_cluster"], reps=2, workers=1)
    assert set(found.parameters["closure_rate"]) <= set(FIRST)
    assert "starting_vacancy" not in found.parameters  # set since
    found.save(folder / "kept")
    (folder / "found.parquet").unlink()
    assert load_results(folder / "kept").scenario.posterior == town.posterior
    _torn(folder / "kept" / "inputs" / "0" / "found.parquet")
    with pytest.raises(InputError, match="torn"):
        _ = load_results(folder / "kept").scenario
