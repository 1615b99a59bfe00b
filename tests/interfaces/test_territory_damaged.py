"""A damaged file of an import is refused in one sentence, or read."""

from __future__ import annotations

import errno
import random
import re
from unittest.mock import Mock

import numpy as np
import pytest

from sim.errors import InputError
from sim.territory.import_territory import import_territory
from tests.reference.shop_files import WRITERS, frame, write_raster


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
    """Every damaged file is refused in one sentence, or gives no more than was there."""
    shops = frame(town)
    population = town.population()
    whole = {}
    for name in names:
        path = town.folder / name
        if name in WRITERS:
            WRITERS[name](path, shops)
        elif name == "pixels.tif":
            corner = (3_760_000, 2_880_000)
            write_raster(path, "EPSG:3035", 100.0, corner, np.full((20, 20), 2.0))
        else:
            path.write_bytes(population.read_bytes())
        whole[name] = path.read_bytes()
    refused = 0
    for k in range(count):
        rng = random.Random(f"{seed}:{k}")
        name = names[k % len(names)]
        path = town.folder / name
        path.write_bytes(damaged(whole[name], rng))
        try:
            if name in WRITERS:
                territory = import_territory(population, path, name="T")
            else:
                territory = import_territory(path, name="T")
        except InputError as error:
            refused += 1
            assert "\n" not in str(error), (k, name)
            continue
        assert np.isfinite(territory.residents).all(), (k, name)
        assert territory.premises_cell.size <= 140, (k, name)
    return refused


FUZZED = ["cells", "pixels.tif", *(n for n in WRITERS if n != "shops.shp")]


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
