"""Decay of the choice of a shop with distance, and its form.

A conditional choice among shops: the odds of a shop fall as exp(-b d) or as d^-b with the road
kilometres d from home. Each shop has an effect of its own (floor, price, parking), at each place of
interview another one. Shops at the places of interview are left out of the choice, with the trips
to them: their customers are met there from however far they come. Among the others the odds stay as
they were if a resident's chance of being met does not depend on which of them was chosen.

A conditional choice by residents of the same home is a Poisson regression of trips with an effect
of each home (Baker 1994, :doi:`10.2307/2348134`); that alternative-specific constants absorb
sampling by choice: Manski and Lerman (1977), :doi:`10.2307/1914121`. Form: Huff (1964),
:doi:`10.1177/002224296402800307`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from statsmodels.discrete.discrete_model import Poisson

from experiments.evidence.estimates import Estimate, bootstrap, mean, median, normal

NEAR = 8.0
"""Radius in km of trips in reach of local shops. Judgement, as for the first estimates."""


def informative(choices: pd.DataFrame) -> pd.DataFrame:
    """Return the cells that bear on choice, at each place of interview.

    They are those of shops with a trip and of homes with a trip and a choice of shops, without
    shops at the places of interview.
    """
    cells = choices[choices["km"].notna()]
    if "is_site" in cells:
        cells = cells[~cells["is_site"]]
    while True:
        shop = cells.groupby(["at", "shop"])["trips"].transform("sum")
        home = cells.groupby(["at", "home"])["trips"].transform("sum")
        n_shops = cells.groupby(["at", "home"])["trips"].transform("size")
        kept = cells[(shop > 0) & (home > 0) & (n_shops > 1)]
        if len(kept) == len(cells):
            return kept
        cells = kept


def effects(homes: pd.Series, shops: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Return columns of zeros and ones for each home, and for each shop but one that it links to.

    Shops that share no homes, such as those of two places of interview, cannot be compared, so each
    such group has its own shop of reference.
    """
    home, shop = homes.factorize()[0], shops.factorize()[0]
    n_homes, n_shops = home.max() + 1, shop.max() + 1
    links = coo_array((np.ones(len(home)), (home, n_homes + shop)), shape=(n_homes + n_shops,) * 2)
    group = connected_components(links, directed=False)[1][n_homes:]
    reference = np.unique(group, return_index=True)[1]
    return np.eye(n_homes)[home], np.delete(np.eye(n_shops)[shop], reference, axis=1)


def fit(choices: pd.DataFrame, attributes: np.ndarray, *, with_shops: bool = True):
    """Fit the conditional choice.

    Parameters
    ----------
    choices
        Cells with ``at``, ``home``, ``shop`` and ``trips``, as from `informative`.
    attributes
        Array (cells, k) of what is estimated; its coefficients come first.
    with_shops
        If each shop has an effect of its own.

    Returns
    -------
    statsmodels results
        The log-likelihoods of models of the same trips differ as those of the choices do.
    """
    at = choices["at"].astype(str) + " "
    of_homes, of_shops = effects(at + choices["home"].astype(str), at + choices["shop"].astype(str))
    design = np.hstack([attributes, of_homes, of_shops] if with_shops else [attributes, of_homes])
    start = np.zeros(design.shape[1])
    start[attributes.shape[1] :][: of_homes.shape[1]] = np.log(choices["trips"].mean())
    model = Poisson(choices["trips"].to_numpy(dtype=float), design)
    return model.fit(start, method="newton", maxiter=100, disp=0)


def estimate_good(choices: pd.DataFrame, good: str) -> list[Estimate]:
    """Estimate decay and length of trips of one good; ``good`` ends the names of the figures."""
    cells = informative(choices)
    n = int(cells["trips"].sum())
    km = cells["km"].to_numpy(dtype=float)
    forms = {"exponential": (km, "1/km"), "power": (np.log(km), "1")}
    fits = {form: fit(cells, -x[:, None]) for form, (x, _) in forms.items()}
    made = choices[choices["km"].notna()]
    lengths = np.repeat(made["km"].to_numpy(dtype=float), made["trips"].to_numpy())[:, None]
    return [
        *(
            normal(f"decay_{form}_{good}", fits[form].params[0], fits[form].bse[0], n, unit)
            for form, (_, unit) in forms.items()
        ),
        bootstrap(f"trip_mean_{good}", mean, lengths, "km"),
        bootstrap(f"trip_median_{good}", median, lengths, "km"),
    ]


def power_gain(choices: pd.DataFrame) -> float:
    """Return the log-likelihood of the power form less that of the exponential one."""
    cells = informative(choices)
    km = cells["km"].to_numpy(dtype=float)[:, None]
    return float(fit(cells, -np.log(km)).llf - fit(cells, -km).llf)


def estimate(choices: pd.DataFrame, *, near: float = NEAR) -> list[Estimate]:
    """Estimate decay by good: of all trips, of residents near, and of trips below a distance.

    Parameters
    ----------
    choices
        A row for each pair of home and shop that residents could choose at each place of interview:
        columns ``good``, ``at``, ``home``, ``shop``, ``km``, ``trips`` and, optionally, ``is_near``
        of homes and ``is_site`` of shops at a place of interview. Lengths of trips count all.
    near
        Distance in km of the last.
    """
    found = []
    for good, own in choices.groupby("good"):
        found += estimate_good(own, str(good))
        if "is_near" in own and own.loc[own["is_near"], "trips"].sum() > 100:
            found += estimate_good(own[own["is_near"]], f"{good}_residents_near")
        found += estimate_good(own[own["km"] <= near], f"{good}_below_{near:g}_km")
    return found
