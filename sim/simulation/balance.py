"""The balance sheet of an imported place: what it holds, what is usual, and what is doubtful."""

from __future__ import annotations

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
from sim.territory.territory import SECTORS, VACANT, Territory
from sim.words.language import number, percent

__all__ = ["Balance", "Remark", "balance_sheet", "run_a_month", "with_balance"]

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
    """One remark in a sentence; a doubt stops an import until the user accepts it."""

    code: str
    sentence: str
    is_doubt: bool = False


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
            "remarks": [asdict(remark) for remark in self.remarks],
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
    digits = 0 if name == "residents" else 2 if "relative" in name else 1
    return lambda value: number(value, "en", digits)


def balance_sheet(territory: Territory, archetype: str | None = None) -> Balance:
    """Compare an imported place with its archetype, and say what is missing or doubtful.

    Raise `InputError` if the archetype is unknown.
    """
    chosen = archetype or suggest_archetype(territory)[0]
    usual = load_scenario(chosen).values
    parts = territory.provenance
    residents = float(territory.residents.sum(dtype=np.float64))
    income = float((territory.income * territory.residents).sum() / residents)
    figures: dict[str, tuple[float, float | None]] = {
        "residents": (residents, None),
        "income relative to France": (income, usual["income_level"]),
    }
    remarks = [Remark("missing", sentence) for sentence in where_to_find(territory)]
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
            remarks.append(
                Remark(
                    "premises",
                    f"{number(per_1000, 'en', 1)} premises per 1,000 residents, where"
                    f" {number(usual['premises_per_1000'], 'en', 1)} are usual in a place of this"
                    " kind: are both files about the same place, and do they hold all of it?",
                )
            )
        remarks += _of_shops(territory)
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
    name = territory.provenance["premises"]["source"].rpartition(", ")[2]
    remarks = []
    if empty:
        is_doubt = empty > MOST_IN_EMPTY_CELLS * n
        ask = ": does the file of residents hold the whole place?" if is_doubt else "."
        words = f"{name}: {empty} of {n} premises ({percent(empty / n, 'en')}) stand in cells"
        remarks.append(Remark("empty_cells", f"{words} without residents{ask}", is_doubt))
    if unknown:
        is_doubt = unknown_share > MOST_UNKNOWN
        kinds = territory.provenance["premises"]["unknown_kinds"]
        some = ", ".join(sorted(kinds, key=lambda kind: -kinds[kind])[:5])
        ask = ": say what they are with --kinds FILE." if is_doubt else "."
        words = f"{name}: {unknown} rows are of kinds that are not known ({some})"
        remarks.append(Remark("unknown_kinds", f"{words}{ask}", is_doubt))
    return remarks


def _of_shops(territory: Territory) -> list[Remark]:
    remarks, premises = [], territory.provenance["premises"]
    vacancy = territory.provenance["vacancy"]
    if vacancy.get("generated"):
        remarks.append(
            Remark(
                "vacancy",
                f"The share of vacant premises is assumed, since {vacancy['why']}; a count by the"
                " town hall, --vacancy or --vacancy-file would tell it.",
            )
        )
    left = {
        "far_from_residents": "stand farther than one cell from any resident",
        "other_commune": "are in another commune",
        "without_coordinates": "have no coordinates",
    }
    remarks += [
        Remark(code, f"{premises[code]} premises of the file {words}; they are left out.")
        for code, words in left.items()
        if premises.get(code)
    ]
    if premises["bad_positions"]:
        words = "premises have a bad position, as INSEE says (QUALITE_XY)."
        remarks.append(Remark("bad_positions", f"{premises['bad_positions']} {words}"))
    in_centre = territory.is_town_centre.ravel()[territory.premises_cell]
    sectors = territory.premises_sector[in_centre]
    comparison = float((sectors == SECTORS.index("comparison")).mean()) if sectors.size else 0.0
    if sectors.size >= FEWEST_IN_CENTRE and comparison > MOST_COMPARISON:
        remarks.append(
            Remark(
                "centre",
                f"{percent(comparison, 'en')} of the premises of the town centre are comparison"
                " shops, as in a retail park: look at the map, and say where the centre is with"
                " --centre.",
            )
        )
    return remarks


def _of_sources(parts: dict[str, Any]) -> list[Remark]:
    remarks = [
        Remark(
            "source",
            f"The source and licence of the {words} are unknown; state them with --{option}.",
        )
        for part, words, option in (
            ("residents", "residents", "population-source"),
            ("premises", "shops", "shops-source"),
        )
        if parts[part].get("licence") == "unknown"
    ]
    if "assumed" in parts["income"].get("year_from", ""):
        year = parts["income"]["year"]
        words = f"The file of residents does not say its year; {year} is assumed (--year)."
        remarks.append(Remark("year", words))
    return remarks


def with_balance(territory: Territory, balance: Balance, *, is_accepted: bool) -> Territory:
    """Return the territory with its balance sheet in the provenance."""
    lines = [remark.sentence for remark in balance.remarks]
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
