"""Sentences of reports behind a null and about many looks, in both languages."""

from __future__ import annotations

from dataclasses import replace

import pytest

import sim
from sim.experiments.multiplicity import Bar
from sim.experiments.results import Results
from sim.report.effects import Effect
from sim.report.facts import Facts
from sim.report.report import write_report
from sim.report.sections.power import looks_in_short, power_sentences
from tests.reference.comparisons import made_up_comparison
from tests.reference.towns import SMALL


@pytest.fixture(scope="module")
def found() -> Results:
    town = sim.load_scenario("mid_sized_town").replace(**SMALL, months=24)
    return sim.compare(town, ["transition_cluster"], reps=3, workers=1)


@pytest.fixture(params=["en", pytest.param("fr", marks=pytest.mark.slow)])
def facts(request: pytest.FixtureRequest, found: Results) -> Facts:
    return Facts(found, request.param)


def null(facts: Facts, **columns: object) -> Effect:
    effect = facts.effect(facts.arms[0], "trust")
    known = {
        "verdict": "no_relevant_effect",
        "mean": 0.002,
        "lo90": 0.001,
        "hi90": 0.003,
        "variance_luck": 1e-6,
        "draws_lo90": -0.001,
        "draws_hi90": 0.006,
        "p_relevant": 0.0,
        "explained": 0.0,
        "smallest_relevant": 0.01,
    }
    return replace(effect, **known | columns)  # type: ignore[arg-type]


def said(facts: Facts, **columns: object) -> str:
    return " ".join(power_sentences(facts, null(facts, **columns)))


def one_of(facts: Facts, english: str, french: str) -> str:
    return english if facts.language == "en" else french


def test_a_null_says_how_far_it_reaches_and_how_often_it_matters(facts: Facts) -> None:
    assert one_of(facts, "Luck aside", "Hasard mis à part") in said(facts)
    assert one_of(facts, "none of them", "aucun d'eux") in said(facts)
    assert one_of(facts, "25% of them", "25") in said(facts, p_relevant=0.25)
    with_luck = said(facts, variance_luck=float("nan"))
    assert one_of(facts, "luck included", "hasard compris") in with_luck
    assert one_of(facts, "what differs between them is luck", "tient au hasard") in said(
        facts, draws_lo90=0.002, draws_hi90=0.002
    )


def test_luck_is_not_named_where_the_draws_only_look_alike_when_rounded(facts: Facts) -> None:
    luck = one_of(facts, "luck", "hasard")
    alike = {"draws_lo90": 0.002, "draws_hi90": 0.002000001}
    assert luck not in said(facts, **alike)
    assert luck not in said(facts, **alike, variance_luck=float("nan"))


def test_it_says_on_what_it_depends_and_from_where_on_it_would_matter(facts: Facts) -> None:
    assert one_of(facts, "No uncertain figure", "Aucun chiffre incertain") in said(facts)
    leading = {"explained": 0.4, "leading": "trust_gain+ visit_reach-", "largest": 0.008}
    never = said(facts, **leading)
    assert one_of(facts, "too little to matter", "trop peu pour compter") in never
    assert one_of(facts, "Reach of a third place", "tiers-lieu") in never
    where = said(facts, **leading, relevant_if="trust_gain >= 0.25; visit_reach <= 1.5")
    assert one_of(facts, "at least", "d'au moins") in where
    assert one_of(facts, "at most 1.5 km", "d'au plus 1,5 km") in where
    assert "visit_reach" not in where
    assert one_of(facts, "20 replications", "20 répétitions") in said(facts, explained=float("nan"))


def test_findings_and_fixed_parameters_have_nothing_to_add(facts: Facts) -> None:
    assert not said(facts, verdict="increase")
    assert not said(facts, verdict="some_decrease")
    assert not said(facts, p_relevant=float("nan"))
    assert said(facts, verdict="not_determinable")
    assert said(facts, verdict="small_increase")


def test_a_finding_that_may_be_chance_is_open_and_says_so(facts: Facts) -> None:
    effect = null(facts, verdict="increase", p_value=0.01, p_beyond=0.04, replications=20)
    assert effect.among(Bar()).verdict == "increase"
    may_not_matter = effect.among(Bar(zero=0.1, beyond=0.01))
    assert (may_not_matter.verdict, may_not_matter.is_chance) == ("some_increase", False)
    among = effect.among(Bar(zero=0.001, beyond=0.0))
    assert (among.verdict, among.is_chance, among.tone) == ("not_determinable", True, "open")
    assert among.still_needed > 0 and may_not_matter.still_needed > 0


@pytest.mark.slow
def test_the_report_counts_its_looks(facts: Facts) -> None:
    found = made_up_comparison()
    facts = Facts(found, facts.language)
    looks, effects = facts.looks, found.effects
    assert looks.looked == effects["q_value"].notna().sum() - 3
    assert 10 * looks.false >= looks.found > 10 * (looks.false - 1)
    page = write_report(found, facts.language)["report.html"].decode()
    assert one_of(facts, "Many looks find something by chance", "À force de regarder") in page
    assert str(looks.looked) in looks_in_short(facts)
