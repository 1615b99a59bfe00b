"""The texts of a pair: changes, causes, the three stakes, and limits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.app.pair import CHARTS, Pair, measures_of_months
from sim.kernels.arrays import Floats
from sim.measures.counting import COUNTS
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.registry.variables.money import LINES
from sim.report.effects import effect_in_row
from sim.report.quantity import Quantity, euros
from sim.simulation.provenance import assumed_parameters
from sim.simulation.simulation import Simulation
from sim.territory.territory import ZONES
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import calendar_month, number, span, typeset

if TYPE_CHECKING:
    from sim.experiments.results import Results

STAKES: Final = {
    "method": ("bottom_up_share", "partners_per_project", "months_to_birth"),
    "dissemination": ("trust", "openness", "public_partner_share", "review_delay"),
    "implantation": HEADLINES,
}
"""Measures of each stake."""


def tell(pair: Pair, language: Language, command: str) -> dict[str, Any]:
    """Return all texts about the present month; the command compares in all territories.

    ``changed``: headline measures and notes; ``why``: title and sentence of each mechanism, in the
    order of the chain; ``stakes``: question, sentences and command of each stake; ``limits``:
    sentences.
    """
    words = Words(language)
    return {
        "month": pair.month,
        "changed": _changed(pair, words),
        "why": _why(pair, words),
        "stakes": {stake: _stake(stake, pair, words, command) for stake in STAKES},
        "limits": _limits(pair, words),
    }


def _stake(stake: str, pair: Pair, words: Words, command: str) -> dict[str, Any]:
    sentences = [measure.sentence(words) for measure in _measures(pair, STAKES[stake], words)]
    if stake == "implantation":
        sentences.append(words("page_stakes.implantation_how"))
    else:
        command = ""
    question = words(f"page_stakes.{stake}")
    return {"question": question, "sentences": sentences, "command": command}


def _changed(pair: Pair, words: Words) -> dict[str, Any]:
    if not pair.month:
        year = int(pair.arms.without.values["start_year"])
        started = words("changed.month_zero", date=calendar_month(year, 1, words.language))
        return {"measures": [_empty(name, words) for name in HEADLINES], "notes": [started]}
    return {
        "measures": [measure.tile(words) for measure in _measures(pair, HEADLINES, words)],
        "notes": [words("changed.window"), words("changed.one_run", seed=pair.arms.seed)],
    }


def _empty(name: str, words: Words) -> dict[str, str]:
    """Return the tile of a measure without a value."""
    measure = OUTCOMES[name]
    quantity = Quantity(measure.unit, 1.0, words.language)
    return {
        "label": typeset(measure.label[words.language], words.language),
        "before": "",
        "after": "–",
        "unit": "" if quantity.is_share else quantity.level_unit,
        "change": "",
        "note": "",
    }


@dataclass(frozen=True)
class _Measure:
    """A measure in both territories, in words; equal values have no change."""

    label: str
    before: str
    after: str
    unit: str
    change: str
    change_unit: str
    relevant: str
    matters: bool

    def tile(self, words: Words) -> dict[str, Any]:
        """Return the parts of a tile of the page."""
        note = "" if self.change else words("changed.equal")
        if self.change and not self.matters:
            relevant = self.relevant if self.unit else self._with_unit(self.relevant)
            note = words("changed.too_small", relevant=relevant)
        return {
            "label": self.label,
            "before": words("changed.before", before=self.before),
            "after": self.after,
            "unit": self.unit,
            "change": self.change if self.unit else self._with_unit(self.change),
            "note": note,
        }

    def sentence(self, words: Words) -> str:
        """Return the measure as a sentence."""
        key = "more" if self.matters else "small" if self.change else "same"
        return words(
            f"changed.{key}",
            label=self.label,
            before=self.before,
            after=self.after,
            change=self._with_unit(self.change),
            relevant=self._with_unit(self.relevant),
        )

    def _with_unit(self, change: str) -> str:
        return _together(change, self.change_unit) if change else ""


def _together(number: str, unit: str) -> str:
    """Join a number and its unit by a non-breaking space."""
    return f"{number}\N{NO-BREAK SPACE}{unit}".strip()


def _measures(pair: Pair, names: Sequence[str], words: Words) -> list[_Measure]:
    """Return those of some measures that have a value."""
    if not pair.month:
        return []
    before, after = (measures_of_months(run, pair.month - 1)[0] for run in pair.runs)
    values = {name: (float(b), float(a)) for name, b, a in zip(CHARTS, before, after, strict=True)}
    return [_measure(n, *values[n], words) for n in names if all(map(math.isfinite, values[n]))]


def _measure(name: str, before: float, after: float, words: Words) -> _Measure:
    measure = OUTCOMES[name]
    relevant = measure.smallest_relevant(before)
    quantity = Quantity(measure.unit, relevant, words.language)
    return _Measure(
        label=typeset(measure.label[words.language], words.language),
        before=quantity.level(before),
        after=quantity.level(after),
        unit="" if quantity.is_share else quantity.level_unit,
        change="" if before == after else quantity.change(after - before),
        change_unit=quantity.change_unit,
        relevant=quantity.size(relevant),
        matters=abs(after - before) > relevant,
    )


def _limits(pair: Pair, words: Words) -> list[str]:
    assumed, uncertain = assumed_parameters(pair.arms.with_it)
    counts = {"assumed": len(assumed), "total": uncertain}
    texts = {name: number(count, words.language) for name, count in counts.items()}
    keys = ["conditional", "assumed", "one_run", "left_out", "maps"]
    if not pair.arms.without.values["file"]:
        keys.append("place")
    return [words(f"page_limits.{key}", **texts) for key in keys]


class _Course:
    """The counts of a run, this month and so far."""

    def __init__(self, run: Simulation) -> None:
        self._rows = dict(zip(COUNTS, run.counts.T, strict=True))

    def _of(self, name: str) -> Floats:
        names = [name] if name in self._rows else [f"{name}_{zone}" for zone in ZONES]
        return np.asarray(sum(self._rows[one] for one in names))

    def now(self, name: str) -> float:
        """Return a count of the present month."""
        return float(self._of(name)[-1])

    def so_far(self, name: str) -> float:
        """Return a count since the start."""
        return float(self._of(name).sum())


def _why(pair: Pair, words: Words) -> list[dict[str, str]]:
    """Describe the chain of mechanisms with the numbers of this month."""
    if pair.arms.without.interventions == pair.arms.with_it.interventions:
        return [{"key": "nothing", "title": "", "text": words("why.nothing")}]
    if not pair.month:
        return [{"key": "not_begun", "title": "", "text": words("why.not_begun")}]
    before, after = (_Course(run) for run in pair.runs)
    links = _links(before, after, words.language)
    texts = {"money": _money(pair, words)}
    texts |= {key: words(f"why.{key}", **values) for key, values in links.items()}
    return [
        {"key": key, "title": words(f"why_title.{key}"), "text": text}
        for key, text in texts.items()
        if text
    ]


def _links(before: _Course, after: _Course, language: Language) -> dict[str, dict[str, Any]]:
    def n(value: float) -> str:
        return number(value, language)

    def share(course: _Course) -> str:
        youth = course.now("youth")
        active = course.now("youth_active") / youth if youth else math.nan
        return Quantity("share", 0.005, language).level(active)

    def delay(course: _Course) -> str:
        decided = course.now("approvals") + course.now("refusals")
        months = course.now("decided_months") / decided if decided else math.nan
        return Quantity("months", 0.25, language).level(months)

    return {
        "places": {
            "count": after.now("open_places"),
            "seats": n(after.now("seats")),
            "users": n(after.now("users")),
            "before": n(before.now("users")),
        },
        "participation": {
            "active": n(after.now("youth_active")),
            "youth": n(after.now("youth")),
            "share": share(after),
            "before": share(before),
        },
        "ideas": _flow(before, after, "ideas", n),
        "engineering": {
            "waiting": n(after.now("ideas_in_work")),
            "before": n(before.now("ideas_in_work")),
        },
        "review": {
            "files": n(after.now("waiting_files")),
            "delay": delay(after),
            "before": delay(before),
        },
        "births": _flow(before, after, "births", n) | {"running": n(after.now("running"))},
        "takeovers": {
            "total": n(after.so_far("takeovers")),
            "before": n(before.so_far("takeovers")),
        },
        "closures": _flow(before, after, "closures", n) | {"open": n(after.now("open_shops"))},
    }


def _flow(before: _Course, after: _Course, name: str, n: Any) -> dict[str, str]:
    return {
        "now": n(after.now(name)),
        "total": n(after.so_far(name)),
        "before": n(before.so_far(name)),
    }


def _money(pair: Pair, words: Words) -> str:
    """Describe income and spending of the intervention's account, if any."""
    arm = pair.arms.with_it
    name = arm.interventions[-1].name
    if name not in arm.account_names:
        return ""
    pages = pair.with_it.ledger_pages[:, arm.account_names.index(name)]
    spending = pages[:, :, 1:].sum(axis=1)
    total = euros(float(spending.sum()) / 100, words.language)
    now = spending[-1]
    if not now.sum():
        return words("why.money_none", total=total)
    return words(
        "why.money",
        income=euros(float(pages[-1, :, 0].sum()) / 100, words.language),
        spent=euros(float(now.sum()) / 100, words.language),
        line=words(f"line.{LINES[int(now.argmax())]}"),
        total=total,
    )


def verdicts(comparison: Results, language: Language) -> list[str]:
    """Describe the results of replications for the headline measures at the end of the run."""
    words = Words(language)
    effects = comparison.effects
    end = int(effects["horizon"].max())
    reps = len(comparison.replications)
    found = [words("verdicts.intro", reps=number(reps, language), span=span(end, language))]
    rows: list[Any] = effects[effects["horizon"] == end].to_dict("records")
    by_measure = {row["indicator"]: row for row in rows}
    for name in HEADLINES:
        effect = effect_in_row(OUTCOMES[name], by_measure[name], language)
        if math.isfinite(effect.mean):
            write = effect.quantity.change
            found.append(
                words(
                    "verdicts.line",
                    label=effect.label,
                    change=_together(write(effect.mean), effect.quantity.change_unit),
                    low=write(effect.lo90),
                    high=write(effect.hi90),
                    verdict=words(f"verdict.{effect.verdict}"),
                )
            )
    return found
