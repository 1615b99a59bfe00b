"""Today's comparisons and sweeps as the one object that reports read. Goes with the one engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.comparison import Comparison
from sim.experiments.effect_table import effect_table
from sim.experiments.experiment import BASELINE
from sim.experiments.sweep import Sweep
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.words.folders import languages

Results = Any


def as_results(found: Any) -> Results:
    """Return what reports read of a comparison or a sweep."""
    if isinstance(found, Comparison):
        return _of_comparison(found)
    return _OfSweep(found) if isinstance(found, Sweep) else found


def _of_comparison(found: Comparison) -> Results:
    old = found.manifest
    run = old["run"]
    horizons = sorted(found.effects["horizon"].unique().tolist())
    arms = dict(zip(found.labels, found.arms, strict=True))
    luck = "per_arm" if run["independent"] else "common"
    parameters = "fixed" if run["fixed_parameters"] else "drawn"
    name = found.scenario.name
    experiment = SimpleNamespace(
        name=name, title=found.scenario.title, question=found.scenario.title,
        scenarios={name: arms}, arms=arms, factors=(), replications=run["reps"],
        seed=run["seed"], months=run["months"], horizons=tuple(horizons),
        indicators=HEADLINES, targets={}, parameters=parameters, luck=luck,
        design=SimpleNamespace(kind="list", size=1),
    )  # fmt: skip

    def frame(*measures: str, horizon: int | None = None) -> pd.DataFrame:
        chosen = found.runs[found.runs["luck"] == 0]
        if horizon is not None:
            chosen = chosen[chosen["horizon"] == horizon]
        columns = ["arm", "rep", "horizon", *(measures or OUTCOMES)]
        return chosen[columns].assign(point=0, status="ok").reset_index(drop=True)

    total = run["reps"] * len(arms)
    return SimpleNamespace(
        kind="comparison", experiment=experiment, scenario=found.scenario, arms=found.arms,
        labels=found.labels, points=pd.DataFrame(index=[0]), frame=frame,
        counts=SimpleNamespace(planned=total, succeeded=total, failed=0, missing=0),
        failures=lambda: pd.DataFrame({"point": []}),
        replications=tuple(range(run["reps"])), monthly=found.monthly, effects=found.effects,
        ledger=found.ledger, maps=found.maps, digest=old["runs_sha256"], raw=found,
        indicators=pd.DataFrame(),
        manifest={
            **old,
            "scenario_order": [name],
            "scenarios": {name: {"territory": old["territory"], "arms": old["arms"]}},
            "run": {**run, "parameters": parameters, "luck": luck},
        },
    )  # fmt: skip


class _OfSweep(SimpleNamespace):
    def __init__(self, found: Sweep) -> None:
        self.raw, self.kind, self.experiment = found, "sweep", found.experiment
        self.scenario = self.experiment.arms[BASELINE]
        self.arms = tuple(self.experiment.arms.values())
        before = len(self.scenario.interventions)
        self.labels = {
            name: {
                lang: " + ".join(i.title[lang] for i in arm.interventions[before:]) or name
                for lang in languages()
            }
            for name, arm in self.experiment.arms.items()
        }
        first = found.store.design().drop_duplicates("point").set_index("point").sort_index()
        self.points = first[[f.name for f in self.experiment.factors]]
        self.frame, self.failures = found.frame, found.failures
        old = found.manifest
        run = {k: old[k] for k in ("command", "python", "package_version", "model_version")}
        run |= {"seed": self.experiment.seed, "parameters": self.experiment.parameters}
        drawn = {n: {"low": low, "high": high} for n, (low, _, high) in
                 old["drawn_parameters"].items()}  # fmt: skip
        arms: Any = {name: {"settings": {}} for name in self.experiment.arms}
        places = {
            n: {
                "arms": arms,
                **p,
            }
            for n, p in old["scenarios"].items()
        }
        for place in places.values():
            place["arms"] = arms
        self.manifest = {**old, "run": run, "drawn_parameters": drawn, "scenarios": places}
        keys = found.store.design()["key"].drop_duplicates()
        status = keys.map(found.store.statuses())
        ok, known = int((status == "ok").sum()), int(status.notna().sum())
        self.counts = SimpleNamespace(
            planned=len(keys), succeeded=ok, failed=known - ok, missing=len(keys) - known
        )
        self.replications = tuple(range(self.experiment.replications))
        self.maps: dict[str, Any] = {}
        self.ledger = pd.DataFrame()
        self._series: pd.DataFrame | None = None

    @property
    def digest(self) -> str:
        return self.raw.digest

    @property
    def monthly(self) -> Any:
        return self.at(0).monthly

    def at(self, point: int) -> Any:
        if self._series is None:
            series = self.raw.series() if self.experiment.series else pd.DataFrame({"point": []})
            self._series = series
        chosen = self._series[self._series["point"] == point].drop(columns="point")
        found = SimpleNamespace(**{k: v for k, v in vars(self).items() if k[0] != "_"})
        found.monthly, found.points = chosen, self.points.iloc[[point]]
        return found

    @property
    def effects(self) -> pd.DataFrame:
        frame = self.frame()
        names, horizons = tuple(self.experiment.arms), self.experiment.horizons
        values = np.array(
            [
                frame[frame["arm"] == a].sort_values(["rep", "horizon"])[list(OUTCOMES)]
                for a in names
            ]
        ).reshape(1, len(names), -1, len(horizons), len(OUTCOMES))
        return effect_table(values, names, horizons, 0)
