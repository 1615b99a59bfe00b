"""Sources of numbers reach readers in their language, with the same numbers, names and pages."""

import re
import tomllib

import pytest

from sim.words.folders import ENGLISH, FOLDER, languages
from sim.words.sources import source_in
from tests.words.declared import declared_sources

OTHERS = [language for language in languages() if language != ENGLISH]


def _kept(source: str) -> list[str]:
    """Digits of numbers, whatever separates them, and addresses."""
    source = source.replace("m2", "m²")
    addresses = re.findall(r"10\.\d{4}/\S*\w|[\w./-]+(?:\.md|\.org|\.fr|/calibration)", source)
    for address in addresses:
        source = source.replace(address, "")
    return sorted([*addresses, *re.findall(r"\d+", re.sub(r"(?<=\d)[., ](?=\d)", "", source))])


@pytest.mark.parametrize("language", OTHERS)
def test_every_source_is_translated_and_none_is_left_over(language: str) -> None:
    pairs = tomllib.loads((FOLDER / language / "sources.toml").read_text(encoding="utf-8"))
    assert set(pairs) == declared_sources()
    assert source_in("no end is planned", language) != "no end is planned"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translated_source_keeps_its_numbers_and_addresses(language: str) -> None:
    pairs = tomllib.loads((FOLDER / language / "sources.toml").read_text(encoding="utf-8"))
    assert {s: _kept(s) for s in pairs} == {s: _kept(told) for s, told in pairs.items()}
