"""Whatever is done to a folder of results, it is read rightly or refused in one sentence."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings

import sim
from sim.cli import main
from sim.cli.report import report_command
from sim.errors import InputError
from sim.experiments.parts import KINDS
from sim.experiments.results import load_results
from sim.experiments.tables import write_tables
from sim.experiments.written import MANIFEST
from sim.report.report import write_report
from tests.reference.towns import SMALL

HOSTILE: tuple[Any, ...] = (
    *(None, True, [], {}, "", 0, -1, 1.5, float("nan"), float("inf"), 10**18, 10**400),
    *("../../canary", "/canary", "C:\\canary", "a\0b", "\ud800", "n" * 300, "x" * 10**6, "'"),
    *([[]] * 3, {"": {}}, "<script>", "2\n3"),
)


@pytest.fixture(scope="module")
def _sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound") / "results"
    town = sim.load_scenario("mid_sized_town").replace(**SMALL, months=14)
    found = sim.compare(town, ["transition_cluster"], reps=2, workers=1, out=folder)
    write_tables(found, write_report(found, "en"))
    return folder


@pytest.fixture
def sound(_sound: Path, tmp_path: Path) -> Path:
    """A sound folder of results, for one test to damage."""
    return Path(shutil.copytree(_sound, tmp_path / "results"))


def read_everything(folder: Path) -> None:
    results = load_results(folder)
    for table in ("experiment", "runs", "effects", "monthly", "ledger", "maps", "parameters"):
        getattr(results, table)
    results.frame()
    results.failures()
    _ = results.counts, results.labels, results.territory, results.digest


def refusal(read: Callable[[], object], folder: Path) -> str:
    """Return the sentence of a refusal, empty if there is none; nothing else may be raised."""
    try:
        read()
    except InputError as error:
        told = str(error)
        assert "\n" not in told
        assert len(told) < 500 + len(str(folder))
        assert str(folder) in told
        return told
    return ""


def seal(folder: Path, name: str, content: bytes) -> None:
    """Write a file as if a run had, so that its hash is no obstacle."""
    path = folder / name
    if name.split("/")[0] in KINDS:
        path.unlink(missing_ok=True)
        digest = hashlib.blake2b(content, digest_size=12).hexdigest()
        path.with_name(f"{digest}.parquet").write_bytes(content)
        return
    path.write_bytes(content)
    manifest = json.loads((folder / MANIFEST).read_text())
    digest = hashlib.sha256(content).hexdigest()
    manifest["files"][name] = {"bytes": len(content), "sha256": digest}
    (folder / MANIFEST).write_text(json.dumps(manifest))


def mutated(value: Any, rng: random.Random) -> Any:
    """Return JSON with one value, or key, replaced or removed."""
    if isinstance(value, (dict, list)) and value and rng.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        key = rng.choice(keys)
        changed = value.copy()
        kind = rng.random()
        if kind < 0.1:
            del changed[key]
        elif kind < 0.2 and isinstance(value, dict):
            changed[str(rng.choice(HOSTILE))] = changed.pop(key)
        else:
            changed[key] = mutated(value[key], rng)
        return changed
    if rng.random() < 0.03:
        nested: Any = 1
        for _ in range(rng.choice((50, 900))):
            nested = [nested]
        return nested
    return rng.choice(HOSTILE)


def damage_manifest(folder: Path, rng: random.Random) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    for _ in range(rng.choice((1, 1, 3))):
        manifest = mutated(manifest, rng)
    (folder / MANIFEST).write_text(json.dumps(manifest))


def damaged_table(content: bytes, rng: random.Random) -> bytes:
    """Return a Parquet file without a column, with one of other values, or with too many rows."""
    table = pq.read_table(io.BytesIO(content))
    at = rng.randrange(table.num_columns)
    name, rows = table.column_names[at], table.num_rows
    kind = rng.randrange(5)
    if kind == 0:
        table = table.drop_columns([name])
    elif kind == 1:
        values = rng.choice(([None] * rows, ["x"] * rows, [b"1"] * rows, [-1] * rows, [1e9] * rows))
        table = table.set_column(at, name, pa.array(values))
    elif kind == 2:
        table = table.append_column(name, table[name])
    elif kind == 3:
        table = pa.concat_tables([table, table.slice(0, rng.randrange(rows + 1))])
    else:
        table = pa.concat_tables([table.slice(0, 1)] * 3000).combine_chunks()
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def damage_file(folder: Path, rng: random.Random) -> None:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "figures" not in p.parts)
    path = rng.choice(files)
    content, kind = path.read_bytes(), rng.randrange(1, 9)
    path.unlink()
    if kind == 1:
        path.mkdir()
    elif kind == 2:
        path.symlink_to(folder.parent / "canary" / "scenario.toml")
    elif kind == 3:
        os.mkfifo(path)
    elif kind == 4:
        path.write_bytes(content[: rng.randrange(len(content) + 1)])
    elif kind == 5:
        path.write_text(json.dumps(mutated({"a": {"b": [1, 2]}}, rng)))
    elif kind == 6:
        path.write_bytes(rng.randbytes(rng.choice((0, 1, 100))) + content)
    elif kind > 6:
        flipped = bytearray(content or b"x")
        for _ in range(rng.choice((1, 5, 50))):
            flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)


def damage_sealed(folder: Path, rng: random.Random) -> None:
    """Forge a table and its hash."""
    files = [p for p in folder.rglob("*.parquet") if p.parent != folder or p.stem == "design"]
    path = rng.choice(sorted(files, key=str))
    name = path.relative_to(folder).as_posix()
    seal(folder, name, damaged_table(path.read_bytes(), rng))


def check_damage(
    sound: Path, folder: Path, times: int, damage: Callable[[Path, random.Random], None]
) -> None:
    canary = folder / "canary" / "scenario.toml"
    canary.parent.mkdir()
    canary.write_text("mine")
    told = 0
    for k in range(times):
        rng = random.Random(f"{damage.__name__} {k}")
        hurt = Path(shutil.copytree(sound, folder / "hurt"))
        damage(hurt, rng)
        try:
            sentence = refusal(lambda hurt=hurt: read_everything(hurt), hurt)
            if not sentence and k % 10 == 0:
                sentence = refusal(lambda hurt=hurt: main_report(hurt), hurt)
        except Exception as error:
            error.add_note(f"damage {k}")
            raise
        told += bool(sentence)
        assert canary.read_text() == "mine"
        assert [p.name for p in canary.parent.iterdir()] == [canary.name]
        assert sorted(p.name for p in folder.iterdir()) == ["canary", "hurt"]
        shutil.rmtree(hurt)
    assert told > times // 3


def main_report(folder: Path) -> None:
    """As `sim report`, but with the refusal as an exception."""
    report_command(str(folder))


@pytest.mark.corpus
def test_random_damage_is_refused_in_one_sentence(_sound: Path, tmp_path: Path) -> None:
    times = 15 if settings().max_examples >= 50 else 12  # as many as CI's profile asks for
    for damage in (damage_manifest, damage_file, damage_sealed):
        (tmp_path / damage.__name__).mkdir()
        check_damage(_sound, tmp_path / damage.__name__, times, damage)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("damage", "times"), [(damage_manifest, 500), (damage_file, 2000), (damage_sealed, 1000)]
)
def test_no_damage_leads_to_a_traceback_or_to_much_memory(
    _sound: Path, tmp_path: Path, damage: Callable[[Path, random.Random], None], times: int
) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    check_damage(_sound, tmp_path, times, damage)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000


def changed_manifest(**changes: Any) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        manifest = json.loads((folder / MANIFEST).read_text())
        (folder / MANIFEST).write_text(json.dumps(manifest | changes))

    return damage


def listed_as(name: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        manifest = json.loads((folder / MANIFEST).read_text())
        manifest["files"][name] = manifest["files"]["effects.csv"]
        (folder / MANIFEST).write_text(json.dumps(manifest))

    return damage


def many_rows(folder: Path) -> None:
    """Replace the design by one of 60 million equal rows, in a file of less than a megabyte."""
    row = pq.read_table(folder / "design.parquet").slice(0, 1)
    rows = pa.concat_tables([row] * 1000).combine_chunks()
    buffer = io.BytesIO()
    with pq.ParquetWriter(buffer, rows.schema) as file:
        for _ in range(60):
            file.write_table(pa.concat_tables([rows] * 100), row_group_size=10**6)
    seal(folder, "design.parquet", buffer.getvalue())


def text(name: str, content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(content) and None


def moved_out(folder: Path) -> None:
    shutil.move(folder / "parts", folder.parent / "elsewhere")
    (folder / "parts").symlink_to(folder.parent / "elsewhere")


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "edited": (text("effects.csv", "by,hand"), "effects.csv was changed after it was written"),
    "torn maps": (text("maps.npz", "PK"), "maps.npz was changed after it was written"),
    "edited question": (text("experiment.toml", ""), "experiment.toml was changed"),
    "edited input": (text("inputs/0/baseline.toml", ""), "baseline.toml was changed"),
    "no design": (lambda folder: (folder / "design.parquet").unlink(), "design.parquet is missing"),
    "many rows": (many_rows, "design.parquet is torn or no design"),
    "moved out": (moved_out, "parts leads out of the folder"),
    "large": (text(MANIFEST, " " * 17_000_000), "torn or no manifest"),
    "deep": (text(MANIFEST, "[" * 10**6), "torn or no manifest"),
    "huge number": (text(MANIFEST, "9" * 10**6), "torn or no manifest"),
    "half a character": (changed_manifest(name="\ud800"), "torn or no manifest"),
    "no list of arms": (changed_manifest(arm_order={}), "arm_order: Input should be a valid list"),
    "unknown arm": (changed_manifest(arm_order=["$aseline"]), "arm_order must begin with baseline"),
    "arm above": (changed_manifest(arm_order=["baseline", "../x"]), "arm_order.1: is no name"),
    "file above": (listed_as("../../effects.csv"), "is no path inside the folder"),
    "file elsewhere": (listed_as("/etc/hosts"), "is no path inside the folder"),
    "file of Windows": (listed_as("C:\\x"), "is no path inside the folder"),
    "long name": (listed_as("n" * 300), "is no name of a file"),
    "NUL": (listed_as("a\0b"), "is no name of a file"),
    "former": (changed_manifest(format="essaim experiment 1"), "written by an earlier version"),
    "format": (changed_manifest(format=[]), "no manifest of results"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_report_of_a_damaged_folder_is_one_sentence_and_writes_nothing(
    sound: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damage, told = DAMAGES[name]
    damage(sound)
    before = {p: p.read_bytes() for p in sound.parent.rglob("*") if p.is_file()}
    assert main(["report", str(sound)]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert len(said.splitlines()) == 1
    assert {p: p.read_bytes() for p in sound.parent.rglob("*") if p.is_file()} == before


@pytest.mark.slow
def test_a_report_edited_by_hand_is_not_replaced(
    sound: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert main(["report", str(sound)]) == 0
    (sound / "report" / "report.html").write_text("by hand")
    capsys.readouterr()
    assert main(["report", str(sound)]) == 2
    assert "report.html was changed after it was written" in capsys.readouterr().err
    assert (sound / "report" / "report.html").read_text() == "by hand"


@pytest.mark.slow
def test_a_report_never_leaves_its_folder(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (sound / "report").symlink_to(tmp_path / "other")
    assert main(["report", str(sound)]) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["other", "results"]
    assert not any((tmp_path / "other").iterdir())


def test_tables_replace_no_file_that_is_not_theirs(sound: Path) -> None:
    found = load_results(sound)
    (sound / "figures" / "mine.svg").write_text("mine")
    with pytest.raises(InputError, match=r"mine\.svg was not written by a run"):
        write_tables(found, {"figures/mine.svg": b"theirs"})
    (sound / "effects.csv").write_text("by hand")
    with pytest.raises(InputError, match=r"effects\.csv was changed"):
        write_tables(found)
    assert (sound / "effects.csv").read_text() == "by hand"
    assert (sound / "figures" / "mine.svg").read_text() == "mine"


def test_a_reader_tells_that_another_experiment_has_taken_the_folder(
    sound: Path, tmp_path: Path
) -> None:
    found = load_results(sound)
    _ = found.experiment
    load_results(shutil.copytree(sound, tmp_path / "copy"))
    town = sim.load_scenario("mid_sized_town").replace(**SMALL, months=2)
    sim.compare(town, ["inert_cluster"], reps=2, workers=1, out=sound, force=True)
    with pytest.raises(InputError, match="extended or replaced by another process"):
        _ = found.runs
    with pytest.raises(InputError, match="extended or replaced by another process"):
        write_tables(found)
