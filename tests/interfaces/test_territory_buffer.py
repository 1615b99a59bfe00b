"""Neighbours within a buffer share the shopping of an imported place, and nobody counts them."""

from __future__ import annotations

from unittest.mock import Mock

import numpy as np
import pytest
from matplotlib.text import Text

from sim.errors import InputError
from sim.figures.maps import draw_territory
from sim.report.pictures.maps import Ground, draw_layer
from sim.scenario.scenario import load_scenario
from sim.simulation import outside_shares
from sim.simulation.balance import balance_sheet
from sim.simulation.outside_shares import with_outside_shares
from sim.simulation.provenance import describe_territory
from sim.simulation.simulation import Simulation
from sim.territory.buffer import neighbours_of, with_buffer
from sim.territory.grid_frame import GridFrame
from sim.territory.import_territory import import_territory
from sim.territory.imported_scenario import suggest_archetype, write_imported_scenario
from sim.territory.read_population import PopulationGrid
from sim.territory.territory import SECTORS, VACANT, Territory
from sim.territory.territory_file import load_territory, save_territory
from sim.territory.vacancy import VacancyRequest
from tests.interfaces.test_territory_extent import every_cell, shop, with_communes

OF_PREMISES = ("sector", "floor_area", "occupancy")


def imported(formats, town, buffer, shops=None, **options):
    """The commune of the five western columns, with neighbours within so many metres."""
    return import_territory(
        formats.csv(town.folder / "c.csv", with_communes(town)),
        formats.csv(town.folder / "s.csv", shops or every_cell(town) * 3),
        name="T",
        buffer=buffer,
        **{"communes": ["99001"]} | options,
    )


def premises_of(territory):
    places = np.column_stack(np.divmod(territory.premises_cell, territory.shape[1]))
    return [places, *(getattr(territory, f"premises_{name}") for name in OF_PREMISES)]


@pytest.mark.parametrize("vacancy", [None, 0.2])
def test_the_place_is_the_same_with_and_without_neighbours(vacancy, formats, town):
    asked = VacancyRequest(share=vacancy)
    alone, joined = (imported(formats, town, m, vacancy=asked) for m in (0.0, 410.0))
    assert alone.is_buffer is None
    place = joined.place_alone
    for name in ("residents", "youth", "income", "is_town_centre", "is_retail_park"):
        own = getattr(joined if name == "income" else place, name)
        np.testing.assert_array_equal(own[:, :5], getattr(alone, name))
        assert name == "income" or not own[:, 5:].any()
    for own, before in zip(premises_of(place), premises_of(alone), strict=True):
        np.testing.assert_array_equal(own, before)
    assert place.premises_cell.size < joined.premises_cell.size


def grid(residents, west, north):
    people = np.array(residents, np.float32)
    frame = GridFrame(west, north, 200.0, *people.shape)
    return PopulationGrid(frame, people, people / 2, people * 0 + 2, {"grid": {"west": west}})


def land(of, shops, **zones):
    none, n = np.zeros(of.residents.shape, bool), len(shops)
    return Territory(
        "T", 200.0, of.residents, of.youth, of.income,
        **{"is_town_centre": none, "is_retail_park": none} | zones,
        premises_cell=np.array(shops, np.int32),
        premises_sector=np.arange(n).astype(np.uint8) % 3,
        premises_floor_area=np.arange(1, n + 1).astype(np.float32),
        premises_occupancy=np.ones(n, np.int8),
    )  # fmt: skip


def test_a_cell_where_nobody_lives_is_the_places_beside_its_homes_or_with_its_shops():
    people = grid([[5, 0, 0, 0]], 200.0, 400.0)
    all_of_them = np.zeros((3, 8))
    all_of_them[1, 1], all_of_them[1, 7], all_of_them[2, 1], all_of_them[0, 0] = 5, 9, 0.5, 0.5
    wide = grid(all_of_them, 0.0, 600.0)
    neighbours = neighbours_of(people, wide)
    assert neighbours.residents.sum() == 10 and neighbours.residents[1, 1] == 0
    assert neighbours.youth.sum() == 5 and neighbours.youth[1, 1] == 0
    park, centre = np.zeros((1, 4), bool), np.zeros((1, 4), bool)
    park[0, 3], centre[0, 0] = True, True
    place = land(people, [2, 2, 0], is_retail_park=park, is_town_centre=centre)
    theirs = np.zeros((3, 8), bool)
    theirs[1, 6:] = theirs[1, 4] = True
    joined = with_buffer(
        place,
        people,
        land(neighbours, [15], is_retail_park=theirs, is_town_centre=theirs),
        wide,
        9.0,
    )
    own = np.array([list(row) for row in (" oo     ", "ooooo   ", "o o     ")]) == "o"
    np.testing.assert_array_equal(joined.is_buffer, ~own)
    assert joined.premises_cell.tolist() == [11, 11, 9, 15]
    assert joined.premises_in_buffer.tolist() == [False, False, False, True]
    assert np.argwhere(joined.is_retail_park).tolist() == [[1, 4], [1, 6], [1, 7]]
    assert np.argwhere(joined.is_town_centre).tolist() == [[1, 1]]
    assert joined.residents.sum() == 15 and joined.residents[1, 1] == 5
    assert joined.income[1, 0] == joined.income[2, 1] == 2
    told = joined.provenance
    assert told["grid"] == {"west": 0.0} and told["buffer"]["vacancy"] == {}
    assert told["buffer"]["in_words"].startswith(
        "10 residents and 1 premises of neighbours up to 9 m"
    )


