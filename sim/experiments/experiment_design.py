"""Read the design of an experiment: its factors and points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from sim.errors import InputError, nearest
from sim.experiments.copula import read_correlations
from sim.experiments.designs import SAMPLED, Design, DesignKind
from sim.experiments.draws import plausible_range, posterior_range
from sim.experiments.experiment import BASELINE, Arms
from sim.experiments.experiment_arms import info_of, value_of
from sim.experiments.factors import SCENARIO, Factor, check_value, read_factor
from sim.registry.parameters import ParameterInfo
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.simulation import LARGEST_SEED


def read_design(content: Mapping[str, Any], scenarios: Arms, where: str) -> Design:
    """Return the design in a file: listed points, or factors and their combination.

    Without factors it is one point. Error messages begin with `where`. Raise `InputError` if a
    sampled design has no factors, or a factor or value is not admissible.
    """
    entry = content.get("design", {"kind": "list" if "points" in content else "full_factorial"})
    if not isinstance(entry, dict):
        raise InputError(f"{where}design must be a table with its kind.")
    keys = ("kind", "size", "seed")
    if unknown := [key for key in entry if key not in keys]:
        raise InputError(f"{where}design: unknown key '{unknown[0]}'.{nearest(unknown[0], keys)}")
    known = get_args(DesignKind)
    kind = entry.get("kind", "full_factorial")
    if kind not in known:
        raise InputError(
            f"{where}design: unknown kind {kind!r}.{nearest(str(kind), known)} "
            f"Known: {', '.join(known)}."
        )
    arms = next(iter(scenarios.values()))
    try:
        if kind == "list":
            read_correlations(content, (), kind, where)
            return _listed(content, arms, where)
        if "points" in content:
            raise InputError(f"points belong to a design of kind 'list', not '{kind}'.")
        factors = _factors(content, arms, where)
        sizes = (1, 10_000_000) if kind in SAMPLED else (0, 0)
        size = read_whole(entry, "size", 64 if kind in SAMPLED else 0, *sizes, f"{where}design: ")
        seed = read_whole(entry, "seed", 0, 0, LARGEST_SEED, f"{where}design: ")
        for factor in factors:
            if kind == "full_factorial" and factor.levels is None:
                raise InputError(f"factor '{factor.name}' needs levels in a full_factorial design.")
        if not factors and kind in SAMPLED:
            raise InputError("the design is empty; name what is varied under [factors].")
        correlations = read_correlations(content, factors, kind, where)
        return Design(kind, factors, size, seed, correlations=correlations)
    except InputError as error:
        text = str(error)
        raise InputError(text if text.startswith(where) else where + text) from None


def _factors(
    content: Mapping[str, Any], arms: Mapping[str, Scenario], where: str
) -> tuple[Factor, ...]:
    entries = content.get("factors", {})
    if not isinstance(entries, dict):
        raise InputError(f"{where}factors must be a table, such as cluster_size = [0, 20, 40].")
    found = []
    for name, entry in entries.items():
        if name == SCENARIO:
            found.append(read_factor(name, entry, None, None, where))
            continue
        if isinstance(entry, dict) and not set(entry) & {
            "levels",
            "distribution",
            "low",
            "high",
            "mean",
            "sd",
        }:
            name, entry = _dotted(name, entry)
        info, value = info_of(name, arms, f"{where}factors: "), value_of(name, arms)
        if isinstance(entry, dict) and "distribution" in entry:
            info, value = _in_the_scenario(info, value, arms[BASELINE])
        found.append(read_factor(name, entry, info, value, where))
        if name in content.get("settings", {}):
            raise InputError(f"{where}'{name}' stands under both factors and settings.")
    return tuple(found)


def _in_the_scenario(info: ParameterInfo, value: Any, base: Scenario) -> tuple[ParameterInfo, Any]:
    """Give a parameter its plausible range in the scenario; a lever keeps its own.

    That of a posterior goes from 5 to 95 %, with the median as the value.
    """
    posterior = base.drawn_from
    if info != PARAMETERS.get(info.name) or info.plausible is None:
        return info, value
    if posterior is None or info.name not in posterior.parameters:
        if value == info.default:
            return info, value  # as it is declared, without rounding
        moved = plausible_range(info, float(value))
        return replace(info, plausible=(moved.low, moved.high)), value
    within = posterior_range(base, posterior, info.name, 0.9)
    mode = round(within.mode) if info.kind is int else within.mode
    return replace(info, plausible=(within.low, within.high)), mode


def _dotted(name: str, entry: Any) -> tuple[str, Any]:
    """Join nested keys, since TOML reads an unquoted ``intervention.lever`` as a nested table."""
    (lever, inner), *more = entry.items() if entry else [("", None)]
    return (f"{name}.{lever}", inner) if lever and not more else (name, entry)


def _listed(content: Mapping[str, Any], arms: Mapping[str, Scenario], where: str) -> Design:
    points = content.get("points")
    if "factors" in content:
        raise InputError("a list has points in place of factors.")
    if not isinstance(points, list) or not points or not all(isinstance(p, dict) for p in points):
        raise InputError("a design of kind 'list' needs [[points]], each with values of factors.")
    names = tuple(dict.fromkeys(name for point in points for name in point))
    if not names:
        raise InputError("the design is empty; give some point a value.")
    infos = {name: info_of(name, arms, f"{where}points: ") for name in names}
    values = {name: value_of(name, arms) for name in names}
    listed = tuple(
        tuple(
            check_value(p[n], infos[n], f"{where}points: '{n}'") if n in p else values[n]
            for n in names
        )
        for p in points
    )
    if len(set(listed)) < len(listed):
        raise InputError("points: a point stands twice.")
    factors = tuple(
        Factor(
            n,
            infos[n].kind,
            levels=tuple(dict.fromkeys(row[k] for row in listed)),
            unit=infos[n].unit,
            label=dict(infos[n].label),
        )
        for k, n in enumerate(names)
    )
    return Design("list", factors, listed=listed)


def read_whole(
    content: Mapping[str, Any], key: str, default: int, low: int, high: int, where: str
) -> int:
    """Read a whole number within bounds, or return the default."""
    value = content.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise InputError(
            f"{where}{key} = {value!r} is not admissible; "
            f"expected a whole number from {low} to {high}."
        )
    return value
