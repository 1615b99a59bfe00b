"""Figures of patterns 1 to 5 and 15, each from one panel of towns.

Levels are compared within a panel; between panels only rises are, since panels differ by up to
three points in the same year (``docs/sources.md``).
"""

from __future__ import annotations

from experiments.backcast.ensemble import SIZES
from experiments.evidence.bands import load_bands
from experiments.evidence.figure import Figure, in_percent, judged, of_panel

SEEDS = (1, 2, 3, 4)
"""Seeds of the ensembles of 104 towns."""

_BANDS = {name: in_percent(band) for name, band in load_bands().items() if name.startswith("towns")}
_IGF = "CGEDD-IGF, 187 centres"
_PROCOS = "Procos, some 200 centres"
_FACT = "FACT, 355 towns"
_SHARES = "Procos and Codata (docs/sources.md); Wilson's interval"


def _shares(role: str, *rows: tuple[str, int, int]) -> dict[str, Figure]:
    """Shares of centres below 5 or above 10 %, from counts in some 200 centres."""
    return {
        f"{side} % in {year}": Figure(
            4,
            f"centres {side} % in {year}",
            "% of centres",
            f"{hits / 2:g}",
            _PROCOS,
            role,
            _BANDS.get(f"towns_{side.replace(' ', '_')}_percent_{year}")
            or of_panel(hits, 200, _SHARES),
        )
        for side, year, hits in rows
    }


FIGURES: dict[str, Figure] = {
    "mean 2001": Figure(1, "mean 2001", "%", "6.1", _IGF, "fitted", _BANDS["towns_mean_2001"]),
    "mean 2012": Figure(
        1, "mean 2012", "%", "7.8", _IGF, "fitted", _BANDS["towns_mean_2012"], is_claimed=True
    ),
    "mean 2015": Figure(
        1, "mean 2015", "%", "10.4", _IGF, "fitted", _BANDS["towns_mean_2015"], is_claimed=True
    ),
    "rise 2001-12 a year": Figure(
        2,
        "rise 2001-12",
        "points/year",
        "0.15",
        _IGF,
        "fitted",
        _BANDS["towns_yearly_rise_2001_2012"],
        digits=2,
    ),
    "rise 2012-15 a year": Figure(
        2,
        "rise 2012-15",
        "points/year",
        "0.87; Procos 0.77",
        _IGF,
        "fitted",
        _BANDS["towns_yearly_rise_2012_2015"],
        is_claimed=True,
        digits=2,
    ),
    **{
        f"2015, {size.name}": Figure(
            3, f"2015, {size.name} residents", "%", observed, _PROCOS, "checked"
        )
        for size, observed in zip(SIZES, ("11.1", "11.3", "9.2", "6"), strict=True)
    },
    "small less middle, 2015": Figure(
        3,
        "2015, below 100,000 less 100,000 to 250,000",
        "points",
        "2.0",
        _PROCOS,
        "checked",
        judged(0.5, 4.0, "points", "half to twice the observed 2.0"),
    ),
    "small less large, 2015": Figure(
        3,
        "2015, below 100,000 less over 500,000",
        "points",
        "5.2",
        _PROCOS,
        "checked",
        judged(3.0, 7.0, "points", "5.2 and two points either way"),
    ),
    **_shares("fitted", ("below 5", 2001, 87), ("above 10", 2001, 23)),
    **_shares("checked", ("below 5", 2015, 15), ("above 10", 2015, 100)),
    "SD 2015 less 2001": Figure(
        4, "SD between centres, 2015 less 2001", "points", "", "", "checked"
    ),
    "fell 2014-19": Figure(
        4,
        "towns where vacancy fell, 2014-19",
        "% of towns",
        "12",
        _FACT,
        "fitted",
        _BANDS["towns_fell_2014_2019"],
    ),
    "fell 2019-24": Figure(
        4,
        "towns where vacancy fell, 2019-24",
        "% of towns",
        "37",
        _FACT,
        "fitted",
        _BANDS["towns_fell_2019_2024"],
    ),
    "rise 2014-19 a year": Figure(
        5,
        "rise 2014-19",
        "points/year",
        "0.54",
        _FACT,
        "checked",
        _BANDS["towns_yearly_rise_2014_2019"],
        digits=2,
    ),
    "rise 2019-24 a year": Figure(
        5,
        "rise 2019-24",
        "points/year",
        "0.30",
        _FACT,
        "checked",
        _BANDS["towns_yearly_rise_2019_2024"],
        digits=2,
    ),
    "mean 2024": Figure(
        5, "mean 2024", "%", "11; 13.4 in 2023", f"{_FACT}; *Action Cœur de Ville* towns", "checked"
    ),
    "lost shops 2009-15": Figure(
        15,
        "centres below 500,000 with fewer shops in 2015 than in 2009",
        "% of centres",
        "80, of jobs in shops",
        "INSEE, intermediate towns",
        "checked",
        judged(70.0, 90.0, "%", "80 % of towns lost jobs in shops; ten points either way"),
    ),
}

UNSEEN: dict[str, Figure] = _shares(
    "unseen",
    ("below 5", 2012, 47),
    ("above 10", 2012, 51),
    ("below 5", 2013, 40),
    ("above 10", 2013, 45),
    ("below 5", 2014, 22),
    ("above 10", 2014, 65),
)
"""Shares of the years between, which were found after model 2 was fitted."""
