"""Many towns at once: their table and folder, one sweep over all of them, and its report."""

from __future__ import annotations

import csv
import io

import pytest

from sim.cli import main
from sim.errors import InputError
from sim.experiments.experiment_file import load_experiment
from sim.experiments.plan import plan_experiment
from sim.experiments.results import load_results
from sim.experiments.towns import read_choose, read_classes
from sim.experiments.towns_table import read_rows
from sim.interventions import TYPES
from sim.report.facts import Facts
from sim.report.report import write_report
from sim.report.sections.towns import towns
from sim.scenario.scenario import load_scenario
from sim.scenario.schema import PARAMETERS
from sim.words.folders import languages
from tests.reference.made_up_sweeps import NOISE, made_up_sweep
from tests.reference.pages import check_page

EXPERIMENT = """
interventions = ["transition_cluster", "rent_relief"]
towns = "towns.csv"
territories = "places"
months = 24
horizons = [24]
[settings]
spin_up = 2
"""
TABLE = """\
town;class;territory;population;starting_vacancy;cluster_size
Laval;growing;;3000;0,09;
Saint-Lô;shrinking;lo;2 500;;20
"""
PLACE = 'inherits = "mid_sized_town"\n[territory]\nrows = 12\ncolumns = 12\npopulation = 4000\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "places").mkdir()
    for name in ("Laval", "lo"):
        (tmp_path / "places" / f"{name}.toml").write_text(PLACE)
    (tmp_path / "towns.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "programme.toml").write_text(EXPERIMENT)
    return tmp_path


def test_each_town_is_a_territory_with_its_own_parameters_and_levers(folder):
    asked = load_experiment(folder / "programme.toml")
    assert dict(asked.classes) == {"Laval": "growing", "Saint-Lô": "shrinking"}
    arms = [asked.scenarios[town]["transition_cluster"] for town in asked.classes]
    assert [arm.title["fr"] for arm in arms] == ["Laval", "Saint-Lô"]
    assert [arm.values["population"] for arm in arms] == [3000, 2500]
    assert [arm.values["starting_vacancy"] for arm in arms] == [0.09, 0.134]
    assert [arm.interventions[0].values["cluster_size"] for arm in arms] == [40, 20]
    assert {arm.values["spin_up"] for arm in arms} == {2}
    assert len(plan_experiment(asked).keys) == 2 * 3 * asked.replications


def test_a_cell_sets_what_its_column_names_and_an_empty_one_nothing(folder):
    rows = read_rows(folder / "towns.csv", PARAMETERS | TYPES["transition_cluster"].infos)
    assert [row.settings for row in rows] == [
        {"population": 3000, "starting_vacancy": 0.09},
        {"population": 2500, "cluster_size": 20},
    ]
    (folder / "own.csv").write_text("town,with_visits,boundary\nA,false,open\nB,,\n")
    rows = read_rows(folder / "own.csv", PARAMETERS)
    assert [row.settings for row in rows] == [{"with_visits": False, "boundary": "open"}, {}]


def test_classes_are_those_of_the_towns():
    arms = {"Laval": {}, "Corte": {}}
    for given, said in (
        ({"Laval": "a", "Corte": "b", "Lavla": "a"}, "'Lavla' is no territory. Did you mean 'Lava"),
        ({"Laval": "a"}, "x: classes: 'Corte' has none."),
        ({}.fromkeys(("Tulle", "Laval", "Corte", "Arles"), "a"), "x: classes: 'Arles' is no terri"),
        (["Laval"], "classes must be a table"),
        ({"Laval": 1}, "classes must be a table"),
    ):
        with pytest.raises(InputError, match=said):
            read_classes({"classes": given}, arms, "x: ")
    whole = {"Laval": "a", "Corte": "b"}
    assert read_classes({"classes": whole}, arms, "") == whole
    assert read_classes({}, arms, "") == {}
    for number, chosen in ((1, 1), (10, 1), (11, 2), (20, 2), (21, 3)):
        classes = {str(k): "a" for k in range(number)}
        assert read_choose({}, classes, "") == chosen
        for some in (1, number):
            assert read_choose({"choose": some}, classes, "") == some
        for some in (0, number + 1):
            with pytest.raises(InputError, match=f"choose = {some} is not admissible"):
                read_choose({"choose": some}, classes, "")
    assert read_choose({}, {}, "") == 0


def test_a_table_alone_gives_towns_of_one_kind(folder):
    (folder / "own.csv").write_text("town,population\nA,3000\nB,\n")
    changes = {"towns": str(folder / "own.csv")}
    (folder / "programme.toml").write_text('interventions = ["facade"]\n')
    asked = load_experiment(folder / "programme.toml", changes=changes)
    assert [of["baseline"].values["population"] for of in asked.scenarios.values()] == [3000, 50000]
    assert dict(asked.classes) == {"A": "", "B": ""} and asked.choose == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "has no column 'town'; its columns are: none"),
        ("ville;class\nLaval;a\n", "has no column 'town'; its columns are: ville, class"),
        ("town,populaton\nLaval,3\n", "column 'populaton' is no parameter, and no lever of what"),
        ("town,populaton\nLaval,3\n", "Did you mean 'population'?"),
        ("town,facade\nLaval,3\n", "column 'facade' is no parameter"),
        ("town,months\nLaval,3\n", "all towns run equally long"),
        ("town,class,class\nLaval,a,b\n", "column 'class' stands twice"),
        ("town\n", "has no town"),
        ("town,class\nLaval,a,b\n", "line 2 has 3 values where the header has 2"),
        ("town,class\nLaval,a\n\nLaval,a\n", "line 4: Laval stands twice, first at"),
        ("town,class\nLaval,\n", "line 2: Laval has no class"),
        ("town,class\n,a\n", "line 2: the name of the town is missing"),
        ("town\na/b\n", "line 2: 'a/b' is no name of a town"),
        ("town\na:b\n", "line 2: 'a:b' is no name of a town"),
        ("town\n.\n", "line 2: '.' is no name of a town"),
        ("town\na\x07b\n", "is no name of a town; expected up to 100 characters"),
        (f"town\n{101 * 'a'}\n", "is no name of a town"),
        (f"town,territory\n{100 * 'a'},lavl\nLaval,\nlo,\n", "line 2: no territory 'lavl' in"),
        ('town\n\'"a\n"\n', "not a CSV file"),
        ("town,population\nLaval,many\n", "line 2: population is 'many', which is not a number"),
        ("town,population\nLaval,2.5\n", "line 2: population is 2.5; expected a whole number"),
        (
            "town,starting_vacancy\nLaval,14\nlo,\n",
            "line 2 (Laval): settings: starting_vacancy = 14",
        ),
        ("town,territory\nLaval,\nB,lavl\nC,lo\n", "line 3: no territory 'lavl'"),
        ("town,territory\nLaval,\nB,lavl\nC,lo\n", "Did you mean 'Laval'?"),
        ("town\nLaval\n", "lo.toml has no row in"),
        ("town\nLavale\nlo\n", "Laval.toml has no row in"),
        ("town\nmetropolis\n", "Laval.toml has no row in"),
        ("town\nLavale\nlo\n", "Did you mean 'Lavale'?"),
    ],
)
def test_mistakes_of_a_table_are_named_with_their_line(folder, table, said):
    (folder / "towns.csv").write_text(table)
    with pytest.raises(InputError) as refused:
        load_experiment(folder / "programme.toml")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[factors]\nscenario = ["mid_sized_town"]\n', "towns take the place of points"),
        ("[factors]\nstarting_vacancy = [0.1, 0.2]\n", "column 'starting_vacancy' is a factor of"),
        (
            "[factors]\nstarting_vacancy = [0.1]\npopulation = [9]\n",
            "column 'population' is a factor",
        ),
        ("[[points]]\nclosure_rate = 0.1\n", "towns take the place of points"),
        ("factors = 3\n", "towns take the place of points"),
        ("choose = 3\n", "choose = 3 is not admissible; expected a whole number from 1 to 2"),
    ],
)
def test_what_does_not_go_with_towns_is_refused(folder, text, said):
    head, settings, tail = EXPERIMENT.partition("[settings]")
    order = (head, text, settings + tail) if text[0] != "[" else (head, settings, tail, text)
    (folder / "programme.toml").write_text("".join(order))
    with pytest.raises(InputError, match=said.replace("(", r"\(")):
        load_experiment(folder / "programme.toml")


