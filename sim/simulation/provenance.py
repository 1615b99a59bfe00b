"""Provenance: the inputs of a run and how to repeat it, as plain JSON values.

It depends neither on the clock nor on the location of files: the same run gives the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.interventions import DISCOUNT_RATE, Intervention
from sim.measures.registry import MEASURES
from sim.scenario.posterior import DEFAULT, NONE, Posterior
from sim.scenario.scenario import Scenario, Setting
from sim.scenario.schema import PARAMETERS
from sim.territory.territory import OPEN, UNKNOWN, VACANT, Territory
from sim.version import versions_needed

if TYPE_CHECKING:
    import pandas as pd

PACKAGES = ("essaim", "numpy", "numba", "pandas", "pyarrow", "scipy", "mesa", "pydantic")


def assumed_parameters(scenario: Scenario) -> tuple[list[str], int]:
    """Return the uncertain parameters with assumed values, and the number of uncertain ones."""
    uncertain = [n for n, info in PARAMETERS.items() if info.role == "uncertainty"]
    return [n for n in uncertain if _evidence(scenario, n) == "assumed"], len(uncertain)


def _evidence(scenario: Scenario, name: str) -> str:
    setting = scenario.settings.get(name)
    return setting.evidence if setting else PARAMETERS[name].evidence


def _origin(setting: Setting) -> str:
    """Return the origin of a setting without the folder, which differs between machines."""
    return Path(setting.origin).name if setting.origin.endswith(".toml") else setting.origin


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def effective_toml(scenario: Scenario) -> str:
    """Return a self-contained scenario file with all changed settings and their sources.

    `load_scenario` reads it next to the files of its territory and posterior.
    """
    lines = []
    for key in ("title", "description"):
        if texts := getattr(scenario, key):
            lines.append(_texts_toml(key, texts))
    if scenario.posterior != DEFAULT:
        lines.append(_posterior_toml(scenario.posterior))
    groups: dict[str, list[str]] = {}
    for name in PARAMETERS:
        setting = scenario.settings.get(name)
        if setting is None:
            continue
        setting_toml = _setting_toml(name, scenario.values[name], setting)
        groups.setdefault(PARAMETERS[name].group, []).append(setting_toml)
    for group, settings in groups.items():
        lines += ["", f"[{group}]", *settings]
    for intervention in scenario.interventions:
        lines += ["", *_intervention_toml(intervention)]
    return "\n".join(lines) + "\n"


def _texts_toml(key: str, texts: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{lang} = {_toml(text)}" for lang, text in texts.items())
    return f"{key} = {{ {pairs} }}"


def _setting_toml(name: str, value: Any, setting: Setting) -> str:
    scale = "" if setting.scale is None else f", scale = {_toml(setting.scale)}"
    return (
        f"{name} = {{ value = {_toml(value)}, source = {_toml(setting.source)},"
        f" evidence = {_toml(setting.evidence)}{scale} }}  # {_origin(setting)}"
    )


def _posterior_toml(posterior: Posterior | None) -> str:
    if posterior is None:
        return f"posterior = {_toml(NONE)}"
    names = ", ".join(_toml(name) for name in posterior.parameters)
    return (
        f"posterior = {{ file = {_toml(posterior.name)}, sha256 = {_toml(posterior.sha256)},"
        f" parameters = [{names}]{', scaled = true' if posterior.scaled else ''} }}"
    )


def _intervention_toml(intervention: Intervention) -> list[str]:
    lines = [
        "[[interventions]]",
        f"name = {_toml(intervention.name)}",
        f"type = {_toml(intervention.type)}",
        _texts_toml("title", intervention.title),
        _texts_toml("description", intervention.description),
    ]
    if intervention.settings:
        lines.append("[interventions.levers]")
    for lever, setting in intervention.settings.items():
        lines.append(_setting_toml(lever, intervention.values[lever], setting))
    return lines


def describe_intervention(intervention: Intervention, months: int) -> dict[str, Any]:
    """Describe an intervention: every lever with its source, and the cost of a run's months."""
    levers = {}
    for lever, info in intervention.kind.infos.items():
        setting = intervention.settings.get(lever)
        levers[lever] = {
            "value": intervention.values[lever],
            "unit": info.unit,
            "label": dict(info.label),
            "origin": _origin(setting) if setting else "default",
            "source": setting.source if setting else info.source,
            "evidence": setting.evidence if setting else info.evidence,
        }
    return {
        "name": intervention.name,
        "type": intervention.type,
        "title": dict(intervention.title),
        "description": dict(intervention.description),
        "levers": levers,
        "cost": {
            "months": months,
            "set_up_eur": (intervention.plan.set_up + intervention.plan.reserves) / 100,
            "eur_a_year": intervention.plan.yearly / 100,
            "eur": intervention.cost(months, rate=0),
            "discounted_eur": intervention.cost(months),
            "discount_rate": DISCOUNT_RATE,
        },
    }


