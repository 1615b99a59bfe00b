"""Each command answers its question on stdout and names the next useful command on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from sim import load_results, load_scenario
from sim.cli import main
from sim.experiments.written import ours
from sim.scenario.schema import PARAMETERS
from sim.simulation.provenance import indicators_hash

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "territories"

HEAVY = ("numba", "mesa", "pandas", "scipy", "matplotlib", "pydantic", "numpy", "rich", "pyarrow")

Capture = pytest.CaptureFixture[str]


def said(capsys: Capture, *arguments: str) -> str:
    """Return a command's stdout."""
    assert main(arguments) == 0
    return capsys.readouterr().out


def parsed(capsys: Capture, *arguments: str) -> dict[str, object]:
    """Return the JSON object on a command's stdout."""
    value = json.loads(said(capsys, *arguments))
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    "asked",
    [
        ["run", "mid_sized_town"],
        ["compare", "mid_sized_town", "facade", "--out", "there"],
        ["sweep", "shocks", "--out", "there"],
        ["extend", "there"],
    ],
)
def test_threads_take_all_processors_for_one_run(
    asked: list[str], capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # That runs on threads have the same bytes is a law: `tests.laws.test_draws`.
    monkeypatch.chdir(tmp_path)
    assert main([*asked, "--threads", "--workers", "2"]) == 2
    assert "leave out the number of workers" in capsys.readouterr().err
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["--nonsense"]])
def test_help_and_usage_import_nothing_heavy(arguments: list[str]) -> None:
    # Typer itself uses pydantic, if installed, to read the types of options.
    spared = ("pydantic",) if arguments[0] == "run" else ()
    heavy = [module for module in HEAVY if module not in spared]
    program = (
        "import sys\nfrom sim.cli import main\n"
        f"main({arguments!r})\n"
        f"print('heavy:', [m for m in {heavy!r} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("heavy: []\n")


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = f"import sys, sim\nprint([m for m in {HEAVY!r} if m in sys.modules], dir(sim))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("[]")
    assert "TerritoryModel" in done.stdout


def test_without_a_command_help_is_shown(capsys: Capture) -> None:
    assert "Commands:" in said(capsys)


def test_the_version_names_package_and_model(capsys: Capture) -> None:
    assert said(capsys, "--version").startswith("essaim ")


def test_scenarios_lists_all_of_them(capsys: Capture) -> None:
    listed = parsed(capsys, "scenarios", "--json")
    assert "mid_sized_town" in listed
    assert "mid_sized_town" in said(capsys, "scenarios")


def test_a_scenario_shows_its_settings_and_sources(capsys: Capture) -> None:
    text = said(capsys, "scenarios", "mid_sized_town")
    for name, setting in load_scenario("mid_sized_town").settings.items():
        assert name in text
        assert setting.source in text


def test_params_shows_everything_about_each_parameter(capsys: Capture) -> None:
    listed = parsed(capsys, "params", "--json")
    assert listed.keys() == PARAMETERS.keys()
    text = said(capsys, "params")
    for info in PARAMETERS.values():
        assert f"  {info.name} = " in text
        assert info.source in text
        assert info.help["en"] in text


def test_params_can_be_asked_by_name_by_group_and_by_part(capsys: Capture) -> None:
    assert list(parsed(capsys, "params", "closure_rate", "--json")) == ["closure_rate"]
    group = parsed(capsys, "params", "shop_closure", "--json")
    assert group.keys() == {n for n, i in PARAMETERS.items() if i.group == "shop_closure"}
    part = parsed(capsys, "params", "margin", "--json")
    assert part.keys() == {n for n in PARAMETERS if "margin" in n}


def test_a_run_without_a_folder_prints_its_story(capsys: Capture) -> None:
    assert main(["run", "mid_sized_town", "--months", "3", "--seed", "7"]) == 0
    captured = capsys.readouterr()
    assert "vacancy in the town centre" in captured.out
    assert "not a forecast" in captured.out
    assert "whole territory" in captured.out
    assert "Next: sim run mid_sized_town" in captured.err


def test_a_run_speaks_french(capsys: Capture) -> None:
    text = said(capsys, "run", "mid_sized_town", "--months", "3", "--lang", "fr")
    assert "pas une prévision" in text
    assert "centre-ville" in text


def test_quiet_leaves_data_alone_and_may_stand_anywhere(capsys: Capture) -> None:
    for arguments in (["--quiet", "scenarios"], ["scenarios", "-q"]):
        assert main(arguments) == 0
        captured = capsys.readouterr()
        assert "mid_sized_town" in captured.out
        assert captured.err == ""


def test_no_colour_and_no_bar_where_there_is_no_terminal(capsys: Capture) -> None:
    assert main(["run", "mid_sized_town", "--months", "2", "--reps", "3"]) == 0
    captured = capsys.readouterr()
    assert "\x1b" not in captured.out + captured.err
    assert "Running" not in captured.err


RUN = ["run", "mid_sized_town", "--set", "online_share_2030=0.25", "--months", "24", "--reps", "2",
       "--maps", "0,12", "--layers", "vacancy,sales", "--png"]  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a run of this process, and its JSON."""
    out, told = tmp_path_factory.mktemp("kept") / "deep" / "results", StringIO()
    with redirect_stdout(told):
        assert main([*RUN, "--out", str(out), "--json"]) == 0
    return out, told.getvalue()


def test_a_run_with_a_folder_keeps_results_pictures_and_maps(kept: tuple[Path, str]) -> None:
    out, told = kept
    results = load_results(out)
    assert json.loads(told)["indicators_sha256"] == indicators_hash(results.indicators)
    maps = results.rep_maps["baseline"]
    assert {0, 12} <= set(maps.months)
    assert {"vacancy", "sales"} <= set(maps.layers)
    listed = {*results.manifest["files"], "manifest.json"}
    found = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    assert found <= set(ours(out))
    assert listed <= found
    drawn = {f"figures/{n}.{e}" for n in ("time_series", "maps", "drivers") for e in ("svg", "png")}
    assert drawn <= listed
    assert (
        results.manifest["scenarios"]["mid_sized_town"]["settings"]["online_share_2030"]["value"]
        == 0.25
    )


@pytest.mark.corpus
def test_two_processes_give_the_same_bytes_of_every_file(
    kept: tuple[Path, str], tmp_path: Path
) -> None:
    here, elsewhere = kept[0], tmp_path / "elsewhere"
    other = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    subprocess.run(
        [sys.executable, "-m", "sim.cli", *RUN, "--out", str(elsewhere), "--quiet"],
        env=os.environ | {"PYTHONHASHSEED": other},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    listed = [json.loads((out / "manifest.json").read_text())["files"] for out in (here, elsewhere)]
    assert len(listed[0]) == 12
    assert listed[0] == listed[1]
    assert load_results(here).digest == load_results(elsewhere).digest


def test_a_territory_is_shown_with_its_sources(capsys: Capture, tmp_path: Path) -> None:
    picture = tmp_path / "map.svg"
    text = said(capsys, "territory", "show", "mid_sized_town", "--out", str(picture))
    assert "generated" in text
    assert "town_centre" in text
    assert b'role="img"' in picture.read_bytes()
    shown = parsed(capsys, "territory", "show", "mid_sized_town", "--json")
    assert shown["residents"] == 50_000


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public data is not beside the project")
def test_a_real_town_is_imported_shown_and_run(capsys: Capture, tmp_path: Path) -> None:
    folder = tmp_path / "laval"
    population = str(SHARED / "laval" / "carreaux_200m.csv")
    shops = str(SHARED / "laval" / "osm_points.csv")
    text = said(
        capsys, "territory", "import", "--population", population, "--shops", shops,
        "--name", "Laval", "--archetype", "mid_sized_town", "--out", str(folder),
    )  # fmt: skip
    assert "43 of them vacant" in text
    scenario = str(folder / "laval.toml")
    for place in (scenario, str(folder / "laval.territory.npz")):
        assert "43 vacant" in said(capsys, "territory", "show", place)
    words = said(capsys, "run", scenario, "--months", "12")
    assert "43 of them vacant, are observed" in words
    assert "OpenStreetMap" in words
