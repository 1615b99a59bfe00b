"""ABC-SMC finds planted values reproducibly and restores numpy's generator."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from sim.calibration import Calibration, Target, abc_smc
from sim.calibration.abc_smc import _by_errors, distance_of_errors
from sim.errors import InputError
from tests.calibration.toys import LINE_PRIOR, line, planted

pytestmark = pytest.mark.slow  # pyABC

TRUTH = {"level": 0.7, "slope": -1.2}
OBSERVED = planted(line(TRUTH, 11), 0.15)


def small(seed: int = 3, **options: object) -> Calibration:
    settings: dict[str, object] = {"particles": 20, "populations": 3, "draws": 50}
    return abc_smc(line, LINE_PRIOR, OBSERVED, seed=seed, **settings | options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def found() -> Calibration:
    np.random.seed(1)  # noqa: NPY002
    return small()


def test_the_same_call_gives_the_same_draws_whatever_numpy_did_before(found: Calibration) -> None:
    np.random.seed(2)  # noqa: NPY002
    pd.testing.assert_frame_equal(small().draws, found.draws)


def test_another_seed_gives_others_and_the_global_generator_goes_on_as_if_unused(
    found: Calibration,
) -> None:
    np.random.seed(1)  # noqa: NPY002
    expected = np.random.random(3)  # noqa: NPY002
    np.random.seed(1)  # noqa: NPY002
    assert not small(seed=4).draws.equals(found.draws)
    np.testing.assert_array_equal(np.random.random(3), expected)  # noqa: NPY002


def test_populations_come_closer_and_the_posterior_is_narrower_than_the_prior(
    found: Calibration,
) -> None:
    assert found.draws.shape == (50, 2) and list(found.draws) == list(LINE_PRIOR.names)
    distances = found.rounds["distance"].to_numpy()
    assert np.isnan(distances[0]) and (np.diff(distances[1:]) < 0).all()
    assert found.rounds["simulations"][0] == 20  # the prior is simulated once
    prior = LINE_PRIOR.sample(2000)
    for at in (0.25, 0.75):  # the middles of the halves, which are the observations
        before, after = (d["level"] + at * d["slope"] for d in (prior, found.draws))
        assert after.std() < 0.6 * before.std()


def test_nothing_follows_a_population_that_is_close_enough() -> None:
    assert len(small(smallest_distance=1e6, populations=8).rounds) == 2


def gauss(values: Mapping[str, float], seed: int) -> Mapping[str, float]:
    """One figure with luck of 0.05, and a sum."""
    luck = np.random.default_rng(seed).normal(0.0, 0.05)
    return {"one": values["level"] + luck, "sum": values["level"] + values["slope"]}


@pytest.mark.parametrize("targets", [1, 2])
def test_what_is_accepted_evenly_gets_the_spread_of_the_errors(targets: int) -> None:
    rng, within = np.random.default_rng(5), distance_of_errors(targets)
    misses = rng.uniform(-1, 1, (100_000, targets)) * within * targets**0.5
    distances = np.sqrt((misses**2).mean(axis=1))
    misses, distances = misses[distances <= within], distances[distances <= within]
    weights = _by_errors(np.ones(distances.size), distances, targets)
    assert weights @ misses**2 == pytest.approx(np.ones(targets), rel=0.06)
    assert (misses**2).mean() > 1.5  # without weights


@pytest.mark.corpus
def test_posteriors_of_normal_errors_are_as_wide_as_computed_by_hand() -> None:
    """The spread of a figure is that of error, discrepancy and luck, and of a difference of both
    figures that of both."""
    targets = [
        Target("one", 0.3, 0.08, 0.06, "1", "planted", "assumed"),
        Target("sum", 0.1, 0.2, 0.0, "1", "planted", "assumed"),
    ]
    exact = np.sqrt([0.1**2 + 0.05**2, 0.1**2 + 0.05**2 + 0.2**2])
    every = [
        abc_smc(gauss, LINE_PRIOR, targets, particles=100, seed=seed).draws[list(LINE_PRIOR.names)]
        for seed in range(6)
    ]
    spread = np.mean([draws.std() for draws in every], axis=0)
    assert spread == pytest.approx(exact, rel=0.1)
    assert np.mean([draws.mean() for draws in every], axis=0) == pytest.approx(
        [0.3, -0.2], abs=0.05
    )


@pytest.mark.corpus
def test_a_distance_too_small_for_the_errors_does_not_narrow_the_posterior() -> None:
    strict, usual = (small(smallest_distance=d, populations=6) for d in (0.1, 0.0))
    pd.testing.assert_frame_equal(strict.draws, usual.draws)


@pytest.mark.corpus
def test_ninety_per_cent_intervals_hold_the_planted_values_in_at_least_fifteen_of_twenty() -> None:
    held = dict.fromkeys(LINE_PRIOR.names, 0)
    widths = []
    for repeat in range(20):
        rng = np.random.default_rng(repeat)
        truth = {"level": rng.uniform(-1.5, 1.5), "slope": rng.uniform(-2.5, 2.5)}
        targets = planted(line(truth, 1000 + repeat), 0.15)
        found = abc_smc(line, LINE_PRIOR, targets, particles=30, populations=5, seed=repeat)
        interval = found.interval(0.9)
        widths.append(interval["high"] - interval["low"])
        for name, value in truth.items():
            held[name] += bool(interval.loc[name, "low"] <= value <= interval.loc[name, "high"])
    assert min(held.values()) >= 15
    # Not because the intervals are as wide as the prior's, 3.6 and 5.4.
    assert np.mean(widths, axis=0) == pytest.approx([0.9, 1.6], rel=0.3)


def test_parameters_that_cannot_start_are_never_accepted() -> None:
    def halting(values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        if values["level"] < 0:
            raise InputError("no such level.")
        return line(values, seed)

    found = abc_smc(halting, LINE_PRIOR, OBSERVED, particles=20, populations=2, draws=50)
    assert (found.draws["level"] >= 0).all()


def test_a_missing_value_is_never_accepted() -> None:
    def missing(values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        return line(values, seed) | ({"late": np.nan} if values["slope"] > 0 else {})

    found = abc_smc(missing, LINE_PRIOR, OBSERVED, particles=20, populations=2, draws=50)
    assert (found.draws["slope"] <= 0).all()


def test_the_reason_is_given_if_no_parameters_can_start() -> None:
    def never(values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        raise InputError("vacancy cannot last.")

    with pytest.raises(InputError, match=r"none of 20 draws.*vacancy cannot last"):
        abc_smc(never, LINE_PRIOR, OBSERVED, particles=20)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"particles": 3}, "at least 4 particles"),
        ({"populations": 0}, "1 population"),
        ({"draws": 0}, "1 draw"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, int], told: str) -> None:
    with pytest.raises(InputError, match=told):
        small(**options)


def test_a_target_missing_from_the_simulation_is_reported_at_once() -> None:
    with pytest.raises(InputError, match="Did you mean 'early'"):
        abc_smc(line, LINE_PRIOR, planted({"erly": 0.0}, 0.1))
