"""`sim explain` knows every name that a user can read, and what it says about it is true."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.cli import explanation, main
from sim.cli.explanation import KINDS, explainable
from sim.cli.explanation.access import READ, WRITE, accesses
from sim.errors import InputError
from sim.experiments.effects import EFFECT_COLUMNS
from sim.interventions import LEVERS, TYPES, list_interventions
from sim.measures.registry import MEASURES, RENAMED
from sim.mesa_face.agents import KINDS as AGENTS
from sim.mesa_face.columns import Column
from sim.processes.month import MONTH
from sim.registry.catalogues import PROJECT_COLUMNS, THIRD_PLACE_COLUMNS
from sim.registry.variables import VARIABLES
from sim.scenario.scenario import load_scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import start_of
from tests.reference.towns import SMALL, everything_at_once

ROOT = Path(__file__).resolve().parents[2]

explain = cache(explanation.explain)

Capture = pytest.CaptureFixture[str]


def line(at: str) -> str:
    """The line of a file that a place names."""
    path, _, number = at.partition(" ")[0].rpartition(":")
    return (ROOT / path).read_text(encoding="utf-8").splitlines()[int(number) - 1]


def used(name: str, what: str) -> list[str]:
    """The readers or writers of a variable."""
    found = next(e for e in explain(name) if e["kind"] == "variable")
    return [use["by"] for use in found[what]]


def test_every_name_in_a_registry_is_known() -> None:
    names = {p.name for p in MONTH} | {*PARAMETERS, *VARIABLES, *LEVERS, *TYPES, *MEASURES}
    names |= {*THIRD_PLACE_COLUMNS, *PROJECT_COLUMNS, *EFFECT_COLUMNS}
    names |= {path.stem for path in list_interventions()}
    for path in list_interventions():
        names |= set(tomllib.loads(path.read_text(encoding="utf-8")).get("levers", {}))
    assert names <= set(explainable())


@pytest.mark.parametrize("kind", KINDS)
def test_each_is_explained_with_the_file_that_declares_it(kind: str) -> None:
    names, _ = KINDS[kind]
    for name in names():
        found = next(e for e in explain(name) if e["kind"] == kind)
        assert found["at"], name
        assert (ROOT / found["at"].partition(":")[0]).is_file()
        assert found.get("definition") or found.get("rule") or found.get("figures")
        json.dumps(found)


@pytest.mark.parametrize("kind", ["parameter", "lever", "variable", "catalogue column", "kind"])
def test_the_line_that_is_named_declares_the_name(kind: str) -> None:
    for name in KINDS[kind][0]():
        found = next(e for e in explain(name) if e["kind"] == kind)
        assert re.search(rf'\b{name}: |"{name}"', line(found["at"])), name


def test_a_measure_is_declared_on_its_line_or_with_its_family() -> None:
    for name, measure in MEASURES.items():
        at = next(e for e in explain(name) if e["kind"] == "measure")["at"]
        declared = re.match(r'(?:Measure\()?f?"(.*?)",', line(at).strip())
        pattern = re.sub(r"{.*?}", r"\\w+", declared[1]) if declared else ""
        assert re.fullmatch(pattern, measure.base), name


@pytest.mark.parametrize("name", ["closure_rate", "starting_vacancy", "officials_trust"])
def test_lines_that_look_up_a_parameter_hold_its_name(name: str) -> None:
    found = explain(name)[0]
    assert found["mentioned_at"]
    assert all(name in line(place) for place in found["mentioned_at"])


@pytest.fixture(scope="module", params=["run", "compare"])
def tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run or a comparison."""
    folder = tmp_path_factory.mktemp("results") / request.param
    small = [word for name, value in SMALL.items() for word in ("--set", f"{name}={value}")]
    tried = ["transition_cluster", "--workers", "1"] if request.param == "compare" else []
    words = [request.param, "mid_sized_town", *tried, *small]
    assert main([*words, "--reps", "2", "--months", "12", "--out", str(folder), "-q"]) == 0
    return folder


def heads(folder: Path) -> Iterator[tuple[str, list[str]]]:
    for path in folder.rglob("*.csv"):
        with path.open(encoding="utf-8") as file:
            yield path.name, next(csv.reader(file))
    for path in folder.rglob("*.parquet"):
        yield path.name, pq.read_schema(path).names


@pytest.mark.slow
def test_every_column_of_a_written_table_is_explained(tables: Path) -> None:
    known = set(explainable())
    found = dict(heads(tables))
    assert found
    for table, columns in found.items():
        assert not set(columns) - known, table


