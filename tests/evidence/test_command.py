"""The command on a town's own register, and the mistakes that one can make with it."""

import json

import pandas as pd
import pytest

pytest.importorskip("esda")
pytest.importorskip("statsmodels")

from experiments.evidence.answers import agreement, answer, compare
from experiments.evidence.bands import load_bands
from experiments.evidence.estimates import Estimate
from experiments.evidence.questions import QUESTIONS
from experiments.evidence.readers import register
from experiments.evidence.synthetic.licences import licences
from sim.cli import main
from sim.errors import InputError
from sim.report.evidence import figures_of
from sim.words.catalogue import Words
from sim.words.folders import languages

PERIOD = {"since": pd.Timestamp("2008-01-01"), "until": pd.Timestamp("2026-01-01")}

OWN = ["--place", "premises", "--start", "opened", "--end", "closed"]


@pytest.fixture
def own(tmp_path):
    """A register of one's own, with columns of other names."""
    table = licences(n_places=100, seed=0, **PERIOD)
    names = {"place": "premises", "start": "opened", "end": "closed"}
    table.rename(columns=names).drop(columns="is_shop").to_csv(tmp_path / "shops.csv", index=False)
    return tmp_path / "shops.csv"


def validate(*arguments):
    return main(["validate", *map(str, arguments)])


SHORT = ["--reps", "2", "--years", "8", "--workers", "1"]


@pytest.mark.slow
def test_a_register_of_one_s_own_is_held_against_the_model(own, capsys, tmp_path):
    out = tmp_path / "report"
    command = [own, *OWN, *SHORT, "--question", "closures", "--out", out]
    assert validate(*command) == 0
    said = capsys.readouterr().out
    assert said.startswith("Of 7 figures that your records give, the model agrees on ")
    assert "Shops that close in a year, 0 to 5 years old" in said
    table = pd.read_csv(out / "figures.csv")
    assert set(table["records"]) == {"shops.csv", "model"}
    assert set(table["verdict"]) <= {"within", "outside", "cannot tell"}
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Does the model look like your town?" in page and "<svg" in page
    assert list(out.glob("figures/*.svg")) and (out / "manifest.json").is_file()

    assert validate(*command) == 2
    assert "is not empty" in capsys.readouterr().err
    before = page
    assert validate(*command, "--force") == 0
    assert (out / "report.html").read_text(encoding="utf-8") == before
    assert validate(*command, "--force", "--lang", "fr") == 0
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Combien de temps les commerces tiennent-ils" in page and "vidence_" not in page


def test_without_records_the_model_is_held_against_its_bands(capsys):
    asked = ["--scenario", "mid_sized_town", "--question", "closures", "--json"]
    assert validate(*asked, *SHORT) == 0
    rows = json.loads(capsys.readouterr().out)["figures"]
    bands = load_bands()
    assert {row["figure"] for row in rows} <= set(bands)
    assert all(row["verdict"] and not row["is_real"] for row in rows)


