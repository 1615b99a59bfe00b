"""Parameters and levers have the defaults, bounds and plausible ranges of their model version.

So have the levers of the parts of each shipped intervention, and numbers that stand in the code by
a name: limits, levels of error, numbers of streams. Where one of them changes no result, its table
is written again and the version stays.

A run is identified by its scenario, its seed and the model version, so no default may change
without a new version. `tests.laws.test_golden_numbers` says how the table is written. It need not
list what was added since, which changes no earlier run.
"""

from __future__ import annotations

import ast
from importlib import import_module

import pandas as pd

from sim.interventions import TYPES, list_interventions, load_intervention
from sim.scenario.schema import PARAMETERS
from sim.version import MODEL_VERSION
from tests.laws.test_golden_states import GOLDEN
from tests.mutation.gate import ROOT, observable_files

TABLE = GOLDEN / f"declarations_of_model_{MODEL_VERSION}.csv"
PARTS = GOLDEN / f"parts_of_model_{MODEL_VERSION}.csv"
CONSTANTS = GOLDEN / f"constants_of_model_{MODEL_VERSION}.csv"


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


def constants() -> pd.DataFrame:
    """Return the numbers that modules of the model name in capitals, as text."""
    found = {}
    for path in observable_files():
        module = path.removesuffix(".py").replace("/", ".")
        for node in ast.parse((ROOT / path).read_bytes()).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", 0)]
            for name in (t.id for t in targets if isinstance(t, ast.Name) and t.id.isupper()):
                value = getattr(import_module(module), name)
                is_of_system = "errno." in ast.unparse(node)
                if not is_of_system and any(isinstance(p, int | float) for p in _parts_of(value)):
                    found[f"{module.removeprefix('sim.')}.{name}"] = str(value)
    return pd.DataFrame({"value": found}).rename_axis("name")


def _parts_of(value: object) -> list[object]:
    """Return what a tuple or a dictionary of plain values holds, or the value alone."""
    if type(value) is dict:
        value = tuple(value.items())
    inner = [part for one in value for part in _parts_of(one)] if type(value) is tuple else [value]
    return inner if all(isinstance(part, int | float | str) for part in inner) else []


def parts() -> pd.DataFrame:
    """Return the levers in which parts of interventions differ from the whole, as text."""
    found = {}
    for path in list_interventions():
        whole = load_intervention(path)
        for part, one in (whole.parts(240) if whole.kind.parts else {}).items():
            for lever, value in one.values.items():
                if value != whole.values[lever]:
                    is_number = isinstance(value, float)
                    found[f"{part} of {path.stem}: {lever}"] = (
                        f"{value:.9g}" if is_number else str(value)
                    )
    return pd.DataFrame({"value": found}).rename_axis("lever")


def test_what_is_declared_is_that_of_the_model_version() -> None:
    golden = pd.read_csv(TABLE, index_col="name", keep_default_na=False, dtype=str)
    found = table()
    assert set(golden.index) <= set(found.index)
    pd.testing.assert_frame_equal(found.loc[golden.index], golden)


def test_numbers_with_a_name_are_those_of_the_model_version() -> None:
    golden = pd.read_csv(CONSTANTS, index_col="name", dtype=str)["value"]
    found = constants()["value"].to_dict()
    assert {name: found.get(name) for name in golden.index} == golden.to_dict()


def test_parts_have_the_levers_of_the_model_version() -> None:
    golden = pd.read_csv(PARTS, index_col="lever", dtype=str, keep_default_na=False)
    pd.testing.assert_frame_equal(parts(), golden)
