"""Real and simulated figures on one axis, with their intervals and the band."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Any, Final

from matplotlib.figure import Figure as Canvas
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.figures.style import COLOURS, Picture, look, round_ticks, write_ticks
from sim.report.evidence import VERDICTS, Figure, Reading
from sim.report.pictures.canvas import FONT, INK
from sim.report.pictures.strips import PAINT
from sim.words.catalogue import Words

BAND: Final = "#C9DDEC"
OBSERVED: Final[dict[str, Any]] = {
    "color": COLOURS["black"],
    "marker": "s",
    "markersize": 4.5,
    "linewidth": 1.4,
}
SIMULATED: Final[dict[str, Any]] = {
    "color": COLOURS["vermillion"],
    "marker": "o",
    "markersize": 6.0,
    "linewidth": 2.2,
}
"""Colour, mark and line of each side: never distinguished by colour alone."""

STEP: Final = 0.36
"""Height of a figure, inches."""

WIDTH: Final = 8.6

LONGEST: Final = 46
"""Letters of a line of a label."""

MOST_SOURCES: Final = 3
"""Records drawn of a figure; the table has all of them."""

FARTHEST: Final = 2.5
"""Times the largest value or band at which the axis ends, however long an interval is."""


def draw_against_bands(name: str, title: str, figures: Sequence[Figure], words: Words) -> Picture:
    """Draw a row for each figure; those in one unit share an axis."""
    scales = list(dict.fromkeys(figure.scale for figure in figures))
    groups = [[f for f in figures if f.scale == scale] for scale in scales]
    labels = {f.name: textwrap.fill(f.label(words), LONGEST) for f in figures}
    longest = max(len(line) for label in labels.values() for line in label.split("\n"))
    left = 0.02 + 0.0088 * longest
    gap, head = 0.5, 0.32
    height = head + sum(STEP * len(group) + gap for group in groups)
    with look():
        figure = Canvas(figsize=(WIDTH, height))
        top = height - head
        for group in groups:
            room = STEP * len(group)
            axes = figure.add_axes((left, (top - room) / height, 0.955 - left, room / height))
            _panel(axes, group, labels, words)
            top -= room + gap
        figure.legend(
            [
                Patch(color=BAND),
                Line2D([], [], **OBSERVED),
                Line2D([], [], **SIMULATED),
            ],
            [words(f"validate.legend_{key}") for key in ("band", "real", "model")],
            loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=3, fontsize=FONT,
            borderpad=0.0, borderaxespad=0.0, columnspacing=1.6,
        )  # fmt: skip
    said = words("answer.separator").join(
        f"{f.label(words)} {f.reading(f.simulated, words)}" for f in figures if f.simulated
    )
    return Picture(name, figure, words("validate.alt", title=title, said=said))


def _panel(axes: Any, group: Sequence[Figure], labels: dict[str, str], words: Words) -> None:
    low, high = _reach(group)
    for k, figure in enumerate(group):
        if figure.band:
            a, b = figure.band
            axes.barh(k, b - a, 0.82, left=a, color=BAND, linewidth=0)
        real = figure.real[:MOST_SOURCES]
        lines = [(reading, OBSERVED) for reading in real]
        if figure.simulated:
            lines.append((figure.simulated, SIMULATED))
        apart = min(0.24, 0.72 / max(len(lines), 1))
        for j, (reading, style) in enumerate(lines):
            _reading(axes, reading, k + apart * (j - (len(lines) - 1) / 2), (low, high), style)
        sign, tone = VERDICTS[figure.verdict]
        axes.annotate(sign, (1.012, k), xycoords=("axes fraction", "data"), va="center",
                      fontsize=11, fontweight="bold", color=PAINT[tone],
                      annotation_clip=False)  # fmt: skip
    axes.set_yticks(range(len(group)), [labels[f.name] for f in group])
    axes.set_ylim(len(group) - 0.5, -0.5)
    axes.set_xlim(low, high)
    axes.grid(visible=True, axis="x")
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.tick_params(length=0, labelsize=FONT, labelcolor=INK)
    round_ticks(axes.xaxis)
    write_ticks(axes.xaxis, lambda value: group[0].write(value, words))


def _reading(
    axes: Any, reading: Reading, at: float, within: tuple[float, float], style: dict[str, Any]
) -> None:
    if not math.isfinite(reading.value):
        return
    ends = [min(max(end, within[0]), within[1]) for end in (reading.low, reading.high)]
    axes.plot(ends, [at, at], color=style["color"], linewidth=style["linewidth"])
    axes.plot([reading.value], [at], **style, markeredgecolor="white", markeredgewidth=0.7)


def _reach(group: Sequence[Figure]) -> tuple[float, float]:
    """Return the ends of the axis: all values and bands, and intervals as far as they fit."""
    readings = [r for f in group for r in (*f.real, *([f.simulated] if f.simulated else []))]
    points = [r.value for r in readings] + [end for f in group if f.band for end in f.band]
    points = [p for p in points if math.isfinite(p)] or [0.0, 1.0]
    most = FARTHEST * max(map(abs, points)) or 1.0
    ends = [e for r in readings for e in (r.low, r.high) if math.isfinite(e)]
    low, high = min([0.0, *points]), max(points)
    low = min([low, *(max(e, -most) for e in ends)])
    high = max([high, *(min(e, most) for e in ends)])
    room = 0.03 * (high - low) or 1.0
    return low - room * (low < 0), high + room
