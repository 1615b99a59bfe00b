"""The first page of a report is a whole answer, and the rest prints on few pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim import load_scenario
from sim.experiments.results import Results
from sim.measures.registry import MEANS, OUTCOMES
from sim.report.blocks import Bullets, Gallery, Table
from sim.report.effects import Surface
from sim.report.facts import Facts
from sim.report.pictures.indices import draw_indices
from sim.report.quantity import Quantity
from sim.report.report import write_report
from sim.report.sections.answer import answer
from sim.report.sections.answer_over_points import reading_of
from sim.report.sections.effect_tables import effect_tables
from sim.report.sections.found import found
from sim.words.catalogue import Words
from sim.words.folders import Language, languages
from tests.app.browser import CHROMIUM, browsing
from tests.reference.comparisons import EFFECTS, made_up_comparison
from tests.reference.pages import answered, said, tables_of

THREE = ("transition_cluster", "startup_territoire", "opening_aid")
MOVED = {n: (0.06, 0.01) if m.unit == "share" else (9.0, 2.0) for n, m in OUTCOMES.items()}
HALF = {name: MOVED[name] for name in list(OUTCOMES)[::2]}
"""Effects on every second measure, more than any real comparison has shown so far."""


@pytest.fixture(scope="module")
def comparison() -> Results:
    effects = {**HALF, "public_spending": (2_640_000.0, 0.0), "ideas": (-200.0, 5.0)}
    return made_up_comparison(effects=effects, interventions=THREE, reps=12, months=24)


@pytest.mark.parametrize("language", languages())
def test_the_answer_names_every_measure_that_moves(comparison: Results, language: Language) -> None:
    facts = Facts(comparison, language)
    texts = said(answer(facts)).split("\n")
    named = 0
    for arm in facts.wholes:
        (text,) = [t for lead, t in pairwise(texts) if facts.quoted(arm) in lead]
        moved = [n for n in OUTCOMES if n not in MEANS and facts.effect(arm, n).has_moved]
        for name in moved:
            title = facts.effect(arm, name).label.partition(", ")[0]
            assert title.lower() in text.lower(), (name, text)
        named += len(moved)
    assert named > 80


def test_what_gets_worse_and_what_may_not_matter_stand_apart() -> None:
    relevant = OUTCOMES["running_projects"].smallest_relevant(118.0)
    effects = {"running_projects": (1.1 * relevant, 0.5 * relevant), "review_delay": (3.0, 0.1)}
    made = made_up_comparison(effects={**EFFECTS, **effects}, reps=12, months=24)
    text = said(answer(Facts(made, "en")))
    assert "Worse: review delay." in text
    assert re.search(r"Better, but perhaps too little to matter: [^.]*running projects", text)


def test_it_has_one_picture_the_money_spent_and_three_caveats(comparison: Results) -> None:
    facts = Facts(comparison, "en")
    section = answer(facts)
    (gallery,) = (b for b in section.blocks if isinstance(b, Gallery))
    assert [tile.picture.name for tile in gallery.tiles] == ["board"]
    (costs,) = (b for b in section.blocks if isinstance(b, Table))
    assert [row[0].text for row in costs.rows] == [arm.label for arm in facts.wholes]
    assert costs.heads[-3:] == ["Planned", "Spent", "Planned, not spent"]
    assert costs.rows[0][1].text == "€2.64 million"
    (caveats,) = (b for b in section.blocks if isinstance(b, Bullets))
    assert len(caveats.items) == 3 and "not forecasts" in caveats.items[0]


def test_the_table_has_a_column_for_each_arm_and_only_measures_that_are_named(
    comparison: Results,
) -> None:
    facts = Facts(comparison, "en")
    (table,) = tables_of(found(facts))
    assert table.heads[2:] == [arm.label for arm in facts.wholes]
    assert 20 < len(table.rows) < 60
    assert all(any(cell.tone != "none" for cell in row[2:]) for row in table.rows)


# Sentences that say something


@pytest.mark.parametrize("language", languages())
def test_nothing_lies_between_two_ends_that_read_the_same(language: Language) -> None:
    effects = {"births_per_1000": (0.0, 1e-9), "participation": (0.0, 1e-9)}
    text = answered(made_up_comparison(effects=effects, reps=12, months=24), language)
    assert not re.search(r"(?:between|entre) (\S+) (?:and|et) \1[ ;,.]", text)
    words = {"en": "lies near 0", "fr": "près de 0"}[language]
    assert words in text
    assert {"en": "no difference", "fr": "aucune différence"}[language] in text  # of open shops


def test_no_probability_stands_beside_an_exact_zero() -> None:
    nothing = {"public_spending": (2_640_000.0, 0.0)}
    made = made_up_comparison(effects=nothing, reps=12, months=24)
    full = next(t for t in tables_of(effect_tables(Facts(made, "en"))) if len(t.heads) == 8)
    zero = [row for row in full.rows if row[2].text == "0"]
    assert len(zero) > 50
    assert {(row[5].text, row[6].text) for row in zero} == {("–", "–")}


def test_a_change_lies_near_a_number_or_between_two() -> None:
    quantity = Quantity("shops", 2.1, "en")
    assert quantity.lies(0.001, 0.002) == "near 0"
    assert quantity.lies(-1.0, 2.0) == "between −1.0 and +2.0"


def test_better_in_places_is_only_said_where_it_is_sure_to_matter() -> None:
    measure = OUTCOMES["running_projects"]
    relevant = measure.smallest_relevant(118.0)
    before = np.full((2, 12), 118.0)
    luck = 0.5 * relevant * np.random.default_rng(1).normal(size=12)

    def reading(times: float) -> str:
        return reading_of(Surface(measure, before, before + times * relevant + luck, None, "en"))

    assert [reading(5.0), reading(1.1), reading(-5.0), reading(-1.1)] == [
        "better",
        "better_perhaps",
        "worse",
        "worse_perhaps",
    ]


@pytest.mark.parametrize("language", languages())
def test_the_key_of_a_picture_is_never_cut(language: Language) -> None:
    units = [Quantity(m.unit, 1.0, language).change_unit for m in OUTCOMES.values()]
    row = {"label": "A", "mu_star": 1.0, "mu_star_lo": 0.5, "mu_star_hi": 2.0, "sigma": 1.0}
    for unit in (max(units, key=len), "points"):
        figure = draw_indices(
            "key", "Head", [row], "mu_star", "sigma", False, Words(language), unit=unit
        ).figure
        key = figure.legends[0].get_window_extent()
        assert key.x1 <= figure.bbox.x1
        assert key.y0 >= figure.axes[0].get_window_extent().y1


# On paper and on a phone


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A report on three interventions in French, which is longer, in a browser."""
    if not CHROMIUM.exists():
        pytest.skip("no browser")
    effects = {**HALF, "public_spending": (2_640_000.0, 0.0)}
    rural = load_scenario("rural_low_density")
    made = made_up_comparison(rural, THREE, effects, reps=12, months=120)
    path = tmp_path_factory.mktemp("paper") / "report.html"
    path.write_bytes(write_report(made, "fr")["report.html"])
    with browsing() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(path.as_uri())
        yield page


@pytest.mark.slow
def test_on_a_phone_tables_scroll_and_the_page_does_not(opened: Any) -> None:
    opened.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert opened.evaluate("document.documentElement.scrollWidth") == 390
    wider = "[...document.querySelectorAll('.scroll')].filter((s) => s.scrollWidth > s.clientWidth)"
    assert opened.evaluate(f"{wider}.length") > 3
    opened.evaluate("for (const one of document.querySelectorAll('details')) one.open = false")


@pytest.mark.slow
def test_a_page_of_answer_two_of_evidence_and_fifteen_in_all_are_printed(opened: Any) -> None:
    assert _pages(opened) <= 15
    opened.evaluate("document.querySelector('.appendix').remove()")
    opened.evaluate("document.querySelector('footer').remove()")
    assert _pages(opened) == 3
    for anchor in ("headlines", "found"):
        opened.evaluate(f"document.getElementById('{anchor}').remove()")
    assert _pages(opened) == 1
    assert opened.evaluate("document.querySelectorAll('#answer svg').length") == 1


def _pages(page: Any) -> int:
    """Print a page and count its sheets."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
