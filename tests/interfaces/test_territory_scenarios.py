"""A place resembles a kind by density, size and income, and its scenario says what was found."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.territory.imported_scenario import suggest_archetype, write_imported_scenario
from sim.territory.territory import OPEN, UNKNOWN, VACANT, Territory
from sim.territory.territory_file import save_territory


def place(people, income=1.0, cell_size=1000.0, name="T", **changes):
    residents = np.array(people, np.float32)
    zones = np.zeros(residents.shape, bool)
    incomes = np.full(residents.shape, income, np.float32)
    own = {"provenance": {}} | changes
    return Territory(name, cell_size, residents, residents * 0, incomes, zones, zones, **own)


def with_shops(*occupancy, **changes):
    n = len(occupancy)
    return place(
        [[500, 500]],
        premises_cell=np.zeros(n, np.int32),
        premises_sector=np.zeros(n, np.uint8),
        premises_floor_area=np.ones(n, np.float32),
        premises_occupancy=np.array(occupancy, np.int8),
        **changes,
    )


@pytest.mark.parametrize(
    ("people", "income", "size", "kind", "why"),
    [
        ([[598, 0]], 1.0, 1000.0, "rural_low_density", "299 residents per km2, below 300"),
        ([[600, 0]], 1.0, 1000.0, "mid_sized_town", "600 residents at 300 per km2"),
        ([[600, 0]], 1.0, 2000.0, "rural_low_density", "75 residents per km2, below 300"),
        ([[199_999, 0]], 1.0, 1000.0, "mid_sized_town", "199,999 residents at 100,000 per km2"),
        ([[200_000, 0]], 0.5, 1000.0, "metropolis", "200,000 residents, 200,000 or more"),
        (
            [[900, 0]], 0.84, 1000.0, "working_class_neighbourhood",
            "mean income 0.84 of the national one, below 0.85",
        ),
        ([[900, 0]], 0.86, 1000.0, "mid_sized_town", "900 residents at 450 per km2"),
    ],
)  # fmt: skip
def test_a_place_resembles_a_kind_by_density_then_size_then_income(people, income, size, kind, why):
    assert suggest_archetype(place(people, income, size)) == (kind, why)


def test_income_counts_by_the_people_who_have_it():
    income = np.array([[0.5, 2.0]], np.float32)
    assert suggest_archetype(place([[900, 90]], income))[0] == "working_class_neighbourhood"
    assert suggest_archetype(place([[90, 900]], income))[0] == "mid_sized_town"


def test_the_density_of_a_place_with_neighbours_is_that_around_its_own_homes():
    people = [[9, 9, 9, 9], [9, 300, 0, 9], [9, 0, 900, 9], [9, 9, 9, 9]]
    others = np.array(people) == 9
    joined = with_shops(OPEN, is_buffer=others, premises_in_buffer=np.array([False]))
    object.__setattr__(joined, "residents", np.array(people, np.float32))
    for name in ("youth", "income", "is_town_centre", "is_retail_park"):
        object.__setattr__(joined, name, np.ones((4, 4), getattr(joined, name).dtype))
    assert suggest_archetype(joined) == ("mid_sized_town", "1,200 residents at 300 per km2")


def written(territory, folder, **options):
    return write_imported_scenario(territory, folder, **options)[0].read_text(encoding="utf-8")


def test_a_scenario_says_where_it_comes_from_and_starts_at_the_vacancy_that_is_known(tmp_path):
    said = {"residents": {"in_words": "1,000 of\x07 them."}, "n": 3, "vacancy": {"source": "s"}}
    territory = with_shops(VACANT, OPEN, OPEN, UNKNOWN, provenance=said, name='Le "Bourg"')
    text = written(territory, tmp_path, archetype="metropolis")
    assert text.startswith(
        "# Le \"Bourg\": made by 'sim territory import'; the territory file holds its sources.\n"
        "# residents: 1,000 of  them.\n"
        "# inherits metropolis: as asked for.\n"
        '\ntitle = { en = "Le \\"Bourg\\"" }\n'
        'description.en = "1,000 residents; '
    )
    assert text.endswith(
        'inherits = "metropolis"\n\n[territory]\nfile = "le_bourg.territory.npz"\n'
        "\n[start]\nstarting_vacancy = { value = 0.3333, "
        'source = "1 of 3 premises of the territory file are vacant", evidence = "found" }\n'
    )


@pytest.mark.parametrize(
    ("occupancy", "evidence", "starts"),
    [
        ((UNKNOWN, UNKNOWN), "found", False),
        ((OPEN, OPEN), "assumed", False),
        ((OPEN, OPEN), "found", True),
        ((OPEN, VACANT), "assumed", True),
    ],
)
def test_a_vacancy_of_nothing_or_only_assumed_is_no_start(occupancy, evidence, starts, tmp_path):
    territory = with_shops(*occupancy, provenance={"vacancy": {"evidence": evidence}})
    text = written(territory, tmp_path)
    assert ("starting_vacancy" in text) is starts
    assert not starts or f'evidence = "{evidence}"' in text
    assert text.count("[shopping_trips]") == 0


def test_what_goes_beyond_the_buffer_is_written_where_it_is_derived(tmp_path):
    shares = {"convenience": 0.1, "comparison": 0.25}
    text = written(with_shops(OPEN, provenance={"buffer": {"outside_shares": shares}}), tmp_path)
    assert text.count('evidence = "derived"') == 2
    assert '[shopping_trips]\noutside_share_convenience = { value = 0.1, source = "with' in text
    assert "outside_share_comparison = { value = 0.25, " in text


def test_a_scenario_is_on_the_disk_before_its_territory_file_takes_its_name(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(os.fstat(file).st_size))
    scenario, data = write_imported_scenario(with_shops(OPEN), tmp_path)
    text, arrays = scenario.stat().st_size, data.stat().st_size
    assert synced == [text, arrays, text]


def test_folders_made_for_a_place_that_cannot_be_written_go_again(tmp_path, monkeypatch):
    def fail(*_, **__):
        raise InputError("no.")

    monkeypatch.setattr("sim.territory.imported_scenario.save_territory", fail)
    with pytest.raises(InputError, match=r"no\."):
        write_imported_scenario(with_shops(OPEN), tmp_path / "a" / "b")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "t.toml").write_text("")
    with pytest.raises(InputError, match=r"t\.toml exists; choose another name or replace it with"):
        write_imported_scenario(with_shops(OPEN), tmp_path)
    with pytest.raises(InputError, match="name is '!'; it needs a letter or digit to name files"):
        write_imported_scenario(with_shops(OPEN, name="!"), tmp_path)
    with pytest.raises(InputError, match=r"t\.toml/c: not a directory\."):
        write_imported_scenario(with_shops(OPEN), tmp_path / "t.toml" / "c")
    with pytest.raises(InputError, match=r"none/t\.npz: no such file or directory\."):
        save_territory(with_shops(OPEN), Path(tmp_path, "none", "t.npz"))
