"""What a sweep's folder says of itself: experiment, arms, versions, and how to do it again."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import tomli_w

from sim.experiments.draws import uncertain_ranges
from sim.experiments.experiment import BASELINE, Arms, Experiment
from sim.experiments.factors import Factor
from sim.experiments.plan import territory_bytes
from sim.experiments.store import DESIGN, FORMAT, SWEEP
from sim.measures.registry import OUTCOMES
from sim.scenario.scenario import Scenario, load_scenario
from sim.simulation.provenance import (
    assumed_parameters,
    describe_environment,
    describe_intervention,
    describe_territory,
    effective_toml,
)
from sim.simulation.simulation import territory_of
from sim.version import MODEL_VERSION, package_version

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["describe_sweep", "files_of", "stored_arms"]

INPUTS: Final = "inputs"
"""Folder of the scenarios, a folder a territory and a file an arm."""


def describe_sweep(
    experiment: Experiment, reference: str, changes: Mapping[str, Any]
) -> dict[str, Any]:
    """The manifest of a sweep: JSON values that depend on the experiment and the machine alone.

    Parameters
    ----------
    experiment : Experiment
    reference : str
        Name or file by which the experiment was called.
    changes : mapping
        Keys of its file that were replaced.

    Returns
    -------
    dict
    """
    first = experiment.arms[BASELINE]
    assumed, uncertain = assumed_parameters(first)
    drawn = experiment.parameters == "drawn"
    factors = {f.name for f in experiment.factors}
    return {
        "format": FORMAT,
        "note": "Conditional scenarios, not forecasts.",
        "name": experiment.name,
        "scenario_order": list(experiment.scenarios),
        "arm_order": list(experiment.arms),
        "scenarios": {
            name: {
                "title": dict(arms[BASELINE].title),
                "territory": describe_territory(territory_of(arms[BASELINE])),
                "arms": {arm: _arm(arms[BASELINE], one) for arm, one in arms.items()},
            }
            for name, arms in experiment.scenarios.items()
        },
        "command": shlex.join(["sim", "sweep", reference, *_options(changes), "--out", "sweep"]),
        "python": _python(reference, changes),
        "model_version": MODEL_VERSION,
        "package_version": package_version(),
        "environment": describe_environment(),
        "assumed_parameters": assumed,
        "uncertain_parameters": uncertain,
        "drawn_parameters": {
            n: [r.low, r.mode, r.high]
            for n, r in (uncertain_ranges(first) if drawn else {}).items()
            if n not in factors
        },
        "measures": {
            m.name: {
                "unit": m.unit,
                "label": dict(m.label),
                "definition": dict(m.definition),
                "window": m.window,
            }
            for m in OUTCOMES.values()
        },
    }


def _options(changes: Mapping[str, Any]) -> Iterator[str]:
    """Changes of an experiment as the command line takes them."""
    for key, option in (("replications", "--reps"), ("months", "--months"), ("seed", "--seed")):
        if key in changes:
            yield from (option, str(changes[key]))
    for name, value in changes.get("settings", {}).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        yield from ("--set", f"{name}={text}")


def _python(reference: str, changes: Mapping[str, Any]) -> str:
    more = f", changes={dict(changes)!r}" if changes else ""
    return f"import sim\nsweep = sim.sweep({reference!r}, 'sweep'{more})\nframe = sweep.frame()\n"


def _arm(baseline: Scenario, arm: Scenario) -> dict[str, Any]:
    months = int(arm.values["months"])
    added = arm.interventions[len(baseline.interventions) :]
    return {"interventions": [describe_intervention(i, months) for i in added]}


def files_of(experiment: Experiment, design: pd.DataFrame) -> dict[str, bytes]:
    """Everything that a sweep needs to go on elsewhere: the question, the design, the territories.

    Parameters
    ----------
    experiment : Experiment
    design : pandas.DataFrame
        Of the plan.

    Returns
    -------
    dict of str to bytes
        Content by path within the folder.
    """
    buffer = io.BytesIO()
    design.to_parquet(buffer, index=False, compression="zstd")
    files = {SWEEP: tomli_w.dumps(_stated(experiment)).encode(), DESIGN: buffer.getvalue()}
    for k, arms in enumerate(experiment.scenarios.values()):
        for arm, scenario in arms.items():
            beside = scenario
            if file := scenario.values["file"]:
                files[f"{INPUTS}/{k}/{Path(file).name}"] = territory_bytes(scenario)
                beside = scenario.replace(file=Path(file).name)
            if scenario.posterior is not None:
                files[f"{INPUTS}/{k}/{scenario.posterior.name}"] = scenario.posterior.content
            files[f"{INPUTS}/{k}/{arm}.toml"] = effective_toml(beside).encode()
    return files


def _stated(experiment: Experiment) -> dict[str, Any]:
    """What the experiment's file says, each factor as a table of its own.

    TOML puts plain values before tables, and factors must stay in their order.
    """
    content: dict[str, Any] = _plain(experiment.content)
    if "factors" in content:
        content["factors"] = {f.name: _of_factor(f) for f in experiment.factors}
    return content


def _of_factor(factor: Factor) -> dict[str, Any]:
    if factor.levels is not None:
        return {"levels": list(factor.levels)}
    stated = {key: getattr(factor, key) for key in ("distribution", "low", "mode", "high")}
    return {
        key: int(value) if factor.kind is int and key != "distribution" else value
        for key, value in stated.items()
        if value is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def stored_arms(manifest: Mapping[str, Any], folder: Path) -> Arms:
    """The arms of a sweep as its folder keeps them.

    Parameters
    ----------
    manifest : mapping
    folder : Path
        Of the sweep.

    Returns
    -------
    mapping
        By scenario and arm.

    Raises
    ------
    InputError
        If a file is missing or torn.
    """
    return {
        scenario: {
            arm: load_scenario(folder / INPUTS / str(k) / f"{arm}.toml")
            for arm in manifest["arm_order"]
        }
        for k, scenario in enumerate(manifest["scenario_order"])
    }
