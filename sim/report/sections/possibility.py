"""In how many plausible worlds a centre is saved, in which ones, and what is worth measuring."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sim.analysis.boxes import find_boxes
from sim.analysis.information import FEWEST_DRAWS, value_of_information
from sim.analysis.worlds import CENTRE, Share, Worlds, read_worlds, strongest
from sim.experiments.multiplicity import LEVEL
from sim.interventions.plan import DISCOUNT_RATE
from sim.kernels.arrays import Bools
from sim.report.blocks import Block, Cell, Gallery, Paragraph, Section, Subhead, Table, Tile
from sim.report.facts import Facts
from sim.report.layout import levels_of
from sim.report.pictures.heat_map import Axis
from sim.report.pictures.indices import draw_indices
from sim.report.pictures.share_map import draw_share_map
from sim.report.quantity import euros, probability, rounded, value_of
from sim.report.readings import Arm
from sim.report.sections.answer_card import within_text
from sim.report.sections.sensitivity import EXTRA
from sim.scenario.schema import PARAMETERS
from sim.words.language import number, percent, span

VALUES: Final = (100_000, 300_000, 1_000_000)
"""Examples of what a shop open for a year may be worth to the public, EUR; it is for readers to
say, and not in the model."""

MOST_MEASURED: Final = 8
MOST_STUDIES: Final = 5
"""Parameters and field studies that are ranked, those worth most."""

MOST_LIMITED: Final = 12
"""Parameters among which PRIM looks for limits: with all of them it takes noise for limits."""

FEWEST_SAVED: Final = 8
"""Worlds, with the effect and without, below which no box is sought: half of them check it."""


EQUALS: Final = "=\N{NO-BREAK SPACE}"


def possibility(facts: Facts) -> Section | None:
    """Map the plausible worlds; None unless many of them meet each size or funding."""
    layout = facts.layout
    is_choice = layout.axes and all(f in facts.levers for f in layout.axes)
    is_map = layout.kind in ("grid", "curve") and is_choice and len(layout.panels) == 1
    names = [name for name in CENTRE if name in facts.indicators]
    drawn = facts.has_interventions and not facts.is_fixed and facts.reps >= FEWEST_DRAWS
    if not (is_map and names and drawn):
        return None
    blocks: list[Block] = []
    for k, arm in enumerate(facts.arms, 1):
        worlds = read_worlds(facts.results, arm.name)
        if len(worlds.draws) < FEWEST_DRAWS:
            continue
        if len(facts.arms) > 1:
            blocks.append(Subhead(arm.label))
        blocks += _of_arm(facts, arm, k, worlds, names)
    title = facts.words("sweep_section.possibility")
    return Section("possibility", title, blocks) if blocks else None


def _of_arm(facts: Facts, arm: Arm, k: int, worlds: Worlds, names: Sequence[str]) -> list[Block]:
    words = facts.words
    surfaces = {name: facts.surface(arm, name) for name in names}
    targets = {name: s.target for name, s in surfaces.items() if s.target is not None}
    shares = worlds.shares(targets)
    best = int(np.argmax([s.share for s in shares]))
    wanted = [
        words("possibility.target", measure=within_text(s.label),
              change=s.quantity.change_in_full(targets[name]))
        for name, s in surfaces.items()
    ]  # fmt: skip
    relevant = words("possibility.relevant", targets=words("answer.separator").join(wanted))
    return [
        Paragraph(_answer(facts, arm, shares, best), style="lead"),
        Paragraph(" ".join([words("possibility.world"), relevant, *_luck(facts, worlds, names)])),
        Gallery([Tile(_map(facts, k, shares, best))], columns=1),
        *_boxes(facts, worlds, worlds.met(targets)[:, best], best),
        *_information(facts, k, worlds),
    ]


def _answer(facts: Facts, arm: Arm, shares: Sequence[Share], best: int) -> str:
    words, top = facts.words, shares[best]
    said = {
        "span": span(facts.months, words.language),
        "intervention": facts.quoted(arm),
        "worlds": facts.levels.count(top.worlds),
        "count": facts.levels.count(len(shares)),
    }
    if not top.met:
        bound = percent(max(share.hi90 for share in shares), words.language)
        return words("possibility.none", bound=bound, **said)
    ends = {end: percent(getattr(top, f"{end}90"), words.language, 0) for end in ("lo", "hi")}
    share = probability(top.share, words.language)
    return words("possibility.some", point=facts.point_label(best), share=share, **ends, **said)


def _luck(facts: Facts, worlds: Worlds, names: Sequence[str]) -> list[str]:
    """Say how much of the spread of effects is luck, and that it is taken out, or not."""
    words = facts.words
    parts = [1 - worlds.share_of_parameters(name) for name in names]
    if not all(math.isfinite(part) for part in parts):
        return [words("possibility.luck_included")]
    low, high = (facts.share(end) for end in (min(parts), max(parts)))
    share = low if low == high else words("quantity.range", low=low, high=high)
    return [words("possibility.luck", share=share)]


def _map(facts: Facts, k: int, shares: Sequence[Share], best: int) -> Any:
    *row, column = facts.layout.axes
    rows, columns = (
        Axis(facts.levels.axis(f), [facts.levels.value(f, v) for v in levels_of(facts.points, f)])
        if f is not None
        else Axis("", [""])
        for f in (row[0] if row else None, column)
    )
    label = facts.words(
        "possibility.alt",
        low=probability(min(s.share for s in shares), facts.language),
        high=probability(shares[best].share, facts.language),
        point=facts.point_label(best),
    )
    if not shares[best].met:
        label = facts.words("possibility.alt_none")
    points = np.atleast_2d(facts.layout.panels[0].points)
    return draw_share_map(f"worlds_{k}", label, shares, points, rows, columns, facts.words)


# In which worlds


def _boxes(facts: Facts, worlds: Worlds, met: Bools, best: int) -> list[Block]:
    """Describe the worlds in which the best choice has a relevant effect, by PRIM."""
    words, count = facts.words, facts.levels.count
    head = Subhead(words("possibility.which"))
    saved = int(met.sum())
    if not saved:
        return []
    if min(saved, met.size - saved) < FEWEST_SAVED:
        key, few = (
            ("box_few", saved) if saved < met.size - saved else ("box_most", met.size - saved)
        )
        text = words(f"possibility.{key}", count=few, worlds=count(met.size))
        return [head, Paragraph(text)]
    if importlib.util.find_spec("ema_workbench") is None:
        return [head, Paragraph(words("sensitivity.extra", command=EXTRA))]
    searched = worlds.draws[strongest(worlds.draws, met, MOST_LIMITED)]
    boxes = find_boxes(searched, met)
    if boxes.empty:
        return [head, Paragraph(words("possibility.box_none", point=facts.point_label(best)))]
    blocks: list[Block] = [head]
    for _, limits in boxes.groupby("box"):
        box = limits.iloc[0]
        said = {key: facts.share(float(box[key])) for key in ("density", "coverage", "share_met")}
        text = words("possibility.box", point=facts.point_label(best), worlds=count(int(box["n"])),
                     p=_p(facts, float(box["p_value"]), EQUALS), **said)  # fmt: skip
        rows = [
            [_name(facts, row["factor"]), Cell(_limit(facts, row)), Cell(_p(facts, row["quasi_p"]))]
            for row in limits.to_dict("records")
        ]
        heads = ["possibility.figure", "possibility.limits", "possibility.quasi_p"]
        blocks += [Paragraph(text), facts.table("possibility.box_caption", heads, rows)]
    return blocks


def _limit(facts: Facts, row: Any) -> str:
    """Write the limits of a parameter in a box, with its unit."""
    words, ends = facts.words, {"low": "at_least", "high": "at_most"}
    told = {e: _amount(facts, row["factor"], row[e]) for e in ends if math.isfinite(row[e])}
    if len(told) == 2:
        return words("quantity.range", **told)
    ((end, amount),) = told.items()
    return words(f"possibility.{ends[end]}", amount=amount)


def _amount(facts: Facts, name: str, value: float) -> str:
    info, words = PARAMETERS[name], facts.words
    value, is_bare = rounded(value, 3), info.unit in ("1", "share")
    unit = "" if is_bare else f"\N{NO-BREAK SPACE}{words.unit(info.unit, value)}"
    return value_of(value, info.unit, facts.language) + unit


def _p(facts: Facts, value: float, sign: str = "") -> str:
    """Write a p-value, after a sign if it is less than what is written."""
    if value < 0.001:
        return f"<\N{NO-BREAK SPACE}{number(0.001, facts.language, 3)}"
    return sign + number(value, facts.language, 3 if value < 0.01 else 2)


def _name(facts: Facts, name: str) -> Cell:
    return Cell(PARAMETERS[name].label[facts.language], code=name)


# What is worth measuring


def _information(facts: Facts, k: int, worlds: Worlds) -> list[Block]:
    """Rank what is worth knowing where the best choice and doing nothing tie, and at examples."""
    words, money = facts.words, _money
    blocks: list[Block] = [
        Subhead(words("possibility.measure")),
        Paragraph(
            words("possibility.worth", rate=percent(DISCOUNT_RATE, words.language),
                  count=facts.levels.count(worlds.draws.shape[1]))
        ),
    ]  # fmt: skip
    tie = worlds.value_at_tie
    if math.isfinite(tie):
        point = facts.point_label(_best(worlds, tie * (1 + 1e-9)))
        text = words("possibility.tie", amount=money(facts, tie), point=point)
    else:
        text = words("possibility.no_tie")
    blocks.append(Paragraph(text))
    values = sorted({float(v) for v in VALUES} | ({tie} if math.isfinite(tie) else set()))
    found = {v: value_of_information(worlds.draws, worlds.net_benefits(v)) for v in values}
    at = tie if math.isfinite(tie) else values[-1]
    ranked = found[at]
    beyond = ranked[ranked["p_value"] <= LEVEL]
    if len(beyond):
        labels = [PARAMETERS[n].label[words.language] for n in beyond["study"]]
        named = [words("page.quoted", text=label) for label in labels]
        text = words("possibility.beyond", figures=", ".join(named))
    else:
        text = words("possibility.chance", worlds=facts.levels.count(len(worlds.draws)))
    blocks.append(Paragraph(text))
    top = ranked[ranked["worth"] > 0].head(MOST_MEASURED).to_dict("records")
    if top:
        blocks += [
            _ranking(facts, k, at, top),
            Paragraph(words("possibility.bars"), style="note"),
            _measurements(facts, at, top),
            *_studies(facts, worlds, at),
        ]
    blocks.append(_by_value(facts, worlds, found))
    return blocks


def _best(worlds: Worlds, value: float) -> int:
    """Return the choice with the largest mean net benefit, -1 for doing nothing."""
    return int(worlds.net_benefits(value).mean(axis=0).argmax()) - 1


def _money(facts: Facts, value: float) -> str:
    return euros(rounded(value, 2), facts.language)


def _ranking(facts: Facts, k: int, value: float, top: Sequence[Any]) -> Gallery:
    words = facts.words
    rows = [
        {
            "label": PARAMETERS[row["study"]].label[words.language],
            **{key: row[key] / 1e3 for key in ("worth", "by_chance")},
            **{f"worth_{end}": row[f"{end}90"] / 1e3 for end in ("lo", "hi")},
        }
        for row in top
    ]
    head = words("possibility.at_value", amount=_money(facts, value))
    picture = draw_indices(f"worth_{k}", head, rows, "worth", "by_chance", False, words)
    return Gallery([Tile(picture)], columns=1)


def _measurements(facts: Facts, value: float, top: Sequence[Any]) -> Table:
    """Tabulate what would be measured in the field for each of the figures."""
    words = facts.words
    rows = []
    for row in top:
        info = PARAMETERS[row["study"]]
        field = f"measurement.{info.group}"
        told = words(field) if words.knows(field) else info.help[words.language]
        evidence = Cell(words(f"evidence.{info.evidence}"))
        rows.append([_name(facts, info.name), *_worth(facts, row), evidence, Cell(told)])
    heads = ["possibility.figure", "possibility.knowing", "possibility.certainty",
             "possibility.known", "possibility.field"]  # fmt: skip
    amount = _money(facts, value)
    return facts.table("possibility.ranked", heads, rows, (2, 3, 4), amount=amount)


def _studies(facts: Facts, worlds: Worlds, value: float) -> list[Block]:
    """Rank field studies, each of which tells all the figures of a group at once."""
    words, told = facts.words, dict[str, list[str]]()
    for name in worlds.draws:
        key = f"measurement.{PARAMETERS[str(name)].group}"
        if words.knows(key):
            told.setdefault(key, []).append(str(name))
    found = value_of_information(worlds.draws, worlds.net_benefits(value), told)
    rows = [
        [
            Cell(words(row["study"])),
            Cell(facts.levels.count(len(told[row["study"]]))),
            *_worth(facts, row),
        ]
        for row in found.head(MOST_STUDIES).to_dict("records")
    ]
    heads = ["possibility.field", "possibility.tells", "possibility.knowing",
             "possibility.certainty"]  # fmt: skip
    amount = _money(facts, value)
    return [
        Paragraph(words("possibility.together")),
        facts.table("possibility.studies", heads, rows, (3,), amount=amount),
    ]


def _worth(facts: Facts, row: Any) -> list[Cell]:
    """Return what a study is worth with its interval, and whether that is beyond chance."""
    words = facts.words
    low, high = (_money(facts, row[end]) for end in ("lo90", "hi90"))
    verdict = "found" if row["p_value"] <= LEVEL else "open"
    return [
        Cell(_money(facts, row["worth"]), below=words("quantity.range", low=low, high=high)),
        Cell(
            words(f"possibility.{verdict}"),
            below=words("possibility.p", p=_p(facts, row["p_value"], EQUALS)),
            tone="good" if verdict == "found" else "open",
        ),
    ]


def _by_value(facts: Facts, worlds: Worlds, found: dict[float, Any]) -> Table:
    """Tabulate the best choice, and what is most worth knowing, by the value of a shop-year."""
    words = facts.words
    rows = []
    for value, ranked in found.items():
        best = _best(worlds, value)
        gain = float(worlds.net_benefits(value).mean(axis=0).max())
        first = ranked.iloc[0]
        known = Cell(words("possibility.useless"))
        if first["worth"] > 0:
            below = "" if first["p_value"] <= LEVEL else words("possibility.open")
            label = PARAMETERS[first["study"]].label[words.language]
            known = Cell(label, below=below)
        rows.append(
            [
                Cell(_money(facts, value)),
                Cell(facts.point_label(best) if best >= 0 else words("possibility.nothing")),
                Cell(_money(facts, gain)),
                known,
                Cell(_money(facts, float(first["worth"]))),
            ]
        )
    heads = ["possibility.value", "possibility.best", "possibility.gain", "possibility.first",
             "possibility.knowing"]  # fmt: skip
    return facts.table("possibility.by_value", heads, rows, (1, 3))
