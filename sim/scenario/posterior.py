"""Posteriors of uncertain parameters: the default one, and files that scenarios name.

A posterior is a Parquet file whose columns are parameters and whose rows are draws of equal weight.
Rows are always taken whole, which preserves correlations. The metadata (key ``essaim``, JSON)
record the method, model version, targets and seed. Those of the default posterior also name the
figures that inform each parameter.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from sim.errors import InputError, nearest
from sim.kernels.arrays import Floats
from sim.registry.catalogues import scenario_folder
from sim.registry.user_files import read_file
from sim.scenario.schema import PARAMETERS
from sim.territory.territory_file import write_whole
from sim.version import MODEL_VERSION

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DEFAULT",
    "FORMAT",
    "Posterior",
    "default_posterior",
    "load_posterior",
    "named_posterior",
    "save_posterior",
]

DEFAULT: Final = "default"
"""Entry of a scenario that draws from the default posterior, as all do that name no other."""

NONE: Final = "none"
"""Entry of a scenario that draws every parameter from its own range."""

FORMAT: Final = "essaim posterior 1"
LARGEST_FILE: Final = 100_000_000
"""Maximum bytes of the values, unpacked: 100,000 draws of all parameters take half of it."""

_METADATA: Final = b"essaim"
_KEYS: Final = ("file", "sha256", "parameters", "scaled")


@dataclass(frozen=True)
class Posterior:
    """Draws of parameters from a calibration.

    Attributes
    ----------
    name, sha256 : str
        Name of the file without its folder, and its digest.
    parameters : tuple of str
        Flat names of the parameters to take from it.
    scaled : bool
        Whether draws scale with the scenario's values. Otherwise a parameter leaves the posterior
        when it is set after the posterior was named.
    values : (draws, parameters) float64 array
    about : mapping
        Origin of the posterior, as JSON values.
    content : bytes
        Content of the file.
    """

    name: str
    sha256: str
    parameters: tuple[str, ...]
    values: Floats = field(compare=False, repr=False)
    about: Mapping[str, Any] = field(compare=False, repr=False)
    content: bytes = field(compare=False, repr=False)
    scaled: bool = False

    def row(self, k: int) -> dict[str, Any]:
        """Return the values of a draw by flat name; whole numbers as int."""
        drawn = zip(self.parameters, self.values[k].tolist(), strict=True)
        return {n: round(v) if PARAMETERS[n].kind is int else v for n, v in drawn}

    def interval(self, name: str, share: float = 0.9) -> tuple[float, float, float]:
        """Return the ends of the central interval of a parameter, with the median in between."""
        draws = self.values[:, self.parameters.index(name)]
        low, median, high = np.quantile(draws, ((1 - share) / 2, 0.5, (1 + share) / 2))
        return float(low), float(median), float(high)

    def figures(self, name: str) -> dict[str, Mapping[str, Any]]:
        """Return the figures that inform a parameter, by name; empty if the file names none."""
        bands = self.about.get("figures", {})
        return {figure: bands[figure] for figure in self.about.get("informed_by", {}).get(name, ())}

    def only(self, parameters: Iterable[str]) -> Posterior | None:
        """Return the draws of some parameters; None if none is left."""
        wanted = set(parameters)
        kept = [k for k, name in enumerate(self.parameters) if name in wanted]
        if not kept:
            return None
        names = tuple(self.parameters[k] for k in kept)
        return replace(self, parameters=names, values=self.values[:, kept])


def load_posterior(path: Path | str, *, is_stored: bool = False) -> Posterior:
    """Load a posterior from a Parquet file of a calibration, and check that it fits this model.

    Raise `InputError` if the file is missing, damaged or not a posterior, was made with another
    version of the model (unless `is_stored` with results), or holds unknown parameters or
    inadmissible values.
    """
    file = Path(os.path.normpath(path))
    content = read_file(file, LARGEST_FILE, "no such posterior file")
    return _parse(content, file, is_stored=is_stored)


def default_posterior() -> Posterior | None:
    """Return the posterior that comes with the package; None if there is none.

    It is loaded once. Its draws scale with a scenario's values, as plausible ranges do. Raise
    `InputError` like `load_posterior`.
    """
    return _default_posterior(scenario_folder() / "posteriors" / "retail.parquet")


@cache
def _default_posterior(path: Path) -> Posterior | None:
    return replace(load_posterior(path), scaled=True) if path.is_file() else None


def named_posterior(
    entry: Any, where: Path, *, is_stored: bool = False
) -> Posterior | Literal["default"] | None:
    """Load the posterior that a scenario file names.

    The entry is `DEFAULT`, ``"none"``, a file next to the scenario, or a table of ``file`` and
    optionally its ``sha256``, the ``parameters`` to take from it, and whether it is ``scaled``;
    `where` is the scenario file. Raise `InputError` like `load_posterior`, or if the entry is
    malformed, or the file's digest differs.
    """
    if entry == DEFAULT:
        return DEFAULT
    if entry == NONE:
        return None
    table = {"file": entry} if isinstance(entry, str) else entry
    if not isinstance(table, dict) or not isinstance(table.get("file"), str):
        raise InputError(
            f'{where}: posterior must be a file, such as "town.parquet", a table that names one,'
            ' "default" or "none".'
        )
    for key in table:
        if key not in _KEYS:
            raise InputError(
                f"{where}: unknown key '{key}' under 'posterior'.{nearest(key, _KEYS)}"
            )
    try:
        found = load_posterior(where.parent / table["file"], is_stored=is_stored)
    except InputError as error:
        raise InputError(f"{where}: posterior: {error}") from None
    if table.get("sha256", found.sha256) != found.sha256:
        raise InputError(
            f"{where}: posterior: {found.name} is not the file that was meant: its sha256 is"
            f" {found.sha256[:12]}..., not {str(table['sha256'])[:12]}..."
        )
    wanted = table.get("parameters", list(found.parameters))
    if not isinstance(wanted, list) or not wanted:
        raise InputError(f"{where}: posterior: parameters must be a list of names.")
    for name in wanted:
        if name not in found.parameters:
            hint = nearest(str(name), found.parameters)
            raise InputError(f"{where}: posterior: {found.name} has no '{name}'.{hint}")
    scaled = table.get("scaled", False)
    if not isinstance(scaled, bool):
        raise InputError(f"{where}: posterior: scaled = {scaled!r} must be true or false.")
    return replace(found.only(wanted) or found, scaled=scaled)


def save_posterior(path: Path | str, draws: pd.DataFrame, about: Mapping[str, Any]) -> Posterior:
    """Write a posterior atomically, and return it as read back by `load_posterior`.

    The file, which ends in ``.parquet``, replaces an existing one. Draws have one column per
    parameter and one row per draw of equal weight; `about` tells their origin as JSON values, to
    which format and model version are added. Raise `InputError` if the draws are not admissible, or
    the file cannot be written.
    """
    file = Path(path)
    if file.suffix != ".parquet":
        raise InputError(f"{file}: a posterior is a Parquet file; name it {file.stem}.parquet.")
    content = _parquet(draws, {"format": FORMAT, "model_version": MODEL_VERSION, **about})
    posterior = _parse(content, file)
    with write_whole(file) as stream:
        stream.write(content)
    return posterior


def _parquet(draws: pd.DataFrame, about: Mapping[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = [pa.array(draws[name].to_numpy(np.float64)) for name in draws]
    units = [PARAMETERS[name].unit if name in PARAMETERS else "" for name in map(str, draws)]
    fields = [
        pa.field(str(name), pa.float64(), metadata={"unit": unit})
        for name, unit in zip(draws, units, strict=True)
    ]
    words = json.dumps(about, ensure_ascii=False, sort_keys=True, allow_nan=False)
    table = pa.table(columns, schema=pa.schema(fields, metadata={_METADATA: words.encode()}))
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


@lru_cache(maxsize=4)  # the arms of many towns share one
def _parse(content: bytes, path: Path, *, is_stored: bool = False) -> Posterior:
    import pyarrow as pa
    import pyarrow.parquet as pq

    damage = (OSError, ValueError, pa.ArrowException)
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        schema, size = file.schema_arrow, file.metadata
    except damage:
        raise InputError(f"{path}: torn, or no Parquet file.") from None
    about = _about(schema.metadata, path)
    version = about.get("model_version")
    if version != MODEL_VERSION and not is_stored:
        raise InputError(
            f"{path}: was calibrated with version {version} of the model, and this is version"
            f" {MODEL_VERSION}; calibrate again."
        )
    if not size.num_rows or not schema.names:
        raise InputError(f"{path}: holds no draws.")
    for column in schema:
        info = PARAMETERS.get(column.name)
        if info is None:
            hint = nearest(column.name, PARAMETERS)
            raise InputError(f"{path}: unknown parameter '{column.name}'.{hint}")
        is_number = pa.types.is_floating(column.type) or pa.types.is_integer(column.type)
        if info.low is None or not is_number:
            raise InputError(f"{path}: {info.name} must hold numbers; expected {info.admits()}.")
        if schema.names.count(column.name) > 1:
            raise InputError(f"{path}: has two columns '{column.name}'.")
    unpacked = sum(size.row_group(k).total_byte_size for k in range(size.num_row_groups))
    if max(8 * size.num_rows * size.num_columns, unpacked) > LARGEST_FILE:
        raise InputError(
            f"{path}: {size.num_rows:,} draws of {size.num_columns} parameters take more than"
            f" {LARGEST_FILE:,} bytes; keep fewer draws."
        )
    try:
        table = file.read()
    except damage:
        raise InputError(f"{path}: torn, or no Parquet file.") from None
    columns = [_admissible(name, table[name], path) for name in schema.names]
    return Posterior(
        name=path.name,
        sha256=hashlib.sha256(content).hexdigest(),
        parameters=tuple(schema.names),
        values=np.stack(columns, axis=1),
        about=about,
        content=content,
    )


def _about(metadata: Mapping[bytes, bytes] | None, path: Path) -> Mapping[str, Any]:
    try:
        about = json.loads((metadata or {}).get(_METADATA, b"null"))
    except (ValueError, RecursionError):
        about = None
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise InputError(f"{path}: no posterior of a calibration.")
    return about


def _admissible(name: str, column: Any, path: Path) -> Floats:
    info = PARAMETERS[name]
    if column.null_count:
        raise InputError(f"{path}: {name} must hold numbers; expected {info.admits()}.")
    values = np.asarray(column.to_numpy(), np.float64)
    outside = values[~((values >= info.low) & (values <= info.high))]  # nan lies in no range
    if outside.size:
        raise InputError(
            f"{path}: {name} = {outside[0]:g} is not admissible; expected {info.admits()}."
        )
    return values
