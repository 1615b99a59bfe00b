"""Measure projects, places and the young of one replication; patterns 6 to 14."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.interventions import load_intervention
from sim.kernels.project_codes import ABANDONED, BORN, CEASED, HAD_IDEA, INCUBATING, REFUSED
from sim.registry.catalogues import project_kinds
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.simulation import Simulation
from sim.territory.territory import SECTORS

YEARS = 20
"""Length of the runs in which projects are followed."""
EIGHT_MONTHS = 8
"""Months from the evening in Valence-Romans to the survey of its ideas."""

WITHIN_A_CELL = 0.52
"""Mean distance between two random points of a unit square."""

Floats = npt.NDArray[np.float64]


def follow_projects(
    scenario: Scenario, seed: int, years: int = YEARS
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Follow every project from its idea to its end.

    Parameters
    ----------
    scenario : Scenario
    seed : int
    years : int
        Length of the run.

    Returns
    -------
    projects : DataFrame
        One row per project that runs, or whose idea arises, after the first month of the run:
        ``kind`` (name), ``supporter`` (account or -1), ``idea``, ``born`` and ``over`` (months of
        the run; NaN for events that did not happen, and for the idea of projects older than the
        run), ``after_8`` (stage code eight months after the idea, NaN if it was over),
        ``evening`` (whether its account held an evening in the month of the idea).
    months : DataFrame
        Monthly indicators of the run.
    """
    names = [kind.name for kind in project_kinds()]
    rows: list[dict[str, float | str | bool]] = []
    run = Simulation(scenario.replace(months=12 * years), seed)
    under_way: dict[int, dict[str, float | str | bool]] = {}
    for month in range(12 * years):
        run.step()
        state = run.state
        event = state["entrepreneur.event"]
        for i in np.flatnonzero(event).tolist():
            what = int(event[i])
            if what == HAD_IDEA or (what == BORN and i not in under_way):
                account = int(state["entrepreneur.supporter"][i])
                under_way[i] = {
                    "kind": names[state["entrepreneur.kind"][i]],
                    "supporter": account,
                    "idea": month if what == HAD_IDEA else np.nan,
                    "born": np.nan,
                    "over": np.nan,
                    "after_8": np.nan,
                    "evening": what == HAD_IDEA
                    and account >= 0
                    and bool(state["account.evening_participants"][account] > 0),
                }
            if what == BORN:
                under_way[i]["born"] = month
            elif what in (REFUSED, ABANDONED, CEASED) and i in under_way:
                rows.append(under_way.pop(i) | {"over": month})
        for i, project in under_way.items():
            if project["idea"] == month - EIGHT_MONTHS:
                project["after_8"] = float(state["entrepreneur.stage"][i])
    rows += under_way.values()
    return pd.DataFrame(rows), run.indicators


def survival(projects: pd.DataFrame, years: int, run: int = YEARS) -> float:
    """Estimate the share of projects still running at an age (Kaplan-Meier).

    Parameters
    ----------
    projects : DataFrame
        From `follow_projects`.
    years : int
        Age.
    run : int
        Length of the run in years; projects still running at its end are censored.
    """
    born = projects[projects["born"].notna()]
    is_over = born["over"].notna()
    lived = born["over"].fillna(12 * run) - born["born"]
    alive = 1.0
    for month in range(12 * years):
        at_risk = int((lived > month - 1).sum())
        ended = int((is_over & (lived == month)).sum())
        alive *= 1 - ended / at_risk if at_risk else 1.0
    return alive


def started(projects: pd.DataFrame, within: int = 60, run: int = YEARS) -> float:
    """Return the share of ideas that become running projects within some months."""
    early = projects[projects["idea"] < 12 * run - within]
    return float((early["born"] - early["idea"] <= within).mean())


def nearest_shop(scenario: Scenario, seed: int = 0) -> tuple[dict[str, Floats], Floats]:
    """Return the straight-line distance of each inhabited cell to the nearest open shop by sector.

    Returns
    -------
    dict of str to (cells,) float64 array
        Distances by sector, and to the nearest of ``"any"``; km. Within the home cell, the mean
        distance between two of its points.
    (cells,) float64 array
        Residents of the cells, for weights.
    """
    run = Simulation(scenario, seed)
    state = run.state
    residents = np.asarray(state["cell.residents"], np.float64)
    columns = residents.shape[1]
    side = run.territory.cell_size / 1000
    inhabited = np.flatnonzero(residents.ravel() > 0)
    row, column = np.divmod(inhabited, columns)
    is_open = state["premises.is_open"].astype(bool)
    distances: dict[str, Floats] = {}
    for code, sector in enumerate(SECTORS):
        at = np.unique(state["premises.cell_row"][is_open & (state["premises.sector"] == code)])
        nearest = np.full(inhabited.size, np.inf)
        for shop_row, shop_column in zip(*np.divmod(at, columns), strict=True):
            away = np.hypot(row - shop_row, column - shop_column)
            nearest = np.minimum(nearest, np.where(away > 0, away, WITHIN_A_CELL))
        distances[sector] = side * nearest
    distances["any"] = np.minimum.reduce(list(distances.values()))
    return distances, residents.ravel()[inhabited]


def weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """Return the value below which a share of the weight lies."""
    order = np.argsort(values)
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(int(np.searchsorted(reached, share)), values.size - 1)])


def access(seed: int) -> dict[str, float]:
    """Return distances to shops in generated countryside and a generated town, km; pattern 9."""
    found: dict[str, float] = {}
    for name in ("rural_low_density", "mid_sized_town"):
        distances, residents = nearest_shop(
            load_scenario(name).replace(territory_seed=seed + 1), seed
        )
        for sector in ("convenience", "comparison"):
            half = weighted_quantile(distances[sector], residents, 0.5)
            found[f"{name}, median to {sector}"] = half
        nine = weighted_quantile(distances["any"], residents, 0.9)
        found[f"{name}, nine in ten to any shop"] = nine
    return found


def lives(seed: int) -> dict[str, float]:
    """Return survival and births in the mid-sized town and the neighbourhood; patterns 6 to 8."""
    town, town_months = follow_projects(load_scenario("mid_sized_town"), seed)
    estate, estate_months = follow_projects(load_scenario("working_class_neighbourhood"), seed)
    is_shop = town["kind"] == "shop"
    found = {
        "3 years": 100 * survival(town, 3),
        "5 years": 100 * survival(town, 5),
        "shops, 5 years": 100 * survival(town[is_shop], 5),
        "others, 5 years": 100 * survival(town[~is_shop], 5),
        "working class, 3 years": 100 * survival(estate, 3),
        "ideas that start": 100 * started(town),
        "births followed": float(town["born"].notna().sum()),
    }
    followed = {"mid_sized_town": town_months, "working_class_neighbourhood": estate_months}
    for name, months in followed.items():
        found[f"{name}, births per 1,000"] = float(months["births_per_1000"].mean())
        found[f"{name}, participation"] = 100 * float(months["participation"].mean())
    return found


def evenings(seed: int) -> dict[str, float]:
    """Return the ideas of *start'up de territoire* and their fate; pattern 10."""
    arm = load_scenario("mid_sized_town").add(load_intervention("startup_territoire"))
    projects, months = follow_projects(arm, seed, years=10)
    ideas = projects[projects["evening"] & (projects["idea"] < 120 - EIGHT_MONTHS)]
    from_evenings = projects[projects["evening"]]
    people = float(months["evening_participants"].sum())
    return {
        "ideas per 100 participants": 100 * float(projects["evening"].sum()) / people,
        "started of an evening's ideas": 100 * started(from_evenings, run=10),
        "under way after 8 months": 100 * float((ideas["after_8"] >= INCUBATING).mean()),
    }


def hub(seed: int) -> dict[str, float]:
    """Return members and losses of a cooperation hub from its third year; pattern 12."""
    arm = load_scenario("mid_sized_town").add(load_intervention("cooperation_hub"))
    run = Simulation(arm.replace(months=120), seed)
    run.run(48)
    members, left = [], 0
    before = run.state["entrepreneur.is_member"].copy()
    for _ in range(72):
        run.step()
        after = run.state["entrepreneur.is_member"].copy()
        members.append(int(after.sum()))
        left += int(((before == 1) & (after == 0)).sum())
        before = after
    return {
        "hub members": float(np.mean(members)),
        "hub losses": 100 * 12 * left / max(sum(members), 1),
    }


def displacement(seed: int) -> dict[str, float]:
    """Return the net share of the spending that a cluster brings to some cells; pattern 14."""
    found = {}
    for boundary in ("closed", "open"):
        place = load_scenario("mid_sized_town").replace(boundary=boundary)
        arm = place.add(load_intervention("transition_cluster"))
        run = Simulation(arm.replace(months=120), seed)
        run.run()
        moved = run.state["cell.moved_consumers"].astype(np.float64)
        found[f"net, {boundary}"] = 100 * float(moved.sum() / moved[moved > 0].sum())
    return found
