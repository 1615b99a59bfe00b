"""A folder of results appears whole or not at all, and foreign files are never lost."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from sim.errors import InputError
from sim.experiments.whole_folder import whole_folder
from sim.experiments.written import MANIFEST
from tests.interfaces.saved_folders import content, save, whole
from tests.sweeps.toy_sweeps import fill_toys, new_store

kill = pytest.mark.skipif(os.name != "posix", reason="kill -9 is a matter of POSIX")

STEPS: dict[Any, tuple[str, ...]] = {
    os: ("fsync", "link"),
    Path: ("rename", "mkdir", "rmdir", "unlink", "chmod"),
    shutil: ("rmtree",),
}
"""Functions that change a folder."""


def killed_at(step: int, path: Path, text: str) -> bool:
    """Replace a folder in a process that kills itself at some step; whether it got that far."""
    with warnings.catch_warnings():
        # The child may not use the threads of this process, and does not.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        left = iter(range(step))

        def counted(function: Callable[..., Any]) -> Callable[..., Any]:
            def call(*arguments: Any, **options: Any) -> Any:
                if next(left, None) is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                return function(*arguments, **options)

            return call

        try:
            for place, names in STEPS.items():
                for name in names:
                    setattr(place, name, counted(getattr(place, name)))
            save(path, text, force=True)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.slow
@kill
def test_a_run_killed_at_any_step_leaves_whole_results_or_none(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for step in range(100):
        if not killed_at(step, out, "new"):
            break
        if out.exists():
            assert whole("new") <= set(content(out).items())
        left = [p.name for p in tmp_path.iterdir() if p != out]
        assert all(name.startswith(".out.") for name in left)
        save(out, "next", force=out.exists())
        assert [p.name for p in tmp_path.iterdir()] == ["out"]
        for path in sorted(out.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        out.rmdir()
    assert step > 5
    assert whole("new") <= set(content(out).items())


@pytest.mark.slow
@kill
def test_a_replacement_killed_at_any_step_keeps_the_old_or_the_new_and_the_users_notes(
    tmp_path: Path,
) -> None:
    out = tmp_path / "out"
    save(out, "old")
    (out / "notes.txt").write_text("mine")
    for step in range(100):
        killed = killed_at(step, out, "new")
        if not out.exists():
            # Killed between two renames: the old results are still there, and the next run restores
            # them.
            assert next(tmp_path.glob(".out.replaced-*")).is_dir()
        else:
            found = set(content(out).items())
            assert whole("old") <= found or whole("new") <= found
            assert ("notes.txt", "mine") in found
        save(out, "old", force=True)
        assert content(out)["notes.txt"] == "mine"
        assert [p.name for p in tmp_path.iterdir()] == ["out"]
        if not killed:
            break
    assert step > 8


def test_a_folder_that_is_not_empty_is_refused_without_force(tmp_path: Path) -> None:
    save(tmp_path / "out", "old")
    with pytest.raises(InputError, match="--force"):
        save(tmp_path / "out", "new")
    assert whole("old") <= set(content(tmp_path / "out").items())


def test_force_does_not_touch_a_folder_that_no_run_wrote(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds no results"):
        save(tmp_path, "new", force=True)
    (tmp_path / MANIFEST).write_text('{"format": "something else", "files": {}}')
    with pytest.raises(InputError, match="holds no results"):
        save(tmp_path, "new", force=True)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("has_hard_links", [True, False])
def test_force_removes_files_of_an_earlier_run_and_keeps_all_others(
    has_hard_links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError

    if not has_hard_links:
        monkeypatch.setattr(os, "link", refuse)
    save(out, "old")
    manifest = json.loads((out / MANIFEST).read_text())
    (out / "maps.npz").write_text("old")
    manifest["files"]["maps.npz"] = {"sha256": hashlib.sha256(b"old").hexdigest()}
    (out / MANIFEST).write_text(json.dumps(manifest))
    (out / "figures" / "photo.jpg").write_text("mine")
    (out / "link").symlink_to("figures/photo.jpg")
    save(out, "new", force=True)
    found = content(out)
    assert "maps.npz" not in found
    assert found["figures/photo.jpg"] == "mine"
    assert (out / "link").is_symlink()
    assert whole("new") <= set(found.items())


def test_a_users_file_in_the_way_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with whole_folder(out) as folder:
        folder.write(MANIFEST, json.dumps({"format": "essaim test", "files": {}}).encode())
    (out / "a.csv").write_text("mine")
    with pytest.raises(InputError, match=r"a\.csv was not written by a run"):
        save(out, "new", force=True)
    assert (out / "a.csv").read_text() == "mine"


def test_force_keeps_empty_folders_links_and_the_mode(tmp_path: Path) -> None:
    out = tmp_path / "out"
    save(out, "old")
    (out / "empty" / "inside").mkdir(parents=True, mode=0o700)
    (out / "figures" / "mine").mkdir()
    (out / "nowhere").symlink_to("/nowhere")
    out.chmod(0o2750)
    save(out, "new", force=True)
    assert (out / "empty" / "inside").is_dir()
    assert (out / "empty" / "inside").stat().st_mode & 0o777 == 0o700
    assert (out / "figures" / "mine").is_dir()
    assert (out / "nowhere").is_symlink()
    assert out.stat().st_mode & 0o7777 == 0o2750
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["a.csv", "figures/b.svg"])
def test_force_refuses_to_replace_a_file_that_was_edited_since(tmp_path: Path, name: str) -> None:
    out = tmp_path / "out"
    save(out, "old")
    (out / name).write_text("corrected by hand")
    with pytest.raises(InputError) as told, whole_folder(out, force=True):
        pytest.fail("refused before anything is computed")
    assert f"{out / name} was changed after it was written" in str(told.value)
    assert (out / name).read_text() == "corrected by hand"
    (out / name).unlink()
    save(out, "new", force=True)


def test_force_keeps_foreign_files_among_the_parts_of_a_store(tmp_path: Path) -> None:
    out = tmp_path / "sweep"
    fill_toys(new_store(out))
    kept = ("parts/notes.txt", "tmp/mine", "elsewhere/town/thesis.txt")
    for name in kept:
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text("mine")
    save(out, "new", force=True)
    assert set(content(out)) == {*kept, "a.csv", "figures/b.svg", MANIFEST}
    assert [p.name for p in tmp_path.iterdir()] == ["sweep"]


def test_force_refuses_results_that_another_process_is_writing(tmp_path: Path) -> None:
    store = new_store(tmp_path / "sweep")
    with store.locked(), pytest.raises(InputError, match="being written by another process"):
        save(store.folder, "new", force=True)


@pytest.mark.parametrize("force", [False, True])
def test_whoever_comes_second_keeps_its_results_under_another_name(
    tmp_path: Path, force: bool
) -> None:
    out = tmp_path / "out"
    if force:
        save(out, "old")
    (tmp_path / "out-2").mkdir()
    with pytest.raises(InputError) as told, whole_folder(out, force=force) as folder:
        folder.write("a.csv", b"second")
        with in_another_process():
            save(out, "first", force=force)
    assert str(told.value) == (
        f"{out} was written by another process in the meantime; the results of this one are in"
        f" {out}-3."
    )
    assert whole("first") <= set(content(out).items())
    assert content(tmp_path / "out-3") == {"a.csv": "second"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "out-2", "out-3"]


def test_whoever_comes_second_without_results_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with (
        pytest.raises(InputError, match="just now; choose another --out"),
        whole_folder(out, keep=False) as folder,
    ):
        folder.write("a.csv", b"second")
        with in_another_process():
            save(out, "first")
    assert whole("first") <= set(content(out).items())
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


@contextmanager
def in_another_process() -> Iterator[None]:
    """Hidden folders are named after the process."""
    with mock.patch.object(os, "getpid", os.getppid):
        yield


def test_the_old_results_return_where_the_new_ones_cannot_take_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, rename = tmp_path / "out", Path.rename
    save(out, "old")

    def refused(self: Path, target: Path) -> Path:
        if target == out and (self / "a.csv").read_text() == "new":
            raise OSError(errno.EACCES, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(InputError, match="cannot be put in place: permission denied"):
        save(out, "new", force=True)
    assert whole("old") <= set(content(out).items())
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_what_a_user_adds_meanwhile_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    save(out, "old")
    with whole_folder(out, force=True) as folder:
        folder.write("a.csv", b"new")
        (out / "notes.txt").write_text("mine")
        folder.write_manifest({"format": "essaim test"})
    assert content(out)["notes.txt"] == "mine"
    assert content(out)["a.csv"] == "new"


RACER = """
import sys
from pathlib import Path
from sim.errors import InputError
from sim.experiments.whole_folder import whole_folder

