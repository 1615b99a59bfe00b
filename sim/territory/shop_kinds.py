"""The catalogue of kinds of shop, with the sector of each kind or the reason to leave it out."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from sim.territory.territory import SECTORS


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
        drawn = self.median * np.exp(self.log_sd * generator.standard_normal(count))
        return np.clip(drawn, self.low, self.high).astype(np.float32)


@dataclass(frozen=True)
class Catalogue:
    """All known kinds of shop.

    OpenStreetMap values and BPE codes have an index in `groups`; `vacant` are the OpenStreetMap
    values that mean premises without a shop.
    """

    groups: tuple[ShopGroup, ...]
    group_of_osm: dict[str, int]
    group_of_bpe: dict[str, int]
    vacant: frozenset[str]


@cache
def shop_catalogue() -> Catalogue:
    """Load the catalogue of the package, ``shop_kinds.toml``."""
    content = tomllib.loads(
        files("sim.territory").joinpath("shop_kinds.toml").read_text(encoding="utf-8")
    )
    groups = tuple(
        ShopGroup(
            name=group["name"],
            sector=SECTORS.index(group["sector"]),
            is_park_kind=group.get("is_park_kind", False),
            **{k: float(group["floor_area"][k]) for k in ("median", "log_sd", "low", "high")},
        )
        for group in content["group"]
    )
    return Catalogue(
        groups=groups,
        group_of_osm={v: i for i, group in enumerate(content["group"]) for v in group["osm"]},
        group_of_bpe={v: i for i, group in enumerate(content["group"]) for v in group["bpe"]},
        vacant=frozenset(content["vacant"]),
    )
