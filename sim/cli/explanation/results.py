"""Names in results: measures, counts, map layers, money, and columns of tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.cli.explanation.places import declaration
from sim.experiments.columns import COLUMNS
from sim.measures.indicators import columns
from sim.measures.map_layers import LAYERS
from sim.measures.registry import HEADLINES, MEASURES, MONTHLY
from sim.registry.variables.money import LINE_MEANINGS, SOURCE_MEANINGS
from sim.simulation.provenance import column_words
from sim.territory.territory import ZONES


def _base(name: str) -> str:
    """A name without its zone."""
    zone = next((z for z in ZONES if name.endswith(f"_{z}")), "")
    return name.removesuffix(f"_{zone}")


def _declared_at(name: str) -> str | None:
    return declaration(name, "measures") or declaration(_base(name), "measures")


def measures() -> Iterable[str]:
    """Names of all measures."""
    return dict.fromkeys((*MEASURES, *columns()))


def measure(name: str) -> dict[str, Any]:
    """A measure: what it is, and in which tables."""
    tables = ["runs.parquet", "effects.csv"] if name in MEASURES else []
    tables += ["monthly.parquet"] if name in MONTHLY else []
    tables += ["indicators.csv"] if name in columns() else []
    found = MEASURES.get(name)
    words = column_words(name) if found is None else vars(found)
    return {
        "label": dict(words["label"]),
        "definition": dict(words["definition"]),
        "unit": words["unit"],
        "smallest_relevant": None if found is None else found.relevant,
        "is_headline": name in HEADLINES,
        "tables": tables,
        "at": _declared_at(name),
    }


def count(name: str) -> dict[str, Any]:
    """A count of a month, from which measures are made."""
    return {
        "definition": "A sum over the month, or the state at its end, in simulation.counts.",
        "at": _declared_at(name),
    }


def layer(name: str) -> dict[str, Any]:
    """A layer of a map."""
    found = LAYERS[name]
    return {
        "label": dict(found.label),
        "definition": dict(found.definition),
        "unit": found.unit,
        "evidence": found.evidence,
        "source": found.source,
        "at": declaration(name, "measures/map_layers"),
    }


def money(name: str) -> dict[str, Any]:
    """A source of money or a line of spending."""
    is_source = name in SOURCE_MEANINGS
    return {
        "definition": SOURCE_MEANINGS[name] if is_source else LINE_MEANINGS[name],
        "column": "source" if is_source else "line",
        "tables": ["ledger.csv"],
        "at": declaration(name, "registry/variables"),
    }


def column(name: str) -> dict[str, Any]:
    """A column of a table besides measures, parameters and factors."""
    return {
        "definition": COLUMNS[name].meaning,
        "unit": COLUMNS[name].unit,
        "at": declaration(name, "experiments"),
    }
