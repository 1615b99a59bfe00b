"""The catalogue of kinds of shop, with the sector of each kind or the reason to leave it out."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.errors import InputError, nearest
from sim.kernels.elementary import exp
from sim.registry.user_files import read_file
from sim.territory.column_words import plain_word
from sim.territory.territory import SECTORS

LARGEST_KINDS: Final = 1_000_000
"""Maximum bytes of a file of a user's words."""


@dataclass(frozen=True)
class ShopGroup:
    """Kinds of shop with the same treatment.

    The sector is a code of `sim.territory.territory.SECTORS`; shops of a park kind form retail
    parks; sales floors (m2) are log-normal around the median, within limits.
    """

    name: str
    sector: int
    is_park_kind: bool
    median: float
    log_sd: float
    low: float
    high: float

    def draw_floor_area(
        self, count: int, generator: np.random.Generator
    ) -> npt.NDArray[np.float32]:
        """Draw sales floors (m2) of `count` shops of this group."""
        drawn = self.median * exp(self.log_sd * generator.standard_normal(count))
        return np.clip(drawn, self.low, self.high).astype(np.float32)


UNKNOWN_GROUP: Final = -1
"""Group of premises of unknown kind."""

LEFT_OUT: Final = -2
"""Instead of a group: places that are known, and no shops of the three sectors."""

UNMAPPED: Final = -3
"""Instead of a group: words that the catalogue does not hold."""

MALL: Final = -4
"""Instead of a group: places that hold many shops."""

VACANT_KIND: Final = -5
"""Instead of a group: words for premises without a shop."""

_SPECIAL: Final = {
    "vacant": VACANT_KIND,
    "unknown": UNKNOWN_GROUP,
    "left out": LEFT_OUT,
    "mall": MALL,
}
_SEPARATORS: Final = re.compile(r"[;/,|+&]")


@dataclass(frozen=True)
class Catalogue:
    """All known kinds of shop, by what each source calls them.

    Values are indices in `groups`, or one of the codes of this module. `words` are those of people,
    as `sim.territory.column_words.plain_word` writes them; `labels` are INSEE's of BPE codes.
    """

    groups: tuple[ShopGroup, ...]
    osm: dict[str, int]
    bpe: dict[str, int]
    naf: dict[str, int]
    words: dict[str, int]
    bpe_domains: tuple[str, ...]
    naf_domains: tuple[str, ...]
    labels: dict[str, str]

    def of_bpe(self, code: str) -> int:
        """Return the group of a code TYPEQU of any vintage."""
        known = self.bpe.get(code)
        if known is None:
            return LEFT_OUT if code.startswith(self.bpe_domains) else UNMAPPED
        return known

    def of_naf(self, code: str) -> int:
        """Return the group of an activity of NAF rev. 2, with or without its point."""
        code = code.strip().upper()
        code = code if "." in code else f"{code[:2]}.{code[2:]}"
        known = self.naf.get(code)
        if known is None:
            return LEFT_OUT if code.startswith(self.naf_domains) else UNMAPPED
        return known

    def of_word(self, text: str, own: Mapping[str, str]) -> tuple[str, int, bool]:
        """Return a kind, its group, and whether people's words and not OpenStreetMap's gave it.

        Of several values (``convenience;gas``) the first with a group counts. `own` are the user's
        words, by `plain_word`, with a value of OpenStreetMap or of ``vacant``, ``unknown``,
        ``left out``, ``mall``.
        """
        whole = text.strip().lower()
        parts = [whole, *(p.strip() for p in _SEPARATORS.split(whole))]
        found = [(part, *self._of_part(part, own)) for part in parts if part]
        for kind, group, is_word in found:
            if group >= 0:
                return kind, group, is_word
        return next(
            (one for one in found if one[1] != UNMAPPED), (parts[-1] or whole, UNMAPPED, False)
        )

    def _of_part(self, text: str, own: Mapping[str, str]) -> tuple[int, bool]:
        word = plain_word(text)
        if word in own:
            stated = own[word]
            return _SPECIAL.get(stated, self.osm.get(stated, UNMAPPED)), True
        if text in self.osm:
            return self.osm[text], False
        singular = " ".join(part.removesuffix("s").removesuffix("x") for part in word.split())
        group = self.words.get(word, self.words.get(singular, UNMAPPED))
        return group, group != UNMAPPED


@cache
def shop_catalogue() -> Catalogue:
    """Load the catalogue of the package, ``shop_kinds.toml`` and ``bpe_codes.toml``."""
    kinds, vintages = (
        tomllib.loads(files("sim.territory").joinpath(name).read_text(encoding="utf-8"))
        for name in ("shop_kinds.toml", "bpe_codes.toml")
    )
    groups = tuple(
        ShopGroup(
            name=group["name"],
            sector=SECTORS.index(group["sector"]),
            is_park_kind=group.get("is_park_kind", False),
            **{k: float(group["floor_area"][k]) for k in ("median", "log_sd", "low", "high")},
        )
        for group in kinds["group"]
    )
    blocks = [*enumerate(kinds["group"]), *((LEFT_OUT, block) for block in kinds["left_out"])]

    def by(source: str) -> dict[str, int]:
        return {value: index for index, block in blocks for value in block.get(source, ())}

    special = dict.fromkeys(kinds["vacant"], VACANT_KIND)
    special |= dict.fromkeys(kinds["unknown"], UNKNOWN_GROUP)
    special |= dict.fromkeys(kinds["malls"], MALL)
    words = {plain_word(word): index for word, index in (by("words") | special).items()}
    singular = {" ".join(p.removesuffix("s").removesuffix("x") for p in w.split()): i
                for w, i in words.items()}  # fmt: skip

    def domains(name: str) -> tuple[str, ...]:
        return tuple(d for block in kinds["left_out"] for d in block.get(name, ()))

    return Catalogue(
        groups=groups,
        osm=by("osm") | special,
        bpe=by("bpe"),
        naf=by("naf"),
        words=singular | words,
        bpe_domains=domains("bpe_domain"),
        naf_domains=domains("naf_domain"),
        labels={code: label for vintage in vintages.values() for code, label in vintage.items()},
    )


def read_kinds(path: Path) -> dict[str, str]:
    """Read a user's words for kinds of shop: two columns, a word and a kind.

    A kind is a value of OpenStreetMap that the catalogue holds, or one of ``vacant``, ``unknown``,
    ``left out`` and ``mall``. Raise `InputError` if a line is not so.
    """
    catalogue, kinds = shop_catalogue(), {}
    text = read_file(path, LARGEST_KINDS, "no such file").decode("utf-8-sig", errors="replace")
    rows = csv.reader(text.splitlines(), delimiter=max(",;\t", key=text.count))
    for line, row in enumerate(rows, 1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (line == 1 and cells[1:] in (["kind"], ["genre"])):
            continue
        if len(cells) != 2 or not all(cells):
            raise InputError(f"{path}: line {line}: expected two columns, a word and a kind.")
        kind = cells[1].lower()
        if kind not in _SPECIAL and kind not in catalogue.osm:
            raise InputError(
                f"{path}: line {line}: the kind {kind!r} is neither a value of OpenStreetMap's shop"
                f" or amenity in the catalogue nor {', '.join(_SPECIAL)}."
                + nearest(kind, [*catalogue.osm, *_SPECIAL])
            )
        kinds[plain_word(cells[0])] = kind
    return kinds
