"""The command and the Python code that repeat an experiment."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.experiments.experiment import Experiment
from sim.interventions import Intervention
from sim.scenario.scenario import Scenario

Commands = dict[str, str]
"""``command`` and ``python``."""


def commands_of_run(experiment: Experiment, reference: str) -> Commands:
    """Return the commands that repeat a run.

    Parameters
    ----------
    experiment : Experiment
    reference : str
        Name or file of the scenario as given by the user.
    """
    (scenario,) = experiment.arms.values()
    added = _references(scenario.interventions)
    changed = _set_by_hand(scenario, scenario.interventions)
    options = [word for name in added for word in ("--intervention", name)]
    python = f"load_scenario({reference!r})"
    if added:
        python += f".add({', '.join(map(repr, added))})"
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
    """Return the commands that repeat a comparison; parameters as for `commands_of_run`."""
    baseline, *others = experiment.arms.values()
    tried = [i for arm in others for i in arm.interventions if i not in baseline.interventions]
    known = {i.name: i.reference for i in tried}
    names = [known.get(name) or name for name in [*experiment.arms][1:]]
    changed = _set_by_hand(baseline, tried)
    flags = ["--fixed-parameters"] * (experiment.parameters == "fixed")
    flags += ["--independent"] * (experiment.luck == "per_arm")
    before = _references(baseline.interventions)
    scenario = repr(reference)
    if before:
        scenario = f"load_scenario({scenario}).add({', '.join(map(repr, before))})"
    options = [f"assignments={_assignments(changed)!r}"] if changed else []
    options += [f"reps={experiment.replications}", f"seed={experiment.seed}"]
    options += [f"{flag[2:].replace('-', '_')}=True" for flag in flags]
    return {
        "command": _command("compare", [reference, *names], changed, experiment, flags),
        "python": (
            f"from sim import compare{', load_scenario' * bool(before)}\n"
            f"found = compare({scenario}, {names!r}, {', '.join(options)})\n"
        ),
    }


def commands_of_sweep(reference: str, changes: Mapping[str, Any]) -> Commands:
    """Return the commands that repeat a sweep.

    Parameters
    ----------
    reference : str
        Name or file of the experiment as given by the user.
    changes : mapping
        Replaced keys of its file.
    """
    more = f", changes={dict(changes)!r}" if changes else ""
    return {
        "command": shlex.join(["sim", "sweep", reference, *_options(changes), "--out", "sweep"]),
        "python": (
            f"import sim\nsweep = sim.sweep({reference!r}, 'sweep'{more})\nframe = sweep.frame()\n"
        ),
    }


def _command(
    verb: str,
    names: Sequence[str],
    changed: Mapping[str, Any],
    experiment: Experiment,
    options: Sequence[str],
) -> str:
    words = ["sim", verb, *names]
    for assignment in _assignments(changed):
        words += ["--set", assignment]
    words += ["--seed", str(experiment.seed), "--reps", str(experiment.replications)]
    return shlex.join([*words, *options, "--out", "results"])


def _options(changes: Mapping[str, Any]) -> Iterator[str]:
    """Yield changes of an experiment as command-line options."""
    for key, option in (("replications", "--reps"), ("months", "--months"), ("seed", "--seed")):
        if key in changes:
            yield from (option, str(changes[key]))
    for assignment in _assignments(changes.get("settings", {})):
        yield from ("--set", assignment)


def _assignments(values: Mapping[str, Any]) -> list[str]:
    return [
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in values.items()
    ]


def _references(interventions: Sequence[Intervention]) -> list[str]:
    """Return the names or files of interventions that no scenario file lists."""
    return [i.reference for i in interventions if i.reference]


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
