"""A made-up language: English in brackets with an accent on every vowel, written as files alone."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from sim.words.catalogue import catalogue
from sim.words.folders import ENGLISH, FOLDER
from tests.words.declared import declared_sources, declared_texts

PSEUDO = "xx"

_ACCENTS = str.maketrans("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ")
_LEFT = re.compile(r"\b[^\W\d_]*[aeiouyAEIOUY][^\W\d_]*\b")
"""A word with a vowel that has no accent: English."""


def accented(text: str) -> str:
    """English in the made-up language; what stands in braces stays."""
    if not text.strip():
        return text
    parts = re.split(r"({\w*})", text)
    return f"[{''.join(p if p.startswith('{') else p.translate(_ACCENTS) for p in parts)}]"


def english_in(text: str) -> list[str]:
    """The English words that a text holds."""
    return _LEFT.findall(text)


def add_pseudo_language(folder: Path) -> None:
    """Write the folder of the made-up language beside those that there are."""
    for language in FOLDER.glob("*/language.toml"):
        (folder / language.parent.name).symlink_to(language.parent)
    new = folder / PSEUDO
    new.mkdir()
    (new / "language.toml").write_text(f'name = "{accented("Made up")}"\nlocale = "en"\n')
    keys = dict(catalogue(ENGLISH))
    keys |= {path: texts[ENGLISH] for texts in declared_texts() for path in texts.paths[-1:]}
    (new / "words.toml").write_text("\n".join(_lines(keys)), encoding="utf-8")
    sentences = tomllib.loads((FOLDER / "fr" / "errors.toml").read_text(encoding="utf-8"))
    pairs = [f"{_quoted(said)} = {_quoted(accented(said))}" for said in sentences]
    (new / "errors.toml").write_text("\n".join(pairs), encoding="utf-8")
    sources = [
        f"{_quoted(said)} = {_quoted(accented(said))}" for said in sorted(declared_sources())
    ]
    (new / "sources.toml").write_text("\n".join(sources), encoding="utf-8")


def _lines(keys: Mapping[str, str | dict[str, str]]) -> Iterator[str]:
    for key, text in keys.items():
        section, _, name = key.partition(".")
        path = ".".join(_quoted(part) for part in (section, *name.split(".")))
        if isinstance(text, dict):
            yield from (f"{path}.{form} = {_quoted(accented(t))}" for form, t in text.items())
        else:
            yield f"{path} = {_quoted(accented(text))}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