def describe_posterior(posterior: Posterior) -> dict[str, Any]:
    """Describe a posterior: its file, its parameters and its origin."""
    return {
        "file": posterior.name,
        "sha256": posterior.sha256,
        "parameters": list(posterior.parameters),
        "draws": len(posterior.values),
        "about": dict(posterior.about),
    }


def describe_scenario(scenario: Scenario) -> dict[str, Any]:
    """Describe the scenario: all values, and the origin and source of changed ones."""
    posterior = scenario.posterior
    return {
        "name": scenario.name,
        "title": dict(scenario.title),
        "toml": effective_toml(scenario),
        "values": dict(scenario.values),
        "settings": {
            name: {
                "value": scenario.values[name],
                "unit": PARAMETERS[name].unit,
                "origin": _origin(setting),
                "source": setting.source,
                "evidence": setting.evidence,
            }
            for name, setting in scenario.settings.items()
        },
        "interventions": [
            describe_intervention(i, int(scenario.values["months"])) for i in scenario.interventions
        ],
        "posterior": describe_posterior(posterior) if isinstance(posterior, Posterior) else None,
    }


def describe_territory(territory: Territory) -> dict[str, Any]:
    """Describe the size, fingerprint and sources of a territory; its buffer is not counted."""
    digest = hashlib.sha256()
    for field in ("residents", "youth", "income", "is_town_centre", "is_retail_park"):
        digest.update(np.ascontiguousarray(getattr(territory, field)).tobytes())
    for field in ("cell", "sector", "floor_area", "occupancy"):
        digest.update(np.ascontiguousarray(getattr(territory, f"premises_{field}")).tobytes())
    if territory.is_buffer is not None and territory.premises_in_buffer is not None:
        digest.update(territory.is_buffer.tobytes() + territory.premises_in_buffer.tobytes())
    rows, columns = territory.shape
    place = territory.place_alone
    occupancy = place.premises_occupancy
    return {
        "name": territory.name,
        "rows": rows,
        "columns": columns,
        "cell_size_m": territory.cell_size,
        "residents": round(float(place.residents.sum(dtype=np.float64))),
        "premises": int(occupancy.size),
        "premises_open": int((occupancy == OPEN).sum()),
        "premises_vacant": int((occupancy == VACANT).sum()),
        "premises_of_unknown_occupancy": int((occupancy == UNKNOWN).sum()),
        "provenance": territory.provenance,
        "sha256": digest.hexdigest(),
    }


def describe_environment() -> dict[str, Any]:
    """Return Python, the platform, the processor and the versions of all packages of a run."""
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _cpu(),
        # Those that NumPy uses.
        "cpu_features": np.show_config("dicts")["SIMD Extensions"].get("found", []),
        "numba_target": os.environ.get("NUMBA_CPU_NAME") or "host",
        "packages": versions_needed(*PACKAGES),
    }


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def column_words(column: str) -> dict[str, Any]:
    """Return unit, window, and label and definition by language, of a column of `MONTHLY`."""
    measure = MEASURES[column]
    return {
        "unit": measure.unit,
        "window": "month",
        "label": dict(measure.label),
        "definition": dict(measure.definition),
    }


def indicators_hash(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of names and values of the indicators, independent of the file format."""
    digest = hashlib.sha256()
    for name in frame.columns:
        values = frame[name].to_numpy()
        kind = "<i8" if values.dtype.kind in "iuM" else "<f8"
        if values.dtype.kind == "M":
            values = values.astype("datetime64[D]").astype(np.int64)
        digest.update(name.encode() + b"\0" + values.astype(kind).tobytes())
    return digest.hexdigest()
