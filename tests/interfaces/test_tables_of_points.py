"""Tables over the points of a design: what was done, what failed, what is missing, by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from sim.errors import InputError
from sim.experiments.experiment_file import read_experiment
from sim.experiments.plan import plan_experiment
from sim.experiments.results import Results
from sim.experiments.run import Outcome, Run
from sim.experiments.running import Options, fill
from sim.experiments.stored import MemoryStore
from sim.experiments.territory_runs import TerritoryRuns
from sim.measures.registry import OUTCOMES

ASKED = read_experiment(
    {
        "interventions": ["facade", "rent_relief"],
        "replications": 2,
        "months": 24,
        "horizons": [12],
        "series": ["participation"],
        "settings": {"rows": 12, "columns": 12, "population": 2000},
        "factors": {"closure_rate": [0.1, 0.2], "facade.start": [0, 6]},
    },
    "mine",
    Path("mine.toml"),
)
ARMS = [*ASKED.arms]


def value(run: Run, month: int) -> float:
    """The hundreds are the point's, the tens the arm's, the ones the replication's."""
    rate = run.values["closure_rate"]
    late = run.values.get("facade.start", 0) > 0
    return 1000 * month + 100 * (2 * (rate > 0.15) + late) + 10 * ARMS.index(run.arm) + run.rep


@pytest.fixture(scope="module")
def found() -> Results:
    """Without the last replication of the last point; one run has failed."""

    def run(self: TerritoryRuns, run: Run) -> Outcome:
        if (run.arm, run.rep, run.values.get("facade.start")) == ("facade", 1, 6):
            raise ValueError("no front left")
        measures = np.array([[value(run, m)] * len(self.outputs) for m in self.horizons])
        months = np.arange(1, 25, dtype=np.int32)
        course = np.array([value(run, int(m)) for m in months])
        return Outcome(measures, {"series": {"month": months, "participation": course}})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TerritoryRuns, "__call__", run)
        plan = plan_experiment(ASKED)
        store = MemoryStore(plan.table())
        rows = [row for row in plan.rows if row[1:3] != (3, 1)]
        fill(store, replace(plan, rows=rows), Options(executor="serial"))
    return Results(store, ASKED, commands={"command": "a", "python": "b"})


def test_runs_are_counted_once_whatever_points_share_them(found):
    # Four points, of which two share the runs that `facade.start` does not reach.
    assert found.counts == (2 * (4 + 2 + 2), 14, 1)
    assert found.counts.missing == found.missing() == 1
    assert found.at(3).counts == (6, 5, 0)
    failed = found.failures().drop(columns="traceback")
    assert failed.to_dict("list") == {
        "point": [1],
        "arm": ["facade"],
        "rep": [1],
        "luck": [0],
        "status": ["error"],
        "error_type": ["ValueError"],
        "error": ["no front left"],
    }


def test_a_frame_has_a_row_for_each_run_of_each_point_and_horizon(found):
    frame = found.frame("trust", horizon=24)
    assert [*frame.columns] == [
        *("point", "arm", "rep", "horizon", "status", "closure_rate", "facade.start", "trust")
    ]
    assert len(frame) == 4 * 3 * 2
    for _, row in frame.iterrows():
        late = row["point"] % 2 if row["arm"] == "facade" else 0
        known = 24_000 + 100 * (2 * (row["point"] > 1) + late)
        known += 10 * ARMS.index(row["arm"]) + row["rep"]
        gone = {(1, "facade", 1): "error", (3, "facade", 1): "missing"}
        status = gone.get((row["point"], row["arm"], row["rep"]), "ok")
        assert row["status"] == status
        assert row["trust"] == known if status == "ok" else np.isnan(row["trust"])
    whole = found.frame()
    assert [*whole.columns][7:] == [*OUTCOMES]
    assert whole["horizon"].tolist() == [12, 24] * 24
    assert set(found.frame("trust", "participation", horizon=12)["horizon"]) == {12}
    assert found.frame(luck=1).empty
    for asked, said in (
        ({"horizon": 13}, r"^horizon = 13 was not measured; known: 12, 24\.$"),
        ({"measure": "trus"}, r"^unknown measure 'trus'\. Did you mean 'trust'"),
    ):
        with pytest.raises(InputError, match=said):
            found.frame(*filter(None, [asked.pop("measure", None)]), **asked)


def test_differences_are_those_of_the_same_point_and_replication(found):
    frame = found.differences("trust", horizon=12)
    assert [*frame.columns] == [
        *("point", "arm", "rep", "horizon", "closure_rate", "facade.start", "trust")
    ]
    assert len(frame) == 4 * 2 * 2
    relief = frame[frame["arm"] == "rent_relief"]["trust"].dropna()
    assert set(relief) == {20.0}
    facade = frame[frame["arm"] == "facade"]
    early, late = (facade[facade["point"] % 2 == k]["trust"].dropna() for k in (0, 1))
    assert set(early) == {10.0} and set(late) == {110.0}
    assert len(late) == 2  # of the others, one has failed and one is missing


def test_courses_are_those_of_each_point(found):
    table = found.series()
    assert [*table.columns] == ["point", "arm", "rep", "month", "participation"]
    of_run = table[(table["point"] == 2) & (table["arm"] == "rent_relief") & (table["rep"] == 1)]
    assert of_run["participation"].tolist() == [1000 * m + 221 for m in range(1, 25)]


def test_a_point_is_shown_alone(found):
    for point in (-1, 4):
        with pytest.raises(
            InputError, match=rf"^point = {point} is out of range; expected 0 to 3\.$"
        ):
            found.at(point)
    one = found.at(1)
    assert one.replications == (0,) and found.at(0).replications == (0, 1)
    assert one.manifest["run"]["command"] == "a"
    assert len(one.runs) == 3 * 2
    with pytest.raises(InputError, match=r"^these results have many points; choose one of them"):
        _ = found.runs
    assert found.kind == "sweep" and found.scenario is ASKED.arms["baseline"]
    assert found.territory["residents"] > 0


@pytest.mark.parametrize(
    ("column", "value"),
    [("arm", "other"), ("luck", 2), ("luck", -1), ("point", 4), ("point", -1), ("rep", 2)],
)
def test_a_design_of_another_experiment_is_refused(column: str, value: Any):
    table = plan_experiment(ASKED).table()
    at = table.column_names.index(column)
    values = [*table[column].to_pylist()[:-1], value]
    other = table.set_column(at, column, pa.array(values, table[column].type))
    with pytest.raises(InputError, match=r"has the design of another experiment\.$"):
        Results(MemoryStore(other), ASKED).frame("trust")