@pytest.mark.parametrize(("metres", "columns"), [(200, 6), (450, 7), (10_000, 9)])
def test_neighbours_live_within_the_buffer_of_a_cell_of_the_place(metres, columns, formats, town):
    territory = imported(formats, town, metres, vacancy=VacancyRequest(is_counted=True))
    assert territory.residents.sum() == town.residents[:, :columns].sum()
    shops = 3 * 7 * (columns - 5)
    assert territory.premises_in_buffer.sum() == shops
    assert territory.premises_in_buffer[:105].sum() == 0
    entry = territory.provenance["buffer"]
    assert (entry["residents"], entry["premises"]) == (town.residents[:, 5:columns].sum(), shops)


@pytest.mark.parametrize(("marked", "vacant"), [(0, 14), (5, 13), (40, 40), (56, 56)])
def test_neighbours_have_the_vacancy_of_the_place_or_what_is_marked(marked, vacant, formats, town):
    shops = [shop(town, r, c, depcom="99001") for r in range(7) for c in range(5)]
    of_others = [shop(town, r, c, depcom="99002") for r in range(7) for c in range(5, 9)] * 2
    shops += [one | {"shop": "vacant"} if k < marked else one for k, one in enumerate(of_others)]
    joined = imported(formats, town, 10_000, shops, vacancy=VacancyRequest(share=0.2))
    theirs = joined.premises_occupancy[joined.premises_in_buffer]
    assert (theirs == VACANT).sum() == vacant
    assert (theirs != VACANT).sum() == 56 - marked


def test_neighbours_who_mark_just_as_many_have_the_vacancy_that_is_stated(formats, town):
    shops = [shop(town, r, c, depcom="99001") for r in range(7) for c in range(5)] * 4
    of_others = [shop(town, r, c, depcom="99002") for r in range(7) for c in range(5, 9)] * 2
    for marked, source in ((14, "as stated"), (15, "unknown, s.csv")):
        own = [one | {"shop": "vacant"} if k < marked else one for k, one in enumerate(of_others)]
        joined = imported(formats, town, 10_000, shops + own, vacancy=VacancyRequest(share=0.25))
        assert joined.provenance["buffer"]["vacancy"]["source"] == source


def test_a_circle_has_neighbours_too(formats, town):
    lon, lat = town.project(*town.middle(3, 2), 4326)
    circle = {"communes": (), "around": (lat, lon), "radius": 450.0}
    alone, joined = (imported(formats, town, metres, **circle) for metres in (0.0, 300.0))
    assert joined.place_alone.residents.sum() == alone.residents.sum() < joined.residents.sum()
    for own, before in zip(premises_of(joined.place_alone), premises_of(alone), strict=True):
        assert len(own) == len(before)


def test_a_shop_of_another_commune_in_a_shared_cell_is_the_neighbours(formats, town):
    rows = [shop(town, 3, 4, depcom="99001")] * 4 + [shop(town, 3, 4, depcom="99002")] * 3
    territory = imported(formats, town, 300.0, rows, vacancy=VacancyRequest(is_counted=True))
    assert territory.premises_in_buffer.tolist() == [False] * 4 + [True] * 3
    assert (territory.premises_zone < 3).tolist() == [True] * 4 + [False] * 3


