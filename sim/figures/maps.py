"""Draw maps of people, footfall and vacancy at the start and the end, on equal colour scales."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, Normalize, PowerNorm
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.experiments.experiment import BASELINE
from sim.experiments.results import Results
from sim.figures.ground import STRENGTH, Streets
from sim.figures.run_story import starting_point
from sim.figures.style import (
    WIDTH,
    Picture,
    footer,
    legend,
    look,
    number_axis,
    percent_axis,
    place_of,
    rests_on,
    title,
)
from sim.kernels.arrays import Bools, Floats
from sim.kernels.zone_codes import BUFFER
from sim.measures.map_colours import PURPLES, Colours
from sim.measures.map_layers import LAYERS, block_of, in_blocks
from sim.measures.registry import MEASURES
from sim.scenario.scenario import Scenario
from sim.simulation.provenance import describe_territory
from sim.simulation.simulation import territory_of
from sim.territory.ground import Ground
from sim.territory.territory import ZONE_LABELS, Territory
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number

SHOWN: Final = ("population", "footfall", "vacancy")
_OUTLINES: Final[tuple[tuple[Any, float], ...]] = (("solid", 1.8), ((0, (2, 1)), 0.9))
"""Dashes and width of the outlines of the town centre and of the periphery."""

BUFFER_OVERLAY: Final = (1.0, 1.0, 1.0, 0.6)
"""White that lets the colours of the buffer around a place through."""

GROUND: Final = "#EFEFEF"
"""Colour of inhabited cells without a value."""


def drawn_months(scenario: Scenario) -> tuple[int, int]:
    """Return the months whose maps are drawn: the start, if it has footfall, and the end."""
    # Visits are counted at the end of a month: without a spin-up there are none at the start.
    return 0 if scenario.values["spin_up"] else 1, int(scenario.values["months"])


def draw_maps(results: Results, language: Language) -> Picture:
    """Draw the first and the last of the snapshots side by side.

    They are means over replications; cells without premises have no vacancy and stay blank.
    """
    words, kept = Words(language), results.rep_maps[BASELINE]
    maps = kept.only(drawn_months(results.scenario), SHOWN)
    seed, reps = results.experiment.seed, len(results.replications)
    means = {name: maps.layers[name].mean(axis=0, dtype=np.float64) for name in SHOWN}
    inhabited = means["population"].max(axis=0) > 0
    window = window_of(inhabited | (means["footfall"].max(axis=0) > 0) | (maps.zone < 2))
    first, last = results.indicators["date"].iloc[0], results.indicators["date"].iloc[-1]
    ended = f"map_figure.{'end' if last.month == 12 else 'within'}"
    rows = (
        (0, words("map_figure.start", year=first.year)),
        (len(maps.months) - 1, words(ended, month=last.month, year=last.year)),
    )
    with look():
        territory = mapped_territory(results.scenario)
        block = round(maps.cell_size / results.territory["cell_size_m"])
        shape = len(rows), len(SHOWN)
        ground = territory.ground if territory else None
        page = _Page(maps.zone, maps.cell_size, inhabited, window, shape, language, ground, block)
        for k, name in enumerate(SHOWN):
            scale = LAYERS[name].colours, LAYERS[name].is_share
            values = means[name][np.isfinite(means[name])]
            top = float(values.max(initial=0.0)) or 1.0  # a colour scale needs a positive range
            for j, (month, when) in enumerate(rows):
                axes = page.draw(j, k, means[name][month], *scale, top)
                if j == 0:
                    axes.set_title(LAYERS[name].label[language], pad=6)
                if k == 0:
                    axes.set_ylabel(when, fontsize=11, fontweight="bold")
            page.scale(k, words(f"map_figure.unit_{name}"), *scale, top)
        runs = words(f"map_figure.{'one' if reps == 1 else 'many'}", seed=seed, reps=reps)
        line = words("map_figure.line", runs=runs)
        page.finish(place_of(results, language), words("map_figure.head"), line)
        note = " ".join([squares(maps.cell_size, block, language), *credit(territory, language)])
        footer(page.figure, note, *rests_on(results, language))
    return Picture("maps", page.figure, words("map_figure.label"))


def draw_territory(territory: Territory, language: Language) -> Picture:
    """Draw a territory before a run: its people and its premises."""
    words, block = Words(language), block_of(territory.shape)
    count = np.bincount(territory.premises_cell, minlength=territory.residents.size)
    residents, premises = (
        in_blocks(field.reshape(territory.shape), block).astype(np.float64)
        for field in (territory.residents, count)
    )
    zone, size = in_blocks(territory.zone, block, np.minimum), block * territory.cell_size
    window = window_of((residents > 0) | (premises > 0) | (zone < 2))
    with look():
        page = _Page(zone, size, residents > 0, window, (1, 2), language, territory.ground, block)
        layers = (
            (
                residents,
                LAYERS["population"].label,
                "unit_population",
                LAYERS["population"].colours,
            ),
            (premises, MEASURES["premises"].label, "premises", PURPLES),
        )
        for k, (values, labels, unit, colours) in enumerate(layers):
            top = max(float(values.max()), 1.0)
            page.draw(0, k, values, colours, False, top).set_title(labels[language], pad=6)
            page.scale(k, words(f"map_figure.{unit}"), colours, False, top)
        note = squares(size, block, language)
        page.finish(territory.name, words("map_figure.territory"), note)
        told = starting_point(describe_territory(territory), language)
        footer(page.figure, *told, *credit(territory, language))
    label = words("figure.title", place=territory.name, head=words("map_figure.territory_label"))
    return Picture("territory", page.figure, label)


def squares(size: float, block: int, language: Language) -> str:
    """Say how large the squares of a map are, m, and what they add up."""
    words = Words(language)
    note = words("map_figure.note", size=number(size, language))
    if block > 1:
        note += " " + words("map_figure.blocks", number=number(block, language))
    return note


def mapped_territory(scenario: Scenario) -> Territory | None:
    """Return the territory of a scenario if a ground lies beneath it."""
    if not scenario.values["file"]:
        return None
    territory = territory_of(scenario)
    return territory if territory.ground else None


def credit(territory: Territory | None, language: Language) -> list[str]:
    """Return the sentence that names the source of a ground, if there is one."""
    if territory is None or territory.ground is None:
        return []
    source = territory.provenance.get("ground", {}).get("source", "")
    return [Words(language)("map_figure.credit", source=source)]


def window_of(shown: Bools) -> tuple[slice, slice]:
    """Return the occupied part of the grid with a margin of one cell."""
    if not shown.any():
        return slice(None), slice(None)
    rows, columns = (np.flatnonzero(shown.any(axis=a)) for a in (1, 0))
    return tuple(slice(max(int(i[0]) - 1, 0), int(i[-1]) + 2) for i in (rows, columns))  # type: ignore[return-value]


def lightened(zone: npt.NDArray[Any]) -> Floats:
    """Return a picture that makes the buffer of a place lighter, (rows, columns, 4)."""
    return np.where((zone >= BUFFER)[..., None], BUFFER_OVERLAY, 0.0)


class _Page:
    """A grid of maps of one territory: one column per layer, with a colour scale below each."""

    def __init__(
        self,
        zone: npt.NDArray[Any],
        cell_size: float,
        inhabited: Bools,
        window: tuple[slice, slice],
        shape: tuple[int, int],
        language: Language,
        beneath: Ground | None = None,
        block: int = 1,
    ) -> None:
        rows, columns = shape
        self.zone, self.inhabited = zone[window], inhabited[window]
        self.window, self.language, self.words = window, language, Words(language)
        self.kilometres = cell_size / 1000
        height, width = self.zone.shape
        self.extent = (0.0, width * self.kilometres, 0.0, height * self.kilometres)
        across = (WIDTH * 0.93) / columns - 0.25
        tall = min(max(across * height / width, 1.6), 5.0)
        inch = min(across / width, tall / height)
        self.streets = Streets(beneath, window, block, self.zone.shape, inch) if beneath else None
        self.height = 1.45 + rows * (tall + 0.1) + 1.4
        self.figure = Figure(figsize=(WIDTH, self.height))
        self.grid = self.figure.add_gridspec(
            rows,
            columns,
            left=0.05,
            right=0.98,
            top=1 - 1.45 / self.height,
            bottom=1.4 / self.height,
            hspace=0.06,
            wspace=0.06,
        )

    def draw(
        self, row: int, column: int, values: Floats, colours: Colours, is_share: bool, top: float
    ) -> Axes:
        axes = self.figure.add_subplot(self.grid[row, column])
        axes.grid(False)
        axes.set_xticks([])
        axes.set_yticks([])
        for side in axes.spines.values():
            side.set_visible(True)
            side.set_color("#AAAAAA")
        shown = np.ma.masked_where(~(values[self.window] >= 0), values[self.window])
        if not is_share:
            shown = np.ma.masked_less_equal(shown, 0)
        ground = np.ma.masked_where(~self.inhabited, np.ones(self.inhabited.shape))
        flat = Normalize(0, 1)
        axes.imshow(ground, cmap=ListedColormap([GROUND]), norm=flat, **self._placed())
        if self.streets:
            axes.imshow(self.streets.beneath, **self._placed())
        drawn: dict[str, Any] = {"cmap": shades_of(colours), "norm": norm_of(is_share, top)}
        axes.imshow(shown, alpha=STRENGTH if self.streets else None, **drawn, **self._placed())
        if self.streets:
            axes.imshow(self.streets.above, **self._placed())
        if (self.zone >= BUFFER).any():
            axes.imshow(lightened(self.zone), **self._placed())
        self._outline(axes, self.zone == 0, *_OUTLINES[0])
        self._outline(axes, self.zone == 1, *_OUTLINES[1])
        if self.streets:
            self.streets.write(axes, self.extent, 7)
        if row == 0 and column == 0:
            self._scale_bar(axes)
        return axes

    def _placed(self) -> dict[str, Any]:
        return {"extent": self.extent, "interpolation": "nearest", "aspect": "equal"}

    def _outline(self, axes: Axes, inside: Bools, dashes: Any, width: float) -> None:
        """Draw the edges between cells of a zone and all others."""
        padded = np.pad(inside, 1)
        high = inside.shape[0]
        i, j = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])
        across = np.array([[j, high - i], [j + 1, high - i]])
        i, j = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])
        upright = np.array([[j, high - i], [j, high - i - 1]])
        edges = np.concatenate([across, upright], axis=2).transpose(2, 0, 1) * self.kilometres
        if edges.size:
            axes.add_collection(
                LineCollection(list(edges), colors="black", linestyles=[dashes], linewidths=width)
            )

    def _scale_bar(self, axes: Axes) -> None:
        """Draw a scale bar of a round length, about a quarter of the map, and a north arrow."""
        wanted = self.extent[1] / 4
        power = 10.0 ** math.floor(math.log10(wanted))
        length = next(m * power for m in (5, 2, 1) if m * power <= wanted)
        x0, y0 = 0.04 * self.extent[1], 0.05 * self.extent[3]
        axes.plot([x0, x0 + length], [y0, y0], color="black", linewidth=2.5, solid_capstyle="butt")
        digits = max(0, -math.floor(math.log10(length) + 1e-9))
        text = f"{number(length, self.language, digits)} km"
        halo = {"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.0}
        axes.text(
            x0 + length / 2, y0 + 0.015 * self.extent[3], text, ha="center", va="bottom", bbox=halo,
            fontsize=8,
        )  # fmt: skip
        axes.text(0.96, 0.96, "N ↑", transform=axes.transAxes, ha="right", va="top", bbox=halo)

    def scale(self, column: int, unit: str, colours: Colours, is_share: bool, top: float) -> None:
        """Draw the colour scale of a column."""
        box = self.grid[-1, column].get_position(self.figure)
        place = (
            box.x0 + 0.1 * box.width, box.y0 - 0.24 / self.height, 0.8 * box.width,
            0.12 / self.height,
        )  # fmt: skip
        axes = self.figure.add_axes(place)
        mapped = ScalarMappable(norm_of(is_share, top), shades_of(colours))
        bar = self.figure.colorbar(
            mapped, cax=axes, orientation="horizontal", alpha=STRENGTH if self.streets else None
        )
        bar.set_label(unit, fontsize=8.5)
        bar.outline.set_visible(False)
        axes.tick_params(labelsize=8)
        if is_share:
            percent_axis(axes.xaxis, self.language)
        else:
            number_axis(axes.xaxis, self.language)
            axes.set_xticks(_square_ticks(top))

    def finish(self, name: str, head: str, line: str) -> None:
        """Add the title and the legend of outlines."""
        title(self.figure, self.words("figure.title", place=name, head=head), line, self.height)
        names = ("town_centre", "periphery")
        present = [z for z in range(2) if (self.zone == z).any()]
        handles = [
            Line2D([], [], color="black", linestyle=_OUTLINES[z][0], linewidth=_OUTLINES[z][1])
            for z in present
        ]
        labels = [ZONE_LABELS[names[z]][self.language] for z in present]
        handles.append(Line2D([], [], color=GROUND, marker="s", markersize=9, linestyle="none"))
        labels.append(self.words("map_figure.ground"))
        if (self.zone >= BUFFER).any():
            pale = Line2D([], [], color="#C9C9E3", marker="s", markersize=9, linestyle="none")
            handles.append(pale)
            labels.append(self.words("map_figure.buffer"))
        legend(self.figure, handles, labels, self.height)


def _square_ticks(top: float) -> list[float]:
    """Return round ticks at even distances on a square-root scale."""
    ticks = [0.0]
    for part in (1 / 16, 1 / 4, 9 / 16, 1):
        power = 10.0 ** math.floor(math.log10(part * top))
        tick = math.floor(part * top / power + 1e-9) * power
        wide = max(0.15, 0.025 * len(f"{tick:,.0f}"))
        if tick >= 1 and math.sqrt(tick / top) - math.sqrt(ticks[-1] / top) > wide:
            ticks.append(tick)
    return ticks


def norm_of(is_share: bool, top: float) -> Normalize:
    """Return a square-root scale, since people and visits concentrate in few cells."""
    return Normalize(0, top) if is_share else PowerNorm(0.5, 0, top)


def shades_of(colours: Colours) -> LinearSegmentedColormap:
    """Return a scale of colours as matplotlib has it."""
    return LinearSegmentedColormap.from_list("", np.array(colours) / 255)
