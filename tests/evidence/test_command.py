"""The command on real records, where there are some, and on a town's own register."""

from pathlib import Path

import pandas as pd
import pytest

pytest.importorskip("esda")
pytest.importorskip("statsmodels")

from experiments.evidence.__main__ import answers, main
from experiments.evidence.bands import load_bands
from experiments.evidence.readers.folder import read_folder
from experiments.evidence.synthetic.licences import licences

EVIDENCE = Path(__file__).resolve().parents[3] / "shared" / "data" / "evidence"

PERIOD = {"since": pd.Timestamp("2008-01-01"), "until": pd.Timestamp("2026-01-01")}

OWN = ["--place", "premises", "--start", "opened", "--end", "closed"]


@pytest.fixture
def own(tmp_path):
    """A register of one's own, with columns of other names."""
    table = licences(n_places=100, seed=0, **PERIOD)
    names = {"place": "premises", "start": "opened", "end": "closed"}
    table.rename(columns=names).drop(columns="is_shop").to_csv(tmp_path / "shops.csv", index=False)
    return tmp_path / "shops.csv"


def test_a_register_of_one_s_own_is_held_against_the_bands(own, capsys, tmp_path):
    written = tmp_path / "said.csv"
    assert main([str(own), *OWN, "--question", "closures", "--write", str(written)]) == 0
    assert "closure_rate_0_5" in capsys.readouterr().out
    table = pd.read_csv(written)
    assert set(table["records"]) == {"shops.csv"}
    assert set(table["verdict"]) <= {"within", "outside", "cannot tell"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--start", "open"], "has no column 'open' for --start. Did you mean 'opened'?"),
        (["--since", "soon"], "--since is 'soon', which is no date such as 2015-01-01."),
        (["--since", "2020-01-01", "--until", "2019-01-01"], "is not before --until 2019-01-01."),
        (["--x", "premises"], "Positions need both --x and --y."),
        (["--shops", "bakery"], "--shops names kinds, so --kind must name their column."),
        (["--question", "closure"], "There is no question 'closure'. Did you mean 'closures'?"),
        (["--question", "decay"], "holds no records that bear on this question."),
    ],
)
def test_a_mistake_is_one_sentence(own, capsys, arguments, sentence):
    assert main([str(own), *OWN, *arguments]) == 2
    said = capsys.readouterr()
    assert sentence in said.err and said.err.count("\n") == 1 and not said.out


def test_a_folder_without_records_is_a_mistake(tmp_path, capsys):
    assert main([str(tmp_path)]) == 2
    assert "holds none of the folders" in capsys.readouterr().err
    assert main([str(tmp_path / "no.csv")]) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b""),
        ("b.csv", b'place,start\n"1,2\n'),
        ("c.csv", b"\xff\xfe,\n"),
        ("d.parquet", b"x"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path, capsys, name, content):
    (tmp_path / name).write_bytes(content)
    assert main([str(tmp_path / name)]) == 2
    said = capsys.readouterr().err
    assert name in said and said.count("\n") == 1


@pytest.fixture(scope="module")
def real():
    if not EVIDENCE.is_dir():
        pytest.skip("no ../shared/data/evidence beside this checkout")
    return answers(read_folder(EVIDENCE), load_bands()).set_index(["records", "figure"])


@pytest.mark.slow
def test_bands_say_what_was_measured(real):
    bands = load_bands()
    for records, figure, in_the_band in [
        ("sirene_lyon4", "closure_rate_0_5", 0.105),
        ("sirene_lyon4", "closure_rate_10_25", 0.069),
        ("slo_licences", "letting_after_2", None),
        ("slo_licences", "successors_90_days", None),
        ("wieland_shopping", "decay_exponential_groceries", 0.40),
        ("wieland_shopping", "decay_power_groceries", 1.92),
        ("wieland_shopping", "basket_median_clothing", 75.0),
        ("wieland_shopping", "online_spending_groceries", 0.008),
    ]:
        found = real.loc[(records, figure)]
        assert found["verdict"] == "within", figure
        if in_the_band is not None:
            assert bands[figure].value == in_the_band
            assert found["estimate"] == pytest.approx(in_the_band, rel=0.06)


@pytest.mark.slow
def test_both_bounds_of_letting_enclose_a_range(real):
    for k in range(1, 5):
        below = real.loc[("slo_licences", f"letting_after_{k}")]
        above = real.loc[("slo_licences", f"letting_after_{k}_reused")]
        assert below["high"] < above["low"]
