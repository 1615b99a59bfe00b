"""A small comparison and a small run give the numbers of their model version.

The tables in ``tests/golden`` hold them. A change of results is a new model version, which
CHANGELOG.md explains. ``python -m tests.laws.test_golden_numbers`` writes the tables again, for a
new version or with a new measure.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.measures.registry import MONTHLY, OUTCOMES
from sim.version import MODEL_VERSION
from tests.reference.towns import SMALL

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ROUNDING = 1e-9  # processors differ in the last bits
COLUMNS = ["indicator", "horizon", "mean", "baseline_mean", "smallest_relevant"]


def effects() -> pd.DataFrame:
    """Return the effects of a cluster on a small town."""
    settings = [f"{name}={value}" for name, value in SMALL.items()]
    whole = sim.compare(
        "mid_sized_town",
        ["transition_cluster"],
        assignments=settings,
        reps=3,
        seed=2,
        months=72,
        workers=1,
    ).effects
    return whole[COLUMNS]


def months() -> pd.DataFrame:
    """Return three months of a small town."""
    scenario = sim.load_scenario("mid_sized_town").replace(**SMALL)
    return sim.run(scenario, seed=2, months=24)[list(MONTHLY)].iloc[[0, 11, 23]]


def _golden(name: str) -> pd.DataFrame:
    return pd.read_csv(GOLDEN / f"{name}_of_model_{MODEL_VERSION}.csv")


def test_effects_are_those_of_the_model_version() -> None:
    golden, found = _golden("effects"), effects()
    assert set(golden["indicator"]) == set(OUTCOMES)
    for column in COLUMNS[:2]:
        assert found[column].tolist() == golden[column].tolist()
    for column in COLUMNS[2:]:
        wanted = pytest.approx(golden[column].tolist(), rel=ROUNDING, abs=ROUNDING, nan_ok=True)
        assert found[column].tolist() == wanted, column


def test_the_monthly_table_is_that_of_the_model_version() -> None:
    golden, found = _golden("months"), months()
    assert list(golden) == list(MONTHLY)
    for (_, wanted), (_, values) in zip(golden.iterrows(), found.iterrows(), strict=True):
        assert values.to_dict() == pytest.approx(wanted.to_dict(), rel=ROUNDING)


if __name__ == "__main__":
    for old in GOLDEN.glob("*.csv"):
        old.unlink()
    for name, table in (("effects", effects()), ("months", months())):
        table.to_csv(GOLDEN / f"{name}_of_model_{MODEL_VERSION}.csv", index=False)
