"""Scenarios that name no posterior draw from the default one, moved to their own values."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli import main
from sim.cli.explanation import explain
from sim.experiments.draws import draw, uncertain_ranges
from sim.experiments.experiment_file import read_experiment
from sim.experiments.plan import plan_experiment
from sim.experiments.results import load_results
from sim.report.blocks import Paragraph
from sim.report.facts import Facts
from sim.report.sections.settings import assumptions
from sim.scenario.posterior import Posterior, default_posterior, save_posterior
from sim.scenario.scenario import Scenario, load_scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.provenance import effective_toml
from tests.reference.towns import SMALL

Capture = pytest.CaptureFixture[str]

RATE = np.linspace(0.06, 0.10, 41)
DRAWS = pd.DataFrame(
    {"closure_rate": RATE, "quality_spread": 5 * RATE, "takeover_reach": 20 * RATE}
)
"""Made up; the first parameter determines the others."""

ABOUT = {
    "method": "by hand",
    "figures": {
        "closure_rate": {"low": 0.071, "high": 0.095, "unit": "1/year", "source": "a register"},
        "letting_after_0": {"low": 0.16, "high": 0.49, "unit": "1", "source": "another"},
    },
    "informed_by": {"closure_rate": ["closure_rate", "letting_after_0"]},
}


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a small default posterior in place of the package's own."""
    folder = tmp_path / "package"
    (folder / "posteriors").mkdir(parents=True)
    monkeypatch.setattr("sim.scenario.posterior.scenario_folder", lambda: folder)
    path = folder / "posteriors" / "retail.parquet"
    save_posterior(path, DRAWS, ABOUT)
    return path


@pytest.fixture
def town() -> Scenario:
    return load_scenario("mid_sized_town")


def drawn(town: Scenario) -> pd.DataFrame:
    return pd.DataFrame([draw(town, 5, rep) for rep in range(40)])


def test_a_scenario_that_names_no_posterior_draws_whole_rows_of_the_default_one(
    town: Scenario,
) -> None:
    rows = drawn(town)
    assert set(rows["closure_rate"]) <= set(RATE)
    np.testing.assert_array_equal(rows["quality_spread"], 5 * rows["closure_rate"])
    plain = drawn(replace(town, posterior=None))
    others = plain.columns.difference(list(DRAWS))
    pd.testing.assert_frame_equal(rows[others], plain[others])


def test_without_the_file_every_parameter_has_its_own_range(shipped: Path, town: Scenario) -> None:
    shipped.rename(shipped.with_name("elsewhere.parquet"))
    assert default_posterior() is None
    pd.testing.assert_frame_equal(drawn(town), drawn(replace(town, posterior=None)))
    assert effective_toml(town).count("posterior") == 0


