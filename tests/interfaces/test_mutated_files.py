"""Whatever a user's TOML file holds, it loads, or one short sentence says why it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.cli import main
from sim.errors import InputError
from sim.experiments.experiment_file import load_experiment
from sim.experiments.plan import plan_experiment
from sim.interventions import load_intervention
from sim.registry.catalogues import PROJECT_COLUMNS, THIRD_PLACE_COLUMNS, read_catalogue
from sim.scenario.scenario import load_scenario
from sim.simulation.provenance import describe_scenario
from tests.interfaces.mutants import mutants

CHANGES = {"months": 24, "replications": 2, "settings": {"closure_rate": 0.08}}


def read(path: Path, origin: Path, most_runs: int) -> None:
    """Read a file as what its origin is, and prepare what follows from it at little cost."""
    match origin.parent.name:
        case "scenarios":
            describe_scenario(load_scenario(path).sealed())
        case "interventions":
            load_intervention(path).cost(240)
        case "catalogues":
            is_project = "project" in origin.stem
            read_catalogue(path, PROJECT_COLUMNS if is_project else THIRD_PLACE_COLUMNS)
        case _:
            for changes in (None, CHANGES):
                experiment = load_experiment(path, changes=changes)
                if len(experiment.design) * experiment.replications <= most_runs:
                    plan_experiment(experiment)


def said_of(path: Path, origin: Path, most_runs: int = 0) -> str:
    """Return what is said of a file; empty if it is valid."""
    try:
        read(path, origin, most_runs)
    except InputError as error:
        return str(error)
    return ""


def check(number: int, seed: int, folder: Path, most_runs: int) -> None:
    refused = 0
    for name, origin, content in mutants(number, seed):
        path = folder / f"{origin.stem}.toml"
        path.write_bytes(content)
        try:
            said = said_of(path, origin, most_runs)
        except Exception as error:
            raise AssertionError(f"mutant {name} of seed {seed} raised {error!r}") from error
        assert len(said) < 500 and len(said.splitlines()) <= 1, name
        refused += bool(said)
    assert refused > number // 2  # or the mutants are too tame


def test_a_mutated_file_is_valid_or_refused_in_one_sentence(tmp_path):
    check(300, 0, tmp_path, most_runs=0)


@pytest.mark.corpus
def test_none_of_20_000_mutated_files_ends_in_an_exception(tmp_path):
    check(20_000, 1, tmp_path, most_runs=100)


HOSTILE = {
    "deep arrays": "x = " + "[" * 100_000,
    "deep tables": "x = " + "{a=" * 100_000,
    "deep keys": "a." * 400_000 + "a = 1",
    "deep keys, quoted": "'a, \".' . " * 50_000 + "a = 1",
    "many deep keys": "".join(f"b{k}." + "a." * 900 + "a = 1\n" for k in range(500)),
    "digits": f"[shop_closure]\nclosure_rate = {'9' * 5000}",
    "hexadecimal digits": f"[shop_closure]\nclosure_rate = 0x{'f' * 5000}",
    "a date": "[shop_closure]\nclosure_rate = 1979-05-27",
    "infinity": "[shop_closure]\nclosure_rate = inf",
    "NUL in a key": '"a\\u0000b" = 1',
    "NUL in a value": '[territory]\nfile = "a\\u0000b"',
    "a long key": "k" * 100_000 + " = 1",
    "a long name": f'inherits = "{"n" * 100_000}"',
    "a long path": f'posterior = "{"p/" * 50_000}"',
    "lines in a name": 'inherits = "a\\nb"',
    "a lone surrogate": 'inherits = "\\uD800"',
    "a scenario 80,000 times": f"interventions = [{'"facade", ' * 80_000}]",
    "a megabyte": "#" * 1_000_001,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_scenario_ends_the_command_with_one_sentence(text, tmp_path, capsys):
    path = tmp_path / "town.toml"
    path.write_text(text, encoding="utf-8")
    assert main(["scenarios", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"Error: {path}")
    assert len(said) < 510 and len(said.splitlines()) == 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "latin-1"])
def test_a_file_in_another_encoding_is_refused(encoding, tmp_path):
    path = tmp_path / "town.toml"
    path.write_text("# Châtellerault", encoding=encoding)
    with pytest.raises(InputError, match="UTF-8"):
        load_scenario(path)


def test_a_byte_order_mark_is_read_over(tmp_path):
    path = tmp_path / "town.toml"
    path.write_text("[shop_closure]\nclosure_rate = 0.08", encoding="utf-8-sig")
    assert load_scenario(path).values["closure_rate"] == 0.08


@pytest.mark.parametrize("load", [load_scenario, load_intervention, load_experiment])
def test_a_name_that_no_file_can_have_is_no_file(load):
    for name in ("n" * 5000, "n/" * 5000, f"{'n' * 5000}.toml", "a\0.toml", "\udc80.toml"):
        with pytest.raises(InputError):
            load(name)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[targets]\nparticipation = nan", "a number other than 0"),
        ('settings = 3\nhorizons = ["a"]', "settings must be a table"),
        ('horizons = ["a"]', "horizons = 'a'"),
    ],
)
def test_an_experiment_is_checked_before_it_is_changed(text, told, tmp_path):
    path = tmp_path / "asked.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load_experiment(path, changes=CHANGES)


def test_an_experiment_of_too_many_runs_is_refused_when_planned(tmp_path):
    path = tmp_path / "asked.toml"
    path.write_text(
        "replications = 100_000\n[design]\nkind = 'sobol'\nsize = 1000\n[factors]\n"
        "closure_rate = { distribution = 'uniform' }\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match="100,000,000 runs are more"):
        plan_experiment(load_experiment(path))
