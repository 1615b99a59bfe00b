"""Bands are complete, and were written for figures that estimators give."""

import tomllib

import pytest

pytest.importorskip("esda")
pytest.importorskip("statsmodels")

from experiments.evidence.bands import EVIDENCE, PATH, USES, Band, load_bands
from experiments.evidence.estimates import Estimate

BANDS = tomllib.loads(PATH.read_text(encoding="utf-8"))

FIGURES = (
    "closure_rate",
    "closure_hump_factor",
    "closure_weibull_shape_",
    "letting_after_",
    "empty_",
    "successors_",
    "neighbour_closures_factor",
    "vacancy_",
    "decay_exponential_",
    "decay_power_",
    "trip_",
    "floor_exponent_",
    "online_spending_",
    "basket_",
    "towns_",
    "footfall_elasticity",
)


@pytest.mark.parametrize("figure", BANDS)
def test_each_band_has_range_unit_use_source_and_evidence(figure):
    entry = BANDS[figure]
    assert entry["low"] < entry["high"]
    assert entry["low"] <= entry.get("value", entry["low"]) <= entry["high"]
    assert entry["use"] in USES and entry["evidence"] in EVIDENCE
    assert entry["unit"] in {"1", "1/year", "1/km", "km", "year", "EUR"}
    assert len(entry["source"]) > 20
    assert figure.startswith(FIGURES)


@pytest.mark.parametrize("figure", [f for f in BANDS if BANDS[f]["evidence"] == "measured"])
def test_what_was_measured_says_on_how_many_cases(figure):
    assert BANDS[figure]["n"] > 0
    assert any(name in BANDS[figure]["source"] for name in ("sirene", "slo_", "wieland"))


def test_verdicts():
    band = Band(0.1, 0.2, "1", "fitted", "judgement", "an example")

    def verdict(value, low, high):
        return band.verdict(Estimate("x", value, low, high, 10, "1"))

    assert verdict(0.15, 0.05, 0.3) == "within"
    assert verdict(0.25, 0.15, 0.35) == "cannot tell"
    assert verdict(0.3, 0.25, 0.35) == "outside"


def test_a_band_without_a_source_is_refused():
    with pytest.raises(ValueError, match="source"):
        Band(0.1, 0.2, "1", "fitted", "judgement", "")


def test_figures_to_fit_and_to_check_both_exist():
    assert {band.use for band in load_bands().values()} == set(USES)
