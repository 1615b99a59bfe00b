"""Results of a comparison at equal money: what is spent and left, the report and the board."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace

import pandas as pd
import pytest

import sim
from sim.experiments.board import board
from sim.experiments.budget import CLOSE, measure_spending
from sim.experiments.experiment import BASELINE
from sim.report.blocks import Table
from sim.report.facts import Facts
from sim.report.sections.budget import budget, money_left, per_unit
from sim.report.sections.question import question, title
from sim.words.catalogue import Texts
from tests.interfaces.test_budget import BUDGET, TOWN


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    out = tmp_path_factory.mktemp("budget") / "kept"
    names = ["mobile_cluster+rent_relief", "inert_cluster", "periphery_moratorium"]
    return out, sim.compare(TOWN, names, reps=2, budget=BUDGET, workers=1, out=out)


@pytest.mark.slow
def test_arms_spend_the_budget_and_the_rest_is_said(kept):
    money = kept[1].spending.set_index("intervention")
    assert money.loc["inert_cluster", "spent"] == pytest.approx(BUDGET, rel=2 * CLOSE)
    assert money.loc["periphery_moratorium", ["spent", "left", "limit"]].tolist() == [
        0.0, BUDGET, "free",
    ]  # fmt: skip
    assert (money["left"] + money["spent"]).tolist() == pytest.approx([BUDGET] * 3)
    both = money.loc["mobile_cluster + rent_relief", "levers"]
    assert "mobile_cluster.cluster_funding=" in both and "rent_relief.rent_relief_funding=" in both
    assert kept[1].manifest["budget"]["eur_a_year"] == BUDGET
    assert "mobile_cluster+rent_relief inert" in kept[1].manifest["run"]["command"]
    assert "--budget 200000" in kept[1].manifest["run"]["command"]


@pytest.mark.slow
def test_the_report_says_money_and_sizes_in_words_and_calls_nothing_left_that_is_spent(kept):
    section = budget(Facts(kept[1], "en"))
    rows = next(block.rows for block in section.blocks if isinstance(block, Table))
    cells = [row[0].below for row in rows]
    assert cells[0].startswith("Funding of the cluster: €")
    assert "Funding of rent relief: " in cells[0]
    assert not any("_" in text for text in cells)
    assert rows[2][-1].below == "it costs no public money"


@pytest.mark.parametrize(
    ("left", "shown"),
    [(900.0, "about 0"), (-900.0, "about 0"), (-5000.0, "€0 €5,000 beyond it"),
     (5000.0, "€5,000 too few ask for more")],
)  # fmt: skip
def test_a_budget_has_money_left_only_where_some_is_left(kept, left, shown):
    row = {"left": left, "budget": BUDGET, "limit": "demand"}
    cell = money_left(row, Facts(kept[1], "en"))
    assert f"{cell.text} {cell.below}".strip() == shown


def test_what_an_experiment_asks_stands_at_the_top_of_its_report(kept):
    facts = Facts(kept[1], "en")
    asked = {text: Texts({"en": text}) for text in ("Spent well", "On what?")}
    facts.experiment = replace(
        facts.experiment, title=asked["Spent well"], question=asked["On what?"]
    )
    assert title(facts) == "Spent well"
    assert question(facts).startswith("On what? ")


def test_a_resumed_comparison_keeps_its_scales(kept, monkeypatch):
    def measured_again(*_):
        raise AssertionError

    monkeypatch.setattr("sim.experiments.budget.measure_spending", measured_again)
    out, before = kept
    names = ["mobile_cluster+rent_relief", "inert_cluster", "periphery_moratorium"]
    again = sim.compare(TOWN, names, reps=3, budget=BUDGET, workers=1, out=out, resume=True)
    assert len(again.replications) == 3
    assert again.spending["levers"].tolist() == before.spending["levers"].tolist()


def test_spending_is_measured_by_four_short_paired_runs_of_what_is_tried(kept):
    asked, pilots = kept[1].experiment, []

    def run(pilot):
        pilots.append(pilot)
        raise InterruptedError

    arms = {name: asked.arms[name] for name in (BASELINE, "inert_cluster")}
    for tried in ({"A": arms}, {"A": arms, "B": arms}):
        with pytest.raises(InterruptedError):
            measure_spending(asked, tried, run)
    for pilot in pilots:
        assert list(pilot.arms) == [BASELINE, "inert_cluster"]
        assert (pilot.replications, pilot.horizons, pilot.luck) == (4, (24,), "common")
        kinds = (pilot.series, pilot.every_month, pilot.ledger, pilot.maps, pilot.variance)
        assert not any(kinds) and pilot.budget is None
    assert [len(pilot.design) for pilot in pilots] == [1, 2]


def test_what_a_budget_leaves_is_what_is_not_spent_of_it(kept):
    table = kept[1].spending
    assert table["left"].tolist() == pytest.approx((BUDGET - table["spent"]).tolist(), nan_ok=True)
    assert table["unspent"].tolist() == pytest.approx(
        (table["planned"] - table["spent"]).tolist(), nan_ok=True
    )


def test_scales_of_results_of_which_an_input_was_edited_are_not_taken_over(kept, tmp_path):
    out = shutil.copytree(kept[0], tmp_path / "out")
    path = out / "inputs" / "0" / "baseline.toml"
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(sim.InputError, match=r"baseline\.toml was changed after it was written"):
        sim.compare(TOWN, ["facade"], reps=2, budget=BUDGET, workers=1, out=out, resume=True)


def test_money_scaled_over_some_months_is_not_extended_to_more(kept):
    with pytest.raises(sim.InputError, match="scaled to a budget over these months"):
        sim.extend(kept[0], months=36)


def test_the_board_ranks_every_arm_by_every_indicator(kept):
    board = kept[1].board
    assert board.groupby("measure")["rank"].apply(list).map(sorted).tolist() == [[1, 2, 3]] * 5
    placebo = board[board["intervention"] == "inert_cluster"]
    assert placebo["mean"].tolist() == [0.0] * 5
    assert placebo["eur_per_unit"].isna().all()
    assert set(placebo["cost_verdict"]) == {"too_few"}  # rather than that it has no effect


def test_the_board_has_no_ratio_for_what_is_no_effect_among_all_and_none_without_runs():
    cost = pd.Series([9e5, 1e6, 1.1e6] * 4)
    runs = [
        pd.DataFrame(
            {"arm": arm, "luck": 0, "horizon": 24, "public_spending": spent, "participation": share}
        )
        for arm, spent, share in (
            (BASELINE, 0 * cost, 0.30 + 0 * cost),
            ("facade", cost, 0.40 + 1e-9 * cost),
        )
    ]
    verdicts = [("facade", verdict) for verdict in ("increase", "small_increase")]
    verdicts += [("facade", "not_determinable"), ("gone", "increase")]
    effects = pd.DataFrame(verdicts, columns=["intervention", "finding"])
    effects = effects.assign(
        indicator="participation", horizon=24, mean=0.1, lo90=0.05, hi90=0.2, smallest_relevant=0.01
    )
    found = board(effects, pd.concat(runs), ["participation"])
    told = ["ratio", "no_relevant_effect", "not_determinable", "missing"]
    assert found["cost_verdict"].tolist() == told
    assert found["cost"].tolist() == pytest.approx([1e6] * 3 + [math.nan], nan_ok=True)
    assert found["eur_per_unit"].notna().tolist() == [True, False, False, False]
    assert found["rank"].tolist() == [1, 2, 3, 4]


def test_money_per_unit_of_a_share_is_told_per_point(kept):
    facts, row = Facts(kept[1], "en"), {"cost_verdict": "ratio"}
    row |= dict(zip(("eur_per_unit", "unit_lo90", "unit_hi90"), (4e8, 2e8, 8e8), strict=True))
    told = per_unit(row | {"measure": "participation"}, facts)
    assert (told.text, told.below) == ("€4.00 million", "€2.00 million to €8.00 million")
    assert per_unit(row | {"measure": "running_projects"}, facts).text == "€400 million"
