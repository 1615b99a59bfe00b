"""A click on the town, or Enter, is the site of what is tried."""

import pytest

from tests.app.browser import SMALL, Open


@pytest.mark.slow
def test_a_click_or_enter_on_a_cell_makes_it_the_site(visit: Open) -> None:
    page = visit(SMALL + "&month=2&start=0")
    button, canvas = page.page.locator("#site"), page.page.locator("#town")
    before = page.pixels("with")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    box = canvas.bounding_box()
    middle = {"x": box["width"] * 3.5 / 24, "y": box["height"] * 5.5 / 24}
    page.settle(lambda: canvas.click(position=middle))
    assert "site=cell&site_row=5&site_column=3" in page.page.url
    assert page.data("month") == 2
    assert page.pixels("with") != before
    assert "--set site_row=5" in page.text("command")
    # The same by keyboard: one cell down and one to the right, from the cell that is read.
    canvas.focus()
    page.page.keyboard.press("ArrowDown")
    page.page.keyboard.press("ArrowRight")
    page.settle(lambda: page.page.keyboard.press("Enter"))
    assert "site_row=6&site_column=4" in page.page.url
    page.page.keyboard.press("Escape")
    assert button.get_attribute("aria-pressed") == "false"
