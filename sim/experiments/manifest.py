"""The manifest of an experiment and the initial files of its folder."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from sim.experiments.budget import describe_budget
from sim.experiments.code import code_here
from sim.experiments.draws import uncertain_ranges
from sim.experiments.experiment import BASELINE, Arms, Experiment
from sim.experiments.factors import Factor
from sim.experiments.inference import FEWEST
from sim.experiments.manifest_schema import DESIGN, EXPERIMENT, FORMAT, INPUTS, input_files
from sim.experiments.store import Store
from sim.interventions import DISCOUNT_RATE, Intervention
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.scenario.posterior import Posterior
from sim.scenario.scenario import Scenario, load_stored_scenario
from sim.scenario.schema import PARAMETERS
from sim.simulation.provenance import (
    assumed_parameters,
    describe_environment,
    describe_intervention,
    describe_scenario,
    describe_territory,
    effective_toml,
)
from sim.simulation.simulation import territory_of
from sim.version import MODEL_VERSION, package_version
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH, Language, languages

if TYPE_CHECKING:
    import pyarrow as pa

BASELINE_LABEL: Final = Texts({ENGLISH: "Without"}, "arm.baseline")


def describe(experiment: Experiment, commands: Mapping[str, str]) -> dict[str, Any]:
    """Return the manifest: JSON values that depend only on the question and the machine.

    `commands` are ``command`` and ``python``, which repeat the experiment.
    """
    first = experiment.arms[BASELINE]
    assumed, uncertain = assumed_parameters(first)
    drawn = uncertain_ranges(first) if experiment.parameters == "drawn" else {}
    factors = {f.name for f in experiment.factors}
    scenarios = {
        name: describe_scenario(arms[BASELINE])
        | {
            "territory": describe_territory(territory_of(arms[BASELINE])),
            "arms": _arms(arms, experiment.months),
        }
        for name, arms in experiment.scenarios.items()
    }
    _tell_posteriors_once(scenarios.values())
    return {
        "format": FORMAT,
        "kind": experiment.kind,
        "note": "Conditional scenarios, not forecasts.",
        "name": experiment.name,
        "scenario_order": list(experiment.scenarios),
        "arm_order": list(experiment.arms),
        "scenarios": scenarios,
        "run": {
            "seed": experiment.seed,
            "replications": experiment.replications,
            "months": experiment.months,
            "horizons": list(experiment.horizons),
            "parameters": experiment.parameters,
            "luck": experiment.luck,
            **commands,
            "package_version": package_version(),
            "model_version": MODEL_VERSION,
            "code": code_here().as_json(),
        },
        "environment": describe_environment(),
        "assumed_parameters": assumed,
        "uncertain_parameters": uncertain,
        "drawn_parameters": {
            n: {"low": r.low, "mode": r.mode, "high": r.high, "unit": PARAMETERS[n].unit}
            for n, r in drawn.items()
            if n not in factors
        },
        "measures": {
            m.name: {
                "unit": m.unit,
                "window": m.window,
                "label": dict(m.label),
                "definition": dict(m.definition),
                "good": m.good,
                "smallest_relevant": m.relevant,
                "smallest_relevant_share": m.relevant_share,
                "smallest_relevant_evidence": "assumed",
            }
            for m in OUTCOMES.values()
        },
        "headlines": list(HEADLINES),
        **({"budget": describe_budget(experiment)} if experiment.budget else {}),
        "statistics": {
            "interval": "confidence sequence of the mean paired difference",
            "fewest_replications": FEWEST,
            "discount_rate": DISCOUNT_RATE,
        },
    }


def _tell_posteriors_once(scenarios: Iterable[dict[str, Any]]) -> None:
    """Leave out of a posterior's description what an earlier scenario says of the same one."""
    told = set[str]()
    for about in scenarios:
        if (posterior := about["posterior"]) and posterior["sha256"] in told:
            about["posterior"] = {key: posterior[key] for key in ("file", "sha256", "parameters")}
        told |= {posterior["sha256"]} if posterior else set()


def arm_labels(arms: Mapping[str, Scenario]) -> dict[str, Mapping[str, str]]:
    """Label each arm by the interventions it adds, else by its name; words by language."""
    baseline = arms[BASELINE]
    labels: dict[str, Mapping[str, str]] = {BASELINE: BASELINE_LABEL}
    for name, arm in arms.items():
        if name != BASELINE:
            added = arm.interventions[len(baseline.interventions) :]
            labels[name] = {lang: titles_of(added, lang) or name for lang in languages()}
    return labels


