"""Summarise a run in plain words: sentences of ``story.toml`` filled with numbers."""

from __future__ import annotations

from typing import Any, Final

from sim.experiments.results import Results
from sim.figures.summary import FEW_REPS, ZoneSummary, kept_spending, summarise
from sim.territory.territory import ZONE_LABELS
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number, percent, span

__all__ = ["caveat", "starting_point", "summary_table", "what_happened"]


_HEADS: Final = (
    "zone",
    "premises",
    "vacancy_start",
    "vacancy_end",
    "open_start",
    "open_end",
    "closures",
    "relettings",
    "closures_per_100",
)


def what_happened(results: Results, language: Language) -> list[str]:
    """Tell a run in sentences.

    Returns
    -------
    list of str
        Events, spread over replications, origin of the start, and limits.
    """
    words, zones = Words(language), summarise(results)
    return [
        _vacancy(results, zones, words),
        *_shops(zones, words),
        _spending(results, zones, words),
        _luck(results, zones, words),
        *starting_point(results.territory, language),
        caveat(results.manifest, language),
    ]


def _main_zone(zones: dict[str, ZoneSummary]) -> str:
    return "town_centre" if "town_centre" in zones else "territory"


def _vacancy(results: Results, zones: dict[str, ZoneSummary], words: Words) -> str:
    first, last = results.indicators["date"].iloc[0], results.indicators["date"].iloc[-1]
    years = f"{first.year}–{last.year}" if first.year != last.year else f"{first.year}"
    lasting = span(results.experiment.months, words.language)
    period = words("story.period", span=lasting, years=years)
    where = _main_zone(zones)
    zone = zones[where]
    if not zone.premises:
        return words("story.no_premises", period=period)
    start, end = (percent(v.median, words.language) for v in (zone.vacancy_start, zone.vacancy_end))
    key = "story.vacancy_same" if start == end else "story.vacancy"
    return words(key, period=period, zone=words(f"story.of_{where}"), start=start, end=end)


def _shops(zones: dict[str, ZoneSummary], words: Words) -> list[str]:
    whole, centre = zones["territory"], zones.get("town_centre")
    if not whole.premises:
        return []
    language = words.language
    start, end = (number(v.median, language) for v in (whole.open_start, whole.open_end))
    rates = {
        name: number(zone.closures_per_100.median, language, 1) for name, zone in zones.items()
    }
    sentence = words(
        "story.shops",
        closed=words("story.closed", count=round(whole.closures.median)),
        relet=words("story.relet", count=round(whole.relettings.median)),
        rate=rates["territory"],
        centre=words("story.centre", rate=rates["town_centre"]) if centre else "",
        open=words("story.open_same" if start == end else "story.open", start=start, end=end),
    )
    return [sentence]


def _spending(results: Results, zones: dict[str, ZoneSummary], words: Words) -> str:
    first, last = (percent(s.median, words.language) for s in kept_spending(results))
    footfall = _footfall(zones.get("town_centre"), words)
    if first == last:
        return words("story.spending", share=first, footfall=footfall)
    in_years = results.experiment.months >= 24
    key = "story.spending_years" if in_years else "story.spending_months"
    return words(key, first=first, last=last, footfall=footfall)


def _footfall(centre: ZoneSummary | None, words: Words) -> str:
    if not centre or centre.footfall_start.median <= 0:
        return ""
    change = centre.footfall_end.median / centre.footfall_start.median - 1
    if not round(100 * change):
        return words("story.footfall_same")
    key = "story.footfall_more" if change > 0 else "story.footfall_less"
    return words(key, amount=percent(abs(change), words.language, 0))


def _luck(results: Results, zones: dict[str, ZoneSummary], words: Words) -> str:
    reps = len(results.replications)
    if reps == 1:
        return words("story.one_run")
    where = _main_zone(zones)
    ends, rate = zones[where].vacancy_end, zones[where].closures_per_100
    return words(
        "story.many_runs",
        count=reps,
        often=words("story.all_runs" if reps < FEW_REPS else "story.most_runs"),
        where=words(f"story.in_{where}"),
        low=percent(ends.low, words.language),
        high=percent(ends.high, words.language),
        fewest=number(rate.low, words.language, 1),
        most=number(rate.high, words.language, 1),
    )


def starting_point(territory: dict[str, Any], language: Language) -> list[str]:
    """Tell whether the people and premises of the start were observed or generated.

    Parameters
    ----------
    territory : dict
        As in a manifest: counts and provenance.
    language : str

    Returns
    -------
    list of str
        One or two sentences.
    """
    words = Words(language)
    sources: dict[str, Any] = territory["provenance"]
    residents = sources.get("residents", {})
    premises = sources.get("premises", {})
    counts = {
        "premises": number(territory["premises"], language),
        "vacant": number(territory["premises_vacant"], language),
    }
    if residents.get("generated") and premises.get("generated"):
        return [words("start.generated", **counts)]
    said = []
    if not residents.get("generated"):
        people = number(territory["residents"], language)
        source = residents.get("source", "?")
        said.append(words("start.residents", residents=people, source=source))
    if premises.get("generated"):
        key = "start.premises_generated"
    elif sources.get("vacancy", {}).get("generated"):
        key = "start.vacancy_generated"
    else:
        key = "start.premises"
    return [*said, words(key, source=premises.get("source", "?"), **counts)]


def caveat(manifest: Any, language: Language, where: str = "sim params") -> str:
    """Return the caveat on forecasts and assumptions."""
    return Words(language)(
        "story.caveat",
        assumed=number(len(manifest["assumed_parameters"]), language),
        total=number(manifest["uncertain_parameters"], language),
        where=where,
    )


def summary_table(results: Results, language: Language) -> list[list[str]]:
    """Return medians by zone: a header row, then one row per zone."""
    words, zones = Words(language), summarise(results)
    rows = [[words(f"summary.{head}") for head in _HEADS]]
    for name in (*(z for z in zones if z != "territory"), "territory"):
        zone = zones[name]
        rows.append(
            [
                words("summary.territory") if name == "territory" else ZONE_LABELS[name][language],
                number(zone.premises, language),
                percent(zone.vacancy_start.median, language),
                percent(zone.vacancy_end.median, language),
                number(zone.open_start.median, language),
                number(zone.open_end.median, language),
                number(zone.closures.median, language),
                number(zone.relettings.median, language),
                number(zone.closures_per_100.median, language, 1),
            ]
        )
    return rows
