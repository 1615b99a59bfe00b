"""Write an imported territory as a scenario: a territory file and the TOML file that names it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import unicodedata
from pathlib import Path
from typing import Final

import numpy as np

from sim.errors import InputError, nearest
from sim.territory.import_territory import summary_lines
from sim.territory.territory import UNKNOWN, VACANT, Territory
from sim.territory.territory_file import save_territory, write_whole
from sim.words.catalogue import Words
from sim.words.folders import Language, languages
from sim.words.language import number

__all__ = ["ARCHETYPES", "suggest_archetype", "write_imported_scenario"]

ARCHETYPES: Final = (
    "rural_low_density",
    "mid_sized_town",
    "working_class_neighbourhood",
    "metropolis",
)
"""Scenarios from which an imported one may inherit its parameters."""

RURAL_DENSITY: Final = 300.0
"""Residents per km2 below which a place is rural: the threshold of an urban cluster in Eurostat's
degree of urbanisation; recalled."""

METROPOLIS_RESIDENTS: Final = 200_000
"""Minimum residents of a metropolis; assumed."""

WORKING_CLASS_INCOME: Final = 0.85
"""Mean standard of living over the national one, below which a town is taken for a working-class
neighbourhood; assumed."""


def suggest_archetype(territory: Territory) -> tuple[str, str]:
    """Suggest one of `ARCHETYPES` by density, size and income of a place, and say why in words."""
    n_cells, territory = _cells_around_homes(territory), territory.place_alone
    residents = float(territory.residents.sum())
    density = residents / (n_cells * (territory.cell_size / 1000.0) ** 2)
    income = float((territory.income * territory.residents).sum()) / residents
    if density < RURAL_DENSITY:
        return "rural_low_density", f"{density:.0f} residents per km2, below {RURAL_DENSITY:.0f}"
    if residents >= METROPOLIS_RESIDENTS:
        return "metropolis", f"{residents:,.0f} residents, {METROPOLIS_RESIDENTS:,} or more"
    if income < WORKING_CLASS_INCOME:
        return (
            "working_class_neighbourhood",
            f"mean income {income:.2f} of the national one, below {WORKING_CLASS_INCOME}",
        )
    return "mid_sized_town", f"{residents:,.0f} residents at {density:,.0f} per km2"


def _cells_around_homes(territory: Territory) -> int:
    """Return the cells of the smallest grid that holds a place without its buffer."""
    if territory.is_buffer is None:
        return territory.residents.size
    sides = np.nonzero(territory.place_alone.residents)
    return int(np.prod([np.ptp(side) + 1 for side in sides]))


def write_imported_scenario(
    territory: Territory, folder: Path, *, archetype: str | None = None, force: bool = False
) -> tuple[Path, Path]:
    """Write ``<name>.territory.npz`` and ``<name>.toml`` into a folder, created if missing.

    The scenario inherits its parameters from an archetype, by default that of `suggest_archetype`;
    `force` replaces files of the same name.

    Raises
    ------
    InputError
        If the archetype is unknown, a file exists, or the folder cannot be written to.
    """
    chosen, why = suggest_archetype(territory)
    if archetype is not None:
        if archetype not in ARCHETYPES:
            raise InputError(
                f"archetype is {archetype!r}; it must be one of {', '.join(ARCHETYPES)}."
                + nearest(archetype, ARCHETYPES)
            )
        chosen, why = archetype, "as asked for"
    stem = _file_stem(territory.name)
    scenario, data = folder / f"{stem}.toml", folder / f"{stem}.territory.npz"
    for path in (scenario, data):
        if path.exists() and not force:
            raise InputError(f"{path} exists; choose another name or replace it with --force.")
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: {(error.strerror or 'it cannot be made').lower()}.") from None
    comments = [
        f"{territory.name}: made by 'sim territory import'; the territory file holds its sources.",
        *summary_lines(territory),
        f"inherits {chosen}: {why}.",
    ]
    title = json.dumps(territory.name, ensure_ascii=False)
    residents = float(territory.place_alone.residents.sum(dtype=np.float64))
    text = "".join(f"# {_printable(line)}\n" for line in comments) + (
        f"\ntitle = {{ en = {title} }}\n"
        + "".join(f"description.{lang} = {_described(residents, lang)}\n" for lang in languages())
        + f'inherits = "{chosen}"\n'
        f'\n[territory]\nfile = "{data.name}"\n'
        + _starting_vacancy(territory.place_alone)
        + _outside_shares(territory)
    )
    # Name the scenario last, so that it never names a missing file, but write it first: once it is
    # on the disk, it cannot fail for lack of room.
    try:
        with write_whole(scenario, force=force) as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
            save_territory(territory, data, force=force)
    except BaseException:
        for path in made:
            with contextlib.suppress(OSError):
                path.rmdir()
        raise
    return scenario, data


def _described(residents: float, language: Language) -> str:
    words = Words(language)("imported.description", residents=number(residents, language))
    return json.dumps(words, ensure_ascii=False)


def _starting_vacancy(territory: Territory) -> str:
    """Return the observed vacancy as TOML, so that the place starts in equilibrium at it."""
    known = territory.premises_occupancy[territory.premises_occupancy != UNKNOWN]
    evidence = territory.provenance.get("vacancy", {}).get("evidence", "found")
    if not known.size or (evidence == "assumed" and np.all(known == known[0])):
        return ""
    vacant = int((known == VACANT).sum())
    source = f"{vacant} of {known.size} premises of the territory file are vacant"
    return (
        f"\n[start]\nstarting_vacancy = {{ value = {vacant / known.size:.4f}, "
        f'source = "{source}", evidence = "{evidence}" }}\n'
    )


def _outside_shares(territory: Territory) -> str:
    """Return as TOML what goes beyond the buffer, if there is one and somebody has derived it."""
    shares = territory.provenance.get("buffer", {}).get("outside_shares", {})
    source = "with the neighbours' shops, no more leaves the place than without them"
    lines = [
        f'outside_share_{name} = {{ value = {share}, source = "{source}", evidence = "derived" }}\n'
        for name, share in shares.items()
    ]
    return "\n[shopping_trips]\n" + "".join(lines) if lines else ""


def _printable(line: str) -> str:
    """Strip the control characters that TOML forbids and file names may contain."""
    return "".join(c if c.isprintable() else " " for c in line)


def _file_stem(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if not stem:
        raise InputError(f"name is {name!r}; it needs a letter or digit to name files by.")
    return stem