def test_it_is_loaded_once_and_only_for_a_draw(
    shipped: Path, town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("loaded")

    with monkeypatch.context() as patch:
        patch.setattr("sim.scenario.posterior.load_posterior", forbidden)
        changed = load_scenario("metropolis").replace(closure_rate=0.09).set(["months=12"])
        effective_toml(changed)
        sim.run(town.replace(**SMALL, months=1))
    assert default_posterior() is default_posterior()


@pytest.mark.parametrize("factor", [0.5, 1.25])
def test_a_value_of_its_own_scales_the_draws_and_keeps_their_correlation(
    factor: float, town: Scenario
) -> None:
    default = PARAMETERS["closure_rate"].default
    set_ = town.replace(closure_rate=factor * default)
    before, after = drawn(town), drawn(set_)
    np.testing.assert_allclose(after["closure_rate"], factor * before["closure_rate"])
    np.testing.assert_array_equal(after["quality_spread"], before["quality_spread"])
    within = uncertain_ranges(set_)["closure_rate"]
    assert (within.low, within.high) == pytest.approx((factor * 0.06, factor * 0.10))


def test_at_the_default_draws_are_exactly_those_of_the_file(town: Scenario) -> None:
    again = town.replace(closure_rate=PARAMETERS["closure_rate"].default)
    pd.testing.assert_frame_equal(drawn(again), drawn(town))


def test_draws_stay_within_the_bounds_and_what_is_switched_off_stays_off(town: Scenario) -> None:
    high = PARAMETERS["quality_spread"].high
    assert high is not None
    assert drawn(town.replace(quality_spread=high))["quality_spread"].max() <= high
    assert set(drawn(town.replace(quality_spread=0.0))["quality_spread"]) == {0.0}


def test_a_scenario_can_do_without_it_and_take_it_back(tmp_path: Path) -> None:
    parent, child = tmp_path / "without.toml", tmp_path / "with.toml"
    parent.write_text('inherits = "mid_sized_town"\nposterior = "none"\n', encoding="utf-8")
    child.write_text('inherits = "without.toml"\nposterior = "default"\n', encoding="utf-8")
    without = load_scenario(parent)
    assert without.drawn_from is None
    assert not set(drawn(without)["closure_rate"]) & set(RATE)
    assert load_scenario(child).drawn_from is default_posterior()
    written = tmp_path / "written.toml"
    written.write_text(effective_toml(without), encoding="utf-8")
    assert load_scenario(written).posterior is None


def test_a_posterior_of_its_own_takes_the_place_of_the_default_one(tmp_path: Path) -> None:
    save_posterior(tmp_path / "own.parquet", DRAWS[["closure_rate"]] / 2, {})
    for scaled in (False, True):
        file = tmp_path / "own.toml"
        entry = f'{{ file = "own.parquet", scaled = {str(scaled).lower()} }}'
        file.write_text(f'inherits = "mid_sized_town"\nposterior = {entry}\n', encoding="utf-8")
        own = load_scenario(file)
        assert drawn(own)["closure_rate"].max() <= 0.05
        assert not (drawn(own)["quality_spread"] == 10 * drawn(own)["closure_rate"]).any()
        default = PARAMETERS["closure_rate"].default
        moved = drawn(own.replace(closure_rate=1.1 * default))["closure_rate"]
        assert np.allclose(moved, 1.1 * drawn(own)["closure_rate"]) == scaled


# Experiments


def experiment(**content: Any) -> Any:
    asked = {"scenario": "mid_sized_town", "replications": 2, "months": 3} | content
    return read_experiment(asked, "asked", Path("asked.toml"))


def test_a_factor_wins_and_without_limits_it_covers_the_posterior() -> None:
    asked = experiment(
        factors={
            "closure_rate": {"distribution": "triangular"},
            "quality_spread": {"distribution": "uniform", "low": 0.1, "high": 0.2},
        },
        design={"kind": "latin_hypercube", "size": 4},
    )
    rate, spread = asked.factors
    assert (rate.low, rate.mode, rate.high) == pytest.approx((0.062, 0.08, 0.098))
    assert (spread.low, spread.high) == (0.1, 0.2)
    model, plan = plan_experiment(asked).model, plan_experiment(asked)
    for key in plan.keys:
        run = plan.run(key)
        values = model.scenario_of(run).values  # type: ignore[attr-defined]
        assert values["closure_rate"] == run.values["closure_rate"]
        assert values["takeover_reach"] in set(DRAWS["takeover_reach"])


def test_an_experiment_holds_it_only_where_it_draws(shipped: Path) -> None:
    drawing, fixed = experiment(), experiment(parameters="fixed")
    held = drawing.arms["baseline"].posterior
    assert isinstance(held, Posterior) and held.scaled
    assert fixed.arms["baseline"].posterior == "default"
    keys = [set(plan_experiment(one).keys) for one in (drawing, fixed)]
    save_posterior(shipped.with_name("other.parquet"), DRAWS[1:], {})
    _forget(shipped)
    again = [
        set(plan_experiment(one).keys) for one in (experiment(), experiment(parameters="fixed"))
    ]
    assert not keys[0] & again[0]
    assert keys[1] == again[1]


def _forget(shipped: Path) -> None:
    """Replace the file by the other one, as an update of the package does."""
    from sim.scenario.posterior import _default_posterior

    shipped.with_name("other.parquet").replace(shipped)
    _default_posterior.cache_clear()


def test_results_keep_and_tell_it_though_the_package_moves_on(
    shipped: Path, tmp_path: Path, town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = town.replace(**SMALL, months=3, closure_rate=0.09)
    found = sim.compare(small, ["transition_cluster"], reps=2, workers=1, out=tmp_path / "kept")
    before = found.parameters
    marks = [b.text for b in assumptions(Facts(found, "en")).blocks if isinstance(b, Paragraph)][1]
    assert "a whole draw of the posterior at a time" in marks
    scale = 0.09 / PARAMETERS["closure_rate"].default
    assert np.isclose(before["closure_rate"].to_numpy()[:, None], scale * RATE).any(axis=1).all()
    shipped.unlink()
    pd.testing.assert_frame_equal(load_results(tmp_path / "kept").parameters, before)
    monkeypatch.setattr("sim.scenario.posterior.MODEL_VERSION", "of tomorrow")
    assert load_results(tmp_path / "kept").scenario.posterior == found.scenario.posterior


# Commands


def test_commands_show_prior_posterior_and_the_figures_behind_it(capsys: Capture) -> None:
    main(["params", "closure_rate"])
    said = capsys.readouterr().out
    assert "plausibly" in said and "posterior 0.062 to 0.098, median 0.08" in said
    assert "Data: closure_rate, letting_after_0." in said
    main(["params", "closure_rate", "--json"])
    fitted = json.loads(capsys.readouterr().out)["closure_rate"]["posterior"]
    assert fitted["median"] == pytest.approx(0.08)
    assert fitted["figures"]["letting_after_0"]["source"] == "another"
    main(["params", "fte_cost", "--json"])
    assert json.loads(capsys.readouterr().out)["fte_cost"]["posterior"] is None
    main(["explain", "closure_rate"])
    said = capsys.readouterr().out
    assert "0.062 (5 %), 0.08 (median), 0.098 (95 %)" in said and "a register" in said
    assert "posterior" not in next(e for e in explain("fte_cost") if e["kind"] == "parameter")
    main(["scenarios", "mid_sized_town"])
    assert "draw from the posterior retail.parquet (41 draws)" in capsys.readouterr().out
