"""Gridded population is read from every format and spelling of INSEE."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.territory.extent import Extent, Reading
from sim.territory.read_population import MEAN_LIVING_STANDARD, population_request, read_population

FORMATS = ["csv", "semicolons", "bom", "latin-1", "geopackage", "parquet"]


def in_format(kind, formats, town, rows):
    path = town.folder / "cells"
    match kind:
        case "csv":
            return formats.csv(path, rows)
        case "semicolons":
            return formats.csv(path, rows, delimiter=";", decimal=",")
        case "bom":
            return formats.csv(path, rows, encoding="utf-8-sig")
        case "latin-1":
            named = [{**row, "département": "Côte-d'Or"} for row in rows]
            return formats.csv(path, named, encoding="latin-1")
        case "geopackage":
            return formats.geopackage(path, {"carreaux": rows})
        case "parquet":
            return formats.parquet(path, rows)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_gives_the_same_grid(kind, formats, town):
    grid = read_population(in_format(kind, formats, town, town.cells()))
    np.testing.assert_array_equal(grid.residents, town.residents.astype(np.float32))
    assert grid.frame.cell_size == 200
    assert (grid.frame.west, grid.frame.north) == (town.west, town.south + 7 * 200)


@pytest.mark.parametrize(
    "spelling", ["idcar_200m", "Idcar_200m", "IDCAR_200M", "IdINSPIRE", "idINSPIRE", "Id_carr_200m"]
)
@pytest.mark.parametrize("case", [str.lower, str.upper, str.capitalize])
def test_every_spelling_of_columns_is_understood(spelling, case, formats, town):
    rows = [
        {spelling if n == "idcar_200m" else case(n): v for n, v in row.items()}
        for row in town.cells()
    ]
    grid = read_population(formats.csv(town.folder / "cells.csv", rows))
    assert grid.residents.sum() == town.residents.sum()
    assert grid.youth.sum() > 0


def test_a_cell_that_comes_twice_is_named_with_both_its_lines(formats, town):
    first, *rows, last = town.cells()
    said = rf"line {len(rows) + 4}: .*{last['idcar_200m']}.* \(first on line 3\)"
    rows = [first, last, *rows, last]
    with pytest.raises(InputError, match=said):
        read_population(formats.csv(town.folder / "cells.csv", rows))


def test_a_part_of_a_file_that_unpacks_to_too_much_is_refused_wherever_it_is(
    formats, town, monkeypatch
):
    monkeypatch.setattr("sim.territory.parquet_file.LARGEST_TABLE", 10_000)
    few, many = (
        pa.table({"idcar_200m": [str(k) for k in range(n)], "ind": [1.0] * n}) for n in (1, 9_000)
    )
    path = town.folder / "parts.parquet"
    with pq.ParquetWriter(path, few.schema) as writer:
        for part in (few, many, few):
            writer.write_table(part)
    monkeypatch.setattr(pq.ParquetFile, "iter_batches", lambda *_, **__: iter(()))
    with pytest.raises(InputError, match="unpacks to more than 10,000 bytes"):
        read_population(path)


@pytest.mark.parametrize("spelling", ["Id_carr1km", "id_carr_1km", "idcar_1km", "IDCAR_1KM"])
@pytest.mark.parametrize(
    "name", ["CRS3035RES1000mN{n}000E{e}000", "CRS3035RES1kmN{n}000E{e}000", "1kmN{n}E{e}"]
)
def test_cells_of_one_kilometre_are_read_from_long_and_short_ids(spelling, name, formats, town):
    rows = [{spelling: name.format(n=2119 + i % 2, e=4252 + i), "Ind": 10.0 + i} for i in range(5)]
    grid = read_population(formats.csv(town.folder / "cells.csv", rows))
    assert grid.frame.cell_size == 1000
    assert (grid.frame.west, grid.frame.north) == (4_252_000, 2_121_000)
    np.testing.assert_array_equal(grid.residents, [[0, 11, 0, 13, 0], [10, 0, 12, 0, 14]])


def test_the_cells_of_a_file_are_those_of_its_finest_column(formats, town):
    rows = [{"idcar_1km": "CRS3035RES1000mN2830000E3520000", **row} for row in town.cells()]
    assert read_population(formats.csv(town.folder / "c.csv", rows)).frame.cell_size == 200


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cells=st.dictionaries(
        st.tuples(st.integers(0, 12), st.integers(0, 9)),
        st.floats(0.5, 5000, width=32),
        min_size=1,
        max_size=30,
    ),
    size=st.sampled_from([200, 1000]),
    order=st.randoms(use_true_random=False),
)
def test_a_grid_survives_the_way_through_ids(cells, size, order, town):
    """In any order of rows, each cell ends up at the position of its id."""
    rows = [
        f"CRS3035RES{size}mN{2_000_000 + r * size}E{3_000_000 + c * size},{people!r}"
        for (r, c), people in cells.items()
    ]
    order.shuffle(rows)
    path = town.folder / "cells.csv"
    path.write_text("idcar,".replace("idcar", f"idcar_{'200m' if size == 200 else '1km'}"))
    path.write_text(path.read_text() + "ind\n" + "\n".join(rows))
    grid = read_population(path)
    top, left = max(r for r, _ in cells), min(c for _, c in cells)
    expected = np.zeros_like(grid.residents)
    for (r, c), people in cells.items():
        expected[top - r, c - left] = people
    np.testing.assert_array_equal(grid.residents, expected)
    assert grid.residents[0].any() and grid.residents[:, -1].any()


def test_youth_are_three_sevenths_of_11_to_17_all_of_18_to_24_a_third_of_25_to_39(formats, town):
    rows = [
        {
            "idcar_200m": "CRS3035RES200mN2830000E3520000",
            "ind": 100.0,
            "ind_11_17": 14.0,
            "ind_18_24": 11.0,
            "ind_25_39": 30.0,
        }
    ]
    grid = read_population(formats.csv(town.folder / "c.csv", rows))
    assert grid.youth.item() == pytest.approx(6 + 11 + 10)
    assert grid.provenance["youth"]["evidence"] == "derived"


def test_without_ages_youth_are_generated_and_it_is_said(formats, town):
    rows = [{k: v for k, v in row.items() if k != "ind_18_24"} for row in town.cells()]
    grid = read_population(formats.csv(town.folder / "c.csv", rows))
    np.testing.assert_allclose(grid.youth, 0.175 * grid.residents, rtol=1e-6)
    entry = grid.provenance["youth"]
    assert entry["generated"] is True
    assert "ind_18_24" in entry["why"]


def test_youth_never_exceed_residents(formats, town):
    rows = [{**row, "ind_18_24": row["ind"] * 1.01} for row in town.cells()]
    grid = read_population(formats.csv(town.folder / "c.csv", rows))
    assert (grid.youth <= grid.residents).all()


@pytest.mark.parametrize(
    ("name", "year", "column", "expected"),
    [
        ("cells.csv", 2017, None, 2017),
        ("Filosofi2021_carreaux.csv", None, None, 2021),
        ("cells.csv", None, "I_pauv", 2015),
        ("cells.csv", None, None, 2019),
    ],
)
def test_income_is_relative_to_the_national_mean_of_its_year(
    name, year, column, expected, formats, town
):
    rows = [{**row, column: 0} if column else row for row in town.cells()]
    grid = read_population(formats.csv(town.folder / name, rows), year=year)
    inhabited = grid.residents > 0
    np.testing.assert_allclose(
        grid.income[inhabited], 20_000.5 / MEAN_LIVING_STANDARD[expected], rtol=1e-6
    )
    assert (grid.income[~inhabited] == 1).all()
    assert grid.provenance["income"]["year"] == expected


def test_without_income_it_is_the_national_mean_and_it_is_said(formats, town):
    rows = [{k: v for k, v in row.items() if k != "ind_snv"} for row in town.cells()]
    grid = read_population(formats.csv(town.folder / "c.csv", rows))
    assert (grid.income == 1).all()
    assert grid.provenance["income"]["generated"] is True


@pytest.mark.parametrize("missing", ["", "NA", "nan", "null", "n/a"])
def test_a_cell_without_income_gets_the_mean_and_is_counted(missing, formats, town):
    rows = town.cells()
    rows[5]["ind_snv"] = missing
    grid = read_population(formats.csv(town.folder / "c.csv", rows))
    assert grid.income.flat[5] == 1
    assert grid.provenance["income"]["cells_without_income"] == 1


def test_cells_that_insee_imputed_are_counted(town):
    grid = read_population(town.population())
    assert grid.provenance["residents"]["imputed_cells"] == 7
    assert len(grid.provenance["residents"]["sha256"]) == 64


def test_a_circle_can_be_cut_out_of_a_larger_file(town):
    lon, lat = town.project(*town.middle(3, 4), 4326)
    grid = read_population(town.population(), around=(lat, lon), radius=210.0)
    np.testing.assert_array_equal(
        grid.residents,
        (town.residents[2:5, 3:6] * [[0, 1, 0], [1, 1, 1], [0, 1, 0]]).astype(np.float32),
    )
    assert grid.provenance["residents"]["cells_left_out"] == len(town.cells()) - 5


def test_too_many_empty_cells_of_a_circle_are_refused(formats, town):
    cells = town.cells()
    lon, lat = town.project(*town.middle(3, 4), 4326)
    for cell in cells[:2]:
        cell["ind"] = ""
    path = formats.csv(town.folder / "c.csv", cells)
    read_population(path, around=(lat, lon), radius=5_000.0)
    for cell in cells[:12]:
        cell["ind"] = ""
    with pytest.raises(InputError, match="line 2: ind is empty, as in 12 of 62 cells; too many"):
        read_population(
            formats.csv(town.folder / "d.csv", cells), around=(lat, lon), radius=5_000.0
        )


def test_a_circle_without_anybody_is_refused(town):
    with pytest.raises(InputError, match="no inhabited cell within 1 km"):
        read_population(town.population(), around=(43.0, 5.0), radius=1000.0)


def ten_cells(town):
    """Ten people each: of one less is known, in one is nobody, and one has no number."""
    rows = [
        row | {"ind": 10, "ind_snv": 200_000.0, "i_est_200": int(k < 2)}
        for k, row in enumerate(town.cells()[:10])
    ]
    rows[7] |= {"ind_snv": "", "ind_18_24": "NA"}
    rows[8] |= {"ind": 0, "ind_snv": 0, "ind_11_17": 0, "ind_18_24": 0, "ind_25_39": 0}
    rows[9] |= {"ind": -1}
    return rows


def test_all_that_is_known_of_cells_is_told_and_counted(formats, town):
    grid = read_population(formats.csv(town.folder / "in 2017 and 2019.csv", ten_cells(town)))
    told = {part: entry["in_words"] for part, entry in grid.provenance.items()}
    assert told == {
        "grid": "1 x 9 cells of 200 m.",
        "residents": "80 residents in 8 inhabited cells, 2 of them imputed by INSEE; 1 cells"
        " without a number are left out.",
        "youth": "Residents aged 15-29 are derived from the age classes of each cell; 1 cells"
        " without any were given 17.5%.",
        "income": "Mean standard of living 20,000 EUR a year, 0.79 of the national mean of 2019"
        " (the year assumed, as the file does not say); 1 cells without any were given the national"
        " mean.",
    }
    assert grid.provenance["residents"]["cells_left_out"] == 0
    assert grid.youth[0, 7] == np.float32(1.75)
    assert grid.income.ravel()[[7, 8]].tolist() == [1, 1]


@pytest.mark.parametrize(("snv", "right"), [(30_000, True), (29_999, False),
                                            (2_000_000, True), (2_000_001, False)])  # fmt: skip
def test_a_mean_standard_of_living_lies_between_3000_and_200000(snv, right, formats, town):
    rows = [row | {"ind": 10, "ind_snv": snv} for row in town.cells()[:4]]
    path = formats.csv(town.folder / "c.csv", rows)
    if right:
        assert read_population(path).provenance["income"]["mean_eur"] == snv / 10
    else:
        with pytest.raises(InputError, match="ind_snv gives a mean standard of living of"):
            read_population(path)


def test_a_cell_holds_a_million_people_at_most(formats, town):
    rows = [row | {"ind": 1_000_000, "ind_snv": 2e10} for row in town.cells()[:1]]
    path = formats.csv(town.folder / "c.csv", rows)
    assert read_population(path).residents.max() == 1_000_000


def test_a_raster_is_asked_for_within_the_circle_and_the_buffer():
    asked = population_request(Reading(layer="a"))
    assert (asked.circle, asked.is_whole, asked.with_points, asked.layer) == (
        None,
        False,
        False,
        "a",
    )
    assert population_request(Reading(), Extent(communes=["53130"])).circle is None
    extent = Extent((48.0, 2.0), 3_000.0, buffer=500.0)
    assert population_request(Reading(), extent).circle == (48.0, 2.0, 3_500.0)


def test_rows_of_eurostat_without_a_total_name_five_of_what_they_count(formats, town):
    rows = [{"GRD_ID": "x", "STAT": name, "OBS_VALUE": 1} for name in "GFEDCBA"]
    with pytest.raises(InputError, match="has A, B, C, D, E as STAT, but no row with T"):
        read_population(formats.csv(town.folder / "c.csv", rows))


def test_a_commune_without_cells_is_named(formats, town):
    rows = [row | {"depcom": "53130"} for row in town.cells()]
    with pytest.raises(InputError, match=r"has no cell in commune 53131, 53132\."):
        read_population(formats.csv(town.folder / "c.csv", rows), communes=["53131", "53132"])


def test_a_year_without_gridded_income_is_refused(town):
    with pytest.raises(InputError, match=r"year is 2018; .* exist for 2015, 2017, 2019, 2021\."):
        read_population(town.population(), year=2018)
