"""Costs of shops at the start: partly in proportion to takings, partly common to a sector.

    log costs = (1 - k) log R + k log(common cost x floor area) + log c(own margin)

with k `common_cost_share`, R the takings of an average occupant in the mean field, where all
premises are open equally often, and c the costs per euro of takings at which a shop has its own
margin (`costs_at`). The common cost per m2 keeps the sector's total costs. With k = 0 every place
bears the shops it has. With k above 0 a place where a square metre takes little is born unviable,
since wages, energy and fittings cost the same in a side street as in the main street. What remains
in proportion to takings follows the place: rents, and the pay of those who run the shop.

Retail parks have a common cost of their own in each sector: their land and buildings are cheaper,
and a square metre there needs fewer hands. Their shops as a whole thus start neither better nor
worse off than those in town.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy

from sim.kernels.arrays import Floats
from sim.kernels.elementary import power
from sim.kernels.machine.compile import kernel, parallel
from sim.kernels.machine.records import parameters_of
from sim.kernels.space import huff_flows
from sim.kernels.zone_codes import is_park
from sim.processes.shop_accounts import costs_at, dilution, margin_of
from sim.registry.state import State
from sim.territory.territory import SECTORS

LEAST_TAKINGS = 1e-3
"""EUR/month: premises without customers still have costs."""


def _flows(state: State, sector: int, outside: float, threads: bool) -> tuple[float, float]:
    kept, leaked = (parallel(huff_flows) if threads else huff_flows)(
        state["cell.attraction"][sector],
        # Read-only as in the month, so that numba compiles the kernel only once.
        state.read_only("cell.consumers"),
        state.read_only("sector.decay")[sector],
        state.read_only("sector.decay_weight")[sector],
        outside,
        state["cell.revenue_per_attraction"][sector],
        state["cell.access"][sector],
        state["work.space"][sector],
    )
    return float(kept), float(leaked)


def _solve_flows(state: State, sector: int, share: float, threads: bool) -> float:
    """Find the outside attraction at which a `share` of spending leaves the grid, and the flows."""
    _flows(state, sector, 0.0, threads)
    if share <= 0 or not (state["cell.attraction"][sector].any() and state["cell.consumers"].any()):
        return 0.0
    reach = float(state["cell.access"][sector].max())
    found: dict[float, float] = {}

    def log_odds(log_outside: float) -> float:  # almost a straight line, so that few steps do
        if log_outside not in found:
            kept, leaked = _flows(state, sector, math.exp(log_outside), threads)
            leaks, remains = leaked * (1 - share), kept * share
            found[log_outside] = math.log(max(leaks, 1e-300) / max(remains, 1e-300))
        return found[log_outside]

    low, high = math.log(reach * 1e-9), math.log(reach * 1e6)
    if log_odds(low) >= 0 or log_odds(high) <= 0:  # a share of almost 0 or 1
        root = low if log_odds(low) >= 0 else high
    else:
        root = float(scipy.optimize.brentq(log_odds, low, high, xtol=1e-9))
    if root != next(reversed(found)):  # the state has the flows of the last step
        _flows(state, sector, math.exp(root), threads)
    return math.exp(root)


@kernel
def _thin(access: Any, outside: float, newcomer: Floats) -> None:
    """Replace the attraction of newcomers by the share of the pull that they leave."""
    for i in range(newcomer.size):
        newcomer[i] = dilution(access[i], outside, newcomer[i])


def takings(
    state: State, values: Mapping[str, Any], presence: Floats, *, threads: bool = False
) -> Floats:
    """Return what an average occupant of each of the premises takes, EUR/month.

    The others are open and attractive as expected: by `presence`, (premises,). Modify the
    attraction of cells and of the outside world in a state with its ground and drivers in place.
    """
    cell = state["premises.cell_row"]
    sector = state["premises.sector"]
    attraction = state["premises.size_attraction"]
    state["cell.attraction"] = 0
    field = state["cell.attraction"].reshape(-1)
    # Few cells have shops, so that sums in float64 need no field of their own.
    place = sector.astype(np.int64) * (field.size // len(SECTORS)) + cell
    places, at = np.unique(place, return_inverse=True)
    field[places] = np.bincount(at, attraction * presence, minlength=places.size)
    revenue = np.zeros(cell.size)
    for s, name in enumerate(SECTORS):
        share = values[f"outside_share_{name}"] if values["boundary"] == "open" else 0.0
        outside = _solve_flows(state, s, share, threads)
        state["sector.outside_attraction"][s] = outside
        on_site = values[f"spending_{name}"] / 12 * (1 - state["driver.online_share"][s])
        here = sector == s
        won = state["cell.revenue_per_attraction"][s].ravel()[cell[here]]
        access = state["cell.access"][s].ravel()[cell[here]]
        # For an open shop, its own premises are certainly open, not just on average.
        missing = attraction[here] * (1 - presence[here])
        _thin(access, outside, missing)
        revenue[here] = attraction[here] * won * missing * on_site
    return np.maximum(revenue, LEAST_TAKINGS)


def relative_costs(state: State, values: Mapping[str, Any], mean_field: Floats) -> Floats:
    """Return costs relative to those in proportion to takings: 1 without common costs.

    `mean_field`, (premises,), are the takings of an average occupant where all premises are open
    equally often. Weighted by them, the mean of each sector is 1, in retail parks and elsewhere.
    """
    share = values["common_cost_share"]
    relative: Floats = power(state["premises.floor_area"] / mean_field, share)
    in_park = is_park.py_func(state["premises.zone"])
    for s in range(len(SECTORS)):
        for park in (False, True):
            here = (state["premises.sector"] == s) & (in_park == park)
            if here.any():
                relative[here] /= np.average(relative[here], weights=mean_field[here])
    return relative


@kernel
def _meet_costs(margin: Floats, relative: Floats, p: Any) -> None:
    """Replace own margins by those that remain where costs are higher or lower by a factor."""
    for i in range(margin.size):
        margin[i] = margin_of(1.0, costs_at(margin[i], p) * relative[i], p)


def margins_with_costs(own: Floats, relative: Floats, values: Mapping[str, Any]) -> Floats:
    """Return the margins of premises from their own margins and their relative costs.

    Both are of one shape.
    """
    margin = own.copy()
    if values["common_cost_share"] > 0.0:  # else there and back again, but for the rounding
        _meet_costs(margin.reshape(-1), relative.reshape(-1), parameters_of(_meet_costs, values))
    return margin


@kernel
def _find_costs(margin: Floats, p: Any) -> None:
    """Replace margins by the costs per euro of turnover at which shops have them."""
    for i in range(margin.size):
        margin[i] = costs_at(margin[i], p)


def set_costs(
    state: State,
    values: Mapping[str, Any],
    margin: Floats,
    presence: Floats,
    *,
    threads: bool = False,
) -> None:
    """Scale costs so that an average occupant earns the given margin at average occupancy."""
    revenue = takings(state, values, presence, threads=threads)
    costs = margin.copy()
    _find_costs(costs, parameters_of(_find_costs, values))
    costs *= revenue
    rent = np.minimum(values["rent_effort"] / values["gross_margin"], 0.9) * costs
    state["premises.rent"] = state["premises.rent_at_start"] = rent
    state["premises.fixed_costs"] = costs - rent
