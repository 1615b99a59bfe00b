"""Comparisons again without mechanisms: the same luck, both towns, one engine and one folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.cli import main
from sim.errors import InputError
from sim.experiments import why as module
from sim.experiments.comparison import compare_arms
from sim.experiments.funnel import FUNNEL_COLUMNS, STAGES
from sim.experiments.results import Results, load_results
from sim.experiments.why import SWITCHES, check_reasons, stored_reasons, why
from sim.processes.month import MechanismParameters
from sim.report.report import write_report
from tests.reference.comparisons import made_up_comparison
from tests.reference.towns import SMALL

TOWN = sim.load_scenario("mid_sized_town").replace(**SMALL, months=24, with_rent=False)
FEW = ("with_visits", "with_closure", "with_rent")


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWITCHES", FEW)


@pytest.fixture(scope="module")
def found() -> Results:
    return sim.compare(TOWN, ["transition_cluster"], reps=3, seed=4, workers=1)


def test_every_switch_of_the_model_is_a_mechanism() -> None:
    assert set(SWITCHES) == set(MechanismParameters.model_fields)
    assert all(name.startswith("with_") for name in SWITCHES)


@pytest.mark.slow
def test_a_mechanism_is_off_in_both_towns_with_the_same_luck(found: Results) -> None:
    asked = why(found, "third_place_users", workers=1)
    levels = asked.levels("transition_cluster")
    # What is off anyway is not tried.
    assert set(levels) == {(), ("with_visits",), ("with_closure",)}
    assert levels["with_visits",][1].tolist() == [0.0] * 3
    assert all(levels[()][1] > 0)
    off = TOWN.replace(with_closure=False)
    alone = compare_arms(
        off, {"transition_cluster": off.add("transition_cluster")}, reps=3, seed=4, workers=1
    )
    runs = alone.runs[(alone.runs["luck"] == 0) & (alone.runs["horizon"] == 24)]
    for values, (_, arm) in zip(
        levels["with_closure",], runs.groupby("arm", sort=True), strict=True
    ):
        assert values.tolist() == arm["third_place_users"].tolist()
    whole = asked.table.query("kind == 'whole'")["mean"].item()
    effect = found.effects.query("indicator == 'third_place_users' and horizon == 24")[
        "mean"
    ].item()
    assert whole == pytest.approx(effect)


def test_the_funnel_is_that_of_the_effects(found: Results) -> None:
    table = found.funnel
    assert tuple(table.columns) == FUNNEL_COLUMNS
    assert tuple(table["indicator"]) == STAGES
    assert np.allclose(table["with"] - table["without"], table["change"])
    effects = found.effects[found.effects["horizon"] == 24].set_index("indicator")
    assert table["change"].tolist() == effects.loc[list(STAGES), "mean"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_report_follows_the_money(language: str) -> None:
    page = write_report(made_up_comparison(reps=12), language)["report.html"].decode()
    told = page.partition('id="funnel"')[2].partition("</section>")[0]
    words = {"en": ("What moves", "Project births"), "fr": ("Ce qui bouge", "Projets nés")}
    assert all(word in told for word in words[language])
    assert "{" not in told


def test_measures_and_arms_that_cannot_be_explained_get_a_sentence() -> None:
    with pytest.raises(InputError, match="Did you mean 'open_shops'"):
        check_reasons("open_shop", is_independent=False)
    with pytest.raises(InputError, match="same random draws"):
        check_reasons("open_shops", is_independent=True)


@pytest.mark.slow
def test_the_command_keeps_reports_resumes_and_replaces_its_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "found"
    settings = [word for key, value in SMALL.items() for word in ("--set", f"{key}={value}")]
    town = ["mid_sized_town", "transition_cluster", *settings, "--months", "12", "--reps", "2"]
    command = ["compare", *town, "--workers", "1", "--why", "ideas", "--out", str(out)]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert "Steps from money to open shops" in said
    assert "Why: Ideas" in said
    assert "People use third places" in said
    (kept,) = stored_reasons(load_results(out))
    assert kept.measure == "ideas"
    assert 'id="why"' in (out / "report.html").read_text(encoding="utf-8")
    assert main([*command, "--resume", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert pd.DataFrame(told["why"]["ideas"])["kind"].tolist()[0] == "whole"
    assert [stage["indicator"] for stage in told["funnel"]] == list(STAGES)
    assert main([*command[:-4], "--force", "--out", str(out), "--quiet"]) == 0
    assert not stored_reasons(load_results(out))
    assert main(["compare", *town, "--why", "idea", "--out", str(tmp_path / "none")]) == 2
    assert "Did you mean 'ideas'?" in capsys.readouterr().err
