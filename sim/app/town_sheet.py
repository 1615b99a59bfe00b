"""The balance sheet of a visitor's town in every language: which file is what, figures, remarks."""

from __future__ import annotations

from typing import Any

from sim.simulation.balance import figure_in_words, remarks_in_words
from sim.territory.remedies import Remedy, sentence
from sim.words.catalogue import Words
from sim.words.folders import languages


def town_sheet(read: dict[str, Any]) -> dict[str, Any]:
    """Return the texts of what `sim.app.read_town` found, by language."""
    balance = read["balance"]
    archetype = balance["archetype"]
    said = {
        lang: [
            f"{remark} {sentence(Remedy(**remedy).on_page(lang))}" if remedy else remark
            for remark, remedy in zip(
                remarks_in_words({"balance_sheet": balance}, lang), read["remedies"], strict=True
            )
        ]
        for lang in languages()
    }
    return {
        "files": read["files"],
        "kind": {lang: Words(lang)(f"balance_kinds.{archetype}") for lang in languages()},
        "figures": [
            {
                lang: figure_in_words(name, one["here"], one["archetype"], lang)
                for lang in languages()
            }
            for name, one in balance["figures"].items()
        ],
        "remarks": [
            {"text": {lang: said[lang][k] for lang in said}, "is_doubt": remark["is_doubt"]}
            for k, remark in enumerate(balance["remarks"])
        ],
    }
