"""Turn a map into a starting state in which shops have customers and a history.

Costs are scaled so that each unit of premises starts with its own margin, lower where costs common
to the sector weigh on small takings (`sim.start.shop_costs`). Margins spread around the one that
sustains the starting vacancy under constant drivers (`sim.start.stationary_shops`). Ages,
reserves and qualities come from the same stationary life, so the state starts in equilibrium.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from sim.kernels.arrays import Floats, Ints
from sim.kernels.elementary import exp, power
from sim.kernels.machine.records import parameters_of
from sim.kernels.space import decay_potential, huff_work_shape, potential_work, usual_lanes
from sim.processes import demography, exogenous_drivers
from sim.processes.shop_closure import age_scale
from sim.registry.catalogues import project_kinds
from sim.registry.parameters import ParameterGroup, parameter
from sim.registry.solved_once import solved_once
from sim.registry.state import State
from sim.start.distance_decay import decay_components, distance_decays
from sim.start.draws import uniform
from sim.start.income_thirds import income_thirds
from sim.start.people import people_sizes, settle_people
from sim.start.projects import start_projects
from sim.start.shop_costs import margins_with_costs, relative_costs, set_costs, takings
from sim.start.stationary_shops import (
    MARGINS,
    QUALITY_QUANTILES,
    Stationary,
    clip_margin,
    cost_classes,
    live_shops,
    live_vacancies,
    nearest_class,
    quality_classes,
    solve_stationary,
)
from sim.start.surroundings import mark_tax_bases, set_usual_surroundings
from sim.start.youth import start_youth
from sim.territory.territory import OPEN, UNKNOWN, VACANT, Territory

__all__ = ["StartParameters", "starting_state"]

STREAMS = {"margin": 101, "occupancy": 102, "age": 103, "quality": 104, "lettability": 105}
"""Random streams of the starting state; never reuse a number."""

_SHOPS_OF_PART = 10_000
"""Shops whose lives one thread follows at a time."""


class StartParameters(ParameterGroup):
    """The date and the state in which a run begins."""

    start_year: int = parameter(
        2025,
        unit="year",
        bounds=(2001, 2060),
        label="Start year",
        help="The first reported month is January of this year.",
        source="scenario",
        role="constant",
    )
    months: int = parameter(
        240,
        unit="months",
        bounds=(1, 1200),
        label="Duration",
        help="Number of months to simulate.",
        source="scenario",
        role="constant",
    )
    spin_up: int = parameter(
        24,
        unit="months",
        bounds=(0, 240),
        label="Spin-up",
        help="Unreported months before the first one, run with constant drivers.",
        source="two years",
        role="constant",
    )
    starting_vacancy: float = parameter(
        0.104,
        unit="share",
        bounds=(0.005, 0.6),
        label="Starting vacancy",
        help="Share of vacant premises that would last if the world outside stood still.",
        source="10.4% in 187 French centres in 2015 (letowski.fr, CGEDD-IGF)",
        evidence="found",
        role="constant",
    )
    margin_spread: float = parameter(
        0.056,
        unit="SD",
        bounds=(0.0, 0.4),
        label="Spread of margins between premises",
        help="How much premises of one town differ in the margin they allow.",
        source="long vacancy, rise of French vacancy; joint fit (docs/validation.md)",
        evidence="derived",
        plausible=(0.03, 0.18),
    )
    common_cost_share: float = parameter(
        0.33,
        unit="share",
        label="Costs common to a sector",
        help="How far costs follow the floor area, at the same cost per m2 for the whole sector, "
        "instead of what each place lets a shop take; 0: not at all.",
        source="joint fit, which does not narrow it (docs/sources.md)",
        evidence="derived",
        plausible=(0.0, 0.6),
    )
    town_margin: float = parameter(
        0.0,
        bounds=(-0.4, 0.4),
        label="This town's own margin",
        help="How much better or worse shops do here; the vacancy of the start follows.",
        source="towns differ by an SD of 0.055 in the backcast (pattern 4, docs/validation.md)",
        role="constant",
    )


def _allocate(
    territory: Territory, place: Territory, values: Mapping[str, Any], sizes: Mapping[str, int]
) -> State:
    rows, columns = territory.shape
    work = huff_work_shape(rows, columns, usual_lanes(rows, columns))
    return State(
        {
            "row": rows,
            "column": columns,
            "premises": territory.premises_cell.size,
            "component": decay_components(values),
            **people_sizes(place, values),
            "project_kind": len(project_kinds()),
            **sizes,
            **dict(zip(("lane", "height", "width"), work, strict=True)),
        }
    )


def _lay_ground(state: State, territory: Territory, values: Mapping[str, Any]) -> None:
    """Set consumers, premises and what their trips depend on."""
    rows, columns = territory.shape
    kilometres = territory.cell_size / 1000
    state["town.cell_km"] = kilometres
    state["cell.residents"] = territory.residents
    state["cell.purchasing_power"] = power(
        np.maximum(territory.income, 0), values["income_elasticity"]
    )
    if values["boundary"] == "open":
        # Visitors from beyond the grid enter evenly along its edge.
        edge = np.zeros((rows, columns), bool)
        edge[[0, -1], :] = edge[:, [0, -1]] = True
        arriving = values["visitors_share"] * territory.residents.sum(dtype=np.float64)
        state["cell.visitors"][edge] = arriving / edge.sum()
    state["cell.consumers"] = demography.consumers.py_func(
        state["cell.residents"],
        state["cell.purchasing_power"],
        state["cell.visitors"],
        state["cell.moved_consumers"],
    )
    state["cell.zone"] = territory.zone
    cell = territory.premises_cell
    state["premises.id"] = np.arange(cell.size)
    state["premises.cell_row"] = cell
    state["premises.sector"] = territory.premises_sector
    state["premises.zone"] = territory.premises_zone
    state["premises.floor_area"] = territory.premises_floor_area
    state["premises.size_attraction"] = power(
        territory.premises_floor_area, values["floor_area_elasticity"]
    )
    state["premises.quality"] = 1
    state["premises.jobs"] = (
        values["shop_jobs_base"] + values["shop_jobs_per_m2"] * territory.premises_floor_area
    )
    rates, weights = distance_decays(values, kilometres)
    state["sector.decay"], state["sector.decay_weight"] = rates, weights


def _lay_surroundings(
    state: State, territory: Territory, place: Territory, values: Mapping[str, Any]
) -> None:
    """Set what people find around them, and their thirds by income."""
    rows, columns = territory.shape
    state["cell.income_third"] = income_thirds(territory.income, place.residents)
    count = np.bincount(territory.premises_cell, minlength=rows * columns)
    state["cell.premises"] = count.reshape(rows, columns)
    state["town.neighbourhood_decay"] = values["neighbourhood_decay"] * state["town.cell_km"][0]
    decay_potential(
        state["cell.premises"],
        state["town.neighbourhood_decay"][0],
        state["cell.premises_nearby"],
        potential_work(state["work.space"][0], state["cell.premises"]),
    )


def _set_drivers(state: State, values: Mapping[str, Any]) -> None:
    """Tabulate the drivers and read them on the start date."""
    names = exogenous_drivers.ExogenousDriversParameters.model_fields
    of_drivers = {name: values[name] for name in names}
    for name, series in exogenous_drivers.driver_series(
        of_drivers, float(values["start_year"]), state.sizes["calendar_month"]
    ).items():
        state[f"series.{name}"] = series
    exogenous_drivers.PROCESS.bind(state, values, seed=0)(0, 12 * (values["start_year"] - 2000))


@solved_once
def _known_costs(values: Mapping[str, Any], territory: Territory) -> list[Floats]:
    """Return a list for the relative costs of a territory, empty until they are found."""
    return []


def _relative_costs(
    state: State, values: Mapping[str, Any], territory: Territory, *, threads: bool
) -> Floats:
    """Return `relative_costs` of premises in the mean field, which no draw of a run changes.

    The first time, the shops of the state are those of the mean field until `set_costs`.
    """
    known = _known_costs(values, territory)
    if not known:
        presence = np.full(territory.premises_cell.size, 1 - values["starting_vacancy"])
        mean_field = takings(state, values, presence, threads=threads)
        known.append(relative_costs(state, values, mean_field))
    return known[0]


def _draw_margins(
    seed: int,
    occupancy: npt.NDArray[np.int8],
    values: Mapping[str, Any],
    life: Stationary,
    relative: Floats,
) -> tuple[Floats, Ints]:
    """Draw margins and classes of lettability, conditional on the occupancy where it is known.

    Known vacant premises are the less profitable and the harder to let ones, given their relative
    costs.
    """
    n, classes = occupancy.size, life.lettability.size
    u, v = uniform(seed, STREAMS["margin"], n), uniform(seed, STREAMS["lettability"], n)
    z = scipy.special.ndtri(u)
    ease = (v * classes).astype(np.int64)
    mean, spread = life.mean_margin, values["margin_spread"]
    nodes = np.linspace(-4, 4, 401)
    weight = exp(-(nodes**2) / 2)
    of_costs, vacancy_at = nearest_class(relative, life.costs), life.vacancy_at
    for c in np.unique(of_costs[occupancy != UNKNOWN]):
        costs = np.full(nodes.size, life.costs[c])
        margins = clip_margin(margins_with_costs(mean + spread * nodes, costs, values))
        vacant = np.stack([np.interp(margins, MARGINS, column) for column in vacancy_at.T])
        for known, chance in ((VACANT, vacant), (OPEN, 1 - vacant)):
            here = np.flatnonzero((occupancy == known) & (of_costs == c))
            cumulative = np.cumsum(weight * chance, axis=1)
            by_class = np.cumsum(cumulative[:, -1])
            ease[here] = np.searchsorted(by_class[:-1] / by_class[-1], v[here], side="right")
            for k in np.unique(ease[here]):
                these = here[ease[here] == k]
                z[these] = np.interp(u[these], cumulative[k] / cumulative[k, -1], nodes)
    return clip_margin(margins_with_costs(mean + spread * z, relative, values)), ease


def _give_histories(
    state: State,
    seed: int,
    margin: Floats,
    values: Mapping[str, Any],
    life: Stationary,
    *,
    threads: bool,
) -> None:
    """Draw age, reserves and quality of shops and age of vacancies from their stationary life."""
    is_open = state["premises.is_open"].astype(bool)
    n = margin.size
    u, v = uniform(seed, STREAMS["age"], n), uniform(seed, STREAMS["quality"], n)
    scale = state["town.closure_age_scale"][0]
    m = margin[is_open]
    # Good shops live longer, so weight quality among open shops by its mean life.
    weights = np.stack([np.interp(m, MARGINS, column) for column in life.open_months.T], axis=1)
    cumulative = np.cumsum(weights, axis=1)
    wanted = v[is_open] * cumulative[:, -1]
    group = np.minimum((cumulative < wanted[:, None]).sum(axis=1), QUALITY_QUANTILES - 1)
    rows = np.arange(m.size)
    within = 1 - (cumulative[rows, group] - wanted) / weights[rows, group]
    z = scipy.special.ndtri(np.clip((group + within) / QUALITY_QUANTILES, 1e-9, 1 - 1e-9))
    quality = quality_classes(z, values)
    mean_life, age, reached, reserves = np.zeros((4, m.size))
    p = parameters_of(live_shops, values)
    target = u[is_open]

    def live(part: slice) -> None:
        here = mean_life[part], target[part], m[part], quality[part]
        live_shops(*here, scale, age[part], reached[part], reserves[part], p)

    if threads:
        parts = [slice(at, at + _SHOPS_OF_PART) for at in range(0, m.size, _SHOPS_OF_PART)]
        with ThreadPoolExecutor() as pool:
            list(pool.map(live, parts))  # the kernel leaves the interpreter free
    else:
        live(slice(None))
    full = np.zeros((4, n))
    full[:, is_open] = quality, age, reached, reserves
    spell, months = np.zeros(n - m.size), np.zeros(n - m.size)
    empty = margin[~is_open]
    lettability = state["premises.lettability"][~is_open].astype(np.float64)
    taken, p = state["town.takeover_rate"][0], parameters_of(live_vacancies, values)
    live_vacancies(spell, np.ones(empty.size), empty, lettability, taken, months, p)
    live_vacancies(spell, u[~is_open], empty, lettability, taken, months, p)
    full[0, ~is_open] = 1
    full[2, ~is_open] = empty
    state["premises.quality"], state["premises.shop_age"] = full[0], full[1]
    state["premises.margin"], state["premises.reserves"] = full[2], full[3]
    state["premises.months_vacant"][~is_open] = months
    state["premises.tenancy"] = 1


def starting_state(
    territory: Territory,
    values: Mapping[str, Any],
    seed: int,
    sizes: Mapping[str, int] = MappingProxyType({}),
    *,
    threads: bool = False,
) -> State:
    """Make the starting state of a territory.

    Parameters
    ----------
    territory : Territory
        The place; the occupancy of premises is drawn if unknown.
    values : mapping
        Effective parameters by flat name.
    seed : int
        Seed of the run.
    sizes : mapping of str to int
        Length of the dimensions that interventions need.
    threads : bool
        Spread the longest kernels over threads. The results are the same to the bit.

    Returns
    -------
    State
        State before the spin-up.

    Raises
    ------
    InputError
        If no margin sustains the starting vacancy with the given rates.
    """
    place = territory.place_alone
    state = _allocate(territory, place, values, sizes)
    _lay_ground(state, territory, values)
    _lay_surroundings(state, territory, place, values)
    settle_people(state, place, values)
    start_youth(state, place, values, seed, threads=threads)
    start_projects(state, values, seed)
    _set_drivers(state, values)
    scale = age_scale(
        values["closure_rate"],
        values["closure_age_shape"],
        values["closure_late_shape"],
        values["closure_lease_hump"],
    )
    state["town.closure_age_scale"] = scale
    relative = np.ones(territory.premises_cell.size)
    if values["common_cost_share"] > 0.0:
        relative = _relative_costs(state, values, territory, threads=threads)
    life = solve_stationary(
        values,
        scale,
        values["starting_vacancy"],
        values["town_margin"],
        state["town.takeover_rate"][0],
        cost_classes(relative),
    )
    state["town.usual_vacancy"] = life.vacancy
    occupancy = territory.premises_occupancy
    margin, ease = _draw_margins(seed, occupancy, values, life, relative)
    state["premises.lettability"] = life.lettability[ease]
    drawn = uniform(seed, STREAMS["occupancy"], margin.size) >= life.expected_vacancy(margin, ease)
    state["premises.is_open"] = np.where(occupancy == UNKNOWN, drawn, occupancy == 1)
    set_costs(state, values, margin, life.expected_presence(margin, ease), threads=threads)
    _give_histories(state, seed, margin, values, life, threads=threads)
    set_usual_surroundings(state, 1 - life.expected_vacancy(margin, ease))
    mark_tax_bases(state)
    return state
