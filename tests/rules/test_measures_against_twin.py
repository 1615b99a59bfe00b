"""Every count and every measure equals its twin, which knows the state and the definition only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest

from sim.experiments.course import Course, course_of, opening_balance
from sim.measures.counting import BY_ZONE, COUNTS, TERRITORY, count_month
from sim.measures.measure import Windows
from sim.measures.registry import MEASURES, MONTHLY, measured, monthly_table
from sim.registry.catalogues import DIMENSIONS, project_kinds
from sim.registry.state import State
from sim.simulation.simulation import Simulation
from sim.territory.territory import ZONES
from tests.reference import counts as twin_counts
from tests.reference import measures as twin
from tests.reference.towns import everything_at_once

MONTHS = 30
HORIZONS = (1, 7, 12, 13, 24, 30)
MONEY = ("public_spending_discounted", "public_money_unspent")


def random_month(random: np.random.Generator) -> State:
    """A state of every kind of thing in every zone, stage and event, with numbers at random."""
    sizes = {"row": 7, "column": 8, "premises": 300, "youth": 400, "entrepreneur": 250}
    sizes |= {"official": 9, "worker": 50, "office": 3, "third_place": 12, "account": 4}
    state = State(sizes)
    cells, n = sizes["row"] * sizes["column"], sizes["premises"]
    zones = random.integers(0, 3, (sizes["row"], sizes["column"]))
    in_buffer = np.arange(8) == 6  # where nobody but residents lives
    state["cell.zone"] = zones + 3 * in_buffer
    state["cell.residents"] = random.uniform(0, 80, (sizes["row"], sizes["column"]))
    shape = sizes["row"], sizes["column"]
    state["cell.income_third"] = np.arange(cells).reshape(shape) % 3
    state["cell.open_nearby"] = np.linspace(0, 30, cells).reshape(shape)
    state["town.classic_birth_rate"] = [random.uniform(1, 9)]

    event = random.choice(5, n, p=[0.4, 0.15, 0.15, 0.15, 0.15])
    is_open = np.where(
        event == twin_counts.CLOSED, 0, np.where(event > 1, 1, random.integers(0, 2, n))
    )
    state["premises.zone"] = random.integers(0, 3, n) + 3 * (np.arange(n) % 7 == 6)
    state["premises.event"], state["premises.is_open"] = event, is_open
    state["premises.third_place"] = np.where(is_open, -1, random.integers(-30, 12, n).clip(-1))
    state["premises.months_vacant"] = np.where(is_open, 0, random.integers(30, 45, n))
    for name in ("revenue", "rent", "rent_at_start"):
        state[f"premises.{name}"] = random.uniform(1, 9000, n)
    state["premises.margin"] = random.normal(0.1, 0.3, n)
    state["premises.jobs"] = np.linspace(0.5, 9, n)
    state["zone.footfall"] = random.uniform(10, 900, 3)
    for name in ("in_shops", "outside", "online"):
        state[f"sector.spent_{name}"] = random.uniform(1e3, 1e6, 3)

    n = sizes["youth"]
    state["youth.zone"] = random.integers(0, 3, n)
    state["youth.income_third"] = np.arange(n) % 3
    state["youth.is_present"] = random.integers(0, 2, n)
    state["youth.is_active"] = state["youth.is_present"] * random.integers(0, 2, n)
    state["youth.event"] = random.integers(0, 4, n)

    n = sizes["entrepreneur"]
    for name, end in (("stage", 6), ("event", 8), ("origin", 4), ("has_public_partner", 2)):
        state[f"entrepreneur.{name}"] = random.integers(0, end, n)
    state["entrepreneur.kind"] = random.integers(0, len(project_kinds()), n)
    state["entrepreneur.cell_row"] = random.choice(np.flatnonzero(state["cell.zone"] < 3), n)
    state["entrepreneur.partners"] = random.integers(0, 7, n)
    state["entrepreneur.months_to_birth"] = random.integers(1, 60, n)
    state["entrepreneur.review_months"] = random.integers(1, 30, n)
    state["entrepreneur.weight"] = random.dirichlet([4, 3, 2, 1], n)

    state["office.waiting"] = random.integers(0, 40, sizes["office"])
    state["office.tax_base"] = [0.7, 1.0, 1.2]
    state["office.engineering_hours"] = [50, 200, 900]
    state["official.trust"] = random.random(sizes["official"])
    state["official.openness"] = random.random(sizes["official"])
    n = sizes["third_place"]
    state["third_place.is_open"] = np.arange(n) % 3 > 0
    state["third_place.is_mobile"] = np.arange(n) % 4 == 0
    state["third_place.seats"] = random.integers(1, 60, n)
    state["third_place.users"] = random.uniform(0, 90, n)
    state["third_place.seats_used"] = random.uniform(0, 60, n)
    state["third_place.workers"] = 1 + np.arange(n) % 7
    state["third_place.joined"] = random.integers(0, 9, n)
    for name in ("youth", "entrepreneur", "official"):
        many = state[f"{name}.recency"].size
        state[f"{name}.recency"] = random.integers(0, 2, many) * random.integers(0, 13, many)
    state["worker.recency"] = np.arange(50) % 13
    state["entrepreneur.at_place"] = random.integers(0, 2, sizes["entrepreneur"])
    more = random.spawn(1)[0]
    state["third_place.mentoring"] = np.maximum(more.uniform(-0.3, 1.3, n), 0)
    state["third_place.seat_floor"] = np.where(np.arange(n) % 2, 8.0, 0.0)
    state["third_place.floor"] = state["third_place.seat_floor"] * more.uniform(0, 20, n)
    state["third_place.volunteer_hours"] = more.uniform(0, 90, n)
    state["third_place.accompanied"] = more.integers(1, 40, n)
    for name in ("staff", "hours_paid", "hours", "idea_hours"):
        state[f"third_place.{name}"] = more.uniform(0, 90, n)
    state["account.evening_participants"] = random.uniform(0, 50, sizes["account"])
    state["account.votes"] = random.uniform(0, 500, sizes["account"])
    state["account.bank_loans"] = 1_234_567 * np.arange(sizes["account"])
    return state


def counted(state: State) -> npt.NDArray[np.float64]:
    row = np.full(len(COUNTS), np.nan)
    count_month(state, row)
    return row


@pytest.fixture(scope="module")
def history() -> tuple[npt.NDArray[np.float64], list[twin_counts.Month]]:
    """Rows of counts of the model, and the twin's counts, of the same thirty months."""
    random = np.random.default_rng(20)
    states = [random_month(random) for _ in range(MONTHS)]
    months = [twin_counts.count_month(state) for state in states]
    for month in months:
        month |= {name: random.uniform(1e3, 1e5) for name in MONEY}
    return np.array([counted(state) for state in states]), months


