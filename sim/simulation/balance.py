"""The balance sheet of an imported place: what it holds, what is usual, and what is doubtful."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.errors import InputError
from sim.scenario.scenario import load_scenario
from sim.simulation.simulation import Simulation
from sim.territory.generate import SECTOR_MIX
from sim.territory.imported_scenario import suggest_archetype
from sim.territory.public_data import where_to_find
from sim.territory.remedies import Remedy, sentence
from sim.territory.territory import SECTORS, VACANT, Territory
from sim.words.catalogue import Words
from sim.words.folders import ENGLISH, Language
from sim.words.language import number, percent

__all__ = [
    "Balance",
    "Remark",
    "balance_sheet",
    "figure_in_words",
    "remarks_in_words",
    "run_a_month",
    "with_balance",
]

MOST_IN_EMPTY_CELLS: Final = 0.10
"""Maximum share of premises in cells without residents; assumed."""

MOST_UNKNOWN: Final = 0.20
"""Maximum share of rows of unknown kind; assumed."""

MOST_COMPARISON: Final = 0.70
"""Share of comparison shops above which a town centre looks like a retail park; assumed."""

FEWEST_IN_CENTRE: Final = 10
"""Fewest premises of a centre whose mix is questioned; assumed."""

USUAL_RANGE: Final = 2.0
"""Factor by which premises per 1,000 residents may differ from those of the archetype; assumed."""


@dataclass(frozen=True)
class Remark:
    """One remark; a doubt stops an import until the user accepts it.

    `code` is a key of the words under ``balance``, with their values.
    """

    code: str
    values: Mapping[str, int | float | str] = field(default_factory=dict)
    remedy: Remedy | None = None
    is_doubt: bool = False

    def sentence(self, language: Language) -> str:
        """Return the remark in words."""
        return _in_words(self.code, self.values, language)

    @property
    def advice(self) -> str:
        """The remedy as a sentence of the command line; empty without one."""
        return sentence(self.remedy.on_command_line) if self.remedy else ""


def _in_words(code: str, values: Mapping[str, Any], language: Language) -> str:
    shown = {name: _value(name, value, language) for name, value in values.items()}
    return Words(language)(f"balance.{code}", **shown)


def _value(name: str, value: int | float | str, language: Language) -> int | float | str:
    if isinstance(value, str) or name == "count":
        return value
    if name in ("share", "low", "high", *SECTORS):
        return percent(value, language)
    if name == "year":
        return str(value)
    return number(value, language, 0 if isinstance(value, int) else 1)


def figure_in_words(
    name: str, here: float, usual: float | None, language: Language
) -> tuple[str, str, str]:
    """Return a figure's label, its value here, and that in the archetype, if there is one."""

    def shown(value: float) -> str:
        if name.startswith("share"):
            return percent(value, language)
        return number(value, language, _digits(name))

    label = Words(language)("balance_figures." + re.sub(r"[^a-z]+", "_", name.lower()).strip("_"))
    return label, shown(here), "" if usual is None else shown(usual)


def _digits(name: str) -> int:
    return 0 if name == "residents" else 2 if "relative" in name else 1


def remarks_in_words(provenance: dict[str, Any], language: Language) -> list[str]:
    """Return the remarks of the balance sheet in a territory's provenance, if it has one."""
    sheet = provenance.get("balance_sheet", {})
    return [_in_words(one["code"], one["values"], language) for one in sheet.get("remarks", ())]


@dataclass(frozen=True)
class Balance:
    """Figures of a place beside those of its archetype, where that has any, and the remarks."""

    archetype: str
    figures: dict[str, tuple[float, float | None]]
    remarks: list[Remark] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "archetype": self.archetype,
            "figures": {
                name: {"here": round(here, 4), "archetype": usual and round(usual, 4)}
                for name, (here, usual) in self.figures.items()
            },
            "remarks": [
                asdict(remark) | {"remedy": remark.advice, "sentence": remark.sentence(ENGLISH)}
                for remark in self.remarks
            ],
        }

    def rows(self) -> list[list[str]]:
        """Return a table in words: figure, here, in the archetype."""
        rows = [["figure", "here", self.archetype.replace("_", " ")]]
        for name, (here, usual) in self.figures.items():
            show = _shown(name)
            rows.append([name, show(here), "" if usual is None else show(usual)])
        return rows


def _shown(name: str) -> Any:
    if name.startswith("share"):
        return lambda value: percent(value, "en")
    return lambda value: number(value, "en", _digits(name))


