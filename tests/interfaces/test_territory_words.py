"""Numbers, columns and kinds of shop are read as people write them, or refused."""

from __future__ import annotations

import tomllib
import zipfile
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import InputError
from sim.territory.column_words import columns_in, parse_columns
from sim.territory.extent import Reading
from sim.territory.import_territory import import_territory
from sim.territory.shop_kinds import (
    LEFT_OUT,
    MALL,
    UNKNOWN_GROUP,
    UNMAPPED,
    VACANT_KIND,
    read_kinds,
    shop_catalogue,
)
from sim.territory.table import Table
from sim.territory.territory import SECTORS, VACANT

CATALOGUE = shop_catalogue()
ACTIVITIES = tomllib.loads(files("sim.territory").joinpath("naf_codes.toml").read_text("utf-8"))
VINTAGES = tomllib.loads(files("sim.territory").joinpath("bpe_codes.toml").read_text("utf-8"))


def numbers(path, *texts, **options):
    table = Table(path, {"ind": pa.array(texts, pa.string())}, len(texts), "line", 2)
    return table.numbers("ind", **options).tolist()


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1,200", "300", "50"], [1200, 300, 50]),
        (["1.200", "300", "50"], [1200, 300, 50]),
        (["1 200", "300", "12 000,5"], [1200, 300, 12000.5]),
        (["1\u00a0200", "2\u202f300", "1'500"], [1200, 2300, 1500]),
        (["1,200,000", "300"], [1_200_000, 300]),
        (["1.200.000", "300"], [1_200_000, 300]),
        (["1,200.5", "300"], [1200.5, 300]),
        (["1.200,5", "300,25"], [1200.5, 300.25]),
        (["1,200", "300.5"], [1200, 300.5]),
        (["1,2", "3,125", "4"], [1.2, 3.125, 4]),
        (["0,125", "3,125"], [0.125, 3.125]),
        (["1.125", "3.250", "4.5"], [1.125, 3.25, 4.5]),
        (["1.250", "0.500"], [1.25, 0.5]),
        (["1234,567"], [1234.567]),
        (["-1,5", "2"], [-1.5, 2]),
    ],
)
def test_separators_are_what_the_column_proves(texts, values, tmp_path):
    assert numbers(tmp_path, *texts, negative=True) == values


@pytest.mark.parametrize(
    "texts",
    [["1,234"], ["1,234", "2,345"], ["1,234", "56"], ["1.234", "56"], ["1,200", "1500"],
     ["1,200", "1,25.5"], ["1.200.0835", "300"], ["1,200,0835"],
     ["1.200,5", "1,200.5"], ["1,200", "1.300", "4"]],
)  # fmt: skip
def test_a_separator_that_may_be_either_is_refused_with_its_line(texts, tmp_path):
    with pytest.raises(InputError, match=r"line \d: ind is"):
        numbers(tmp_path, *texts)


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=9), st.sampled_from(",. '\u202f"))
def test_thousands_are_read_or_refused_but_never_misread(values, separator):
    texts = [f"{value:,}".replace(",", separator) for value in values]
    try:
        read = numbers(Path("cells.csv"), *texts)
    except InputError:
        return
    assert read == values


@given(
    st.lists(st.decimals(0, 10**6, places=3), min_size=1, max_size=9),
    st.sampled_from(",."),
    st.booleans(),
)
def test_decimals_are_read_or_refused_but_never_misread(values, comma, trimmed):
    texts = [f"{v:.3f}".rstrip("0").rstrip(".") if trimmed else f"{v:.3f}" for v in values]
    try:
        read = numbers(Path("cells.csv"), *(t.replace(".", comma) for t in texts))
    except InputError:
        return
    assert read == [float(v) for v in values]


def test_columns_are_found_by_their_words_and_a_stated_one_comes_first(tmp_path):
    header = ["ID INSPIRE", "Nb. habitants", "LAT"]
    found = columns_in(tmp_path, header, ("cell", "ind", "lat"), {})
    assert found == {"cell": "ID INSPIRE", "ind": "Nb. habitants", "lat": "LAT"}
    assert columns_in(tmp_path, header, ("ind",), parse_columns("ind=lat")) == {"ind": "LAT"}
    with pytest.raises(InputError, match=r"pop and habitants, each .* --columns ind=NAME"):
        columns_in(tmp_path, ["habitants", "pop"], ("ind",), {})


@pytest.mark.parametrize("text", ["ind", "ind=", "inds=x", "=x"])
def test_a_wrong_columns_option_is_refused(text):
    with pytest.raises(InputError, match="--columns"):
        parse_columns(text)


