"""Pictures can be compared, read out and reproduced, and state their basis."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest

from sim import load_scenario
from sim.experiments.results import Results
from sim.experiments.simulate import simulate
from sim.figures import Picture, draw_all, draw_maps, draw_territory
from sim.measures.map_colours import LESS_TO_MORE
from sim.measures.map_layers import LAYERS, Layer
from sim.simulation.simulation import territory_of
from sim.words.folders import Language, languages

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def results() -> Results:
    scenario = load_scenario("mid_sized_town").replace(months=24)
    return simulate(scenario, seed=7, reps=12, map_months=(0, 24))


@pytest.fixture(scope="module", params=languages())
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture(scope="module")
def drawn(results: Results) -> Callable[[Language], dict[str, Picture]]:
    """Pictures by language and name, each drawn on first use."""
    return cache(lambda language: {p.name: p for p in draw_all(results, language)})


@pytest.fixture(scope="module")
def pictures(
    drawn: Callable[[Language], dict[str, Picture]], language: Language
) -> dict[str, Picture]:
    return drawn(language)


@cache
def svg(picture: Picture) -> bytes:
    """A picture's SVG, made once, since it takes as long as drawing."""
    return picture.svg()


def texts(picture: Picture) -> list[str]:
    root = ElementTree.fromstring(svg(picture))
    return ["".join(e.itertext()).strip() for e in root.iter(f"{SVG}text")]


def maps_of(picture: Picture) -> list[Any]:
    """Return the images of data, without those of the ground, by rows of layers."""
    return [axes.images[1] for axes in picture.figure.axes if len(axes.images) == 2]


def test_there_are_time_series_maps_and_drivers(pictures: dict[str, Picture]) -> None:
    assert list(pictures) == ["time_series", "maps", "drivers"]


def test_a_picture_has_a_role_and_a_label_in_words(pictures: dict[str, Picture]) -> None:
    for picture in pictures.values():
        root = ElementTree.fromstring(svg(picture))
        assert root.get("role") == "img"
        assert root.get("aria-label") == picture.label
        titled = root.find(f"{SVG}title")
        assert titled is not None
        assert titled.text == picture.label
        assert len(picture.label.split()) > 10


def test_ids_are_prefixed_by_the_picture_and_lead_somewhere(pictures: dict[str, Picture]) -> None:
    for name, picture in pictures.items():
        text = svg(picture).decode()
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids))
        assert all(i.startswith(f"{name}-") for i in ids)
        used = re.findall(r'href="#([^"]+)"', text) + re.findall(r"url\(#([^)]+)\)", text)
        assert set(used) <= set(ids)


@pytest.mark.corpus
def test_the_same_run_gives_the_same_bytes_whatever_the_users_style(
    results: Results, drawn: Callable[[Language], dict[str, Picture]]
) -> None:
    with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": None, "svg.fonttype": "path"}):
        again = draw_all(results, "fr")
        for picture in again:
            assert picture.svg() == svg(drawn("fr")[picture.name])
            assert picture.png() == drawn("fr")[picture.name].png()
        assert matplotlib.rcParams["font.size"] == 20


def test_no_picture_holds_a_date_of_its_making(pictures: dict[str, Picture]) -> None:
    for picture in pictures.values():
        assert b"<dc:date>" not in svg(picture)


def test_start_and_end_have_equal_colour_limits(pictures: dict[str, Picture]) -> None:
    images = maps_of(pictures["maps"])
    assert len(images) == 6
    for k in range(3):
        start, end = images[2 * k], images[2 * k + 1]
        assert start.get_clim() == end.get_clim()
        assert start.get_clim()[1] == pytest.approx(
            max(np.nanmax(start.get_array()), np.nanmax(end.get_array())), rel=1e-6
        )
        assert start.get_cmap() == end.get_cmap()


def test_cells_without_premises_are_blank_on_the_map_of_vacancy(
    results: Results, pictures: dict[str, Picture]
) -> None:
    vacancy = results.rep_maps["baseline"].layers["vacancy"][0, -1]
    shown = maps_of(pictures["maps"])[5].get_array()
    assert np.ma.count(shown) == np.isfinite(vacancy).sum()


def test_closures_appear_with_open_shops_of_the_same_zone(
    pictures: dict[str, Picture], language: Language
) -> None:
    heads = [axes.get_title(loc="left") for axes in pictures["time_series"].figure.axes]
    closures, shops = {
        "en": ("Closures, town centre", "Open shops, town centre"),
        "fr": ("Fermetures, centre-ville", "Commerces ouverts, centre-ville"),
    }[language]
    assert heads.index(shops) == heads.index(closures) + 1


def test_axes_begin_at_zero_and_vacancies_share_their_limits(pictures: dict[str, Picture]) -> None:
    axes = pictures["time_series"].figure.axes
    assert all(a.get_ylim()[0] == 0 for a in axes)
    assert len({a.get_ylim() for a in axes[:3]}) == 1


