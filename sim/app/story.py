"""The texts of a pair: the answer, causes, the three stakes, and limits."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from sim.app.pair import Pair
from sim.app.replications import STAKES, Replications
from sim.experiments.inference import FEWEST
from sim.kernels.arrays import Floats
from sim.measures.counting import COUNTS
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.registry.variables.money import LINES
from sim.report.effects import SYMBOLS, Effect
from sim.report.quantity import Quantity, euros
from sim.report.sections.answer_card import within_text
from sim.simulation.provenance import assumed_parameters
from sim.simulation.simulation import Simulation
from sim.territory.territory import ZONES
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import calendar_month, number, span, typeset


def tell(
    pair: Pair, replications: Replications | None, language: Language, command: str
) -> dict[str, Any]:
    """Return all texts about the present month; the command compares in all territories.

    ``answer``: a sentence, tiles of the headline measures and notes; ``why``: title and sentence of
    each mechanism, in the order of the chain; ``stakes``: question, sentences and command of each
    stake; ``limits``: sentences. Effects are those of replications; the chain is that of one run.
    """
    words = Words(language)
    effects: Mapping[str, Effect] = {}
    if replications is not None:
        effects = replications.effects(pair.month, language)
    return {
        "month": pair.month,
        "answer": _answer(pair, replications, effects, words),
        "why": _why(pair, words),
        "stakes": {stake: _stake(stake, effects, words, command) for stake in STAKES},
        "limits": _limits(pair, words),
    }


def _stake(stake: str, effects: Mapping[str, Effect], words: Words, command: str) -> dict[str, Any]:
    found = [effects[name] for name in STAKES[stake] if name in effects]
    sentences = [_line(effect, words) for effect in found if effect.is_measured]
    if not found:
        sentences.append(words("answers.none_yet"))
    if stake == "implantation":
        sentences.append(words("page_stakes.implantation_how"))
    else:
        command = ""
    question = words(f"page_stakes.{stake}")
    return {"question": question, "sentences": sentences, "command": command}


def _line(effect: Effect, words: Words) -> str:
    """State an effect in a sentence."""
    write = effect.quantity.change
    return words(
        "answers.line",
        label=effect.label,
        change=_together(write(effect.mean), effect.quantity.change_unit),
        low=write(effect.lo90),
        high=write(effect.hi90),
        verdict=words(f"verdict.{effect.verdict}"),
    )


def _answer(
    pair: Pair, found: Replications | None, effects: Mapping[str, Effect], words: Words
) -> dict[str, Any]:
    tiles = [_tile(name, effects.get(name), words) for name in HEADLINES]
    sentence = _sentence(pair, effects, words)
    notes = [words("answers.window")]
    if effects and found is not None:
        reps = number(found.known, words.language)
        notes.insert(0, words("answers.over", reps=reps))
        if found.failed:
            notes.append(words("answers.failed", count=found.failed))
    return {"sentence": sentence, "tiles": tiles, "notes": notes}


READINGS: Final = {"good": "better", "bad": "worse", "": "moved", "none": "none", "open": "open"}
"""Readings of measures by the tone of their effects, in the order in which they are stated."""


def _sentence(pair: Pair, effects: Mapping[str, Effect], words: Words) -> str:
    """Say which headline measures move, which do not, and which are open."""
    if pair.arms.is_same:
        return words("answers.same")
    if not pair.month:
        year = int(pair.arms.without.values["start_year"])
        return words("answers.month_zero", date=calendar_month(year, 1, words.language))
    if not effects:
        return words("answers.running", fewest=number(FEWEST, words.language))
    said: dict[str, list[str]] = {tone: [] for tone in READINGS}
    for effect in (effects[name] for name in HEADLINES):
        if effect.is_measured:
            said[effect.tone].append(_named(effect, words))
    parts = [
        words(f"sweep_lead_one.{READINGS[tone]}", measures=", ".join(names))
        for tone, names in said.items()
        if names
    ]
    findings = words("answer.separator").join(parts)
    return words("answers.lead", span=span(pair.month, words.language), findings=findings)


def _named(effect: Effect, words: Words) -> str:
    """Name a measure within a sentence, with its change where it moves."""
    name = within_text(effect.label)
    if not effect.has_moved:
        return name
    change = _together(effect.quantity.change(effect.mean), effect.quantity.change_unit)
    said = f"{name} {change}"
    return words("answer.may_not_matter", finding=said) if effect.is_open else said


def _tile(name: str, effect: Effect | None, words: Words) -> dict[str, str]:
    """Return the parts of a tile: a level and its change, with the interval and the verdict."""
    measure = OUTCOMES[name]
    known = effect is not None and effect.is_measured
    quantity = effect.quantity if effect else Quantity(measure.unit, 1.0, words.language)
    tile = {
        "label": typeset(measure.label[words.language], words.language),
        "level": "–",
        "unit": "" if quantity.is_share else quantity.level_unit,
        **dict.fromkeys(("before", "change", "interval", "tone", "symbol", "verdict"), ""),
    }
    if effect is None or not known:
        return tile | ({"verdict": words("verdict.missing")} if effect else {})
    points = f"\N{NO-BREAK SPACE}{quantity.change_unit}"
    return tile | {
        "level": quantity.level(effect.baseline_mean + effect.mean),
        "before": words("answers.before", before=quantity.level(effect.baseline_mean)),
        "change": quantity.change(effect.mean) + ("" if tile["unit"] else points),
        "interval": effect.interval,
        "tone": effect.tone or "moved",
        "symbol": SYMBOLS[effect.verdict],
        "verdict": words(f"verdict.{effect.verdict}"),
    }


def _together(number: str, unit: str) -> str:
    """Join a number and its unit by a non-breaking space."""
    return f"{number}\N{NO-BREAK SPACE}{unit}".strip()


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
    if pair.arms.is_same:
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
    """Describe income and spending of the interventions' accounts, if any."""
    accounts = pair.arms.with_it.account_names
    rows = [accounts.index(i.name) for i in pair.arms.added if i.name in accounts]
    if not rows:
        return ""
    pages = pair.with_it.ledger_pages[:, rows].sum(axis=1)
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
