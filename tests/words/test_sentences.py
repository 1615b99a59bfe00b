"""Sentences of the program reach people of the territory in their language."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import sim
from sim.errors import nearest
from sim.interventions import TYPES
from sim.scenario.schema import PARAMETERS
from sim.words.folders import ENGLISH, FOLDER, languages
from sim.words.sentences import translated

OTHERS = [language for language in languages() if language != ENGLISH]
PACKAGE = Path(sim.__file__).parent
ROOMS = (
    "interventions",
    "scenario/scenario.py",
    "registry/settings.py",
    "start",
    "simulation",
    "measures",
    "experiments/comparison.py",
    "experiments/simulate.py",
    "app",
)
"""Sources of sentences that the page and its replications can meet."""


def skeleton(node: ast.expr) -> str:
    """A string or f-string with {} for each value."""
    if isinstance(node, ast.Constant):
        return str(node.value).replace("{", "{{").replace("}", "}}")
    assert isinstance(node, ast.JoinedStr), ast.unparse(node)
    return "".join(skeleton(v) if isinstance(v, ast.Constant) else "{}" for v in node.values)


def _raised() -> Iterator[str]:
    for room in ROOMS:
        path = PACKAGE / room
        for file in [path] if path.suffix else sorted(path.glob("*.py")):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                    "InputError",
                    "HTTPException",
                ):
                    sentence = node.args[-1]
                    if isinstance(sentence, ast.Constant | ast.JoinedStr):
                        yield skeleton(sentence)


def _answered() -> Iterator[str]:
    """Sentences that the server says of its own accord."""
    tree = ast.parse((PACKAGE / "app" / "server.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            status, sentence = node.elts
            values = [getattr(part, "value", None) for part in (status, sentence)]
            if isinstance(values[0], int) and isinstance(values[1], str):
                yield skeleton(sentence)


def _pairs(language: str) -> dict[str, str]:
    return tomllib.loads((FOLDER / language / "errors.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", OTHERS)
def test_every_sentence_that_can_reach_the_page_is_translated(language: str) -> None:
    known = {re.sub(r"{\w+}", "{}", sentence) for sentence in _pairs(language)}
    said = {*_raised(), *_answered()}
    assert len(said) > 60
    # What stands before a sentence, such as a file, is translated apart from it.
    unknown = {s for s in said if s not in known and re.sub(r"^({}(: )?)", "", s) not in known}
    assert unknown <= {"{}{}", "{}: {}"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_translation_is_found_and_keeps_all_values(language: str) -> None:
    for sentence, translation in _pairs(language).items():
        names = set(re.findall(r"(?<!{){(\w+)}", sentence))
        assert names == set(re.findall(r"(?<!{){(\w+)}", translation)), sentence
        values = {name: f"⟦{name}⟧" for name in names}
        told = translated(sentence.format(**values), language)
        assert re.sub(r"\s", " ", told) == re.sub(r"\s", " ", translation.format(**values))


@pytest.mark.parametrize("language", OTHERS)
def test_admissible_values_and_hints_are_translated(language: str) -> None:
    levers = [info for kind in TYPES.values() for info in kind.infos.values()]
    for info in (*PARAMETERS.values(), *levers):
        assert translated(info.admits(), language) != info.admits()
    hint = nearest("sise", ["size"])
    assert translated(hint, language) != hint


def test_a_sentence_within_a_sentence_and_numbers_are_written_in_french() -> None:
    told = translated(
        "every run fails: InputError: starting_vacancy: 0.01 cannot last with these rates of"
        " closure and reletting; what can lies from 0.021 to 0.350.",
        "fr",
    )
    assert re.sub(r"\s", " ", told) == (
        "toutes les simulations échouent : InputError : starting_vacancy : une vacance de 0,01 ne"
        " peut pas durer avec ces taux de fermeture et de reprise ; elle le peut de 0,021 à 0,350."
    )
    assert translated("What nobody has ever said.", "fr") == "What nobody has ever said."
