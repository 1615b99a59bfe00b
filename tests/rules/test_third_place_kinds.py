"""The catalogue of third places: a kind is a row."""

import pytest

from sim.errors import InputError
from sim.registry.catalogues import (
    PROJECT_COLUMNS,
    THIRD_PLACE_COLUMNS,
    read_catalogue,
    third_place_kinds,
)


def test_every_kind_of_third_place_offers_something_of_its_own():
    kinds = third_place_kinds()
    assert [k.name for k in kinds[:4]] == ["incubator", "fablab", "coworking", "living_lab"]
    rows = [tuple(k[c] for c in THIRD_PLACE_COLUMNS) for k in kinds]
    assert len(set(rows)) == len(rows)


ROW = """
[[kind]]
name = "fablab"
label = { en = "Fablab", fr = "Fablab" }
source = "a judgement"
evidence = "assumed"
youth_visits = 0.01
entrepreneur_visits = 0.015
official_visits = 0.04
worker_visits = 0.003
mentoring = 0.8
machines = 0.25
trials = 0.95
seat_cost = 150.0
setup_cost = 3000
fee = { value = 30.0, source = "a survey", evidence = "found" }
seats = 15
max_seats = 60
staff = 0.7
"""


def test_a_fifth_kind_is_a_row(tmp_path):
    path = tmp_path / "kinds.toml"
    path.write_text(ROW + ROW.replace('"fablab"', '"repair_cafe"'), encoding="utf-8")
    kinds = read_catalogue(path, THIRD_PLACE_COLUMNS)
    assert [k.name for k in kinds] == ["fablab", "repair_cafe"]
    assert kinds[1]["fee"] == 30 and kinds[1].figures["fee"].evidence == "found"
    assert kinds[1]["setup_cost"] == 3000.0 and kinds[1].figures["seats"].source == "a judgement"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("youth_visits", "youth_visit", "unknown key 'youth_visit'. Did you mean 'youth_visits'?"),
        ("seats = 15\n", "", "lacks its seats"),
        ("machines = 0.25", "machines = 1.25", "machines = 1.25 .* from 0 to 1"),
        ("seats = 15", "seats = 15.5", "seats = 15.5 .* a whole number from 0"),
        ("staff = 0.7", "staff = true", "staff = True"),
        ("mentoring = 0.8", "mentoring = nan", "mentoring = nan"),
        ('name = "fablab"', 'name = "fab lab"', "kind 1 needs a name"),
        ('fr = "Fablab"', 'xx = "Fablab"', "label must be"),
        ('"assumed"', '"guessed"', "'guessed', not one of found"),
        ('"a judgement"', '" "', "source of"),
        ("value = 30.0", "val = 30.0", "unknown key 'val' under 'fee'"),
        ("[[kind]]", "[[kinds]]", "unknown key 'kinds'. Did you mean 'kind'"),
        ("[[kind]]", "[[kind", "not a valid TOML file"),
    ],
)
def test_a_bad_catalogue_is_refused_in_one_sentence(tmp_path, old, new, said):
    path = tmp_path / "kinds.toml"
    assert old in ROW
    path.write_text(ROW.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=said) as refused:
        read_catalogue(path, THIRD_PLACE_COLUMNS)
    assert str(path) in str(refused.value) and "\n" not in str(refused.value)


def test_two_kinds_of_one_name_no_kind_and_no_file_are_refused(tmp_path):
    path = tmp_path / "kinds.toml"
    path.write_text(ROW + ROW, encoding="utf-8")
    with pytest.raises(InputError, match="two kinds are named 'fablab'"):
        read_catalogue(path, THIRD_PLACE_COLUMNS)
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="expected 1 to 255"):
        read_catalogue(path, PROJECT_COLUMNS)
    with pytest.raises(InputError, match="no such file"):
        read_catalogue(tmp_path / "nothing.toml", PROJECT_COLUMNS)
