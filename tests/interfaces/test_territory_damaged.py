"""A damaged file of an import is refused in one sentence, or all that it holds is read."""

from __future__ import annotations

import errno
import random
import re
from unittest.mock import Mock

import numpy as np
import pytest

from sim.errors import InputError
from sim.territory.import_territory import import_territory
from sim.territory.territory import SECTORS, VACANT
from sim.territory.vacancy import VacancyRequest
from tests.interfaces.conftest import write_csv, write_geojson, write_geopackage, write_parquet
from tests.reference.damaged_files import premises_in, residents_in, shops_in
from tests.reference.shop_files import SHEETS, WRITERS, frame, write_raster

WRITE = WRITERS | SHEETS
CELLS = {
    "own.csv": write_csv,
    "own.gpkg": lambda path, cells: write_geopackage(path, {"cells": cells}),
    "own.parquet": write_parquet,
    "own.geojson": lambda path, cells: write_geojson(path, cells, [None] * len(cells)),
    "pixels.tif": lambda path, _: write_raster(
        path, "EPSG:3035", 100.0, (3_760_000, 2_880_000), np.full((20, 20), 2.0)
    ),
}
AS_MARKED = VacancyRequest(is_counted=True)


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Change some bytes, lose or repeat a part, or put an odd value in place of another."""
    kind, at = rng.randrange(5), rng.randrange(len(content))
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + content[at + rng.randrange(1, 400) :]
    if kind == 2:
        end = at + rng.randrange(1, 200)
        return content[:end] + content[at:]
    if kind == 3:
        changed = bytearray(content)
        for _ in range(rng.choice((1, 3, 30))):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    odd = rng.choice(
        [b"NA", b"-1", b"1e400", b"1,200", b"1.200", b'"', b"\0", b"\xff", b"{", b"9" * 40]
    )
    numbers = list(re.finditer(rb"\d+", content)) or [re.compile(b"").search(content)]
    found = rng.choice(numbers)
    return content[: found.start()] + odd + content[found.end() :]


def try_damaged(town, names, count, seed):
    """Every damaged file is refused in one sentence, or gives all that it still holds."""
    shops = frame(town)
    population = town.population()
    whole = {}
    for name in names:
        path = town.folder / name
        if name in WRITE:
            WRITE[name](path, shops)
        else:
            CELLS[name](path, town.cells())
        whole[name] = path.read_bytes()
    refused = 0
    for k in range(count):
        rng = random.Random(f"{seed}:{k}")
        name = names[k % len(names)]
        path = town.folder / name
        path.write_bytes(damaged(whole[name], rng))
        refused += try_one(town, population, name, k)
    return refused


def try_one(town, population, name, k):
    """Return whether the damaged file of a format is refused; it is what it holds otherwise."""
    path = town.folder / name
    try:
        if name in WRITE:
            territory = import_territory(population, path, name="T", vacancy=AS_MARKED)
        else:
            territory = import_territory(path, name="T")
    except InputError as error:
        assert "\n" not in str(error), (k, name)
        return True
    if name not in WRITE:
        total = territory.residents.sum(dtype=float)
        assert total == pytest.approx(residents_in(path), rel=1e-5), (k, name)
        return False
    held = shops_in(name, path)
    assert territory.provenance["premises"]["points"] == len(held), (k, name)
    by_sector, drawn, vacant = premises_in(town, held)
    of_sectors = np.bincount(territory.premises_sector, minlength=len(SECTORS))
    assert (of_sectors >= by_sector).all(), (k, name)
    assert of_sectors.sum() == sum(by_sector) + drawn, (k, name)
    assert (territory.premises_occupancy == VACANT).sum() == vacant, (k, name)
    return False


FUZZED = [*CELLS, *(n for n in WRITE if n != "shops.shp")]


def test_a_damaged_file_of_any_format_is_refused_in_one_sentence_or_read(town):
    assert try_damaged(town, FUZZED, 26, "quick") > 3


def test_a_full_disk_is_not_a_damaged_archive(town, monkeypatch):
    path = town.folder / "shops.zip"
    WRITERS["shops.zip"](path, frame(town))
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("shutil.copyfileobj", Mock(side_effect=full))
    with pytest.raises(OSError, match="No space left"):
        import_territory(town.population(), path, name="T")


@pytest.mark.corpus
def test_ten_thousand_damaged_files_are_refused_in_one_sentence_or_read(town):
    assert try_damaged(town, FUZZED, 10_000, "corpus") > 1000


@pytest.mark.parametrize(("name", "seed"), [("shops.gpkg", 704), ("shops.fgb", 625)])
def test_rows_that_are_lost_within_a_file_are_not_lost_silently(name, seed, town):
    """GDAL reads 69 of 70 features of these, and says nothing."""
    path = town.folder / name
    WRITERS[name](path, frame(town))
    path.write_bytes(damaged(path.read_bytes(), random.Random(f"c:{seed}")))
    with pytest.raises(InputError, match="is a damaged"):
        import_territory(town.population(), path, name="T")


def test_a_parquet_file_that_states_another_number_of_rows_is_damaged(town, monkeypatch):
    path = town.folder / "lonlat.parquet"
    WRITERS[path.name](path, frame(town))
    stated = Mock(num_rows=60, num_row_groups=0)
    monkeypatch.setattr("pyarrow.parquet.ParquetFile.metadata", stated)
    with pytest.raises(InputError, match="is a damaged or unreadable Parquet file"):
        import_territory(town.population(), path, name="T")


@pytest.mark.parametrize(
    ("name", "whole", "damage"),
    [
        ("shops.geojson", '{ "type": "Feature"', '{ "type": "Fcature"'),
        ("shops.geojson", '"geometry"', '"gcometry"'),
        ("shops.geojson", "] }", ".] }"),
        ("overpass.json", '"tags": {"shop": "clothes"}', '"tags": 47'),
    ],
)
def test_a_feature_that_is_none_is_not_left_out_silently(name, whole, damage, town):
    path = town.folder / name
    WRITERS[name](path, frame(town))
    path.write_text(path.read_text("utf-8").replace(whole, damage, 1), "utf-8")
    with pytest.raises(InputError, match=r"damaged|not valid GeoJSON"):
        import_territory(town.population(), path, name="T")


def test_a_raster_marks_what_is_missing_in_one_way(town):
    path, corner = town.folder / "pixels.tif", (3_760_000, 2_880_000)
    values = np.full((20, 20), 2.0)
    values[0, :3] = -99
    write_raster(path, "EPSG:3035", 100.0, corner, values)
    assert import_territory(path, name="T").residents.sum() == pytest.approx(2 * 397)
    for odd in (-98.0, 1e-40):
        values[5, 5] = odd
        write_raster(path, "EPSG:3035", 100.0, corner, values)
        with pytest.raises(InputError, match="some pixels hold no numbers of people"):
            import_territory(path, name="T")
