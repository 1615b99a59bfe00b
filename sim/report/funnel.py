"""The funnel from money to open shops in words and rows, for the report, the page and the console.

Its numbers are those of `sim.experiments.funnel`: levels and paired differences of replications.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sim.experiments.funnel import STAGES
from sim.measures.measure import WINDOWS
from sim.measures.registry import OUTCOMES
from sim.report.blocks import Tone
from sim.report.effects import SYMBOLS, Effect
from sim.report.named import named
from sim.report.quantity import about_euros
from sim.report.sections.answer_card import within_text
from sim.words.catalogue import Words


@dataclass(frozen=True)
class Stage:
    """A stage of the funnel in words: means without and with, and the paired difference."""

    label: str
    unit: str
    without: str
    with_it: str
    change: str
    interval: str
    symbol: str
    verdict: str
    tone: Tone


def stages(effects: Mapping[str, Effect], words: Words) -> list[Stage]:
    """Return the stages that are measured, from effects by measure."""
    return [_stage(name, effect, words) for name, effect in _measured(effects).items()]


def _measured(effects: Mapping[str, Effect]) -> dict[str, Effect]:
    return {n: effects[n] for n in STAGES if n in effects and effects[n].is_measured}


def _stage(name: str, effect: Effect, words: Words) -> Stage:
    quantity = effect.quantity
    window = WINDOWS[OUTCOMES[name].window][words.language]
    return Stage(
        label=effect.label,
        unit=f"{quantity.level_unit}, {window}",
        without=quantity.level(effect.baseline_mean),
        with_it=quantity.level(effect.baseline_mean + effect.mean),
        change=quantity.change(effect.mean),
        interval=effect.interval,
        symbol=SYMBOLS[effect.verdict],
        verdict=words(f"verdict.{effect.verdict}"),
        tone=effect.tone,
    )


def how_far(effects: Mapping[str, Effect], words: Words) -> list[str]:
    """Say which stages move, which are not touched, and which are too small or open."""
    said: dict[str, list[str]] = {"moved": [], "untouched": [], "small": [], "open": []}
    for effect in _measured(effects).values():
        said[_reading(effect)].append(_named(effect, words))
    separator = words("answer.separator")
    return [
        words(f"funnel.{reading}", stages=separator.join(found))
        for reading, found in said.items()
        if found
    ]


def _named(effect: Effect, words: Words) -> str:
    """Name a stage with its change; its unit often is its name, and money is rounded."""
    unit = effect.quantity.change_unit
    if effect.quantity.unit == "EUR" and effect.has_moved:
        sign = "+" if effect.mean > 0 else "\N{MINUS SIGN}"
        return f"{within_text(effect.label)} {sign}{about_euros(abs(effect.mean), words.language)}"
    said = named(effect, words)
    return said.replace(f"\N{NO-BREAK SPACE}{unit}", "") if unit in effect.label.lower() else said


def _reading(effect: Effect) -> str:
    if effect.is_exactly_zero:
        return "untouched"
    if effect.has_moved:
        return "moved"
    return "small" if effect.is_small else "open"
