"""Observed figures of the patterns in docs/validation.md, with their sources (docs/sources.md).

Spreads are judgements. For a pattern with an accepted band, two standard deviations of error and
discrepancy together make half of the band. Panels of vacancy differ by 0.6 to 1.7 points in the
same year; the error of a mean over some two hundred towns is set to half a point.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sim.calibration.targets import Target
from sim.errors import InputError, nearest

__all__ = ["PATTERNS", "patterns"]

_IGF = "CGEDD-IGF, 187 centres (letowski.fr)"
_PROCOS = "Procos and Codata, about 200 centres (lsa-conso.fr 241482, senat.fr r16-676)"
_BAND = "accepted within {} (docs/validation.md), taken as two standard deviations: a judgement"

_ALL: Final = (
    Target("centre_vacancy_2001", 6.1, 0.5, 0.56, "%", _IGF, "found", _BAND.format("1.5 points")),
    Target("centre_vacancy_2012", 7.8, 0.5, 0.56, "%", _IGF, "found", _BAND.format("1.5 points")),
    Target("centre_vacancy_2015", 10.4, 0.5, 0.56, "%", _IGF, "found", _BAND.format("1.5 points")),
    Target(
        "centre_vacancy_2024",
        12.2,
        1.2,
        0.56,
        "%",
        "between 11 % in 355 towns in 2024 (fcn.fr 11055) and 13.4 % in Action Cœur de Ville towns"
        " in 2023 (Codata)",
        "derived",
        "half the distance of the two panels, and the discrepancy of earlier years: a judgement",
    ),
    Target(
        "centre_vacancy_rise_2012_2015",
        0.8,
        0.09,
        0.09,
        "points/year",
        f"7.2 to 9.5 % over three years, {_PROCOS}",
        "derived",
        _BAND.format("0.6 to 1.1"),
    ),
    *(
        Target(
            name, observed, 2.5, 4.3, "% of centres", _PROCOS, "found", _BAND.format("10 points")
        )
        for name, observed in (
            ("centres_below_5_percent_2001", 43.5),
            ("centres_above_10_percent_2001", 11.5),
            ("centres_below_5_percent_2015", 7.5),
            ("centres_above_10_percent_2015", 50.0),
        )
    ),
    Target(
        "project_survival_3_years",
        76.5,
        2.75,
        1.75,
        "%",
        "71 to 82 % of three cohorts of firms (INSEE 1287782, 5353768, 7653231)",
        "derived",
        "half the distance of the cohorts as two standard deviations, and what is left of the band"
        " 70 to 83: a judgement",
    ),
    Target(
        "project_survival_5_years",
        64.5,
        2.25,
        2.0,
        "%",
        "60 to 69 % of three cohorts of firms (INSEE 1287782, 5353768, 8634190)",
        "derived",
        "half the distance of the cohorts as two standard deviations, and what is left of the band"
        " 58 to 70: a judgement",
    ),
    Target(
        "participation",
        28.0,
        1.0,
        2.8,
        "% of the young each month",
        "26 % in 2023 (18 to 30 years), 30 % in 2024 (15 to 30): INJEP via lesper.fr",
        "derived",
        _BAND.format("22 to 34"),
    ),
)

PATTERNS: Final[Mapping[str, Target]] = MappingProxyType({t.name: t for t in _ALL})
"""Targets by name."""


def patterns(*names: str) -> tuple[Target, ...]:
    """Return targets by their names in `PATTERNS`.

    Raises
    ------
    InputError
        If there is no such target.

    Examples
    --------
    >>> patterns("centre_vacancy_2001")[0].observed
    6.1
    """
    for name in names:
        if name not in PATTERNS:
            raise InputError(f"unknown pattern '{name}'.{nearest(name, PATTERNS)}")
    return tuple(PATTERNS[name] for name in names)
