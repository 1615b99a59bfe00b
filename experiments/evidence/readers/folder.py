"""Find the records that a folder of evidence holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from experiments.evidence.readers import karlsruhe, sirene, slo
from experiments.evidence.records import Records
from sim.errors import InputError

READERS: dict[str, tuple[Callable[[Path], Records], ...]] = {
    "sirene_lyon4": (sirene.read,),
    "slo_licences": (slo.read, slo.read_centre, slo.read_premises),
    "wieland_shopping": (karlsruhe.read_choices, karlsruhe.read_purchases),
}
"""Readers of each folder, by its name."""


def read_folder(folder: Path) -> list[Records]:
    """Return all records of the known folders inside ``folder``.

    Raises
    ------
    InputError
        If it holds none of them.
    """
    found = [name for name in READERS if (folder / name).is_dir()]
    if not found:
        raise InputError(f"'{folder}' holds none of the folders {', '.join(READERS)}.")
    return [read(folder / name) for name in found for read in READERS[name]]
