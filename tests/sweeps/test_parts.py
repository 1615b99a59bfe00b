"""Parts have the columns of their kind, no more data than their size allows, and are merged."""

from __future__ import annotations

import itertools
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.errors import InputError
from sim.experiments import parts
from sim.experiments.parts import check_seals, compact, is_plausible, read_part


def ledger(first: int, rows: int) -> pa.Table:
    """Some rows of a ledger, each with cents of its own."""
    return pa.table(
        {
            "key": pa.array(["k"] * rows),
            "year": pa.array([1] * rows, pa.int32()),
            "source": pa.array(["state"] * rows),
            "line": pa.array(["grants"] * rows),
            "cents": pa.array(range(first, first + rows), pa.int64()),
        }
    )


def rows_of(folder: Path) -> dict[str, list[int]]:
    """The cents of each file, by its name."""
    found = sorted((folder / "ledger").glob("*.parquet"))
    return {path.name: read_part(path)["cents"].to_pylist() for path in found}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of an experiment without results."""
    (tmp_path / "tmp").mkdir()
    return tmp_path


@pytest.fixture
def eager():
    with mock.patch.multiple(parts, FEW_FILES=2, ROWS_A_FILE=12):
        yield


@pytest.mark.parametrize(
    ("sizes", "left"),
    [
        ([5, 5], [5, 5]),  # few files
        ([5, 5, 5], [15]),
        ([6, 5, 5], [6, 5, 5]),  # half of a whole file is large
        ([6, 5, 5, 5], [15, 6]),
        ([4, 4, 4, 1], [12, 1]),
        ([4, 4, 4, 1, 1], [12, 2]),
        ([5, 5, 5, 5, 5], [15, 10]),
        ([1, 1, 1], [3]),
    ],
)
def test_many_small_files_become_few_large_ones(eager, folder, sizes, left):
    begins = np.cumsum([0, *sizes]).tolist()
    for k, rows in enumerate(sizes):
        parts._write(folder, "ledger", ledger(begins[k], rows), f"{k:03}-")
    compact(folder, "ledger")
    found = rows_of(folder)
    assert sorted(map(len, found.values())) == sorted(left)
    assert sorted(itertools.chain(*found.values())) == [*range(begins[-1])]
    compact(folder, "ledger")
    assert rows_of(folder) == found


def test_a_large_file_says_what_it_replaces_and_leftovers_go(eager, folder):
    small = []
    for k in range(3):
        name, content = parts.part_file("ledger", ledger(k, 1), f"{k:03}-")
        parts.write_file(folder, name, content)
        small.append((folder / name, content))
    compact(folder, "ledger")
    assert [*rows_of(folder).values()] == [[0, 1, 2]]
    for path, content in small[:2]:
        path.write_bytes(content)  # as if killed before these were removed
    compact(folder, "ledger")
    assert [*rows_of(folder).values()] == [[0, 1, 2]]
    (large,) = (folder / "ledger").iterdir()
    marked = pq.read_table(large).replace_schema_metadata({parts._REPLACES: f'["{large.name}"]'})
    parts._write(folder, "ledger", marked, "all--")  # whose leftover is a large one
    compact(folder, "ledger")
    assert [*rows_of(folder).values()] == [[0, 1, 2]]
    assert not large.exists()


ONE = ledger(7, 1)


@pytest.mark.parametrize(
    ("table", "is_part"),
    [
        (ONE, True),
        (ONE.append_column("more", pa.array([0.5])), True),
        (ONE.append_column("zone", pa.array([b"1"])), True),
        (ONE.append_column("error", pa.array(["e"])), True),
        (ONE.append_column("more", pa.array(["text"])), False),
        (ONE.append_column("more", pa.array([[1, 2]])), False),
        (ONE.drop_columns("cents"), False),
        (ONE.drop_columns("key"), False),
        (ONE.set_column(1, "year", pa.array([1], pa.int64())), False),
    ],
)
def test_a_part_has_the_columns_of_its_kind_and_only_numbers_besides(folder, table, is_part):
    name, content = parts.part_file("ledger", table)
    parts.write_file(folder, name, content)
    if is_part:
        check_seals([folder / name])
        return
    for _ in range(2):  # what is refused is not taken as known
        with pytest.raises(
            InputError, match=r"^\S+parquet is torn, or was changed after it was written; move it"
        ):
            check_seals([folder / name])


def test_a_file_claims_no_more_memory_than_its_size_allows(folder):
    """Its bytes unpacked, and eight for each value."""
    path = folder / "some.parquet"
    pq.write_table(pa.table({"a": [1.0] * 1000, "b": [2] * 1000}), path, row_group_size=400)
    about, size = pq.read_metadata(path), path.stat().st_size
    claimed = 8 * 2000 + sum(about.row_group(k).total_byte_size for k in range(3))
    assert about.num_row_groups == 3 and claimed % size
    for small, times, expected in (
        (claimed, 0, True),
        (claimed - 1, 0, False),
        (0, claimed // size + 1, True),
        (0, claimed // size, False),
    ):
        with mock.patch.multiple(parts, SMALL_FILE=small, BEST_COMPRESSION=times):
            assert is_plausible(path, {}) is expected


def test_a_file_that_cannot_be_written_leaves_nothing(folder):
    """Neither itself, nor its beginning under another name."""
    with (
        mock.patch.object(parts.os, "fsync", side_effect=OSError("disk full")),
        pytest.raises(OSError, match="disk full"),
    ):
        parts.write_file(folder, "ledger/one", b"1")
    assert {path.name for path in folder.rglob("*")} == {"ledger", "tmp"}


def test_the_names_of_a_file_and_of_its_folder_are_on_the_disk(folder):
    synced = []
    with mock.patch.object(parts.os, "fsync", lambda handle: synced.append(handle)):
        parts.write_file(folder, "ledger/one", b"1")
    assert len(synced) == 2
    assert (folder / "ledger" / "one").read_bytes() == b"1"
