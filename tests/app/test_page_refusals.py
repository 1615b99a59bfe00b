"""The page refuses in one sentence, beside the control, and the session goes on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.app.browser import SMALL, Open, Visit


def plain(text: str) -> str:
    """A text with plain spaces."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.slow
def test_no_slider_moves_to_where_it_would_be_refused(visit: Open) -> None:
    page = visit(SMALL + "&intervention=mobile_cluster")
    page.page.evaluate("document.querySelectorAll('#levers details').forEach((d) => d.open = true)")

    def press(name: str, key: str) -> float:
        page.settle(lambda: page.page.locator(f"#set-{name}").press(key))
        assert page.page.locator("#error").is_hidden()
        return float(page.page.locator(f"[data-name={name}] .exact").input_value())

    assert press("cluster_size", "End") == 80.0
    assert page.page.locator("#set-kinds input[value=fablab]").is_disabled()  # too small for 80
    assert press("places", "End") == 11.0
    assert press("cluster_size", "Home") == 0.0
    assert press("cluster_size", "ArrowRight") == 0.0  # fewer seats than places
    assert press("stop", "End") == 60.0
    assert press("start", "End") == 59.0
    # One kind of place stays, and another can be added.
    fablab = page.page.locator("#set-kinds input[value=fablab]")
    page.settle(fablab.check)
    assert "kinds=fablab+living_lab" in page.page.url
    page.settle(page.page.locator("#set-kinds input[value=living_lab]").uncheck)
    assert "kinds=fablab&" in page.page.url
    assert fablab.is_disabled()


@pytest.mark.slow
def test_shares_of_money_are_one_bar_with_a_boundary_between_each_two(visit: Open) -> None:
    page = visit(SMALL + "&lang=en")
    shares = ("facilitation_share", "grants_share", "events_share")
    bar = page.page.get_by_role("group", name="What the money is shared out to")
    left, right = bar.get_by_role("slider").all()

    def shown() -> list[str]:
        fields = [page.page.locator(f"#set-{name}").input_value() for name in shares]
        return [field.replace("\xa0", "") for field in fields]

    def press(boundary: Any, key: str) -> list[str]:
        page.settle(lambda: boundary.press(key))
        assert page.page.locator("#error").is_hidden()
        return shown()

    assert shown() == ["70%", "20%", "10%"]
    assert press(left, "ArrowRight") == ["71%", "19%", "10%"]
    assert press(right, "PageDown") == ["71%", "9%", "20%"]
    assert press(left, "End") == ["80%", "0%", "20%"]
    assert press(left, "Home") == ["0%", "80%", "20%"]
    assert left.get_attribute("aria-valuetext") == (
        "Money for facilitation 0%, Money for seed grants 80%"
    )
    # A share that is typed leaves the others what is left, in their proportion.
    field = page.page.locator("#set-facilitation_share")
    field.fill("50")
    page.settle(lambda: field.press("Enter"))
    assert shown() == ["50%", "40%", "10%"]
    # By pointer, along the bar.
    box, at = bar.bounding_box(), left.bounding_box()
    page.page.mouse.move(at["x"] + at["width"] / 2, at["y"] + 10)
    page.page.mouse.down()
    page.page.mouse.move(box["x"] + box["width"] * 0.25, at["y"] + 10)
    page.settle(page.page.mouse.up)
    assert shown() == ["25%", "65%", "10%"]


@pytest.mark.corpus
def test_numbers_are_understood_as_people_type_them(visit: Open) -> None:
    page = visit(SMALL + "&intervention=none")
    share = page.page.locator("[data-name=online_share_2030] .exact")
    for lang, texts in (("en", ("35", "0.35", "35 %")), ("fr", ("35", "0,35", "35 %", "0.35"))):
        page.speak(lang)
        for typed in texts:
            share.fill("30")
            page.settle(lambda: share.press("Enter"))
            share.fill(typed)
            page.settle(lambda: share.press("Enter"))
            assert "online_share_2030=0.35&" in page.page.url
            assert share.input_value().replace("\xa0", " ") == "35 %"
    understood = (
        "([text, info]) => import('/static/typed.js').then((m) => m.understood(text, info))"
    )
    money = {"kind": "float", "is_share": False, "unit": {"en": "€ a month", "fr": "€ par mois"}}
    for typed, value in (("60 000", 60_000), ("60k", 60_000), ("0,5", 0.5), ("1 234,5 €", 1234.5)):
        assert page.page.evaluate(understood, [typed, money]) == value
    page.speak("en")
    for typed, value in (("60,000", 60_000), ("1,234.5", 1234.5), ("€60k", 60_000), ("0,5", 0.5)):
        assert page.page.evaluate(understood, [typed, money]) == value


@pytest.mark.slow
def test_what_cannot_be_is_refused_beside_it_and_changes_nothing(visit: Open) -> None:
    page = visit(SMALL + "&lang=fr")
    exact, wrong = page.page.locator("[data-name=cluster_size] .exact"), "wrong-cluster_size"
    for typed, sentence in (
        ("4000", "« 4000 » n'est pas possible ici : de 0 à 80, avec les autres réglages actuels."),
        ("beaucoup", "« beaucoup » n'est pas un nombre ; écrivez par exemple 40, de 0 à 80."),
    ):
        exact.fill(typed)
        exact.press("Enter")
        assert plain(page.text(wrong)) == sentence
        assert exact.get_attribute("aria-invalid") == "true"
        assert page.page.locator("#error").is_hidden()
        assert "cluster_size" not in page.page.url
    exact.fill("60")
    page.settle(lambda: exact.press("Enter"))
    assert page.page.locator(f"#{wrong}").is_hidden()
    assert "cluster_size=60" in page.page.url


@pytest.mark.slow
def test_what_only_the_model_refuses_is_said_beside_it_over_a_grey_picture(visit: Open) -> None:
    page = visit(SMALL + "&month=5&lang=fr")
    page.expected = (422,)
    page.page.locator("#find").fill("tiers-lieux au départ")
    text, wrong = page.page.locator("#set-existing_third_places"), "wrong-existing_third_places"
    text.fill("fablabb:1")
    page.page.locator(f"#{wrong}").wait_for(state="visible")
    said = plain(page.text(wrong))
    assert "type de tiers-lieu « fablabb » inconnu. Vouliez-vous dire « fablab »" in said
    assert "_" not in said.partition("Vouliez")[0]
    assert page.page.locator("#error").is_hidden()
    assert page.page.locator("body.stale").count() == 1
    page.settle(lambda: text.fill("fablab:1"))
    assert page.page.locator(f"#{wrong}").is_hidden()
    assert page.page.locator("body.stale").count() == 0
    assert page.data("month") == 5
    assert "existing_third_places=fablab" in page.page.url


@pytest.mark.slow
def test_another_intervention_begins_with_shares_of_its_own(visit: Open) -> None:
    page = visit(SMALL + "&facilitation_share=0.5&grants_share=0.4&events_share=0.1")
    page.settle(lambda: page.page.locator("#intervention").select_option("public_innovation_lab"))
    assert page.page.locator("#error").is_hidden()
    assert "facilitation_share" not in page.page.url


@pytest.mark.slow
def test_an_address_that_is_not_admissible_can_be_put_right(browser: Any, address: str) -> None:
    page = Visit(browser, address, f"{SMALL}&closure_rate=99&unknown=1&layer=none&month=-4")
    error = page.page.locator("#error")
    assert "Closure rate = 99" in error.inner_text()
    assert page.page.locator("#wrong-closure_rate").is_visible()
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
