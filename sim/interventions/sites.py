"""Where things are put: cells chosen by rule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.interventions.levers import SitedLevers
from sim.state import State

__all__ = ["choose_sites", "spread_out"]

Floats = npt.NDArray[np.float64]


def choose_sites(state: State, levers: SitedLevers, count: int) -> npt.NDArray[np.int64]:
    """Flat cells of the sites of an intervention, in the starting state.

    Parameters
    ----------
    state : State
        With residents, youth and premises.
    levers : SitedLevers
        Rule, or row and column of the cell.
    count : int
        Number of sites. By rule they are spread out; of a cell, all of them stand in it.

    Returns
    -------
    (count,) int64 array
    """
    columns = state["cell.residents"].shape[1]
    if levers.site == "cell":
        return np.full(count, levers.site_row * columns + levers.site_column)
    return spread_out(_score(state, levers.site), columns, count)


def spread_out(score: Floats, columns: int, count: int) -> npt.NDArray[np.int64]:
    """Cells of high score far from each other: each maximises score x squared distance to the rest.

    Parameters
    ----------
    score : (cells,) float64 array
    columns : int
        Columns of the grid.
    count : int
        Number of cells; where fewer have a score, some are chosen twice.

    Returns
    -------
    (count,) int64 array
        The cell of highest score first; of equal ones, the first.
    """
    y, x = np.divmod(np.arange(score.size), columns)
    sites = np.zeros(count, np.int64)
    nearest = np.ones(score.size)
    for n in range(count):
        weights = score * nearest
        sites[n] = np.argmax(weights if weights.any() else score)
        away = (y - y[sites[n]]) ** 2.0 + (x - x[sites[n]]) ** 2.0
        nearest = away if n == 0 else np.minimum(nearest, away)
    return sites


def _score(state: State, rule: str) -> Floats:
    residents = state["cell.residents"].ravel().astype(np.float64)
    if rule == "town_centre":
        return _middle(state["cell.zone"] == 0, residents)
    if rule == "most_vacant":
        rows = state["premises.cell_row"][state["premises.is_open"] == 0]
        score = np.bincount(rows, minlength=residents.size).astype(np.float64)
    elif rule == "most_youth":
        rows = state["youth.cell_row"][state["youth.is_present"] == 1]
        score = np.bincount(rows, minlength=residents.size).astype(np.float64)
    else:
        score = residents
    return score if score.any() else residents


def _middle(is_centre: npt.NDArray[np.bool_], residents: Floats) -> Floats:
    """Closeness to the middle of the centre within it; where people live if there is none."""
    y, x = np.nonzero(is_centre)
    if not y.size:
        return residents
    closeness = np.zeros(is_centre.shape)
    closeness[y, x] = 1 / (1 + (y - y.mean()) ** 2 + (x - x.mean()) ** 2)
    return closeness.ravel()
