"""Generate a territory: a town with its settlements, centre, retail parks and premises."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.elementary import exp, power
from sim.territory.blur import blurred
from sim.territory.territory import UNKNOWN, Territory

__all__ = ["generate_premises", "generate_territory"]

SECTOR_MIX = {0: (0.15, 0.45, 0.40), 1: (0.20, 0.65, 0.15), 2: (0.40, 0.15, 0.45)}
"""Shares of the three sectors in the centre, in retail parks and elsewhere. Assumed."""

AREA_SPREAD = 0.6
"""Log SD of floor areas within a kind of place. Assumed."""

SUPERMARKET_FACTOR = 3.0
"""Factor by which convenience premises in retail parks, supermarkets, are larger. Assumed."""

BUILT_UP_EDGE = 3.0
"""Distance at which a town or settlement ends, in multiples of its radius. Assumed."""

EDGE_SPREAD = 0.25
"""Log SD of a town's extent over directions. Assumed."""

EDGE_PASSES = 20
"""Number of blurs that make neighbouring directions similar, over some five cells."""

CLUSTERING = 1.3
"""Exponent of residents in the location of local shops, which favour dense cells. Assumed."""


def _smooth(noise: Floats, passes: int) -> Floats:
    """Blur with a 3 x 3 box, edges repeated, and rescale to unit variance."""
    # All passes at once: a repeated edge mirrors the field, and mirrored it stays.
    weights = np.ones(1)
    for _ in range(passes):
        weights = np.convolve(weights, np.ones(3))
    weights /= weights.sum()
    noise = blurred(noise, weights)
    noise -= noise.mean()
    spread = math.sqrt(np.square(noise).sum() / noise.size)
    return np.divide(noise, spread, out=noise) if spread > 0 else noise * 0


def _share_out(weights: Floats, total: int) -> Ints:
    """Divide `total` people in proportion to weights, by largest remainders."""
    flat = weights.ravel()
    if flat.sum() <= 0:
        flat = np.ones_like(flat)
    missing = flat / flat.sum()
    missing *= total
    people = missing.astype(np.int64)
    rest = total - int(people.sum())
    if rest:
        missing -= people
        least = np.partition(missing, -rest)[-rest]
        people[missing > least] += 1
        left = total - int(people.sum())
        people[np.flatnonzero(missing == least)[:left]] += 1
    return people.reshape(weights.shape)


def _profile(away: Floats, radius: float) -> Floats:
    """Return an exponential density with a built-up edge, not normalised; use up the distances."""
    away /= -radius
    near = away > -1.01 * BUILT_UP_EDGE
    density = np.zeros(away.shape)
    density[near] = np.maximum(exp(away[near]) - math.exp(-BUILT_UP_EDGE), 0)
    return density


def _window(
    place: tuple[float, float], reach: float, shape: tuple[int, int]
) -> tuple[slice, slice]:
    """Return the part of a grid within `reach` cells of a place, by row and by column."""
    rows, columns = (
        slice(max(0, math.floor(at - reach)), min(length, math.ceil(at + reach) + 1))
        for at, length in zip(place, shape, strict=True)
    )
    return rows, columns


def _lay_settlement(
    around: Floats,
    ease: Floats,
    least_ease: float,
    place: tuple[float, float],
    radius: float,
    size: float,
) -> None:
    """Add a settlement of a total `size` to a density."""
    reach = BUILT_UP_EDGE * radius
    rows, columns = _window(place, reach / least_ease, ease.shape)
    density = np.zeros((rows.stop - rows.start, columns.stop - columns.start))
    # Most of the widest window is beyond the edge, a little more than which is enough.
    reach *= 1.01 / float(ease[rows, columns].min())
    rows_near, columns_near = _window(place, reach, ease.shape)
    top, bottom = max(rows.start, rows_near.start), min(rows.stop, rows_near.stop)
    left, right = max(columns.start, columns_near.start), min(columns.stop, columns_near.stop)
    near = np.s_[top:bottom, left:right]
    y, x = np.arange(top, bottom) - place[0], np.arange(left, right) - place[1]
    profile = _profile(np.hypot(y[:, None], x[None, :]) * ease[near], radius)
    up, back = rows.start, columns.start
    density[top - up : bottom - up, left - back : right - back] = profile
    total = density.sum()  # over the widest window, so that the order of its sums is the same
    if total > 0:
        around[near] += size * (profile / total)