@pytest.mark.parametrize("vintage", VINTAGES)
def test_every_code_of_every_vintage_of_the_bpe_is_mapped_or_named_as_left_out(vintage):
    for code, label in VINTAGES[vintage].items():
        assert CATALOGUE.of_bpe(code) in (*range(len(CATALOGUE.groups)), LEFT_OUT), (code, label)
        assert code in CATALOGUE.bpe, f"{code} {label} is left out only by its domain"


@pytest.mark.parametrize(
    ("label", "name", "sector"),
    [
        ("Supermarché et magasin multi-commerce", "supermarkets", "convenience"),
        ("Boulangerie-pâtisserie", "bakers, butchers and other food specialists", "convenience"),
        ("Hypermarché et grand magasin", "hypermarkets", "convenience"),
        ("Commerce spécialisé en fruits et légumes", "grocers", "convenience"),
        ("Commerce de boissons", "bakers, butchers and other food specialists", "convenience"),
        ("Magasin de chaussures", "clothes, shoes, jewellery and personal goods", "comparison"),
        ("Restaurant - restauration rapide", "restaurants and fast food", "hospitality"),
    ],
)
def test_the_labels_of_insee_lead_to_their_sector(label, name, sector):
    code = next(code for code, own in VINTAGES["2025"].items() if own == label)
    group = CATALOGUE.groups[CATALOGUE.of_bpe(code)]
    assert (group.name, SECTORS[group.sector]) == (name, sector)


def test_a_code_keeps_its_meaning_between_vintages():
    """So that one table may hold all of them: the words of its labels overlap."""
    for code in CATALOGUE.bpe:
        labels = [set(v[code].lower().split()) for v in VINTAGES.values() if code in v]
        if code not in ("A205", "B306"):  # pompes funèbres, services funéraires
            assert len(labels) < 2 or any("sta" in w or w[:5] in " ".join(labels[-1])
                                          for w in labels[0])  # fmt: skip


@pytest.mark.parametrize("code", ["B199", "B999", "A599", ""])
def test_a_code_that_no_vintage_has_is_unknown(code):
    assert CATALOGUE.of_bpe(code) == UNMAPPED


def test_every_activity_that_is_mapped_has_its_label_and_every_retail_shop_is_mapped():
    assert set(CATALOGUE.naf) == {code for labels in ACTIVITIES.values() for code in labels}


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Hypermarchés", "hypermarkets"),
        ("Supermarchés", "supermarkets"),
        ("Supérettes", "minimarkets"),
        ("Commerce d'alimentation générale", "grocers"),
        ("Pâtisserie", "bakers, butchers and other food specialists"),
        ("Commerce de détail de la chaussure", "clothes, shoes, jewellery and personal goods"),
        ("Grands magasins", "sports, department and variety stores"),
        ("Commerce de détail de meubles", "furniture, flooring and kitchens"),
        ("Restauration de type rapide", "restaurants and fast food"),
        ("Débits de boissons", "bars and cafés"),
        ("Soins de beauté", "hairdressers and beauty"),
        ("Activités des agents et courtiers d'assurances", "banks and insurers"),
    ],
)
def test_the_labels_of_the_decree_lead_to_their_kind(label, name):
    code = next(code for code, own in ACTIVITIES["decree"].items() if own == label)
    assert CATALOGUE.groups[CATALOGUE.of_naf(code)].name == name


def test_activities_of_sirene_are_mapped_left_out_or_unknown():
    def named(code):
        group = CATALOGUE.of_naf(code)
        return CATALOGUE.groups[group].name if group >= 0 else group

    assert named("47.11D") == named("4711D") == "supermarkets"
    assert named("56.30Z") == "bars and cafés"
    assert named("84.11Z") == named("47.30Z") == named("47.91B") == LEFT_OUT
    assert named("47.99X") == LEFT_OUT
    assert named("47.70Q") == UNMAPPED


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Boulangeries", "bakers, butchers and other food specialists"),
        ("PRET A PORTER", "clothes, shoes, jewellery and personal goods"),
        ("Café / Tabac", "bars and cafés"),
        ("Local vacant", VACANT_KIND),
        ("rideau fermé", VACANT_KIND),
        ("Leerstand", VACANT_KIND),
        ("yes", UNKNOWN_GROUP),
        ("autre", UNKNOWN_GROUP),
        ("Mairie", LEFT_OUT),
        ("Centre commercial", MALL),
        ("xyz", UNMAPPED),
    ],
)
def test_words_of_a_town_hall_have_a_kind(word, kind):
    _, group, _ = CATALOGUE.of_word(word, {})
    assert (CATALOGUE.groups[group].name if group >= 0 else group) == kind


