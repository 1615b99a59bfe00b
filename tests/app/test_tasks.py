"""Tasks that people come for, in so many clicks, choices and typed fields from the start page."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.app.browser import Open, Visit

START = "rows=24&columns=24&population=9000&spin_up=2&lang=en"
"""The start page, with a town that a test can wait for."""


class Hand:
    """Counts actions: one click, one typed field, one choice."""

    def __init__(self, page: Visit) -> None:
        self.page, self.actions = page, 0

    def click(self, selector: str) -> None:
        self.actions += 1
        self.page.page.locator(selector).click()

    def choose(self, selector: str, value: str) -> None:
        self.actions += 1
        self.page.settle(lambda: self.page.page.locator(selector).select_option(value))

    def type(self, selector: str, text: str) -> None:
        self.actions += 1
        field = self.page.page.locator(selector)
        field.fill(text)
        self.page.settle(lambda: field.press("Enter"))

    def drag(self, selector: str, to: int) -> None:
        self.actions += 1
        self.page.settle(lambda: self.page.page.locator(selector).fill(str(to)))

    def answered(self) -> str:
        self.page.until("document.body.dataset.replicated === '10'")
        return self.page.text("answer")


@pytest.mark.slow
def test_what_80_seats_and_60_000_euros_change_after_ten_years_takes_three_actions(
    visit: Open,
) -> None:
    hand = Hand(visit(START))
    hand.type("[data-name=cluster_size] .exact", "80")
    hand.type("[data-name=cluster_funding] .exact", "60,000")
    hand.drag("#scrub", 120)
    assert "running projects" in hand.answered()
    assert hand.page.text("answer").startswith("Over 10 years – ")
    assert "cluster_size=80&cluster_funding=60000" in hand.page.page.url
    assert hand.actions <= 3  # 6 are allowed


@pytest.mark.slow
def test_what_online_shopping_at_35_per_cent_does_takes_three_actions(visit: Open) -> None:
    hand = Hand(visit(START + "&months=60"))
    hand.choose("#intervention", "")
    hand.type("[data-name=online_share_2030] .exact", "35 %")
    hand.drag("#scrub", 60)
    assert "worse: " in hand.answered()
    assert "As offered" in hand.page.page.locator("section:has(#charts-head) .key").inner_text()
    assert hand.actions <= 3


@pytest.mark.slow
def test_sharing_takes_one_action(visit: Open) -> None:
    rights = ["clipboard-read", "clipboard-write"]
    hand = Hand(visit(START + "&cluster_size=60&month=3", permissions=rights))
    hand.click("#link")
    page = hand.page.page
    hand.page.until("document.querySelector('#link-status').value === 'The link is copied.'")
    copied = str(page.evaluate("navigator.clipboard.readText()"))
    assert copied == page.url
    again = visit(urlsplit(copied).fragment)
    assert again.page.locator("#set-cluster_size").input_value() == "60"
    assert again.data("month") == 3
    assert hand.actions == 1


FOUND = """() => [...document.querySelectorAll("#controls .control:not([hidden])")]
  .filter((one) => one.checkVisibility()).map((one) => one.dataset.name)"""


@pytest.mark.slow
def test_everyday_words_find_settings_in_both_languages(visit: Open) -> None:
    page = visit(START)
    for lang, words in {
        "en": {
            "e-commerce": "online_share_2030",
            "rent": "rent_effort",
            "fablab": "kinds",
            "youth": "youth_share",
            "shops": "closure_rate",
            "empty shops": "starting_vacancy",
        },
        "fr": {
            "E-commerce": "online_share_2030",
            "loyers": "rent_effort",
            "fablab": "kinds",
            "jeunesse": "youth_share",
            "commerces": "closure_rate",
            "pouvoir d'achat": "spending_growth_after_2024",
            "télétravail": "remote_share",
            "teletravail": "remote_share",
        },
    }.items():
        page.speak(lang)
        for word, name in words.items():
            page.page.locator("#find").fill(word)
            found = page.page.evaluate(FOUND)
            assert name in found, (lang, word, found)
            assert page.text("found").startswith(f"{len(found)} ")
    page.page.locator("#find").fill("zzz")
    assert page.page.evaluate(FOUND) == []
    page.page.locator("#find").fill("")
    shown = page.page.evaluate(FOUND)
    assert "cluster_size" in shown and "seat_upkeep" not in shown  # folded as before


@pytest.mark.slow
def test_play_is_reached_within_ten_tabs(visit: Open) -> None:
    page = visit(START)
    for _ in range(10):
        page.page.keyboard.press("Tab")
        if page.page.evaluate("document.activeElement.id") == "play":
            break
    assert page.page.evaluate("document.activeElement.id") == "play"
    page.page.keyboard.press("Enter")
    page.until("Number(document.body.dataset.month) >= 1")
