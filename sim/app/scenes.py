"""The guided story: five scenes of the town's film, at months and places that its state chooses.

The place as it is; where most shops go dark; what is tried begins; what flows through it; what is
different at the end, and what is not. All numbers are those of the film, one possible course, but
for the last scene, which also states the answer of the replications.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sim.app.pair import Pair
from sim.experiments.manifest import titles_of
from sim.kernels.arrays import Floats
from sim.kernels.zone_codes import BUFFER
from sim.measures.counting import COUNTS
from sim.registry.state import State
from sim.registry.variables.money import LINES, SOURCES
from sim.report.quantity import euros
from sim.simulation.simulation import Simulation
from sim.territory.territory import ZONES
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import calendar_month, number, percent

YEAR: Final = 12
_PUBLIC: Final = SOURCES.index("public")


@dataclass(frozen=True)
class Scene:
    """A scene: the month and the view of the canvas, and the numbers of its sentences.

    The cell is the row and the column around which it is enlarged; `border` is that between the two
    towns, in per cent, and 100 shows the one without what is tried.
    """

    key: str
    month: int
    layer: str
    cell: tuple[int, int]
    zoom: int
    border: int
    is_difference: bool = False
    values: tuple[tuple[str, Any], ...] = ()


class Film:
    """A pair run to its end, of which the counts and the lit premises of each January are kept."""

    def __init__(self, pair: Pair) -> None:
        self.pair = Pair(pair.arms, pair)
        self.months = self.pair.months
        state = self.pair.without.state
        self.shape: tuple[int, int] = state["cell.residents"].shape
        self.cells = state["premises.cell_row"].copy()
        self.residents = float(
            state["cell.residents"].sum(dtype=np.float64, where=state["cell.zone"] < BUFFER)
        )
        self.is_centre = state["premises.zone"] == ZONES.index("town_centre")
        self.at = sorted({*range(0, self.months, YEAR), self.months})
        dark = []
        for month in self.at:
            self.pair.run_to(month)
            dark.append(_is_dark(state))
        self.dark = np.stack(dark)

    def counts(self, run: Simulation, name: str) -> Floats:
        """Return a count of each month, over all zones if it has them."""
        names = [name] if name in COUNTS else [f"{name}_{zone}" for zone in ZONES]
        return np.asarray(run.counts[:, [COUNTS.index(one) for one in names]].sum(axis=1))

    def both(self, name: str) -> tuple[Floats, Floats]:
        """Return a count of each month without and with what is tried."""
        without, with_it = (self.counts(run, name) for run in self.pair.runs)
        return without, with_it

    @property
    def spent(self) -> Floats:
        """Public money that is spent beyond the other town, EUR a month and line."""
        without, with_it = (
            run.ledger_pages[:, :, _PUBLIC, 1:].sum(axis=1) / 100 for run in self.pair.runs
        )
        return np.asarray(with_it - without, np.float64)

    def around(self, premises: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """Count some premises in each cell and the eight around it."""
        rows, columns = self.shape
        here = np.bincount(self.cells[premises], minlength=rows * columns).reshape(self.shape)
        padded = np.pad(here, 1)
        return np.asarray(
            sum(padded[i : i + rows, j : j + columns] for i in range(3) for j in range(3))
        )

    @property
    def darkest(self) -> tuple[int, tuple[int, int]]:
        """The year, as an index, and the place in which most shops went dark since the start."""
        first = self.around(self.dark[0])
        more = [self.around(one) - first for one in self.dark]
        year = int(np.argmax([one.max() for one in more]))
        row, column = np.unravel_index(int(more[year].argmax()), self.shape)
        return year, (int(row), int(column))


def _is_dark(state: State) -> npt.NDArray[np.bool_]:
    is_vacant = (state["premises.is_open"] == 0) & (state["premises.third_place"] < 0)
    return np.asarray(is_vacant & (state["premises.zone"] < BUFFER))


def scenes_of(pair: Pair) -> list[Scene]:
    """Return the five scenes of a pair, which stays at its month."""
    film = Film(pair)
    year, place = film.darkest
    opening, at = _begins(film, place)
    return [
        _as_it_is(film, place),
        _goes_dark(film, year, place),
        opening,
        _flows(film, at),
        _ends(film, place),
    ]


def _as_it_is(film: Film, place: tuple[int, int]) -> Scene:
    dark, centre = film.dark[0], film.dark[0][film.is_centre]
    values = {
        "residents": film.residents,
        "premises": float(dark.size),
        "dark": float(dark.sum()),
        "centre": float(centre.mean()) if centre.size else 0.0,
    }
    return Scene("as_it_is", 0, "population", place, 1, 100, values=tuple(values.items()))


def _goes_dark(film: Film, year: int, place: tuple[int, int]) -> Scene:
    every, then = film.around(np.ones(film.cells.size, bool)), film.dark[year]
    values = {
        "here": float(every[place]),
        "dark": float(film.around(then)[place]),
        "before": float(film.around(film.dark[0])[place]),
        "all_dark": float(then.sum()),
        "all_before": float(film.dark[0].sum()),
    }
    if not year:  # nowhere do more stand empty than at the start
        month, all_dark = film.months, float(film.dark[-1].sum())
        values |= {"all_dark": all_dark}
        return Scene("stays_lit", month, "vacancy", place, 1, 100, values=tuple(values.items()))
    return Scene("goes_dark", film.at[year], "vacancy", place, 4, 100, values=tuple(values.items()))


def _begins(film: Film, otherwise: tuple[int, int]) -> tuple[Scene, tuple[int, int]]:
    """Return the scene in which what is tried begins, and the place where it is."""
    added = film.pair.arms.added
    first = min((i.levers.start for i in added), default=0) + 1
    month, place, key = min(first, film.months), otherwise, "begins_without_place"
    if first > film.months:
        return Scene("begins_never", film.months, "footfall", place, 1, 0), place
    before, after = film.both("open_places")
    values: dict[str, Any] = {}
    if (after > before).any():
        month, key = int(np.argmax(after > before)) + 1, "begins"
        rows = film.pair.with_it.state["third_place.cell_row"]
        known = film.pair.without.state["third_place.cell_row"].size
        row, column = np.unravel_index(int(rows[known:][0]), film.shape)
        place = int(row), int(column)
        seats = [of[month - 1] for of in film.both("seats")]
        values = {"count": int((after - before)[month - 1]), "seats": float(seats[1] - seats[0])}
    elif not added:
        key = "changes"
    elif not film.spent.sum() > 0:
        key = "begins_free"
    else:
        values = {"line": LINES[int(film.spent.sum(axis=0).argmax())]}
    spent = film.spent[: month + YEAR - 1].sum()
    values |= {"money": float(spent)}
    layer = "third_places" if key == "begins" else "footfall"
    zoom = 4 if key == "begins" else 1
    return Scene(key, month, layer, place, zoom, 0, values=tuple(values.items())), place


def _year_to(values: Floats) -> Floats:
    """Return sums over the twelve months that end with each month, fewer in the first year."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    last = np.arange(1, values.size + 1)
    return np.asarray(sums[last] - sums[np.maximum(0, last - YEAR)])


