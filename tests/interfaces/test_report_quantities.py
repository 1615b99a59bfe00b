"""Levels, amounts and arms are written in a report as people say them."""

from __future__ import annotations

from sim.experiments.factors import Factor
from sim.experiments.manifest import titles_of
from sim.interventions.intervention import load_intervention
from sim.report.levels import Levels
from sim.report.quantity import Quantity, value_of


def test_a_level_has_the_words_of_its_choice_and_the_number_of_its_unit():
    levels = Levels("en", {})
    role = Factor("officials_role", str, ("invited", "embedded"), label={"en": "Role"})
    assert levels.named(role, "embedded") == "Role: part of it"
    places = Factor("places", int, (1, 4), unit="places", label={"en": "Places"})
    assert levels.amount(places, 1) == "1\N{NO-BREAK SPACE}place"
    assert levels.amount(places, 4) == "4\N{NO-BREAK SPACE}places"
    spread = Factor("threshold_spread", float, (0.1, 0.3), unit="SD", label={"en": "Spread"})
    assert levels.named(spread, 0.1) == "Spread: 0.1" and not levels.speaks(spread)
    existing = value_of("coworking:1 living_lab:2", "kind:number", "fr")
    assert existing == "Espace de coworking (1), Living lab (2)"
    assert value_of("two words.csv", "1", "fr") == "two words.csv"
    assert value_of(2025, "year", "en") == "2025"
    visitors = Factor("visitors_share", float, (0.2, 0.5), unit="share of residents", label={})
    assert levels.amount(visitors, 0.2) == "20%\N{NO-BREAK SPACE}of residents"
    assert levels.joined(["0 seats", "€5 a month"]) == "0 seats, €5 a month"
    assert levels.joined(["Start: 12 months", "Reuse: 1,5"]) == "Start: 12 months · Reuse: 1,5"


def test_a_level_that_rounds_to_one_is_singular():
    shown = Quantity("projects", 10.0, "en")
    assert (shown.level_in_full(0.98), shown.level_in_full(1.6)) == ("1 project", "2 projects")
    assert Quantity("share", 0.01, "fr").change_in_full(0.0188) == "+1,9 point"


def test_money_is_not_told_to_the_euro():
    assert Quantity("EUR", 1000.0, "en").interval(1_115_956, 1_121_723) == "+1,120,000"


def test_the_same_intervention_many_times_is_counted():
    found = [load_intervention(name) for name in ("online_jump", "grant_cut", "online_jump")]
    assert titles_of(found, "en") == "2 × Online jump + Cut in grants"