def test_what_is_said_of_a_place_leaves_out_its_neighbours(formats, town):
    alone, joined = (imported(formats, town, metres) for metres in (0.0, 500.0))
    assert suggest_archetype(joined) == suggest_archetype(alone)
    sheets = [balance_sheet(territory) for territory in (alone, joined)]
    for name, figure in sheets[0].figures.items():
        assert sheets[1].figures[name] == pytest.approx(figure), name
    assert "buffer" in {remark.code for remark in sheets[1].remarks}
    told = [describe_territory(territory) for territory in (alone, joined)]
    for name in ("residents", "premises", "premises_open", "premises_vacant"):
        assert told[0][name] == told[1][name]
    assert told[0]["sha256"] != told[1]["sha256"]


def test_a_saved_place_keeps_its_buffer_and_runs(formats, town):
    territory = with_outside_shares(imported(formats, town, 500.0))
    scenario, file = write_imported_scenario(territory, town.folder / "out")
    kept = load_territory(file)
    np.testing.assert_array_equal(kept.is_buffer, territory.is_buffer)
    np.testing.assert_array_equal(kept.premises_in_buffer, territory.premises_in_buffer)
    run = Simulation(load_scenario(str(scenario)), seed=1)
    # No more leaves the place than without neighbours, unless their shops alone draw more.
    spent = [run.state[f"sector.spent_{where}"] for where in ("in_shops", "outside")]
    leaving = spent[1] / (spent[0] + spent[1])
    usual = load_scenario(suggest_archetype(territory)[0]).values
    for sector, name in enumerate(SECTORS):
        before, beyond = (one[f"outside_share_{name}"] for one in (usual, run.scenario.values))
        assert leaving[sector] >= before - 0.02, name
        assert beyond < before and (leaving[sector] < before + 0.02 or beyond == 0), name
        said = territory.provenance["buffer"]["leaving_place"][name]
        assert leaving[sector] == pytest.approx(said, abs=0.02), name
    run.run(1)
    place = territory.place_alone
    assert run.measure()["residents"] == pytest.approx(place.residents.sum(), rel=0.01)
    assert run.measure()["premises"] == place.premises_cell.size
    with_other_mask = territory.is_buffer.copy()
    with_other_mask[:] = True
    object.__setattr__(territory, "is_buffer", with_other_mask)
    with pytest.raises(ValueError, match="no residents but those of its buffer"):
        save_territory(territory, file)


def test_a_place_that_cannot_start_keeps_the_shares_of_its_kind(formats, town, monkeypatch):
    monkeypatch.setattr(outside_shares, "start_of", Mock(side_effect=InputError("it cannot.")))
    for territory in (imported(formats, town, 500.0), imported(formats, town, 0.0)):
        assert with_outside_shares(territory) is territory


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"communes": ()},
            "neighbours need a place that ends somewhere; say where it ends with --commune",
        ),
        ({"buffer": 150.0}, "nobody within 150 m of the place; give the file of a larger region"),
        ({"buffer": -5.0}, r"buffer is -5 m; it must be in \[0, 100,000\]"),
        ({"buffer": 1e6}, r"buffer is 1e\+06 m"),
        ({"buffer": float("nan")}, "buffer is nan m"),
    ],
)
def test_a_buffer_that_cannot_be_is_refused(options, said, formats, town):
    with pytest.raises(InputError, match=said):
        imported(formats, town, **{"buffer": 500.0} | options)


def test_a_buffer_needs_shops(formats, town):
    cells = formats.csv(town.folder / "c.csv", with_communes(town))
    with pytest.raises(InputError, match="neighbours need the shops"):
        import_territory(cells, name="T", communes=["99001"], buffer=500.0)


def test_maps_draw_neighbours_paler(formats, town):
    territory = imported(formats, town, 500.0)
    pictures = [draw_territory(one, "en") for one in (territory, territory.place_alone)]
    legends = [{text.get_text() for text in p.figure.findobj(Text)} for p in pictures]
    assert "paler: the surroundings, not counted" in legends[0] - legends[1]
    ground = Ground(territory.zone, territory.residents > 0)
    layer = draw_layer("a", "A", ground, "population", territory.residents, 99.0, "en")
    for picture in (pictures[0], layer):
        veils = [
            image.get_array()[..., 3]
            for image in picture.figure.axes[0].images
            if image.get_array().ndim == 3
        ]
        assert len(veils) == 1
        np.testing.assert_array_equal(veils[0] > 0, territory.is_buffer)


def test_neighbours_may_have_no_shops(formats, town):
    territory = imported(formats, town, 300.0, [shop(town, 3, 1, depcom="99001")] * 5)
    assert not territory.premises_in_buffer.any()
    assert territory.provenance["buffer"]["residents"] == town.residents[:, 5:6].sum()
