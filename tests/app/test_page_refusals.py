"""The page refuses in one sentence, beside the control, and the session goes on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.browser import SMALL, Open, Visit


@pytest.mark.slow
def test_no_slider_moves_to_where_it_would_be_refused(visit: Open) -> None:
    page = visit(SMALL + "&intervention=mobile_cluster")

    def at(name: str) -> float:
        return float(page.page.locator(f"#set-{name}").input_value())

    def press(name: str, key: str) -> float:
        page.settle(lambda: page.page.locator(f"#set-{name}").press(key))
        assert page.page.locator("#error").is_hidden()
        return float(page.page.locator(f"[data-name={name}] .exact").input_value())

    shares = ("facilitation_share", "grants_share", "events_share")
    assert press("facilitation_share", "Home") == 0.0
    assert sum(map(at, shares)) == pytest.approx(1.0, abs=0.01)
    assert at("grants_share") == pytest.approx(2 * at("events_share"), abs=0.02)  # in steps of 0.01
    assert press("events_share", "End") == 1.0
    assert [at(name) for name in shares] == [0.0, 0.0, 1.0]
    assert press("cluster_size", "End") == 80.0
    assert press("places", "End") == 11.0
    assert press("cluster_size", "Home") == 0.0
    assert press("cluster_size", "ArrowRight") == 0.0  # fewer seats than places
    assert press("stop", "End") == 60.0
    assert press("start", "End") == 59.0


@pytest.mark.slow
def test_a_refusal_gives_one_sentence_and_the_page_continues(visit: Open) -> None:
    page = visit(SMALL + "&month=5&lang=fr")
    page.expected = (422,)
    kinds, error = page.page.locator("#set-kinds"), page.page.locator("#error")
    kinds.fill("fablabb")
    error.wait_for(state="visible")
    assert "Vouliez-vous dire « fablab »" in error.inner_text().replace("\xa0", " ")
    page.settle(lambda: kinds.fill("fablab"))
    assert not error.is_visible()
    assert page.data("month") == 5
    assert "kinds=fablab" in page.page.url


@pytest.mark.slow
def test_a_number_beyond_its_ends_is_refused_beside_it_and_changes_nothing(visit: Open) -> None:
    page = visit(SMALL + "&lang=fr")
    exact = page.page.get_by_label("en nombre").and_(
        page.page.locator("[data-name=cluster_size] input")
    )
    exact.fill("4000")
    exact.press("Enter")
    assert exact.evaluate("input => input.validity.rangeOverflow")
    assert page.page.locator("#error").is_hidden()
    assert "cluster_size" not in page.page.url
    exact.fill("60")
    page.settle(lambda: exact.press("Enter"))
    assert "cluster_size=60" in page.page.url


@pytest.mark.slow
def test_an_address_that_is_not_admissible_can_be_put_right(browser: Any, address: str) -> None:
    page = Visit(browser, address, f"{SMALL}&closure_rate=99&unknown=1&layer=none&month=-4")
    error = page.page.locator("#error")
    assert "closure_rate = 99" in error.inner_text()
    page.page.locator("#play").click()
    page.page.locator("#step").click()
    page.settle(lambda: page.page.locator("#defaults").click())
    assert not error.is_visible()
    assert [wrong for wrong in page.wrong if "422" not in wrong] == []
    page.close()


@pytest.mark.slow
def test_an_ended_session_restarts_at_the_same_month(visit: Open) -> None:
    page = visit(SMALL + "&month=5&layer=vacancy")
    page.expected = (404,)
    shown = page.pixels("with")
    page.page.evaluate("dispatchEvent(new Event('pagehide'))")  # as on another page
    page.settle(lambda: page.page.locator("#layer").select_option("trust"))
    page.settle(lambda: page.page.locator("#layer").select_option("vacancy"))
    assert page.data("month") == 5
    assert page.pixels("with") == shown


@pytest.mark.slow
def test_a_lost_server_is_reported_in_the_language_of_the_page(visit: Open) -> None:
    page = visit(SMALL + "&lang=fr")
    page.expected = (0,)
    page.page.route("**/api/**", lambda route: route.abort())
    page.page.locator("#step").click()
    page.page.locator("#error").wait_for(state="visible")
    assert "Le serveur ne répond pas" in page.text("error")
    page.page.unroute("**/api/**")
    page.settle(lambda: page.page.locator("#step").click())
    assert not page.page.locator("#error").is_visible()
