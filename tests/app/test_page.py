"""The page in a real browser; skipped without one."""

import csv
import re
from pathlib import Path

import pytest

from sim.measures.map_layers import LAYERS
from sim.version import package_version
from tests.app.browser import SMALL, Open


def test_both_territories_agree_at_the_start_and_differ_later(visit: Open) -> None:
    page = visit(SMALL + "&months=30&layer=projects&cluster_funding=200000&start=0")
    start = page.pixels("without")
    assert start == page.pixels("with")
    assert "month 0 of 30" in page.page.locator("#date").inner_text()
    page.page.locator("#speed").select_option("0")
    page.page.locator("#play").click()
    page.until("document.body.dataset.month === '30'")
    page.until("document.querySelector('#play').textContent === 'Play'")
    assert page.pixels("without") != page.pixels("with")
    assert page.pixels("without") != start


@pytest.mark.slow
def test_a_step_paints_the_canvas_and_the_charts(visit: Open) -> None:
    page = visit("layer=footfall")
    before, painted = page.pixels("with"), page.data("painted")
    page.settle(lambda: page.page.locator("#step").click())
    assert page.data("month") == 1
    assert page.data("painted") == painted + 1
    assert page.pixels("with") != before
    chart = page.page.locator("#charts .chart").first
    assert re.search(r"\d against \d", chart.locator(".now").inner_text())


@pytest.mark.slow
def test_a_slider_moved_by_keyboard_changes_the_run_at_the_same_month(visit: Open) -> None:
    page = visit(SMALL + "&month=60")
    page.page.locator("#find").fill("closure rate")
    slider = page.page.get_by_role("slider", name="Closure rate")
    tile = page.page.locator("#tiles li", has_text="Closure rate").locator(".level")
    replicated = "document.body.dataset.replicated === '10'"
    page.until(replicated)
    before, shown = tile.inner_text(), page.pixels("without")
    slider.focus()
    page.settle(lambda: page.page.keyboard.press("End"))
    page.until(replicated)
    assert page.data("month") == 60
    assert tile.inner_text() != before
    assert page.pixels("without") != shown
    assert "closure_rate=" in page.page.url
    assert "closure_rate" in page.text("differs")
    assert "--set closure_rate=" in page.text("command")
    # Back at the old value, the page is as before.
    exact = page.page.locator("[data-name=closure_rate] .exact")
    exact.fill("0.1")  # per year, no share
    page.settle(lambda: exact.press("Enter"))
    page.until(replicated)
    assert (tile.inner_text(), page.pixels("without")) == (before, shown)
    assert page.data("month") == 60


@pytest.mark.slow
def test_start_again_begins_with_the_new_values_and_seed(visit: Open) -> None:
    page = visit(SMALL + "&month=20")
    page.page.locator("#seed").fill("9")
    page.page.locator("#set-start").press("Home")
    page.page.locator("#reset").click()
    page.until("document.body.dataset.month === '0'")
    page.page.locator("#step").click()
    page.until("location.hash.endsWith('month=1')")
    assert "seed=9" in page.page.url and "start=0" in page.page.url
    said = page.text("command").splitlines()
    assert all("--seed 9" in line and "--months 1" in line for line in said)
    assert "--set start=0" in said[-1]


@pytest.mark.slow
def test_the_address_shows_somebody_else_the_same(visit: Open) -> None:
    chosen = (
        "scenario=rural_low_density&intervention=mobile_cluster&seed=7&rows=20&columns=20"
        "&population=4000&spin_up=2&cluster_funding=60000&with_drivers=false"
        "&lang=fr&layer=participation&month=15"
    )
    page = visit(chosen)
    assert page.data("month") == 15
    for name, value in (
        ("scenario", "rural_low_density"),
        ("intervention", "mobile_cluster"),
        ("seed", "7"),
        ("layer", "participation"),
        ("set-cluster_funding", "60000"),
    ):
        assert page.page.locator(f"#{name}").input_value() == value
    assert not page.page.locator("#set-with_drivers").is_checked()
    assert page.page.locator("html").get_attribute("lang") == "fr"
    again = visit(page.page.url.partition("#")[2])
    for side in ("without", "with", "difference"):
        assert again.pixels(side) == page.pixels(side)
    for one in (page, again):
        one.until("Number(document.body.dataset.replicated) > 0")
    assert again.text("tiles") == page.text("tiles")
    assert again.page.url == page.page.url


