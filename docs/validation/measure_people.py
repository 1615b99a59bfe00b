"""Run patterns 6 to 15 with default parameters and write the table of docs/validation.md.

Run ``python docs/validation/measure_people.py`` from the root of the repository whenever results
change; it takes some two minutes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from experiments.backcast.ensemble import run_ensemble  # noqa: E402
from experiments.people.patterns import YEARS, access, displacement, evenings, hub, lives  # noqa: E402
from sim.version import MODEL_VERSION  # noqa: E402


@dataclass(frozen=True)
class Row:
    """A figure of a pattern: its observed value, accepted band and role in the model."""

    number: int
    what: str
    observed: str
    low: float
    high: float
    role: str
    unit: str = "%"


ANY = (-np.inf, np.inf)

ROWS: dict[str, Row] = {
    "3 years": Row(6, "projects alive after 3 years", "71-82", 70, 83, "input"),
    "5 years": Row(6, "projects alive after 5 years", "60-69", 58, 70, "input"),
    "shops, 5 years": Row(
        7, "projects that are shops, alive after 5 years", "61", *ANY, "input, and predicted"
    ),
    "others, 5 years": Row(7, "other projects, alive after 5 years", "65", *ANY, "input"),
    "shops less others": Row(7, "difference", "below 0", -np.inf, 0, "input, and predicted"),
    "births ratio": Row(
        8,
        "births per 1,000 residents, working class over mid-sized town",
        "0.77 (all firms)",
        0.5,
        0.95,
        "input",
        "",
    ),
    "survival gap": Row(
        8, "3-year survival, working class less mid-sized town", "+3", -5, 5, "predicted", "points"
    ),
    "rural_low_density, median to convenience": Row(
        9,
        "countryside, median distance to a convenience shop",
        "2.2 (a bakery)",
        1.54,
        2.86,
        "predicted",
        "km",
    ),
    "rural_low_density, median to comparison": Row(
        9,
        "countryside, median distance to a comparison shop",
        "over 6 (specialist goods)",
        4.2,
        np.inf,
        "predicted",
        "km",
    ),
    "mid_sized_town, nine in ten to any shop": Row(
        9, "town, nine in ten have a shop within", "0.6", 0, 0.78, "predicted", "km"
    ),
    "ideas per participant": Row(10, "evening: ideas per participant", "5.5", 3, 8, "input"),
    "started of an evening's ideas": Row(
        10, "evening: ideas that start within five years", "10", 5, 15, "predicted"
    ),
    "under way after 8 months": Row(
        10, "evening: ideas running or being founded after 8 months", "6-10", 5, 15, "predicted"
    ),
    "ideas that start": Row(10, "all ideas that start within 5 years", "", 5, 15, "input"),
    "hub members": Row(
        12, "members of a cooperation hub", "8-15", 8, 25, "input, and predicted", ""
    ),
    "hub losses": Row(12, "members lost a year", "5-35", 3, 45, "input"),
    "mid_sized_town, participation": Row(
        13, "young people taking part each month", "26-30", 22, 34, "input"
    ),
    "net, closed": Row(
        14,
        "what a cluster brings to cells that gain, less what others lose; closed boundary",
        "about 0",
        -1,
        1,
        "predicted",
        "% of the gain",
    ),
    "net, open": Row(14, "the same, open boundary", "", *ANY, "predicted", "% of the gain"),
    "centres that lost shops": Row(
        15,
        "centres of intermediate towns with fewer open shops in 2015 than in 2009",
        "80 (jobs)",
        60,
        100,
        "follows from patterns 1 to 4",
    ),
}


def measure() -> dict[str, float]:
    """Every figure, by the keys of `ROWS`."""
    found = lives() | access() | evenings() | hub() | displacement()
    found["shops less others"] = found["shops, 5 years"] - found["others, 5 years"]
    found["births ratio"] = (
        found["working_class_neighbourhood, births per 1,000"]
        / found["mid_sized_town, births per 1,000"]
    )
    found["survival gap"] = found["working class, 3 years"] - found["3 years"]
    names, vacancy = run_ensemble(1)
    is_intermediate = np.array(names) != "over 500,000"
    grew = vacancy[:, 2015 - 2001] > vacancy[:, 2009 - 2001]
    found["centres that lost shops"] = 100 * float(grew[is_intermediate].mean())
    return found


def band(row: Row) -> str:
    """The accepted band in words."""
    if np.isinf(row.low) and np.isinf(row.high):
        return ""
    if np.isinf(row.high):
        return f"{row.low:g} or more"
    if np.isinf(row.low):
        return f"below {row.high:g}"
    return f"{row.low:g} to {row.high:g}"


def table(found: dict[str, float]) -> str:
    """The table of figures with the model's results."""
    text = "| # | figure | observed | accepted | role | the model gives | met |\n"
    text += "| --- | --- | --- | --- | --- | --- | --- |\n"
    for key, row in ROWS.items():
        value = found[key]
        is_met = "yes" if row.low <= value <= row.high else "**no**"
        shown = f"{round(value, 2) + 0.0:.2f}" if abs(value) < 5 else f"{value:.1f}"
        text += (
            f"| {row.number} | {row.what} | {row.observed} | {band(row)} | {row.role} "
            f"| {shown} {row.unit} | {is_met if band(row) else ''} |\n"
        )
    return text


def main() -> None:
    """Measure everything, write the table and print it."""
    found = measure()
    head = (
        f"Model {MODEL_VERSION}; means of eight replications of {YEARS} years by default"
        f" parameters, {found['births followed']:.0f} project births followed.\n\n"
    )
    text = head + table(found)
    (HERE / "people.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