@pytest.fixture(scope="module")
def counts(
    history: tuple[npt.NDArray[np.float64], list[twin_counts.Month]],
) -> Mapping[str, npt.NDArray[np.float64]]:
    rows, months = history
    money = {name: np.array([month[name] for month in months]) for name in MONEY}
    return dict(zip(COUNTS, rows.T, strict=True)) | money


def test_every_count_and_every_measure_has_a_twin() -> None:
    assert set(BY_ZONE) == set(twin_counts.COUNTS_BY_ZONE) - {"open_at_beginning"}
    assert set(TERRITORY) == set(twin_counts.COUNTS)
    assert {m.base for m in MEASURES.values()} == set(twin.MEASURES)
    assert (ZONES, DIMENSIONS) == (twin_counts.ZONES, twin_counts.DIMENSIONS)
    assert tuple(kind.name for kind in project_kinds()) == twin_counts.KINDS


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_is_that_of_its_twin_in_towns_of_every_kind(
    name: str, history: tuple[npt.NDArray[np.float64], list[twin_counts.Month]]
) -> None:
    rows, months = history
    wanted = np.array([month[name] for month in months])
    assert wanted.all()  # or the towns are not of every kind
    np.testing.assert_allclose(rows[:, COUNTS.index(name)], wanted, rtol=1e-6)


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_is_that_of_its_twin_over_each_window(
    name: str,
    history: tuple[npt.NDArray[np.float64], list[twin_counts.Month]],
    counts: Mapping[str, npt.NDArray[np.float64]],
) -> None:
    _, months = history
    base, place = MEASURES[name].base, MEASURES[name].place

    def equal(found: npt.NDArray[np.float64], wanted: list[float]) -> None:
        np.testing.assert_allclose(found, wanted, rtol=1e-6)

    equal(
        measured([name], Windows.up_to(counts, HORIZONS))[:, 0],
        [twin.measure_at(base, place, months[:horizon]) for horizon in HORIZONS],
    )
    equal(
        measured([name], Windows.of_a_year(counts, MONTHS))[:, 0],
        [twin.measure(base, place, months[max(0, m - 12) : m]) for m in range(1, MONTHS + 1)],
    )
    equal(
        measured([name], Windows.of_months(counts, MONTHS))[:, 0],
        [twin.measure(base, place, [month]) for month in months],
    )


def test_a_name_says_what_is_measured_and_where() -> None:
    for name, measure in MEASURES.items():
        assert name == "_".join(filter(None, (measure.base, measure.place)))


def test_wanted_directions_are_those_of_the_twin() -> None:
    for measure in MEASURES.values():
        wanted = 1
        if measure.base in twin.FEWER_ARE_BETTER:
            wanted = -1
        elif measure.base in twin.NEITHER_IS_BETTER:
            wanted = 0
        assert measure.good == wanted, measure.name


@pytest.fixture(scope="module")
def busy_town() -> tuple[Simulation, Course, list[twin_counts.Month]]:
    """A town with all interventions after two years, its course, and the twin's counts."""
    run = everything_at_once(seed=2)
    opening, purse, months = opening_balance(run), twin_counts.public_purse(run.state), []
    for month in range(24):
        run.step()
        before, purse = purse, twin_counts.public_purse(run.state)
        money = twin_counts.public_money(month, before, twin_counts.public_income(run.state), purse)
        months.append(twin_counts.count_month(run.state) | money)
    return run, course_of(run, opening), months


def test_a_busy_town_with_all_interventions_is_counted_as_its_twin_counts_it(
    busy_town: tuple[Simulation, Course, list[twin_counts.Month]],
) -> None:
    _, course, months = busy_town
    assert set(course.counts) == {*COUNTS, *MONEY}
    for name, found in course.counts.items():
        wanted = [month[name] for month in months]
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-9, err_msg=name)
    assert all(course.counts[name].any() for name in MONEY)


def test_the_monthly_table_has_zero_where_there_is_nothing_to_measure(
    busy_town: tuple[Simulation, Course, list[twin_counts.Month]],
) -> None:
    run, _, months = busy_town
    table = monthly_table(run.counts)
    assert list(table) == list(MONTHLY)
    for name, found in table.items():
        measure = MEASURES[name]
        wanted = [twin.measure(measure.base, measure.place, [month]) for month in months]
        wanted = np.nan_to_num(wanted, nan=0.0)
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-9, err_msg=name)
