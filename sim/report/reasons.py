"""Parts of effects by mechanism, in words and rows for the report, the page and the console.

Its numbers are those of `sim.experiments.through`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sim.measures.measure import Measure
from sim.report.blocks import Tone
from sim.report.effects import SYMBOLS, Effect, effect_in_row
from sim.report.named import together
from sim.scenario.schema import PARAMETERS
from sim.words.catalogue import Words
from sim.words.language import number

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Part:
    """A mechanism in words: the effect without it, and what passes through it."""

    label: str
    help: str
    without: str
    without_interval: str
    change: str
    interval: str
    symbol: str
    verdict: str
    tone: Tone


@dataclass(frozen=True)
class Reasons:
    """Why a measure changes: sentences, and a row for each mechanism, those that matter first."""

    sentences: Sequence[str]
    parts: Sequence[Part]


def reasons(measure: Measure, table: pd.DataFrame, words: Words) -> Reasons:
    """Put a table of `sim.experiments.through.through_table` into words."""
    records: list[Any] = table.to_dict("records")
    rows = [(row, effect_in_row(measure, row, words.language)) for row in records]

    def of_kind(kind: str) -> list[tuple[Mapping[str, Any], Effect]]:
        return [(row, effect) for row, effect in rows if row["kind"] == kind]

    ((_, whole),), mechanisms = of_kind("whole"), of_kind("mechanism")
    mechanisms.sort(key=lambda one: (not one[1].has_moved, -abs(one[1].mean)))
    said = [_change("why.whole", whole, words, measure=words("page.quoted", text=whole.label))]
    if not whole.has_moved:
        said.append(words("why.not_moved"))
    moved = [one for one in mechanisms if one[1].has_moved]
    said += [
        _change("why.through_it", e, words, mechanism=_title(r["off"], words)) for r, e in moved
    ]
    small, still = (
        [e for _, e in mechanisms if not e.has_moved and e.is_open == is_open]
        for is_open in (False, True)
    )
    said += [words("why.small", count=len(small))] if small else []
    said += [words("why.open", count=len(still))] if still else []
    through = {row["off"]: effect.mean for row, effect in mechanisms}
    said += [_pair(row["off"].split(" + "), e, through, words) for row, e in of_kind("pair")]
    ((_, rest),) = of_kind("rest")
    key = "rest" if rest.has_moved else "rest_none" if rest.is_small else "rest_open"
    said.append(_change(f"why.{key}", rest, words))
    said.append(words("why.over", reps=number(whole.replications, words.language)))
    return Reasons(said, [_part(row, effect, words) for row, effect in mechanisms])


def _title(switch: str, words: Words) -> str:
    return words("page.quoted", text=PARAMETERS[switch].label[words.language])


def _change(key: str, effect: Effect, words: Words, **values: str) -> str:
    quantity = effect.quantity
    change = together(quantity.change(effect.mean), quantity.change_unit)
    return words(key, change=change, interval=effect.interval, **values)


def _pair(pair: Sequence[str], effect: Effect, through: Mapping[str, float], words: Words) -> str:
    """Say whether two mechanisms share a part of the effect, or make up for each other."""
    first, second = (_title(name, words) for name in pair)
    is_shared = effect.mean * sum(through[name] for name in pair) > 0
    key = "pair_open"
    if effect.is_small:
        key = "pair_none"
    elif effect.has_moved:
        key = "pair_shared" if is_shared else "pair_instead"
    return _change(f"why.{key}", effect, words, first=first, second=second)


def _part(row: Mapping[str, Any], effect: Effect, words: Words) -> Part:
    without = replace(effect, mean=row["effect"], lo90=row["effect_lo90"], hi90=row["effect_hi90"])
    info, quantity = PARAMETERS[row["off"]], effect.quantity
    return Part(
        label=info.label[words.language],
        help=info.help[words.language],
        without=quantity.change(without.mean),
        without_interval=without.interval,
        change=quantity.change(effect.mean),
        interval=effect.interval,
        symbol=SYMBOLS[effect.verdict],
        verdict=words(f"verdict.{effect.verdict}"),
        tone=effect.tone,
    )
