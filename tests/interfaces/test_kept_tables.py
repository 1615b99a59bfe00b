"""Tables that are kept on request, read for some runs: series, ledgers and maps by hand."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sim.errors import InputError
from sim.experiments.board import BOARD_COLUMNS, board
from sim.experiments.kept import kept_frame, mean_ledger, mean_maps, rep_maps
from sim.measures.registry import HEADLINES, OUTCOMES


def stored(**columns: Any) -> Any:
    """A store of one table, and of the runs a and b, the first of which two arms share."""
    return SimpleNamespace(kept=lambda kind: pa.table(columns), folder=Path("here"))


RUNS = pd.DataFrame({"key": ["b", "a", "a"], "arm": ["x", "y", "z"], "rep": [0, 1, 2]})


def test_rows_are_run_by_run_in_the_order_asked_for_and_by_month():
    keys, months = ["c", "a", "b", "a", "b", "a"], [1, 3, 2, 1, 1, 2]
    store = stored(key=keys, month=months, value=[0.0, 3.0, 12.0, 1.0, 11.0, 2.0])
    found = kept_frame(store, "series", RUNS, ["value"])
    assert found.to_dict("list") == {
        "arm": [*"xx", *"yyy", *"zzz"],
        "rep": [*[0] * 2, *[1] * 3, *[2] * 3],
        "month": [1, 2, 1, 2, 3, 1, 2, 3],
        "value": [11, 12, 1, 2, 3, 1, 2, 3],
    }
    for lacks, said in (
        (["a"] * 6, "here lacks the series of 1 runs; move its parts away and resume"),
        (["c"] * 6, "here lacks the series of 2 runs"),
    ):
        with pytest.raises(InputError, match=f"^{said}"):
            kept_frame(stored(key=lacks, month=months), "series", RUNS)
    with pytest.raises(InputError, match=r"^here has damaged series; move its parts .+"):
        kept_frame(store, "series", RUNS, ["value", "other"])


def test_a_ledger_may_be_empty_and_has_the_mean_of_the_replications_without_zeros():
    rows = {
        "key": ["a", "a", "a", "a", "a"],
        "year": [2, 1, 1, 1, 1],
        "source": ["public", "public", "matched", "public", "public"],
        "line": ["income", "unspent", "income", "grants", "income"],
        "cents": [300, -700, 100, 0, 500],
    }
    found = kept_frame(stored(**rows), "ledger", RUNS)
    assert found["arm"].tolist() == [*"yyyyy", *"zzzzz"]
    found["cents"] *= np.where(found["arm"] == "y", 1, -1)
    ledger = mean_ledger(found, ["z", "y", "x"], 2)
    assert [str(kind) for kind in ledger.dtypes] == ["str", "int64", "str", "str", "float64"]
    of_y = [
        ("y", 1, "public", "income", 2.5),
        ("y", 1, "public", "unspent", -3.5),
        ("y", 1, "matched", "income", 0.5),
        ("y", 2, "public", "income", 1.5),
    ]
    of_z = [("z", *about, -eur) for _, *about, eur in of_y]
    assert [*ledger.itertuples(index=False, name=None)] == of_z + of_y
    alone = mean_ledger(found[found["arm"] == "y"].copy(), ["y"], 0)
    assert alone["eur"].tolist() == [5.0, -7.0, 1.0, 3.0]


def maps(**changed: Any) -> dict[str, Any]:
    """Maps of two rows and three columns at two months, of the runs a and b."""

    def page(start: float) -> bytes:
        return np.arange(start, start + 6, dtype=np.float32).tobytes()

    return {
        "key": ["a", "b", "b", "a"],
        "month": [0, 12, 0, 12],
        "rows": [2] * 4,
        "cell_size": [50.0] * 4,
        "zone": [bytes([0, 1, 2, 2, 1, 0])] * 4,
        "vacancy": [page(0), page(110), page(100), page(10)],
    } | changed


def test_maps_of_replications_and_their_means_are_those_of_their_cells():
    runs = pd.DataFrame({"key": ["b", "a", "b"], "arm": ["x", "x", "y"], "rep": [0, 3, 0]})
    layer = np.array(maps()["vacancy"][3]).tobytes()
    hole = np.frombuffer(layer, np.float32).copy()
    hole[1] = np.nan
    of_run = maps()
    of_run["vacancy"][3] = hole.tobytes()
    frame = kept_frame(stored(**of_run), "maps", runs, ["vacancy"])
    both = rep_maps(frame, ["vacancy"])
    means = mean_maps(frame, ["vacancy"])
    assert [*both] == [*means] == ["x", "y"]
    cells = np.arange(6.0).reshape(2, 3)
    assert both["x"].layers["vacancy"].shape == (2, 2, 2, 3)
    for found in (both["x"], means["x"]):
        assert (found.months, found.cell_size) == ((0, 12), 50.0)
        assert found.zone.tolist() == [[0, 1, 2], [2, 1, 0]]
    assert (both["x"].layers["vacancy"][0] == [cells + 100, cells + 110]).all()
    assert (both["x"].layers["vacancy"][1, 0] == cells).all()
    later = cells + 60
    later[0, 1] = 111.0  # the other has none
    mean = means["x"].layers["vacancy"]
    assert mean.dtype == np.float32 and mean.shape == (1, 2, 2, 3)
    assert (mean[0] == [cells + 50, later]).all()
    alone = kept_frame(stored(**of_run), "maps", runs[1:2], ["vacancy"])
    assert np.isnan(mean_maps(alone, ["vacancy"])["x"].layers["vacancy"][0, 1, 0, 1])


@pytest.mark.parametrize(
    "changed",
    [
        {"rows": [2, 2, 2, 0]},
        {"rows": [2, 2, 2, -1]},
        {"rows": [4, 2, 2, 2]},
        {"zone": [bytes(6), bytes(6), bytes(6), bytes(7)]},
        {"zone": [bytes(6), bytes(6), bytes(6), None]},
        {"vacancy": [bytes(24), bytes(24), bytes(20), bytes(24)]},
        {"vacancy": [bytes(24), bytes(24), None, bytes(24)]},
    ],
    ids=str,
)
def test_maps_that_lack_cells_are_damaged(changed):
    with pytest.raises(InputError, match="damaged maps"):
        kept_frame(stored(**maps(**changed)), "maps", RUNS)


def test_maps_of_one_row_are_whole():
    frame = kept_frame(stored(**maps(rows=[1] * 4)), "maps", RUNS)
    assert rep_maps(frame, ["vacancy"])["x"].zone.shape == (1, 6)


def effect(arm: str, measure: str, mean: float, horizon: int = 24, **more: Any) -> dict[str, Any]:
    known = {"lo90": mean - 1, "hi90": mean + 1, "finding": "increase", "smallest_relevant": 0.1}
    about = {"intervention": arm, "indicator": measure, "horizon": horizon, "mean": mean}
    return about | known | more


def test_the_board_ranks_by_the_wanted_direction_at_the_last_horizon():
    wanted = {good: next(n for n in HEADLINES if OUTCOMES[n].good == good) for good in (1, -1)}
    neither = next((n for n in OUTCOMES if not OUTCOMES[n].good), None)
    measures = [wanted[1], wanted[-1], neither]
    rows = [
        effect(arm, name, mean, horizon)
        for name in measures
        for arm, mean in (("a", 1.0), ("b", 3.0), ("c", 1.0), ("d", -2.0))
        for horizon in (12, 24)
    ]
    values = {n: np.zeros(24) for n in ("public_spending", *measures)}
    of_run = [{"arm": "baseline", "rep": rep, "luck": 0, "horizon": 24} for rep in range(24)]
    runs = pd.DataFrame(of_run).assign(**values)
    effects = pd.DataFrame(rows)
    effects.loc[effects["horizon"] == 12, "mean"] *= -1
    found = board(effects, runs, measures)
    assert tuple(found.columns) == BOARD_COLUMNS
    ranked = {name: found[found["measure"] == name] for name in measures}
    assert ranked[measures[0]]["intervention"].tolist() == ["b", "a", "c", "d"]
    assert ranked[measures[1]]["intervention"].tolist() == ["d", "a", "c", "b"]
    assert ranked[measures[2]]["intervention"].tolist() == ["b", "a", "c", "d"]
    for of_measure in ranked.values():
        assert of_measure["rank"].tolist() == [1, 2, 3, 4]
    assert set(found["cost_verdict"]) == {"missing"}
    assert found[["cost", "eur_per_unit", "unit_lo90", "unit_hi90"]].isna().all(axis=None)


def test_the_board_divides_money_by_what_is_gained_with_the_first_seeds_alone():
    names = {good: next(n for n in HEADLINES if OUTCOMES[n].good == good) for good in (1, -1)}
    names[0] = "third_place_seats"  # of which neither more nor less is wanted
    rows = []
    for arm, gain, money in (("baseline", 0.0, 0.0), ("a", 2.0, 1000.0), ("b", 4.0, 1000.0)):
        for rep in range(30):
            for luck, horizon in ((0, 24), (1, 24), (0, 12)):
                odd = 0.0 if (luck, horizon) == (0, 24) else 1e6 * (arm != "baseline")
                rows.append(
                    {
                        "arm": arm,
                        "rep": rep,
                        "luck": luck,
                        "horizon": horizon,
                        "public_spending": 50.0 + rep + money + odd,
                        names[1]: 7.0 + rep + gain + odd,
                        names[-1]: 7.0 + rep - gain + odd,
                        names[0]: 7.0 + rep + gain + odd,
                    }
                )
    runs = pd.DataFrame(rows)
    effects = pd.DataFrame(
        [
            effect("a", names[1], 2.0),
            effect("b", names[1], 4.0, finding="not_determinable"),
            effect("a", names[0], 2.0),
            effect("b", names[0], 4.0, finding="small_increase"),
            effect("a", names[-1], -2.0),
            effect("b", names[-1], -4.0, finding="small_decrease"),
        ]
    )
    found = board(effects, runs, list(names.values())).set_index(["measure", "intervention"])
    assert set(found["cost"]) == {1000.0}
    for name in names.values():
        assert found.loc[(name, "a"), "eur_per_unit"] == pytest.approx(500.0)
        ratio = found.loc[(name, "b"), ["eur_per_unit", "unit_lo90", "unit_hi90"]]
        assert ratio.isna().all()
    assert found.loc[(names[1], "b"), "cost_verdict"] == "not_determinable"
    assert found.loc[(names[-1], "b"), "cost_verdict"] == "no_relevant_effect"