def test_a_register_with_few_closures_cannot_tell(tmp_path, capsys):
    few = tmp_path / "few.csv"
    few.write_text("place;start;end\na;31/01/2010;28/02/2014\nb;01/05/2012;\n", encoding="utf-8")
    assert validate(few, *SHORT, "--since", "2010-01-01", "--until", "2020-01-01", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["figures"]
    verdicts = {row["figure"]: row["verdict"] for row in rows if not row["is_real"]}
    assert verdicts["closure_rate"] == "cannot tell"
    assert set(verdicts.values()) == {"cannot tell"}


@pytest.mark.parametrize(
    ("model", "register", "verdict"),
    [
        ((0.10, 0.08, 0.12), (0.09, 0.07, 0.11, 50), "within"),
        ((0.13, 0.10, 0.16), (0.09, 0.07, 0.11, 50), "cannot tell"),
        ((0.15, 0.13, 0.16), (0.09, 0.07, 0.11, 50), "outside"),
        ((0.15, 0.13, 0.16), (0.09, 0.07, 0.11, 9), "cannot tell"),
        ((0.15, 0.13, 0.16), (float("inf"), 0.07, float("inf"), 50), "cannot tell"),
    ],
)
def test_intervals_that_do_not_overlap_disagree(model, register, verdict):
    simulated = Estimate("closure_rate", *model, 20, "1/year")
    assert agreement(simulated, Estimate("closure_rate", *register, "1/year")) == verdict


@pytest.mark.parametrize("language", languages())
def test_every_figure_has_a_label(language):
    words = Words(language)
    estimates = [Estimate(name, 1, 0, 2, 10, b.unit) for name, b in load_bands().items()]
    table = compare([], [("closures", e) for e in estimates], load_bands())
    labels = [figure.label(words) for figure in figures_of(table)]
    assert len(set(labels)) == len(labels) == len(estimates)
    assert all(words.knows(f"evidence_question.{name}") for name in QUESTIONS)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--start", "open"], "has no column 'open' for --start. Did you mean 'opened'?"),
        (["--since", "soon"], "--since is 'soon', which is no date such as 2015-01-01."),
        (["--since", "2020-01-01", "--until", "2019-01-01"], "is not before --until 2019-01-01."),
        (["--since", "1900-01-01", "--until", "1901-01-01"], "has nobody in place from 1900-01-01"),
        (["--x", "premises"], "Positions need both --x and --y."),
        (["--x", "opened", "--y", "opened"], "for --x is not in metres."),
        (["--shops", "bakery"], "--shops names kinds, so --kind must name their column."),
        (["--kind", "premises", "--shops", "bakery"], "column 'premises': there is no 'bakery'"),
        (["--question", "closure"], "Did you mean 'closures'?"),
        (["--question", "decay"], "holds no records that bear on this question."),
        (["--scenario", "mid_sized_twn"], "Did you mean 'mid_sized_town'?"),
        (["--reps", "0"], "reps = 0 is out of range"),
        (["--years", "1"], "years = 1 is out of range"),
        (["--workers", "0"], "workers = 0 is out of range"),
    ],
)
def test_a_mistake_is_one_sentence(own, capsys, arguments, sentence):
    assert validate(own, *OWN, *arguments) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1 and not said.out


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("a,2015-13-01,", "column 'opened', row 2: '2015-13-01' is no date such as 2015-01-31"),
        ("a,2015,", "row 2: '2015' is no date"),
        ("a,2015-02-01,2014-01-01", "row 2: 'closed' 2014-01-01 is before 'opened' 2015-02-01."),
    ],
)
def test_a_wrong_row_is_named_with_its_value(tmp_path, capsys, row, sentence):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"premises,opened,closed\nb,2010-01-01,2012-01-01\n{row}\n")
    assert validate(wrong, *OWN) == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_without_records_is_a_mistake(tmp_path, capsys):
    assert validate(tmp_path) == 2
    assert "holds none of the folders" in capsys.readouterr().err
    assert validate(tmp_path / "no.csv") == 2
    assert "There is no file" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "is empty."),
        ("b.csv", b'place,start\n"1,2\n', "cannot be read as csv"),
        ("c.csv", "place,début\n".encode("latin-1"), "is not in UTF-8"),
        ("d.parquet", b"x", "cannot be read as parquet"),
        ("e.xlsx", b"x", "is neither a .csv nor a .parquet file."),
    ],
)
def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path, capsys, name, content, sentence):
    (tmp_path / name).write_bytes(content)
    assert validate(tmp_path / name) == 2
    said = capsys.readouterr().err
    assert name in said and sentence in said and said.count("\n") == 1


def test_a_huge_file_is_refused_before_it_is_read(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(register, "LARGEST", 10)
    (tmp_path / "huge.csv").write_text("place,start,end\n")
    assert validate(tmp_path / "huge.csv") == 2
    assert "16 bytes, more than the 10 that are read" in capsys.readouterr().err


def test_days_come_before_months_between_slashes(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text("place;start;end\na;01/02/2015;31/12/2016\n")
    columns = {"place": "place", "start": "start", "end": "end"}
    found = register.read_register(path, columns, since="2015-01-01", until="2017-01-01")
    assert found.table["start"][0] == pd.Timestamp(2015, 2, 1)


def test_licences_without_a_position_bear_on_time_alone(tmp_path):
    table = licences(n_places=100, seed=0, **PERIOD)
    table = table.assign(x=10.0 * table["place"], y=0.0)
    table.loc[table["place"] < 10, "x"] = float("nan")
    table.loc[table["place"] == 10, "y"] = float("inf")
    table.to_parquet(tmp_path / "shops.parquet")
    columns = {name: name for name in ("place", "start", "end", "x", "y")}
    register_of_all, premises = register.read_own(tmp_path / "shops.parquet", columns)
    assert len(register_of_all.table) == len(table)
    assert premises.table["place"].min() == 11
    assert answer(register_of_all, ["neighbours"]) and answer(premises, ["gradient"])


def test_rows_of_parquet_are_counted_whatever_their_index(tmp_path):
    table = pd.DataFrame({"place": "a", "start": ["2010-01-01", "soon"], "end": None})
    table.set_axis(["first", "second"]).to_parquet(tmp_path / "shops.parquet")
    columns = {name: name for name in ("place", "start", "end")}
    with pytest.raises(InputError, match="row 2: 'soon' is no date"):
        register.read_register(tmp_path / "shops.parquet", columns)
