"""Ranges and seeds of draws by hand, and the runs of a plan with their seeds and keys."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.errors import InputError
from sim.experiments import plan as module
from sim.experiments.designs import Design
from sim.experiments.draws import Range, _uniform, plausible_range, triangular
from sim.experiments.experiment import Experiment
from sim.experiments.experiment_file import read_experiment
from sim.experiments.factors import Factor
from sim.experiments.plan import Plan, plan_experiment, plan_model
from sim.experiments.seeds import run_seed
from sim.scenario.schema import PARAMETERS
from tests.sweeps.toys import Toy


@pytest.mark.parametrize("seed", [0, 7, 2**32, 2**33 + 5, 2**63 - 1])
def test_a_draw_is_that_of_numpys_spawned_seeds(seed: int) -> None:
    key = np.frombuffer(hashlib.sha256(b"a parameter").digest()[:8], "<u4")
    spawned = np.random.SeedSequence(seed, spawn_key=(0x64726177, 3, *key.tolist()))
    word = int(spawned.generate_state(1, np.uint64)[0])
    assert _uniform(seed, 3, "a parameter") == (word >> 11) / 2**53


@pytest.mark.parametrize(
    ("default", "plausible", "value", "expected"),
    [
        (2.0, (1.0, 3.0), 2.0, (1, 2, 3)),
        (2.0, (1.0, 3.0), 4.0, (2, 4, 6)),  # in proportion
        (0.5, (0.25, 0.75), 1.0, (0.5, 1, 1.5)),
        (-2.0, (-3.0, -1.0), -4.0, (-6, -4, -2)),
        (2.0, (1.0, 3.0), 0.0, (0, 0, 0)),
        (2.0, (1.0, 3.0), -2.0, (-3, -2, -1)),  # of the other sign: shifted
        (0.0, (-1.0, 1.0), 0.0, (-1, 0, 1)),
        (0.0, (-1.0, 1.0), 3.0, (2, 3, 4)),
        (0.0, (-1.0, 1.0), -3.0, (-4, -3, -2)),
        (2.0, (1.0, 3.0), 6.0, (3, 6, 8)),  # within bounds
        (-2.0, (-3.0, -1.0), -6.0, (-8, -6, -3)),
    ],
)
def test_a_range_moves_with_the_value(
    default: float, plausible: tuple[float, float], value: float, expected: tuple[float, ...]
) -> None:
    info = replace(
        PARAMETERS["closure_rate"], default=default, plausible=plausible, low=-8.0, high=8.0
    )
    assert plausible_range(info, value) == Range(*expected)


def test_quantiles_of_a_triangle() -> None:
    whole = Range(1.0, 2.0, 5.0)
    assert [triangular(u, whole) for u in (0, 1 / 16, 1 / 4, 13 / 16, 1)] == [1, 1.5, 2, 3.5, 5]
    assert triangular(0.3, Range(2.0, 2.5, 2.0)) == 2.5
    assert triangular(0.25, Range(1.0, 1.0, 2.0)) == pytest.approx(2 - 0.75**0.5)


def asked(**more: Any) -> Experiment:
    content = {
        "interventions": ["facade", "rent_relief"],
        "replications": 2,
        "months": 24,
        "seed": 5,
        "factors": {"closure_rate": [0.1, 0.2], "facade.start": [0, 6]},
    }
    return read_experiment(content | more, "mine", Path("mine.toml"))


def seeds(plan: Plan) -> dict[tuple[int, int, int, str], int]:
    return {(rep, luck, point, arm): seed for _, point, rep, luck, arm, seed in plan.rows}


@pytest.mark.parametrize("luck", ["common", "per_arm", "per_point"])
def test_runs_share_the_seeds_that_they_are_to_share(luck: str) -> None:
    plan = plan_experiment(asked(luck=luck))
    arms = ("baseline", "facade", "rent_relief")
    expected = {
        (rep, 0, point, arm): run_seed(
            5,
            rep,
            arm=number if luck == "per_arm" else 0,
            point=point if luck == "per_point" else None,
        )
        for rep in range(2)
        for point in range(4)
        for number, arm in enumerate(arms)
    }
    assert seeds(plan) == expected and [*seeds(plan)] == [*expected]
    assert (plan.arms, plan.replications) == (arms, 2)
    assert plan.reached == {
        "baseline": ("closure_rate",),
        "facade": ("closure_rate", "facade.start"),
        "rent_relief": ("closure_rate",),
    }
    assert len(plan.keys) == (16 if luck == "common" else 24 if luck == "per_point" else 16)


def test_the_first_replications_run_again_with_a_second_seed() -> None:
    plan = plan_experiment(asked(replications=9, variance=True, factors={}))
    again = {rep for rep, luck, *_ in seeds(plan) if luck == 1}
    assert again == set(range(8)) and {luck for _, luck, *_ in seeds(plan)} == {0, 1}
    assert len(plan.rows) == 3 * (9 + 8)
    assert plan.table()["luck"].to_pylist() == [row[3] for row in plan.rows]


def test_a_key_depends_on_what_decides_a_run_and_on_nothing_else() -> None:
    def keys(**more: Any) -> list[str]:
        return [*plan_experiment(asked(**more)).keys]

    first = keys()
    assert {len(key) for key in first} == {32}
    for same in ({"months": 36}, {"horizons": [12]}, {"title": {"en": "x"}}, {"variance": False}):
        assert keys(**same) == first
    assert keys(replications=3)[:16] == first
    assert keys(factors={"facade.start": [0, 6], "closure_rate": [0.1, 0.2]}) != first
    for other in (
        {"seed": 6},
        {"settings": {"starting_vacancy": 0.1}},
        {"settings": {"rent_relief.start": 9}},
        {"parameters": "fixed"},
        {"series": ["participation"]},
        {"ledger": True},
    ):
        assert set(keys(**other)) != set(first)
    assert set(keys(settings={"rent_relief.start": 9})) & set(first)


def test_a_plan_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_DESIGN", 24)
    assert len(plan_experiment(asked()).rows) == 24
    monkeypatch.setattr(module, "LARGEST_DESIGN", 23)
    with pytest.raises(InputError, match=r"^mine: 24 runs are more than 23\.$"):
        plan_experiment(asked())


def test_a_model_is_planned_once_with_seed_0_by_default() -> None:
    x = Factor("x", int, levels=(4, 5))
    plan = plan_model(Toy(), Design("full_factorial", (x,)))
    assert [row[1:] for row in plan.rows] == [(0, 0, 0, "baseline", 0), (1, 0, 0, "baseline", 0)]
    assert (plan.replications, plan.reached) == (1, {"baseline": ("x",)})
    assert [plan.run(key).values for key in plan.keys] == [{"x": 4}, {"x": 5}]
    assert {len(key) for key in plan.keys} == {32}
