"""The description of a pair for the page, except for its frames and words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sim.app.ends import KINDS, ends_of_levers, kinds_of
from sim.app.ground import buffer_bits, credit
from sim.app.pair import CHARTS
from sim.app.sessions import Session
from sim.interventions import Intervention
from sim.registry.parameters import ParameterInfo
from sim.scenario.scenario import Scenario
from sim.scenario.schema import PARAMETERS
from sim.words.folders import languages
from sim.words.sources import source_in


def describe(session: Session) -> dict[str, Any]:
    """Describe a pair for the page, except for its frames."""
    pair = session.pair
    run = pair.without
    rows, columns = shape = run.territory.shape
    place = run.territory.place_alone
    added = pair.arms.added
    return {
        "month": pair.month,
        "months": pair.months,
        "start_year": int(run.values["start_year"]),
        "rows": rows,
        "columns": columns,
        "cell_size_m": run.territory.cell_size,
        "residents": round(float(place.residents.sum(dtype="float64"))),
        "premises": int(place.premises_cell.size),
        "ground": credit(run.territory),
        "buffer": buffer_bits(run.territory),
        "scales": {name: list(scale) for name, scale in pair.scales.items()},
        "charts": list(CHARTS),
        "is_same": pair.arms.is_same,
        "mode": pair.arms.mode,
        "cost": sum(i.cost(pair.months) for i in added),
        "ends": {own(i, n, added): e for i in added for n, e in ends_of_levers(i, shape).items()},
        "kinds": {own(i, KINDS, added): kinds_of(i) for i in added if KINDS in i.values},
        "differs": _differs(session),
        "events": [
            {"month": month, "intervention": i.name, "event": event}
            for i in added
            for month, event in ((i.levers.start, "begins"), (i.levers.stop, "ends"))
            if event == "begins" or month
        ],
    }


def own(intervention: Intervention, lever: str, added: Sequence[Intervention]) -> str:
    """Return the name of a lever: behind that of its intervention where several are tried."""
    return lever if len(added) == 1 else f"{intervention.name}.{lever}"


def _differs(session: Session) -> list[dict[str, Any]]:
    """List every setting that differs from the territory as offered and from the baseline."""
    arms, asked = session.pair.arms, session.asked.settings
    levers = [
        _setting(own(one, name, arms.added), info, one)
        for one in arms.added
        for name, info in one.kind.infos.items()
        if {name, f"{one.name}.{name}"} & asked.keys() or one.values[name] != info.default
    ]
    changed = [name for name in asked if name in PARAMETERS]
    return levers + [_setting(name, PARAMETERS[name], arms.with_it) for name in changed]


def _setting(name: str, info: ParameterInfo, owner: Scenario | Intervention) -> dict[str, Any]:
    setting = owner.settings.get(info.name)
    source = setting.source if setting and setting.source != "not stated" else info.source
    return {
        "name": name,
        "value": owner.values[info.name],
        "default": info.default,
        "evidence": (setting or info).evidence,
        "source": {lang: source_in(source, lang) for lang in languages()},
    }
