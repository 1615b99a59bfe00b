"""Results of a run: the indicators of each replication, the manifest, and the maps that were kept.

A folder of results holds ``indicators.parquet`` and ``indicators.csv`` (a row a month and
replication), ``manifest.json``, on request ``maps.npz``, and whatever pictures were drawn.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.errors import InputError
from sim.experiments.whole_folder import MANIFEST, WholeFolder, read_manifest, whole_folder
from sim.measures.map_layers import LAYERS, Maps
from sim.simulation.provenance import column_words, indicators_hash

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Results", "load_results", "save_results", "write_results"]

FORMAT: Final = "essaim results 1"
INDEX: Final = ("rep", "month", "date")
"""Columns of the indicators that measure nothing."""


@dataclass(frozen=True)
class Results:
    """What a run gave.

    Attributes
    ----------
    indicators : pandas.DataFrame
        A row a month and replication: ``rep`` from 0, ``month`` from 1, ``date`` (the month's first
        day), then the measures of `sim.measures.registry.MONTHLY`.
    manifest : dict
        Scenario, seeds, versions, territory and its sources, units, starting measures: JSON values.
    maps : Maps or None
        Snapshots, where some were kept.
    """

    indicators: pd.DataFrame
    manifest: Mapping[str, Any]
    maps: Maps | None = None


def write_results(folder: WholeFolder, results: Results) -> None:
    """Add the results to a folder that is being written; the manifest lists what it holds by then.

    Parameters
    ----------
    folder : WholeFolder
        With the pictures, if any, already in it.
    results : Results

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    folder.write("indicators.parquet", _parquet(results.indicators))
    folder.write("indicators.csv", _csv(results.indicators))
    if results.maps is not None:
        folder.write("maps.npz", _npz(results.maps))
    folder.write_manifest(results.manifest)


def save_results(results: Results, path: Path | str, *, force: bool = False) -> None:
    """Save results, without pictures, whole or not at all.

    Parameters
    ----------
    results : Results
    path : Path or str
        Folder to make.
    force : bool
        Replace results that stand there.

    Raises
    ------
    InputError
        If the folder cannot be written, or is not empty.
    OSError
        If the disk is full or fails.
    """
    with whole_folder(Path(path), force=force) as folder:
        write_results(folder, results)


def load_results(path: Path | str) -> Results:
    """Load a folder of results and check that it is whole.

    Parameters
    ----------
    path : Path or str
        Folder that a run wrote.

    Returns
    -------
    Results

    Raises
    ------
    InputError
        If there is no such folder, a file in it is missing or torn, or no run wrote it.
    """
    folder = Path(path)
    manifest = _read_manifest(folder)
    indicators = _read_parquet(folder / "indicators.parquet")
    if indicators_hash(indicators) != manifest["indicators_sha256"]:
        raise InputError(f"{folder / 'indicators.parquet'} is not what its manifest says; rerun.")
    maps = _read_npz(folder / "maps.npz") if "maps.npz" in manifest["files"] else None
    return Results(indicators, manifest, maps)


def _csv(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return text.encode()


def _parquet(frame: pd.DataFrame) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    fields = []
    for field in table.schema:
        if field.name in INDEX:
            fields.append(field)
            continue
        words = column_words(field.name)
        fields.append(
            field.with_metadata({"unit": words["unit"], "definition": words["definition"]["en"]})
        )
    table = table.cast(pa.schema(fields, metadata=table.schema.metadata))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _npz(maps: Maps) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        months=np.array(maps.months, np.int32),
        cell_size=np.float64(maps.cell_size),
        zone=maps.zone,
        **maps.layers,
    )
    return buffer.getvalue()


def _read_manifest(folder: Path) -> dict[str, Any]:
    manifest = read_manifest(folder, FORMAT, "results", "run")
    missing = {"indicators_sha256", "files", "scenario", "run", "start"} - set(manifest)
    if missing or not isinstance(manifest["files"], dict):
        lacking = ", ".join(sorted(missing)) or "its list of files"
        raise InputError(f"{folder / MANIFEST} lacks {lacking}.")
    return manifest


def _read_parquet(path: Path) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(path)
    except FileNotFoundError:
        raise InputError(f"{path} is missing.") from None
    except (OSError, ValueError, pa.ArrowException):
        raise InputError(f"{path} is torn or no Parquet file.") from None


def _read_npz(path: Path) -> Maps:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            return Maps(
                tuple(int(m) for m in content["months"]),
                float(content["cell_size"]),
                content["zone"],
                {name: content[name] for name in LAYERS if name in content},
            )
    except FileNotFoundError:
        raise InputError(f"{path} is missing.") from None
    except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise InputError(f"{path} is torn or no file of maps.") from None
