"""A comparison in a folder: tables, maps, manifest and, where it is drawn, the report."""

from __future__ import annotations

import io
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import InputError
from sim.experiments.comparison import Comparison
from sim.experiments.cost_effectiveness import cost_effectiveness
from sim.experiments.describe_comparison import FORMAT, table_hash
from sim.experiments.whole_folder import MANIFEST, WholeFolder, read_manifest, whole_folder
from sim.measures.map_layers import Maps
from sim.scenario.posterior import named_posterior
from sim.scenario.scenario import Scenario, load_scenario

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["load_comparison", "save_comparison", "write_comparison"]


_PARQUET = ("runs", "monthly", "parameters")
_TEXT = ("effects", "ledger")


def write_comparison(
    folder: WholeFolder, comparison: Comparison, elsewhere: Sequence[Comparison] = ()
) -> None:
    """Add a comparison to a folder that is being written; the manifest lists what it holds.

    Parameters
    ----------
    folder : WholeFolder
        With the report and its pictures already in it.
    comparison : Comparison
    elsewhere : sequence of Comparison
        The same interventions in other territories; of these, the effects are kept.

    Raises
    ------
    OSError
        If the disk is full or fails.
    """
    for name in _PARQUET:
        folder.write(f"{name}.parquet", _parquet(getattr(comparison, name)))
    for name in _TEXT:
        folder.write(f"{name}.csv", _csv(getattr(comparison, name)))
    for other in elsewhere:
        folder.write(f"effects_{other.scenario.name}.csv", _csv(other.effects))
    folder.write("cost_effectiveness.csv", _csv(cost_effectiveness(comparison.runs)))
    folder.write("maps.npz", _maps(comparison))
    for posterior in {arm.posterior for arm in comparison.arms}:
        if posterior is not None:
            folder.write(posterior.name, posterior.content)
    folder.write_manifest(comparison.manifest)


def save_comparison(comparison: Comparison, path: Path | str, *, force: bool = False) -> None:
    """Save a comparison, without a report, whole or not at all.

    Parameters
    ----------
    comparison : Comparison
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
        write_comparison(folder, comparison)


def load_comparison(path: Path | str) -> Comparison:
    """Load a comparison from its folder.

    Parameters
    ----------
    path : Path or str
        Folder that a comparison wrote.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        If there is no such folder, a file in it is missing or torn, or no comparison wrote it.
    """
    import pandas as pd

    folder = Path(path)
    manifest = read_manifest(folder, FORMAT, "comparison", "comparison")
    tables: dict[str, pd.DataFrame] = {}
    for name in (*_PARQUET, *_TEXT):
        ending, read = ("parquet", pd.read_parquet) if name in _PARQUET else ("csv", _read_csv)
        file = folder / f"{name}.{ending}"
        try:
            tables[name] = read(file)
        except FileNotFoundError:
            raise InputError(f"{file} is missing.") from None
        except (OSError, ValueError):
            raise InputError(f"{file} is torn or not what a comparison writes.") from None
    if table_hash(tables["runs"]) != manifest["runs_sha256"]:
        raise InputError(f"{folder / 'runs.parquet'} is not what its manifest says; rerun.")
    arms = {name: manifest["arms"][name] for name in manifest["arm_order"]}
    name = manifest["scenario"]["name"]
    scenarios = tuple(_scenario(name, arm["toml"], folder) for arm in arms.values())
    return Comparison(
        scenario=scenarios[0],
        arms=scenarios,
        labels={name: arm["label"] for name, arm in arms.items()},
        **tables,
        maps=_read_maps(folder / "maps.npz", list(arms)),
        manifest={k: v for k, v in manifest.items() if k != "files"},
    )


def _read_csv(path: Path) -> pd.DataFrame:
    """Arrow reads back the very number that was written, which pandas does not always."""
    import pyarrow.csv

    frame: pd.DataFrame = pyarrow.csv.read_csv(path).to_pandas()
    return frame


def _scenario(name: str, toml: str, folder: Path) -> Scenario:
    """A scenario from the file that its manifest quotes, and the posterior it names."""
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / f"{name}.toml"
        file.write_text(toml, encoding="utf-8")
        entry = tomllib.loads(toml).get("posterior")
        if entry is not None:
            posterior = named_posterior(entry, folder / MANIFEST)
            (Path(place) / posterior.name).write_bytes(posterior.content)
        return load_scenario(file)


def _read_maps(path: Path, arms: list[str]) -> Mapping[str, Maps]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as content:
            months = tuple(int(m) for m in content["months"])
            size, zone = float(content["cell_size"]), content["zone"]
            names = [n for n in content if "." in n]
            return {
                arm: Maps(
                    months,
                    size,
                    zone,
                    {
                        n.removeprefix(f"{arm}."): content[n][None]
                        for n in names
                        if n.startswith(f"{arm}.")
                    },
                )
                for arm in arms
            }
    except FileNotFoundError:
        raise InputError(f"{path} is missing.") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        raise InputError(f"{path} is torn or no file of maps.") from None


def _parquet(frame: pd.DataFrame) -> bytes:
    """A missing measure is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def _csv(frame: pd.DataFrame) -> bytes:
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode()


def _maps(comparison: Comparison) -> bytes:
    """Layers are called ``<arm>.<layer>``: (months, rows, columns) float32."""
    buffer = io.BytesIO()
    first = next(iter(comparison.maps.values()))
    layers = {
        f"{arm}.{name}": layer[0]
        for arm, maps in comparison.maps.items()
        for name, layer in maps.layers.items()
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
