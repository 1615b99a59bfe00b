"""Results go to any place that can be a folder of their own, and to no other."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from sim.errors import InputError
from tests.interfaces.saved_folders import content, save, whole


def test_places_that_cannot_be_a_folder_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("x")
    cases = {
        tmp_path / "file": "is a file",
        tmp_path / "file" / "out": "cannot be",
        tmp_path / ("n" * 300): "cannot be",
        Path(): "folder of their own",
        Path(".."): "folder of their own",
        Path("/"): "folder of their own",
    }
    for path, words in cases.items():
        with pytest.raises(InputError, match=words):
            save(path, "x")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="folder you are in"):
        save(tmp_path, "x", force=True)
    assert (tmp_path / "file").read_text() == "x"


def test_a_folder_without_permission_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path, *arguments: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", denied)
    with pytest.raises(InputError, match="permission denied"):
        save(tmp_path / "out", "x")


def test_names_with_special_characters_are_names(tmp_path: Path) -> None:
    for name in ("a[b]*", "été 2025", ".hidden"):
        save(tmp_path / name, "x")
        save(tmp_path / name, "y", force=True)
        assert whole("y") <= set(content(tmp_path / name).items())
