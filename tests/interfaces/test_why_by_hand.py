"""Why an intervention changes a measure, by hand: mechanisms that each add a known part of it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest

import sim
from sim.errors import InputError
from sim.experiments import why as module
from sim.experiments.comparison import comparison_of
from sim.experiments.results import Results
from sim.experiments.run import Outcome, Run
from sim.experiments.territory_runs import TerritoryRuns
from sim.experiments.why import (
    check_reasons,
    one_off,
    points_of,
    stored_reasons,
    why,
    without_mechanisms,
)

FEW = ("with_visits", "with_closure", "with_rent", "with_margins", "with_accompaniment")
PARTS = {"with_visits": 400, "with_closure": 200, "with_margins": 100, "with_accompaniment": 50}
TOGETHER = 800
"""Joint effect of the first two, which is lost without either."""

SMALL = {"rows": 12, "columns": 12, "population": 2000, "months": 24, "with_rent": False}
TOWN = sim.load_scenario("mid_sized_town").replace(**SMALL)
ARMS = {"facade": TOWN.add("facade"), "cluster": TOWN.add("transition_cluster")}
REPS = 20


def effect(arm: str, off: tuple[str, ...]) -> float:
    whole = sum(part for name, part in PARTS.items() if name not in off)
    whole += TOGETHER * (not {"with_visits", "with_closure"} & set(off))
    return whole * {"baseline": 0, "facade": 1, "cluster": -2}.get(arm, 99)


def level(run: Run, months: int) -> float:
    """Each mechanism that is off changes the baseline, too."""
    off = tuple(name for name in FEW if not run.values.get(name, True))
    level = 10_000.0 + run.rep + 0.1 * months + 50 * len(off) + 500 * run.is_rerun
    return level + effect(run.arm, off) * (months / 24) * (1 + 0.001 * run.rep)


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(self: TerritoryRuns, run: Run) -> Outcome:
        return Outcome(
            np.array([[level(run, months)] * len(self.outputs) for months in self.horizons])
        )

    monkeypatch.setattr(TerritoryRuns, "__call__", run)
    monkeypatch.setattr(module, "SWITCHES", FEW)


def compared(**options: Any) -> Results:
    asked, commands = comparison_of(TOWN, ARMS, reps=REPS)
    lean = {"series": False, "ledger": False, "maps": [], "horizons": [12, 24]}
    asked = sim.experiments.experiment_file.read_experiment(
        {**asked.content, **lean}, asked.name, Path(asked.name), asked.scenarios
    )
    return sim.experiments.running.run_experiment(asked, commands, workers=1, **options)


def test_what_passes_through_each_mechanism_and_each_pair_of_the_strongest(tmp_path):
    found = compared(out=tmp_path / "found")
    asked = why(found, "open_shops", tmp_path / "found" / "why" / "open_shops", workers=1)
    assert asked.arms == ["facade", "cluster"]
    singles = [(name,) for name in PARTS]  # what is off anyway is not tried
    pairs = [
        ("with_visits", "with_closure"),
        ("with_visits", "with_margins"),
        ("with_closure", "with_margins"),
    ]
    for arm in asked.arms:
        levels = asked.levels(arm)
        assert [*levels] == [(), *singles, *pairs]
        for off, (before, after) in levels.items():
            by_rep = (1 + 0.001 * np.arange(REPS)) * effect(arm, off)
            assert before.tolist() == [10_002.4 + rep + 50 * len(off) for rep in range(REPS)]
            assert after - before == pytest.approx(by_rep)
    table = asked.table.set_index(["intervention", "kind", "off"])["mean"] / (
        1 + 0.001 * (REPS - 1) / 2
    )
    known = {
        ("whole", ""): 1550,
        ("mechanism", "with_visits"): 1200,
        ("mechanism", "with_closure"): 1000,
        ("mechanism", "with_margins"): 100,
        ("mechanism", "with_accompaniment"): 50,
        ("pair", "with_visits + with_closure"): 800,
        ("pair", "with_visits + with_margins"): 0,
        ("pair", "with_closure + with_margins"): 0,
        ("rest", ""): -800,
    }
    for arm, times in (("facade", 1), ("cluster", -2)):
        assert table[arm].to_dict() == pytest.approx({k: times * v for k, v in known.items()})
    (kept,) = stored_reasons(found)
    assert kept.measure == "open_shops"
    assert kept.table.equals(asked.table)
    for one in kept.without:
        made = one.manifest["run"]
        assert [made[name] for name in ("command", "python")] == [
            found.manifest["run"][name] for name in ("command", "python")
        ]
    reasons = tmp_path / "found" / "why"
    shutil.copytree(reasons / "open_shops", reasons / "trust")
    assert [one.measure for one in stored_reasons(found)] == ["open_shops", "trust"]
    assert stored_reasons(compared()) == []


def test_a_town_with_one_mechanism_has_no_pairs(monkeypatch):
    monkeypatch.setattr(module, "SWITCHES", ("with_visits", "with_rent"))
    asked = why(compared(), "open_shops", workers=1)
    assert len(asked.without) == 1
    assert [*asked.levels("facade")] == [(), ("with_visits",)]
    assert asked.without[0].folder is None


def test_runs_without_mechanisms_are_those_of_the_comparison_without_its_parts():
    town, arms = TOWN, {"cluster": TOWN.add("transition_cluster")}
    asked, _ = comparison_of(town, arms, reps=3, seed=5, fixed_parameters=True, parts=True)
    assert len(asked.arms) > 2
    sets = one_off(town)
    assert sets == [(name,) for name in PARTS]
    found = without_mechanisms(asked, "trust", [*sets, ("with_visits", "with_accompaniment")])
    assert [*found.arms] == ["baseline", "cluster"]
    assert (found.name, found.seed, found.replications) == (asked.name, 5, 3)
    assert (found.parameters, found.indicators) == ("fixed", ("trust",))
    assert found.horizons == asked.horizons
    assert points_of(found) == [*sets, ("with_visits", "with_accompaniment")]


def test_nothing_is_explained_without_the_same_draws_or_a_known_measure():
    check_reasons("open_shops", is_independent=False)
    independent, commands = comparison_of(TOWN, ARMS, reps=2, independent=True)
    found = Results(mock.Mock(), independent, commands=commands)
    with pytest.raises(InputError, match="same random draws in all arms; leave out --independent"):
        why(found, "open_shops")
    with pytest.raises(InputError, match=r"^unknown measure 'open_shop'\. Did you mean 'open_sh"):
        check_reasons("open_shop", is_independent=False)