def test_bands_and_means_are_explained(pictures: dict[str, Picture], language: Language) -> None:
    said = texts(pictures["time_series"])
    expected = {
        "en": ["median of the runs", "half of the runs", "nine runs in ten", "past 12 months"],
        "fr": [
            "médiane des simulations",
            "la moitié des simulations",
            "neuf simulations sur dix",
            "12 derniers mois",
        ],
    }[language]
    for words in expected:
        assert any(words in text for text in said)


def test_every_picture_says_that_it_is_not_a_forecast(
    results: Results, pictures: dict[str, Picture], language: Language
) -> None:
    words = "not a forecast" if language == "en" else "pas une prévision"
    count = str(len(results.manifest["assumed_parameters"]))
    for picture in pictures.values():
        text = " ".join(texts(picture))
        assert words in text
        assert count in text


def test_nothing_is_cut_off_or_written_over(pictures: dict[str, Picture]) -> None:
    """Texts lie within the page, and its title, legend and panels do not overlap."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    for picture in pictures.values():
        figure = picture.figure
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        page = figure.bbox
        boxes = [t.get_window_extent(renderer) for t in figure.texts]
        boxes += [legend.get_window_extent(renderer) for legend in figure.legends]
        for k, box in enumerate(boxes):
            assert page.x0 <= box.x0
            assert box.x1 <= page.x1
            assert page.y0 <= box.y0
            assert box.y1 <= page.y1
            assert not any(box.overlaps(other) for other in boxes[k + 1 :])
        for axes in figure.axes:
            drawn = axes.get_tightbbox(renderer)
            assert drawn is not None
            assert page.x0 <= drawn.x0
            assert drawn.x1 <= page.x1
            assert not any(drawn.overlaps(box) for box in boxes)


def test_numbers_follow_the_language(pictures: dict[str, Picture], language: Language) -> None:
    ticks = [t.get_text() for t in pictures["time_series"].figure.axes[0].get_yticklabels()]
    assert all(t.endswith("%" if language == "en" else "\N{NARROW NO-BREAK SPACE}%") for t in ticks)


def test_french_signs_are_never_parted_from_their_words(
    drawn: Callable[[Language], dict[str, Picture]],
) -> None:
    for picture in drawn("fr").values():
        for text in (*texts(picture), picture.label):
            assert not re.search(r" [;:%]", text)


@pytest.mark.parametrize(
    ("rows", "cell_size"), [(40, 5000.0), pytest.param(1, 25.0, marks=pytest.mark.slow)]
)
def test_grids_of_any_size_can_be_drawn(rows: int, cell_size: float) -> None:
    scenario = load_scenario("mid_sized_town").replace(
        rows=rows, columns=2 * rows, cell_size=cell_size, population=2000, months=2
    )
    picture = draw_maps(simulate(scenario, map_months=(0, 2)), "en")
    bar = next(text for text in texts(picture) if text.endswith(" km"))
    assert 0 < float(bar.removesuffix(" km")) <= 2 * rows * cell_size / 4000


def test_a_single_short_run_is_drawn_without_bands() -> None:
    scenario = load_scenario("mid_sized_town").replace(months=2)
    time_series, drivers = draw_all(simulate(scenario, seed=7), "en")
    assert (time_series.name, drivers.name) == ("time_series", "drivers")
    assert not any(axes.collections for axes in time_series.figure.axes)
    assert any("One run, seed 7" in text for text in texts(time_series))


@pytest.mark.slow
def test_a_territory_without_premises_can_be_drawn() -> None:
    bare = {"premises_per_1000": 0.0, "rows": 9, "columns": 9, "population": 4000, "months": 2}
    scenario = load_scenario("mid_sized_town").replace(**bare)
    for picture in draw_all(simulate(scenario, map_months=(0, 2)), "en"):
        assert picture.svg()


def test_a_territory_can_be_drawn_before_anything_happens(language: Language) -> None:
    territory = territory_of(load_scenario("mid_sized_town"))
    picture = draw_territory(territory, language)
    assert picture.svg() == draw_territory(territory, language).svg()
    assert territory.name in picture.label


@pytest.mark.parametrize("layer", LAYERS.values(), ids=list(LAYERS))
def test_the_more_the_darker_a_level(layer: Layer) -> None:
    lightness = [colours @ (0.2126, 0.7152, 0.0722) for colours in np.array(layer.colours)]
    assert len(lightness) >= 7 and (np.diff(lightness) < -5).all()


def test_no_difference_is_lightest() -> None:
    lightness = np.array(LESS_TO_MORE) @ (0.2126, 0.7152, 0.0722)
    assert (np.diff(np.sign(np.diff(lightness))) != 0).sum() == 1
    assert lightness.argmax() == len(LESS_TO_MORE) // 2
