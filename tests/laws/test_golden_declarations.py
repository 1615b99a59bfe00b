"""Parameters and levers have the defaults, bounds and plausible ranges of their model version.

A run is identified by its scenario, its seed and the model version, so no default may change
without a new version. `tests.laws.test_golden_numbers` says how the table is written. It need not
list what was added since, which changes no earlier run.
"""

from __future__ import annotations

import pandas as pd

from sim.interventions import TYPES
from sim.scenario.schema import PARAMETERS
from sim.version import MODEL_VERSION
from tests.laws.test_golden_states import GOLDEN

TABLE = GOLDEN / f"declarations_of_model_{MODEL_VERSION}.csv"


def table() -> pd.DataFrame:
    """Return a row for each parameter and lever, with numbers and words as text."""
    declared = [*PARAMETERS.values(), *(i for kind in TYPES.values() for i in kind.infos.values())]
    return pd.DataFrame(
        {
            "name": f"{info.group}.{info.name}",
            "default": str(info.default),
            "low": str(info.low),
            "high": str(info.high),
            "plausible": str(info.plausible),
            "choices": " ".join(info.choices),
            "unit": info.unit,
            "role": info.role,
        }
        for info in declared
    ).set_index("name")


def test_what_is_declared_is_that_of_the_model_version() -> None:
    golden = pd.read_csv(TABLE, index_col="name", keep_default_na=False, dtype=str)
    found = table()
    assert set(golden.index) <= set(found.index)
    pd.testing.assert_frame_equal(found.loc[golden.index], golden)
