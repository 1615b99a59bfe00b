"""Small files that unpack to gigabytes are refused with their size, before memory is taken."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.scenario.posterior import FORMAT
from sim.territory.territory_file import FORMAT as TERRITORY_FORMAT
from sim.version import MODEL_VERSION

MEMORY = 1_000_000_000
READERS = {
    "posterior": "sim.scenario.posterior:load_posterior",
    "territory": "sim.territory.territory_file:load_territory",
    "population": "sim.territory.read_population:read_population",
    "scenario": "sim.scenario.scenario:load_scenario",
    "intervention": "sim.interventions:load_intervention",
}
PROGRAM = """
import importlib, pathlib, resource, sys
import numpy, pandas, pyarrow.compute, pyarrow.csv, pyarrow.parquet
from sim.errors import InputError

memory, readers, *paths = sys.argv[1:]
reads = []
for reader in readers.split():
    module, name = reader.split(":")
    reads.append(getattr(importlib.import_module(module), name))
taken = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + int(memory),) * 2)
for read in reads:
    for path in paths:
        try:
            read(pathlib.Path(path))
        except InputError as error:
            print(error)
"""


def said_of(readers: Iterable[str], *paths: Path) -> list[str]:
    """Read files in a process of limited memory, and return what is said of each."""
    names = " ".join(READERS[reader] for reader in readers)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(MEMORY), names, *map(str, paths)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert max(map(len, said)) < 500
    return said


def posterior(path: Path, values: pa.Array, repeats: int = 1) -> None:
    about = {b"essaim": json.dumps({"format": FORMAT, "model_version": MODEL_VERSION}).encode()}
    table = pa.table({"closure_rate": values}).replace_schema_metadata(about)
    with pq.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(repeats):
            writer.write_table(table)


@pytest.mark.slow
def test_a_posterior_of_too_many_draws_is_refused_by_its_metadata(tmp_path):
    path = tmp_path / "many.parquet"
    posterior(path, pa.array(np.full(10_000_000, 0.08)), repeats=6)
    assert path.stat().st_size < 2_000_000
    assert "60,000,000 draws" in said_of(["posterior"], path)[0]


@pytest.mark.corpus
def test_a_posterior_of_long_words_is_refused_by_its_types(tmp_path):
    path = tmp_path / "words.parquet"
    words = pa.DictionaryArray.from_arrays(np.zeros(100_000, np.int32), ["0" * 1_000_000])
    posterior(path, words)
    assert path.stat().st_size < 2_000_000
    assert "must hold numbers" in said_of(["posterior"], path)[0]


@pytest.mark.slow
def test_a_territory_that_unpacks_to_gigabytes_is_refused_by_its_directory(tmp_path):
    path = tmp_path / "bomb.territory.npz"
    header = json.dumps({"format": TERRITORY_FORMAT, "name": "x", "cell_size": 200.0}).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("header.npy", "w") as member:
            np.save(member, np.frombuffer(header, np.uint8))
        with archive.open("residents.npy", "w", force_zip64=True) as member:
            start = io.BytesIO()
            shape = {"descr": "<f4", "fortran_order": False, "shape": (25_000, 6_000)}
            np.lib.format.write_array_header_1_0(start, shape)
            member.write(start.getvalue())
            for _ in range(60):
                member.write(bytes(10_000_000))
    assert path.stat().st_size < 5_000_000
    assert "unpacks to more than" in said_of(["territory"], path)[0]


@pytest.mark.slow
def test_an_array_that_claims_more_than_it_holds_is_refused(tmp_path):
    path = tmp_path / "claim.territory.npz"
    start = io.BytesIO()
    shape = {"descr": "|u1", "fortran_order": False, "shape": (10**13,)}
    np.lib.format.write_array_header_1_0(start, shape)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.npy", start.getvalue() + b"{}")
    assert "not a territory file" in said_of(["territory"], path)[0]


@pytest.mark.slow
def test_a_population_that_unpacks_to_gigabytes_is_refused(tmp_path):
    path = tmp_path / "cells.parquet"
    names = pa.DictionaryArray.from_arrays(
        np.zeros(10_000_000, np.int32), ["CRS3035RES200mN2029800E4254200" + " " * 500]
    )
    pq.write_table(pa.table({"idcar_200m": names, "ind": names}), path, compression="zstd")
    assert path.stat().st_size < 2_000_000
    assert "unpacks to more than" in said_of(["population"], path)[0]


@pytest.mark.corpus
def test_files_of_gigabytes_pipes_and_devices_are_refused_unread(tmp_path):
    huge, pipe, device = (tmp_path / f"{name}.toml" for name in ("huge", "pipe", "device"))
    huge.touch()
    os.truncate(huge, 5 << 30)
    os.mkfifo(pipe)
    device.symlink_to("/dev/zero")
    said = said_of(READERS, huge, pipe, device)
    assert len(said) == 3 * len(READERS)
    for sentence, path in zip(said, [huge, pipe, device] * len(READERS), strict=True):
        assert str(path) in sentence
