"""Priors, targets, and the calibration of the model itself, in miniature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.calibration import (
    PATTERNS,
    Calibration,
    Ensemble,
    Prior,
    Target,
    calibrate,
    patterns,
    scenario_prior,
)
from sim.errors import InputError
from sim.experiments.draws import Range, draw, uncertain_ranges
from sim.scenario.posterior import load_posterior
from sim.scenario.scenario import load_scenario
from tests.calibration.toys import planted
from tests.reference.towns import SMALL

TOWN = load_scenario("mid_sized_town").replace(**SMALL, months=24)


def turnover(runs: Sequence[pd.DataFrame]) -> Mapping[str, float]:
    """Closures and relettings a month, over all runs."""
    return {
        name: float(np.mean([run[name].mean() for run in runs]))
        for name in ("closures", "relettings")
    }


# Priors


@pytest.mark.slow
def test_priors_are_those_of_comparisons_without_a_posterior() -> None:
    prior = scenario_prior(TOWN, ["closure_rate", "takeover_reach"])
    plain = uncertain_ranges(replace(TOWN, posterior=None))
    assert prior.ranges == {n: plain[n] for n in prior.names}
    drawn = pd.DataFrame([draw(replace(TOWN, posterior=None), 1, rep) for rep in range(400)])[
        list(prior.names)
    ]
    mine = prior.sample(4000, seed=1)
    np.testing.assert_allclose(mine.mean(), drawn.mean(), rtol=0.05)
    np.testing.assert_allclose(mine.std(), drawn.std(), rtol=0.15)


@pytest.mark.slow  # it imports pyABC
@pytest.mark.parametrize("shape", ["triangular", "uniform"])
def test_pyabc_has_the_same_prior(shape: str) -> None:
    prior = Prior({"a": Range(1.0, 2.0, 6.0), "b": Range(-3.0, -3.0, -1.0)}, shape)  # type: ignore[arg-type]
    theirs = prior.to_pyabc()
    for name, within in prior.ranges.items():
        for share in (0.1, 0.5, 0.9):
            quantile = float(prior.values(np.full((1, 2), share))[name].iloc[0])
            assert theirs[name].cdf(quantile) == pytest.approx(share)
        assert theirs[name].pdf(within.low - 0.01) == 0 == theirs[name].pdf(within.high + 0.01)


def test_scaled_values_are_shares_of_their_ranges() -> None:
    prior = Prior({"a": Range(1.0, 2.0, 6.0), "b": Range(-3.0, -2.0, -1.0)}, "uniform")
    points = np.random.default_rng(0).random((20, 2))
    np.testing.assert_allclose(prior.scaled(prior.values(points)), points)


def test_a_parameter_without_a_range_needs_one() -> None:
    with pytest.raises(InputError, match="starting_vacancy has no plausible range"):
        scenario_prior(TOWN, ["starting_vacancy"])
    within = Range(0.1, 0.15, 0.2)
    prior = scenario_prior(TOWN, ["starting_vacancy"], ranges={"starting_vacancy": within})
    assert prior.ranges == {"starting_vacancy": within}
    with pytest.raises(InputError, match="closure_rate, which is not calibrated"):
        scenario_prior(TOWN, ["takeover_reach"], ranges={"closure_rate": within})
    with pytest.raises(InputError, match="Did you mean 'closure_rate'"):
        scenario_prior(TOWN, ["closure_rat"])
    with pytest.raises(InputError, match="at least one parameter"):
        scenario_prior(TOWN, [])


# Targets


def test_every_pattern_has_its_source_and_a_tolerance() -> None:
    for name, target in PATTERNS.items():
        assert target.name == name
        assert target.source and target.unit and target.tolerance_source
        assert target.tolerance == pytest.approx(np.hypot(target.error, target.discrepancy))
    with pytest.raises(InputError, match="Did you mean 'centre_vacancy_2015'"):
        patterns("centre_vacancy_2016")


def test_spreads_are_half_of_half_the_band_in_which_a_pattern_is_accepted() -> None:
    for name, half in {
        "centre_vacancy_2001": 1.5,
        "centre_vacancy_rise_2012_2015": 0.25,
        "centres_below_5_percent_2001": 10,
        "participation": 6,
    }.items():
        assert PATTERNS[name].tolerance == pytest.approx(half / 2, rel=0.02)


def test_impossible_or_duplicate_targets_are_refused() -> None:
    with pytest.raises(InputError, match="both 0"):
        Target("x", 1.0, 0.0, 0.0, "1", "planted", "assumed")
    with pytest.raises(InputError, match="must be finite"):
        Target("x", float("nan"), 1.0, 0.0, "1", "planted", "assumed")
    twice = [*planted({"closures": 1.0}, 0.1), *planted({"closures": 2.0}, 0.1)]
    with pytest.raises(InputError, match="two targets are called 'closures'"):
        calibrate(TOWN, ["closure_rate"], twice, turnover, workers=1)
    with pytest.raises(InputError, match="at least one target"):
        calibrate(TOWN, ["closure_rate"], [], turnover, method="history_matching", workers=1)


# The model


@pytest.mark.slow  # it starts processes
def test_an_ensemble_gives_the_same_figures_from_any_number_of_workers() -> None:
    places = ({"territory_seed": 1}, {"territory_seed": 2, "town_margin": -0.1})
    found = []
    for workers in (1, 2):
        with Ensemble(TOWN, turnover, places=places, replications=2, workers=workers) as ensemble:
            found.append([ensemble({"closure_rate": 0.08}, seed) for seed in (1, 2)])
    assert found[0] == found[1]
    assert found[0][0] != found[0][1]


def test_places_and_whole_numbers_are_handed_to_the_runs() -> None:
    def populations(runs: Sequence[pd.DataFrame]) -> Mapping[str, float]:
        return {"months": float(len(runs[0])), "runs": float(len(runs))}

    with Ensemble(
        TOWN, populations, places=({}, {"town_margin": 0.1}), replications=3, workers=1
    ) as ensemble:
        assert ensemble({"months": 2.6}, 1) == {"months": 3.0, "runs": 6.0}
    with pytest.raises(InputError, match="at least one place"):
        Ensemble(TOWN, turnover, places=())


def test_parameters_set_by_places_cannot_be_calibrated() -> None:
    with pytest.raises(InputError, match="closure_rate is set by the places"):
        calibrate(
            TOWN,
            ["closure_rate"],
            planted({"closures": 1.0}, 0.1),
            turnover,
            places=({"closure_rate": 0.08},),
        )
    with pytest.raises(InputError, match="not one of abc_smc, history_matching"):
        calibrate(TOWN, ["closure_rate"], [], turnover, method="guess")  # type: ignore[arg-type]


@pytest.mark.corpus
@pytest.mark.statistical
def test_a_planted_rate_of_closures_is_found_and_can_be_drawn_from(tmp_path: Path) -> None:
    town = TOWN.replace(population=20_000, with_margins=False)
    places = ({"territory_seed": 0}, {"territory_seed": 1})
    with Ensemble(town.replace(closure_rate=0.06), turnover, places=places, workers=1) as truth:
        observed = {"closures": np.mean([truth({}, seed)["closures"] for seed in range(8)])}
    found: Calibration = calibrate(
        town,
        ["closure_rate"],
        planted(observed, 0.05 * observed["closures"]),
        turnover,
        method="abc_smc",
        shape="uniform",
        places=places,
        workers=1,
        draws=100,
        seed=2,
        particles=20,
        populations=3,
    )
    low, median, high = found.interval(0.9).loc["closure_rate", ["low", "median", "high"]]
    assert low <= 0.06 <= high < town.values["closure_rate"] + 0.01
    assert median < 0.08 < uncertain_ranges(town)["closure_rate"].high
    found.write(tmp_path / "found.parquet", scenario=town.name)
    posterior = load_posterior(tmp_path / "found.parquet")
    assert posterior.about["scenario"] == "mid_sized_town"
    assert posterior.about["targets"][0]["source"] == "planted"
    (tmp_path / "town.toml").write_text(
        'inherits = "mid_sized_town"\nposterior = "found.parquet"\n', encoding="utf-8"
    )
    drawn = draw(load_scenario(tmp_path / "town.toml"), 1, 0)["closure_rate"]
    assert drawn in posterior.values[:, 0]
