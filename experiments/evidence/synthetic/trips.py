"""Trips to shops with known decay, and purchases with a known share online."""

from __future__ import annotations

import numpy as np
import pandas as pd


def choices(
    decay: float,
    *,
    is_power: bool = False,
    is_on_site: bool = False,
    floor_exponent: float = 0.0,
    shop_spread: float = 0.5,
    n_homes: int = 20,
    n_shops: int = 12,
    n_trips: int = 400,
    seed: int,
) -> pd.DataFrame:
    """Return trips over all pairs of home and shop in a square of 6 km.

    Parameters
    ----------
    decay
        Fall of the odds per km, or the exponent of distance if ``is_power``.
    is_on_site
        If people are met at two of the shops: those near who pass by, whatever they chose, and
        customers of the shop from anywhere. Otherwise all are met alike.
    floor_exponent, shop_spread
        How shops differ: by the power of a floor from 50 to 5,000 m2, and a normal spread of
        the log of what else attracts.
    """
    rng = np.random.default_rng(seed)
    homes, shops = rng.uniform(0, 6, (n_homes, 2)), rng.uniform(0, 6, (n_shops, 2))
    floor = np.exp(rng.uniform(np.log(50), np.log(5000), n_shops))
    km = np.maximum(np.linalg.norm(homes[:, None] - shops, axis=2), 0.1)
    pull = floor_exponent * np.log(floor) + rng.normal(0, shop_spread, n_shops)
    odds = np.exp(pull - decay * (np.log(km) if is_power else km))
    chance = odds / odds.sum(axis=1, keepdims=True) / n_homes
    parts = []
    for at in range(2):
        met = chance.copy()
        if is_on_site:
            met *= np.exp(-km[:, [at]] / 2) + (np.arange(n_shops) == at)
        trips = rng.multinomial(n_trips // 2, (met / met.sum()).ravel())
        home, shop = np.indices(km.shape)
        columns = {"home": home, "shop": shop, "km": km, "floor": np.tile(floor, (n_homes, 1))}
        own = pd.DataFrame({name: values.ravel() for name, values in columns.items()})
        is_site = is_on_site & (own["shop"] < 2)
        parts.append(own.assign(at=at, good="groceries", trips=trips, is_site=is_site))
    return pd.concat(parts, ignore_index=True)


def purchases(
    median: float, spread: float, online_share: float, *, n: int = 300, seed: int
) -> pd.DataFrame:
    """Return purchases with lognormal spending, alike online and in shops."""
    rng = np.random.default_rng(seed)
    channel = np.where(rng.random(n) < online_share, "online", "store")
    spending = median * np.exp(rng.normal(0, spread, n))
    return pd.DataFrame({"good": "clothing", "channel": channel, "spending": spending})
