"""A small comparison, a made-up one, a small run and small towns give the numbers of their version.

The tables in ``tests/golden`` hold them. A change of results is a new model version, which
CHANGELOG.md explains. ``python -m tests.laws.test_golden_numbers`` writes the tables again, for a
new version or with a new measure, and the table of `tests.laws.test_golden_states`.

The bytes of towns depend on no processor: CI asks for them with all that its own has, and again
with the oldest packages as on a processor that has nothing but the least.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.measures.registry import MONTHLY, OUTCOMES
from sim.simulation.simulation import Simulation
from sim.version import MODEL_VERSION
from tests.laws import test_golden_declarations, test_golden_states
from tests.reference.comparisons import made_up_comparison
from tests.reference.towns import SMALL, small_town

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
ROUNDING = 1e-9  # sums of versions of NumPy differ in the last bits
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


def statistics() -> pd.DataFrame:
    """Return all that is said of effects at the last horizon, with levels and effects given."""
    tried = ("transition_cluster", "facade")
    return made_up_comparison(interventions=tried, reps=15, months=24).effects


def months() -> pd.DataFrame:
    """Return three months of a small town."""
    scenario = sim.load_scenario("mid_sized_town").replace(**SMALL)
    return sim.run(scenario, seed=2, months=24)[list(MONTHLY)].iloc[[0, 11, 23]]


TOWNS = {
    "alone": {},
    "with_places": {"existing_third_places": "coworking:1", "decay_form_comparison": "power_law"},
    "closed": {"common_cost_share": 0.0, "boundary": "closed"},
}


def digests(town: str) -> dict[str, str]:
    """Return digests of a town with a cluster: at its start and a year later."""
    scenario = small_town(3, **TOWNS[town]).scenario.add("transition_cluster")
    run = Simulation(scenario.replace(**{"transition_cluster.start": 2}), 3)
    found = {}
    for when in ("start", "year"):
        arrays = [a for name, a in run.state.items() if not name.startswith("work.")]
        arrays += [run.counts, run.ledger_pages]
        found[when] = hashlib.sha256(b"".join(a.tobytes() for a in arrays)).hexdigest()
        run.run(12)
    return found


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


def test_statistics_of_given_effects_are_those_of_the_model_version() -> None:
    written = io.StringIO(statistics().to_csv(index=False))
    found, golden = pd.read_csv(written), _golden("statistics")
    pd.testing.assert_frame_equal(found, golden, rtol=ROUNDING, atol=ROUNDING)


def test_the_monthly_table_is_that_of_the_model_version() -> None:
    golden, found = _golden("months"), months()
    assert list(golden) == list(MONTHLY)
    for (_, wanted), (_, values) in zip(golden.iterrows(), found.iterrows(), strict=True):
        assert values.to_dict() == pytest.approx(wanted.to_dict(), rel=ROUNDING)


@pytest.mark.parametrize("town", TOWNS)
def test_a_town_has_the_bytes_of_the_model_version(town: str) -> None:
    assert digests(town) == _golden("digests").set_index("town").loc[town].to_dict()


if __name__ == "__main__":
    for old in GOLDEN.glob("*.csv"):
        old.unlink()
    bytes_of_towns = pd.DataFrame([{"town": town, **digests(town)} for town in TOWNS])
    tables = {"effects": effects(), "months": months(), "digests": bytes_of_towns}
    for name, table in (tables | {"statistics": statistics()}).items():
        table.to_csv(GOLDEN / f"{name}_of_model_{MODEL_VERSION}.csv", index=False)
    test_golden_states.table().to_csv(test_golden_states.TABLE, float_format="%.9g")
    test_golden_declarations.table().to_csv(test_golden_declarations.TABLE)
    test_golden_declarations.parts().to_csv(test_golden_declarations.PARTS)
    test_golden_declarations.constants().to_csv(test_golden_declarations.CONSTANTS)
