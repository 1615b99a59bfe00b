"""Virtual trials find planted effects and no others, and rule out what they should."""

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("esda")
pytest.importorskip("statsmodels")

from experiments.evidence.bands import Band, load_bands
from experiments.trials import creajeunes, enterprise_zone, groupements
from experiments.trials.__main__ import BANDS, TRIALS
from experiments.trials.comparison import (
    compare,
    condition,
    estimate,
    over_draws,
    people_needed,
    power,
)
from experiments.trials.tables import WORDS, against_bands, movers, ruled_out
from experiments.trials.trial import drawn_given, hold_in_towns, usual

SUPPORT_ALONE = {
    "accompanied_approval_odds": 1.0,
    "accompanied_examination_factor": 1.0,
    "supported_risk_ratio": 1.0,
}
"""Parameters with which support does nothing but save hours."""

EVERYBODY_READY = {"worth": 1.0, "creajeunes_hours": 1000.0, "creajeunes_takeup": 1.0}


def towns(trial, n=1, values=SUPPORT_ALONE, **given):
    return hold_in_towns([trial], range(n), values, usual(trial) | given)


def test_published_estimates_have_words_and_say_that_they_were_read_in_part():
    bands = load_bands(BANDS)
    assert set(bands) == set(WORDS)
    assert all(band.is_to_be_verified for band in bands.values())


@pytest.mark.parametrize("trial", [creajeunes.TRIAL, groupements.TRIAL])
def test_coaching_worth_nothing_changes_nothing(trial):
    found = towns(trial, worth=0.0)
    effects = found[[f"{trial.name}_{x}" for x in ("running", "running_town", "spillover")]]
    assert (effects == 0).all(axis=None)


def test_coaching_that_finishes_all_engineering_is_found():
    found = towns(creajeunes.TRIAL, 5, SUPPORT_ALONE | {"accompanied_approval_odds": 10.0},
                  **EVERYBODY_READY)  # fmt: skip
    assert estimate("creajeunes_running_town", found, "1").low > 0
    assert found["creajeunes_running"].mean() > 0


def test_holders_talked_out_of_their_idea_start_less():
    found = towns(groupements.TRIAL, 4, worth=0.0, talked_out=1.0)
    assert found["groupements_running_town"].mean() < 0
    assert found["groupements_running"].mean() < 0


def test_a_zone_without_relief_changes_nothing_and_one_with_relief_fills_vacant_premises():
    nothing = towns(enterprise_zone.TRIAL, 1, {}, relief=0.0).drop(columns="zone_ceiling")
    assert (nothing == 0).all(axis=None)
    relief = towns(enterprise_zone.TRIAL, 2, {}, relief=0.5)
    assert (relief["zone_1997"] > 0).all()
    assert (relief["zone_1997"] <= relief["zone_ceiling"]).all()


def test_trials_share_the_worth_of_an_hour():
    given = [drawn_given([trial], 5) for trial in TRIALS[:2]]
    assert given[0]["worth"] == given[1]["worth"]
    assert given[0]["worth"] != drawn_given(TRIALS, 6)["worth"]


def made_up(n=200, noise=0.01):
    rng = np.random.default_rng(1)
    parameters = pd.DataFrame(rng.random((n, 3)), columns=["moves", "idle", "other"])
    draws = pd.DataFrame(
        {
            "zone_2004": 0.2 * parameters["moves"] + rng.normal(0, noise, n),
            "zone_2004_error": noise,
            "zone_1997": 0.05 + rng.normal(0, noise, n),
            "zone_1997_error": noise,
        }
    )
    bands = {
        "zone_2004": Band(0.0, 0.1, "1", "fitted", "judgement", "made up"),
        "zone_1997": Band(0.9, 1.1, "1", "fitted", "judgement", "made up"),
    }
    return bands, draws, parameters


def test_a_trial_rules_out_the_values_that_contradict_it_and_no_others():
    bands, draws, parameters = made_up()
    found = compare(bands, draws, draws, parameters)
    given = condition(found, parameters)
    assert found["zone_2004"].dependence.leading[:-1] == "moves"
    assert list(given.moved.index) == ["moves"]
    assert given.table.loc["moves", "kept_high"] == pytest.approx(0.5, abs=0.06)
    assert given.kept.mean() == pytest.approx(0.5, abs=0.1)
    for text in (against_bands(found), movers(found, {}), ruled_out(given)):
        assert "zone: " in text or "`moves`" in text


def test_a_figure_out_of_reach_conditions_nothing():
    bands, draws, parameters = made_up()
    found = compare({"zone_1997": bands["zone_1997"]}, draws, draws, parameters)
    given = condition(found, parameters)
    assert found["zone_1997"].verdict == "outside"
    assert given.out_of_reach == ("zone_1997",)
    assert given.kept.all() and given.moved.empty


def test_luck_of_towns_is_no_difference_between_draws():
    _, draws, _ = made_up()
    assert np.ptp(over_draws("zone_1997", draws)) < 0.5 * np.ptp(draws["zone_1997"])


def test_a_trial_of_the_people_needed_has_a_power_of_four_in_five():
    n = people_needed(0.1, 0.02, 2, 1)
    assert power(0.1, 0.02, round(n * 2 / 3), round(n / 3)) == pytest.approx(0.8, abs=0.001)


def test_power_is_the_error_level_without_effect_and_one_with_a_large_one():
    assert power(0.1, 0.0, 970, 475) == pytest.approx(0.05)
    assert power(0.1, 0.2, 970, 475) > 0.99
    assert 0.05 < power(0.1, 0.03, 970, 475) < 0.5