def generate_territory(values: Mapping[str, Any], name: str = "") -> Territory:
    """Generate a territory with premises of unknown occupancy.

    Values are those of `sim.territory.territory_parameters`, among them ``territory_seed``, by flat
    name; `name` is that of the place.
    """
    rng = np.random.default_rng([values["territory_seed"], 7])
    rows, columns, km = values["rows"], values["columns"], values["cell_size"] / 1000
    y, x = np.arange(rows, dtype=np.float64)[:, None], np.arange(columns, dtype=np.float64)[None, :]
    middle = ((rows - 1) / 2, (columns - 1) / 2)
    from_middle = np.hypot(y - middle[0], x - middle[1])
    # Towns grow along roads and valleys, so their extent differs by direction.
    ease = _smooth(rng.standard_normal((rows, columns)), EDGE_PASSES)
    ease *= EDGE_SPREAD
    ease = exp(ease)
    ease *= km
    town = _profile(from_middle * ease, values["town_radius"])
    town /= max(town.sum(), 1e-300)
    around = np.zeros((rows, columns))
    n = values["settlements"]
    if n:
        # Sizes follow Zipf's law; sites are random but not on top of the town.
        reach = min(rows, columns) / 2
        closest = min(1.5 * values["town_radius"] / km, 0.8 * reach)
        distance = closest + (0.95 * reach - closest) * np.sqrt(rng.random(n))
        angle = rng.random(n) * 2 * np.pi
        sizes = 1 / power(np.arange(1, n + 1), 0.8)
        least_ease, radius = float(ease.min()), values["settlement_radius"]
        for d, a, size in zip(distance, angle, sizes / sizes.sum(), strict=True):
            place = (middle[0] + d * math.sin(a), middle[1] + d * math.cos(a))
            _lay_settlement(around, ease, least_ease, place, radius, size)
    scattered = rng.gamma(0.3, 1.0, (rows, columns))
    share = values["scattered_share"] * (1 - values["town_share"] if n else 1.0)
    rest = 1 - values["town_share"] - share if n else 0.0
    # In place, since a country has 25 million cells, and memory costs more time than sums.
    town *= 1 - rest - share
    around *= rest
    town += around
    density, texture = town, _smooth(rng.standard_normal((rows, columns)), 2)
    texture *= 0.7
    noise = rng.standard_normal((rows, columns))
    noise *= 0.7
    texture += noise
    texture *= values["patchiness"]
    density *= exp(texture)
    for part, of_all in ((density, 1 - share), (scattered, share)):
        total = max(part.sum(), 1e-300)
        part *= of_all
        part /= total
    density += scattered
    residents = _share_out(density, values["population"])
    # Income differs between neighbourhoods some kilometres wide; the residents' mean is given.
    income = _smooth(rng.standard_normal((rows, columns)), 6)
    income *= values["income_spread"]
    income = exp(income)
    income *= values["income_level"] * residents.sum() / (income * residents).sum()
    is_centre = np.zeros((rows, columns), bool)
    if values["centre_radius"]:
        is_centre = from_middle * km <= max(values["centre_radius"], 0.71 * km)
    is_park = _place_parks(rng, residents, is_centre, values)
    territory = Territory(
        name=name,
        cell_size=float(values["cell_size"]),
        residents=residents.astype(np.float32),
        youth=(residents * values["youth_share"]).astype(np.float32),
        income=np.where(residents > 0, income, 1).astype(np.float32),
        is_town_centre=is_centre,
        is_retail_park=is_park,
        provenance={
            part: {
                "generated": True,
                "why": "the scenario describes the place by parameters",
                "source": "sim.territory.generate",
                "evidence": "assumed",
            }
            for part in ("residents", "youth", "income", "zones")
        },
    )
    return generate_premises(territory, values)


