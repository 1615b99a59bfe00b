"""Records of simulated towns, of the same kinds as real ones.

`follow` runs a town and keeps who occupied which premises and for how long; `licences` has a
register record it, faults and all. A shop with a direct successor ends when the next begins, within
the month. The other records are read from the state that a run has reached.

The model knows the month of an event and the cell of premises, so days within the month and places
within the cell are drawn evenly. Of premises vacant at the start it knows since when, but not how
long the last shop had been there: a year, by convention, before anything that is estimated.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from experiments.evidence.recording import Register, in_period, record
from experiments.evidence.records import Records
from sim.measures.counting import COUNTS
from sim.measures.measure import Windows
from sim.measures.registry import MEASURES
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import Simulation
from sim.territory.territory import SECTORS, ZONES

NAME = "model"

GOODS = {
    "groceries": "convenience",
    "clothing": "comparison",
    "electronics": "comparison",
    "comparison": "comparison",
}
"""Goods of the evidence, with the sector in which the model sells them."""

OLDEST = 300.0
"""Largest age in years that licences show; dates begin in 1677."""


def positions(run: Simulation) -> pd.DataFrame:
    """Return ``x`` and ``y`` in m of premises, ``from_centre``, ``zone`` and ``sector``.

    The centre is the middle of the premises of the town centre, or of all where there is none.
    """
    cell = run.state["premises.cell_row"].astype(np.int64)
    side, columns = run.territory.cell_size, run.territory.shape[1]
    across, down = np.random.default_rng([run.seed, 1]).random((2, cell.size))
    x, y = (cell % columns + across) * side, (cell // columns + down) * side
    zone, sector = run.state["premises.zone"], run.state["premises.sector"]
    middle = zone == 0 if (zone == 0).any() else np.ones(zone.size, bool)
    return pd.DataFrame(
        {
            "x": x,
            "y": y,
            "from_centre": np.hypot(x - x[middle].mean(), y - y[middle].mean()),
            "zone": np.array(ZONES)[zone],
            "sector": np.array(SECTORS)[sector],
        }
    )


def follow(run: Simulation, months: int | None = None) -> pd.DataFrame:
    """Run some months, by default to the end of the scenario, and return all tenancies.

    Returns
    -------
    DataFrame
        ``place``, ``start`` and ``end`` in years since the scenario's first month (missing while
        running), ``kind`` (sector, or "project"), ``is_shop``, and the columns of `positions`.
    """
    months = run.values["months"] - run.month if months is None else months
    state, rng = run.state, np.random.default_rng([run.seed, 2])
    n = state["premises.id"].size
    was_open = state["premises.is_open"].astype(bool)
    age = np.where(was_open, state["premises.shop_age"], state["premises.months_vacant"])
    since = np.maximum((run.month - age - rng.random(n)) / 12, -OLDEST)
    of_project = state["premises.operator"] >= 0
    gone = np.flatnonzero(~was_open)
    parts = [(gone, since[gone] - 1, since[gone], np.zeros(gone.size, bool))]
    for month in range(run.month, run.month + months):
        tenancy = state["premises.tenancy"].copy()
        run.step()
        is_open = state["premises.is_open"].astype(bool)
        is_new = is_open & (state["premises.tenancy"] > tenancy)
        ended, new = np.flatnonzero(was_open & (is_new | ~is_open)), np.flatnonzero(is_new)
        was_open = is_open
        if not ended.size + new.size:
            continue
        now = rng.random(n)
        parts.append((ended, since[ended], (month + now[ended]) / 12, of_project[ended]))
        now[ended] += (1 - now[ended]) * rng.random(ended.size)  # when a successor begins
        since[new] = (month + now[new]) / 12
        of_project[new] = state["premises.operator"][new] >= 0
    left = np.flatnonzero(was_open)
    parts.append((left, since[left], np.full(left.size, np.nan), of_project[left]))
    row, start, end, by_project = (np.concatenate(each) for each in zip(*parts, strict=True))
    place = positions(run).iloc[row].reset_index(drop=True)
    kind = place["sector"].where(~by_project, "project")
    table = pd.DataFrame({"place": state["premises.id"][row], "start": start, "end": end})
    return table.assign(kind=kind, is_shop=True).join(place)


def licences(
    tenancies: pd.DataFrame,
    first: int,
    last: int,
    register: Register | None = None,
    *,
    seed: int = 0,
    name: str = NAME,
) -> Records:
    """Return tenancies as a register holds them, whose first and last full years are given.

    ``first`` is also the year in which the scenario begins. Ends before it are known to the month,
    but not whose they are: who estimates from before gets lives that are too short.
    """
    since, until = pd.Timestamp(first, 1, 1), pd.Timestamp(last + 1, 1, 1)
    running = last + 2.0 - first  # in years: after the period, so still running in it
    shops = tenancies.assign(end=tenancies["end"].fillna(running))
    rng = np.random.default_rng([seed, 3])
    table = record(shops, register or Register(), rng, first=first)
    return Records("licences", in_period(table, pd.Timestamp.min, until), name, since, until)


def lifetimes(licences: Records) -> Records:
    """Return shops without their places, as a register of firms has them."""
    shops = licences.table.drop(columns="place")
    return Records("lifetimes", shops, licences.name, licences.since, licences.until)


def premises(run: Simulation, zone: str | None = "town_centre", *, name: str = NAME) -> Records:
    """Return the premises of a zone, or of all, on the last day run, vacant or not."""
    is_vacant = run.state["premises.is_open"] == 0
    table = positions(run).assign(place=run.state["premises.id"], is_vacant=is_vacant)
    here = table["zone"] == zone if zone else slice(None)
    return Records("premises", table[here].reset_index(drop=True), name)


def choices(
    run: Simulation,
    goods: Sequence[str] = ("groceries", "electronics", "comparison"),
    *,
    n_homes: int = 20,
    n_trips: int = 400,
    name: str = NAME,
) -> Records:
    """Return trips to shops from cells drawn by their consumers, one good after the other.

    Trips follow the money: each home spreads them over all open shops of the sector as Huff's model
    does, those beyond the grid left out. Distances are along streets. Within a cell they are two
    thirds of its side, the mean of two random points.
    """
    state, columns = run.state, run.territory.shape[1]
    cell_km = float(state["town.cell_km"][0])
    rng = np.random.default_rng([run.seed, 4])
    people = state["cell.consumers"].ravel().astype(float)
    n_homes = min(n_homes, int((people > 0).sum()))
    home = np.sort(rng.choice(people.size, n_homes, replace=False, p=people / people.sum()))
    pull = state["premises.attraction"] * state["premises.quality"].astype(float)
    parts = []
    for good in goods:
        s = SECTORS.index(GOODS[good])
        open_here = state["premises.is_open"].astype(bool) & (state["premises.sector"] == s)
        shop = np.flatnonzero(open_here)
        cell = state["premises.cell_row"][shop]
        apart = np.abs(home[:, None] // columns - cell // columns)
        apart = apart + np.abs(home[:, None] % columns - cell % columns)
        falls = (
            np.exp(-apart[..., None] * state["sector.decay"][s]) @ state["sector.decay_weight"][s]
        )
        odds = falls * pull[shop]
        chance = odds / odds.sum(axis=1, keepdims=True) / n_homes
        trips = rng.multinomial(n_trips, (chance / chance.sum()).ravel())
        table = {
            "at": 0,
            "good": good,
            "home": np.repeat(home, shop.size),
            "shop": np.tile(state["premises.id"][shop], n_homes),
            "km": (np.maximum(apart, 2 / 3) * cell_km).ravel(),
            "floor": np.tile(state["premises.floor_area"][shop], n_homes),
            "trips": trips,
        }
        parts.append(pd.DataFrame(table))
    return Records("choices", pd.concat(parts, ignore_index=True), name)


def purchases(
    run: Simulation,
    goods: Sequence[str] = ("groceries", "clothing", "electronics"),
    *,
    n: int = 400,
    name: str = NAME,
) -> Records:
    """Return purchases of the last month run, online as often as this month's share says.

    All purchases of a good cost the same, its mean basket: the model has no other, so medians say
    nothing.
    """
    rng = np.random.default_rng([run.seed, 5])
    parts = []
    for good in goods:
        sector = GOODS[good]
        share = run.state["driver.online_share"][SECTORS.index(sector)]
        channel = np.where(rng.random(n) < share, "online", "store")
        spending = run.values[f"basket_{sector}"]
        parts.append(pd.DataFrame({"good": good, "channel": channel, "spending": spending}))
    return Records("purchases", pd.concat(parts, ignore_index=True), name)


def towns(runs: Sequence[Simulation], *, name: str = NAME) -> Records:
    """Return the mean vacancy of the centre of each town in each full year run."""
    parts = []
    for town, run in enumerate(runs):
        windows = Windows.of_months(dict(zip(COUNTS, run.counts.T, strict=True)), run.month)
        monthly = MEASURES["retail_vacancy_town_centre"].over(windows)
        yearly = monthly[: len(monthly) // 12 * 12].reshape(-1, 12).mean(axis=1)
        year = run.values["start_year"] + np.arange(yearly.size)
        parts.append(pd.DataFrame({"town": town, "year": year, "vacancy": yearly}))
    return Records("towns", pd.concat(parts, ignore_index=True), name)


def simulate(
    scenario: Scenario, seed: int, register: Register | None = None, *, name: str = NAME
) -> list[Records]:
    """Run a scenario of full years and return its records, but for those of several towns."""
    run = Simulation(scenario, seed)
    first = run.values["start_year"]
    last = first + run.values["months"] // 12 - 1
    shops = licences(follow(run), first, last, register, seed=seed, name=name)
    return [shops, premises(run, name=name), choices(run, name=name), purchases(run, name=name)]
