"""Names in results: measures, counts, map layers, money, and columns of tables."""

from __future__ import annotations

from typing import Any, Final

from sim.cli.explanation.places import construction, declaration, mentions, modules
from sim.experiments.columns import COLUMNS
from sim.measures.map_layers import LAYERS
from sim.measures.registry import HEADLINES, MEASURES, MONTHLY, OUTCOMES, ROLLING
from sim.registry.variables.money import LINE_MEANINGS, SOURCE_MEANINGS
from sim.territory.territory import ZONES

_DECLARED: Final = ("measures/shops", "measures/people", "measures/projects", "measures/equity")
"""Modules that declare measures."""


def measure(name: str) -> dict[str, Any]:
    """A measure: what it is, which direction is good, and its window in each table."""
    found = MEASURES[name]
    windows = {"indicators.csv": "month"} if name in MONTHLY else {}
    windows |= {"monthly.parquet": "last_year"} if name in ROLLING else {}
    if name in OUTCOMES:
        windows |= {"runs.parquet": found.window, "effects.csv": found.window}
    return {
        "label": dict(found.label),
        "definition": dict(found.definition),
        "unit": found.unit,
        "wanted": {1: "more", -1: "less", 0: None}[found.good],
        "smallest_relevant": found.relevant,
        "smallest_relevant_share": found.relevant_share or None,
        "is_headline": name in HEADLINES,
        "windows": [{"table": table, "window": window} for table, window in windows.items()],
        "at": construction(found.base, "Measure", *_DECLARED),
    }


def count(name: str) -> dict[str, Any]:
    """A count of a month, from which measures are made."""
    base = name.removesuffix(f"_{next((z for z in ZONES if name.endswith(f'_{z}')), None)}")
    return {
        "definition": "A sum over the month, or the state at its end, in simulation.counts.",
        "read_at": mentions(base, *modules(*_DECLARED)),
        "at": declaration(base, "measures/counting"),
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
        "at": construction(name, "Layer", "measures/map_layers"),
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