out, word, force = Path(sys.argv[1]), sys.argv[2].encode(), sys.argv[3:]
print("ready", flush=True)
sys.stdin.readline()
try:
    with whole_folder(out, force=bool(force)) as folder:
        for name in ("a.csv", "figures/b.svg"):
            folder.write(name, word)
        folder.write_manifest({"format": "essaim test"})
except InputError as error:
    sys.exit(str(error))
"""


@pytest.mark.corpus
@pytest.mark.parametrize("force", [[], ["--force"]])
def test_racing_processes_never_mix_or_lose_results(tmp_path: Path, force: list[str]) -> None:
    for turn in range(8):
        out = tmp_path / f"out{turn}"
        if force:
            save(out, "old")
            (out / "notes.txt").write_text("mine")
        racers = [
            subprocess.Popen(
                [sys.executable, "-c", RACER, str(out), str(k), *force],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for k in range(4)
        ]
        for racer in racers:
            assert racer.stdout is not None and racer.stdout.readline() == "ready\n"
        for racer in racers:
            assert racer.stdin is not None
            racer.stdin.write("go\n")
            racer.stdin.flush()
        told = [racer.communicate()[1].strip() for racer in racers]
        assert "" in told
        places = [out] * 4
        for k, sentence in enumerate(told):
            if "the results of this one are in" in sentence:
                places[k] = Path(sentence.rpartition(" ")[2].rstrip("."))
            elif sentence:
                assert re.search("is not empty|was written by another", sentence), sentence
                continue
            if not force or sentence:
                assert whole(str(k)) <= set(content(places[k]).items())
        assert len({value for name, value in content(out).items() if name == "a.csv"}) == 1
        assert content(out)["a.csv"] == content(out)["figures/b.svg"]
        assert not force or content(out)["notes.txt"] == "mine"
        assert not list(tmp_path.glob(".*"))


def test_a_run_that_fails_leaves_nothing_not_even_new_parents(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), whole_folder(tmp_path / "a" / "b" / "out") as folder:
        folder.write("a.csv", b"half")
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_the_old_results(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(tmp_path / "out", "old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(tmp_path / "out", "new", force=True)
    assert whole("old") <= set(content(tmp_path / "out").items())
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_simultaneous_run_is_left_alone(tmp_path: Path) -> None:
    alive = tmp_path / f".out.partial-{os.getppid()}"
    alive.mkdir()
    save(tmp_path / "out", "x")
    assert alive.is_dir()
