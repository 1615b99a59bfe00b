"""Read the business licences of San Luis Obispo (folder ``slo_licences``).

A place is street, number and unit, with units at the end of a street's name moved to the unit.
Landlords' licences ("Rental") are left out: they occupy nothing. Closures are recorded completely
from 2007 on; the first full year used is 2008. ``x`` is the house number and ``y`` sets streets
apart: a block has some hundred numbers, so a reach of 100 is a block along the same street.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from experiments.evidence.records import Records, premises_at

SINCE, UNTIL = pd.Timestamp("2008-01-01"), pd.Timestamp("2026-01-01")

STREET = r"^(.*?\b(?:ST|AVE?|BLVD|RD|WAY|DR|LN|CT|PL|CIR|HWY|REAL|TER|PKWY|LOOP)\b)(.*)$"

APART = 1e6
"""Distance between streets in house numbers: none is near another."""


def read(folder: Path, *, is_downtown: bool = False, with_units: bool = True) -> Records:
    """Return all licences at known addresses, or those at places that are downtown.

    Units are written in many ways, so a shop's successor may seem to be elsewhere; without units,
    neighbours in a building seem to be successors. The truth lies between.
    """
    table = pd.read_parquet(folder / "licences.parquet")
    table = table[(table["number"] > 0) & ~table["type"].str.contains("Rental", na=False)]
    parts = table["street"].str.extract(STREET)
    street = parts[0].fillna(table["street"]).str.strip()
    suffix = parts[1].fillna("").str.replace(r"STE|#", "", regex=True).str.strip()
    unit = table["unit"].where(table["unit"] != "", suffix).str.replace("-", "")
    address = street + " " + table["number"].astype(str)
    licences = pd.DataFrame(
        {
            "place": address + " " + unit if with_units else address,
            "start": table["start"],
            "end": table["close"],
            "is_shop": table["shop"],
            "kind": table["type"],
            "x": table["number"].astype(float),
            "y": APART * street.factorize(sort=True)[0],
        }
    )
    downtown = licences["place"].isin(licences["place"][table["downtown"]])
    middle = licences["x"][downtown].groupby(street[downtown]).median()
    licences["from_centre"] = (licences["x"] - street.map(middle)).abs()
    if is_downtown:
        licences = licences[downtown]
    licences = licences[licences["start"].notna()].reset_index(drop=True)
    name = "slo_licences, centre" if is_downtown else "slo_licences"
    return Records("licences", licences, name, SINCE, UNTIL)


def read_centre(folder: Path) -> Records:
    """Return the licences at places downtown."""
    return read(folder, is_downtown=True)


def read_premises(folder: Path) -> Records:
    """Return the premises of the centre on the last day, with or without a running licence."""
    licences = read_centre(folder)
    premises = premises_at(licences.table, UNTIL)
    return Records("premises", premises, licences.name)
