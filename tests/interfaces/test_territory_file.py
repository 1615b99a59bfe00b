"""A territory file returns the saved territory or one sentence; it is never half written."""

from __future__ import annotations

import dataclasses
import tomllib
import zipfile
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from sim.errors import InputError
from sim.territory.import_territory import import_territory
from sim.territory.imported_scenario import write_imported_scenario
from sim.territory.territory import Territory
from sim.territory.territory_file import load_territory, save_territory
from sim.words.language import number
from tests.reference.disks import only_linux, small_disk

ARRAYS = [f.name for f in dataclasses.fields(Territory) if f.name.startswith(("is_", "premises_"))]
ARRAYS += ["residents", "youth", "income"]

repeatable = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def territories(draw):
    shape = draw(st_np.array_shapes(min_dims=2, max_dims=2, max_side=6))
    n = draw(st.integers(0, 8))

    def field(low, high):
        return draw(st_np.arrays(np.float32, shape, elements=st.floats(low, high, width=32)))

    residents = field(1, 1000)
    is_centre = draw(st_np.arrays(np.bool_, shape))
    buffer = {}
    if n and residents.size > 1 and draw(st.booleans()):
        masks = {"is_buffer": shape, "premises_in_buffer": n}
        buffer = {name: draw(st_np.arrays(np.bool_, size)) for name, size in masks.items()}
        for mask in buffer.values():
            mask.flat[0] = False  # a place has people and premises of its own
    return Territory(
        name=draw(st.text(max_size=20)),
        cell_size=draw(st.sampled_from([200.0, 1000.0])),
        residents=residents,
        youth=residents * field(0, 1),
        income=field(0.125, 5),
        is_town_centre=is_centre,
        is_retail_park=~is_centre & draw(st_np.arrays(np.bool_, shape)),
        premises_cell=draw(st_np.arrays(np.int32, n, elements=st.integers(0, residents.size - 1))),
        premises_sector=draw(st_np.arrays(np.uint8, n, elements=st.integers(0, 2))),
        premises_floor_area=draw(st_np.arrays(np.float32, n, elements=st.floats(1, 1e4, width=32))),
        premises_occupancy=draw(st_np.arrays(np.int8, n, elements=st.integers(-1, 1))),
        provenance={"residents": {"source": draw(st.text()), "evidence": "found"}},
        **buffer,
    )


def assert_equal(one, other):
    assert (one.name, one.cell_size, one.provenance) == (
        other.name,
        other.cell_size,
        other.provenance,
    )
    for name in ARRAYS:
        a, b = getattr(one, name), getattr(other, name)
        assert a is b is None or a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@settings(repeatable, max_examples=15)
@given(territory=territories())
def test_a_saved_territory_loads_unchanged_and_the_bytes_are_always_the_same(territory, tmp_path):
    path = tmp_path / "place.territory.npz"
    save_territory(territory, path)
    first = path.read_bytes()
    save_territory(territory, path)
    assert path.read_bytes() == first
    assert_equal(load_territory(path), territory)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


@pytest.fixture
def saved(town):
    territory = import_territory(town.population(), town.osm(), name="Town")
    path = town.folder / "town.territory.npz"
    save_territory(territory, path)
    return path, territory


def test_loaded_arrays_cannot_be_written_to(saved):
    with pytest.raises(ValueError, match="read-only"):
        load_territory(saved[0]).residents[0, 0] = 1


@repeatable
@given(share=st.floats(0, 0.999))
def test_a_torn_file_is_refused(share, saved):
    whole = saved[0].read_bytes()
    torn = saved[0].with_name("torn.npz")
    torn.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"torn\.npz is not a territory file"):
        load_territory(torn)


@pytest.mark.filterwarnings("ignore:Reading `.npy`")
@settings(repeatable, max_examples=150)
@given(data=st.data())
def test_a_damaged_byte_is_harmless_or_refused(data, saved):
    path, territory = saved
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    damaged = path.with_name("damaged.npz")
    damaged.write_bytes(content)
    try:
        assert_equal(load_territory(damaged), territory)
    except InputError as refusal:
        assert len(str(refusal).splitlines()) == 1


