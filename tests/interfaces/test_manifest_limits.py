"""Contents that a manifest must have to be opened, up to each limit, and refusals of others."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.errors import InputError
from sim.experiments import written
from sim.experiments.manifest_schema import DESIGN, EXPERIMENT, FORMAT, read_manifest
from sim.experiments.written import FORMER, MANIFEST, listed_files, load_manifest
from tests.sweeps.toy_sweeps import MANIFEST as TOYS

FILE = {"bytes": 1, "sha256": "0" * 64}
INPUT = "inputs/0/baseline.toml"


def write(folder: Path, manifest: Any) -> Path:
    text = manifest if isinstance(manifest, str) else json.dumps(manifest)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return folder


def whole() -> dict[str, Any]:
    made = copy.deepcopy(TOYS) | {"files": dict.fromkeys((EXPERIMENT, DESIGN, INPUT), FILE)}
    made["scenarios"]["toys"]["territory"]["provenance"]["residents"] = {"source": "a"}
    return made


def changed(change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    made = whole()
    change(made)
    return made


def arm(made: dict[str, Any], name: str) -> None:
    made["arm_order"].append(name)
    made["files"][f"inputs/0/{name}.toml"] = FILE


def town(made: dict[str, Any], order: list[str]) -> None:
    made["scenarios"] = dict.fromkeys(("b", "a"), made["scenarios"]["toys"])
    made["scenario_order"] = order
    made["files"]["inputs/1/baseline.toml"] = FILE


def set_in(made: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for key in way:
        made = made[key]
    made[last] = value


TERRITORY = "scenarios.toys.territory"
GOOD: list[Callable[[dict[str, Any]], None]] = [
    lambda made: None,
    lambda made: set_in(made, "name", "x" * 100_000),
    lambda made: set_in(made, f"{TERRITORY}.residents", 10**12),
    lambda made: set_in(made, f"{TERRITORY}.residents", 0),
    lambda made: set_in(made, "drawn_parameters.rate", {"low": 0.1, "high": 0.2}),
    lambda made: set_in(made, "more", [1]),
    lambda made: arm(made, "x"),
    lambda made: arm(made, 250 * "x"),
    lambda made: set_in(made, f"files.{125 * 'é'}", FILE),
    lambda made: town(made, ["a", "b"]),
    lambda made: town(made, ["b", "a"]),
]


@pytest.mark.parametrize("number", range(len(GOOD)))
def test_what_is_whole_is_opened(tmp_path, number):
    manifest = changed(GOOD[number])
    assert read_manifest(write(tmp_path, manifest)) == manifest


BAD: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (lambda made: set_in(made, "name", "x" * 100_001), "name: String should have at most"),
    (lambda made: set_in(made, f"{TERRITORY}.residents", 10**12 + 1), "less than or equal to 1000"),
    (lambda made: set_in(made, f"{TERRITORY}.residents", -1), "greater than or equal to 0"),
    (lambda made: set_in(made, f"{TERRITORY}.residents", "1"), "valid integer"),
    (lambda made: made["files"].update({DESIGN: FILE | {"sha256": "x"}}), "sha256"),
    (lambda made: set_in(made, "run.command", "sim 'run"), "run.command: No closing quotation"),
    (lambda made: arm(made, "a/b"), "arm_order.1: is no name of an arm"),
    (lambda made: arm(made, ".."), "arm_order.1: is no path inside the folder"),
    (lambda made: arm(made, ""), "arm_order.1: is no path inside the folder"),
    (lambda made: arm(made, "C:\\x"), "arm_order.1: is no path inside the folder"),
    (lambda made: arm(made, "a\nb"), "arm_order.1: is no name of a file"),
    (lambda made: arm(made, 256 * "x"), "arm_order.1: is no name of a file"),
    (lambda made: set_in(made, "files./x", FILE), "is no path inside the folder"),
    (lambda made: set_in(made, "files", {**made["files"], "a/../b": FILE}), "is no path inside"),
    (lambda made: set_in(made, "files", {**made["files"], f"a/{128 * 'é'}": FILE}), "no name of a"),
    (lambda made: set_in(made, "arm_order", ["x", "baseline"]), "must begin with baseline and"),
    (lambda made: set_in(made, "arm_order", ["baseline"] * 2), "must begin with baseline and"),
    (lambda made: set_in(made, "scenario_order", ["other"]), "scenario_order does not name the"),
    (lambda made: made["files"].pop(DESIGN), f"files lacks {DESIGN}"),
    (lambda made: made["files"].pop(INPUT), f"files lacks {INPUT}"),
    (lambda made: made.pop("run"), "run: Field required"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_what_is_not_whole_is_refused_in_one_sentence(tmp_path, number):
    change, said = BAD[number]
    with pytest.raises(InputError) as told:
        read_manifest(write(tmp_path, changed(change)))
    assert str(told.value).startswith(f"{tmp_path / MANIFEST} is damaged: ")
    assert said in str(told.value) and "\n" not in str(told.value)


def test_infinite_numbers_are_none(tmp_path):
    rate = {"low": 0.1, "high": 0.2}
    text = json.dumps(changed(lambda made: set_in(made, "drawn_parameters.rate", rate)))
    with pytest.raises(InputError, match=r"is damaged: drawn_parameters\.rate\.high"):
        read_manifest(write(tmp_path, text.replace("0.2", "1e999")))
    with pytest.raises(InputError, match="is torn or no manifest of results"):
        read_manifest(write(tmp_path, text.replace("0.2", "NaN")))


def test_long_keys_and_reasons_are_cut(tmp_path):
    def grow(made: dict[str, Any]) -> None:
        made["scenarios"][150 * "x"] = {}

    with pytest.raises(InputError) as told:
        read_manifest(write(tmp_path, changed(grow)))
    assert f"damaged: scenarios.{90 * 'x'}: Field required." in str(told.value)
    with pytest.raises(InputError) as told:
        read_manifest(write(tmp_path, changed(lambda made: made["arm_order"].append(250 * "x"))))
    said = f"files lacks inputs/0/{250 * 'x'}"
    assert str(told.value).endswith(f"damaged: {said[:200]}.")


def test_former_formats_say_how_to_go_on_and_others_are_none(tmp_path):
    for form in FORMER:
        with pytest.raises(InputError, match="was written by an earlier version, which") as told:
            read_manifest(write(tmp_path, {"format": form}))
        assert ("have new names" in str(told.value)) == (form == "essaim results 1")
    for manifest in ([], {}, {"format": 3}, {"format": "essaim"}, {"format": FORMAT + "0"}):
        with pytest.raises(InputError, match=r"manifest\.json is no manifest of results\.$"):
            read_manifest(write(tmp_path, manifest))


def test_manifests_have_a_largest_size_and_are_text_that_can_be_written(tmp_path, monkeypatch):
    write(tmp_path, {"format": "essaim x", "files": {"é": 1}})
    assert listed_files(tmp_path) == ("essaim x", {"é": 1})
    size = (tmp_path / MANIFEST).stat().st_size
    monkeypatch.setattr(written, "LARGEST_MANIFEST", size)
    assert load_manifest(tmp_path)["files"] == {"é": 1}
    monkeypatch.setattr(written, "LARGEST_MANIFEST", size - 1)
    with pytest.raises(ValueError):
        load_manifest(tmp_path)
    monkeypatch.undo()
    for text in ('{"format": "essaim \\ud800", "files": {}}', "[" * 100_000, "{}", "3", "null"):
        assert listed_files(write(tmp_path, text)) == ("", {})
    assert listed_files(write(tmp_path, {"format": "other", "files": {"a": 1}})) == ("", {})
    assert listed_files(tmp_path / "nowhere") == ("", {})
