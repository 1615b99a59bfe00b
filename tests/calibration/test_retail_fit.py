"""The fit of the retail half: its priors, its targets and its samplers."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("esda")
pytest.importorskip("sklearn")
pytest.importorskip("statsmodels")

from experiments.calibration import figures as towns
from experiments.calibration import retail, simulated, surrogate
from experiments.calibration.particles import sample
from experiments.calibration.priors import load_priors, prior_of
from experiments.calibration.tables import describe_figures
from experiments.evidence.bands import Band, load_bands
from sim.calibration.emulator import Emulator, ExpectedFigures
from sim.experiments.executors import start_workers
from sim.scenario.posterior import load_posterior
from sim.scenario.schema import PARAMETERS

BANDS, PRIORS = load_bands(), load_priors()


def test_each_prior_is_of_a_parameter_and_names_figures_that_have_bands():
    for name, entry in PRIORS.items():
        assert PARAMETERS[name].low <= entry.low < entry.high <= PARAMETERS[name].high, name
        assert set(entry.figures) <= set(BANDS), name


def test_all_bands_that_are_fitted_are_fitted_to():
    elsewhere = {figure for e in PRIORS.values() if e.fit == "own" for figure in e.figures}
    forms_not_taken = {"decay_power_groceries"}
    fitted = {figure for figure, band in BANDS.items() if band.use == "fitted"}
    assert fitted == {*surrogate.FITTED} | ((elsewhere | forms_not_taken) & fitted)


def test_particles_fill_the_part_of_the_cube_that_is_near():
    def distance(points):
        return np.abs(points[:, 0] + points[:, 1] - 1.0)

    start = np.random.default_rng(0).random((200, 3))
    points, rounds = sample(distance, start, smallest=0.02, last_moves=300, seed=0)
    assert np.abs(points[:, :2].sum(axis=1) - 1).max() <= 0.02
    assert rounds["distance"].is_monotonic_decreasing
    for column in points.T:  # even over the whole range
        assert np.quantile(column, [0.1, 0.5, 0.9]) == pytest.approx([0.1, 0.5, 0.9], abs=0.12)


def test_expected_figures_are_those_of_the_emulators():
    rng = np.random.default_rng(0)
    points = rng.random((30, 2))
    emulators = [Emulator(points, points[:, k] ** 2) for k in range(2)]
    some = rng.random((5, 2))
    expected = np.stack([e.predict(some)[0] for e in emulators], axis=1)
    assert ExpectedFigures(emulators)(some) == pytest.approx(expected)


def test_inside_a_band_nothing_is_missed():
    found = np.array([[1.0, 2.0, 3.5]])
    assert surrogate.misses(found, np.full(3, 1.0), np.full(3, 3.0)).tolist() == [[0, 0, 0.5]]


def test_share_below_zero_and_spread_of_a_normal_sample_are_unbiased():
    rng = np.random.default_rng(0)
    samples = [pd.Series(rng.normal(1, 1, 8)) for _ in range(2000)]
    assert np.mean([towns.share_below_zero(s) for s in samples]) == pytest.approx(0.159, abs=0.01)
    assert np.mean([towns.log_spread(s) for s in samples]) == pytest.approx(0, abs=0.02)


def test_a_verdict_needs_the_interval_to_leave_the_band():
    band = Band(1.0, 2.0, "1", "checked", "judgement", "none")
    for values, verdict in (
        ([1.2, 1.5], "within"),
        ([2.1, 2.2], "outside"),
        ([1.9, 2.5], "cannot tell"),
    ):
        table = describe_figures(pd.DataFrame({"f": values}), {"f": band})
        assert table["verdict"].tolist() == [verdict]


def test_evaluations_cut_short_or_of_other_code_are_run_again(tmp_path, monkeypatch):
    run = []
    monkeypatch.setattr(
        simulated, "figures", lambda values, seed, _: run.append(seed) or {"f": 1.0}
    )
    path, values = tmp_path / "simulations.jsonl", {"closure_rate": 0.1}
    with start_workers("serial", 1) as workers:
        assert simulated.Simulated(path, None, workers)(values, 1) == {"f": 1.0}
        whole = path.read_bytes()
        path.write_bytes(whole + whole[:40])  # killed while it wrote another
        again = simulated.Simulated(path, None, workers)
        again(values, 1)
        again(values, 2)
        kept = simulated.Simulated(path, None, workers)
        kept(values, 1)
        kept(values, 2)
        assert run == [1, 2]
        monkeypatch.setattr(simulated, "_code", lambda: "other")
        simulated.Simulated(path, None, workers)(values, 1)
    assert run == [1, 2, 1]


@pytest.mark.corpus  # only the calibration experiment needs it
def test_a_fit_goes_on_where_it_was_interrupted(tmp_path, monkeypatch):
    prior = prior_of(PRIORS, "simulated")
    low, high = retail.edges(BANDS)
    slopes = np.random.default_rng(1).normal(0, 0.7, (low.size, len(prior.names)))
    run = []

    def invented(values, seed, _=None):
        run.append(seed)
        unit = prior.scaled(pd.DataFrame([values]))[0] - 0.5
        found = (low + high) / 2 + (high - low) * (slopes @ unit)
        rest = dict.fromkeys(surrogate.EMULATED, 0.02 + 0.01 * unit[0])
        return rest | dict(zip(surrogate.FITTED, found, strict=True))

    monkeypatch.setattr(simulated, "figures", invented)
    monkeypatch.setattr(retail, "figures_of_space", lambda values, seed: {})
    monkeypatch.setattr(retail, "figures_of_trips", lambda values, seed: {})
    size = retail.Size(40, 20, 10, 40, checked=3, checked_in_space=1, truths=1, last_moves=20)
    with start_workers("serial", 1) as workers:
        retail.fit_retail(tmp_path, size, workers)
        first = load_posterior(tmp_path / "retail.parquet")
        done = len(run)
        retail.fit_retail(tmp_path, size, workers)
    assert len(run) == done
    assert load_posterior(tmp_path / "retail.parquet").sha256 == first.sha256
    assert "starting_vacancy" not in first.parameters
    assert first.about["informed_by"]["succession_share"] == ["successors_90_days"]
