"""A report stands alone, says the same in both languages, and answers only what can be answered."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from sim import load_scenario
from sim.experiments.results import Results
from sim.interventions import TYPES, load_intervention
from sim.measures.registry import OUTCOMES
from sim.registry.variables.money import SOURCES
from sim.report.blocks import Table
from sim.report.facts import Facts
from sim.report.quantity import Quantity
from sim.report.report import write_report
from sim.report.sections.certainty import variance
from sim.report.sections.effect_tables import effect_tables
from sim.report.sections.maps import maps
from sim.report.sections.money import cost
from sim.report.sections.question import question
from sim.report.sections.runs import open_questions
from sim.report.sections.stakes import stakes
from sim.scenario.schema import PARAMETERS
from sim.words.folders import Language, languages
from sim.words.language import typeset
from tests.reference.comparisons import EFFECTS, made_up_comparison
from tests.reference.pages import Page, answered, said, tables_of


@pytest.fixture(scope="module")
def comparison() -> Results:
    return made_up_comparison()


@pytest.fixture(scope="module", params=languages())
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture(scope="module")
def reports(comparison: Results) -> dict[str, dict[str, bytes]]:
    return {language: write_report(comparison, language) for language in ("en", "fr")}


@pytest.fixture(scope="module")
def files(reports: dict[str, dict[str, bytes]], language: Language) -> dict[str, bytes]:
    return reports[language]


@pytest.fixture(scope="module")
def french(reports: dict[str, dict[str, bytes]]) -> Page:
    return Page(reports["fr"]["report.html"])


@pytest.fixture(scope="module")
def read(files: dict[str, bytes]) -> Page:
    return Page(files["report.html"])


@pytest.fixture(scope="module")
def english(comparison: Results) -> Facts:
    return Facts(comparison, "en")


# The page


def test_it_fetches_nothing_and_runs_nothing(read: Page, files: dict[str, bytes]) -> None:
    tags = {tag for tag, _ in read.tags}
    assert not tags & {"script", "link", "iframe", "object", "embed", "img", "form", "base"}
    links = [v for a in ("href", "xlink:href", "src", "srcset", "action") for v in read.having(a)]
    assert links
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in links)
    assert not [a for _, attributes in read.tags for a in attributes if a.startswith("on")]
    style = files["report.html"].decode().partition("<style>")[2].partition("</style>")[0]
    assert "@import" not in style
    assert "url(" not in style


def test_it_is_light_enough_to_be_mailed(files: dict[str, bytes]) -> None:
    assert len(files["report.html"]) < 1_000_000


def test_ids_are_unique_and_every_reference_leads_to_one(read: Page) -> None:
    ids = read.having("id")
    assert len(ids) == len(set(ids))
    used = [link[1:] for a in ("href", "xlink:href") for link in read.having(a) if link[0] == "#"]
    for _, attributes in read.tags:
        for value in attributes.values():
            used += re.findall(r"url\(#([^)]+)\)", value or "")
    used += read.having("aria-labelledby")
    assert set(used) <= set(ids)


def test_headings_come_in_order_and_the_language_is_stated(read: Page, language: str) -> None:
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert ("html", {"lang": language}) in read.tags


def test_every_picture_is_an_image_with_words(read: Page) -> None:
    pictures = [attributes for tag, attributes in read.tags if tag == "svg"]
    assert len(pictures) > 15
    for attributes in pictures:
        assert attributes["role"] == "img"
        assert len((attributes["aria-label"] or "").split()) > 3
        assert "width" not in attributes


def test_every_picture_is_a_file_too(files: dict[str, bytes], read: Page) -> None:
    pictures = [name for name in files if name != "report.html"]
    assert len(pictures) == len([tag for tag, _ in read.tags if tag == "svg"])
    assert all(name.startswith("figures/") and name.endswith(".svg") for name in pictures)


@pytest.mark.slow
def test_the_same_comparison_gives_the_same_bytes_and_png_on_request(
    comparison: Results, reports: dict[str, dict[str, bytes]]
) -> None:
    again = write_report(comparison, "fr", png=True)
    assert {n: c for n, c in again.items() if not n.endswith(".png")} == reports["fr"]
    drawn = {n.removesuffix(".png") for n in again if n.endswith(".png")}
    assert drawn == {n.removesuffix(".svg") for n in again if n.endswith(".svg")}
    assert again["figures/money_1.png"].startswith(b"\x89PNG")


HOSTILE = "<script>alert('x')</script> & \"quoted\" {{ 7*7 }} $x$ <b>"


def test_a_territory_without_shops_can_be_reported_and_a_hostile_title_stays_a_title() -> None:
    town = load_scenario("mid_sized_town").replace(premises_per_1000=0.0)
    town = replace(town, title={"en": HOSTILE, "fr": HOSTILE})
    cluster = replace(load_intervention("transition_cluster"), title={"en": HOSTILE, "fr": HOSTILE})
    files = write_report(made_up_comparison(town, [cluster], reps=4, months=24), "en")
    found = Page(files["report.html"])
    assert not {tag for tag, _ in found.tags} & {"script", "b"}
    assert HOSTILE in found.text("h1")
    assert "49 $x$" not in found.text()


# The words


def test_no_english_is_left_in_the_french_page(french: Page) -> None:
    said = " ".join(french.own_words)
    english = r"\b(the|of|with|without|and|is|are|from|which|months|shops|year|to|a month)\b"
    assert re.findall(english, said) == []


def test_french_signs_are_never_parted_from_their_words(french: Page) -> None:
    for text in french.own_words:
        assert not re.search(r"\w [;:!?%€»]|« ", text), text
    narrow, fixed = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
    assert typeset("Quoi : 1 000 % ?", "fr") == f"Quoi{fixed}: 1{narrow}000{narrow}%{narrow}?"


def test_numbers_follow_the_language(read: Page, language: str) -> None:
    cells = read.text("td", "p", "dd")
    if language == "en":
        assert "2,820,000" in cells
        assert not re.search(r"\d\N{NARROW NO-BREAK SPACE}\d", cells)
    else:
        assert "2\N{NARROW NO-BREAK SPACE}820\N{NARROW NO-BREAK SPACE}000" in cells
        assert not re.search(r"\+\d+\.\d", cells)


# The answer


def test_the_answer_comes_before_everything_else(read: Page) -> None:
    anchors = [a["id"] for tag, a in read.tags if tag == "section"]
    assert anchors == [
        "answer",
        "headlines",
        "found",
        "funnel",
        "stakes",
        "equity",
        "over_time",
        "effects",
        "maps",
        "budget",
        "cost",
        "money",
        "displacement",
        "variance",
        "open",
        "settings",
        "limits",
        "again",
        "assumptions",
    ]


def _findings(effects: dict[str, tuple[float, float]], language: Language) -> str:
    found = made_up_comparison(effects={**EFFECTS, **effects}, reps=12, months=24)
    return answered(found, language)


def test_each_verdict_has_its_words() -> None:
    text = _findings(
        {
            "closure_rate_town_centre": (-2.0, 0.1),
            "births_per_1000": (0.0, 0.001),
            "participation": (0.0, 0.05),
        },
        "en",
    )
    assert (
        "would prevent shop closures in the town centre; would not noticeably change project"
        in text
    )
    assert "may change the participation of the young (not determinable)." in text
    assert "Fewer closures" in text
    assert "No relevant effect" in text
    assert "Not determinable" in text
    assert "would probably settle it" in text


def test_each_verdict_has_its_words_in_french() -> None:
    text = _findings(
        {
            "closure_rate_town_centre": (2.0, 0.1),
            "births_per_1000": (-0.2, 0.001),
            "participation": (0.1, 0.001),
        },
        "fr",
    )
    assert "Plus de fermetures" in text
    assert "Moins de créations" in text
    assert "Plus d'engagement" in text
    assert "plus de fermetures de commerces au centre-ville" in text
    assert "engagerait plus de jeunes." in text


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_there_may_not_matter_and_is_then_open(language: Language) -> None:
    relevant = OUTCOMES["births_per_1000"].smallest_relevant(0.4)
    effects = {**EFFECTS, "births_per_1000": (1.1 * relevant, 0.5 * relevant)}
    facts = Facts(made_up_comparison(effects=effects, reps=12, months=24), language)
    effect = facts.effect(facts.arms[0], "births_per_1000")
    assert (effect.verdict, effect.tone, effect.is_open) == ("some_increase", "good", True)
    open_ = {
        "en": "whether that is enough to matter is open",
        "fr": "assez pour compter, ou non : en suspens",
    }[language]
    assert open_ in answered(facts.results, language).replace("\xa0", " ").replace("\u202f", " ")
    section = open_questions(facts)
    assert section is not None
    (table,) = tables_of(section)
    assert effect.label in [row[0].text for row in table.rows]


def test_with_fewer_than_ten_replications_there_is_no_verdict() -> None:
    facts = Facts(made_up_comparison(reps=9, months=24), "en")
    assert {e.verdict for e in facts.effects(facts.arms[0])} <= {"too_few", "missing"}
    text = answered(facts.results)
    assert "There are only 9 replications. Intervals and verdicts take at least 10" in text
    figures = said(effect_tables(facts))
    assert "too few replications" in figures and not re.search(r"\b(nan|NaN|inf)\b", figures)
    assert "Too few replications" in text and "probably settle" not in text
    still = said(open_questions(facts))
    assert "take at least 10. With 1 more" in still and "Nothing is open" not in still


def test_what_changes_nothing_is_said_to_change_nothing() -> None:
    money = {"public_spending": EFFECTS["public_spending"]}
    found = made_up_comparison(interventions=["inert_cluster"], effects=money, reps=4, months=24)
    text = answered(found)
    assert "changes nothing that is measured here, not in a single replication." in text
    assert "No difference in any replication." in text


def test_more_closures_are_bad_and_fewer_are_good(english: Facts) -> None:
    arm = english.arms[0]
    assert english.effect(arm, "review_delay").verdict == "some_decrease"
    assert english.effect(arm, "review_delay").tone == "good"
    assert english.effect(arm, "births_per_1000").tone == "good"
    assert english.effect(arm, "closure_rate_town_centre").tone == "none"
    assert english.effect(arm, "participation").tone == "open"
    assert english.effect(arm, "public_spending").tone == ""


def test_closures_always_stand_beside_open_shops(read: Page, language: str) -> None:
    words = {"en": "Open shops there: +", "fr": "Commerces ouverts au même endroit"}[language]
    assert words in read.text("p")


def test_levels_and_changes_are_written_in_their_units() -> None:
    share = Quantity("share", 0.005, "en")
    assert share.level(0.2812) == "28.1%"
    assert share.change(0.0123) == "+1.23"
    assert share.change_unit == "points"
    shops = Quantity("shops", 2.1, "fr")
    assert shops.change(-1.25) == "\N{MINUS SIGN}1,2"
    assert shops.interval(0.0, 0.0) == "0"
    assert shops.level(float("nan")) == "–"


# What follows the answer


def test_there_is_no_ratio_where_the_effect_may_be_nil(english: Facts) -> None:
    (table,) = (b for b in cost(english).blocks if isinstance(b, Table))
    project, closure, youth = table.rows
    assert re.fullmatch(r"€[\d,]+", project[4].text)
    assert re.fullmatch(r"€[\d,]+ to €[\d,]+", project[5].text)
    assert [closure[4].text, closure[5].text] == ["no relevant effect", ""]
    assert [youth[4].text, youth[5].text] == ["not determinable", ""]


def test_money_received_is_spent_or_unspent(english: Facts) -> None:
    money = english.money(english.arms[0])
    assert money is not None
    spent = sum(amounts.sum(axis=1) for amounts in money.spent.values())
    assert (spent + money.unspent).tolist() == pytest.approx(money.received.tolist())
    assert money.received[SOURCES.index("own_revenue")] == pytest.approx(108 * 1200)


def test_all_maps_of_a_layer_have_the_same_limits(english: Facts) -> None:
    both = made_up_comparison(interventions=["transition_cluster", "facade"], reps=3, months=24)
    galleries = [block for block in maps(Facts(both, "en")).blocks if block.kind == "gallery"]
    assert galleries
    for gallery in galleries:
        tiles: Any = gallery
        limits: dict[bool, set[Any]] = {True: set(), False: set()}
        for tile in tiles.tiles:
            image = tile.picture.figure.axes[0].images[1]
            limits["difference" in tile.picture.name].add(image.get_clim())
        assert len(tiles.tiles) == 6
        assert len(limits[True]) == len(limits[False]) == 1
        low, high = limits[True].pop()
        assert low == -high


def test_other_territories_are_compared_or_the_commands_are_given(
    comparison: Results, read: Page, language: Language
) -> None:
    commands = read.text("code")
    for name in ("rural_low_density", "working_class_neighbourhood", "metropolis"):
        assert f"sim compare {name} transition_cluster" in commands
        assert f"--out results_{name}" in commands
    assert "sim compare mid_sized_town transition_cluster" in commands
    rural = made_up_comparison(load_scenario("rural_low_density"), reps=4)
    text = said(stakes(Facts(comparison, language, [rural])))
    assert load_scenario("rural_low_density").title[language] in text
    assert "results_metropolis" not in text


def test_every_parameter_lever_and_figure_shows_its_source(read: Page) -> None:
    codes = set(read.text("code").split())
    assert set(PARAMETERS) <= codes
    assert set(TYPES["transition_cluster"].infos) <= codes
    assert {"fablab.seats", "shop.capital"} <= codes


def test_it_says_what_it_does_not_tell(read: Page, language: str) -> None:
    words = {"en": "not forecasts", "fr": "pas des prévisions"}[language]
    assert words in read.text("li")
    assert "from sim import" in read.text("code")


def test_fixed_parameters_and_independent_luck_are_said() -> None:
    found = made_up_comparison(reps=4, months=24, fixed_parameters=True, independent=True)
    facts = Facts(found, "en")
    assert "its own random draws" in question(facts)
    text = said(variance(facts))
    assert "All parameters were fixed" in text
    assert "Common random draws make" not in text
