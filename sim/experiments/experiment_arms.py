"""Arms of an experiment: its scenarios with and without interventions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.errors import InputError
from sim.experiments.experiment import BASELINE, Arms, is_set_in
from sim.experiments.factors import SCENARIO
from sim.interventions import LEVERS, TYPES, Intervention
from sim.registry.parameters import ParameterInfo
from sim.registry.user_files import is_file
from sim.scenario.scenario import Scenario, load_scenario, read_interventions
from sim.scenario.schema import PARAMETERS, right_name

Treatments = Mapping[str, tuple[Intervention, ...]]
"""Interventions by arm."""


def read_arms(content: Mapping[str, Any], path: Path) -> Arms:
    """Return the arms of every scenario of the experiment, with its settings and months."""
    named = content.get("scenario", "mid_sized_town")
    factors = content.get("factors", {})
    levels = factors.get(SCENARIO) if isinstance(factors, dict) else None
    if isinstance(levels, dict):
        levels = levels.get("levels")
    names = levels if isinstance(levels, list) else [named]
    treatments = read_treatments(content.get("interventions", []), path)
    found = {}
    for name in names:
        if not isinstance(name, str):
            raise InputError(
                f"{path}: scenario = {name!r} must be the name of a scenario or a file."
            )
        if name not in found:
            found[name] = arms_of(scenario_beside(name, path), treatments, content, str(path))
    return found


def scenario_beside(name: str, path: Path) -> Scenario:
    """Load a scenario by name, or a file next to the experiment's."""
    beside = path.parent / name
    try:
        return load_scenario(beside if is_file(beside) else name)
    except InputError as error:
        raise InputError(f"{path}: scenario: {error}") from None


def read_treatments(entries: Any, path: Path) -> Treatments:
    """Return interventions by arm: each alone, those of an inner list together."""
    if not isinstance(entries, list):
        raise InputError(f'{path}: interventions must be a list, such as ["transition_cluster"].')
    found: dict[str, tuple[Intervention, ...]] = {}
    for entry in entries:
        called, listed = _named(entry, path)
        together = read_interventions(listed, path)
        name = called or " + ".join(i.name for i in together)
        if not together or name == BASELINE:
            raise InputError(f"{path}: interventions: {entry!r} is nothing to be tried.")
        if name in found:
            raise InputError(f"{path}: interventions: '{name}' stands twice.")
        found[name] = together
    return found


def _named(entry: Any, path: Path) -> tuple[str, list[Any]]:
    """Return the name of an arm, empty if its interventions name it, and its content."""
    if not isinstance(entry, dict) or "together" not in entry:
        return "", entry if isinstance(entry, list) else [entry]
    name, listed = entry.get("name"), entry["together"]
    if set(entry) != {"name", "together"} or not isinstance(listed, list):
        raise InputError(
            f"{path}: interventions: what is done together takes a name and a list, "
            'such as { name = "both", together = ["facade", "rent_relief"] }.'
        )
    if not isinstance(name, str) or not name.isidentifier():
        raise InputError(
            f"{path}: interventions: name = {name!r} is not one of letters, digits and underscores."
        )
    return name, listed


def arms_of(
    base: Scenario, treatments: Treatments, content: Mapping[str, Any], path: str
) -> dict[str, Scenario]:
    """Return the arms of a scenario with an experiment's settings; errors begin with `path`."""
    settings = content.get("settings", {})
    if not isinstance(settings, dict):
        raise InputError(f"{path}: settings must be a table of parameters and levers.")
    if "months" in content:
        settings = {**settings, "months": content["months"]}
    arms = {BASELINE: base} | {
        name: replace(base, interventions=(*base.interventions, *together))
        for name, together in treatments.items()
    }
    for name in settings:
        info_of(name, arms, f"{path}: settings: ")
    try:
        arms = {
            name: arm.replace(**{n: v for n, v in settings.items() if is_set_in(arm, n)})
            for name, arm in arms.items()
        }
    except InputError as error:
        raise InputError(f"{path}: settings: {error}") from None
    try:
        return with_parts(arms) if content.get("parts") is True else arms
    except InputError as error:
        raise InputError(f"{path}: parts: {error}") from None


def sealed(arms: Arms, is_drawn: bool) -> Arms:
    """Read territory and default posterior once, so that all runs have the same ones."""
    if is_drawn:
        arms = {
            name: {arm: replace(s, posterior=s.drawn_from or s.posterior) for arm, s in of.items()}
            for name, of in arms.items()
        }
    found = {}
    for name, of_name in arms.items():
        first = of_name[BASELINE].sealed()
        found[name] = {
            arm: replace(one, territory_file=first.territory_file)
            if (one.folder, one.values["file"]) == (first.folder, first.values["file"])
            else one.sealed()
            for arm, one in of_name.items()
        }
    return found


def with_parts(arms: Mapping[str, Scenario]) -> dict[str, Scenario]:
    """Return arms with the parts of each intervention behind it, alone and at equal money.

    Raises
    ------
    InputError
        If no arm has parts, or two arms would have the same name.
    """
    baseline, found = arms[BASELINE], dict[str, Scenario]()
    months = int(baseline.values["months"])
    for name, arm in arms.items():
        found[name] = arm
        added = arm.interventions[len(baseline.interventions) :]
        parts = added[0].parts(months) if len(added) == 1 else {}
        for part, alone in parts.items():
            own = f"{name}_{part}"
            if own in {**arms, **found}:
                raise InputError(f"two arms are called '{own}'; rename one of the files.")
            found[own] = replace(baseline, interventions=(*baseline.interventions, alone))
    if len(found) == len(arms):
        tried = ", ".join(name for name in arms if name != BASELINE) or "no intervention"
        raise InputError(
            f"nothing to take apart in {tried}; expected an arm of one intervention that does at "
            f"least two things, of type {', '.join(n for n, kind in TYPES.items() if kind.parts)}."
        )
    return found


def info_of(name: str, arms: Mapping[str, Scenario], where: str) -> ParameterInfo:
    """Return the declaration of a parameter, or of a lever of any arm."""
    for arm in arms.values():
        if is_set_in(arm, name):
            return arm.info(name)
    if name in LEVERS:
        raise InputError(
            f"{where}'{name}' is a lever of {', '.join(LEVERS[name])}; "
            "list such an intervention under interventions."
        )
    levers = [
        n for a in arms.values() for i in a.interventions for n in type(i.levers).model_fields
    ]
    hint = right_name(name, [*PARAMETERS, *levers])
    raise InputError(f"{where}unknown parameter '{name}'.{hint}")


def value_of(name: str, arms: Mapping[str, Scenario]) -> Any:
    """Return the value of a parameter or lever without factors."""
    for arm in arms.values():
        if name in PARAMETERS:
            return arm.values[name]
        owner, _, lever = name.rpartition(".")
        for intervention in arm.interventions:
            if owner in ("", intervention.name) and lever in intervention.values:
                return intervention.values[lever]
    raise KeyError(name)
