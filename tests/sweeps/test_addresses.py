"""Results at an address are those of a folder, and can be resumed from the address alone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import fsspec
import pytest

from sim.cli import main
from sim.errors import InputError
from sim.experiments import parts
from sim.experiments.addresses import as_addresses, is_remote, local_folder
from sim.experiments.manifest_schema import DESIGN
from sim.experiments.parts import PARTS
from sim.experiments.remote import _is_part, _reason, mirrored, store_at
from sim.experiments.written import MANIFEST
from tests.interfaces.saved_folders import save
from tests.sweeps.toy_sweeps import Stop, fill_toys, new_store, plan_toys, stop_after, toy_files
from tests.sweeps.toys import Toy, calls

ADDRESS = "memory://bucket/toys"


@pytest.fixture
def memory() -> fsspec.AbstractFileSystem:
    """An empty object store in this process."""
    files = fsspec.filesystem("memory")
    files.store.clear()
    files.pseudo_dirs[:] = [""]
    return files


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    move_to(tmp_path / "first machine", monkeypatch)


def move_to(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go on with an empty cache, as on another machine."""
    monkeypatch.setattr("sim.experiments.addresses._copies", lambda: cache / "addresses")


def names_at(files: fsspec.AbstractFileSystem, address: str) -> set[str]:
    root = files._strip_protocol(address)
    return {path.removeprefix(f"{root}/") for path in files.find(root)}


def names_in(folder: Path) -> set[str]:
    names = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    return names - {"lock"}


def but_parts(names: set[str]) -> set[str]:
    """Without files whose names depend on the time that runs take."""
    return {name for name in names if not name.startswith(PARTS)}


def test_results_at_an_address_are_those_of_a_folder(memory, tmp_path, whole):
    store = new_store(ADDRESS)
    fill_toys(store, batch=9)
    assert store.digest() == store_at(ADDRESS).digest() == whole.digest()
    assert names_at(memory, ADDRESS) == names_in(store.folder)
    assert {MANIFEST, DESIGN} < names_at(memory, ADDRESS)


def test_a_sweep_goes_on_elsewhere_from_the_address_alone(memory, tmp_path, whole, monkeypatch):
    log = tmp_path / "log"
    with pytest.raises(Stop):
        fill_toys(new_store(ADDRESS), Toy(log), batch=3, progress=stop_after(12))
    move_to(tmp_path / "second machine", monkeypatch)
    store = store_at(ADDRESS)
    assert len(store.statuses()) == 12
    fill_toys(store, Toy(log))
    assert store.digest() == whole.digest()
    assert set(calls(log).values()) == {1}


def test_merged_parts_leave_the_address_and_every_copy(memory, tmp_path, whole, monkeypatch):
    monkeypatch.setattr(parts, "FEW_FILES", 1)
    first = new_store(ADDRESS)
    with pytest.raises(Stop):
        fill_toys(first, batch=1, progress=stop_after(8))
    move_to(tmp_path / "second machine", monkeypatch)
    fill_toys(store_at(ADDRESS), batch=4)
    assert len([name for name in names_at(memory, ADDRESS) if name.startswith(PARTS)]) == 1
    move_to(tmp_path / "first machine", monkeypatch)
    assert store_at(ADDRESS).digest() == whole.digest()


def test_what_a_network_did_not_take_is_kept_and_sent_later(memory, tmp_path, whole, monkeypatch):
    store, log = new_store(ADDRESS), tmp_path / "log"
    put = type(memory).put_file

    def fails(files: object, here: str, there: str, **options: object) -> None:
        if len(calls(log)) > 6:
            raise ConnectionError("the line is dead")
        put(files, here, there, **options)

    with monkeypatch.context() as broken:
        broken.setattr(type(memory), "put_file", fails)
        with pytest.raises(OSError, match="cannot be written: ConnectionError: the line is dead"):
            fill_toys(store, Toy(log), batch=4)
    assert len(store_at(ADDRESS).statuses()) == len(calls(log)) == 8
    fill_toys(store_at(ADDRESS), Toy(log))
    assert set(calls(log).values()) == {1}
    move_to(tmp_path / "second machine", monkeypatch)
    assert store_at(ADDRESS).digest() == whole.digest()


def test_the_latest_driver_goes_on_and_the_earlier_one_stops(memory, tmp_path, whole, monkeypatch):
    first, log = new_store(ADDRESS), tmp_path / "log"

    def another(tally: object) -> None:
        if len(calls(log)) == 8:
            with monkeypatch.context() as elsewhere:
                move_to(tmp_path / "second machine", elsewhere)
                fill_toys(store_at(ADDRESS), batch=7)

    with pytest.raises(InputError, match="on a machine that has finished; this one stops"):
        fill_toys(first, Toy(log), batch=4, progress=another)
    assert store_at(ADDRESS).digest() == whole.digest()