ALL_TEXTS = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) {
    const within = walker.currentNode.parentElement;
    const language = within.closest("[lang]").lang;
    if (language === document.documentElement.lang && !within.closest("pre, code, script")) {
      texts.push(walker.currentNode.textContent.trim());
    }
  }
  for (const one of document.querySelectorAll("[aria-label]")) texts.push(one.ariaLabel);
  return texts.filter(Boolean);
}"""
FOREIGN = {
    "en": r"\b(le|la|les|des|une|du|sans|avec|est|où)\b",
    "fr": r"\b(the|of|with|without|and|is|are|in|to|by|from)\b",
}


@pytest.mark.slow
def test_everything_is_said_in_either_language_and_nothing_in_the_other(visit: Open) -> None:
    page = visit(SMALL + "&month=30&lang=en&closure_rate=0.1")
    found: dict[str, list[str]] = {}
    for lang in ("en", "fr"):
        page.speak(lang)
        found[lang] = page.page.evaluate(ALL_TEXTS)
    assert min(len(texts) for texts in found.values()) > 800
    for lang, texts in found.items():
        assert [text for text in texts if re.search(FOREIGN[lang], text, re.IGNORECASE)] == []
    # French typography: no plain space before high signs, decimal commas, no English quotes.
    wrong = re.compile(r"\w [;:!?%€]|\d\.\d|[“”]")
    own = re.compile(rf"{re.escape(package_version())}|\b10\.\d{{4,}}/\S+")  # version, DOIs
    french = [text for text in found["fr"] if wrong.search(own.sub("", text))]
    assert french == []
    page.speak("en")
    assert page.page.locator("html").get_attribute("lang") == "en"  # and back again


@pytest.mark.slow
def test_a_cell_is_read_by_pointer_and_by_arrow_keys(visit: Open) -> None:
    page = visit(SMALL + "&month=3&layer=vacancy")
    page.until("Number(document.body.dataset.replicated) > 0")  # the answer takes its place
    canvas = page.page.locator("#town")
    box = canvas.bounding_box()
    canvas.hover(position={"x": box["width"] / 2 + 1, "y": box["height"] / 2 + 1})
    cell = page.page.locator("#cell")
    page.until("document.querySelector('#cell').textContent.includes('13')")
    read = cell.inner_text()
    assert re.match(r"Row 13, column 13\. Vacant premises: .+ against .+", read)
    canvas.focus()
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("ArrowUp")
    page.until("document.querySelector('#cell').textContent.startsWith('Row 12, column 12.')")
    assert canvas.get_attribute("aria-label").startswith(
        "The town with Vacant premises as its ground"
    )


@pytest.mark.slow
def test_what_is_in_a_cell_tells_its_life_and_the_bar_goes_to_any_month(visit: Open) -> None:
    page = visit(SMALL + "&month=30&lang=en", reduced_motion="reduce")
    assert page.text("life").startswith("Click on a shop")
    page.page.locator("#town").press("Enter")
    page.until("document.querySelector('#life li') !== null")
    shown = page.pixels("with")
    for month in (12, 30):  # back, and forth again: the same town
        page.settle(lambda month=month: page.page.locator("#scrub").fill(str(month)))
        assert page.data("month") == month
        assert f"month {month} of 60" in page.text("date")
        assert (page.pixels("with") == shown) == (month == 30)


@pytest.mark.slow
def test_exports_open(visit: Open, tmp_path: Path) -> None:
    page = visit(SMALL + "&month=6")
    saved = {}
    for button in ("csv", "png"):
        with page.page.expect_download() as download:
            page.page.locator(f"#{button}").click()
        saved[button] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[button])
    with saved["csv"].open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(r["arm"], r["month"]) for r in rows] == [
        (arm, str(month)) for arm in ("without", "with") for month in range(1, 7)
    ]
    assert float(rows[-1]["open_shops_town_centre"]) > 0
    picture = saved["png"].read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(picture) > 5000


@pytest.mark.slow
def test_the_answer_and_a_report_come_from_replications(visit: Open, tmp_path: Path) -> None:
    page = visit(SMALL + "&months=12&month=6")
    page.until("document.body.dataset.replicated === '10'")
    assert page.text("answer").startswith("Over 6 months – ")
    assert "On average over 10 replications" in page.text("answer-notes")
    assert page.page.locator("#tiles .verdict").count() == 5
    with page.page.expect_download() as download:
        page.page.locator("#report").click()
    report = tmp_path / "report.html"
    download.value.save_as(report)
    assert "</html>" in report.read_text(encoding="utf-8")
    # Without an intervention there is no report.
    page.settle(lambda: page.page.locator("#intervention").select_option(""))
    assert page.page.locator("#report").is_disabled()


@pytest.mark.slow
def test_a_pdf_for_the_council_takes_two_actions(visit: Open) -> None:
    page = visit(SMALL + "&months=12&month=6")
    asked = "window.print = () => { top.document.body.dataset.printing = location.pathname; }"
    page.page.context.add_init_script(asked)
    page.page.reload()
    page.until("document.body.dataset.replicated === '10'")
    page.page.locator("#print").click()  # the first action
    page.until("document.body.dataset.printing !== undefined")
    path = page.page.evaluate("document.body.dataset.printing")
    # The browser's dialog is open: to save is the second action. Its file is the report's first
    # page, and more.
    (frame,) = (one for one in page.page.frames if path in one.url)
    with page.page.context.new_page() as paper:
        paper.goto(frame.url)
        assert paper.locator("#answer .lead").count() == 1
        styled = "getComputedStyle(document.querySelector('.kicker')).color"
        assert paper.evaluate(styled) == "rgb(86, 96, 107)"
        printed = paper.pdf(prefer_css_page_size=True)
    assert 3 < len(re.findall(rb"/Type\s*/Page\b", printed)) <= 15


@pytest.mark.slow
def test_replications_stop_and_go_on(visit: Open) -> None:
    page = visit(SMALL + "&months=1200&month=6")  # long enough to be stopped
    page.page.locator("#stop").press("Enter")  # a pointer would miss it where progress moves it
    page.page.wait_for_selector("#go-on")
    assert page.text("answer").startswith("Runs are under way")
    page.page.locator("#go-on").click()
    page.page.wait_for_selector("#stop")


@pytest.mark.slow
@pytest.mark.parametrize("size", [(1400, 900), (360, 740)], ids=["desktop", "phone"])
def test_axe_finds_nothing(visit: Open, size: tuple[int, int]) -> None:
    import axe_playwright_python

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    viewport = {"width": size[0], "height": size[1]}
    page = visit(
        SMALL + "&month=13&lang=en&closure_rate=0.1", color_scheme="light", viewport=viewport
    )
    page.page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
    page.page.evaluate(axe)  # not by a script's address or text, which the page's policy forbids
    for lang in ("en", "fr"):  # in English and light, in French and dark
        page.speak(lang)
        page.until("!document.body.classList.contains('stale')")
        found = page.page.evaluate("axe.run().then(({ violations }) => violations)")
        assert [(v["id"], [n["html"] for n in v["nodes"]][:3]) for v in found] == []
        page.page.locator("#theme").click()


@pytest.mark.slow
def test_a_phone_shows_it_without_scrolling_sideways(visit: Open) -> None:
    page = visit(
        f"{SMALL}&month=13&lang=en&closure_rate=0.1", viewport={"width": 360, "height": 740}
    )
    for lang in ("en", "fr"):
        page.speak(lang)
        # The controls do not push the results off the screen: levers start folded.
        assert page.page.locator("#play").bounding_box()["y"] < 1000
        unfold = "document.querySelectorAll('details').forEach(one => { one.open = OPEN; })"
        page.page.evaluate(unfold.replace("OPEN", "true"))
        assert page.page.evaluate("document.documentElement.scrollWidth") == 360
        page.page.evaluate(unfold.replace("OPEN", "false"))


@pytest.mark.slow
def test_dark_light_and_less_motion_follow_the_system_and_the_button(visit: Open) -> None:
    page = visit(color_scheme="dark", reduced_motion="reduce")
    paper = "getComputedStyle(document.body).backgroundColor"
    most = """(() => {
      const pixel = new OffscreenCanvas(1, 1).getContext("2d");
      pixel.drawImage(document.querySelector("#legend-layer"), -254, 0);
      return [...pixel.getImageData(0, 0, 1, 1).data];
    })()"""
    dark, palest = page.page.evaluate(paper), page.page.evaluate(most)[:3]
    page.page.locator("#theme").click()
    light, deepest = page.page.evaluate(paper), page.page.evaluate(most)[:3]
    assert (dark, light) == ("rgb(20, 24, 28)", "rgb(255, 255, 255)")
    # The scale of reports; on dark paper it is read from its other end.
    assert palest == pytest.approx(LAYERS["population"].colours[0], abs=2)
    assert deepest == pytest.approx(LAYERS["population"].colours[-1], abs=2)
    page.page.locator("#theme").click()
    assert page.page.evaluate(paper) == dark
    assert page.page.locator("#speed").input_value() == "2"  # months a second


@pytest.mark.slow
def test_the_keyboard_plays_and_pauses(visit: Open) -> None:
    page = visit()
    assert page.page.locator("#speed").input_value() == "12"
    page.page.locator("#town").focus()
    page.page.keyboard.press("Space")
    page.until("Number(document.body.dataset.month) >= 3")
    assert page.page.locator("#play").inner_text() == "Pause"
    page.settle(lambda: page.page.keyboard.press("Space"))
    assert page.page.locator("#play").inner_text() == "Play"
    stopped = page.data("month")
    page.settle(lambda: page.page.locator("#step").press("Enter"))
    assert page.data("month") == stopped + 1
    tabs = page.page.get_by_role("tab")
    tabs.first.focus()
    page.page.keyboard.press("ArrowRight")
    assert tabs.nth(1).get_attribute("aria-selected") == "true"
    assert page.page.get_by_role("tabpanel").inner_text().startswith("Do officials")


@pytest.mark.slow
def test_at_the_end_play_starts_again(visit: Open) -> None:
    page = visit(SMALL + "&month=60")
    page.page.locator("#play").click()
    page.until("['2', '3', '4'].includes(document.body.dataset.month)")
    page.page.locator("#play").click()


@pytest.mark.slow
def test_a_click_on_play_before_the_first_answer_counts(visit: Open) -> None:
    page = visit(SMALL)
    play = "addEventListener('DOMContentLoaded', () => document.getElementById('play').click())"
    page.page.add_init_script(play)
    page.page.reload()
    page.until("Number(document.body.dataset.month) >= 2")
    page.settle(lambda: page.page.locator("#play").click())
    assert page.page.locator("#play").inner_text() == "Play"
