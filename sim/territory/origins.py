"""The source and licence of a file: as the user states them, or recognised by what it holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from sim.territory.column_words import plain_word
from sim.territory.table import Table

LICENCES: Final = {
    "insee": "Licence Ouverte 2.0 (Etalab)",
    "eurostat": "reuse with attribution (Eurostat, GISCO)",
    "zensus": "Datenlizenz Deutschland, attribution, 2.0",
    "osm": "ODbL 1.0",
}
"""Licences under which these sources are published; recalled."""


def origin_of_population(table: Table, stated: str | None) -> dict[str, Any]:
    """Return the ``source`` and ``licence`` of a file of cells."""
    words = {plain_word(name) for name in table.header}
    insee = {"ind snv", "men pauv", "men 1ind", "ind 11 17", "ind 18 24", "i est 200", "i est 1km"}
    if len(words & insee) >= 2:
        return _origin(table, stated, "INSEE gridded data (Filosofi)", "insee")
    counts = any(w == "t" or w.startswith(("obs value", "tot p")) for w in words)
    if counts and ("grd id" in words or {"spatial", "stat"} <= words):
        return _origin(table, stated, "Eurostat, population grid of 1 km", "eurostat")
    if "einwohner" in words and any(w.startswith("gitter id") for w in words):
        return _origin(
            table, stated, "Zensus, Statistische Ämter des Bundes und der Länder", "zensus"
        )
    return _origin(table, stated)


def origin_of_shops(table: Table, stated: str | None, years: str = "") -> dict[str, Any]:
    """Return the ``source`` and ``licence`` of a file of shops, with the years it names."""
    if "typequ" in table.columns:
        name = f"INSEE, Base permanente des équipements{years}"
        return _origin(table, stated, name, "insee")
    words = {plain_word(name) for name in table.header}
    if "naf" in table.columns and words & {"siret", "etatadministratifetablissement"}:
        return _origin(table, stated, "INSEE, Sirene", "insee")
    if is_openstreetmap(table):
        return _origin(table, stated, "© OpenStreetMap contributors", "osm")
    return _origin(table, stated)


def origin_of_ground(path: Path, header: Iterable[str], stated: str | None) -> dict[str, Any]:
    """Return the ``source`` and ``licence`` of a map with such columns."""
    if _has_osm_columns(header):
        return _of_file(path, stated, "© OpenStreetMap contributors", "osm")
    return _of_file(path, stated)


def is_openstreetmap(table: Table) -> bool:
    """Return whether a file has the ids or packed tags of OpenStreetMap."""
    return _has_osm_columns(table.header)


def _has_osm_columns(header: Iterable[str]) -> bool:
    words = {plain_word(name) for name in header}
    return bool(
        words & {"overpass", "@id", "@type", "osm id", "osm way id", "osm type", "full id"}
        or "other tags" in words
    )


def _origin(
    table: Table, stated: str | None, recognised: str | None = None, licence: str = ""
) -> dict[str, Any]:
    return _of_file(table.path, stated, recognised, licence)


def _of_file(
    path: Path, stated: str | None, recognised: str | None = None, licence: str = ""
) -> dict[str, Any]:
    if stated is not None:
        return {"source": f"{stated} (as stated), {path.name}", "licence": "as stated"}
    if recognised is None:
        return {"source": f"unknown, {path.name}", "licence": "unknown"}
    return {
        "source": f"{recognised}, {path.name}",
        "licence": LICENCES[licence],
        "recognised_by": "its columns",
    }