def test_a_driver_that_is_overtaken_names_the_machine(memory):
    def another(_: object) -> None:
        memory.pipe_file(f"{memory._strip_protocol(ADDRESS)}/lock", b"a node 1234 0f")

    with pytest.raises(InputError, match="is now written by another driver, on a node; this"):
        fill_toys(new_store(ADDRESS), batch=4, progress=another)
    assert memory.cat_file(f"{memory._strip_protocol(ADDRESS)}/lock") == b"a node 1234 0f"


def test_the_manifest_is_sent_first_and_later_last_and_the_design_makes_a_store_whole(
    memory, monkeypatch
):
    sent, put = list[str](), type(memory).put_file

    def note(files: object, here: str, there: str, **options: object) -> None:
        sent.append(there.rpartition("toys/")[2])
        put(files, here, there, **options)

    monkeypatch.setattr(type(memory), "put_file", note)
    store = new_store(ADDRESS)
    assert (sent[0], sent[-1]) == (MANIFEST, DESIGN)
    assert set(sent) == {MANIFEST, DESIGN, "experiment.toml", "inputs/0/baseline.toml"}
    sent.clear()
    with store.locked():
        (store.folder / "later.csv").write_text("1")
        (store.folder / "earlier.csv").write_text("1")
        os.utime(store.folder / "earlier.csv", (1, 1))
        store.replace({DESIGN: toy_files(plan_toys(points=[1]))[DESIGN]}, store.manifest)
    assert [name for name in sent if name != MANIFEST] == ["earlier.csv", "later.csv", DESIGN]
    assert sent[-1] == MANIFEST
    sent.clear()
    store_at(ADDRESS).mirror.push()
    assert sent == []


def test_a_copy_that_is_being_written_here_is_the_newest(memory, monkeypatch):
    store = new_store(ADDRESS)
    memory.pipe_file("/bucket/toys/notes.txt", b"theirs")
    with store.locked():
        assert not (store_at(ADDRESS).folder / "notes.txt").exists()
    assert (store_at(ADDRESS).folder / "notes.txt").read_bytes() == b"theirs"
    get, asked = type(memory).get, []

    def merged(files: object, *given: object, **options: object) -> None:
        asked.append(given)
        if len(asked) == 1:
            raise FileNotFoundError("merged by the driver in the meantime")
        get(files, *given, **options)

    monkeypatch.setattr(type(memory), "get", merged)
    memory.pipe_file("/bucket/toys/notes.txt", b"later")
    assert (store_at(ADDRESS).folder / "notes.txt").read_bytes() == b"later"
    memory.rm_file("/bucket/toys/notes.txt")
    assert not (store_at(ADDRESS).folder / "notes.txt").exists()


def test_a_folder_is_sent_to_its_address_at_the_end(memory, tmp_path, monkeypatch):
    place = "memory://bucket/report"
    with mirrored(place) as folder:
        save(folder, "first")
        assert names_at(memory, place) == set()
    known = {"a.csv", "figures/b.svg", MANIFEST}
    assert names_at(memory, place) == known
    move_to(tmp_path / "second machine", monkeypatch)
    with mirrored(place) as folder:
        assert names_in(folder) == known
        (folder / "a.csv").unlink()
        (folder / ".hidden").write_text("1")
        (folder / "tmp").mkdir()
        (folder / "tmp" / "half").write_text("1")
    assert names_at(memory, place) == known - {"a.csv"}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("no: line.\n more"), "ValueError: no: line"),
        (KeyError(), "KeyError"),
        (OSError(300 * "x"), f"OSError: {200 * 'x'}"),
    ],
)
def test_a_networks_message_is_one_short_line(error, told):
    assert _reason(error) == told


def test_parts_are_parquet_files_of_their_folders():
    assert [_is_part(f"{kind}/a.parquet") for kind in ("parts", "maps", "other")] == [
        *(True, True, False)
    ]
    assert not _is_part("parts/a.csv")


@pytest.mark.parametrize("last", range(2))
def test_a_driver_that_dies_while_it_creates_leaves_an_empty_store(
    memory, tmp_path, whole, monkeypatch, last
):
    put = type(memory).put_file

    def dies(files: object, here: str, there: str, **options: object) -> None:
        if len(names_at(memory, ADDRESS)) == last:
            raise Stop
        put(files, here, there, **options)

    with monkeypatch.context() as dying:
        dying.setattr(type(memory), "put_file", dies)
        with pytest.raises(OSError, match="Stop"):
            new_store(ADDRESS)
    move_to(tmp_path / "second machine", monkeypatch)
    assert not store_at(ADDRESS).folder.exists()
    store = new_store(ADDRESS)
    fill_toys(store)
    assert store_at(ADDRESS).digest() == whole.digest()


def test_what_is_no_results_is_neither_loaded_nor_touched(memory):
    memory.pipe_file("/bucket/photos/cat.jpg", b"cat")
    with pytest.raises(InputError, match=r"holds no results: it has no manifest\.json, but 'cat"):
        store_at("memory://bucket/photos")
    assert not local_folder("memory://bucket/photos").exists()
    assert names_at(memory, "memory://bucket") == {"photos/cat.jpg"}


