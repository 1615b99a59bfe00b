"""The style of all figures and their export to reproducible SVG and PNG.

Colour-blind people can distinguish Okabe and Ito's colours; even so, nothing depends on colour
alone. Text stays text in the SVG, so screen readers, search and translation work.
"""

from __future__ import annotations

import io
import re
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, Final

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.experiments.results import Results
from sim.figures.run_story import caveat, starting_point
from sim.kernels.arrays import Floats
from sim.version import MODEL_VERSION, package_version
from sim.words.catalogue import Words
from sim.words.folders import ENGLISH, Language
from sim.words.language import number, percent

__all__ = [
    "COLOURS",
    "Picture",
    "footer",
    "label_point",
    "legend",
    "look",
    "number_axis",
    "percent_axis",
    "rests_on",
    "round_ticks",
    "title",
    "write_ticks",
    "year_axis",
]

COLOURS: Final = {
    "blue": "#0072B2",
    "vermillion": "#D55E00",
    "green": "#009E73",
    "orange": "#E69F00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "black": "#000000",
}
"""Okabe and Ito (2008), Color universal design."""

_RC: Final[Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana"],
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "essaim",
    "path.simplify": True,
}
WIDTH: Final = 11.0
"""Inches."""

DPI: Final = 144


@contextmanager
def look() -> Iterator[None]:
    """Context for drawing and saving, independent of the user's matplotlib settings.

    Settings take milliseconds to change, so draw many pictures within one outer context.
    """
    if matplotlib.rcParams["svg.hashsalt"] == _RC["svg.hashsalt"]:
        yield
        return
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_RC)
        yield


class Picture:
    """A figure with a name and a text alternative.

    Parameters
    ----------
    name : str
        File name without suffix; also prefixes the ids of the SVG.
    figure : matplotlib.figure.Figure
    label : str
        Description in one sentence.
    """

    def __init__(self, name: str, figure: Figure, label: str) -> None:
        self.name, self.figure, self.label = name, figure, label

    def svg(self) -> bytes:
        """Return the figure as SVG, with text as text, unique ids, a role and a label."""
        buffer = io.StringIO()
        with look():
            self.figure.savefig(
                buffer, format="svg", metadata={"Date": None, "Creator": None}, dpi=DPI
            )
        text = buffer.getvalue()
        text = re.sub(r'\bid="', f'id="{self.name}-', text)
        text = re.sub(r'((?:xlink:)?href="#|url\(#)', rf"\g<1>{self.name}-", text)
        words = escape(self.label, quote=True)
        head = f'<svg role="img" aria-label="{words}" '
        text = text.replace("<svg ", head, 1)
        start = text.index(">", text.index("<svg ")) + 1
        return (text[:start] + f"\n <title>{words}</title>" + text[start:]).encode()

    def png(self) -> bytes:
        """Return the figure as PNG."""
        buffer = io.BytesIO()
        with look():
            FigureCanvasAgg(self.figure).print_figure(
                buffer, format="png", dpi=DPI, metadata={"Software": None, "Title": self.label}
            )
        return buffer.getvalue()


def title(figure: Figure, head: str, line: str, height: float) -> None:
    """Write the title and a line of description at the top left of the page."""
    figure.text(0.06, 1 - 0.3 / height, head, fontsize=14, fontweight="bold", va="top")
    figure.text(0.06, 1 - 0.62 / height, line, fontsize=9.5, va="top", color="#333333")


def legend(figure: Figure, handles: list[Any], labels: list[str], height: float) -> None:
    """Draw the legend in a row below the title."""
    figure.legend(
        handles,
        labels,
        loc="upper left",
        bbox_to_anchor=(0.0605, 1 - 0.88 / height),
        ncols=len(handles),
        borderpad=0,
        borderaxespad=0,
        columnspacing=2.5,
    )


def label_point(
    axes: Axes, time: Floats, values: Floats, top: Floats, at: int, text: str, colour: str
) -> None:
    """Write the value at one end of a line, above everything drawn near it.

    `top` is the upper edge of the drawing at each time, `at` 0 for the start and -1 for the end.
    """
    near = max(1, round(0.16 * time.size))
    above = top[:near] if at == 0 else top[-near:]
    axes.plot(time[at], values[at], "o", color=colour, markersize=4, clip_on=False, zorder=3)
    axes.annotate(
        text,
        (time[at], max(float(above.max()), float(values[at]))),
        xytext=(0, 4),
        textcoords="offset points",
        ha="left" if at == 0 else "right",
        fontweight="bold",
        color=colour,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )


def round_ticks(axis: Any, parts: int = 5, *, integer: bool = False) -> None:
    """Put ticks at round numbers."""
    axis.set_major_locator(MaxNLocator(parts, steps=[1, 2, 5, 10], integer=integer))


def write_ticks(axis: Any, write: Callable[[float], str]) -> None:
    """Write the value at each tick."""
    axis.set_major_formatter(FuncFormatter(lambda value, _: write(value)))


def year_axis(axis: Any) -> None:
    """Set ticks at whole years or months, in round steps."""
    round_ticks(axis, 6, integer=True)


def place_of(results: Results, language: Language) -> str:
    """Return the title of a run's scenario; in English where it has none in the language."""
    titles = results.scenario.title
    return str(titles.get(language, titles[ENGLISH]))


def rests_on(results: Results, language: Language) -> list[str]:
    """Return the footer of a picture: start, assumptions and version."""
    words, seed = Words(language), results.experiment.seed
    return [
        *starting_point(results.territory, language),
        caveat(results.manifest, language, "manifest.json"),
        words("figure.made", package=package_version(), model=MODEL_VERSION, seed=seed),
    ]


def footer(figure: Figure, *sentences: str) -> None:
    """Write the footer of the page."""
    lines = textwrap.wrap(" ".join(sentences), 180, break_long_words=False)
    figure.text(
        0.06,
        0.12 / figure.get_figheight(),
        "\n".join(lines),
        fontsize=7.5,
        color="#555555",
        va="bottom",
        linespacing=1.4,
    )


def percent_axis(axis: Any, language: Language) -> None:
    """Format ticks in per cent in the language."""
    round_ticks(axis)
    write_ticks(axis, lambda v: percent(v, language, 0))


def number_axis(axis: Any, language: Language, digits: int = 0) -> None:
    """Format ticks as numbers in the language."""
    round_ticks(axis, integer=not digits)
    write_ticks(axis, lambda v: number(v, language, digits))
