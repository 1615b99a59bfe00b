"""Remedies name options on the command line, and fields on the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import sim
from sim.territory.remedies import COMMAND_LINE, Refusal
from sim.words.catalogue import catalogue
from sim.words.folders import languages
from sim.words.sentences import translated
from tests.words.test_sentences import skeleton

KINDS = ("InputError", "Refusal", "OtherTable")
OPTION = re.compile(r"--\w|command line|ligne de commande|NAME|FILE")


def _told_of_files() -> Iterator[tuple[str, str]]:
    """Kinds and sentences of refusals that the page can meet, with 1 for each value."""
    for path in (Path(sim.__file__).parent / "territory").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in KINDS and node.args:
                sentence = node.args[0]
                if isinstance(sentence, ast.JoinedStr | ast.Constant):
                    said = skeleton(sentence)
                    yield ast.unparse(node.func), said.format(*["1"] * said.count("{"))


def test_no_sentence_about_files_names_an_option_of_the_command_line() -> None:
    elsewhere = ("--columns '", "--columns 1", "choose another name")
    told = [(kind, s) for kind, s in _told_of_files() if not any(e in s for e in elsewhere)]
    for kind, sentence in told:
        assert not OPTION.search(sentence), sentence
        assert kind == "InputError" or translated(sentence, "fr") != sentence, sentence
    assert sum(kind != "InputError" for kind, _ in told) > 12


def test_every_remedy_is_worded_for_the_command_line_and_for_the_page() -> None:
    used = "".join(
        path.read_text(encoding="utf-8")
        for room in ("territory", "simulation")
        for path in (Path(sim.__file__).parent / room).glob("*.py")
        if path.name != "remedies.py"
    )
    for language in languages():
        words = {
            key.partition(".")[2]: str(text)
            for key, text in catalogue(language).items()
            if key.startswith("remedies.") and key != "remedies.sentence"
        }
        assert words.keys() == COMMAND_LINE.keys()
        for key, on_page in words.items():
            assert f'"{key}"' in used or key in ("source_residents", "source_shops")
            assert not OPTION.search(on_page), key
            holes = [set(re.findall(r"{\w+}", text)) for text in (on_page, COMMAND_LINE[key])]
            assert holes[0] <= holes[1], key


def test_a_refusal_says_what_to_do_where_it_is_read() -> None:
    refusal = Refusal("a.gpkg has several layers of them: b, c", "layer")
    assert str(refusal) == "a.gpkg has several layers of them: b, c; choose one with --layer."
    said = Refusal(**refusal.as_json()).on_page("fr")
    said = re.sub(r"\s", " ", said)
    assert said.startswith("a.gpkg a plusieurs couches qui conviennent : b, c ; indiquez-en une")
