"""Tables of results as files for spreadsheets and other programs."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.cost_effectiveness import cost_effectiveness
from sim.experiments.experiment import BASELINE
from sim.experiments.manifest_schema import DESIGN, EXPERIMENT, INPUTS
from sim.experiments.results import Results
from sim.experiments.store import Store
from sim.measures.map_layers import Maps
from sim.simulation.provenance import column_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

__all__ = ["table_files", "write_tables"]


def write_tables(results: Results, files: Mapping[str, bytes] | None = None) -> None:
    """Write the tables into the folder of some results, with further files such as a report.

    Existing tables and further files are replaced or removed. Files are contents by path within
    the folder.

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    store = results.store
    assert isinstance(store, Store)
    written = table_files(results) | dict(files or {})
    with store.locked():
        begun = (EXPERIMENT, DESIGN, f"{INPUTS}/")
        before = {n for n in store.manifest["files"] if not n.startswith(begun)}
        store.replace(written, store.manifest, before - set(written))


def table_files(results: Results) -> dict[str, bytes]:
    """Return the tables of a run or a comparison as files, by name.

    A sweep has no such tables, but `Results.frame` and `Results.differences`.
    """
    match results.kind:
        case "run":
            files = {
                "indicators.parquet": _parquet(results.indicators, units=True),
                "indicators.csv": _csv(results.indicators),
            }
            maps = results.rep_maps
            return files | ({"maps.npz": _npz(maps, stacked=True)} if maps else {})
        case "comparison":
            frames = {n: getattr(results, n) for n in ("runs", "monthly", "parameters")}
            texts = {n: getattr(results, n) for n in ("effects", "ledger", "spending", "board")}
            texts["cost_effectiveness"] = cost_effectiveness(results.runs)
            elsewhere = {f"effects_{n}": other.effects for n, other in results.elsewhere.items()}
            texts |= elsewhere
            return (
                {f"{name}.parquet": _parquet(frame) for name, frame in frames.items()}
                | {f"{name}.csv": _csv(frame) for name, frame in texts.items()}
                | ({"maps.npz": _npz(results.maps)} if results.maps else {})
            )
    return {}


def _csv(frame: pd.DataFrame) -> bytes:
    """Return a table as CSV."""
    text: str = frame.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
    return text.encode()


def _parquet(frame: pd.DataFrame, *, units: bool = False) -> bytes:
    """Return a table as Parquet, missing measures as nulls, optionally with units of columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pandas(frame, preserve_index=False)
    if units:
        fields = []
        for field in table.schema:
            if field.name not in ("arm", "rep", "month", "date"):
                words = column_words(field.name)
                about = {"unit": words["unit"], "definition": words["definition"]["en"]}
                field = field.with_metadata(about)
            fields.append(field)
        table = table.cast(pa.schema(fields, metadata=table.schema.metadata))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _npz(maps: Mapping[str, Maps], *, stacked: bool = False) -> bytes:
    """Return maps as a NumPy archive.

    Layers are called ``<arm>.<layer>``, (months, rows, columns) float32; those of a run ``<layer>``
    and stacked by replication, (reps, months, rows, columns).
    """
    buffer = io.BytesIO()
    first = maps[BASELINE]
    layers = {
        name if stacked else f"{arm}.{name}": layer if stacked else layer[0]
        for arm, of_arm in maps.items()
        for name, layer in of_arm.layers.items()
    }
    np.savez_compressed(
        buffer,
        allow_pickle=False,
        months=np.array(first.months, np.int32),
        cell_size=np.float64(first.cell_size),
        zone=first.zone,
        **layers,
    )
    return buffer.getvalue()