def _place_parks(
    rng: np.random.Generator, residents: Ints, is_centre: Bools, values: Mapping[str, Any]
) -> Bools:
    """Place blocks of 2 x 2 cells around the town at even angles, where few people live."""
    rows, columns = residents.shape
    km = values["cell_size"] / 1000
    is_park = np.zeros((rows, columns), bool)
    turn = rng.random() * 2 * np.pi
    for k in range(values["retail_parks"]):
        angle = turn + 2 * np.pi * k / values["retail_parks"]
        blocks = []
        for stretch in (0.9, 1.0, 1.1):
            d = values["park_distance"] * stretch / km
            i = int(np.clip((rows - 1) / 2 + d * math.sin(angle), 0, rows - 1))
            j = int(np.clip((columns - 1) / 2 + d * math.cos(angle), 0, columns - 1))
            blocks.append(np.s_[i : i + 2, j : j + 2])
        is_park[min(blocks, key=lambda block: residents[block].sum())] = True
    return is_park & ~is_centre


def generate_premises(territory: Territory, values: Mapping[str, Any]) -> Territory:
    """Replace a territory's premises by some in its centre, its retail parks and where people live.

    Values are ``premises_per_1000``, ``centre_share``, ``park_share``, ``floor_area``,
    ``park_floor_area`` and ``territory_seed``. The occupancy of premises is unknown; zones without
    cells get none.
    """
    rng = np.random.default_rng([values["territory_seed"], 11])
    residents = territory.residents.astype(np.float64)
    people = residents.sum()
    n = round(people * values["premises_per_1000"] / 1000)
    centre, park = territory.is_town_centre, territory.is_retail_park
    elsewhere = ~centre & ~park
    # Shops of the centre cluster around its middle; local shops follow residents.
    i, j = np.nonzero(centre)
    core = np.zeros(residents.shape)
    if i.size:
        r2 = (i - i.mean()) ** 2 + (j - j.mean()) ** 2
        core[i, j] = exp(-r2 / (2 * max(i.size / np.pi / 4, 0.5)))
    around = power(residents, CLUSTERING)
    around[~elsewhere] = 0
    weights = (core, park.astype(np.float64), around)
    wanted = [values["centre_share"], values["park_share"]]
    total = max(sum(wanted), 1.0)
    shares = np.array([wanted[0] / total, wanted[1] / total, max(0.0, 1 - sum(wanted))])
    shares[[w.sum() <= 0 for w in weights]] = 0
    if shares.sum() <= 0:
        n = 0
    counts = _share_out(shares, n) if n else np.zeros(3, np.int64)
    cells, sectors, areas = [], [], []
    for zone, (count, weight) in enumerate(zip(counts, weights, strict=True)):
        if not count:
            continue
        possible = np.flatnonzero(weight)
        chances = weight.ravel()[possible] / weight.sum()
        cells.append(possible[rng.choice(possible.size, count, p=chances)])
        sector = rng.choice(3, count, p=SECTOR_MIX[zone])
        median = values["park_floor_area"] if zone == 1 else values["floor_area"]
        area = median * exp(AREA_SPREAD * rng.standard_normal(count))
        areas.append(np.where((zone == 1) & (sector == 0), SUPERMARKET_FACTOR, 1.0) * area)
        sectors.append(sector)
    cell = np.concatenate(cells) if cells else np.zeros(0)
    order = np.argsort(cell, kind="stable")  # so that kernels access cells in memory order
    # The provenance of an imported place already says why it has no premises.
    why = territory.provenance.get("premises", {}).get(
        "why", "the scenario describes premises by parameters"
    )
    made = {
        "generated": True,
        "why": why,
        "in_words": f"{n} premises are generated from the scenario's parameters: {why}.",
        "source": "sim.territory.generate",
        "evidence": "assumed",
    }
    return replace(
        territory,
        premises_cell=cell[order].astype(np.int32),
        premises_sector=(np.concatenate(sectors) if cells else cell)[order].astype(np.uint8),
        premises_floor_area=(np.concatenate(areas) if cells else cell)[order].astype(np.float32),
        premises_occupancy=np.full(cell.size, UNKNOWN, np.int8),
        provenance={**territory.provenance, "premises": made},
    )
