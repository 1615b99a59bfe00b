"""Real places become territories; missing data is generated and reported."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.scenario.scenario import load_scenario
from sim.territory.derive_zones import centre_from_premises, centre_from_residents, retail_parks
from sim.territory.generate import generate_premises, generate_territory
from sim.territory.import_territory import import_territory, summary_lines
from sim.territory.imported_scenario import suggest_archetype
from sim.territory.territory import OPEN, VACANT
from sim.territory.territory_file import territory_fault
from sim.territory.vacancy import VacancyRequest

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "territories"
real = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the public data of real places are not beside the project"
)


def assumed(share: float) -> VacancyRequest:
    return VacancyRequest(assumed=share)


def test_premises_come_from_openstreetmap_with_their_vacancies(town):
    territory = import_territory(town.population(), town.osm(), name="Town")
    assert territory_fault(territory) is None
    assert territory.premises_cell.size == 12
    assert (territory.premises_occupancy == VACANT).sum() == 2
    assert (territory.premises_occupancy == OPEN).sum() == 10
    assert territory.provenance["vacancy"]["evidence"] == "found"
    assert territory.provenance["floor_area"]["generated"] is True


def test_the_same_files_give_the_same_territory(town):
    first, second = (import_territory(town.population(), town.osm(), name="Town") for _ in range(2))
    np.testing.assert_array_equal(first.premises_floor_area, second.premises_floor_area)
    np.testing.assert_array_equal(first.premises_sector, second.premises_sector)
    assert first.provenance == second.provenance


def test_vacant_premises_resemble_the_open_ones_around_them(formats, town):
    """West of the town all shops are bars, in the east all sell clothes."""
    rows = []
    for column, kind in ((0, "bar"), (8, "clothes")):
        lon, lat = town.project(*town.middle(3, column), 4326)
        rows += [{"shop": shop, "lon": lon, "lat": lat} for shop in [kind] * 6 + ["vacant"] * 9]
    territory = import_territory(
        town.population(), formats.csv(town.folder / "osm.csv", rows), name="Town"
    )
    west = territory.premises_cell == 3 * 9
    assert set(territory.premises_sector[west]) == {2}
    assert set(territory.premises_sector[~west]) == {1}
    assert territory.provenance["vacancy"]["sectors_drawn"] == 18


@pytest.mark.parametrize("share", [0.0, 0.12, 0.5])
def test_where_a_source_lists_open_shops_only_vacant_ones_are_generated(share, town):
    territory = import_territory(town.population(), town.bpe(), name="T", vacancy=assumed(share))
    vacant = int((territory.premises_occupancy == VACANT).sum())
    assert vacant == round(20 * share / (1 - share))
    entry = territory.provenance["vacancy"]
    assert entry["generated"] is True
    assert entry["premises_added"] == vacant
    assert set(territory.premises_cell) <= {3 * 9 + 3, 3 * 9 + 4, 3 * 9 + 5}


def test_openstreetmap_without_any_vacancy_is_taken_to_list_open_shops_only(formats, town):
    rows = [row for row in town.shops() if row["shop"] != "vacant"]
    path = formats.csv(town.folder / "osm.csv", rows)
    territory = import_territory(town.population(), path, name="T", vacancy=assumed(0.5))
    assert (territory.premises_occupancy == VACANT).sum() == 10
    assert territory.provenance["vacancy"]["why"] == "the file lists open shops only"


def test_without_shops_a_territory_waits_for_its_premises_and_says_so(town):
    territory = import_territory(town.population(), name="Town")
    assert territory.premises_cell.size == 0
    assert territory.provenance["premises"]["generated"] is True
    assert territory.provenance["premises"]["why"] == "no file of shops was given"
    assert territory.is_town_centre.any()
    assert territory_fault(territory) is None


def test_only_vacant_premises_are_a_territory_too(formats, town):
    rows = [row for row in town.shops() if row["shop"] == "vacant"] * 9
    territory = import_territory(
        town.population(), formats.csv(town.folder / "osm.csv", rows), name="Town"
    )
    assert (territory.premises_occupancy == VACANT).all()
    assert len(set(territory.premises_sector)) > 1  # each is drawn for itself


def test_the_provenance_is_plain_json_and_every_part_has_source_and_mark(town):
    for shops in (None, town.osm(), town.bpe()):
        territory = import_territory(town.population(), shops, name="Town")
        assert json.loads(json.dumps(territory.provenance)) == territory.provenance
        for part, entry in territory.provenance.items():
            assert entry["source"], part
            assert entry["evidence"] in ("found", "derived", "recalled", "assumed"), part
            assert entry.get("why") or not entry.get("generated"), part
        assert len(summary_lines(territory)) == len(territory.provenance)


def test_the_town_centre_is_the_cluster_around_the_peak_of_shops():
    premises = np.zeros((20, 20))
    premises[9:12, 9:12] = 10
    premises[3, 3] = 4
    is_centre = centre_from_premises(premises, 200.0)
    assert is_centre[9:12, 9:12].all()
    assert not is_centre[3, 3]
    assert is_centre.sum() <= 25


def test_without_shops_the_centre_is_the_densest_tenth_of_residents():
    residents = np.ones((30, 30))
    residents[14:16, 14:16] = 100
    is_centre = centre_from_residents(residents, 1000.0)
    assert 0.1 * residents.sum() <= residents[is_centre].sum() < 0.2 * residents.sum()
    assert is_centre[14:16, 14:16].any()


def test_a_retail_park_is_a_cluster_of_large_shops_away_from_centre_and_homes():
    large, residents = np.zeros((20, 20)), np.full((20, 20), 100.0)
    is_centre = np.zeros((20, 20), dtype=bool)
    is_centre[10, 10] = True
    for place, people in (((2, 2), 0), ((10, 11), 0), ((17, 17), 300)):
        large[place], residents[place] = 4, people
    is_park = retail_parks(large, large, residents, is_centre, 200.0)
    assert np.argwhere(is_park).tolist() == [[2, 2]]
    drowned = large + 20
    assert not retail_parks(large, drowned, residents, is_centre, 200.0).any()


@pytest.mark.parametrize(
    ("people", "snv", "archetype"),
    [
        (5.0, 25_000.0, "rural_low_density"),
        (200.0, 25_000.0, "mid_sized_town"),
        (200.0, 18_000.0, "working_class_neighbourhood"),
        (4000.0, 18_000.0, "metropolis"),
    ],
)
def test_the_archetype_follows_density_size_and_income(people, snv, archetype, formats, town):
    rows = [{**row, "ind": people, "ind_snv": people * snv} for row in town.cells()]
    territory = import_territory(formats.csv(town.folder / "c.csv", rows), name="Town")
    assert suggest_archetype(territory)[0] == archetype


def kinds_at(formats, town, *shops, **options):
    """Import shops of a kind, each with its row and column, and how many there are of it."""
    rows = []
    for kind, row, column, n in shops:
        lon, lat = town.project(*town.middle(row, column), 4326)
        rows += [{"shop": kind, "lon": lon, "lat": lat}] * n
    path = formats.csv(town.folder / "s.csv", rows)
    return import_territory(
        town.population(), path, name="T", **{"vacancy": VacancyRequest(assumed=0)} | options
    )


@pytest.mark.parametrize(("n", "evidence"), [(9, "assumed"), (10, "derived")])
def test_ten_premises_show_a_centre(n, evidence, formats, town):
    territory = kinds_at(formats, town, ("bakery", 3, 4, n))
    assert territory.provenance["town_centre"]["evidence"] == evidence


def test_premises_of_unknown_kind_are_like_those_within_500_m_or_the_nearest_beyond(formats, town):
    far = kinds_at(formats, town, ("bakery", 3, 4, 1), ("bar", 3, 0, 30), ("yes", 3, 8, 20))
    assert far.premises_sector.tolist() == [0] + [2] * 30 + [0] * 20
    near = kinds_at(formats, town, ("bakery", 3, 4, 1), ("bar", 3, 6, 30), ("yes", 3, 4, 20))
    assert 0 < (near.premises_sector[31:] == 2).sum() <= 20
    alone = kinds_at(formats, town, ("yes", 3, 4, 20))
    assert alone.provenance["vacancy"]["sectors_drawn"] == 20
    assert alone.provenance["vacancy"]["in_words"].endswith(
        " 20 premises say nothing of their kind and take that of a small open shop nearby, drawn at"
        " random."
    )


def test_vacant_premises_need_shops(town):
    for vacancy in (VacancyRequest(share=0.1), VacancyRequest(file=town.folder / "v.csv")):
        with pytest.raises(InputError, match="vacant premises need the shops of the place; give"):
            import_territory(town.population(), name="T", vacancy=vacancy)


@real
def test_laval_has_its_people_its_shops_and_its_43_vacancies():
    folder = SHARED / "laval"
    territory = import_territory(
        folder / "carreaux_200m.csv", folder / "osm_points.csv", name="Laval"
    )
    assert (territory.residents > 0).sum() == 283
    assert territory.residents.sum() == 35_307
    premises = territory.provenance["premises"]
    assert premises["layers"]["commerces"] == {"points": 241, "vacant": 43}
    assert "43 vacant among 241 points of layer commerces" in premises["in_words"]
    assert (territory.premises_occupancy == VACANT).sum() == 43
    assert premises["placed"] == territory.premises_cell.size == 331
    assert premises["left_out_kinds"] == {
        "funeral_directors": 1,
        "gas": 1,
        "hotel": 3,
        "no kind given (layer banques_assurances)": 20,
    }
    assert territory.provenance["income"]["generated"] is True
    in_centre = territory.is_town_centre.ravel()[territory.premises_cell]
    assert in_centre.mean() > 0.7
    assert territory.is_town_centre.mean() < 0.1
    assert suggest_archetype(territory)[0] == "mid_sized_town"


@real
def test_villeneuve_saint_georges_is_poorer_than_france_and_has_the_shops_of_the_bpe():
    folder = SHARED / "villeneuve_saint_georges"
    territory = import_territory(
        folder / "carreaux_200m.csv", folder / "bpe.csv", name="Villeneuve-Saint-Georges"
    )
    assert (territory.residents > 0).sum() == 400
    assert territory.residents.sum() == 116_186
    mean = (territory.income * territory.residents).sum() / territory.residents.sum()
    assert mean == pytest.approx(19_265.9 / 23_440, rel=1e-4)
    assert territory.provenance["premises"]["placed"] == 852
    assert territory.provenance["vacancy"]["generated"] is True
    assert suggest_archetype(territory)[0] == "working_class_neighbourhood"


@real
def test_corte_is_read_from_a_geopackage_and_waits_for_premises():
    territory = import_territory(SHARED / "corte" / "carreaux_1km.gpkg", name="Corte")
    assert territory.cell_size == 1000
    assert territory.shape == (30, 30)
    assert (territory.residents > 0).sum() == 174
    assert territory.residents.sum() == 9612
    assert territory.provenance["residents"]["imputed_cells"] == 138
    assert territory.provenance["premises"]["generated"] is True
    assert suggest_archetype(territory)[0] == "rural_low_density"


def test_premises_need_a_zone_that_gets_some():
    values = load_scenario("mid_sized_town").replace(rows=12, columns=12, population=900).values
    town = generate_territory(values)
    lived = np.where(town.is_town_centre, town.residents, np.float32(0))
    nothing = {"centre_share": 0.0, "park_share": 0.0}
    found = generate_premises(replace(town, residents=lived), {**values, **nothing})
    assert found.premises_cell.size == 0
    assert found.provenance["premises"]["in_words"].startswith("0 premises are generated")
    found = generate_premises(town, {**values, **nothing})
    assert found.premises_cell.size == round(
        town.residents.sum() * values["premises_per_1000"] / 1000
    )
    zones = (town.is_town_centre | town.is_retail_park).ravel()
    assert not zones[found.premises_cell].any()


def test_four_hypermarkets_where_few_live_are_a_retail_park(formats, town):
    territory = kinds_at(formats, town, ("hypermarket", 0, 0, 4), ("bakery", 3, 5, 12))
    assert np.argwhere(territory.is_retail_park).tolist() == [[0, 0]]
