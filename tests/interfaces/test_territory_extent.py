"""Shops, residents, income and every sentence concern the same place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.errors import InputError
from sim.territory.extent import RADIUS, Extent, near_residents, parse_point
from sim.territory.grid_frame import to_grid_coordinates
from sim.territory.import_territory import import_territory
from sim.territory.territory import VACANT
from sim.territory.vacancy import VacancyRequest


def shop(town, row, column, **more):
    lon, lat = town.project(*town.middle(row, column), 4326)
    return {"shop": "bakery", "lon": lon, "lat": lat, **more}


def every_cell(town):
    return [
        shop(town, r, c, depcom="99001" if c < 5 else "99002") for r in range(7) for c in range(9)
    ]


def with_communes(town):
    rows = []
    for row in town.cells():
        column = (int(row["idcar_200m"].rpartition("E")[2]) - town.west) // 200
        code = "99001" if column < 4 else "9900199002" if column == 4 else "99002"
        rows.append(row | {"lcog_geo": code, "ind_snv": row["ind"] * (9_000 + 1_000 * column)})
    return rows


def test_a_circle_keeps_its_shops_and_its_income_alone(formats, town):
    cells = with_communes(town)
    lon, lat = town.project(*town.middle(3, 2), 4326)
    territory = import_territory(
        formats.csv(town.folder / "c.csv", cells),
        formats.csv(town.folder / "s.csv", every_cell(town)),
        name="T",
        around=(lat, lon),
        radius=450.0,
        vacancy=VacancyRequest(assumed=0),
    )
    near = np.hypot(*(np.indices((7, 9)) - np.array([3, 2])[:, None, None])) * 200 <= 450
    assert territory.residents.sum() == town.residents[near].sum()
    assert territory.premises_cell.size == near.sum()
    people, column = town.residents[near], np.nonzero(near)[1]
    mean = (people * (9_000 + 1_000 * column)).sum() / people.sum()
    assert territory.provenance["income"]["mean_eur"] == pytest.approx(mean, abs=0.01)
    assert territory.provenance["premises"]["outside_circle"] > 0


def test_a_radius_reaches_around_a_point(town):
    with pytest.raises(InputError, match=r"radius is 450 m, but the point .* is missing"):
        import_territory(town.population(), name="T", radius=450.0)


def test_kinds_are_those_of_the_place_alone(formats, town):
    lon, lat = town.project(*town.middle(3, 2), 4326)
    shops = [shop(town, 3, 2)] * 3 + [shop(town, 3, 2) | {"shop": "zorb"}]
    shops += [shop(town, 3, 8) | {"shop": kind} for kind in ("zorb", "zorb", "fuel")]
    path = formats.csv(town.folder / "s.csv", shops)
    territory = import_territory(town.population(), path, name="T", around=(lat, lon), radius=450.0)
    premises = territory.provenance["premises"]
    assert premises["unknown_kinds"] == {"zorb": 1}
    assert premises["unknown_share"] == 0.25
    assert premises["left_out_kinds"] == {}


@pytest.mark.parametrize(("codes", "columns"), [(["99001"], 5), (["99001", "99002"], 9)])
def test_communes_keep_their_cells_and_their_shops(codes, columns, formats, town):
    territory = import_territory(
        formats.csv(town.folder / "c.csv", with_communes(town)),
        formats.csv(town.folder / "s.csv", every_cell(town)),
        name="T",
        communes=codes,
        vacancy=VacancyRequest(assumed=0),
    )
    assert territory.residents.sum() == town.residents[:, :columns].sum()
    assert territory.premises_cell.size == 7 * columns
    entry = territory.provenance["premises"]
    assert entry["outside_grid"] + entry["other_commune"] == 7 * (9 - columns)


def test_a_commune_needs_a_column_that_names_it(town):
    with pytest.raises(InputError, match="does not say in which commune"):
        import_territory(town.population(), name="T", communes=["99001"])


def test_the_districts_of_paris_are_paris(formats, town):
    rows = [row | {"depcom": f"751{1 + i % 20:02d}"} for i, row in enumerate(town.cells())]
    path = formats.csv(town.folder / "c.csv", rows)
    territory = import_territory(path, name="T", communes=["75056"])
    assert territory.residents.sum() == town.residents.sum()


def corner_left_out(town):
    """The cells of a town without those of its south-eastern corner."""
    keep = {town.corner(r, c) for r in range(7) for c in range(9) if r < 3 or c < 4}
    return [
        row
        for row in town.cells()
        if tuple(int(p) for p in row["idcar_200m"].rpartition("mN")[2].split("E")) in keep
    ]


def test_shops_where_nobody_of_the_file_lives_are_counted_apart(formats, town):
    rows = [shop(town, 1, 1)] * 5 + [shop(town, 5, 6)] * 4 + [shop(town, 3, 6)]
    territory = import_territory(
        formats.csv(town.folder / "c.csv", corner_left_out(town)),
        formats.csv(town.folder / "s.csv", rows),
        name="T",
        vacancy=VacancyRequest(assumed=0),
    )
    assert territory.premises_cell.size == 6
    assert territory.provenance["premises"]["far_from_residents"] == 4


@pytest.mark.parametrize(("n_near", "n_kept"), [(1, 6), (9, 18)])
def test_a_retail_park_far_from_homes_stays_with_its_commune(n_near, n_kept, formats, town):
    rows = [shop(town, 1, 1, depcom="99001")] * 5
    rows += [shop(town, 2, 6, depcom="99002")] * n_near + [shop(town, 5, 6, depcom="99002")] * 4
    territory = import_territory(
        formats.csv(town.folder / "c.csv", corner_left_out(town)),
        formats.csv(town.folder / "s.csv", rows),
        name="T",
        vacancy=VacancyRequest(assumed=0),
    )
    assert territory.premises_cell.size == n_kept


AROUND = {"north": (9, 4), "south": (-3, 4), "west": (3, -3), "east": (3, 12)}


@pytest.mark.parametrize("lacking", [None, *AROUND])
def test_shops_all_around_are_those_of_a_larger_extract_and_no_other_place(formats, town, lacking):
    rows = [shop(town, 3, 3)]
    rows += [
        shop(town, *cell) for side, cell in AROUND.items() for _ in range(9) if side != lacking
    ]
    path = formats.csv(town.folder / "s.csv", rows)
    if lacking:
        with pytest.raises(InputError, match="are both files about the same place"):
            import_territory(town.population(), path, name="T")
    else:
        assert import_territory(town.population(), path, name="T").premises_cell.size > 0


def vacancy_of(formats, town, n_open, marked, **options):
    rows = [shop(town, 3, 2 + i % 3) for i in range(n_open)]
    rows += [shop(town, 3, 3) | {"shop": "vacant"}] * marked
    path = formats.csv(town.folder / "s.csv", rows)
    territory = import_territory(town.population(), path, name="T", **options)
    vacant = int((territory.premises_occupancy == VACANT).sum())
    return vacant, territory.premises_cell.size, territory.provenance["vacancy"]


def test_next_to_no_tags_tell_nothing_of_vacancy(formats, town):
    vacant, n, entry = vacancy_of(formats, town, 199, 1)
    assert vacant / n == pytest.approx(0.12, abs=0.003)
    assert entry["evidence"] == "assumed"
    assert "only 1 of 200" in entry["why"]


def test_few_tags_are_combined_with_what_is_usual(formats, town):
    vacant, n, entry = vacancy_of(formats, town, 95, 5)
    assert vacant / n == pytest.approx((5 + 0.12 * 41) / (100 + 41), abs=0.005)
    assert entry["low"] < entry["share"] < entry["high"]
    assert (entry["evidence"], entry["premises_added"]) == ("derived", vacant - 5)


def test_many_tags_stand_and_have_an_interval(formats, town):
    vacant, n, entry = vacancy_of(formats, town, 80, 20)
    assert (vacant, n) == (20, 100)
    assert entry["low"] < 0.2 < entry["high"]


def test_a_count_stands_as_it_is(formats, town):
    counted = vacancy_of(formats, town, 95, 5, vacancy=VacancyRequest(is_counted=True))
    assert counted[:2] == (5, 100)
    assert vacancy_of(formats, town, 90, 0, vacancy=VacancyRequest(is_counted=True))[:2] == (0, 90)


def test_a_stated_share_is_reached_or_refused(formats, town):
    vacant, n, _ = vacancy_of(formats, town, 90, 10, vacancy=VacancyRequest(share=0.2))
    assert vacant / n == pytest.approx(0.2, abs=0.01)
    as_marked = vacancy_of(formats, town, 90, 10, vacancy=VacancyRequest(share=0.1))
    assert as_marked[:2] == (10, 100)
    with pytest.raises(InputError, match=r"vacant premises, 0.05, .* 10 of 100 premises"):
        vacancy_of(formats, town, 90, 10, vacancy=VacancyRequest(share=0.05))


def test_a_list_of_vacant_premises_replaces_the_marks(formats, town):
    listed = pd.DataFrame([shop(town, 3, 3)] * 7).drop(columns="shop")
    listed.to_csv(town.folder / "vacant.csv", index=False)
    request = VacancyRequest(file=town.folder / "vacant.csv")
    vacant, n, entry = vacancy_of(formats, town, 43, 2, vacancy=request)
    assert (vacant, n) == (7, 50)
    assert "the list of vacant premises has them" in entry["in_words"]


@pytest.mark.parametrize(("share"), [-0.1, 0.95, float("nan")])
def test_a_share_out_of_range_is_refused(share):
    with pytest.raises(InputError, match=r"\[0, 0.9\]"):
        VacancyRequest(share=share)


@pytest.mark.parametrize(
    "tags",
    [
        {"disused:shop": "yes"},
        {"was:shop": "yes"},
        {"abandoned:shop": "yes"},
        {"shop": "yes", "vacant": "yes"},
        {"shop": "empty"},
        {"shop": "bakery", "disused": "yes"},
        {"disused:amenity": "restaurant"},
    ],
)
def test_every_spelling_of_a_vacant_shop_counts_once(tags, formats, town):
    blank = dict.fromkeys(
        [
            "shop",
            "disused:shop",
            "was:shop",
            "abandoned:shop",
            "vacant",
            "disused",
            "disused:amenity",
        ],
        "",
    )
    rows = [shop(town, 3, 3) | blank | {"shop": "bakery"}] * 6 + [shop(town, 3, 3) | blank | tags]
    path = formats.csv(town.folder / "s.csv", rows)
    territory = import_territory(town.population(), path, name="T")
    assert (territory.premises_occupancy == VACANT).sum() == 1
    known = 2 if "restaurant" in tags.values() else 0
    assert territory.premises_sector[territory.premises_occupancy == VACANT].tolist() == [known]


def test_several_centres_are_each_around_their_place(formats, town):
    rows = [shop(town, 1, 1)] * 20 + [shop(town, 1, 7)] * 20 + [shop(town, 5, 4)] * 30
    path = formats.csv(town.folder / "s.csv", rows)
    centres = [(r["lat"], r["lon"]) for r in (shop(town, 1, 1), shop(town, 1, 7))]
    territory = import_territory(town.population(), path, name="T", centres=centres)
    assert territory.is_town_centre[1, 1] and territory.is_town_centre[1, 7]
    assert not territory.is_town_centre[5, 4]
    assert "2 places that the user names" in territory.provenance["town_centre"]["in_words"]


def test_a_centre_may_be_the_first_cell_and_no_cell_beyond_the_grid(formats, town):
    places = [town.project(*town.middle(*cell), 4326)[::-1] for cell in ((0, 0), (0, -1))]
    path = formats.csv(town.folder / "s.csv", [shop(town, 0, 0)] * 12)
    assert import_territory(town.population(), path, name="T", centres=places[:1]).is_town_centre[
        0, 0
    ]
    with pytest.raises(InputError, match=r"the town centre .* lies outside the grid of the place"):
        import_territory(town.population(), path, name="T", centres=places[1:])


@pytest.mark.parametrize(
    ("kinds", "sector", "cell"),
    [(["bakery"] + ["hypermarket"] * 20, 0, 3), (["yes"] * 5, None, None)],
)
def test_premises_that_are_added_are_like_small_open_ones(kinds, sector, cell, formats, town):
    shops = [shop(town, 3, 3 + (k > 0)) | {"shop": kind} for k, kind in enumerate(kinds)]
    territory = import_territory(
        town.population(),
        formats.csv(town.folder / "s.csv", shops),
        name="T",
        vacancy=VacancyRequest(share=0.2),
    )
    is_vacant = territory.premises_occupancy == VACANT
    assert is_vacant.sum() == round(len(kinds) / 4)
    if sector is not None:
        assert set(territory.premises_sector[is_vacant].tolist()) == {sector}
        assert set((territory.premises_cell[is_vacant] % 9).tolist()) == {cell}
    assert (territory.premises_floor_area > 0).all()


def test_a_mall_makes_its_surroundings_a_retail_park(formats, town):
    rows = [shop(town, 1, 1)] * 20 + [shop(town, 5, 7)] * 3
    rows += [shop(town, 5, 7) | {"shop": "mall"}]
    path = formats.csv(town.folder / "s.csv", rows)
    territory = import_territory(
        town.population(), path, name="T", vacancy=VacancyRequest(assumed=0)
    )
    assert np.argwhere(territory.is_retail_park).tolist() == [[5, 7]]
    assert territory.premises_cell.size == 23


def test_a_cell_of_several_communes_lists_them_in_any_way():
    extent = Extent(communes=["53130", "2A004"])
    codes = ["53130", "53130.0", "9900153130", "99001, 2A004", "99001;53130", "4,53130", "53131"]
    assert extent.in_communes(codes).tolist() == [True] * 6 + [False]
    assert Extent(communes=["01004"]).in_communes(["1004", "1004.0", "10040"]).tolist() == [
        *(True, True, False)
    ]


def test_a_place_ends_at_the_poles_and_the_date_line():
    for at in ((90.0, 180.0), (-90.0, -180.0)):
        assert Extent(at).reach == RADIUS and Extent(at).is_part
    for at, radius in (((90.1, 0), 1.0), ((-90.1, 0), 1.0), ((0, 180.1), 1.0), ((0, 0), 0.0)):
        with pytest.raises(InputError, match=r"takes a latitude in \[-90, 90\], a longitude in"):
            Extent(at, radius)
    for metres in (0.0, 100_000.0):
        assert Extent(communes=["53130"], buffer=metres).is_part
    with pytest.raises(InputError, match=r"buffer is 100000 m; it must be|buffer is 100001 m"):
        Extent(communes=["53130"], buffer=100_001.0)
    assert not Extent().is_part
    assert Extent().circle(np.zeros(2), np.zeros(2), 3035).all()


def test_a_circle_and_a_buffer_hold_what_is_just_as_far():
    x, y = (float(v[0]) for v in to_grid_coordinates(np.array([2.0]), np.array([48.0]), 4326, 3035))
    east = np.array([x, x + 300, x, x + 301, x])
    north = np.array([y, y, y - 300, y, y + 301])
    farthest = max(east[1] - x, y - north[2])
    within = Extent((48.0, 2.0), float(farthest)).circle(east, north, 3035)
    assert within.tolist() == [True, True, True, False, False]
    cells = np.array([0.0, 400, 401, 0, 0]), np.array([0.0, 0, 0, -400, 401])
    own = np.array([True, False, False, False, False])
    near = Extent(communes=["53130"], buffer=400.0).around_cells(*cells, own)
    assert near.tolist() == [True, True, False, True, False]
    assert own.tolist() == [True, False, False, False, False]


def test_residents_have_eight_cells_around_them():
    homes = np.zeros((5, 5))
    homes[1, 3] = 0.5
    assert np.argwhere(near_residents(homes)).tolist() == [
        [row, column] for row in range(3) for column in range(2, 5)
    ]


def test_a_point_is_latitude_and_longitude():
    assert parse_point("48.07, -0.77", "--around") == (48.07, -0.77)
    for text in ("48.07", "48,0,7", "a,b"):
        with pytest.raises(InputError, match=f"--around {text}: expected latitude,longitude"):
            parse_point(text, "--around")
