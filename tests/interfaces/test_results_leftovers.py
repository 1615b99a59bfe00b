"""Results are on the disk in time, and leftovers of runs are cleared without loss."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.errors import InputError
from sim.experiments.lock import in_turn, locked
from sim.experiments.parts import write_file
from sim.experiments.whole_folder import _is_alive, _sync, manifest_bytes, remove_results
from sim.experiments.written import MANIFEST
from tests.interfaces.saved_folders import content, save, whole
from tests.reference.disks import only_linux
from tests.sweeps.toy_sweeps import fill_toys, new_store


@only_linux
def test_all_of_a_folder_is_on_the_disk_before_it_appears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files as large as they become, then the folders that name them."""
    flushed = dict[int, int]()

    def flush(handle: int) -> None:
        about = os.fstat(handle)
        flushed[about.st_ino] = about.st_size

    monkeypatch.setattr(os, "fsync", flush)
    store, opened = new_store(tmp_path / "store"), set(Path("/proc/self/fd").iterdir())
    flushed.clear()
    save(tmp_path / "out", "text")
    write_file(store.folder, "parts/x.parquet", b"a part")
    assert set(Path("/proc/self/fd").iterdir()) == opened
    written = [tmp_path, *tmp_path.glob("out/**/*"), tmp_path / "out", store.folder / "parts"]
    assert {path.stat().st_ino for path in written} <= flushed.keys()
    for path in (*written, store.folder / "parts" / "x.parquet"):
        assert path.is_dir() or flushed[path.stat().st_ino] == path.stat().st_size > 0


def test_leftovers_of_killed_runs_are_cleared_and_lose_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_over(pid: int, _: int) -> None:
        raise ProcessLookupError if pid < 10 else PermissionError

    out, half = tmp_path / "out[1]", tmp_path / ".out[1].partial-1"
    old, others = tmp_path / ".out[1].replaced-1", tmp_path / ".out[1].replaced-10"
    save(old, "old")
    for folder in (half, others, tmp_path / ".out1.partial-1", tmp_path / ".out[1].partial-mine"):
        folder.mkdir()
    monkeypatch.setattr(os, "kill", is_over)
    with pytest.raises(InputError, match="is not empty"):
        save(out, "new")
    assert whole("old") <= set(content(out).items())
    kept = [".out1.partial-1", ".out[1].partial-mine", others.name, out.name]
    assert sorted(p.name for p in tmp_path.iterdir()) == kept
    # Killed once the new folder was in place: what is not its own moves there.
    save(old, "old")
    for name in ("notes.txt", "mine/thesis.txt"):
        (old / name).parent.mkdir(exist_ok=True)
        (old / name).write_text("mine")
    with pytest.raises(InputError, match="is not empty"):
        save(out, "new")
    assert content(out)["notes.txt"] == content(out)["mine/thesis.txt"] == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == kept
    # Nothing says yet that the folder is whole.
    save(old, "old")
    (out / MANIFEST).unlink()
    with pytest.raises(InputError, match="is not empty"):
        save(out, "new")
    assert whole("old") <= set(content(old).items())


def test_results_within_results_leave_no_folder_but_those_of_others(tmp_path: Path) -> None:
    store = new_store(tmp_path / "out")
    for inner in ("elsewhere/town", "why/participation/one"):
        fill_toys(new_store(store.folder / inner), points=[1])
    kept = store.folder / "elsewhere" / "town" / "parts" / "notes.txt"
    kept.write_text("mine")
    remove_results(store.folder)
    left = [path for path in kept.parents if path.is_relative_to(store.folder)]
    assert sorted(store.folder.rglob("*")) == sorted([*left[:-1], kept])


def test_what_others_put_among_results_moves_to_those_that_replace_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The manifest goes last, so that what a killed run leaves is still known."""
    old, new = tmp_path / "old", tmp_path / "new"
    save(old, "old")
    mine = ("mine/deep/a.txt", "mine/deep/b.txt", "figures/c.txt")
    there = ("linked.txt", "copied.txt", "changed.txt")
    save(new, "new")
    for name in (*mine, *there):
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        (old / name).write_text(name)
    os.link(old / "linked.txt", new / "linked.txt")
    shutil.copy2(old / "copied.txt", new / "copied.txt")
    (new / "changed.txt").write_text("later")
    gone, unlink = list[str](), Path.unlink

    def note(path: Path, **how: bool) -> None:
        gone.append(path.name)
        unlink(path, **how)

    monkeypatch.setattr(Path, "unlink", note)
    remove_results(old, new)
    assert gone == ["a.csv", "copied.txt", "b.svg", "linked.txt", MANIFEST]
    found = content(new)
    assert {name: found[name] for name in mine} == {name: name for name in mine}
    assert found["changed.txt"] == "later"
    assert content(old) == {"changed.txt": "changed.txt"}


def test_a_manifest_is_sorted_and_readable_and_has_only_numbers_of_json() -> None:
    text = '{\n "a": [\n  1\n ],\n "é": null\n}\n'
    assert manifest_bytes({"é": None, "a": [1]}) == text.encode()
    with pytest.raises(ValueError, match="not JSON compliant"):
        manifest_bytes({"a": float("nan")})


def test_leftovers_that_cannot_be_removed_stop_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    half = tmp_path / ".out.partial-1"
    half.mkdir()
    monkeypatch.setattr("sim.experiments.whole_folder._is_alive", lambda _: False)
    monkeypatch.setattr(os, "rmdir", refuse)
    save(tmp_path / "out", "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == [half.name, "out"]


@only_linux
def test_a_lock_is_of_the_file_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, opened = tmp_path / "lock", set(Path("/proc/self/fd").iterdir())
    before = os.umask(0o002)
    with locked(path) as first, locked(path) as second:
        assert (first, second) == (True, False)
    os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o644

    def removed(_: int) -> bool:
        path.unlink()
        return True

    def replaced(_: int) -> bool:
        path.rename(tmp_path / "moved")
        return path.write_text("another") > 0

    for meanwhile, found in ((lambda _: True, True), (removed, False), (replaced, False)):
        path.touch()
        monkeypatch.setattr("sim.experiments.lock._lock", meanwhile)
        with locked(path) as is_free:
            assert is_free is found
    asked = list[int]()
    monkeypatch.setattr("fcntl.flock", lambda _, how: asked.append(how))
    with in_turn(tmp_path):
        assert asked == [2]  # exclusive
    assert set(Path("/proc/self/fd").iterdir()) == opened


def test_windows_locks_a_byte_without_waiting_and_neither_folders_nor_signals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[tuple[int, int]]()

    def locking(_: int, mode: int, count: int) -> None:
        asked.append((mode, count))
        if len(asked) > 1:
            raise PermissionError

    def refuse(*_: object) -> None:
        raise AssertionError

    path = tmp_path / "lock"
    with monkeypatch.context() as windows:
        windows.setattr(sys, "platform", "win32")
        windows.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=2, locking=locking))
        with locked(path) as first, locked(path) as second:
            assert (first, second) == (True, False)
        windows.setattr(os, "open", refuse)
        with in_turn(tmp_path):
            assert asked == [(2, 1), (2, 1)]
        windows.setattr(os, "name", "nt")
        windows.setattr(os, "kill", refuse)
        assert _is_alive(1)
        _sync(tmp_path)
