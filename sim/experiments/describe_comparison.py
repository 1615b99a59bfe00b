"""The manifest of a comparison: what it was made of and how it can be made again."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.experiments.draws import uncertain_ranges
from sim.experiments.effects import RESAMPLES
from sim.experiments.one_run import Runs
from sim.experiments.runs import replication_seed
from sim.interventions.plan import DISCOUNT_RATE
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.provenance import (
    assumed_parameters,
    describe_environment,
    describe_intervention,
    describe_scenario,
    describe_territory,
    effective_toml,
)
from sim.territory.territory import Territory
from sim.version import MODEL_VERSION, package_version

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FORMAT", "describe_comparison", "table_hash"]

FORMAT: Final = "essaim comparison 1"


def describe_comparison(
    runs: Runs,
    labels: Mapping[str, Mapping[str, str]],
    territory: Territory,
    run_table: pd.DataFrame,
    effects: pd.DataFrame,
    reference: str | None,
) -> dict[str, Any]:
    """Describe a comparison as JSON values that depend on its results alone.

    Parameters
    ----------
    runs : Runs
    labels : mapping of str to mapping
        Words for the arms by language, the baseline first.
    territory : Territory
    run_table, effects : pandas.DataFrame
        Of the comparison.
    reference : str or None
        Name or file of the scenario; None for its name.

    Returns
    -------
    dict
    """
    baseline, names = runs.arms[0], tuple(labels)
    assumed, uncertain = assumed_parameters(baseline)
    return {
        "format": FORMAT,
        "note": "Conditional scenarios, not forecasts.",
        "scenario": describe_scenario(baseline),
        "arm_order": list(names),
        "arms": {
            name: {"label": dict(label)} | _arm(baseline, arm, runs.months)
            for (name, label), arm in zip(labels.items(), runs.arms, strict=True)
        },
        "run": _run(runs, names, reference or baseline.name),
        "environment": describe_environment(),
        "territory": describe_territory(territory),
        "assumed_parameters": assumed,
        "uncertain_parameters": uncertain,
        "drawn_parameters": {} if runs.fixed_parameters else _drawn(baseline),
        "measures": {
            m.name: {
                "unit": m.unit,
                "label": dict(m.label),
                "definition": dict(m.definition),
                "window": m.window,
                "good": m.good,
                "smallest_relevant": m.relevant,
                "smallest_relevant_share": m.relevant_share,
                "smallest_relevant_evidence": "assumed",
            }
            for m in OUTCOMES.values()
        },
        "headlines": list(HEADLINES),
        "statistics": {
            "resamples": RESAMPLES,
            "interval": "bootstrap of the mean paired difference, expanded percentiles",
            "discount_rate": DISCOUNT_RATE,
            "replications_run_twice": runs.again,
            "variance_paired_over_unpaired": _paired_share(effects),
        },
        "runs_sha256": table_hash(run_table),
    }


def _arm(baseline: Scenario, arm: Scenario, months: int) -> dict[str, Any]:
    """What sets an arm apart from the baseline."""
    before, after = baseline.values, arm.values
    added = [i for i in arm.interventions if i not in baseline.interventions]
    return {
        "toml": effective_toml(arm),
        "interventions": [describe_intervention(i, months) for i in added],
        "settings": {
            name: {
                "value": after[name],
                "baseline": before[name],
                "unit": PARAMETERS[name].unit,
            }
            for name in PARAMETERS
            if after[name] != before[name]
        },
        "cost_eur": sum(i.cost(months) for i in added),
    }


def _drawn(baseline: Scenario) -> dict[str, Any]:
    return {
        name: {
            "low": within.low,
            "mode": within.mode,
            "high": within.high,
            "unit": PARAMETERS[name].unit,
        }
        for name, within in uncertain_ranges(baseline).items()
    }


def _run(runs: Runs, names: tuple[str, ...], reference: str) -> dict[str, Any]:
    return {
        "seed": runs.seed,
        "seeds": [replication_seed(runs.seed, rep) for rep in range(runs.reps)],
        "reps": runs.reps,
        "months": runs.months,
        "horizons": list(runs.horizons),
        "fixed_parameters": runs.fixed_parameters,
        "independent": runs.independent,
        "command": _command(runs, names, reference),
        "python": _python(runs, names, reference),
        "package_version": package_version(),
        "model_version": MODEL_VERSION,
    }


def _references(runs: Runs, names: tuple[str, ...]) -> list[str]:
    """How the interventions were called: names or files."""
    known = {i.name: i.reference for arm in runs.arms[1:] for i in arm.interventions}
    return [known.get(name) or name for name in names[1:]]


def _assignments(runs: Runs) -> list[str]:
    """Everything that was set by hand, as ``--set`` takes it."""
    baseline = runs.arms[0]
    by_hand = [
        (name, baseline.values[name])
        for name, setting in baseline.settings.items()
        if not setting.origin.endswith(".toml")
    ]
    for arm in runs.arms[1:]:
        by_hand += [
            (f"{i.name}.{lever}", i.values[lever])
            for i in arm.interventions
            if i not in baseline.interventions
            for lever, setting in i.settings.items()
            if not setting.origin.endswith(".toml")
        ]
    return [f"{n}={str(v).lower() if isinstance(v, bool) else v}" for n, v in by_hand]


def _command(runs: Runs, names: tuple[str, ...], reference: str) -> str:
    command = ["sim", "compare", reference, *_references(runs, names)]
    for assignment in _assignments(runs):
        command += ["--set", assignment]
    command += ["--seed", str(runs.seed), "--reps", str(runs.reps)]
    command += ["--fixed-parameters"] * runs.fixed_parameters
    command += ["--independent"] * runs.independent
    return shlex.join([*command, "--out", "results"])


def _python(runs: Runs, names: tuple[str, ...], reference: str) -> str:
    by_hand = [i.reference for i in runs.arms[0].interventions if i.reference]
    scenario = repr(reference)
    if by_hand:
        scenario = f"load_scenario({scenario}).add({', '.join(map(repr, by_hand))})"
    options = [f"assignments={a!r}" for a in [_assignments(runs)] if a]
    options += [f"reps={runs.reps}", f"seed={runs.seed}"]
    options += ["fixed_parameters=True"] * runs.fixed_parameters
    options += ["independent=True"] * runs.independent
    return (
        f"from sim import compare{', load_scenario' * bool(by_hand)}\n"
        f"found = compare({scenario}, {_references(runs, names)!r}, {', '.join(options)})\n"
    )


def _paired_share(effects: pd.DataFrame) -> dict[str, float | None]:
    """Variance of paired differences over that of unpaired ones at the end, by headline measure.

    The median over interventions; None where nothing varies.
    """
    end = effects[effects["horizon"] == effects["horizon"].max()]
    shares: dict[str, float | None] = {}
    for name in HEADLINES:
        of_it = end[(end["indicator"] == name) & (end["variance_unpaired"] > 0)]
        share = (of_it["variance_paired"] / of_it["variance_unpaired"]).median()
        shares[name] = float(share) if np.isfinite(share) else None
    return shares


def table_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of names and values of a table, whatever file it is kept in."""
    digest = hashlib.sha256()
    for name in frame.columns:
        column = frame[name]
        if column.dtype.kind in "if":
            kind = "<i8" if column.dtype.kind == "i" else "<f8"
            content = column.to_numpy().astype(kind).tobytes()
        else:
            content = "\0".join(column).encode()
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()
