"""No number has changed since effects and monthly tables came from two registries of measures.

The tables in ``tests/golden`` were written by commit 80f5842 under the old names; each row also has
the name of today. Measures added since then have no row, and change none.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.measures.registry import MONTHLY, OUTCOMES
from tests.reference.towns import SMALL

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ROUNDING = 1e-9  # processors differ in the last bits


def test_effects_are_those_of_the_old_registry() -> None:
    golden = pd.read_csv(GOLDEN / "effects.csv")
    settings = [f"{name}={value}" for name, value in SMALL.items()]
    found = sim.compare(
        "mid_sized_town",
        ["transition_cluster"],
        assignments=settings,
        reps=3,
        seed=2,
        months=72,
        workers=1,
    ).effects
    assert set(golden["name"]) <= set(OUTCOMES)
    found = found[found["indicator"].isin(golden["name"])]
    assert list(found["indicator"]) == list(golden["name"])
    for column in golden.columns.difference(["old_name", "name"]):
        wanted = golden[column].tolist()
        if column != "verdict":
            wanted = pytest.approx(wanted, rel=ROUNDING, abs=ROUNDING, nan_ok=True)
        assert found[column].tolist() == wanted, column


def test_the_monthly_table_is_that_of_the_old_registry() -> None:
    golden = pd.read_csv(GOLDEN / "indicators.csv").set_index("name")
    scenario = sim.load_scenario("mid_sized_town").replace(**SMALL)
    found = sim.run(scenario, seed=2, months=24)
    assert list(golden.index) == [name for name in MONTHLY if name in golden.index]
    for month in (1, 12, 24):
        values = found[list(golden.index)].iloc[month - 1].to_dict()
        wanted = golden[f"month_{month}"].to_dict()
        assert values == pytest.approx(wanted, rel=ROUNDING), month
