"""Classify the rows of a file of shops: BPE, SIRENE, OpenStreetMap, or a town hall's own sheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.kernels.arrays import Bools
from sim.territory.extent import Reading
from sim.territory.origins import is_openstreetmap
from sim.territory.shop_kinds import (
    LEFT_OUT,
    MALL,
    UNKNOWN_GROUP,
    UNMAPPED,
    VACANT_KIND,
    shop_catalogue,
)
from sim.territory.table import Request, Table

KIND_COLUMNS: Final = ("shop", "amenity", "landuse")
PREFIXES: Final = ("disused", "was", "abandoned")
"""Prefixes of a key of OpenStreetMap whose value was so once."""

FORMER: Final = tuple(f"{prefix}:{key}" for key in ("shop", "amenity") for prefix in PREFIXES)
FLAGS: Final = ("vacant", "disused", "abandoned")
TAGS: Final = (*KIND_COLUMNS, *FORMER, *FLAGS, "occupancy")
SOURCES: Final = ("typequ", "naf", "shop", "amenity", "other_tags", *FORMER)
"""Columns by which a file of shops is known."""

_YES: Final = ("yes", "oui", "ja", "1", "1.0", "true", "vrai", "x", "o", "y", "vacant", "vide")
_NO: Final = ("", "no", "non", "nein", "0", "0.0", "false", "faux")


@dataclass(frozen=True)
class ShopRows:
    """All rows of a file, (rows,).

    `group` is an index in the catalogue's groups, or one of the codes of `shop_kinds`; `kind` the
    same as the file writes it. `mark` is the key that marks a vacant one, else empty. `is_worded`
    says that people's words, not OpenStreetMap's, gave the kind: a sheet, not a sample of tags.
    """

    kind: list[str]
    group: np.ndarray
    mark: list[str]
    is_worded: Bools
    layer: list[str]

    @property
    def is_vacant(self) -> Bools:
        """Marks of the rows that are vacant."""
        return np.array([bool(mark) for mark in self.mark], dtype=bool)


def shop_request(reading: Reading, all_vacant: bool = False) -> Request:
    """Return what to read of a file of shops, or of one of vacant premises, whatever they were."""
    places = ("lambert_x", "lambert_y", "epsg", "lon", "lat", "point")
    about = ("depcom", "qualite_xy", "an", "naf", "etat", "typequ", "id", "osm_type", "layer")
    return Request(
        wanted=frozenset((*TAGS, "other_tags", *places, *about)),
        is_right=lambda found: all_vacant or any(name in found for name in SOURCES),
        what="column with kinds of shop (TYPEQU of the BPE, the activity of SIRENE, shop or"
        " amenity of OpenStreetMap)",
        with_points=True,
        columns=reading.columns,
        layer=reading.layer,
        is_lenient=all_vacant,
    )


def classify(table: Table, reading: Reading, all_vacant: bool = False) -> ShopRows:
    """Classify all rows of a table: with one of the columns of `SOURCES`, unless all are vacant."""
    if all_vacant:
        rows = _by_source(table, reading)
        group = np.where(rows.group >= 0, rows.group, np.int16(UNKNOWN_GROUP))
        marks = ["list of vacant premises"] * table.n_rows
        return ShopRows(rows.kind, group, marks, np.ones(table.n_rows, dtype=bool), rows.layer)
    return _by_source(table, reading)


def _by_source(table: Table, reading: Reading) -> ShopRows:
    catalogue, none = shop_catalogue(), [""] * table.n_rows
    if "typequ" in table.columns or ("naf" in table.columns and "shop" not in table.columns):
        is_bpe = "typequ" in table.columns
        codes = [code.upper() for code in table.texts("typequ" if is_bpe else "naf")]
        find = catalogue.of_bpe if is_bpe else catalogue.of_naf
        known = {code: find(code) if code else UNMAPPED for code in set(codes)}
        group = np.array([known[code] for code in codes], dtype=np.int16)
        kind = [_labelled(code, catalogue.labels) for code in codes] if is_bpe else codes
        if "etat" in table.columns:
            is_closed = np.array([t.upper()[:1] in ("F", "C") for t in table.texts("etat")])
            group[is_closed] = LEFT_OUT
            kind = ["closed" if c else k for k, c in zip(kind, is_closed.tolist(), strict=True)]
        return ShopRows(kind, group, none, np.zeros(table.n_rows, dtype=bool), none)
    return _by_tags(table, reading.kinds)


def _labelled(code: str, labels: Mapping[str, str]) -> str:
    return f"{code} {labels[code]}" if code in labels else code or "no code given"


def _by_tags(table: Table, own: Mapping[str, str]) -> ShopRows:
    is_sheet = not is_openstreetmap(table)
    layer = table.texts("layer") if "layer" in table.columns else [""] * table.n_rows
    tags = _tags(table)
    seen: dict[tuple[str, ...], tuple[str, int, str, bool]] = {}
    found = []
    for row in range(table.n_rows):
        values = tuple(column[row] for column in tags.values())
        key = (*values, layer[row])
        if key not in seen:
            one = {n: v for n, v in zip(tags, values, strict=True) if v}
            seen[key] = _classify(one, layer[row], own, is_sheet)
        found.append(seen[key])
    kind, group, mark, is_worded = zip(*found, strict=True)
    return ShopRows(
        list(kind),
        np.array(group, dtype=np.int16),
        list(mark),
        np.array(is_worded, dtype=bool),
        layer,
    )


def _tags(table: Table) -> dict[str, list[str]]:
    tags = {name: table.texts(name) for name in TAGS if name in table.columns}
    if "other_tags" not in table.columns:
        return tags
    # ogr2ogr packs keys without a column into one text: "shop"=>"bakery","level"=>"0".
    packed = [_unpacked(text) for text in table.texts("other_tags")]
    return {
        name: [own or more.get(name, "") for own, more in zip(tags[name], packed, strict=True)]
        if name in tags
        else [more.get(name, "") for more in packed]
        for name in TAGS
    }


def _unpacked(text: str) -> dict[str, str]:
    return dict(re.findall(r'"([^"]+)"=>"([^"]*)"', text))


def _classify(
    tags: Mapping[str, str], layer: str, own: Mapping[str, str], is_sheet: bool
) -> tuple[str, int, str, bool]:
    """Return kind, group, the key that marks it vacant, and whether people's words gave it."""
    catalogue = shop_catalogue()
    flag = next((key for key in FLAGS if tags.get(key, "").lower() in _YES), "")
    if catalogue.of_word(tags.get("occupancy", ""), own)[1] == VACANT_KIND:
        flag = "occupancy"
    found = [(*catalogue.of_word(tags[key], own), key) for key in KIND_COLUMNS[:2] if key in tags]
    is_vacant = any(group == VACANT_KIND for _, group, _, _ in found) or any(
        catalogue.osm.get(part.strip().lower()) == VACANT_KIND
        for key in KIND_COLUMNS[:2]
        for part in tags.get(key, "").split(";")
    )
    for kind, group, is_word, key in found:
        if group >= 0:
            return kind, group, f"{key}=vacant" if is_vacant else flag, is_word
    if is_vacant:
        kind, group = _former(tags, own) or ("vacant", UNKNOWN_GROUP, "")[:2]
        worded = any(is_word for _, _, is_word, _ in found)
        return kind, group, "shop=vacant", worded
    if former := _former(tags, own):
        kind, group = former
        return kind, group, kind.partition("=")[0], False
    for kind, group, is_word, key in found:
        if group == UNKNOWN_GROUP and key == "shop":
            return kind, group, flag, is_word
        if group in (MALL, LEFT_OUT):
            return kind, group, "", is_word
    if flag and (is_sheet or "shop" in tags):
        return "vacant", UNKNOWN_GROUP, flag, False
    if catalogue.osm.get(tags.get("landuse", "")) == MALL or tags.get("landuse") == "retail":
        return "landuse=retail", MALL, "", False
    for kind, _, _, key in found:
        if key == "shop" or is_sheet:
            return kind, UNMAPPED, "", False
        return kind, LEFT_OUT, "", False  # an amenity that is no shop
    unnamed = f"no kind given (layer {layer})" if layer else "no kind given"
    return unnamed, UNMAPPED if is_sheet else LEFT_OUT, "", False


def _former(tags: Mapping[str, str], own: Mapping[str, str]) -> tuple[str, int] | None:
    """Return what a vacant place was: a group, or `UNKNOWN_GROUP` of some shop."""
    for key in FORMER:
        value = tags.get(key, "").lower()
        if value in _NO:
            continue
        kind, group, _ = shop_catalogue().of_word(value, own)
        if group >= 0:
            return f"{key}={kind}", group
        if key.endswith(":shop") and group != LEFT_OUT:
            return f"{key}={value}", UNKNOWN_GROUP
    return None