def test_a_missing_folder_or_table_is_named(folder):
    for key in ("towns", "territories"):
        with pytest.raises(InputError, match="elsewhere: no such"):
            load_experiment(folder / "programme.toml", changes={key: "elsewhere"})
    with pytest.raises(InputError, match="choose is a number of towns"):
        load_experiment("frugality", changes={"choose": 2})


@pytest.mark.parametrize("given", ["", 3, "a\0b"])
def test_a_table_and_a_folder_are_paths(folder, given):
    for key in ("towns", "territories"):
        with pytest.raises(InputError, match=rf"programme\.toml: {key} = .+ must be a path\.$"):
            load_experiment(folder / "programme.toml", changes={key: given})


def test_towns_are_found_from_elsewhere_in_either_alphabet_and_run_equally_long(
    folder, monkeypatch
):
    monkeypatch.chdir(folder)
    table = "town\tpopulation\tresidents_growth\nSaint-L\xf4\t2501\t-0.004\nLaval\t\t\n"
    (folder / "old.csv").write_text(table, encoding="latin-1")
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "own.toml").write_text('towns = "old.csv"\nscenario = "metropolis"\n')
    asked = load_experiment(folder / "elsewhere" / "own.toml")
    first, second = (of["baseline"].values for of in asked.scenarios.values())
    assert [*asked.scenarios] == ["Saint-Lô", "Laval"]
    assert (first["population"], first["residents_growth"]) == (2501, -0.004)
    assert second["rows"] == load_scenario("metropolis").values["rows"]
    (folder / "places" / "lo.toml").write_text(f"{PLACE}\n[start]\nmonths = 36\n")
    (folder / "programme.toml").write_text(EXPERIMENT.replace("months = 24\nhorizons = [24]\n", ""))
    with pytest.raises(
        InputError, match="Laval runs 240 months and Saint-Lô 36; say months in the"
    ):
        load_experiment(folder / "programme.toml")


