"""Choose the cells of sites by rule."""

from __future__ import annotations

import math

import numpy as np

from sim.interventions.levers import SitedLevers
from sim.kernels.arrays import Bools, Floats, Ints
from sim.kernels.space import exponential_potential
from sim.kernels.zone_codes import BUFFER
from sim.registry.state import State


def choose_sites(state: State, levers: SitedLevers, count: int, apart: float) -> Ints:
    """Choose the flat cells of an intervention's sites in the starting state.

    Parameters
    ----------
    count : int
        Number of sites. Rules spread them out; a given cell holds all of them.
    apart : float
        Scale in cells: people and premises at this distance count for 37 %, and sites farther
        apart do not repel each other.

    Returns
    -------
    (count,) int64 array
    """
    columns = state["cell.residents"].shape[1]
    if levers.site == "cell":
        return np.full(count, levers.site_row * columns + levers.site_column)
    return spread_out(_score(state, levers.site, apart), columns, count, apart)


def existing_sites(state: State, count: int, apart: float) -> Ints:
    """Choose the cells of existing third places: one in the centre, the others where people live.

    Parameters and the array are those of `choose_sites`.
    """
    columns = state["cell.residents"].shape[1]
    middle = int(np.argmax(_score(state, "town_centre", apart)))
    return spread_out(_score(state, "most_populated", apart), columns, count, apart, first=middle)


def spread_out(
    score: Floats, columns: int, count: int, apart: float, first: int | None = None
) -> Ints:
    """Choose cells of high score that are not close to each other.

    Each cell maximises its score times the squared distance to the nearest earlier one, capped at
    `apart`.

    Parameters
    ----------
    score : (cells,) float64 array
    columns : int
        Columns of the grid.
    count : int
        If fewer cells have a score, some are chosen twice.
    apart : float
        In cells.
    first : int, optional
        By default the first cell of highest score.

    Returns
    -------
    (count,) int64 array
    """
    scores = score.reshape(-1, columns)
    sites = np.zeros(count, np.int64)
    reach = max(apart, 1.0)
    nearest = np.full(scores.shape, reach**2)
    weights = scores * nearest
    for n in range(count):
        best = np.argmax(weights)
        sites[n] = best if weights.flat[best] > 0.0 else np.argmax(score)
        if n == 0 and first is not None:
            sites[n] = first
        i, j = divmod(int(sites[n]), columns)
        # Only cells within reach come closer to a site.
        y = np.arange(max(i - math.ceil(reach), 0), min(i + math.ceil(reach) + 1, scores.shape[0]))
        x = np.arange(max(j - math.ceil(reach), 0), min(j + math.ceil(reach) + 1, columns))
        around = np.ix_(y, x)
        away = (y[:, None] - i) ** 2.0 + (x - j) ** 2.0
        nearest[around] = np.minimum(nearest[around], away)
        weights[around] = scores[around] * nearest[around]
    return sites


def _score(state: State, rule: str, apart: float) -> Floats:
    shape = state["cell.residents"].shape
    in_place = state["cell.zone"] < BUFFER
    is_centre = state["cell.zone"] == 0
    if rule == "town_centre" and is_centre.any():
        return _middle(is_centre)
    residents = np.where(in_place, state["cell.residents"], 0).astype(np.float64)
    if rule == "town_centre":
        return residents.ravel()
    score = residents
    if rule != "most_populated":
        rows = (
            state["premises.cell_row"][
                (state["premises.is_open"] == 0) & (state["premises.zone"] < BUFFER)
            ]
            if rule == "most_vacant"
            else state["youth.cell_row"][state["youth.is_present"] == 1]
        )
        score = np.bincount(rows, minlength=residents.size).reshape(shape).astype(np.float64)
    around = exponential_potential(score if score.any() else residents, 1 / max(apart, 1.0))
    return np.where(in_place, around, 0).ravel()


def _middle(is_centre: Bools) -> Floats:
    """Score closeness to the middle of the centre."""
    y, x = np.nonzero(is_centre)
    closeness = np.zeros(is_centre.shape)
    closeness[y, x] = 1 / (1 + (y - y.mean()) ** 2 + (x - x.mean()) ** 2)
    return closeness.ravel()