@pytest.mark.parametrize(
    ("text", "own", "found"),
    [
        ("xyz", {}, ("xyz", UNMAPPED, False)),
        ("xyz; zyx", {}, ("zyx", UNMAPPED, False)),
        ("", {}, ("", UNMAPPED, False)),
        ("fuel", {}, ("fuel", LEFT_OUT, False)),
        ("xyz;fuel", {}, ("fuel", LEFT_OUT, False)),
        *((f"fuel;{kind}", {}, (kind, 0, False)) for kind, n in CATALOGUE.osm.items() if n == 0),
        ("xyz;vacant", {"xyz": "left out"}, ("xyz", LEFT_OUT, True)),
    ],
)
def test_of_several_words_the_first_that_says_something_counts(text, own, found):
    assert CATALOGUE.of_word(text, own) == found


def test_a_users_own_words_come_first(tmp_path, town, formats):
    path = tmp_path / "kinds.csv"
    path.write_text("word;kind\nLa Cantine;restaurant\nZone 3;left out\nbakery;clothes\n")
    kinds = read_kinds(path)
    lon, lat = town.project(*town.middle(3, 3), 4326)
    words = ["la cantine", "Zone 3", "bakery"]
    shops = formats.csv(
        tmp_path / "s.csv", [{"Enseigne": w, "lon": lon, "lat": lat} for w in words]
    )
    reading = Reading(columns={"shop": "enseigne"}, kinds=kinds)
    territory = import_territory(town.population(), shops, name="T", reading_shops=reading)
    premises = territory.provenance["premises"]
    assert premises["placed"] == 2
    assert premises["left_out_kinds"] == {"zone 3": 1}
    assert sorted(territory.premises_sector.tolist()) == [1, 2]


@pytest.mark.parametrize("line", ["a;b;c", "a", "a;bakeri", ";bakery"])
def test_a_wrong_line_of_kinds_is_named(line, tmp_path):
    path = tmp_path / "kinds.csv"
    path.write_text(f"cave;wine\n{line}\nx;wine;\n"[: -len("x;wine;\n")])
    with pytest.raises(InputError, match="line 2"):
        read_kinds(path)


def test_a_column_that_the_user_names_must_be_there(town):
    reading = Reading(columns={"ind_snv": "revenus"})
    with pytest.raises(InputError, match=r"no column 'revenus', which is said to be ind_snv"):
        import_territory(town.population(), name="T", reading_population=reading)


def test_a_sheet_may_say_in_a_column_which_premises_are_taken(town, formats):
    lon, lat = town.project(*town.middle(3, 3), 4326)
    rows = [
        {"Activité": kind, "Statut": state, "lon": lon, "lat": lat}
        for kind, state in [("boulangerie", "occupé")] * 5 + [("mode", "Vacant"), ("", "vide")]
    ]
    shops = formats.csv(town.folder / "s.csv", rows)
    territory = import_territory(town.population(), shops, name="T")
    is_vacant = territory.premises_occupancy == VACANT
    assert territory.premises_sector[is_vacant].tolist() == [1, 0]
    assert (~is_vacant).sum() == 5


def test_the_right_table_of_an_archive_is_read(town):
    cells = town.population()
    path = town.folder / "cells.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(cells, "données/cells.csv")
        archive.writestr("variables.csv", "COD_VAR;LIB_VAR\nind;residents\n")
    assert import_territory(path, name="T").residents.sum() == town.residents.sum()
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(cells, "more.csv")
    with pytest.raises(InputError, match=r"zip archive with données/cells.csv, variables"):
        import_territory(path, name="T")


def test_a_file_of_kinds_may_have_a_header_and_empty_lines(tmp_path):
    path = tmp_path / "k.csv"
    for text in ("mot\tgenre\nCave\tWine\n\n", "word,kind\n,\nCave,wine\n", "\ufeffCave;wine\n"):
        path.write_text(text, encoding="utf-8")
        assert read_kinds(path) == {"cave": "wine"}
    for text in ("cave;wine\nword;kind\n", ";\nword;kind\n"):
        path.write_text(text)
        with pytest.raises(InputError, match="line 2: the kind 'kind' is neither a value"):
            read_kinds(path)


def test_columns_that_may_be_either_are_three_at_most_and_a_stated_one_stands_alone(tmp_path):
    header = ["habitants", "population", "pop", "x", "X "]
    with pytest.raises(InputError, match=r"has pop and habitants and population, each|has \w+ and"):
        columns_in(tmp_path, header, ("ind",), {})
    assert columns_in(tmp_path, header, ("ind",), {"ind": "POP"}) == {"ind": "pop"}
    assert columns_in(tmp_path, header, ("ind",), {"lat": "pop", "ind": "none"}) == {}
    with pytest.raises(InputError, match="has two columns called 'x'"):
        columns_in(tmp_path, header, ("ind",), {"ind": "x"})


def test_commas_and_points_the_other_way_round_are_said_so(tmp_path):
    with pytest.raises(InputError, match=r"line 3: .* commas and points are the other way round"):
        numbers(tmp_path, "1.200,5", "1,200.5")
