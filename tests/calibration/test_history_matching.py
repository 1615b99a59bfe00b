"""History matching keeps the planted values and rules out nearly all others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.calibration import Prior, history_matching
from sim.calibration.emulator import Emulator
from sim.calibration.history_matching import CUTOFF, implausibility
from sim.errors import InputError
from sim.experiments.draws import Range
from tests.calibration.toys import BEND_PRIOR, bend, planted

TRUTH = {"a": 0.35, "b": 0.7, "c": 0.55}


@pytest.mark.slow
@pytest.mark.parametrize("repeat", range(3))
def test_the_planted_point_is_kept_and_nine_tenths_of_the_prior_are_ruled_out(repeat: int) -> None:
    truth = dict(zip("abc", np.random.default_rng(repeat).uniform(0.1, 0.9, 3), strict=True))
    targets = planted(bend(truth, 500 + repeat), 0.03, 0.02)
    found = history_matching(bend, BEND_PRIOR, targets, waves=2, draws=200, seed=repeat)
    assert found.implausibility(pd.DataFrame([truth]))[0] <= CUTOFF
    assert found.share_left <= 0.1
    assert len(found.draws) == 200
    assert (found.implausibility(found.draws) <= CUTOFF).all()
    # Check the position too, since the middle of the prior is also far from any corner.
    assert np.abs(found.draws.mean() - pd.Series(truth)).max() < 0.25


@pytest.mark.slow
def test_each_wave_leaves_no_more_than_the_one_before() -> None:
    targets = planted(bend(TRUTH, 7), 0.03, 0.02)
    found = history_matching(bend, BEND_PRIOR, targets, waves=3, draws=100, seed=1)
    shares = found.rounds["share_left"].to_numpy()
    assert len(shares) == 3 and (np.diff(shares) < 0.003).all()  # both are estimates
    assert found.rounds["simulations"].tolist() == [30, 30, 30]


@pytest.mark.slow
def test_the_result_is_reproducible_and_independent_of_the_shape() -> None:
    targets = planted(bend(TRUTH, 7), 0.03, 0.02)
    flat, peaked = (
        history_matching(bend, prior, targets, waves=1, draws=50, seed=1).draws
        for prior in (BEND_PRIOR, Prior(BEND_PRIOR.ranges, "triangular"))
    )
    pd.testing.assert_frame_equal(flat, peaked)


@pytest.mark.slow
def test_targets_that_no_parameters_can_meet_leave_no_posterior(tmp_path: Path) -> None:
    targets = planted({**bend(TRUTH, 7), "x": 9.0}, 0.03)
    found = history_matching(bend, BEND_PRIOR, targets, waves=3, draws=50, seed=1)
    assert found.share_left == 0 and found.draws.empty and len(found.rounds) == 1
    with pytest.raises(InputError, match="holds no draws"):
        found.write(tmp_path / "nothing.parquet")
    # If one target may be missed, the others decide.
    lenient = history_matching(
        bend, BEND_PRIOR, targets, waves=1, missed_targets=1, draws=50, seed=1
    )
    assert lenient.share_left > 0
    assert lenient.implausibility(pd.DataFrame([TRUTH]))[0] <= CUTOFF


def test_implausibility_is_the_distance_over_all_uncertainty() -> None:
    class Known:
        """An emulator that predicts 5 with a variance of 7."""

        def predict(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return np.full(len(points), 5.0), np.full(len(points), 7.0)

    one, other = planted({"one": 13.0, "other": 1.0}, 3.0)
    told = implausibility([Known(), Known()], [one, other], np.zeros((2, 1)))  # type: ignore[list-item]
    np.testing.assert_allclose(told, 8 / np.sqrt(3**2 + 7))
    second = implausibility([Known(), Known()], [one, other], np.zeros((2, 1)), 1)  # type: ignore[list-item]
    np.testing.assert_allclose(second, 4 / np.sqrt(3**2 + 7))


def test_an_emulator_finds_the_function_and_its_noise() -> None:
    rng = np.random.default_rng(4)
    points, elsewhere = rng.random((60, 2)), rng.random((200, 2))

    def truth(at: np.ndarray) -> np.ndarray:
        return np.asarray(np.sin(3 * at[:, 0]) + at[:, 1] ** 2)

    emulator = Emulator(points, truth(points) + rng.normal(0, 0.2, 60))
    assert np.sqrt(emulator.seed_variance) == pytest.approx(0.2, rel=0.3)
    mean, variance = emulator.predict(elsewhere)
    assert np.sqrt(np.mean((mean - truth(elsewhere)) ** 2)) < 0.1
    assert (variance > emulator.seed_variance).all()


def test_an_overconfident_emulator_is_widened() -> None:
    """A jump is not a smooth function, so leave-one-out predictions miss it."""
    points = np.linspace(0, 1, 30)[:, None]
    smooth = Emulator(points, np.asarray(points[:, 0] ** 2) + 0.01 * np.sin(99 * points[:, 0]))
    outlier = np.asarray(points[:, 0] ** 2)
    outlier[12] += 30.0
    assert Emulator(points, outlier).widening >= smooth.widening == pytest.approx(1.0, abs=0.3)


def test_simulations_that_cannot_start_are_counted_and_ignored() -> None:
    def halting(values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        if values["a"] > 0.8:
            raise InputError("too much of a.")
        return bend(values, seed)

    targets = planted(bend(TRUTH, 7), 0.03, 0.02)
    found = history_matching(halting, BEND_PRIOR, targets, waves=1, draws=50, seed=1)
    assert found.rounds["without_figures"][0] == 6  # a fifth of thirty, evenly spread
    assert found.implausibility(pd.DataFrame([TRUTH]))[0] <= CUTOFF

    def never(values: Mapping[str, float], seed: int) -> Mapping[str, float]:
        raise InputError("vacancy cannot last.")

    with pytest.raises(InputError, match=r"only 0 of 30.*vacancy cannot last"):
        history_matching(never, BEND_PRIOR, targets)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"points": 7}, "at least 8 points"),
        ({"waves": 0}, "1 wave"),
        ({"draws": 0}, "1 draw"),
        ({"missed_targets": 3}, "fewer missed targets than the 3"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, int], told: str) -> None:
    with pytest.raises(InputError, match=told):
        history_matching(bend, BEND_PRIOR, planted(bend(TRUTH, 7), 0.03), **options)  # type: ignore[arg-type]


def test_a_range_without_width_is_refused() -> None:
    with pytest.raises(InputError, match="a: 1 to 1 around 1 is no range"):
        Prior({"a": Range(1.0, 1.0, 1.0)})
