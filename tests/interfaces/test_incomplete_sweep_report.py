"""A report of a sweep with failed or missing runs says so."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from sim.experiments.results import load_results
from sim.experiments.run import Run
from sim.experiments.running import sweep
from sim.report.facts import Facts
from sim.report.report import write_report
from sim.report.sections.runs import open_questions, runs
from tests.reference.made_up_sweeps import CLUSTER, GRID, HEAD, TWO, made_up_sweep
from tests.reference.pages import answered, check_page, said


@pytest.mark.slow
def test_failures_are_reported_with_reasons_and_counts(tmp_path):
    def fails(run: Run) -> bool:
        return run.values.get("cluster_size") == 40

    found = made_up_sweep(tmp_path / "failing", f"{CLUSTER}{TWO}replications = 10\n{GRID}", fails)
    check_page(write_report(found, "fr")["report.html"], "fr")
    facts = Facts(found, "en")
    assert (facts.results.counts.failed, facts.results.counts.missing) == (30, 0)
    section = runs(facts)
    (table,) = (b for b in section.blocks if b.kind == "table")
    assert len(table.rows) == 1
    assert table.rows[0][2].code == "ValueError: the town hall burnt down"
    assert "40\N{NO-BREAK SPACE}seats, €25,000 a month" in table.rows[0][3].text
    text = answered(found)
    assert "30 of 100 simulations failed" in text
    assert "3 not measured" in text
    assert "better in each of the 4 variants" in text


def test_a_sweep_in_which_everything_failed_says_so(tmp_path):
    def fails(run: Run) -> bool:
        return run.arm != "baseline"

    found = made_up_sweep(tmp_path / "hopeless", f"{CLUSTER}{TWO}replications = 2\n{GRID}", fails)
    check_page(write_report(found, "fr")["report.html"], "fr")
    assert "Not measured: " in answered(found)


class Stop(Exception):
    """Raised to stop a sweep early."""


def test_an_unfinished_sweep_says_so(tmp_path):
    def listen(tally: Any) -> None:
        if tally.done >= 12:
            raise Stop

    folder = tmp_path / "unfinished"
    with pytest.raises(Stop):
        made_up_sweep(folder, f"{CLUSTER}{TWO}replications = 3\n{GRID}", batch=4, progress=listen)
    found = load_results(folder / "sweep")
    assert found.missing() == 30 - 12
    check_page(write_report(found, "fr")["report.html"], "fr")
    assert "18 of its 30 simulations are still missing" in answered(found)
    facts = Facts(found, "en")
    assert "--resume" in said(runs(facts))
    assert facts.done == (1, 2)  # of 3 planned
    assert "There are only 2 replications." in answered(found)
    assert "After 2 replications" in said(open_questions(facts))


def test_a_sweep_without_any_result_has_a_report(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    file = folder / "made_up.toml"
    file.write_text(f"{HEAD}{CLUSTER}{TWO}replications = 2\n{GRID}")
    with mock.patch("sim.experiments.running.fill", side_effect=Stop), pytest.raises(Stop):
        sweep(file, folder / "sweep", executor="serial")
    page = write_report(load_results(folder / "sweep"), "fr")["report.html"]
    check_page(page, "fr")
