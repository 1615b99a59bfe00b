"""Sentences match the numbers, in English and French, and always state their limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim import load_scenario
from sim.errors import InputError
from sim.experiments.results import Results
from sim.experiments.simulate import simulate
from sim.figures.run_story import starting_point, summary_table, what_happened
from sim.figures.summary import Spread, summarise
from sim.words.folders import Language, check_language, languages
from sim.words.language import number, percent, span

NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.fixture(scope="module")
def one() -> Results:
    return simulate(load_scenario("mid_sized_town").replace(months=24), seed=7)


@pytest.fixture(scope="module")
def many() -> Results:
    return simulate(load_scenario("mid_sized_town").replace(months=24), seed=7, reps=12)


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_a_number_reads_back_as_itself(value: float, digits: int) -> None:
    english = number(value, "en", digits).replace(",", "").replace("\N{MINUS SIGN}", "-")
    french = number(value, "fr", digits).replace(NARROW, "").replace("\N{MINUS SIGN}", "-")
    assert float(english) == pytest.approx(round(value, digits), abs=10.0**-digits)
    assert float(french.replace(",", ".")) == float(english)


def test_numbers_follow_the_language() -> None:
    assert number(1234567.891, "en", 2) == "1,234,567.89"
    assert number(1234567.891, "fr", 2) == f"1{NARROW}234{NARROW}567,89"
    assert percent(0.123, "en") == "12.3%"
    assert percent(0.123, "fr") == f"12,3{NARROW}%"
    assert number(-0.2, "en") == "0"
    assert [span(m, "en") for m in (1, 12, 18, 240)] == [
        "1 month",
        "1 year",
        "18 months",
        "20 years",
    ]
    assert [span(m, "fr") for m in (1, 12, 18, 240)] == ["1 mois", "1 an", "18 mois", "20 ans"]


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(InputError, match="expected en or fr"):
        check_language("de")


def test_sentences_hold_the_numbers_of_the_run(one: Results) -> None:
    frame, start = one.indicators, one.start
    text = " ".join(what_happened(one, "en"))
    assert f"from {percent(start['retail_vacancy_town_centre'][0], 'en')}" in text
    assert f"to {percent(frame['retail_vacancy_town_centre'].iloc[-1], 'en')}" in text
    assert f"{frame['closures'].sum():.0f} shops closed" in text
    assert f"{frame['relettings'].sum():.0f} vacant premises were let again" in text
    assert text.startswith("In 2 years (2025–2026)")


def test_closures_are_never_reported_without_the_number_of_open_shops(many: Results) -> None:
    for language, words in (("en", ("closed", "open shops")), ("fr", ("fermé", "ouverts"))):
        told = [s for s in what_happened(many, language) if words[0] in s]  # type: ignore[arg-type]
        assert told
        assert all(words[1] in s for s in told)


@pytest.mark.parametrize("language", languages())
def test_a_story_always_says_that_it_is_not_a_forecast(
    one: Results, many: Results, language: Language
) -> None:
    for results in (one, many):
        last = what_happened(results, language)[-1]
        assert ("not a forecast" if language == "en" else "pas une prévision") in last
        assert str(len(results.manifest["assumed_parameters"])) in last


def test_one_run_says_so_and_many_give_their_range(one: Results, many: Results) -> None:
    assert any("one run" in s for s in what_happened(one, "en"))
    spread = summarise(many)["town_centre"].vacancy_end
    told = next(s for s in what_happened(many, "en") if "12 runs" in s)
    assert "nine runs in ten" in told
    assert percent(spread.low, "en") in told
    assert percent(spread.high, "en") in told


def test_french_sentences_hold_no_english_and_no_plain_spaces_before_signs(many: Results) -> None:
    text = " ".join(what_happened(many, "fr"))
    assert not {"the", "shops", "premises", "runs"} & set(text.split())
    assert " %" not in text
    assert " ;" not in text
    assert " :" not in text.replace("\N{NO-BREAK SPACE}:", "")


def test_words_are_the_same_each_time(many: Results) -> None:
    assert what_happened(many, "fr") == what_happened(many, "fr")


def test_few_replications_show_their_whole_range() -> None:
    assert Spread.of(np.array([1.0, 5.0, 9.0])) == Spread(5.0, 1.0, 9.0)
    wide = Spread.of(np.arange(101.0))
    assert (wide.low, wide.median, wide.high) == pytest.approx((5.0, 50.0, 95.0))


def test_the_table_adds_up(one: Results) -> None:
    heads, *rows = summary_table(one, "en")
    at = heads.index("closures")
    assert rows[-1][0] == "whole territory"
    assert sum(int(row[at]) for row in rows[:-1]) == int(rows[-1][at])


def test_a_territory_without_shops_gets_words_too() -> None:
    scenario = load_scenario("mid_sized_town").replace(premises_per_1000=0.0, months=3)
    bare = simulate(scenario)
    assert "no commercial premises" in what_happened(bare, "en")[0]
    assert "aucun local" in what_happened(bare, "fr")[0]


OBSERVED: dict[str, Any] = {"source": "INSEE", "evidence": "found"}
GENERATED: dict[str, Any] = {"source": "sim", "evidence": "assumed", "generated": True, "why": ""}


@pytest.mark.parametrize(
    ("provenance", "english", "french"),
    [
        ({"residents": GENERATED, "premises": GENERATED}, "not observed", "non observés"),
        ({"residents": OBSERVED, "premises": GENERATED}, "no file of shops", "faute de fichier"),
        (
            {"residents": OBSERVED, "premises": OBSERVED, "vacancy": GENERATED},
            "43 vacant premises among 331 are generated",
            "43 locaux vides parmi 331 sont générés",
        ),
        (
            {"residents": OBSERVED, "premises": OBSERVED, "vacancy": OBSERVED},
            "331 premises of the start, 43 of them vacant, are observed",
            "dont 43 vides, sont observés",
        ),
    ],
)
def test_it_is_said_whether_the_start_was_observed(
    provenance: dict[str, Any], english: str, french: str
) -> None:
    territory = {
        "premises": 331,
        "premises_vacant": 43,
        "residents": 35307,
        "provenance": provenance,
    }
    assert english in " ".join(starting_point(territory, "en"))
    assert french in " ".join(starting_point(territory, "fr"))
