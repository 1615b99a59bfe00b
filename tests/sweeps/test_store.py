"""A store is never half written: torn files, full disks, closed folders, stops at any step."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.experiments import parts
from sim.experiments.manifest_schema import DESIGN, EXPERIMENT
from sim.experiments.parts import PARTS, TMP
from sim.experiments.run import Outcome
from sim.experiments.store import Store
from sim.experiments.stored import MemoryStore
from sim.experiments.written import MANIFEST
from tests.reference.disks import only_linux, small_disk
from tests.sweeps.toy_sweeps import (
    POINTS,
    Stop,
    files,
    fill_toys,
    new_store,
    plan_toys,
    stop_after,
    toy_files,
)
from tests.sweeps.toys import Toy, calls


def test_unfinished_files_of_a_killed_sweep_are_removed(store, whole):
    (store.folder / TMP / f"aa.parquet.{32 * 'f'}").write_bytes(b"PAR1 half of a fi")
    fill_toys(store)
    assert files(store, TMP) == []
    assert store.digest() == whole.digest()


def test_environments_of_workers_are_noted_once_and_in_order(store):
    store.note({'{"python": "3.13"}', '{"python": "3.12"}', '{"python": "3.14"}'})
    store.note({'{"python": "3.13"}', '{"python": "3.11"}'})
    noted = [environment["python"] for environment in store.manifest["workers"]]
    assert noted == ["3.12", "3.13", "3.14", "3.11"]


def opened(store: Store) -> Store:
    """The store as another process sees it."""
    again = Store(store.folder)
    again.open()
    return again


def torn(path: Path, at: int) -> None:
    path.write_bytes(path.read_bytes()[:at])


@given(share=st.floats(0, 1, exclude_max=True))
@settings(max_examples=12)
def test_a_damaged_part_is_named_and_its_runs_are_repeated(whole, share):
    with tempfile.TemporaryDirectory() as folder:
        store, toy = new_store(Path(folder) / "sweep"), Toy(Path(folder) / "log")
        fill_toys(store, toy, batch=15)
        path = files(store)[1]
        rows = len(parts.read_part(path)) // 2
        torn(path, int(share * path.stat().st_size))
        with pytest.raises(InputError) as told:
            store.digest()
        assert str(path) in str(told.value)
        assert "\n" not in str(told.value)
        with pytest.raises(InputError, match="torn"):
            fill_toys(store, toy)
        path.rename(Path(folder) / "away")
        assert fill_toys(store, toy).done == rows
        assert store.digest() == whole.digest()


def test_only_a_file_that_can_be_read_is_a_whole_part(store, tmp_path):
    fill_toys(store)
    path = files(store)[0]
    link = tmp_path / path.name
    link.symlink_to(path)
    assert [parts.is_sealed(p) for p in (path, link, store.folder)] == [True, False, False]
    text, twice = tmp_path / "text.parquet", tmp_path / "twice.parquet"
    text.write_text("no table")
    pq.write_table(pa.table([[1], [2]], names=["a", "a"]), twice)
    assert parts.is_plausible(path, {"key": pa.string()})
    for no_part, about in (
        (path, {"key": pa.int32()}),
        (path, {"keys": pa.string()}),
        (text, {}),
        (twice, {}),
    ):
        assert not parts.is_plausible(no_part, about)
    failing = mock.patch.object(parts.hashlib, "file_digest", side_effect=OSError(errno.EIO))
    with failing:
        assert not parts.is_sealed(path)


def test_a_part_with_a_hole_in_it_is_never_read_as_something_else(store, whole):
    fill_toys(store, batch=15)
    path, told = files(store)[1], 0
    content = path.read_bytes()
    for at in range(0, len(content), 16):
        path.write_bytes((content[:at] + bytes(8) + content[at + 8 :])[: len(content)])
        try:
            assert store.digest() == whole.digest()  # where nothing is told, nothing is lost
        except InputError as error:
            assert str(path) in str(error)
            told += 1
    assert told > 150


def fill_until_full(store: Store, **how: object) -> OSError:
    with pytest.raises(OSError) as told:
        fill_toys(store, batch=1, **how)
    assert set(store.statuses().values()) <= {"ok"}
    return told.value


@only_linux
@pytest.mark.parametrize("executor", ["serial", "local"])
def test_a_full_disk_is_reported_and_finished_runs_are_kept(executor, tmp_path):
    with small_disk(tmp_path / "disk"):
        store = new_store(tmp_path / "disk" / "sweep")
        told = fill_until_full(store, executor=executor, workers=2)
        assert told.errno == errno.ENOSPC
        assert 0 < len(store.statuses()) < POINTS


@only_linux
def test_a_file_that_cannot_grow_leaves_nothing_half_written(store, whole):
    import resource

    with pytest.raises(Stop):
        fill_toys(store, batch=5, progress=stop_after(10))
    before, limits = store.digest(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        told = fill_until_full(store)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert told.errno == errno.EFBIG
    assert files(store, TMP) == []
    assert store.digest() == before
    fill_toys(store)
    assert store.digest() == whole.digest()


@contextlib.contextmanager
def closed(folder: Path) -> Iterator[None]:
    """A folder that nobody can write to; permissions do not stop root."""
    if os.geteuid():
        before = folder.stat().st_mode
        folder.chmod(0o555)
        yield
        folder.chmod(before)
        return
    mount = ["mount", "--bind", "-o", "ro", str(folder), str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@only_linux
def test_a_store_that_cannot_be_written_can_be_read(store):
    with pytest.raises(Stop):
        fill_toys(store, batch=5, progress=stop_after(10))
    before = store.digest()
    (store.folder / "lock").unlink()
    with closed(store.folder):
        assert opened(store).digest() == before
        with pytest.raises(InputError, match=r"cannot be written: (read-only|permission)"):
            fill_toys(store)


def test_two_sweeps_never_write_one_store(store):
    def another(_: object) -> None:
        with pytest.raises(
            InputError, match=r"^.* is being written by another process; wait for it.$"
        ):
            fill_toys(store)
        assert len(store.statuses()) == 20  # but it is readable
        raise Stop

    with pytest.raises(Stop):
        fill_toys(store, batch=20, progress=another)
    assert fill_toys(store).done == POINTS - 20


class Steps:
    """Stops at the n-th disk operation of a store."""

    def __init__(self, allowed: int) -> None:
        self.left = allowed

    def before(self, change: Callable[..., object]) -> Callable[..., object]:
        def step(path: Path, *arguments: object, **options: object) -> object:
            if path.exists():  # what is moved into place, or is to go
                self.left -= 1
                if self.left < 0:
                    raise Stop
            return change(path, *arguments, **options)

        return step

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        with (
            mock.patch.object(Path, "replace", self.before(Path.replace)),
            mock.patch.object(Path, "unlink", self.before(Path.unlink)),
            contextlib.suppress(Stop),
        ):
            yield


@pytest.fixture(scope="module")
def eager() -> Iterator[None]:
    """Files are merged as soon as there are several, with twelve rows per file."""
    with mock.patch.multiple(parts, FEW_FILES=2, ROWS_A_FILE=12):
        yield


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(4, 16), st.integers(0, 24)), max_size=3))
@settings(max_examples=10)
def test_nothing_is_lost_or_doubled_wherever_putting_files_together_stops(eager, whole, sessions):
    with tempfile.TemporaryDirectory() as folder:
        store, toy = new_store(Path(folder) / "sweep"), Toy(Path(folder) / "log")
        for batch, runs, steps in sessions:
            with contextlib.suppress(Stop):
                fill_toys(store, toy, batch=batch, progress=stop_after(runs))
            before, known = store.digest(), len(store.statuses())
            with Steps(steps).counted():
                store.compact()
            assert store.digest() == before
            assert store.results().num_rows == 2 * known
        fill_toys(store, toy, batch=3)
        assert store.digest() == whole.digest()
        assert set(calls(toy.log).values()) == {1}
        kept = sum(parts.read_part(path).num_rows for path in files(store))
        assert kept == 2 * POINTS  # and no leftovers


@pytest.mark.slow
@pytest.mark.parametrize("steps", [0, 1, 2, 3, 4, 5, 17, 26, 27, 28])
def test_putting_files_together_can_stop_before_any_step(eager, whole, store, steps):
    with mock.patch.object(Store, "compact"):
        fill_toys(store, batch=2)
    with Steps(steps).counted():
        parts.compact(store.folder, PARTS)
    groups, more = divmod(min(steps, 27), 4)  # one file comes, before three go
    assert len(files(store)) == 20 - 2 * groups + (2 - more if more else 0)
    assert store.digest() == whole.digest()
    store.compact()
    assert store.digest() == whole.digest()
    assert len(files(store)) == 7
    assert all(path.name.startswith("all-") for path in files(store))


def test_a_reader_does_not_mind_that_files_are_put_together(store, whole, monkeypatch, eager):
    with mock.patch.object(Store, "compact"):
        fill_toys(store, batch=2)
    dataset, before = ds.dataset, len(files(store))

    def meanwhile(found: list[Path], **options: object) -> object:
        monkeypatch.setattr(ds, "dataset", dataset)
        store.compact()
        return dataset(found, **options)

    monkeypatch.setattr(ds, "dataset", meanwhile)
    assert store.digest() == whole.digest()
    assert len(files(store)) < before


@pytest.mark.parametrize("steps", range(6))
def test_a_store_opens_wherever_its_extension_stops_and_can_be_extended_again(store, steps):
    def grown(points: int) -> dict[str, bytes]:
        return toy_files(plan_toys(points=range(points))) | {EXPERIMENT: b"%d" % points}

    with store.locked():
        store.replace(grown(2), store.manifest)
        with Steps(steps).counted():
            store.replace(grown(3), store.manifest)
    again = opened(store)
    assert len(again.design()) == (3 if steps > 3 else 2)
    listed = again.manifest["files"]
    assert any("before" in about for about in listed.values()) == (0 < steps < 5)
    with again.locked():
        again.replace(grown(3), again.manifest)
    listed = opened(store).manifest["files"]
    assert listed[DESIGN] == {
        "bytes": (store.folder / DESIGN).stat().st_size,
        "sha256": hashlib.sha256((store.folder / DESIGN).read_bytes()).hexdigest(),
    }
    assert (store.folder / EXPERIMENT).read_bytes() == b"3"


def test_files_that_go_leave_neither_folders_nor_lines_of_the_manifest(store):
    gone = "inputs/1/baseline.toml"
    with store.locked():
        store.replace({gone: b"later"}, store.manifest)
        assert (store.folder / gone).read_bytes() == b"later"
        assert gone in opened(store).manifest["files"]
        store.replace({}, store.manifest, [gone])
    assert not (store.folder / "inputs" / "1").exists()
    listed = opened(store).manifest["files"]
    assert gone not in listed and {DESIGN, EXPERIMENT} <= listed.keys()


def test_runs_that_go_on_add_only_what_is_later_than_they_were_measured(store):
    course = np.arange(1, 25, dtype=np.int32)
    tables = {
        "series": {"month": course, "course": 0.5 * course},
        "ledger": {"year": np.array([1, 2], np.int32), "cents": np.array([7, 8])},
    }
    toy = Toy(horizons=(6, 12, 24))
    outcome = Outcome(np.arange(6.0).reshape(3, 2), tables)
    known = parts.Result("k", "ok", outcome, known=(6, 12))
    found = parts.tables_of(toy, [known, parts.Result("n", "ok", outcome)])
    assert list(found) == ["series", "ledger", PARTS]
    assert found["series"]["month"].to_pylist() == [*range(13, 25), *range(1, 25)]
    assert found["series"]["course"].to_pylist()[:2] == [6.5, 7.0]
    assert found["ledger"]["cents"].to_pylist() == [8, 7, 8]
    assert found[PARTS]["horizon"].to_pylist() == [24, 6, 12, 24]
    assert found[PARTS]["total"].to_pylist() == [4.0, 0.0, 2.0, 4.0]
    parts.write_tables(store.folder, found)
    assert store.measured_at(["n", "other"]) == {"n": (6, 12, 24)}
    assert store.measured_at(["k", "n"])["k"] == (24,)


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda folder: (folder / MANIFEST).unlink(), "holds no results"),
        (lambda folder: torn(folder / MANIFEST, 9), "torn"),
        (lambda folder: (folder / MANIFEST).write_text("{}"), "no manifest of results"),
    ],
)
def test_a_folder_that_is_not_a_store_is_refused(store, damage, told):
    damage(store.folder)
    with pytest.raises(InputError, match=told):
        opened(store)


def test_an_empty_store_can_be_read(store):
    assert store.statuses() == {}
    assert store.kept("series").num_rows == 0
    assert store.digest() == new_store(store.folder.with_name("other")).digest()
    (store.folder / PARTS).rmdir()  # killed between the folder and its content
    assert opened(store).statuses() == {}
    fill_toys(store, points=[1])
    assert len(store.statuses()) == 1


def test_a_store_in_memory_keeps_many_small_results_as_few_tables_and_hands_them_on(whole):
    table, design = whole.results(), whole.design_table()
    first, seen = MemoryStore(design), 0
    for row in range(40):
        first.add({PARTS: table.slice(row % table.num_rows, 1)})
        seen = max(seen, len(first._tables[PARTS]))
    second = MemoryStore(design, first)
    second.add({PARTS: table})
    assert seen < 40
    assert first.results().num_rows == min(40, table.num_rows)
    assert second.digest() == whole.digest()
    assert 0 < first.nbytes < second.nbytes
