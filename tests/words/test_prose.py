"""Texts for people hold no names of the program, and their nouns agree with their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sim.interventions import TYPES
from sim.measures.registry import MEASURES
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import Words, catalogue
from sim.words.folders import languages
from tests.words.declared import declared_texts

NAMES = {
    name
    for name in {
        *PARAMETERS,
        *MEASURES,
        *(i.name for kind in TYPES.values() for i in kind.infos.values()),
        *(choice for info in PARAMETERS.values() for choice in info.choices),
        *TYPES,
    }
    if "_" in name
}

SEVERAL = {
    "page.title_several",
    "possibility.none",
    "possibility.some",
    "possibility.worth",
    "sampled.intro",
    "stakes.elsewhere_caption",
    "story.many_runs",
    "sweep.ranges",
    "sweep.side_by_side",
    "sweep.side_by_side_shocks",
    "sweep_lead.over",
    "sweep_lead.over_nothing",
    "sweep_lead.over_towns",
    "sweep_lead.sampled",
    "sweep_open.intro",
    "sweep_where.there",
    "sweep_where.there_and_beyond",
    "towns.ranked",
}
"""Texts that are only said of several things."""


def _forms(text: str | dict[str, str]) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


def _read(language: str) -> Iterator[str]:
    """Everything that is read in a language."""
    for text in catalogue(language).values():
        yield from _forms(text)
    yield from (texts[language] for texts in declared_texts())


@pytest.mark.parametrize("language", languages())
def test_no_text_names_a_parameter_a_lever_a_measure_or_a_choice(language: str) -> None:
    named = {t for t in _read(language) if NAMES & set(re.findall(r"\w+", re.sub(r"{\w+}", "", t)))}
    assert not named


@pytest.mark.parametrize("language", languages())
def test_a_noun_agrees_with_the_number_before_it(language: str) -> None:
    """A number that may be one chooses the form of the noun that follows it."""
    between = "avec|de|des|in|more|not|of|où|sans|sur|with|without"
    noun = rf"{{count}} (?!(?:{between})\b)\w+"
    fixed = {
        key
        for key, text in catalogue(language).items()
        if isinstance(text, str) and re.search(noun, text)
    }
    assert fixed <= SEVERAL


def test_a_change_of_less_than_two_is_singular_in_french() -> None:
    points = Words("fr").unit
    assert [points("points", n) for n in (-1.9, 0.4, 2)] == ["point", "point", "points"]
