"""The choices of the page: territories, interventions, sliders, layers, charts and their texts.

All come from the registries that the command line and the documentation use.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sim.app.board import LEAST
from sim.app.ends import KINDS
from sim.app.guard import LARGEST_UPLOAD
from sim.app.pair import CHARTS
from sim.app.replications import LOOKS
from sim.app.request import LARGEST_GRID, LONGEST, Catalogue
from sim.app.uploads import MOST_FILES
from sim.experiments.budget import LARGEST_BUDGET
from sim.interventions import TYPES, Intervention
from sim.measures.map_colours import LESS_TO_MORE
from sim.measures.map_layers import LAYERS
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.registry.catalogues import third_place_kinds
from sim.registry.parameters import ParameterInfo
from sim.registry.settings import Setting
from sim.report.quantity import Quantity
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.version import MODEL_VERSION, package_version
from sim.words.catalogue import Words, catalogue
from sim.words.folders import ENGLISH, Language, languages
from sim.words.language import conventions, typeset
from sim.words.sources import source_in

MOST_STEPS: Final = 120
"""Months per frame."""


FIRST: Final = (
    "online_share_2030",
    "starting_vacancy",
    "spending_growth_after_2024",
    "cost_growth_after_2024",
    "periphery_growth_after_2024",
    "transition_births",
)
"""Parameters that the page shows first: those of a place and of the world around it that move the
headline outcomes most over ten years."""

EVERYDAY: Final = "everyday"
"""Section of everyday words by which settings are found."""


def offer(choice: Catalogue) -> dict[str, Any]:
    """Return all choices and texts of the page as JSON values."""
    return {
        "package_version": package_version(),
        "model_version": MODEL_VERSION,
        "scenarios": [offered_scenario(name, s) for name, s in choice.scenarios.items()],
        "interventions": [_intervention(i) for i in choice.interventions.values()],
        "groups": {i.group: _texts(f"groups.{i.group}") for i in PARAMETERS.values()},
        "parameters": [_info(i) for i in PARAMETERS.values() if i.name != "file"],
        "first": FIRST,
        "kinds": {k.name: _typeset(k.label) for k in third_place_kinds()},
        "layers": [
            {
                **_named(layer),
                "definition": _typeset(layer.definition),
                "source": _source(layer.source),
                "evidence": layer.evidence,
                "colours": layer.colours,
            }
            for layer in LAYERS.values()
        ],
        "differences": LESS_TO_MORE,
        "charts": [_chart(name) for name in CHARTS],
        "headlines": list(HEADLINES),
        "choices": {c: _texts(f"choices.{c}") for c in _choices()},
        "evidence": {
            m: _texts(f"page_evidence.{m}") for m in ("found", "derived", "recalled", "assumed")
        },
        "words": {
            key.removeprefix("ui."): _texts(key)
            for key in catalogue(ENGLISH)
            if key.startswith("ui.")
        },
        "languages": {
            lang: {"name": its.name, "locale": str(its.locale).replace("_", "-")}
            for lang, its in ((lang, conventions(lang)) for lang in languages())
        },
        "limits": {
            "cells": LARGEST_GRID,
            "months": LONGEST,
            "steps": MOST_STEPS,
            "upload_bytes": LARGEST_UPLOAD,
            "upload_files": MOST_FILES,
            "replications": list(LOOKS),
            "budget": [LEAST, LARGEST_BUDGET],
        },
    }


def _typeset(texts: Mapping[str, str]) -> dict[str, str]:
    """Typeset texts by language; missing texts stay missing."""
    return {lang: typeset(texts[lang], lang) for lang in languages()}


def _texts(key: str) -> dict[str, str | dict[str, str]]:
    return {lang: Words(lang).template(key) for lang in languages()}


def _units(unit: str) -> dict[str, str]:
    """Return a unit in words; pure numbers and shares have none."""
    if unit in ("1", "share"):
        return dict.fromkeys(languages(), "")
    return {lang: Words(lang).unit(unit) for lang in languages()}


def _named(thing: Any) -> dict[str, Any]:
    """Describe what all that has a name and a unit has in common."""
    return {
        "name": thing.name,
        "unit": _units(thing.unit),
        "is_share": thing.unit == "share",
        "label": _typeset(thing.label),
    }


def _source(source: str) -> dict[str, str]:
    return {lang: source_in(source, lang) for lang in languages()}


def _sources(settings: Mapping[str, Setting]) -> dict[str, dict[str, Any]]:
    return {n: {"source": _source(s.source), "evidence": s.evidence} for n, s in settings.items()}


def offered_scenario(name: str, scenario: Scenario) -> dict[str, Any]:
    """Describe a territory under the name by which the page asks for it."""
    return {
        "name": name,
        "title": _typeset(scenario.title),
        "description": _typeset(scenario.description),
        "is_imported": bool(scenario.values["file"]),
        "values": {n: v for n, v in scenario.values.items() if n != "file"},
        "sources": _sources(scenario.settings),
    }


def _intervention(intervention: Intervention) -> dict[str, Any]:
    return {
        "name": intervention.name,
        "title": _typeset(intervention.title),
        "description": _typeset(intervention.description),
        "values": intervention.values,
        "levers": [_info(info) for info in intervention.kind.infos.values()],
        "shares": intervention.levers.SHARES,
        "first": intervention.kind.first or list(intervention.kind.infos),
        "sources": _sources(intervention.settings),
    }


def _info(info: ParameterInfo) -> dict[str, Any]:
    return {
        **_named(info),
        "group": info.group,
        "kind": info.kind.__name__,
        "default": info.default,
        "low": info.low,
        "high": info.high,
        "choices": list(info.choices),
        "help": _typeset(info.help),
        "source": _source(info.source),
        "evidence": info.evidence,
        "plausible": list(info.plausible) if info.plausible else None,
        "everyday": {lang: _everyday(info, lang) for lang in languages()},
    }


def _everyday(info: ParameterInfo, language: Language) -> str:
    """Return everyday words for a setting, its group, and what it chooses among."""
    words = Words(language)
    keys = [f"{EVERYDAY}.{name}" for name in (info.name, info.group)]
    found = [str(words.template(key)) for key in keys if words.knows(key)]
    found += [words.choice(choice) for choice in info.choices]
    if info.name == KINDS:
        found += [kind.label[language] for kind in third_place_kinds()]
    return " ".join(found)


def _chart(name: str) -> Mapping[str, Any]:
    measure = OUTCOMES[name]
    least = measure.relevant or measure.relevant_share * 100.0
    return {
        **_named(measure),
        "definition": _typeset(measure.definition_over("last_year")),
        "digits": max(0, Quantity(measure.unit, least, ENGLISH).digits - 1),  # as in texts
    }


def _choices() -> list[str]:
    """Return the admissible words of a parameter or lever."""
    infos = [*PARAMETERS.values(), *(i for one in TYPES.values() for i in one.infos.values())]
    return list(dict.fromkeys(choice for info in infos for choice in info.choices))
