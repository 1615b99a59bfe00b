"""Arms of a comparison share their random numbers and differ only by their causes."""

import numpy as np
import pytest

from sim.interventions import load_intervention
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation, start_of
from sim.territory.territory_file import save_territory
from tests.reference.towns import REACTIONS, SMALL, two_towns_apart

YEARS = 6
ENTITIES = ("premises", "youth", "entrepreneur", "official", "worker")
MEMBERS = {"membership_months": 9.0, "project_visit_ratio": 3.0, "return_ratio": 2.0}
REMOTE_WORK = {"remote_share": 0.2, "remote_trend": 0.05, "worker_exposure": 1.0}


@pytest.fixture(
    scope="module",
    params=[{}, MEMBERS | REMOTE_WORK, REACTIONS],
    ids=["by default", "members and remote workers", "all reactions"],
)
def apart(tmp_path_factory, request):
    """The two towns with an administration each, and the same with a cluster in the first."""
    file = tmp_path_factory.mktemp("towns") / "two.npz"
    save_territory(two_towns_apart(), file)
    scenario = load_scenario("mid_sized_town").replace(
        file=str(file), offices=2, months=12 * YEARS, transition_births=1.0, **request.param
    )
    cluster = load_intervention("transition_cluster").replace(
        site="cell", site_row=5, site_column=5, officials_role="embedded", start=0
    )
    arms = []
    for arm in (scenario, scenario.add(cluster)):
        run = Simulation(arm, seed=11)
        run.run()
        arms.append(run)
    return arms


def _rows_of_town(run, entity, first):
    columns = run.territory.shape[1]
    is_first = run.state[f"{entity}.cell_row"] % columns < columns // 2
    return is_first if first else ~is_first


def _differing(apart, entity, first):
    without, with_cluster = apart
    rows = _rows_of_town(without, entity, first)
    names = [n for n in without.state if n.startswith(f"{entity}.")]
    return [
        n
        for n in names
        if without.state[n][rows].tobytes() != with_cluster.state[n][rows].tobytes()
    ]


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_cluster_changes_no_byte_of_anyone_it_cannot_reach(apart, entity):
    """The second town is out of reach by distance, shared officials and money."""
    assert _differing(apart, entity, first=False) == []


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_cluster_changes_those_within_its_reach(apart, entity):
    is_anyone_there = _rows_of_town(apart[0], entity, first=True).any()
    assert _differing(apart, entity, first=True) or not is_anyone_there


def test_a_cluster_does_not_affect_the_second_office(apart):
    without, with_cluster = apart
    for name in (n for n in without.state if n.startswith("office.")):
        assert without.state[name][1:].tobytes() == with_cluster.state[name][1:].tobytes(), name


def _small(**changes):
    return load_scenario("mid_sized_town").replace(**SMALL, months=48, **changes)


@pytest.mark.parametrize("seed", [0, 5])
def test_a_cluster_without_size_and_money_changes_nothing(seed):
    nothing = load_intervention("transition_cluster").replace(cluster_size=0, cluster_funding=0.0)
    runs = [Simulation(s, seed) for s in (_small(), _small().add(nothing))]
    for run in runs:
        run.run()
    assert runs[0].counts.tobytes() == runs[1].counts.tobytes()
    for name in runs[0].state:
        if name.partition(".")[0] not in ("account", "third_place", "ledger"):
            assert runs[0].state[name].tobytes() == runs[1].state[name].tobytes(), name
    assert runs[1].ledger.query("account == 'transition_cluster'").empty


def test_the_placebo_moves_the_ledger_and_nothing_else():
    placebo = load_intervention("inert_cluster")
    runs = [Simulation(s, 3) for s in (_small(), _small().add(placebo))]
    for run in runs:
        run.run()
    assert runs[0].counts.tobytes() == runs[1].counts.tobytes()
    for name in runs[0].state:
        if name.partition(".")[0] not in ("account", "third_place", "ledger"):
            assert runs[0].state[name].tobytes() == runs[1].state[name].tobytes(), name
    spent = runs[1].ledger.query("account == 'inert_cluster' and line != 'income'")
    assert set(spent["line"]) <= {"elsewhere", "set_up"}
    assert spent["cents"].sum() > 0


def test_common_random_numbers_remove_most_of_the_variance():
    """Of births over four years, between a small cluster and none."""
    cluster = load_intervention("transition_cluster").replace(start=0)
    births = {True: [], False: []}
    for seed in range(12):
        for has_cluster in births:
            run = Simulation(_small().add(cluster) if has_cluster else _small(), seed)
            run.run()
            births[has_cluster].append(run.indicators["project_births"].sum())
    with_it, without = np.array(births[True]), np.array(births[False])
    assert np.var(with_it - without, ddof=1) < np.var(with_it, ddof=1) + np.var(without, ddof=1)


def test_arms_are_the_same_with_a_shared_start_and_with_their_own():
    baseline = load_scenario("mid_sized_town").replace(**SMALL)
    start = start_of(baseline, seed=5)
    before = {name: array.tobytes() for name, array in start.items()}
    for arm in (baseline, baseline.add("transition_cluster"), baseline.add("startup_territoire")):
        own, shared = Simulation(arm, 5), Simulation(arm, 5, start=start)
        own.run(6)
        shared.run(6)
        assert [n for n in own.state if own.state[n].tobytes() != shared.state[n].tobytes()] == []
        assert own.counts.tobytes() == shared.counts.tobytes()
    assert {name: array.tobytes() for name, array in start.items()} == before
