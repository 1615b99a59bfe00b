"""Streets, waters and names of a real place lie under the maps of figures and reports."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from matplotlib.text import Text

from sim.figures.ground import AREAS, Streets, inside
from sim.figures.maps import draw_territory
from sim.report.pictures.maps import Ground, draw_layer
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import territory_of
from sim.territory import ground as town_ground
from sim.territory.ground import UNIT

SHAPE = (30, 40)
EVERYTHING = slice(0, SHAPE[0]), slice(0, SHAPE[1])


def square(x: int, y: int, side: int) -> list[tuple[int, int]]:
    """A ring in cells, as points of a ground."""
    corners = ((x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y))
    return [(UNIT * a, UNIT * b) for a, b in corners]


def mapped(streets: int = 1, length: int = 20) -> town_ground.Ground:
    """A lake with an island, and winding streets from west to east."""
    draw = np.random.default_rng(1)
    parts = [np.array(square(10, 10, 12)), np.array(square(14, 14, 4))]
    for _ in range(streets):
        ends = np.sort(draw.integers(0, UNIT * SHAPE[1], length))
        steps = draw.integers(-20, 20, length).cumsum() + draw.integers(0, UNIT * SHAPE[0])
        parts.append(np.stack([ends, steps.clip(0, UNIT * SHAPE[0])], axis=1))
    return town_ground.Ground(
        np.concatenate(parts).astype(np.int32),
        np.cumsum([0, *(len(part) for part in parts)]).astype(np.int32),
        np.array([2, 2] + [5] * streets, np.uint8),
        ((0, 20 * UNIT, 5 * UNIT, "Laval"), (1, 21 * UNIT, 5 * UNIT, "Avesnières")),
    )


def test_an_island_is_no_water() -> None:
    pixels = Streets(mapped(), EVERYTHING, 1, SHAPE, 0.1).beneath
    dots = pixels.shape[0] // SHAPE[0]
    is_water = pixels[dots // 2 :: dots, dots // 2 :: dots, 3] == 255
    expected = np.zeros(SHAPE, bool)
    expected[10:22, 10:22] = True
    expected[14:18, 14:18] = False
    np.testing.assert_array_equal(is_water, expected)
    water = pixels[11 * dots, 11 * dots]
    assert "#{:02X}{:02X}{:02X}".format(*water[:3]) == AREAS["water"]


def test_a_part_of_the_grid_in_blocks_has_its_part_of_the_ground() -> None:
    part = Streets(mapped(), (slice(5, 15), slice(5, 20)), 2, (10, 15), 0.1).beneath
    dots = part.shape[0] // 10
    is_water = part[dots // 2 :: dots, dots // 2 :: dots, 3] == 255
    expected = np.zeros((10, 15), bool)
    expected[:6, :6] = True
    expected[2:4, 2:4] = False
    np.testing.assert_array_equal(is_water, expected)


def test_a_pixel_is_inside_if_its_middle_is() -> None:
    triangle = np.array([(0.0, 0.0), (4.0, 0.0), (0.0, 4.0)])
    assert inside([triangle], (4, 4)).sum(axis=1).tolist() == [3, 2, 1, 0]


def test_a_map_of_a_report_shows_streets_and_the_names_for_which_there_is_room() -> None:
    zone, residents = np.full(SHAPE, 2), np.ones(SHAPE)
    sizes = []
    for streets in (0, 1, 1500):
        ground = Ground(zone, residents > 0, mapped(streets, 26) if streets else None)
        picture = draw_layer("a", "A", ground, "population", residents, 9.0, "en")
        sizes.append(len(picture.svg()))
        names = {text.get_text() for text in picture.figure.findobj(Text)} & {"Laval", "Avesnières"}
        assert names == ({"Laval"} if streets else set())
    bare, few, many = sizes
    assert bare < few < many < bare + 200_000


def test_the_map_of_a_territory_credits_its_ground() -> None:
    town = territory_of(
        load_scenario("mid_sized_town").replace(
            rows=SHAPE[0], columns=SHAPE[1], population=9000, spin_up=0
        )
    )
    source = town.provenance | {"ground": {"source": "© OpenStreetMap contributors"}}
    pictures = [
        draw_territory(one, "en")
        for one in (town, replace(town, ground=mapped(), provenance=source))
    ]
    texts = [" ".join(t.get_text() for t in p.figure.findobj(Text)) for p in pictures]
    assert ["OpenStreetMap" in text for text in texts] == [False, True]
    assert ["Laval" in text for text in texts] == [False, True]
    images = [[axes.images for axes in p.figure.axes if axes.images] for p in pictures]
    assert all(len(b) == len(a) + 2 for a, b in zip(*images, strict=True))
