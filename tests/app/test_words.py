"""All texts of the page exist in both languages, and none is unused."""

import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from sim.app.server import STATIC
from sim.words.catalogue import Words, catalogue
from tests.app.pages import Page

SCRIPTS = [path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")]
PAGE = (STATIC / "index.html").read_text(encoding="utf-8")
KEYS = {
    re.sub("^(with|without)_(changes|both|interventions)$", r"\1", key.removeprefix("ui."))
    for key in catalogue("en")
    if key.startswith("ui.")
}
"""Words, without those of other comparisons."""


def said() -> set[str]:
    """Keys that the page says by name, and those of the lists that it puts together."""
    keys = set(re.findall(r'data-words="(\w+)"', PAGE))
    for script in SCRIPTS:
        for start in re.finditer(r"\bsay\(", script):
            call = script[start.end() :].partition(");")[0].partition(", {")[0].partition("\n")[0]
            keys |= set(re.findall(r'"(\w+)"', call))
        keys |= set(re.findall(r'\bkey: "(\w+)"', script))
    lists = {r'row\("th", (\[.*?\])': "", r"SIDES = (\[.*?\])": "", r"STAKES = (\[.*?\])": "stake_"}
    lists[r"MARKS = (\[.*?\])"] = "mark_"
    lists[r'"against"\)\.replaceChildren\(\.\.\.(\[.*?\])'] = "against_"
    for pattern, prefix in lists.items():
        (found,) = (match for s in SCRIPTS for match in re.findall(pattern, s))
        keys |= {prefix + key for key in re.findall(r'"(\w+)"', found)}
    return keys | {f"own_{file}" for file in ("residents", "shops", "map")}


def test_every_word_that_the_page_says_is_there_and_every_word_there_is_said() -> None:
    assert said() == KEYS


def test_every_id_that_scripts_look_for_stands_in_the_page() -> None:
    ids = set(re.findall(r'\bid="([\w-]+)"', PAGE))
    sought = {i for s in SCRIPTS for i in re.findall(r'\b(?:element|on|exported)\("([\w-]+)"', s)}
    assert len(sought) > 40
    assert sought <= ids


def _texts(value: Any) -> list[dict[str, str]]:
    """Every table of texts in an answer."""
    if isinstance(value, list):
        return [found for one in value for found in _texts(one)]
    if not isinstance(value, dict):
        return []
    if value and set(value) <= {"en", "fr"}:
        return [value]
    return [found for one in value.values() for found in _texts(one)]


def test_all_options_are_in_both_languages_and_in_french_typography(client: TestClient) -> None:
    options = client.get("/api/options").json()
    texts = _texts(options)
    assert len(texts) > 500
    assert all(set(t) == {"en", "fr"} for t in texts)
    assert all(bool(t["en"]) == bool(t["fr"]) for t in texts)
    plurals = [t["fr"] for t in options["words"].values()]
    words = [w for t in plurals for w in (t.values() if isinstance(t, dict) else [t])]
    assert not [text for text in words if re.search(r"\w [;:!?%]|\w[;!?](?!\w)", text)]


def test_every_choice_unit_group_and_mark_of_a_control_has_words(client: TestClient) -> None:
    options = client.get("/api/options").json()
    controls = [*options["parameters"], *(c for i in options["interventions"] for c in i["levers"])]
    assert {c["group"] for c in options["parameters"]} == set(options["groups"])
    assert {c["evidence"] for c in controls} <= set(options["evidence"])
    assert {choice for c in controls for choice in c["choices"]} <= set(options["choices"])
    assert all(c["low"] < c["high"] for c in controls if c["kind"] in ("int", "float"))
    assert all(c["help"]["fr"] and c["source"] for c in controls)
    # A unit that reads the same in both languages is a symbol.
    same = {c["unit"]["en"] for c in controls if c["unit"]["en"] == c["unit"]["fr"]}
    assert same <= {"", "€", "m", "m²", "km", "places"}


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_story_exists_at_the_start_and_later_in_both_languages(
    client: TestClient, lang: str
) -> None:
    page = Page(client)
    for steps in (0, 30):
        page.frame(steps)
        told = page.get(f"words?lang={lang}").json()
        assert told["month"] == steps
        sentences = [
            *told["limits"],
            told["answer"]["sentence"],
            *told["answer"]["notes"],
            *told["funnel"]["sentences"],
        ]
        for stake in told["stakes"].values():
            sentences += [stake["question"], *stake["sentences"]]
        assert len(told["answer"]["tiles"]) == 5
        assert all(s and s == s.strip() and "{" not in s for s in sentences)
    assert Words(lang)("page_stakes.method") == told["stakes"]["method"]["question"]


def test_french_words_hold_no_english_ones(client: TestClient) -> None:
    page = Page(client)
    page.frame(30)
    english, french = (page.get(f"words?lang={lang}").json() for lang in ("en", "fr"))
    told = list(zip(english["limits"], french["limits"], strict=True))
    assert all(e != f for e, f in told)
    assert not [f for _, f in told if re.search(r"\b(the|with|without|and|of)\b", f)]
