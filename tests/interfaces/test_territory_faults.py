"""A territory is admissible to the last cell, premises and code, and not beyond."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.kernels.zone_codes import BUFFER, PARK
from sim.territory import territory_file
from sim.territory.territory import Territory
from sim.territory.territory_file import (
    parse_territory,
    save_territory,
    territory_fault,
    write_whole,
)

CELLS = np.ones((2, 3), np.float32)
NONE = np.zeros((2, 3), np.bool_)
OF_OTHERS = np.array([[True] * 3, [False] * 3])


def town(**changes):
    """Two shops in the first and in the last cell, and as many young people as residents."""
    return Territory(
        **{
            "name": "T",
            "cell_size": 200.0,
            "residents": 10 * CELLS,
            "youth": 10 * CELLS,
            "income": CELLS,
            "is_town_centre": NONE,
            "is_retail_park": NONE,
            "premises_cell": np.array([0, 5], np.int32),
            "premises_sector": np.array([0, 2], np.uint8),
            "premises_floor_area": np.array([1.0, 5.0], np.float32),
            "premises_occupancy": np.array([-1, 1], np.int8),
        }
        | changes
    )


def with_first(value, like=CELLS):
    changed = like.copy()
    changed.flat[0] = value
    return changed


AREAS, CODES = np.array([1.0, 5.0], np.float32), np.array([0, 1], np.int8)
IN_PLACE, ONE_IS = np.array([False, False]), np.array([True, False])


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({}, None),
        ({"residents": with_first(0, 10 * CELLS), "youth": with_first(0, 10 * CELLS)}, None),
        ({"premises_occupancy": CODES}, None),
        ({"is_buffer": OF_OTHERS, "premises_in_buffer": ONE_IS}, None),
        (
            {
                "residents": 0.5 * CELLS,
                "youth": 0 * CELLS,
                "is_buffer": OF_OTHERS,
                "premises_in_buffer": ONE_IS,
            },
            None,
        ),
        ({"residents": 10 * CELLS[:0], "youth": CELLS[:0]}, "no cells"),
        ({"residents": 10 * CELLS[0]}, "no cells"),
        ({"youth": CELLS.astype(np.float64)}, "youth of another type or shape"),
        ({"income": CELLS[:1]}, "income of another type or shape"),
        ({"premises_sector": np.array([0], np.uint8)}, "premises_sector of another type or shape"),
        ({"premises_cell": np.zeros((2, 1), np.int32)}, "premises_cell of another type or shape"),
        ({"youth": with_first(-1)}, "youth that are negative or not finite"),
        ({"income": with_first(np.inf)}, "income that are negative or not finite"),
        ({"premises_cell": np.array([-1, 5], np.int32)}, "premises outside its grid"),
        ({"premises_cell": np.array([0, 6], np.int32)}, "premises outside its grid"),
        ({"cell_size": 0.0}, "no positive cell size"),
        ({"cell_size": np.inf}, "no positive cell size"),
        ({"residents": 0 * CELLS, "youth": 0 * CELLS}, "no residents"),
        ({"youth": with_first(10.5)}, "more youth than residents in a cell"),
        ({"income": with_first(0)}, "cells without income"),
        (
            {"is_town_centre": with_first(True, NONE), "is_retail_park": with_first(True, NONE)},
            "town centre and retail park",
        ),
        ({"premises_sector": np.array([0, 3], np.uint8)}, "premises of an unknown sector"),
        ({"premises_floor_area": with_first(0, AREAS)}, "premises without floor area"),
        ({"premises_occupancy": with_first(2, CODES)}, "premises of unknown occupancy code"),
        ({"premises_occupancy": with_first(-2, CODES)}, "premises of unknown occupancy code"),
        ({"is_buffer": OF_OTHERS}, "buffer of another type or shape"),
        ({"premises_in_buffer": ONE_IS}, "buffer of another type or shape"),
        (
            {"is_buffer": OF_OTHERS.astype(np.uint8), "premises_in_buffer": ONE_IS},
            "buffer of another type or shape",
        ),
        (
            {"is_buffer": OF_OTHERS, "premises_in_buffer": ONE_IS[:1]},
            "buffer of another type or shape",
        ),
        ({"is_buffer": ~NONE, "premises_in_buffer": IN_PLACE}, "no residents but those of its"),
        ({"is_buffer": OF_OTHERS, "premises_in_buffer": ~IN_PLACE}, "no premises but those of"),
    ],
)
def test_a_territory_that_cannot_be_has_one_fault(changes, fault):
    found = territory_fault(town(**changes))
    assert found is None if fault is None else fault in found


@pytest.fixture(scope="module")
def arrays(tmp_path_factory):
    path = tmp_path_factory.mktemp("towns") / "t.npz"
    save_territory(town(), path)
    with np.load(path) as content:
        return dict(content)


def stored(arrays, **header):
    known = json.loads(arrays["header"].tobytes())
    text = np.frombuffer(json.dumps(known | header).encode(), np.uint8)
    content = io.BytesIO()
    np.savez(content, **arrays | {"header": text})
    return content.getvalue()


@pytest.mark.parametrize(
    "header",
    [
        {"format": "essaim territory 3"},
        {"format": None},
        {"name": 3},
        {"cell_size": "200"},
        {"cell_size": 10**301},
        {"provenance": []},
        {"format": "essaim territory 2"},  # which has a buffer
    ],
)
def test_a_header_that_no_import_writes_is_refused(header, arrays):
    assert parse_territory(stored(arrays), Path("t.npz")).name == "T"
    assert parse_territory(stored(arrays, cell_size=200), Path("t.npz")).cell_size == 200.0
    with pytest.raises(InputError, match="is not a territory file, or a damaged one"):
        parse_territory(stored(arrays, **header), Path("t.npz"))


def test_a_header_keeps_letters_and_numbers_as_they_are(tmp_path):
    path = tmp_path / "t.npz"
    for _ in range(2):  # the second takes the place of the first
        save_territory(town(name="Évron", provenance={"b": 1, "a": 2}), path)
    with np.load(path) as content:
        text = content["header"].tobytes().decode()
    assert '"name": "Évron"' in text and '"provenance": {"b": 1, "a": 2}' in text
    with pytest.raises(ValueError, match="JSON compliant"):
        save_territory(town(provenance={"a": float("nan")}), path)
    for _ in range(2):
        with write_whole(path) as file:
            file.write(b"1")
    assert path.read_bytes() == b"1"


def test_a_file_is_on_the_disk_before_it_takes_its_name(tmp_path, monkeypatch):
    path, synced = tmp_path / "t.npz", []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    save_territory(town(), path)
    assert synced == [path.stat().st_size]
    with pytest.raises(InputError, match=r"none/t\.npz: no such file or directory\."):
        save_territory(town(), tmp_path / "none" / "t.npz")


def test_a_cell_size_is_a_number_that_a_computer_takes(arrays):
    assert parse_territory(stored(arrays, cell_size=1e300), Path("t.npz")).cell_size == 1e300
    with pytest.raises(InputError, match="is not a territory file, or a damaged one"):
        parse_territory(stored(arrays, cell_size=1.01e300), Path("t.npz"))


def test_a_place_without_both_masks_has_no_buffer():
    for masks in ({}, {"is_buffer": OF_OTHERS}, {"premises_in_buffer": ONE_IS}):
        territory = town(**masks)
        assert territory.place_alone is territory
    joined = town(
        is_buffer=OF_OTHERS, premises_in_buffer=ONE_IS, is_retail_park=~NONE, is_town_centre=NONE
    )
    alone = joined.place_alone
    assert alone.residents.tolist() == [[0] * 3, [10] * 3] == alone.youth.tolist()
    assert alone.is_retail_park.tolist() == [[False] * 3, [True] * 3]
    premises = alone.premises_cell, alone.premises_sector, alone.premises_floor_area
    assert [one.tolist() for one in premises] == [[5], [2], [5.0]]
    assert alone.premises_occupancy.tolist() == [1]
    assert joined.zone.tolist() == [[BUFFER + PARK] * 3, [PARK] * 3]
    assert joined.premises_zone.tolist() == [BUFFER + PARK, PARK]
    centre = town(is_town_centre=with_first(True, NONE), is_retail_park=with_first(True, NONE))
    assert centre.zone.tolist() == [[0, 2, 2], [2, 2, 2]]
    assert centre.premises_zone.tolist() == [0, 2] and centre.shape == (2, 3)


def test_a_file_is_read_up_to_its_largest_size(arrays, monkeypatch):
    content = stored(arrays)
    size = sum(8 * ((array.nbytes + 7) // 8) for array in arrays.values())
    monkeypatch.setattr(territory_file, "LARGEST_FILE", 10_000)
    parse_territory(content, Path("t.npz"))
    monkeypatch.setattr(territory_file, "LARGEST_FILE", size)
    with pytest.raises(InputError, match=f"unpacks to more than the {size:,} bytes"):
        parse_territory(content, Path("t.npz"))
