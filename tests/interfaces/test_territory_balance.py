"""The balance sheet of an import says what is missing, and stops what is not plausible."""

from __future__ import annotations

import json

import pytest

from sim.cli import main
from sim.errors import InputError
from sim.simulation.balance import balance_sheet, remarks_in_words, run_a_month, with_balance
from sim.territory.import_territory import import_territory
from sim.territory.imported_scenario import write_imported_scenario
from sim.territory.territory import SECTORS
from sim.territory.vacancy import VacancyRequest
from sim.words.folders import languages
from sim.words.language import percent


def rows_of(town, place, kind, n):
    lon, lat = town.project(*town.middle(*place), 4326)
    return [{"shop": kind, "lon": lon, "lat": lat}] * n


def balance_of(town, formats, rows, **options):
    path = formats.csv(town.folder / "s.csv", rows)
    territory = import_territory(town.population(), path, name="T", **options)
    balance = balance_sheet(territory)
    return balance, {remark.code: remark for remark in balance.remarks}


def test_premises_where_nobody_lives_are_doubted_above_a_tenth(formats, town):
    rows = rows_of(town, (3, 3), "bakery", 18)
    for n, is_doubt in ((1, False), (3, True)):
        _, remarks = balance_of(town, formats, rows + rows_of(town, (6, 8), "bakery", n),
                                vacancy=VacancyRequest(assumed=0))  # fmt: skip
        assert remarks["empty_cells"].is_doubt == is_doubt
        assert f"{n} of {18 + n} premises" in remarks["empty_cells"].sentence("en")


def test_unknown_kinds_are_doubted_above_a_fifth(formats, town):
    rows = rows_of(town, (3, 3), "bakery", 8)
    for n, is_doubt in ((1, False), (3, True)):
        _, remarks = balance_of(town, formats, rows + rows_of(town, (3, 3), "zorb", n))
        assert remarks["unknown_kinds"].is_doubt == is_doubt
        assert "zorb" in remarks["unknown_kinds"].sentence("en")


def test_a_centre_of_comparison_shops_is_questioned(formats, town):
    _, remarks = balance_of(town, formats, rows_of(town, (3, 3), "clothes", 20))
    assert not remarks["centre"].is_doubt
    assert "--centre" in remarks["centre"].advice
    mixed = rows_of(town, (3, 3), "clothes", 10) + rows_of(town, (3, 3), "bakery", 10)
    assert "centre" not in balance_of(town, formats, mixed)[1]


def test_figures_stand_beside_those_of_the_archetype(formats, town):
    kinds = ["clothes"] * 6 + ["bakery"] * 4 + ["bar"] * 2
    rows = [row for kind in kinds for row in rows_of(town, (3, 3), kind, 1)]
    balance, _ = balance_of(town, formats, rows, vacancy=VacancyRequest(assumed=0))
    residents = town.residents.sum()
    for sector, n in (("comparison", 6), ("convenience", 4), ("hospitality", 2)):
        here, usual = balance.figures[f"{sector} per 1,000 residents"]
        assert here == pytest.approx(1000 * n / residents)
        assert usual > 0
    of_sectors = [balance.figures[f"{sector} per 1,000 residents"][1] for sector in SECTORS]
    assert sum(of_sectors) == pytest.approx(balance.figures["premises per 1,000 residents"][1])


def test_what_is_missing_is_said_with_where_it_can_be_had(town, formats):
    cells = [{k: row[k] for k in ("idcar_200m", "ind")} for row in town.cells()]
    territory = import_territory(formats.csv(town.folder / "c.csv", cells), name="T")
    said = " ".join(remark.advice for remark in balance_sheet(territory).remarks)
    for part in ("ind_snv", "ind_11_17", "Base permanente des équipements", "Overpass", "was:shop"):
        assert part in said
    lon, lat = town.project(*town.middle(3, 4), 4326)
    box = [float(v) for v in said.partition("[bbox:")[2].partition("]")[0].split(",")]
    assert box[0] < lat < box[2] and box[1] < lon < box[3]


def test_remarks_are_in_the_provenance_and_in_words_of_every_language(formats, town):
    territory = import_territory(town.population(), town.osm(), name="T")
    balance = balance_sheet(territory)
    entry = with_balance(territory, balance, is_accepted=True).provenance["balance_sheet"]
    assert entry["remarks"] == balance.as_json()["remarks"]
    assert json.loads(json.dumps(entry)) == entry
    for language in languages():
        said = remarks_in_words({"balance_sheet": entry}, language)
        assert said == [remark.sentence(language) for remark in balance.remarks] != []
        share = percent(2 / 12, language)
        assert any(share in sentence for sentence in said)


@pytest.mark.parametrize(("n_vacant", "share"), [(1, "0.0025"), (0, "0.0")])
def test_a_place_that_cannot_run_is_refused_before_it_is_written(n_vacant, share, formats, town):
    shops = rows_of(town, (3, 3), "bakery", 400) + rows_of(town, (3, 3), "vacant", n_vacant)
    territory = import_territory(
        town.population(),
        formats.csv(town.folder / "s.csv", shops),
        name="T",
        vacancy=VacancyRequest(is_counted=True),
    )
    scenario, _ = write_imported_scenario(territory, town.folder / "out")
    with pytest.raises(InputError, match=rf"starting_vacancy.*{share}.*0\.005"):
        run_a_month(scenario)


def test_the_command_line_refuses_doubts_until_they_are_accepted(formats, town, capsys):
    rows = rows_of(town, (3, 3), "bakery", 8) + rows_of(town, (3, 3), "zorb", 3)
    shops = formats.csv(town.folder / "s.csv", rows)
    cells, out = town.population(), town.folder / "out"
    arguments = ["territory", "import", "--population", str(cells), "--shops", str(shops)]
    assert main([*arguments, "--out", str(out)]) == 2
    assert "--accept" in capsys.readouterr().err
    assert not out.exists()
    assert main(["territory", "check", str(shops), str(cells), "--json"]) == 2
    remarks = json.loads(capsys.readouterr().out)["remarks"]
    assert [remark["code"] for remark in remarks if remark["is_doubt"]] == ["unknown_kinds"]


@pytest.mark.slow
def test_an_accepted_import_is_written_with_its_doubts(formats, town, capsys):
    rows = rows_of(town, (3, 3), "bakery", 8) + rows_of(town, (3, 3), "zorb", 3)
    shops = formats.csv(town.folder / "s.csv", rows)
    cells, out = town.population(), town.folder / "out"
    arguments = ["territory", "import", "--population", str(cells), "--shops", str(shops)]
    assert main([*arguments, "--out", str(out), "--accept"]) == 0
    assert "zorb" in capsys.readouterr().out
    assert "zorb" in (out / "out.toml").read_text()


def test_a_check_needs_residents_and_knows_what_it_is_given(town, capsys):
    other = town.folder / "roads.csv"
    other.write_text("road,width\nmain,3\n")
    cells = str(town.population())
    for files, said in (
        ([str(town.osm())], "residents are missing"),
        ([cells, str(other)], "neither a file of residents"),
        ([cells, cells], "both files of residents"),
    ):
        assert main(["territory", "check", *files]) == 2
        assert said in capsys.readouterr().err
    assert main(["territory", "check", cells]) == 0
    assert "premises" in capsys.readouterr().out
