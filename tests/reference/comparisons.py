"""Comparisons with synthetic numbers, so that each verdict is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from unittest import mock

import numpy as np

from sim import load_scenario
from sim.experiments.comparison import compare
from sim.experiments.course import Course
from sim.experiments.results import Results
from sim.experiments.run import Outcome, Run
from sim.experiments.territory_runs import TerritoryRuns
from sim.interventions import load_intervention
from sim.measures.map_layers import LAYERS
from sim.measures.registry import OUTCOMES, ROLLING, horizons_within
from sim.registry.variables.money import LINES, SOURCES
from sim.scenario.scenario import Scenario
from sim.simulation.simulation import territory_of

LEVELS = {
    "closure_rate_town_centre": 9.1,
    "open_shops_town_centre": 212.0,
    "births_per_1000": 0.41,
    "project_births": 205.0,
    "running_projects": 118.0,
    "participation": 0.281,
    "active_youth_years": 23_900.0,
    "closures": 612.0,
    "public_spending": 0.0,
    "public_money_unspent": 0.0,
    "bottom_up_share": 0.71,
    "trust": 0.5,
    "review_delay": 8.6,
}
"""Levels without an intervention; 50 by default."""

EFFECTS = {
    "closure_rate_town_centre": (0.01, 0.2),
    "open_shops_town_centre": (1.1, 1.5),
    "births_per_1000": (0.11, 0.04),
    "project_births": (55.0, 20.0),
    "project_births_town_centre": (30.0, 12.0),
    "project_births_elsewhere": (25.0, 12.0),
    "running_projects": (31.0, 9.0),
    "participation": (0.004, 0.02),
    "active_youth_years": (180.0, 1100.0),
    "closures": (0.3, 3.0),
    "public_spending": (2_640_000.0, 0.0),
    "bottom_up_share": (0.05, 0.03),
    "trust": (0.015, 0.02),
    "review_delay": (-0.7, 0.5),
}
"""Mean and standard deviation of effects: births rise, closures do not, participation may."""


def made_up_comparison(
    scenario: Scenario | None = None,
    interventions: Sequence[Any] = ("transition_cluster",),
    effects: Mapping[str, tuple[float, float]] = EFFECTS,
    *,
    reps: int = 20,
    months: int = 120,
    **options: Any,
) -> Results:
    """A comparison without runs: given levels and effects, with some noise."""
    territory = (scenario or load_scenario("mid_sized_town")).replace(months=months)
    tried = [load_intervention(i) if isinstance(i, str) else i for i in interventions]

    known = {"baseline": 0} | {i.name: k for k, i in enumerate(tried, 1)}

    def outcome(model: TerritoryRuns, run: Run) -> Outcome:
        return _outcome(territory, run, known[run.arm], effects)

    with mock.patch.object(TerritoryRuns, "__call__", outcome):
        return compare(territory, tried, reps=reps, executor="serial", **options)


def _outcome(
    scenario: Scenario, run: Run, arm: int, effects: Mapping[str, tuple[float, float]]
) -> Outcome:
    luck = int(run.is_rerun)
    common = np.random.default_rng((run.rep, luck))
    months, shape = int(scenario.values["months"]), territory_of(scenario).shape
    level = np.array([LEVELS.get(n, 50.0) for n in OUTCOMES])
    values = level * (1 + 0.03 * common.normal(size=level.size))
    own = np.random.default_rng((run.rep, luck, 1))
    if arm:
        mean, spread = np.array([effects.get(n, (0.0, 0.0)) for n in OUTCOMES]).T
        values = values + mean * (1 + (arm - 1) / 2) + spread * own.normal(size=level.size)
    ramp = np.clip((np.arange(months) - 12) / 36, 0, 1)[:, None]
    names = list(OUTCOMES)
    at = [names.index(n) for n in ROLLING]
    wander = 0.004 * np.cumsum(common.normal(size=(months, len(at))), axis=0)
    start = level[at] * (1 + 0.5 * wander)
    monthly = start + ramp * (values - level)[at]
    public = SOURCES.index("public")
    income = np.zeros((months, len(SOURCES)), np.int64)
    spending = np.zeros((months, len(SOURCES), len(LINES)), np.int64)
    if arm and effects.get("public_spending", (0, 0))[0]:
        income[12:] = (2_500_000, 500_000, 120_000)
        spending[12, public, LINES.index("set_up")] = 12_000_000
        spending[12:, public, LINES.index("seats")] = 600_000
        spending[12:, public, LINES.index("facilitation")] = 1_100_000
        spending[12:, 1, LINES.index("facilitation")] = 500_000
        spending[12:, 2, LINES.index("seats")] = 120_000
        spending[12:, public, LINES.index("grants")] = 500_000
        spending[12:, public, LINES.index("events")] = 200_000
        income[12, public] += 12_000_000
    unspent = np.cumsum(income - spending.sum(axis=2), axis=0)
    measures = np.tile(values, (len(horizons_within(months)), 1))
    if luck:
        return Outcome(measures)
    course = Course({}, np.concatenate([income[..., None], spending, unspent[..., None]], axis=2))
    return Outcome(
        measures,
        {
            "series": {
                "month": np.arange(1, months + 1, dtype=np.int32),
                **dict(zip(ROLLING, monthly.T, strict=True)),
            },
            "ledger": course.ledger(),
            "maps": _maps(scenario, run, arm, shape),
        },
    )


def _maps(scenario: Scenario, run: Run, arm: int, shape: tuple[int, int]) -> Any:
    territory = territory_of(scenario)
    zone = np.where(territory.is_town_centre, 0, np.where(territory.is_retail_park, 1, 2))
    count = np.bincount(territory.premises_cell, minlength=territory.residents.size)
    premises = count.reshape(shape)
    luck = np.random.default_rng((run.rep, 2))
    pages = []
    for month in range(2):
        layers = dict.fromkeys(LAYERS, np.zeros(shape))
        layers["population"] = territory.residents
        layers["footfall"] = premises * 40.0 * (1 + 0.1 * month * arm)
        empty = 0.12 + 0.05 * month + 0.02 * luck.normal(size=shape) - 0.03 * month * arm
        layers["vacancy"] = np.where(premises > 0, np.clip(empty, 0, 1), np.nan)
        pages.append({name: layer.astype(np.float32).tobytes() for name, layer in layers.items()})
    return {
        "month": np.array([0, int(scenario.values["months"])], np.int32),
        "rows": np.full(2, shape[0]),
        "cell_size": np.full(2, territory.cell_size),
        "zone": np.array([zone.astype(np.uint8).tobytes()] * 2, object),
        **{name: np.array([page[name] for page in pages], object) for name in LAYERS},
    }
