"""Meaning, declaration and users of each name that a user can read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

from sim.cli.explanation import choices, model, results
from sim.errors import InputError, nearest
from sim.experiments.columns import COLUMNS
from sim.interventions import LEVERS, TYPES
from sim.measures.counting import COUNTS
from sim.measures.map_layers import LAYERS
from sim.measures.registry import MEASURES, RENAMED
from sim.processes.month import MONTH
from sim.registry.variables import VARIABLES
from sim.registry.variables.money import LINES, SOURCES
from sim.scenario.schema import PARAMETERS

__all__ = ["KINDS", "explain", "explainable"]

Names = Callable[[], Iterable[str]]
Describe = Callable[[str], dict[str, Any]]

KINDS: Final[Mapping[str, tuple[Names, Describe]]] = MappingProxyType(
    {
        "process": (lambda: [p.name for p in MONTH], model.process),
        "parameter": (lambda: PARAMETERS, model.parameter),
        "parameter table": (model.groups, model.group),
        "lever": (lambda: LEVERS, choices.lever),
        "intervention type": (lambda: TYPES, choices.intervention_type),
        "intervention": (choices.interventions, choices.intervention),
        "kind": (choices.catalogue_kinds, choices.catalogue_kind),
        "catalogue column": (choices.catalogue_columns, choices.catalogue_column),
        "measure": (lambda: MEASURES, results.measure),
        "variable": (lambda: VARIABLES, model.variable),
        "count": (lambda: COUNTS, results.count),
        "map layer": (lambda: LAYERS, results.layer),
        "money": (lambda: (*SOURCES, *LINES), results.money),
        "column": (lambda: COLUMNS, results.column),
        "scenario": (choices.scenarios, choices.scenario),
        "experiment": (choices.experiments, choices.experiment),
    }
)
"""Kinds of things that have a name: what their names are, and what to say about one of them."""


def explainable() -> list[str]:
    """Return every name that `explain` knows."""
    return list(dict.fromkeys(name for names, _ in KINDS.values() for name in names()))


def explain(name: str) -> list[dict[str, Any]]:
    """Explain a name.

    Parameters
    ----------
    name : str
        Such as ``shop_closure``, ``closure_rate``, ``cluster_size``, ``premises.margin``,
        ``retail_vacancy`` or ``lo90``.

    Returns
    -------
    list of dict
        JSON values, one entry for each kind of thing that has the name: its ``kind`` and ``name``,
        then what there is to say about a thing of that kind.

    Raises
    ------
    InputError
        If nothing has that name; the nearest name is given.
    """
    found = [
        {"kind": kind, "name": name, **describe(name)}
        for kind, (names, describe) in KINDS.items()
        if name in names()
    ]
    if not found and name in RENAMED:
        raise InputError(f"the measure '{name}' is called '{RENAMED[name]}' now.")
    if not found:
        raise InputError(
            f"nothing is called '{name}'.{nearest(name, explainable())} Known are processes, "
            "parameters, levers, interventions, catalogues, variables, measures, counts, columns "
            "of tables, scenarios and experiments."
        )
    return found
