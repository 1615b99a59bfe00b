"""Interventions as files, names and options; errors give one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sim.cli import main
from sim.errors import InputError
from sim.experiments.simulate import simulate
from sim.interventions import LEVERS, TYPES, list_interventions, load_intervention
from sim.scenario.scenario import load_scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.provenance import describe_scenario, effective_toml
from tests.reference.towns import SMALL

Capture = pytest.CaptureFixture[str]

CLUSTER = 'type = "transition_cluster"\n[levers]\n'

WRONG_FILES = [
    ("", "lacks its type"),
    ("[levers]\nstart = 1", "lacks its type"),
    ('type = "transition_clster"', "Did you mean 'transition_cluster'"),
    ("type = 3", "unknown type 3"),
    ('type = "facade"\nlever = {}', "Did you mean 'levers'"),
    ('type = "facade"\nfacade_cost = 100', "belongs into the table [levers]"),
    ('type = "facade"\nlevers = 3', "levers must be a table"),
    ('type = "facade"\ntitle = "A front"', "title must be a table of texts"),
    ('type = "facade"\ntitle = { de = "Fassade" }', "title must be a table of texts"),
    ('type = "facade"\n[levers]\ncluster_size = 3', "unknown lever 'cluster_size' of type facade"),
    (CLUSTER + "cluster_sze = 3", "Did you mean 'cluster_size'"),
    (CLUSTER + "cluster_size = 40.5", "a whole number from 0 to 5000 (seats)"),
    (CLUSTER + 'cluster_size = "forty"', "a whole number from 0 to 5000 (seats)"),
    (CLUSTER + "cluster_size = -1", "a whole number from 0 to 5000 (seats)"),
    (CLUSTER + "cluster_size = [40]", "cluster_size = [40]"),
    (CLUSTER + "cluster_size = true", "cluster_size = True"),
    (CLUSTER + "cluster_size = { vale = 40 }", "Did you mean 'value'"),
    (CLUSTER + "cluster_size = { source = 'me' }", "lacks its value"),
    (CLUSTER + "cluster_size = { value = 40, evidence = 'sure' }", "not one of found, derived"),
    (CLUSTER + "cluster_funding = -25_000", "a number from 0 to 1e+07 (EUR/month)"),
    (CLUSTER + "cluster_funding = inf", "cluster_funding = inf"),
    (CLUSTER + "cluster_funding = nan", "cluster_funding = nan"),
    (CLUSTER + "grant = -1", "grant = -1"),
    (CLUSTER + "start = 24\nstop = 24", "stop = 24 is not after start = 24"),
    (CLUSTER + "stop = 3", "stop = 3 is not after start = 12"),
    (CLUSTER + "start = -1", "start = -1"),
    (CLUSTER + "grants_share = 0.3", "= 1.1; these shares must add up to 1"),
    (CLUSTER + "grants_share = 1.3", "grants_share = 1.3"),
    (CLUSTER + 'kinds = "fablb"', "Did you mean 'fablab'"),
    (CLUSTER + 'kinds = ""', "kinds is empty"),
    (CLUSTER + "cluster_size = 200", "a living_lab holds up to 80 seats, not 200"),
    (CLUSTER + "cluster_size = 200\nplaces = 2", "not 100"),
    (CLUSTER + "cluster_size = 3\nplaces = 4", "expected a seat in each"),
    (CLUSTER + 'site = "city_centre"', "one of town_centre, most_vacant"),
    (CLUSTER + "officials_role = 'guests'", "one of absent, invited, embedded"),
    (
        'type = "public_innovation_lab"\n[levers]\nmeetings_share = 0.5',
        "meetings_share + facilitation_share = 1.15",
    ),
    (CLUSTER + "cluster_size = ", "not a valid TOML file"),
    (b"type = \xff", "not a text file in UTF-8"),
    (b"\x00\x01", "not a valid TOML file"),
]


@pytest.mark.parametrize(("content", "words"), WRONG_FILES)
@pytest.mark.parametrize("command", [("interventions",), ("run", "mid_sized_town")], ids="-".join)
def test_a_wrong_file_gets_one_sentence_that_names_it_and_exit_code_2(
    tmp_path: Path, capsys: Capture, command: tuple[str, ...], content: str | bytes, words: str
) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    option = ("--intervention", str(file)) if command[0] == "run" else (str(file),)
    assert main((*command, *option)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    (message,) = captured.err.splitlines()
    assert message.startswith(f"Error: {file}: ")
    assert words in message
    assert [p.name for p in tmp_path.iterdir()] == ["mine.toml"]


CLUSTER_RUN = ("run", "mid_sized_town", "--intervention", "transition_cluster")

WRONG_CALLS = [
    (("interventions", "transition_clustr"), "Did you mean 'transition_cluster'"),
    (("interventions", "nowhere/mine.toml"), "no such intervention file"),
    (("interventions", "folder.toml"), "folder.toml: no such intervention file"),
    (("run", "mid_sized_town", "--intervention", "facad"), "Did you mean 'facade'"),
    (
        ("run", "mid_sized_town", "--intervention", "facade", "--intervention", "facade"),
        "two interventions are named 'facade'",
    ),
    (("run", "mid_sized_town", "--set", "cluster_size=3"), "add such an intervention first"),
    (
        ("run", "mid_sized_town", "--intervention", "facade", "--set", "facade_cot=3"),
        "Did you mean 'facade_cost'",
    ),
    (
        ("run", "mid_sized_town", "--intervention", "facade", "--set", "facade_cost=-3"),
        "facade_cost = -3",
    ),
    (
        (*CLUSTER_RUN, "--set", "site=cell", "--set", "site_row=64"),
        "transition_cluster: site_row = 64 is outside the grid of 64 rows and 64 columns",
    ),
    (("run", "mid_sized_town", "--set", "existing_third_places=fablb:1"), "Did you mean 'fablab'"),
    (("run", "mid_sized_town", "--set", "existing_third_places=fablab"), "expected kind:number"),
    (
        ("run", "mid_sized_town", "--set", "existing_third_places=fablab:1 fablab:2"),
        "fablab is named twice",
    ),
    (("run", "listed.toml"), "listed.toml: interventions: unknown intervention 'facad'"),
    (("run", "twice.toml"), "two interventions are named 'facade'"),
    (("run", "table.toml"), "table.toml: unknown lever 'facade_cot'"),
    (("run", "nameless.toml"), "tables with a name"),
    (("run", "word.toml"), "must be a list of names"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG_CALLS)
def test_a_wrong_call_gets_one_sentence_and_exit_code_2(
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.toml").mkdir()
    for name, line in {
        "listed": 'interventions = ["facad"]',
        "twice": 'interventions = ["facade", "facade"]',
        "table": '[[interventions]]\nname = "x"\ntype = "facade"\nlevers = { facade_cot = 3 }',
        "nameless": '[[interventions]]\ntype = "facade"',
        "word": 'interventions = "facade"',
    }.items():
        (tmp_path / f"{name}.toml").write_text(f'inherits = "mid_sized_town"\n{line}')
    assert main(arguments) == 2
    captured = capsys.readouterr()
    error = captured.err.splitlines()[-1]
    assert error.startswith("Error: ")
    assert words in error
    assert captured.out == ""


@pytest.mark.parametrize("path", [*list_interventions()], ids=lambda p: p.stem)
def test_every_file_of_the_package_is_described_in_both_languages(path: Path) -> None:
    intervention = load_intervention(path.stem)
    assert intervention.name == path.stem
    for texts in (intervention.title, intervention.description):
        assert all(texts[language].strip() for language in ("en", "fr"))
    for lever, setting in intervention.settings.items():
        assert setting.source != "not stated", lever


def test_every_type_has_a_file_and_a_module() -> None:
    assert {load_intervention(p).type for p in list_interventions()} == set(TYPES)
    folder = Path(__file__).parents[2] / "sim" / "interventions"
    assert all((folder / f"{name}.py").is_file() for name in TYPES)


def test_no_lever_could_be_taken_for_a_parameter() -> None:
    assert not set(LEVERS) & set(PARAMETERS)


@pytest.mark.parametrize("kind", TYPES)
def test_every_lever_is_described_like_a_parameter(kind: str) -> None:
    for info in TYPES[kind].infos.values():
        assert info.role == "lever"
        assert info.source and info.unit
        for words in (info.label, info.help):
            assert set(words) == {"en", "fr"} and all(w.strip() for w in words.values())


def test_all_that_is_done_to_the_town_costs_the_same_or_nothing() -> None:
    """Discounted public money over the default twenty years, set-up included, to one per cent."""
    costs = {p.stem: load_intervention(p).cost(240) for p in list_interventions()}
    cluster = costs["transition_cluster"]
    assert cluster > 4e6
    for name, cost in costs.items():
        assert cost == 0 or cost == pytest.approx(cluster, rel=0.01), name


def test_interventions_are_listed_with_their_cost(capsys: Capture) -> None:
    assert main(["interventions"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(list(list_interventions()))
    assert main(["interventions", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert listed["transition_cluster"]["levers"]["cluster_size"]["value"] == 40
    assert main(["interventions", "frugal_clusters", "--json"]) == 0
    one = json.loads(capsys.readouterr().out)
    assert one["levers"]["places"]["value"] == 4
    assert one["cost"]["eur"] == 132_000 + 25_000 * 228


def test_a_scenario_file_lists_them_by_name_by_file_and_on_the_spot(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('type = "facade"\n[levers]\nfacade_cost = 900')
    (tmp_path / "town.toml").write_text(
        'inherits = "mid_sized_town"\n'
        'interventions = ["rent_relief", "mine.toml", '
        '{ name = "here", type = "grant_cut", levers = { start = 5 } }]'
    )
    town = load_scenario(tmp_path / "town.toml")
    assert [i.name for i in town.interventions] == ["rent_relief", "mine", "here"]
    assert town.interventions[1].values["facade_cost"] == 900
    assert town.interventions[2].values["start"] == 5
    assert town.account_names[-2:] == ("mine", "rent_relief")


def test_a_lever_is_set_in_one_of_them_or_in_all_that_have_it() -> None:
    town = load_scenario("mid_sized_town").add("transition_cluster", "frugal_clusters", "facade")
    changed = town.set(["cluster_size=20", "facade.start=3", "frugal_clusters.places=2"])
    sizes = [i.values.get("cluster_size") for i in changed.interventions]
    assert sizes == [20, 20, None]
    assert [i.values["start"] for i in changed.interventions] == [12, 12, 3]
    assert [i.values.get("places") for i in changed.interventions] == [1, 2, None]
    assert town.interventions[0].values["cluster_size"] == 40
    with pytest.raises(InputError, match="a living_lab holds up to 80 seats"):
        town.replace(cluster_size=400)


def test_the_manifest_has_every_lever_and_the_command_that_repeats_the_run(tmp_path: Path) -> None:
    town = load_scenario("mid_sized_town").replace(**SMALL, months=14)
    town = town.add("transition_cluster", "facade").replace(cluster_size=20, start=0)
    manifest = simulate(town).manifest
    cluster, facade = manifest["scenarios"]["mid_sized_town"]["interventions"]
    assert (cluster["name"], facade["type"]) == ("transition_cluster", "facade")
    assert set(cluster["levers"]) == set(TYPES["transition_cluster"].infos)
    assert cluster["levers"]["cluster_size"]["value"] == 20
    assert cluster["levers"]["cluster_size"]["origin"] == "keyword"
    assert cluster["cost"]["eur"] == 20 * 3_300 + 14 * 25_000
    command = manifest["run"]["command"]
    assert "--intervention transition_cluster --intervention facade" in command
    assert "--set cluster_size=20" in command and "--set facade.start=0" in command
    again = tmp_path / "again.toml"
    again.write_text(effective_toml(town), encoding="utf-8")
    loaded = load_scenario(again)
    assert loaded.values == town.values
    assert [i.values for i in loaded.interventions] == [i.values for i in town.interventions]
    assert describe_scenario(loaded)["interventions"][0]["levers"]["cluster_size"]["value"] == 20


def test_a_run_on_the_command_line_takes_interventions(capsys: Capture) -> None:
    run = ["run", "mid_sized_town", "--months", "3", "--json"]
    assert main([*run, "--intervention", "transition_cluster", "--set", "start=0"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert "--intervention transition_cluster" in said["run"]["command"]


@pytest.mark.parametrize("path", list_interventions(), ids=lambda p: p.stem)
def test_levers_may_move_as_far_as_their_ends_and_no_further(path: Path) -> None:
    intervention = load_intervention(path.stem)

    def is_admissible(name: str, value: float) -> bool:
        try:
            intervention.replace(**{name: value})
        except InputError:
            return False
        return True

    for name, info in intervention.kind.infos.items():
        if info.low is None or info.high is None:
            continue
        lowest, least, highest = intervention.ends(name)
        assert lowest <= least <= highest
        assert lowest <= intervention.values[name] <= highest
        for value in (lowest, least, highest, info.kind((least + highest) / 2)):
            assert is_admissible(name, value), (name, value)
        step = 1 if info.kind is int else 1e-3 * (info.high - info.low)
        for beyond in (lowest - step, highest + step):
            assert not is_admissible(name, beyond), (name, beyond)
        assert lowest == least or not is_admissible(name, least - 1) or least == lowest + 1


def test_the_ends_of_a_lever_follow_the_others() -> None:
    cluster = load_intervention("frugal_clusters")
    assert cluster.ends("cluster_size") == (0, 4, 320)
    assert cluster.replace(places=2).ends("cluster_size") == (0, 2, 160)
    assert cluster.ends("stop")[:2] == (0, 13)
    assert cluster.replace(stop=50).ends("start") == (0, 1, 49)
    with pytest.raises(InputError, match="cluster_size"):
        cluster.ends("cluster_sise")
