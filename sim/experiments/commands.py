"""The command and the Python code that repeat an experiment."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from sim.experiments.experiment import BASELINE, Experiment
from sim.experiments.towns import TOWN_KEYS
from sim.interventions import Intervention
from sim.scenario.scenario import Scenario

Commands = dict[str, str]
"""``command`` and ``python``."""


def commands_of_run(experiment: Experiment, reference: str) -> Commands:
    """Return what repeats a run; `reference` is the scenario's name or file as given."""
    (scenario,) = experiment.arms.values()
    added = _references(scenario.interventions)
    changed = _set_by_hand(scenario, scenario.interventions)
    options = [word for name in added for word in ("--intervention", name)]
    python = f"load_scenario({reference!r}){_adding(added)}"
    if changed:
        python += f".set({_assignments(changed)!r})"
    return {
        "command": _command("run", [reference], changed, experiment, options),
        "python": (
            "from sim import load_scenario, run\n"
            f"indicators = run({python}, seed={experiment.seed}, reps={experiment.replications})\n"
        ),
    }


def commands_of_comparison(experiment: Experiment, reference: str) -> Commands:
    """Return what repeats a comparison; parameters as for `commands_of_run`."""
    parts = experiment.parts_by_name
    arms = {name: arm for name, arm in experiment.arms.items() if name not in parts}
    baseline = arms[BASELINE]
    kept = len(baseline.interventions)
    added = {name: arm.interventions[kept:] for name, arm in arms.items()}
    names = ["+".join(i.reference or i.name for i in added[name]) or name for name in [*arms][1:]]
    tried = {i.name: i for of_arm in added.values() for i in of_arm}
    changed = _set_by_hand(baseline, [*baseline.interventions, *tried.values()])
    flags = ["--fixed-parameters"] * (experiment.parameters == "fixed")
    flags += ["--independent"] * (experiment.luck == "per_arm")
    flags += ["--parts"] * bool(parts)
    budget = [f"{experiment.budget:.15g}"] if experiment.budget else []
    adding = _adding(_references(baseline.interventions))
    scenario = f"load_scenario({reference!r}){adding}" if adding else repr(reference)
    options = [f"assignments={_assignments(changed)!r}"] if changed else []
    options += [f"reps={experiment.replications}", f"seed={experiment.seed}"]
    options += [f"{flag[2:].replace('-', '_')}=True" for flag in flags]
    options += [f"budget={money}" for money in budget]
    flags += [word for money in budget for word in ("--budget", money)]
    return {
        "command": _command("compare", [reference, *names], changed, experiment, flags),
        "python": (
            f"from sim import compare{', load_scenario' * bool(adding)}\n"
            f"found = compare({scenario}, {names!r}, {', '.join(options)})\n"
        ),
    }


def commands_of_sweep(reference: str, changes: Mapping[str, Any]) -> Commands:
    """Return what repeats a sweep of an experiment (name or file) with changed keys of its file."""
    more = f", changes={dict(changes)!r}" if changes else ""
    return {
        "command": shlex.join(["sim", *words_of_sweep(reference, changes, "sweep")]),
        "python": (
            f"import sim\nsweep = sim.sweep({reference!r}, 'sweep'{more})\nframe = sweep.frame()\n"
        ),
    }


def words_of_sweep(reference: str, changes: Mapping[str, Any], out: str) -> list[str]:
    """Return the words after ``sim`` that do a sweep; see `commands_of_sweep`."""
    own = {"replications": "--reps", "months": "--months", "seed": "--seed"}
    own |= {key: f"--{key}" for key in TOWN_KEYS}
    options = [w for key, o in own.items() if key in changes for w in (o, str(changes[key]))]
    options += _set_options(changes.get("settings", {}))
    return ["sweep", reference, *options, "--out", out]


def _command(
    verb: str, names: list[str], changed: Mapping[str, Any], of: Experiment, options: list[str]
) -> str:
    numbers = ["--seed", str(of.seed), "--reps", str(of.replications)]
    words = ["sim", verb, *names, *_set_options(changed), *numbers, *options]
    return shlex.join([*words, "--out", "results"])


def _set_options(values: Mapping[str, Any]) -> list[str]:
    return [word for assignment in _assignments(values) for word in ("--set", assignment)]


def _assignments(values: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in values.items()
    ]


def _references(interventions: Sequence[Intervention]) -> list[str]:
    """Return the names or files of interventions that no scenario file lists."""
    return [i.reference for i in interventions if i.reference]


def _adding(names: Sequence[str]) -> str:
    return f".add({', '.join(map(repr, names))})" if names else ""


def _set_by_hand(scenario: Scenario, interventions: Sequence[Intervention]) -> dict[str, Any]:
    """Return the parameters and levers that the user sets, not a file."""
    changed = {
        name: scenario.values[name]
        for name, setting in scenario.settings.items()
        if not setting.origin.endswith(".toml")
    }
    for one in interventions:
        for lever, setting in one.settings.items():
            if not setting.origin.endswith(".toml"):
                having = [i for i in interventions if lever in type(i.levers).model_fields]
                name = lever if len(having) == 1 else f"{one.name}.{lever}"
                changed[name] = one.values[lever]
    return changed