@pytest.mark.parametrize("name", ["../../out", "a/../../../out", "a\\..\\out"])
def test_no_name_at_an_address_leads_out_of_the_copy(memory, tmp_path, name):
    new_store(ADDRESS)
    memory.store[f"/bucket/toys/{name}"] = memory.store[f"/bucket/toys/{MANIFEST}"]
    with pytest.raises(InputError, match="which names no file in it"):
        store_at(ADDRESS)


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("s4://bucket/name", "Protocol not known: s4"),
        ("s3://", "not an address of results"),
        ("s3://bucket/../name", "not an address of results"),
        ("s3://bucket//name", "not an address of results"),
    ],
)
def test_an_address_that_is_none_is_refused(address, told):
    with pytest.raises(InputError, match=told):
        store_at(address)


def test_a_file_address_is_the_folder_itself(tmp_path):
    assert not is_remote(f"file://{tmp_path}")
    assert store_at(f"file://{tmp_path}").folder == tmp_path
    assert not is_remote("C:\\results")


def test_messages_name_the_address_instead_of_its_copy():
    message = f"{local_folder(ADDRESS) / 'parts' / 'x.parquet'} is torn"
    assert as_addresses(message) == f"{ADDRESS}/parts/x.parquet is torn"


def test_an_address_needs_a_place_for_its_copy(monkeypatch, tmp_path):
    monkeypatch.undo()
    monkeypatch.setattr("sim.kernels.machine.cache.cache_folder", lambda: tmp_path / "kernels")
    copy = tmp_path / "addresses" / "memory" / "bucket" / "toys"
    assert local_folder(ADDRESS) == copy
    assert as_addresses(f"{copy / 'x'} is torn") == f"{ADDRESS}/x is torn"
    monkeypatch.setattr("sim.kernels.machine.cache.cache_folder", lambda: None)
    with pytest.raises(InputError, match="set SIM_CACHE_DIR"):
        local_folder(ADDRESS)
    with mirrored(f"file://{tmp_path}") as folder:
        assert folder == tmp_path


SMALL = ["--set", "rows=12", "--set", "columns=12", "--set", "population=2500", "--months", "6"]


@pytest.fixture
def town(tmp_path: Path) -> list[str]:
    """The command of a small sweep, to complete with its place."""
    text = """
        title = { en = "A town", fr = "Une ville" }
        scenario = "mid_sized_town"
        replications = 3
        months = 6
        horizons = [6]
        [settings]
        rows = 12
        columns = 12
        population = 2500
        [factors]
        closure_rate = [0.1]
    """
    (tmp_path / "town.toml").write_text(text)
    return ["sweep", str(tmp_path / "town.toml"), "--workers", "1", "--out"]


def test_the_command_line_names_the_address_and_never_its_copy(memory, tmp_path, town, capsys):
    assert main([*town, ADDRESS, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["out"] == ADDRESS
    assert main([*town, str(tmp_path / "out"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] == said["digest"]
    assert but_parts(names_at(memory, ADDRESS)) == but_parts(names_in(tmp_path / "out"))
    assert main([*town, ADDRESS]) == 2
    assert f"Error: {ADDRESS} is not empty; go on with it by --resume" in capsys.readouterr().err
    assert main([*town, ADDRESS, "--resume", "--dry-run", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["to do"] == 0
    assert main([*town, ADDRESS, "--force"]) == 0


def test_a_dead_network_is_one_sentence(memory, town, capsys, monkeypatch):
    put = type(memory).put_file

    def fails(files: object, here: str, there: str, **options: object) -> None:
        if "parts" in there:
            raise ConnectionError("the line\nis dead")
        put(files, here, there, **options)

    monkeypatch.setattr(type(memory), "put_file", fails)
    assert main([*town, ADDRESS]) == 1
    assert capsys.readouterr().err == (
        f"Error: {ADDRESS}: cannot be written: connectionerror: the line;"
        f" what was finished is kept; go on with --out {ADDRESS} --resume.\n"
    )


@pytest.mark.slow
def test_a_comparison_at_an_address_is_reported_verified_and_extended(memory):
    how = [*SMALL, "--reps", "2", "--workers", "1", "--out", ADDRESS]
    assert main(["compare", "mid_sized_town", "rent_relief", *how]) == 0
    assert main(["report", ADDRESS]) == 0
    assert {"report.html", "report/report.html"} < names_at(memory, ADDRESS)
    assert main(["verify", ADDRESS, "--workers", "1", "--all"]) == 0
    assert main(["extend", ADDRESS, "--reps", "3", "--workers", "1"]) == 0
    assert main(["report", ADDRESS, "--out", "memory://bucket/report"]) == 0
    assert main(["report", ADDRESS, "--out", "memory://bucket/report"]) == 2
