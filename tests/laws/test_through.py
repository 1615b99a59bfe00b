"""Effects put together from known parts come apart again, mechanism by mechanism."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.experiments.through import THROUGH_COLUMNS, Levels, pairs_of, through_table
from sim.measures.registry import OUTCOMES

MEASURE = OUTCOMES["ideas"]
REPS = 30


def levels(effects: dict[tuple[str, ...], float], reps: int = REPS) -> Levels:
    """Return levels with these mean effects, and the luck of a replication in all of them."""
    rng = np.random.default_rng(5)
    before, luck = rng.normal(100, 9, reps), rng.normal(0, 0.4, reps)
    return {
        off: (before, before + mean + luck + rng.normal(0, 0.3, reps))
        for off, mean in effects.items()
    }


def rows(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    return table[table["kind"] == kind].set_index("off")


def test_parts_that_do_not_touch_add_up() -> None:
    effects = {(): 50.0, ("a",): 20.0, ("b",): 30.0, ("c",): 50.0, ("a", "b"): 0.0}
    table = through_table(MEASURE, levels(effects))
    assert tuple(table.columns) == THROUGH_COLUMNS
    through = rows(table, "mechanism")
    assert through["mean"].to_numpy() == pytest.approx([30, 20, 0], abs=0.5)
    assert through["effect"].to_numpy() == pytest.approx([20, 30, 50], abs=0.5)
    assert through["finding"].tolist() == ["increase", "increase", "no_relevant_effect"]
    assert rows(table, "pair").loc["a + b", "finding"] == "no_relevant_effect"
    (rest,) = table[table["kind"] == "rest"].to_dict("records")
    assert abs(rest["mean"]) < 0.5
    assert rest["finding"] == "no_relevant_effect"
    assert pairs_of(table) == [("a", "b")]


def test_links_of_one_chain_share_what_passes_through_them() -> None:
    """Without either, nothing is left: each carries all, so all counts twice."""
    table = through_table(MEASURE, levels({(): 40.0, ("a",): 0.0, ("b",): 0.0, ("a", "b"): 0.0}))
    assert rows(table, "mechanism")["mean"].to_numpy() == pytest.approx([40, 40], abs=0.5)
    shared = rows(table, "pair").loc["a + b"]
    assert shared["mean"] == pytest.approx(40, abs=1)
    (rest,) = table[table["kind"] == "rest"].to_dict("records")
    assert (rest["finding"], rest["mean"] < -35) == ("decrease", True)


def test_mechanisms_that_make_up_for_each_other_show_only_together() -> None:
    table = through_table(MEASURE, levels({(): 40.0, ("a",): 34.0, ("b",): 34.0, ("a", "b"): 0.0}))
    assert rows(table, "pair").loc["a + b", "mean"] == pytest.approx(-28, abs=1)
    assert rows(table, "pair").loc["a + b", "finding"] == "decrease"


def test_intervals_are_those_of_paired_differences_and_need_ten_of_them() -> None:
    effects: dict[tuple[str, ...], float] = {(): 50.0, ("a",): 20.0}
    found = levels(effects)
    before, after = found["a",]
    gone = {**found, ("a",): (np.where(np.arange(REPS) < 9, before, np.nan), after)}
    few = rows(through_table(MEASURE, gone), "mechanism").loc["a"]
    assert (few["replications"], few["verdict"], few["finding"]) == (9, "too_few", "too_few")
    many = rows(through_table(MEASURE, found), "mechanism").loc["a"]
    # Luck that both share cancels out.
    assert many["variance_paired"] < 0.4
    assert many["lo90"] < 30 < many["hi90"]