def test_every_measure_in_the_effects_is_explained(tables: Path) -> None:
    for path in tables.rglob("effects.csv"):
        with path.open(encoding="utf-8") as file:
            names = {row["indicator"] for row in csv.DictReader(file)}
        assert names
        assert names <= set(KINDS["measure"][0]())


def test_who_fills_an_array_at_the_start_is_named_among_its_writers() -> None:
    scenario = load_scenario("mid_sized_town").replace(**SMALL, existing_third_places="fablab:1")
    state = start_of(scenario, seed=1)
    filled = [v for v in state if state[v].any() and not v.startswith("work.")]
    assert len(filled) > 80
    for name in filled:
        assert {by.partition(":")[0] for by in used(name, "written_by")} & {
            "start",
            "interventions",
            *(p.name for p in MONTH),
        }, name


def test_who_acts_on_an_array_is_named_among_its_writers() -> None:
    run = everything_at_once()
    before = {v: run.state[v].copy() for v in run.state}
    run._planned.act(run.state, 0, 0)
    changed = [v for v in run.state if (run.state[v] != before[v]).any()]
    assert "third_place.is_open" in changed
    for name in changed:
        assert any(by.startswith("interventions:") for by in used(name, "written_by")), name


@pytest.mark.parametrize("agent", AGENTS, ids=lambda a: a.__name__)
def test_attributes_of_agents_that_can_be_set_are_writes_and_the_others_are_not(
    agent: type,
) -> None:
    for owner in agent.__mro__:
        for name, column in vars(owner).items():
            if isinstance(column, Column):
                modes = {
                    use.mode
                    for use in accesses(column.variable)
                    if use.by == f"mesa_face: {owner.__name__}.{name}"
                }
                assert modes == ({READ} if column.computed else {READ, WRITE}), name


def test_every_array_is_written_by_somebody_and_read_or_rewritten_by_somebody() -> None:
    for name in VARIABLES:
        assert used(name, "written_by"), name
        rewritten = any(name in p.writes for p in MONTH)
        assert used(name, "read_by") or rewritten, name


def test_readers_and_writers_of_a_margin() -> None:
    written, read = used("premises.margin", "written_by"), used("premises.margin", "read_by")
    assert {"shop_accounts", "mesa_face: PremisesRow.margin"} <= set(written)
    assert {"shop_closure", "reletting"} <= set(read)
    assert not {"shop_closure", "reletting"} & set(written)


def test_a_process_that_uses_what_it_rewrites_reads_it_too() -> None:
    """Rents move from where they are; shares of online spending are tabulated."""
    assert "rent" in used("premises.rent", "written_by")
    assert "rent" in used("premises.rent", "read_by")
    assert "exogenous_drivers" in used("driver.online_share", "written_by")
    assert "exogenous_drivers" not in used("driver.online_share", "read_by")


def test_a_process_shows_its_rule_values_and_variables(capsys: Capture) -> None:
    assert main(["explain", "shop_closure"]) == 0
    text = capsys.readouterr().out
    assert "def closure_probability(" in text
    assert "sim/processes/shop_closure.py:" in text
    process = next(p for p in MONTH if p.name == "shop_closure")
    for name in (*process.parameters, *process.reads):
        assert name in text
    assert PARAMETERS["closure_age_shape"].source in text


@pytest.mark.parametrize(
    "name", ["cluster_size", "transition_cluster", "fablab", "seats", "lo90", "timing", "rent"]
)
def test_text_and_json_say_the_same(name: str, capsys: Capture) -> None:
    assert main(["explain", name]) == 0
    text = capsys.readouterr().out
    assert main(["explain", name, "--json"]) == 0
    for entry in json.loads(capsys.readouterr().out).values():
        assert entry["name"] == name and entry["at"] in text


def test_an_old_name_of_a_column_is_answered_with_the_new_one() -> None:
    for old, new in RENAMED.items():
        assert new in MEASURES
        if old not in explainable():
            with pytest.raises(InputError, match=f"'{old}' is called '{new}' now"):
                explain(old)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cluster_sise", "cluster_size"),
        ("shop_closre", "shop_closure"),
        ("premises.margins", "premises.margin"),
        ("transition_clutser", "transition_cluster"),
        ("p_positiv", "p_positive"),
        ("birth_per_1000", "births_per_1000"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(typed: str, meant: str) -> None:
    with pytest.raises(InputError, match=f"Did you mean '{meant}'"):
        explain(typed)


@pytest.mark.slow
def test_nothing_is_imported_that_explaining_does_not_need() -> None:
    heavy = ("mesa", "pandas", "pyarrow", "matplotlib", "scipy.special", "scipy.stats")
    program = (
        "import sys; from sim.cli.explanation import explain; explain('premises.margin')\n"
        f"print([m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
