"""Names in results: measures, counts, map layers, money, and columns of tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sim.cli.explanation.places import declaration
from sim.experiments.columns import COLUMNS
from sim.measures.map_layers import LAYERS
from sim.measures.registry import HEADLINES, MEASURES, MONTHLY, OUTCOMES, ROLLING
from sim.registry.variables.money import LINE_MEANINGS, SOURCE_MEANINGS
from sim.territory.territory import ZONES


def measures() -> Iterable[str]:
    """Names of all measures."""
    return MEASURES


def measure(name: str) -> dict[str, Any]:
    """A measure: what it is, and in which tables, by window."""
    found = MEASURES[name]
    tables = [f"runs.parquet and effects.csv ({found.window})"] if name in OUTCOMES else []
    tables += ["monthly.parquet (last_year)"] if name in ROLLING else []
    tables += ["indicators.csv (month)"] if name in MONTHLY else []
    return {
        "label": dict(found.label),
        "definition": dict(found.definition),
        "unit": found.unit,
        "smallest_relevant": found.relevant,
        "is_headline": name in HEADLINES,
        "tables": tables,
        "at": declaration(found.base, *(f"measures/{m}" for m in ("shops", "people", "projects"))),
    }


def count(name: str) -> dict[str, Any]:
    """A count of a month, from which measures are made."""
    zone = next((z for z in ZONES if name.endswith(f"_{z}")), None)
    return {
        "definition": "A sum over the month, or the state at its end, in simulation.counts.",
        "at": declaration(name.removesuffix(f"_{zone}"), "measures/counting"),
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