def test_a_sweep_over_towns_goes_on_and_is_repeated_from_its_folder(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    (folder / "one.toml").write_text(
        'interventions = ["rent_relief"]\nmonths = 12\n[settings]\nspin_up = 0\n'
    )
    words = ["--towns", "towns.csv", "--territories", "places", "--workers", "1"]
    (folder / "towns.csv").write_text("town,population\nLaval,2500\nlo,\n")
    assert main(["sweep", "one.toml", *words, "--reps", "1", "--out", "out"]) == 0
    first = load_results("out")
    command = first.manifest["run"]["command"]
    assert "--towns towns.csv --territories places" in command
    (folder / "towns.csv").unlink()  # the folder holds all that is needed
    assert main(["extend", "out", "--reps", "2", "--workers", "1"]) == 0
    grown = load_results("out")
    assert grown.counts.succeeded == 8 and dict(grown.experiment.classes) == {"Laval": "", "lo": ""}
    capsys.readouterr()
    # The posterior that both towns draw from is kept once.
    assert len(list((folder / "out" / "inputs").rglob("*.parquet"))) == 1


# The report: six towns, of which each gains one project more than the one before

TOWNS = [f"Town {k}" for k in range(6)]
GAINS = {town: float(k) for k, town in enumerate(TOWNS)}
TWO_WANTED = 'indicators = ["running_projects", "closure_rate_town_centre"]\n'


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("towns")
    rows = "".join(
        f"{town},{'far' if k < 3 else 'near'},{3000 + k}\n" for k, town in enumerate(TOWNS)
    )
    (folder / "towns.csv").write_text(f"town,class,population\n{rows}")
    return made_up_sweep(
        folder / "sweep",
        f'towns = "{folder}/towns.csv"\nchoose = 2\ninterventions = ["transition_cluster"]\n'
        f"{TWO_WANTED}replications = 12\n",
        effects={
            "running_projects": lambda v: GAINS[v["scenario"]] - 1,
            "closure_rate_town_centre": lambda v: -0.2 * GAINS[v["scenario"]],
            "public_spending": lambda v: 1e6,
        },
    )


def test_towns_are_ranked_by_what_they_gain(made):
    table = write_report(made, "en")["ranking.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert len(rows) == 12
    for measure in ("running_projects", "closure_rate_town_centre"):
        ranked = [row for row in rows if row["measure"] == measure]
        assert [row["town"] for row in ranked] == TOWNS[::-1]
        # All towns share their noise, which moves no town past another.
        assert all(row["rank"] == row["rank_lo90"] == row["rank_hi90"] for row in ranked)
        for row in ranked:
            low, mean, high = (float(row[f"expected{end}"]) for end in ("_lo90", "", "_hi90"))
            assert low < mean < high
            assert mean == pytest.approx(float(row["mean"]), abs=NOISE[measure])
        assert {row["among_first"] for row in ranked[:2]} == {"1"}
        assert {row["public_spending"] for row in ranked} == {"1e+06"}


def test_choices_stand_beside_doing_nothing_with_their_regret_by_hand(made):
    one = Facts(made, "en")
    blocks = towns(one).blocks
    tables = [block for block in blocks if block.kind == "table"]
    ranked, classes, choices = tables[:3]
    assert [row[0].text for row in ranked.rows] == TOWNS[::-1]
    assert [[cell.text for cell in row[:2]] for row in classes.rows] == [
        ["far", "3"],
        ["near", "3"],
    ]
    # Gains of -1 to 4: the best two bring 3.5 each, the nearer 3, all by lot 1.5, the farther 0.
    found = {row[0].text: float(row[2].text) for row in choices.rows}
    assert found == pytest.approx(
        {
            "The 2 ranked first": 0.0,
            "By lot among “far”": 3.5,
            "By lot among “near”": 0.5,
            "By lot among all towns": 2.0,
            "Do nothing": 3.5,
        },
        abs=0.11,
    )


@pytest.mark.parametrize("language", languages())
def test_the_page_of_towns_is_whole(made, language):
    check_page(write_report(made, language)["report.html"], language)


def test_few_replications_rank_no_town(tmp_path):
    (tmp_path / "towns.csv").write_text("town\nA\nB\nC\n")
    text = f'towns = "{tmp_path}/towns.csv"\ninterventions = ["facade"]\nreplications = 4\n'
    found = made_up_sweep(tmp_path / "few", text)
    (told,) = towns(Facts(found, "en")).blocks
    assert told.text.startswith("Towns are ranked from 10 replications of each on")
    assert "ranking.csv" not in write_report(found, "en")
