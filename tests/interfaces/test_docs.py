"""The documentation contains working examples and everything in the registries.

Each build of the documentation runs the tutorial and stops if an output differs.
"""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from sim.interventions import LEVERS, TYPES, list_interventions
from sim.measures.registry import MEASURES
from sim.processes.month import MONTH
from sim.registry.catalogues import project_kinds, third_place_kinds
from sim.registry.variables import VARIABLES
from sim.scenario.scenario import list_scenarios, load_scenario
from sim.scenario.schema import PARAMETERS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def _script(name):
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The generated pages as in the build."""
    folder = tmp_path_factory.mktemp("generated")
    _script("generate").write_pages(folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}


def test_an_example_that_gives_something_else_is_reported_and_can_be_updated(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "```pycon\n>>> 1 + 1\n3\n>>> 'kept'\n'k...'\n```\n\n"
        "```console\n$ sim \\\n    --version\nold\n```\n"
    )
    run_page = _script("run_examples").run_page
    said = "".join(run_page(page, tmp_path / "once", update=True))
    assert "line 2" in said and "line 9" in said
    text = page.read_text()
    assert ">>> 1 + 1\n2\n>>> 'kept'\n'k...'\n```" in text
    assert re.search(r"--version\nessaim \S+, model \S+\n```\n$", text)
    assert not run_page(page, tmp_path / "twice")


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("parameters", PARAMETERS),
        ("entities", VARIABLES),
        ("measures", {m.base for m in MEASURES.values()}),
        ("submodels", [n for n, i in PARAMETERS.items() if i.group in {p.name for p in MONTH}]),
        ("scenarios", [path.stem for path in list_scenarios()]),
        ("interventions", [path.stem for path in list_interventions()]),
        ("interventions", [*TYPES, *LEVERS]),
        ("catalogues", [kind.name for kind in (*third_place_kinds(), *project_kinds())]),
    ],
)
def test_everything_declared_is_documented(pages, page, names):
    missing = [name for name in names if f"`{name}`" not in pages[page]]
    assert not missing


def test_the_schedule_and_the_submodels_list_every_process_in_order(pages):
    for page in ("schedule", "submodels"):
        places = [pages[page].index(process.title["en"]) for process in MONTH]
        assert places == sorted(places)
    assert "def closure_probability(" in pages["submodels"]


def test_the_reference_lists_every_command(pages):
    for command in ("run", "scenarios", "params", "explain", "territory import", "territory show"):
        assert f"## `sim {command}`" in pages["command_line"]


def test_pages_named_in_sources_exist():
    texts = [info.source for info in PARAMETERS.values()]
    for path in list_scenarios():
        texts += [setting.source for setting in load_scenario(path).settings.values()]
    named = {name for text in texts for name in re.findall(r"docs/\w+\.md", text)}
    assert "docs/sources.md" in named
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_found_or_derived_drivers_are_in_the_table_of_sources():
    """A derived rate must show its arithmetic."""
    text = (DOCS / "sources.md").read_text(encoding="utf-8")
    rates = [n for n, i in PARAMETERS.items() if "_growth_" in n and i.group == "exogenous_drivers"]
    assert rates
    for name in rates:
        row = next((r for r in text.splitlines() if f"`{name}`" in r and r.startswith("|")), "")
        assert row, f"{name} is not in docs/sources.md"
        percent, mark = (cell.strip() for cell in row.split("|")[2:4])
        assert float(percent) == pytest.approx(100 * PARAMETERS[name].default), name
        assert mark.split(",")[0] == PARAMETERS[name].evidence, name


def _sourced_figures():
    """Yield the found or derived figures, except drivers: parameters, catalogues, levers."""
    for name, info in PARAMETERS.items():
        if info.evidence in ("found", "derived") and info.group not in _PLACES_AND_DRIVERS:
            yield name
    for kind in (*third_place_kinds(), *project_kinds()):
        for name, figure in kind.figures.items():
            if figure.evidence in ("found", "derived"):
                yield name
    for kind in TYPES.values():
        for name, info in kind.infos.items():
            if info.evidence in ("found", "derived"):
                yield name


_PLACES_AND_DRIVERS = {"territory", "exogenous_drivers"}


@pytest.mark.parametrize("name", sorted(set(_sourced_figures())))
def test_found_or_derived_figures_are_in_the_sources(name):
    """No figure may claim a source that does not show it."""
    assert f"`{name}`" in (DOCS / "sources.md").read_text(encoding="utf-8")


def test_the_table_of_sources_marks_parameters_as_they_mark_themselves():
    """Rows `parameter`, value, mark."""
    text = (DOCS / "sources.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| `(\w+)` \|[^|]*\| (found|derived|recalled|assumed) \|", re.MULTILINE)
    said = {name: mark for name, mark in row.findall(text) if name in PARAMETERS}
    assert len(said) > 20
    assert said == {name: PARAMETERS[name].evidence for name in said}


def test_the_scenario_shown_as_an_example_can_be_loaded(tmp_path):
    text = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    shown = re.search(r"```toml\n(.*?)```", text, re.DOTALL)[1]
    path = tmp_path / "hosiery_town.toml"
    path.write_text(shown, encoding="utf-8")
    scenario = load_scenario(path)
    assert scenario.title == tomllib.loads(shown)["title"]
    assert scenario.settings["starting_vacancy"].evidence == "found"
