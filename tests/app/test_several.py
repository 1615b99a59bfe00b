"""Several interventions in one world, as in an arm ``a+b`` of the command line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from sim.app.replications import Replications, ReportRuns
from sim.app.request import Catalogue, Request
from sim.app.sessions import Sessions
from sim.experiments.comparison import compare
from sim.measures.registry import OUTCOMES
from tests.app.browser import SMALL, Open
from tests.app.pages import Page, asked

BOTH = "transition_cluster+facade"
LEVERS = {"months": 12, "start": 0, "transition_cluster.cluster_size": 70, "facade.stop": 9}


@pytest.mark.slow
def test_their_runs_are_those_of_an_arm_of_a_comparison() -> None:
    request = Request(**asked(intervention=BOTH, settings=LEVERS))
    arms, background = Catalogue().arms(request), Sessions().background
    words = [f"{name}={value}" for name, value in request.settings.items()]
    theirs = compare(request.scenario, [BOTH], assignments=words, reps=2, seed=1, workers=1)
    rows = theirs.runs[(theirs.runs["rep"] == 0) & (theirs.runs["luck"] == 0)]
    assert set(rows["arm"]) == {"baseline", "facade + transition_cluster"}
    ours = Replications(arms, background).pair(0)[0]
    assert np.array_equal(ours[:, -1], rows[list(OUTCOMES)], equal_nan=True)
    assert not np.array_equal(ours[0], ours[1], equal_nan=True)
    report = ReportRuns(arms, 2, background)
    report.wait()
    assert report.results is not None
    assert report.results.digest == theirs.digest


def test_each_has_levers_money_and_a_beginning_of_its_own(client: TestClient) -> None:
    page = Page(client, intervention=BOTH, settings=LEVERS)
    about = page.about
    assert about["cost"] == pytest.approx(
        sum(Page(client, intervention=name, settings=own).about["cost"] for name, own in ALONE)
    )
    listed = {one["name"]: one["value"] for one in about["differs"]}
    assert listed["transition_cluster.cluster_size"] == 70
    assert (listed["transition_cluster.start"], listed["facade.start"]) == (0, 0)
    assert {"facade.facade_funding", "transition_cluster.start"} <= set(about["ends"])
    ends = [(e["intervention"], e["month"]) for e in about["events"] if e["event"] == "ends"]
    assert ends == [("facade", 9)]
    page.frame(12)
    told = page.get("command").json()
    assert "--intervention transition_cluster --intervention facade" in told["command"]
    assert f"sim compare mid_sized_town {BOTH}" in told["compare"]


ALONE: list[tuple[str, dict[str, Any]]] = [
    ("transition_cluster", {"months": 12, "start": 0, "cluster_size": 70}),
    ("facade", {"months": 12, "start": 0, "stop": 9}),
]


@pytest.mark.parametrize(
    ("intervention", "sentence"),
    [
        ("facade+facade", "two interventions are named 'facade'"),
        ("facade+fasade", "unknown intervention 'fasade'"),
        ("facade+", "unknown intervention ''"),
        ("", "unknown intervention ''"),
    ],
)
def test_what_is_no_set_of_interventions_is_refused(
    client: TestClient, intervention: str, sentence: str
) -> None:
    answer = client.post("/api/sessions", json=asked(intervention=intervention))
    assert (answer.status_code, sentence in answer.json()["error"]) == (422, True)


@pytest.mark.slow
def test_a_link_has_them_all_and_lists_add_and_take_away(visit: Open) -> None:
    page = visit(f"{SMALL}&lang=en&month=3&intervention=transition_cluster%2Bfacade&start=0")
    assert "transition_cluster%2Bfacade" in page.page.url
    assert "facade.start=0" in page.page.url
    assert "transition_cluster.start=0" in page.page.url
    assert page.page.locator("#levers summary", has_text="Levers: ").count() == 2
    page.settle(lambda: page.page.locator("#intervention-3").select_option("rent_relief"))
    assert "transition_cluster+facade+rent_relief" in page.text("compare")
    for _ in range(2):  # what stays moves up, and keeps its levers
        page.settle(lambda: page.page.locator("#intervention").select_option(""))
    assert page.page.locator("#intervention").input_value() == "rent_relief"
    assert "intervention=rent_relief" in page.page.url
    assert "start=0" not in page.page.url
