"""Where things of the model are written down: rules, parameters, who reads and writes what."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from sim.errors import InputError, nearest
from sim.measures.indicators import INDICATORS, columns
from sim.processes.month import MONTH
from sim.processes.process import Process
from sim.registry.variables import VARIABLES
from sim.scenario.schema import PARAMETERS, Parameters
from sim.simulation.provenance import column_words

__all__ = ["explain", "explainable"]

PACKAGE = Path(__file__).parents[1]


def explainable() -> list[str]:
    """Every name that `explain` knows."""
    names = [p.name for p in MONTH]
    return list(dict.fromkeys([*names, *PARAMETERS, *VARIABLES, *INDICATORS, *columns()]))


def explain(name: str) -> list[dict[str, Any]]:
    """Explain a process, a parameter, a variable or an indicator.

    Parameters
    ----------
    name : str
        Such as ``shop_closure``, ``closure_rate``, ``premises.margin`` or ``retail_vacancy``.

    Returns
    -------
    list of dict
        JSON values, one entry for each thing of that name, with its ``kind``.

    Raises
    ------
    InputError
        If nothing is called so; the nearest name is given.
    """
    found = [_process(p) for p in MONTH if p.name == name]
    if name in PARAMETERS:
        found.append(_parameter(name))
    if name in VARIABLES:
        found.append(_variable(name))
    if name in columns():
        found.append(_indicator(name))
    if not found:
        if name in Parameters.model_fields:
            raise InputError(f"'{name}' is a group of parameters; see 'sim params {name}'.")
        raise InputError(
            f"nothing is called '{name}'.{nearest(name, explainable())}"
            " Known are processes, parameters, variables and indicators."
        )
    return found


def _process(process: Process) -> dict[str, Any]:
    kernel = getattr(process.kernel, "py_func", process.kernel)
    path = Path(inspect.getfile(kernel))
    module = sys.modules[kernel.__module__]
    return {
        "kind": "process",
        "name": process.name,
        "title": dict(process.title),
        "place_in_month": [p.name for p in MONTH].index(process.name) + 1,
        "processes_in_month": len(MONTH),
        "rule": inspect.getdoc(module) or "",
        "code": _rules(path),
        "parameters": [_parameter_line(n) for n in process.parameters],
        "reads": [_variable_line(n) for n in process.reads if n not in process.writes],
        "writes": [_variable_line(n) for n in process.writes],
        "at": _at(path, kernel.__code__.co_firstlineno),
    }


def _parameter_line(name: str) -> dict[str, Any]:
    info = PARAMETERS[name]
    return {
        "name": name,
        "value": info.default,
        "unit": info.unit,
        "evidence": info.evidence,
        "source": info.source,
    }


def _parameter(name: str) -> dict[str, Any]:
    info = PARAMETERS[name]
    group: Any = Parameters.model_fields[info.group].annotation
    path = Path(inspect.getfile(group))
    line = _line(path, rf"^    {re.escape(name)}: ")
    return {
        "kind": "parameter",
        **_parameter_line(name),
        "group": info.group,
        "label": dict(info.label),
        "help": dict(info.help),
        "admits": info.admits(),
        "role": info.role,
        "read_by": [p.name for p in MONTH if name in p.parameters],
        "mentioned_at": _mentions(name),
        "at": _at(path, line),
    }


def _variable_line(name: str) -> dict[str, Any]:
    variable = VARIABLES[name]
    return {"name": name, "unit": variable.unit, "meaning": variable.meaning}


def _variable(name: str) -> dict[str, Any]:
    variable = VARIABLES[name]
    pattern = f'"{re.escape(name)}"'
    path = _file_of("registry/variables", pattern)
    writers = [p for p in MONTH if name in p.writes]
    readers = [p for p in MONTH if name in p.reads and name not in p.writes]
    return {
        "kind": "variable",
        **_variable_line(name),
        "dimensions": list(variable.dimensions),
        "dtype": variable.dtype,
        "written_by": [{"process": p.name, "at": _kernel_at(p)} for p in writers],
        "read_by": [{"process": p.name, "at": _kernel_at(p)} for p in readers],
        "mentioned_at": _mentions(name),
        "at": _at(path, _line(path, pattern)),
    }


def _indicator(name: str) -> dict[str, Any]:
    base = max((i for i in INDICATORS if name == i or name.startswith(f"{i}_")), key=len)
    # Indicators of each kind and dimension are declared together, as f"births_{kind}".
    family = base.rpartition("_")[0]
    pattern = rf'^ +("{base}"|f"{family}_\{{.*\}}"),'
    path = _file_of("measures", pattern)
    return {
        "kind": "indicator",
        "name": name,
        **column_words(name),
        "by_zone": INDICATORS[base].by_zone,
        "is_flow": INDICATORS[base].is_flow,
        "at": _at(path, _line(path, pattern)),
    }


def _kernel_at(process: Process) -> str:
    kernel = getattr(process.kernel, "py_func", process.kernel)
    return _at(Path(inspect.getfile(kernel)), kernel.__code__.co_firstlineno)


def _rules(path: Path) -> list[dict[str, Any]]:
    """The scalar rules of a file, as they are written in it."""
    text = path.read_text(encoding="utf-8")
    found = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(d, ast.Name) and d.id == "rule" for d in node.decorator_list
        ):
            source = ast.get_source_segment(text, node) or ""
            found.append({"name": node.name, "source": source, "at": _at(path, node.lineno)})
    return found


@cache
def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines())


def _file_of(folder: str, pattern: str) -> Path:
    """The file of a package in which a line matches."""
    for path in sorted((PACKAGE / folder).glob("*.py")):
        if any(re.search(pattern, line) for line in _lines(path)):
            return path
    return PACKAGE / folder / "__init__.py"


def _line(path: Path, pattern: str) -> int:
    return next((i for i, line in enumerate(_lines(path), 1) if re.search(pattern, line)), 1)


def _mentions(name: str) -> list[str]:
    """Where the name is looked up outside of the kernels, which take it as an argument."""
    return _lookups().get(name, [])


@cache
def _lookups() -> dict[str, list[str]]:
    """Places of each text constant in the model's sources, with the function it stands in."""
    found: dict[str, list[str]] = {}
    rooms = ("mesa_face", "registry", "simulation", "scenario", "start", "territory")
    for path in sorted(p for room in rooms for p in (PACKAGE / room).glob("*.py")):
        if path.stem in ("explain", "indicators", "variables"):
            continue
        for top in ast.parse(path.read_text(encoding="utf-8")).body:
            for node in ast.walk(top):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    place = f"{_at(path, node.lineno)} ({getattr(top, 'name', 'module')})"
                    found.setdefault(node.value, []).append(place)
    return found


def _at(path: Path, line: int) -> str:
    return f"{path.relative_to(PACKAGE.parent).as_posix()}:{line}"
