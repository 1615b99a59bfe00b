"""Read the interviews of Karlsruhe 2016 (folder ``wieland_shopping``).

434 interviews at two shopping places, of the last purchase of groceries, clothing and electronics.
Pairs of home and shop have road kilometres; homes in the east, around the interviews, are
``is_near``, and shops within 0.2 km of an interview are ``is_site``. Few clothing shops have a
distance, so decay is for the other two.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from experiments.evidence.records import Records

GOODS = {"groceries": "gro", "clothing": "cloth", "electronics": "ce"}

FEWEST = 100
"""Trips with a distance from which decay of a good is estimated."""

SITE = 0.2
"""Distance in km within which a shop is at a place of interview: the resolution of distances."""


def sites(roads: pd.DataFrame) -> set[str]:
    """Return the shops as far from homes as the places of interview are."""
    km = roads.pivot(index="home", columns="shop", values="km")
    apart = [km.sub(km[place], axis=0).abs().median() for place in ("POS1", "POS2")]
    return {shop for gaps in apart for shop in gaps.index[gaps <= SITE]}


def read_purchases(folder: Path) -> Records:
    """Return last purchases by good, with channel and spending in EUR."""
    table = pd.read_csv(folder / "shopping1.csv")
    parts = [
        pd.DataFrame(
            {
                "good": good,
                "channel": table[f"{code}_purchase_channel"],
                "spending": table[f"{code}_purchase_expen"],
            }
        )
        for good, code in GOODS.items()
    ]
    return Records("purchases", pd.concat(parts, ignore_index=True), "wieland_shopping")


def read_choices(folder: Path) -> Records:
    """Return trips to shops over all pairs of home and shop with a distance."""
    table = pd.read_csv(folder / "shopping1.csv")
    roads = pd.read_csv(folder / "shopping2.csv").rename(
        columns={"from": "home", "to": "shop", "d_km": "km"}
    )[["home", "shop", "km"]]
    homes = pd.read_csv(folder / "shopping3.csv")
    floors = pd.read_csv(folder / "shopping4.csv").set_index("location_code")["salesarea_qm"]
    near = set(homes.loc[homes["KA_east"] == 1, "resid_code"])
    parts = []
    for good, code in GOODS.items():
        trips = table[table[f"{code}_purchase_channel"] == "store"].rename(
            columns={"POS": "at", "resid_code": "home", f"{code}_purchase_code": "shop"}
        )
        trips = trips.merge(roads, on=["home", "shop"])
        if len(trips) < FEWEST:
            continue
        counts = trips.groupby(["at", "home", "shop"]).size().rename("trips")
        for at in trips["at"].unique():
            pairs = roads[roads["shop"].isin(trips["shop"])].assign(at=at, good=good)
            parts.append(pairs.join(counts, on=["at", "home", "shop"]).fillna({"trips": 0}))
    choices = pd.concat(parts, ignore_index=True).astype({"trips": int})
    choices["is_near"] = choices["home"].isin(near)
    choices["is_site"] = choices["shop"].isin(sites(roads))
    choices["floor"] = choices["shop"].map(floors)
    return Records("choices", choices, "wieland_shopping")
