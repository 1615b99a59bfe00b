"""Files alone make a language: a made-up one is offered and spoken wherever people read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from sim import load_scenario
from sim.app.server import make_app
from sim.cli import main
from sim.experiments.simulate import simulate
from sim.figures.drivers import draw_drivers
from sim.figures.run_story import summary_table, what_happened
from sim.report.report import write_report
from sim.scenario.schema import PARAMETERS
from sim.words import folders
from sim.words.folders import check_language, languages
from tests.app.pages import Page as Requests
from tests.app.pages import asked
from tests.interfaces.test_docs import _script
from tests.reference.comparisons import made_up_comparison
from tests.reference.pages import Page
from tests.words.pseudo import PSEUDO, accented, add_pseudo_language, english_in

KEPT = {"Essaim", "year", "years", "month", "months"}
"""A name, and spans of time, which are Babel's."""


@pytest.fixture(scope="module", autouse=True)
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("words")
    add_pseudo_language(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folders, "FOLDER", folder)
        yield


def left_in_english(texts: list[str], *kept: str) -> list[str]:
    return [t for t in texts if set(english_in(t)) - KEPT - set(kept)]


def test_it_is_found_by_its_folder() -> None:
    assert languages() == ("en", "fr", PSEUDO)
    assert check_language(PSEUDO) == PSEUDO


def test_a_run_is_told_in_it() -> None:
    results = simulate(load_scenario("mid_sized_town").replace(months=3), seed=7, reps=2)
    told = what_happened(results, PSEUDO)
    assert not left_in_english(told, "sim", "params")
    assert not left_in_english([cell for row in summary_table(results, PSEUDO) for cell in row])
    assert not left_in_english([draw_drivers(results, PSEUDO).label])


@pytest.mark.slow
def test_a_report_is_written_in_it() -> None:
    read = Page(write_report(made_up_comparison(), PSEUDO)["report.html"])
    assert len(read.own_words) > 500
    assert not left_in_english(read.own_words)


def test_the_reference_has_it() -> None:
    page = _script("parameter_pages").parameters_page()
    assert f"*{PARAMETERS['closure_rate'].label[PSEUDO]}*" in page


def test_the_page_offers_it_and_speaks_it() -> None:
    with TestClient(make_app(), base_url="http://127.0.0.1") as client:
        options = client.get("/api/options").json()
        assert options["languages"][PSEUDO]["name"] == accented("Made up")
        texts = [re.sub(r"{\w+}", "", text) for text in _texts(options)]
        assert len(texts) > 500
        assert not left_in_english(texts)
        page = Requests(client)
        page.frame(3)
        told = _strings(page.get(f"words?lang={PSEUDO}").json())
        assert not left_in_english([t for t in told if t.startswith("[")])
        wrong = asked(settings={"closure_rate": 7.0})
        answer = client.post("/api/sessions", json=wrong, headers={"accept-language": PSEUDO})
        assert answer.json()["error"].startswith("[[Clósúré ráté] = 7.0 ís nót ádmíssíblé")


@pytest.mark.parametrize(
    "command",
    ["params", "params closure_rate", "interventions rent_relief", "explain closure_rate"],
)
def test_help_is_given_in_it(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command.split(), "--lang", PSEUDO]) == 0
    assert re.search(r"\[[^]]*[áéíóúý][^]]*\]", capsys.readouterr().out)


def _texts(value: Any) -> list[str]:
    """Every text of the made-up language in an answer."""
    if isinstance(value, dict):
        own = value.get(PSEUDO)
        mine = [own] if isinstance(own, str) else []
        return mine + [t for one in value.values() for t in _texts(one)]
    return [t for one in value for t in _texts(one)] if isinstance(value, list) else []


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [t for one in value.values() for t in _strings(one)]
    if isinstance(value, list):
        return [t for one in value for t in _strings(one)]
    return [value] if isinstance(value, str) else []