def titles_of(interventions: Sequence[Intervention], language: Language) -> str:
    """Return the titles of interventions that are done together; equal ones are counted."""
    counts = Counter(i.title[language] for i in interventions)
    return " + ".join(f"{n} × {title}" if n > 1 else title for title, n in counts.items())


def _arms(arms: Mapping[str, Scenario], months: int) -> dict[str, Any]:
    """Describe how each arm differs from the baseline."""
    baseline, labels = arms[BASELINE], arm_labels(arms)
    before = baseline.values
    found = {}
    for name, arm in arms.items():
        added = arm.interventions[len(baseline.interventions) :]
        found[name] = {
            "label": dict(labels[name]),
            "interventions": [describe_intervention(i, months) for i in added],
            "settings": {
                parameter: {
                    "value": arm.values[parameter],
                    "baseline": before[parameter],
                    "unit": PARAMETERS[parameter].unit,
                }
                for parameter in PARAMETERS
                if arm.values[parameter] != before[parameter]
            },
            "cost_eur": sum(i.cost(months) for i in added),
        }
    return found


def files_of(experiment: Experiment, design: pa.Table) -> dict[str, bytes]:
    """Return the files that an experiment needs to resume elsewhere: question, design, territories.

    `design` is the table of the plan; contents are by path within the folder.
    """
    import pyarrow.parquet as pq
    import tomli_w

    buffer = io.BytesIO()
    pq.write_table(design, buffer, compression="zstd")
    files = {EXPERIMENT: tomli_w.dumps(_stated(experiment)).encode(), DESIGN: buffer.getvalue()}
    held: dict[tuple[str, str], int] = {}  # folders of posteriors, of which many towns share one
    for k, arms in enumerate(experiment.scenarios.values()):
        for arm, scenario in arms.items():
            stored = scenario
            if scenario.territory_file is not None:
                file = f"{hashlib.sha256(scenario.territory_file).hexdigest()[:16]}.territory.npz"
                files[f"{INPUTS}/{k}/{file}"] = scenario.territory_file
                stored = scenario.replace(file=file)
            if isinstance(posterior := scenario.posterior, Posterior):
                first = held.setdefault((posterior.name, posterior.sha256), k)
                files[f"{INPUTS}/{first}/{posterior.name}"] = posterior.content
                if first != k:
                    there = replace(posterior, name=f"../{first}/{posterior.name}")
                    stored = replace(stored, posterior=there)
            files[f"{INPUTS}/{k}/{arm}.toml"] = effective_toml(stored).encode()
    return files


def _stated(experiment: Experiment) -> dict[str, Any]:
    """Return the content of the experiment's file, whole without the package.

    Each factor is a separate table, and texts are in every language.

    TOML puts plain values before tables, and factors must stay in their order.
    """
    content: dict[str, Any] = _plain(experiment.content)
    for key, texts in (("title", experiment.title), ("question", experiment.question)):
        if key in content:  # also in languages whose words come from the package
            own = {lang: texts[lang] for lang in languages()}
            content[key] = {k: v for k, v in own.items() if k == ENGLISH or v != own[ENGLISH]}
    if "factors" in content:
        content["factors"] = {f.name: _of_factor(f) for f in experiment.factors}
    return content


def _of_factor(factor: Factor) -> dict[str, Any]:
    if factor.levels is not None:
        return {"levels": list(factor.levels)}
    ends = () if factor.distribution == "normal" else ("low", "mode", "high")
    stated = {key: getattr(factor, key) for key in ("distribution", *ends, "mean", "sd")}
    return {
        key: int(value) if factor.kind is int and key in ends else value
        for key, value in stated.items()
        if value is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value


def stored_arms(store: Store) -> Arms:
    """Load the arms of an experiment from its folder, by scenario and arm.

    Raise `InputError` if a file is missing or damaged.
    """
    manifest = store.manifest
    store.check(name for name in manifest["files"] if name.startswith(f"{INPUTS}/"))
    files = iter(input_files(manifest))
    return {
        scenario: {
            arm: replace(
                load_stored_scenario(store.folder / next(files)),
                name=manifest["scenarios"][scenario]["name"],
            )
            for arm in manifest["arm_order"]
        }
        for scenario in manifest["scenario_order"]
    }
