"""Processes, parameters and variables: what a month does, with what values and on which arrays."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from sim.cli.explanation.access import READ, WRITE, accesses, kernel_reads
from sim.cli.explanation.places import at, class_line, declaration, mentions, text_of, tree_of
from sim.processes.month import MONTH
from sim.processes.process import Process
from sim.registry.parameters import ParameterInfo
from sim.registry.variables import VARIABLES
from sim.scenario.posterior import default_posterior
from sim.scenario.schema import PARAMETERS, AllParameters


def process(name: str) -> dict[str, Any]:
    """A process with its rules, and all that it takes."""
    place, found = next((n, p) for n, p in enumerate(MONTH, 1) if p.name == name)
    kernel = _kernel(found)
    path = Path(inspect.getfile(kernel))
    return {
        "label": dict(found.title),
        "place_in_month": f"{place} of {len(MONTH)}",
        "rule": inspect.getdoc(sys.modules[kernel.__module__]) or "",
        "code": _rules(path),
        "parameters": [parameter_row(PARAMETERS[n]) for n in found.parameters],
        "reads": [variable_row(n) for n in _read(found)],
        "writes": [variable_row(n) for n in found.writes],
        "at": _kernel_at(found),
    }


def _kernel(process: Process) -> Any:
    return getattr(process.kernel, "py_func", process.kernel)


def _kernel_at(process: Process) -> str:
    kernel = _kernel(process)
    return at(Path(inspect.getfile(kernel)), kernel.__code__.co_firstlineno)


@cache
def _read(process: Process) -> tuple[str, ...]:
    """Variables that a process reads; of those it writes, the ones whose values it uses."""
    module = _kernel(process).__module__
    return tuple(v for v in process.reads if v not in process.writes or kernel_reads(module, v))


def _rules(path: Path) -> list[dict[str, str]]:
    """The scalar rules of a file, as they are written in it."""
    return [
        {
            "name": node.name,
            "source": ast.get_source_segment(text_of(path), node) or "",
            "at": at(path, node.lineno),
        }
        for node in tree_of(path).body
        if isinstance(node, ast.FunctionDef) and "rule" in map(ast.unparse, node.decorator_list)
    ]


def parameter_row(info: ParameterInfo) -> dict[str, Any]:
    """A parameter as a row of a table."""
    return {
        "name": info.name,
        "default": info.default,
        "unit": info.unit,
        "evidence": info.evidence,
        "source": info.source,
    }


def parameter(name: str) -> dict[str, Any]:
    """A parameter with its source, and everyone who uses it."""
    info = PARAMETERS[name]
    group: Any = AllParameters.model_fields[info.group].annotation
    return {
        "label": dict(info.label),
        "definition": dict(info.help),
        "group": info.group,
        **declared(info),
        **_fitted(info.name),
        "read_by": [{"by": p.name, "at": _kernel_at(p)} for p in MONTH if name in p.parameters],
        "mentioned_at": mentions(name),
        "at": class_line(group, name),
    }


def _fitted(name: str) -> dict[str, Any]:
    """Return the interval of a parameter in the default posterior, and the figures behind it."""
    posterior = default_posterior()
    if posterior is None or name not in posterior.parameters:
        return {}
    low, median, high = (float(f"{figure:.3g}") for figure in posterior.interval(name))
    return {
        "posterior": {"5 %": low, "median": median, "95 %": high},
        "figures": [
            {"figure": figure, **{key: band.get(key) for key in ("low", "high", "unit", "source")}}
            for figure, band in posterior.figures(name).items()
        ],
    }


def declared(info: ParameterInfo) -> dict[str, Any]:
    """Return what the declaration of a parameter or lever says besides words."""
    return {
        "default": info.default,
        "unit": info.unit,
        "admits": info.admits(),
        "plausible": list(info.plausible) if info.plausible else None,
        "role": info.role,
        "evidence": info.evidence,
        "source": info.source,
    }


def groups() -> list[str]:
    """Tables of a scenario file that have another name than their process."""
    processes = {p.name for p in MONTH}
    return [name for name in AllParameters.model_fields if name not in processes]


def group(name: str) -> dict[str, Any]:
    """A table of a scenario file, with its parameters."""
    found: Any = AllParameters.model_fields[name].annotation
    return {
        "definition": inspect.getdoc(found) or "",
        "parameters": [parameter_row(i) for i in PARAMETERS.values() if i.group == name],
        "at": at(Path(inspect.getfile(found)), inspect.getsourcelines(found)[1]),
    }


def variable_row(name: str) -> dict[str, str]:
    """A variable as a row of a table."""
    found = VARIABLES[name]
    return {"name": name, "unit": found.unit, "meaning": found.meaning}


def variable(name: str) -> dict[str, Any]:
    """An array of the state, with everyone who writes and who reads it."""
    found = VARIABLES[name]
    elsewhere = accesses(name)

    def uses(processes: Sequence[Process], mode: str) -> list[dict[str, str]]:
        return [
            *({"by": p.name, "at": _kernel_at(p)} for p in processes),
            *({"by": a.by, "at": a.at} for a in elsewhere if a.mode == mode),
        ]

    return {
        "definition": found.meaning,
        "unit": found.unit,
        "dtype": found.dtype,
        "dimensions": list(found.dimensions),
        "written_by": uses([p for p in MONTH if name in p.writes], WRITE),
        "read_by": uses([p for p in MONTH if name in _read(p)], READ),
        "at": declaration(name, "registry"),
    }
