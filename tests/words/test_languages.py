"""A language is a folder of files, and every language says everything that English says."""

import re

import pytest

from sim.words.catalogue import Words, catalogue
from sim.words.folders import ENGLISH, languages
from sim.words.language import number
from tests.words.declared import declared_texts

OTHERS = [language for language in languages() if language != ENGLISH]


def _forms(text: str | dict[str, str]) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


@pytest.mark.parametrize("language", OTHERS)
def test_every_declared_text_is_translated_and_no_translation_is_left_over(language: str) -> None:
    known, asked = catalogue(language), set(catalogue(ENGLISH)) | {"factor.territory"}
    for texts in declared_texts():
        assert texts[ENGLISH], texts.paths
        assert any(path in known for path in texts.paths), texts.paths
        asked.update(texts.paths)
    assert not set(known) - asked


@pytest.mark.parametrize("language", OTHERS)
def test_everything_that_english_says_is_said_in_every_language(language: str) -> None:
    english, other = catalogue(ENGLISH), catalogue(language)
    assert not set(english) - set(other)
    for key, text in english.items():
        assert isinstance(text, dict) == isinstance(other[key], dict), key
        fields = {frozenset(re.findall(r"{(\w+)}", form)) for form in _forms(text)}
        assert fields == {frozenset(re.findall(r"{(\w+)}", f)) for f in _forms(other[key])}, key
        assert all(map(str.strip, _forms(text))) == all(map(str.strip, _forms(other[key]))), key


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ["0 shops closed", "1 shop closed", "1,200 shops closed"]),
        ("fr", ["0 commerce a fermé", "1 commerce a fermé", "1\u202f200 commerces ont fermé"]),
    ],
)
def test_a_number_chooses_its_plural_as_the_language_does(language: str, told: list[str]) -> None:
    assert [Words(language)("story.closed", count=n) for n in (0, 1, 1200)] == told


@pytest.mark.parametrize("language", languages())
def test_a_zero_has_no_sign_and_a_minus_is_a_minus(language: str) -> None:
    assert number(-0.2, language) == number(0, language) == "0"
    assert number(-3, language) == "−3"
