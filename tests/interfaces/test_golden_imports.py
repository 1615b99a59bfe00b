"""Each kind of import, and of made-up ground, gives the same territory and counts as before.

Files of a made-up town, with what files of real places have: a circle, communes, a raster, repeated
shops, vacancies of several marks, malls, words of a town hall's own sheet. The table in
``tests/golden`` has one number for each array, the sum of its values, each times an irregular
weight, and all numbers, sources, marks and sentences of the provenance. Where another import is
meant, ``python -m tests.interfaces.test_golden_imports`` writes it again.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import territory_of
from sim.territory.import_territory import import_territory
from sim.territory.imported_scenario import suggest_archetype
from sim.territory.territory import Territory
from sim.territory.vacancy import VacancyRequest
from tests.interfaces.conftest import Town, write_csv
from tests.reference.shop_files import WRITERS, frame, write_raster

TABLE = Path(__file__).parents[1] / "golden" / "imports.json"

TAGS: list[dict[str, str]] = [
    {"shop": "bakery"},
    {"shop": "clothes;shoes"},
    {"shop": "yes"},
    {"shop": "zorb"},
    {"shop": "fuel"},
    {"shop": "mall"},
    {"landuse": "retail"},
    {"shop": "vacant"},
    {"shop": "supermarket", "vacant": "yes"},
    {"shop": "florist", "vacant": "no"},
    {"disused:shop": "florist"},
    {"was:amenity": "restaurant"},
    {"shop": "vacant", "disused:shop": "bakery"},
    {"amenity": "bar", "shop": ""},
    {"amenity": "pharmacy", "occupancy": "vacant"},
    {"amenity": "school"},
    {"disused": "yes"},
    {"shop": "hairdresser", "abandoned": "1"},
]


def tagged(town: Town) -> Path:
    """Write shops of all tags, from the middle outwards and beyond the grid, some of them twice."""
    keys = sorted({key for tags in TAGS for key in tags})
    rows = []
    for k in range(90):
        place = (3 + (k % 5 - 2) * (k // 30), 4 + (k % 7 - 3) * (k // 45) + (k == 89) * 20)
        lon, lat = town.project(*town.middle(*place, east=37.0 * (k % 4) - 50), 4326)
        tags = TAGS[k % len(TAGS)]
        id = f"node/{k - (k % 11 == 10)}"
        rows.append({"osm_id": id, **{key: tags.get(key, "") for key in keys}, "lon": lon})
        rows[-1] |= {"lat": lat if k % 17 else ""}
    return write_csv(town.folder / "tags.csv", rows)


def sheet(town: Town) -> Path:
    """Write a town hall's own sheet of premises."""
    words = ["Boulangerie", "Prêt-à-porter", "Local vide", "Café", "Banque", "Coiffeur", "Garage"]
    rows = []
    for k in range(40):
        lon, lat = town.project(*town.middle(2 + k % 3, 3 + k % 4), 4326)
        rows.append({"Activité": words[k % 7], "Longitude": lon, "Latitude": lat})
    return write_csv(town.folder / "sheet.csv", rows, delimiter=";", decimal=",")


def with_communes(town: Town) -> Path:
    rows = [
        row | {"lcog_geo": "99001" if k % 9 < 5 else "9900199002"}
        for k, row in enumerate(town.cells())
    ]
    return write_csv(town.folder / "communes.csv", rows)


def raster(town: Town) -> Path:
    people = np.repeat(np.repeat(town.residents, 2, axis=0), 2, axis=1) / 4
    path, corner = town.folder / "pixels.tif", (town.west, town.south + 7 * town.size)
    write_raster(path, "EPSG:3035", 100.0, corner, people)
    return path


def shops(town: Town, name: str) -> Path:
    path = town.folder / name
    WRITERS[name](path, frame(town))
    return path


def around(town: Town) -> tuple[float, float]:
    lon, lat = town.project(*town.middle(3, 4), 4326)
    return lat, lon


def made_up(**values: float) -> Territory:
    return territory_of(load_scenario("mid_sized_town").replace(**{"population": 4000} | values))


CASES: dict[str, Callable[[Town], Territory]] = {
    "openstreetmap": lambda t: import_territory(t.population(), tagged(t), name="T"),
    "share of vacancy": lambda t: import_territory(
        t.population(), t.bpe(), name="T", year=2019, vacancy=VacancyRequest(share=0.3)
    ),
    "circle": lambda t: import_territory(
        t.population(), tagged(t), name="T", around=around(t), radius=500.0
    ),
    "communes": lambda t: import_territory(
        with_communes(t), shops(t, "shops.csv"), name="T", communes=["99002"]
    ),
    "neighbours": lambda t: import_territory(
        with_communes(t),
        shops(t, "shops.csv"),
        name="T",
        communes=["99002"],
        buffer=300.0,
        vacancy=VacancyRequest(file=sheet(t)),
    ),
    "sheet": lambda t: import_territory(t.population(), sheet(t), name="T"),
    "list of vacant premises": lambda t: import_territory(
        t.population(), t.bpe(), name="T", vacancy=VacancyRequest(file=sheet(t))
    ),
    "raster": lambda t: import_territory(raster(t), shops(t, "overpass.json"), name="T"),
    "nothing but a seed": lambda _: made_up(rows=18, columns=16),
    "a village without zones": lambda _: made_up(
        rows=9, columns=14, population=700, settlements=0, centre_radius=0.0, retail_parks=0
    ),
    "many settlements": lambda _: made_up(
        rows=24,
        columns=30,
        cell_size=100.0,
        settlements=40,
        settlement_radius=0.2,
        park_distance=1.1,
        retail_parks=3,
        centre_radius=0.3,
        patchiness=1.5,
        town_share=0.3,
        scattered_share=0.3,
    ),
    "all premises in zones": lambda _: made_up(
        rows=20,
        columns=12,
        centre_share=0.9,
        park_share=0.6,
        premises_per_1000=60.0,
        settlement_radius=3.0,
        territory_seed=5,
    ),
    "people alone": lambda t: import_territory(t.population(), name="T", centres=[around(t)]),
}


def _leaves(where: str, value: Any) -> Iterator[tuple[str, float | bool | str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(f"{where}.{key}", inner)
    elif isinstance(value, int | float | str) and not where.endswith(".sha256"):
        yield where, value


def found_in(territory: Territory) -> dict[str, Any]:
    """Return a number for each array, the provenance, and what the place resembles."""
    found = dict(_leaves("provenance", territory.provenance))
    for field in fields(territory):
        values = getattr(territory, field.name)
        if isinstance(values, np.ndarray):
            flat = values.astype(np.float64).ravel()
            weights = 1.0 + np.arange(1, flat.size + 1) * 0.6180339887498949 % 1.0
            found[field.name] = float(flat @ weights)
    return found | {"archetype": " ".join(suggest_archetype(territory))}


@pytest.mark.parametrize("case", CASES)
def test_an_import_is_what_it_was(case: str, town: Town) -> None:
    found = found_in(CASES[case](town))
    golden = json.loads(TABLE.read_text(encoding="utf-8"))[case]
    same = {name: found.get(name) for name in golden}
    words = {name for name, value in golden.items() if isinstance(value, str)}
    assert {name: same.pop(name) for name in words} == {name: golden.pop(name) for name in words}
    assert same == pytest.approx(golden, rel=1e-6, nan_ok=True)


if __name__ == "__main__":
    written = {}
    for case, imported in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            written[case] = found_in(imported(Town(Path(folder))))
    TABLE.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
