"""Summarise a run in plain words: sentences of ``story.toml`` filled with numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from sim.experiments.results import Results
from sim.figures.summary import FEW_REPS, ZoneSummary, kept_spending, summarise
from sim.territory.territory import ZONE_LABELS
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import number, percent, span

__all__ = ["caveat", "starting_point", "summary_table", "what_happened"]


_WRITTEN: Final[dict[str, Callable[[float, Language], str]]] = {
    "vacancy_start": percent,
    "vacancy_end": percent,
    "open_start": number,
    "open_end": number,
    "closures": number,
    "successions": number,
    "relettings": number,
    "closures_per_100": partial(number, digits=1),
}
"""Medians of a zone in the table, and how they are written."""


def what_happened(results: Results, language: Language) -> list[str]:
    """Tell a run in sentences: events, spread over replications, origin of the start, limits."""
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
    rates = {n: number(zone.closures_per_100.median, language, 1) for n, zone in zones.items()}
    sentence = words(
        "story.shops",
        closed=words("story.closed", count=round(whole.closures.median)),
        succeeded=words("story.succeeded", count=round(whole.successions.median)),
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
    key = "years" if results.experiment.months >= 24 else "months"
    return words(f"story.spending_{key}", first=first, last=last, footfall=footfall)


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

    The territory is given as in a manifest, with counts and provenance.
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
    key = "start.premises"
    if premises.get("generated"):
        key = "start.premises_generated"
    elif sources.get("vacancy", {}).get("generated"):
        key = "start.vacancy_generated"
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
    rows = [[words(f"summary.{head}") for head in ("zone", "premises", *_WRITTEN)]]
    for name in (*(z for z in zones if z != "territory"), "territory"):
        zone = zones[name]
        label = words("summary.territory") if name == "territory" else ZONE_LABELS[name][language]
        medians = (write(getattr(zone, n).median, language) for n, write in _WRITTEN.items())
        rows.append([label, number(zone.premises, language), *medians])
    return rows