def balance_sheet(territory: Territory, archetype: str | None = None) -> Balance:
    """Compare an imported place with its archetype, and say what is missing or doubtful.

    Raise `InputError` if the archetype is unknown.
    """
    chosen = archetype or suggest_archetype(territory)[0]
    usual = load_scenario(chosen).values
    territory = territory.place_alone
    parts = territory.provenance
    residents = float(territory.residents.sum(dtype=np.float64))
    income = float((territory.income * territory.residents).sum() / residents)
    figures: dict[str, tuple[float, float | None]] = {
        "residents": (residents, None),
        "income relative to France": (income, usual["income_level"]),
    }
    remarks = [Remark(code, {}, remedy) for code, remedy in where_to_find(territory).items()]
    n = territory.premises_cell.size
    if n:
        per_1000 = 1000 * n / residents
        figures |= {"premises per 1,000 residents": (per_1000, usual["premises_per_1000"])}
        figures |= _by_sector(territory, usual, residents)
        empty = int((territory.residents.ravel()[territory.premises_cell] <= 0).sum())
        premises = parts["premises"]
        unknown = sum(premises["unknown_kinds"].values())
        share = premises["unknown_share"]
        vacant = int((territory.premises_occupancy == VACANT).sum())
        figures |= {
            "share in cells without residents": (empty / n, None),
            "share of rows of unknown kind": (share, None),
            "share vacant": (vacant / n, usual["starting_vacancy"]),
            "share vacant, low": (parts["vacancy"]["low"], None),
            "share vacant, high": (parts["vacancy"]["high"], None),
        }
        remarks += _doubts(territory, empty, n, unknown, share)
        if not 1 / USUAL_RANGE <= per_1000 / usual["premises_per_1000"] <= USUAL_RANGE:
            values = {"here": per_1000, "usual": float(usual["premises_per_1000"])}
            remarks.append(Remark("premises", values))
        remarks += _of_shops(territory)
    if buffer := parts.get("buffer"):
        remarks.append(Remark("buffer", {n: round(buffer[n]) for n in ("residents", "premises")}))
        if "leaving_place" in buffer:
            remarks.append(Remark("leaving", buffer["leaving_place"]))
    remarks += _of_sources(parts)
    return Balance(chosen, figures, remarks)


def _by_sector(
    territory: Territory, usual: Any, residents: float
) -> dict[str, tuple[float, float | None]]:
    centre, park = usual["centre_share"], usual["park_share"]
    mix = np.array([centre, park, max(0.0, 1 - centre - park)]) @ np.array(
        [SECTOR_MIX[zone] for zone in range(3)]
    )
    counts = np.bincount(territory.premises_sector, minlength=len(SECTORS))
    return {
        f"{sector} per 1,000 residents": (
            1000 * float(count) / residents,
            float(usual["premises_per_1000"] * part / mix.sum()),
        )
        for sector, count, part in zip(SECTORS, counts, mix, strict=True)
    }


def _doubts(
    territory: Territory, empty: int, n: int, unknown: int, unknown_share: float
) -> list[Remark]:
    remarks = []
    if empty:
        values: dict[str, int | float | str] = {"n": empty, "all": n, "share": empty / n}
        is_doubt = empty > MOST_IN_EMPTY_CELLS * n
        remarks.append(Remark("empty_cells", values, Remedy("whole_place"), is_doubt))
    if unknown:
        kinds = territory.provenance["premises"]["unknown_kinds"]
        some = ", ".join(sorted(kinds, key=lambda kind: (-kinds[kind], kind))[:5])
        values = {"count": unknown, "some": some}
        is_doubt = unknown_share > MOST_UNKNOWN
        remarks.append(Remark("unknown_kinds", values, Remedy("kinds"), is_doubt))
    return remarks


def _of_shops(territory: Territory) -> list[Remark]:
    remarks, premises = [], territory.provenance["premises"]
    vacancy = territory.provenance["vacancy"]
    values = {name: vacancy[name] for name in ("share", "low", "high")}
    remedy = Remedy("vacancy")
    if vacancy.get("generated"):
        remarks.append(Remark("vacancy_assumed", values, remedy))
    elif values["low"] < values["high"]:
        remarks.append(Remark("vacancy_sampled", values, remedy))
    remarks += [
        Remark(code, {"count": premises[code]})
        for code in ("far_from_residents", "other_commune", "without_coordinates", "bad_positions")
        if premises.get(code)
    ]
    in_centre = territory.is_town_centre.ravel()[territory.premises_cell]
    sectors = territory.premises_sector[in_centre]
    comparison = float((sectors == SECTORS.index("comparison")).mean()) if sectors.size else 0.0
    if sectors.size >= FEWEST_IN_CENTRE and comparison > MOST_COMPARISON:
        remarks.append(Remark("centre", {"share": comparison}, Remedy("centre")))
    return remarks


def _of_sources(parts: dict[str, Any]) -> list[Remark]:
    remarks = [
        Remark(f"source_{words}", {}, Remedy(f"source_{words}"))
        for part, words in (("residents", "residents"), ("premises", "shops"))
        if parts[part].get("licence") == "unknown"
    ]
    if "assumed" in parts["income"].get("year_from", ""):
        remarks.append(Remark("year", {"year": parts["income"]["year"]}, Remedy("year")))
    return remarks


def with_balance(territory: Territory, balance: Balance, *, is_accepted: bool) -> Territory:
    """Return the territory with its balance sheet in the provenance."""
    lines = [remark.sentence(ENGLISH) for remark in balance.remarks]
    entry = {
        "source": "sim.simulation.balance",
        "evidence": "derived",
        "is_accepted": is_accepted,
        **balance.as_json(),
        "in_words": " ".join(lines) if lines else "Nothing to remark.",
    }
    return replace(territory, provenance={**territory.provenance, "balance_sheet": entry})


def run_a_month(scenario: Path) -> None:
    """Load a written scenario and run its first month; raise `InputError` if it cannot run."""
    try:
        Simulation(load_scenario(str(scenario)), seed=1).run(1)
    except InputError as error:
        reason = str(error).replace(f"{scenario.parent}/", "")
        raise InputError(f"the place cannot run, so nothing was written: {reason}") from None
