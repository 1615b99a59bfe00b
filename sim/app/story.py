"""The texts of a pair: the answer, the funnel behind it, the three stakes, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from sim.app.pair import Pair
from sim.app.replications import STAKES, Replications
from sim.experiments.inference import FEWEST
from sim.measures.registry import HEADLINES, OUTCOMES
from sim.report.effects import SYMBOLS, Effect
from sim.report.funnel import how_far, stages
from sim.report.named import named, together
from sim.report.quantity import Quantity
from sim.simulation.provenance import assumed_parameters
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import calendar_month, number, span, typeset


def tell(
    pair: Pair, replications: Replications | None, language: Language, command: str
) -> dict[str, Any]:
    """Return all texts about the present month; the command compares in all territories.

    ``answer``: a sentence, tiles of the headline measures and notes; ``funnel``: sentences, and the
    stages from money to open shops; ``stakes``: question, sentences and command of each stake;
    ``limits``: sentences. All effects are those of replications.
    """
    words = Words(language)
    effects: Mapping[str, Effect] = {}
    if replications is not None:
        effects = replications.effects(pair.month, language)
    return {
        "month": pair.month,
        "answer": _answer(pair, replications, effects, words),
        "funnel": _funnel(effects, words),
        "stakes": {stake: _stake(stake, effects, words, command) for stake in STAKES},
        "limits": _limits(pair, words),
    }


def _funnel(effects: Mapping[str, Effect], words: Words) -> dict[str, Any]:
    sentences = how_far(effects, words) or [words("answers.none_yet")]
    return {"sentences": sentences, "stages": [asdict(one) for one in stages(effects, words)]}


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
        change=together(write(effect.mean), effect.quantity.unit_of_change(effect.mean)),
        low=write(effect.lo90),
        high=write(effect.hi90),
        verdict=words(f"verdict.{effect.verdict}"),
    )


def _answer(
    pair: Pair, found: Replications | None, effects: Mapping[str, Effect], words: Words
) -> dict[str, Any]:
    tiles = [_tile(name, effects.get(name), words) for name in HEADLINES]
    sentence = answer_at(pair, pair.month, effects, words)
    notes = [words("answers.window")]
    if effects and found is not None:
        reps = number(found.known, words.language)
        notes.insert(0, words("answers.over", reps=reps))
        if found.failed:
            notes.append(words("answers.failed", count=found.failed))
    return {"sentence": sentence, "tiles": tiles, "notes": notes}


READINGS: Final = {"good": "better", "bad": "worse", "": "moved", "none": "none", "open": "open"}
"""Readings of measures by the tone of their effects, in the order in which they are stated."""


def answer_at(pair: Pair, month: int, effects: Mapping[str, Effect], words: Words) -> str:
    """Say which headline measures move up to a month, which do not, and which are open."""
    if pair.arms.is_same:
        return words("answers.same")
    if not month:
        year = int(pair.arms.without.values["start_year"])
        return words("answers.month_zero", date=calendar_month(year, 1, words.language))
    if not effects:
        return words("answers.running", fewest=number(FEWEST, words.language))
    said: dict[str, list[str]] = {tone: [] for tone in READINGS}
    for effect in (effects[name] for name in HEADLINES):
        if effect.is_measured:
            said[effect.tone].append(named(effect, words))
    parts = [
        words(f"sweep_lead_one.{READINGS[tone]}", measures=", ".join(names))
        for tone, names in said.items()
        if names
    ]
    findings = words("answer.separator").join(parts)
    return words("answers.lead", span=span(month, words.language), findings=findings)


def _tile(name: str, effect: Effect | None, words: Words) -> dict[str, str]:
    """Return the parts of a tile: a level and its change, with the interval and the verdict."""
    measure = OUTCOMES[name]
    known = effect is not None and effect.is_measured
    quantity = effect.quantity if effect else Quantity(measure.unit, 1.0, words.language)
    tile = {
        "name": name,
        "label": typeset(measure.label[words.language], words.language),
        "level": "–",
        "unit": "" if quantity.is_share else quantity.level_unit,
        **dict.fromkeys(("before", "change", "interval", "tone", "symbol", "verdict"), ""),
    }
    if effect is None or not known:
        return tile | ({"verdict": words("verdict.missing")} if effect else {})
    points = f"\N{NO-BREAK SPACE}{quantity.unit_of_change(effect.mean)}"
    return tile | {
        "level": quantity.level(effect.baseline_mean + effect.mean),
        "before": words("answers.before", before=quantity.level(effect.baseline_mean)),
        "change": quantity.change(effect.mean) + ("" if tile["unit"] else points),
        "interval": effect.interval,
        "tone": effect.tone or "moved",
        "symbol": SYMBOLS[effect.verdict],
        "verdict": words(f"verdict.{effect.verdict}"),
    }


def _limits(pair: Pair, words: Words) -> list[str]:
    assumed, uncertain = assumed_parameters(pair.arms.with_it)
    counts = {"assumed": len(assumed), "total": uncertain}
    texts = {name: number(count, words.language) for name, count in counts.items()}
    keys = ["conditional", "assumed", "one_run", "left_out", "maps"]
    if not pair.arms.without.values["file"]:
        keys.append("place")
    return [words(f"page_limits.{key}", **texts) for key in keys]