def test_a_file_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.npz: no such file"):
        load_territory(tmp_path / "none.npz")


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "other.npz"
    path.write_text("not an archive")
    with pytest.raises(InputError, match="not a territory file"):
        load_territory(path)
    np.savez(path, a=np.arange(3))
    with pytest.raises(InputError, match="not a territory file"):
        load_territory(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("header.npy", b"no array")
    with pytest.raises(InputError, match="not a territory file"):
        load_territory(path)


def test_pickled_objects_are_never_loaded(saved):
    path = saved[0]
    with np.load(path) as content:
        arrays = dict(content)
    arrays["residents"] = np.array([[print]], dtype=object)
    np.savez(path, **arrays)
    with pytest.raises(InputError, match="not a territory file"):
        load_territory(path)


FAULTS = {
    "residents": (lambda a: -a, "negative"),
    "youth": (lambda a: a + 1e6, "more youth than residents"),
    "income": (lambda a: a * np.nan, "not finite"),
    "is_town_centre": (lambda a: a[:1], "another type or shape"),
    "is_retail_park": (lambda a: ~a, "town centre and retail park"),
    "premises_cell": (lambda a: a + 1000, "outside its grid"),
    "premises_sector": (lambda a: a + 7, "unknown sector"),
    "premises_floor_area": (lambda a: a * 0, "without floor area"),
    "premises_occupancy": (lambda a: a - 5, "unknown occupancy"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_well_formed_file_with_impossible_contents_is_refused(name, saved):
    path = saved[0]
    spoil, fault = FAULTS[name]
    with np.load(path) as content:
        arrays = dict(content)
    arrays[name] = spoil(arrays[name]).astype(arrays[name].dtype)
    np.savez(path, **arrays)
    with pytest.raises(InputError, match=fault):
        load_territory(path)


def test_an_invalid_territory_is_not_saved(saved):
    path, territory = saved
    path.unlink()
    spoilt = dataclasses.replace(territory, income=-territory.income)
    with pytest.raises(ValueError, match="income"):
        save_territory(spoilt, path)
    assert not path.exists()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(saved, monkeypatch):
    path, territory = saved
    before, files = path.read_bytes(), sorted(path.parent.iterdir())

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", fail)
    with pytest.raises(OSError, match="disk full"):
        save_territory(territory, path)
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == files


def test_a_scenario_names_its_territory_file_inherits_and_starts_at_its_vacancy(saved, tmp_path):
    _, territory = saved
    scenario, data = write_imported_scenario(territory, tmp_path / "scenarios")
    assert (scenario.name, data.name) == ("town.toml", "town.territory.npz")
    content = tomllib.loads(scenario.read_text(encoding="utf-8"))
    people = round(float(territory.residents.sum()))
    assert content.pop("description") == {
        "en": f"{people:,} residents; margins, rents and habits of its kind.",
        "fr": f"{number(people, 'fr', 0)} habitants\u202f; marges, loyers et habitudes d'un lieu "
        "de ce type.",
    }
    assert content == {
        "title": {"en": "Town"},
        "inherits": "working_class_neighbourhood",
        "territory": {"file": "town.territory.npz"},
        "start": {
            "starting_vacancy": {
                "value": 0.1667,
                "source": "2 of 12 premises of the territory file are vacant",
                "evidence": "found",
            }
        },
    }
    assert_equal(load_territory(data), territory)
    assert "# premises: 12 of 13 points" in scenario.read_text()


@repeatable
@given(
    name=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12).map(
        lambda text: f"a{text}"
    )
)
def test_any_printable_name_makes_a_scenario_that_can_be_read(name, saved, tmp_path):
    if not name.isprintable():
        return
    territory = dataclasses.replace(saved[1], name=name)
    scenario, _ = write_imported_scenario(territory, tmp_path / "s", force=True)
    assert tomllib.loads(scenario.read_text(encoding="utf-8"))["title"]["en"] == name
    assert scenario.stem.isascii()


def test_accents_and_hyphens_leave_the_names_of_files(saved, tmp_path):
    territory = dataclasses.replace(saved[1], name="Saint-Étienne-du-Bois")
    scenario, _ = write_imported_scenario(territory, tmp_path / "s")
    assert scenario.name == "saint_etienne_du_bois.toml"


def test_existing_files_are_replaced_only_when_asked(saved, tmp_path):
    _, territory = saved
    folder = tmp_path / "scenarios"
    scenario, data = write_imported_scenario(territory, folder)
    scenario.write_text("mine")
    with pytest.raises(InputError, match=r"town\.toml exists"):
        write_imported_scenario(territory, folder)
    assert scenario.read_text() == "mine"
    write_imported_scenario(territory, folder, force=True)
    assert sorted(folder.iterdir()) == [data, scenario]
    assert "inherits" in scenario.read_text()


def test_an_unknown_archetype_is_named_with_the_nearest(saved, tmp_path):
    with pytest.raises(InputError, match=r"Did you mean 'metropolis'\?"):
        write_imported_scenario(saved[1], tmp_path / "s", archetype="metropole")
    assert not (tmp_path / "s").exists()


def test_a_folder_that_cannot_be_written_to_is_named(saved, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(InputError, match="file"):
        write_imported_scenario(saved[1], blocked / "scenarios")
    with pytest.raises(InputError, match=r"x\.npz"):
        save_territory(saved[1], blocked / "x.npz")


@only_linux
def test_an_import_on_a_full_disk_leaves_nothing_behind(saved, tmp_path):
    _, data = write_imported_scenario(saved[1], tmp_path / "sound")
    pages = 1 + -(-data.stat().st_size // 4096)
    for page in range(1, pages):
        disk = tmp_path / f"disk{page}"
        with small_disk(disk, 4 * page):
            with pytest.raises(OSError, match="No space"):
                write_imported_scenario(saved[1], disk / "new" / "folder")
            assert list(disk.iterdir()) == []


def test_an_import_replaces_no_file_that_appears_meanwhile(saved, tmp_path):
    def meanwhile(territory, path, **options):
        path.write_bytes(b"another's")
        save_territory(territory, path, **options)

    with (
        mock.patch("sim.territory.imported_scenario.save_territory", meanwhile),
        pytest.raises(InputError, match=r"npz exists; choose another name"),
    ):
        write_imported_scenario(saved[1], tmp_path / "s")
    (left,) = (tmp_path / "s").iterdir()
    assert left.read_bytes() == b"another's"
