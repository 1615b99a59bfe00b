"""The page draws the map of a place that has one, and credits it."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from sim.app.ground import HEADER
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import territory_of
from sim.territory.ground import UNIT, Ground
from sim.territory.imported_scenario import write_imported_scenario
from tests.app.pages import SMALL, Page

KINDS = ("green", "square", "water", "river", "railway", "street", "main_street")

RIVER = [(0, 40), (96, 48), (192, 40)]
LAKE = [(16, 16), (64, 16), (64, 64), (16, 16)]


def mapped(folder: Path) -> Path:
    """A scenario of a small town with a lake, a main street and a name."""
    town = territory_of(load_scenario("mid_sized_town").replace(**SMALL))
    ground = Ground(
        points=np.array(LAKE + RIVER, np.int32),
        first=np.array([0, 4, 7], np.int32),
        kind=np.array([2, 6], np.uint8),
        names=((0, 96, 96, "Bourg-l’Évêque"),),
    )
    source = {"source": "© OpenStreetMap contributors, a.osm.pbf", "licence": "ODbL 1.0"}
    drawn = replace(
        town, name="Bourg", ground=ground, provenance=town.provenance | {"ground": source}
    )
    return write_imported_scenario(drawn, folder)[0]


def test_the_ground_comes_as_it_lies_in_the_territory_and_is_credited(serve, tmp_path) -> None:
    client: TestClient = serve(scenarios=[mapped(tmp_path)])
    page = Page(client, scenario="bourg", intervention=None, settings={})
    credit = {"source": "© OpenStreetMap contributors, a.osm.pbf", "licence": "ODbL 1.0"}
    assert page.about["ground"] == credit
    content = page.get("ground").content
    magic, parts, points, unit, n = HEADER.unpack_from(content)
    assert (magic, parts, points, unit) == (b"ESG1", 2, 7, UNIT)
    numbers = np.frombuffer(content, "<u4", 3 + 14, HEADER.size)
    assert numbers[:3].tolist() == [0, 4, 7]
    assert numbers[3:].reshape(-1, 2).tolist() == [list(p) for p in LAKE + RIVER]
    kinds, text = content[HEADER.size + 68 : -n], content[-n:]
    told = json.loads(text)
    assert [told["kinds"][kind] for kind in kinds] == ["water", "main_street"]
    assert tuple(told["kinds"]) == KINDS
    assert told["names"] == [[0, 96, 96, "Bourg-l’Évêque"]]


def test_a_generated_territory_has_no_map(client) -> None:
    page = Page(client)
    assert page.about["ground"] is page.about["buffer"] is None
    assert client.get(f"{page.path}/ground").status_code == 409


def divided(folder: Path) -> Path:
    """A scenario of a small town whose east is its neighbours'."""
    town = territory_of(load_scenario("mid_sized_town").replace(**SMALL))
    is_buffer = np.indices(town.shape)[1] >= town.shape[1] // 2
    shops = is_buffer.ravel()[town.premises_cell]
    joined = replace(town, name="Bourg", is_buffer=is_buffer, premises_in_buffer=shops)
    return write_imported_scenario(joined, folder)[0]


def test_the_page_gets_the_cells_of_neighbours_and_counts_none_of_them(serve, tmp_path) -> None:
    path = divided(tmp_path)
    about = Page(serve(scenarios=[path]), scenario="bourg", intervention=None, settings={}).about
    town = territory_of(load_scenario(str(path)))
    bits = np.unpackbits(np.frombuffer(base64.b64decode(about["buffer"]), np.uint8))
    assert bits[: town.residents.size].tolist() == town.is_buffer.ravel().tolist()
    assert about["residents"] == round(float(town.place_alone.residents.sum()))
    assert about["premises"] == town.place_alone.premises_cell.size < town.premises_cell.size


@pytest.mark.slow
def test_neighbours_are_paler(browser, tmp_path) -> None:
    from tests.app.browser import Visit, serving

    darkest = """(x) => {
      const canvas = document.querySelector("#town");
      const copy = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
      Object.assign(copy.canvas, { width: canvas.width, height: canvas.height });
      copy.drawImage(canvas, 0, 0);
      const [left, wide] = [x * canvas.width, canvas.width * 0.4];
      const { data } = copy.getImageData(left, 0, wide, canvas.height);
      return data.reduce((least, value) => Math.min(least, value));
    }"""
    with serving([divided(tmp_path)]) as address:
        page = Visit(browser, address, "scenario=bourg&intervention=none")
        assert page.text("ground-credit").startswith("Paler: the surroundings")
        page.pixels("without")
        west, east = (page.page.evaluate(darkest, x) for x in (0.05, 0.55))
        assert west < 60 < east
        assert page.wrong == []
        page.close()


@pytest.mark.slow
def test_the_map_lies_beneath_the_town_in_light_and_dark(browser, tmp_path) -> None:
    from tests.app.browser import Visit, serving

    with serving([mapped(tmp_path)]) as address:
        page = Visit(browser, address, "scenario=bourg&intervention=none")
        plain = Visit(browser, address, "rows=12&columns=12&population=3000&spin_up=2")
        water = """() => {
          const canvas = document.querySelector("#town");
          const at = canvas.width * 3 / 12;
          const copy = document.createElement("canvas")
            .getContext("2d", { willReadFrequently: true });
          copy.drawImage(canvas, -at, -at / 1.5);
          return copy.getImageData(0, 0, 1, 1).data.join();
        }"""
        assert "OpenStreetMap" in page.text("ground-credit")
        assert plain.text("ground-credit") == ""
        seen = set()
        for _ in range(2):
            assert page.page.evaluate(water) != plain.page.evaluate(water)
            seen.add(page.page.evaluate(water))
            for one in (page, plain):
                one.page.locator("#theme").click()
        assert len(seen) == 2
        assert page.wrong == plain.wrong == []
        page.close()
        plain.close()