def _flows(film: Film, place: tuple[int, int]) -> Scene:
    users = [_year_to(one) for one in film.both("users")]
    gain = users[1] - users[0]
    if not (gain > 0).any():
        gain = _year_to(film.spent.sum(axis=1))
    if not (gain > 0).any():
        return Scene("flows_nothing", film.months, "third_places", place, 1, 0)
    month = int(np.argmax(gain)) + 1
    months = min(month, YEAR)
    values: dict[str, Any] = {"money": float(_year_to(film.spent.sum(axis=1))[month - 1])}
    for name in ("users", "ideas", "births"):
        of_year = [_year_to(one)[month - 1] for one in film.both(name)]
        share = months if name == "users" else 1
        values[f"{name}_without"], values[name] = (float(one / share) for one in of_year)
    return Scene("flows", month, "third_places", place, 2, 0, values=tuple(values.items()))


def _ends(film: Film, place: tuple[int, int]) -> Scene:
    values: dict[str, Any] = {}
    for name in ("open_shops", "running"):
        without, with_it = (float(one[-1]) for one in film.both(name))
        values |= {f"{name}_without": without, name: with_it}
    return Scene("ends", film.months, "vacancy", place, 1, 50, True, tuple(values.items()))


def tell_scenes(
    pair: Pair, scenes: list[Scene], answer: str, language: Language
) -> list[dict[str, Any]]:
    """Return the scenes in words; the last one also states the answer of the replications."""
    told = [_told(pair, scene, language) for scene in scenes]
    told[-1]["sentences"].append(answer)
    return told


_MONEY: Final = ("money",)
_SHARES: Final = ("centre",)


def _told(pair: Pair, scene: Scene, language: Language) -> dict[str, Any]:
    words, values = Words(language), dict(scene.values)
    at = max(scene.month - 1, 0)
    year = int(pair.arms.without.values["start_year"]) + at // YEAR
    shown: dict[str, Any] = {"date": calendar_month(year, at % YEAR + 1, language)}
    tried = titles_of(pair.arms.added, language)
    shown["title"] = words("page.quoted", text=tried) if tried else words("scene.own_changes")
    for name, value in values.items():
        shown[name] = (
            euros(value, language)
            if name in _MONEY
            else percent(value, language, 0)
            if name in _SHARES
            else words(f"line.{value}")
            if name == "line"
            else value
            if name == "count"
            else number(value, language)
        )
    sentences = [words(f"scene.{scene.key}", **shown)]
    if words.knows(f"scene.{scene.key}_more"):
        sentences.append(words(f"scene.{scene.key}_more", **shown))
    return {
        "title": words(f"scene_title.{scene.key}"),
        "sentences": sentences,
        "month": scene.month,
        "layer": scene.layer,
        "cell": list(scene.cell),
        "zoom": scene.zoom,
        "border": scene.border,
        "difference": scene.is_difference,
    }
