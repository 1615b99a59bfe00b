"""Go on with a store that holds a part of a plan, or more than it."""

from __future__ import annotations

from collections.abc import Mapping

from sim.errors import InputError
from sim.experiments.code import code_here
from sim.experiments.experiment import Experiment
from sim.experiments.manifest import describe, files_of
from sim.experiments.plan import Plan
from sim.experiments.store import Store


def is_whole(store: Store, plan: Plan, known: Experiment) -> bool:
    """Return whether a plan contains all that a store holds.

    Raise `InputError` if neither contains the other, or the store's runs were done by other code.
    """
    folder, made = store.folder, store.manifest["run"]
    if differences := code_here().differences(made["code"]):
        raise InputError(
            f"{folder} was made by other code: {differences}. Go on with that code, or make it"
            " again by --force or in another --out."
        )
    before, horizons = store.design()["key"], set(known.horizons)
    gone = ~before.isin(plan.keys)
    if not gone.any() and horizons <= set(plan.model.horizons):
        return True
    if set(plan.keys) <= set(before) and set(plan.model.horizons) <= horizons:
        return False
    raise InputError(
        f"{folder} holds another experiment: {int(gone.sum()):,} of its {len(before):,} runs are"
        " not among those asked for, or a file that it names has changed; choose another --out,"
        f" or go on with what it holds by: sim extend {folder}"
    )


def update(store: Store, experiment: Experiment, plan: Plan, commands: Mapping[str, str]) -> None:
    """Rewrite the question and the design if they have grown."""
    manifest = store.manifest
    with store.locked():
        was_interrupted = any(about.get("before") for about in manifest["files"].values())
        is_known = not was_interrupted and len(store.design()) == len(plan.rows)
        if is_known and manifest["run"]["horizons"] == list(experiment.horizons):
            return
        made = describe(experiment, commands)
        kept = {name: manifest[name] for name in ("environment", "workers") if name in manifest}
        store.replace(files_of(experiment, plan.table()), made | kept)
