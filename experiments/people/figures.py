"""Figures of patterns 6 to 14, measured over replications with default parameters."""

from __future__ import annotations

from math import inf

from experiments.evidence.figure import Figure, judged
from experiments.people.patterns import access, displacement, evenings, hub, lives

SEEDS = tuple(range(8))
"""Seeds of the replications."""

_COHORTS = "INSEE, firms created in 2010, 2014, 2018"
_RETAIL = "INSEE, retail firms of 2014"
_LELAB = "Bpifrance Le Lab, all firms"
_DISTANCES = "INSEE, rural communes"
_VALENCE = "Valence-Romans, 80 ideas, a programme of three years"
_HUBS = "Labo de l'ESS, survey of 2017"

FIGURES: dict[str, Figure] = {
    "3 years": Figure(
        6, "projects alive after 3 years", "% of projects", "71-82", _COHORTS, "input"
    ),
    "5 years": Figure(
        6, "projects alive after 5 years", "% of projects", "60-69", _COHORTS, "input"
    ),
    "shops, 5 years": Figure(
        7, "projects that are shops, alive after 5 years", "% of projects", "61", _RETAIL, "checked"
    ),
    "others, 5 years": Figure(
        7,
        "other projects, alive after 5 years",
        "% of projects",
        "65",
        "INSEE, other firms of 2014",
        "input",
    ),
    "shops less others": Figure(
        7,
        "shops less others, alive after 5 years",
        "points",
        "-4",
        _RETAIL,
        "checked",
        judged(-8.0, -2.0, "points", "half to twice the observed -4"),
    ),
    "births ratio": Figure(
        8,
        "births per resident, working-class neighbourhood over mid-sized town",
        "ratio",
        "0.77",
        _LELAB,
        "input",
        digits=2,
    ),
    "survival gap": Figure(
        8,
        "alive after 3 years, working-class neighbourhood less mid-sized town",
        "points",
        "+3",
        _LELAB,
        "by construction",
    ),
    "rural_low_density, median to convenience": Figure(
        9,
        "countryside, median distance to a convenience shop",
        "km",
        "2.2, to a bakery",
        _DISTANCES,
        "checked",
        judged(1.54, 2.86, "km", "2.2 and 30 % either way"),
        digits=2,
    ),
    "rural_low_density, median to comparison": Figure(
        9,
        "countryside, median distance to a comparison shop",
        "km",
        "over 6, to specialist goods",
        _DISTANCES,
        "checked",
        judged(4.2, inf, "km", "6 less 30 %"),
        digits=2,
    ),
    "mid_sized_town, nine in ten to any shop": Figure(
        9,
        "town, nine in ten residents have a shop within",
        "km",
        "0.6",
        "INSEE, dense communes",
        "checked",
        judged(0.42, 0.78, "km", "0.6 and 30 % either way"),
        is_claimed=True,
        digits=2,
    ),
    "ideas per 100 participants": Figure(
        10, "ideas of an evening", "per 100 participants", "5.5", _VALENCE, "input"
    ),
    "started of an evening's ideas": Figure(
        10, "ideas of an evening that start within 5 years", "% of ideas", "10", _VALENCE, "input"
    ),
    "under way after 8 months": Figure(
        10,
        "ideas of an evening running or being founded after 8 months",
        "% of ideas",
        "6-10, at most",
        _VALENCE,
        "checked",
        judged(3.0, 15.0, "% of ideas", "half of 6 to one and a half times 10"),
    ),
    "ideas that start": Figure(
        10, "all ideas that start within 5 years", "% of ideas", "10", _VALENCE, "input"
    ),
    "hub members": Figure(12, "members of a cooperation hub", "members", "8-15", _HUBS, "input"),
    "hub losses": Figure(12, "members lost", "% a year", "5-35", _HUBS, "input"),
    "participation": Figure(
        13, "young people taking part each month", "% of the young", "26-30", "INJEP", "input"
    ),
    "net, closed": Figure(
        14,
        "gains of cells less losses of others, closed boundary",
        "% net",
        "about 0",
        "enterprise zones",
        "by construction",
    ),
    "net, open": Figure(14, "the same, open boundary", "% net", "", "", "checked"),
}


def measure(seed: int) -> dict[str, float]:
    """Return all figures of a replication, and the number of ``births followed``."""
    found = lives(seed) | access(seed) | evenings(seed) | hub(seed) | displacement(seed)
    found["shops less others"] = found["shops, 5 years"] - found["others, 5 years"]
    found["births ratio"] = (
        found["working_class_neighbourhood, births per 1,000"]
        / found["mid_sized_town, births per 1,000"]
    )
    found["survival gap"] = found["working class, 3 years"] - found["3 years"]
    found["participation"] = found["mid_sized_town, participation"]
    return found
