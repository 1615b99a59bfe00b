"""Summarise a run in plain words: fixed sentences filled with numbers."""

from __future__ import annotations

from typing import Any, Final

from sim.experiments.run_results import Results
from sim.figures.summary import FEW_REPS, Spread, ZoneSummary, kept_spending, summarise
from sim.measures.indicators import ZONE_LABELS
from sim.words.language import NARROW, Language, number, percent, span

__all__ = ["caveat", "starting_point", "summary_table", "what_happened"]

THIN: Final = f"{NARROW};"
"""A French semicolon follows a narrow space."""


def what_happened(results: Results, language: Language) -> list[str]:
    """Describe a run in sentences.

    Returns
    -------
    list of str
        Events, spread over replications, origin of the start, and limits.
    """
    zones = summarise(results)
    return [
        _vacancy(results, zones, language),
        *_shops(zones, language),
        _spending(results, zones, language),
        _luck(results, zones, language),
        *starting_point(results.manifest["territory"], language),
        caveat(results.manifest, language),
    ]


def _period(results: Results, language: Language) -> str:
    first, last = results.indicators["date"].iloc[0], results.indicators["date"].iloc[-1]
    years = f"{first.year}–{last.year}" if first.year != last.year else f"{first.year}"
    lasting = span(int(results.manifest["run"]["months"]), language)
    return f"{'En' if language == 'fr' else 'In'} {lasting} ({years})"


def _vacancy(results: Results, zones: dict[str, ZoneSummary], language: Language) -> str:
    where = "town_centre" if "town_centre" in zones else "territory"
    zone = zones[where]
    if not zone.premises:
        if language == "fr":
            return f"{_period(results, language)}, le territoire n'a aucun local commercial."
        return f"{_period(results, language)}, the territory has no commercial premises."
    a, b = (percent(v.median, language) for v in (zone.vacancy_start, zone.vacancy_end))
    if language == "fr":
        whose = "du centre-ville" if where == "town_centre" else "du territoire"
        moved = f"est restée à {a}" if a == b else f"est passée de {a} à {b}"
        return f"{_period(results, language)}, la vacance commerciale {whose} {moved} des locaux."
    whose = "the town centre" if where == "town_centre" else "the territory"
    moved = f"stayed at {a}" if a == b else f"went from {a} to {b}"
    return f"{_period(results, language)}, vacancy in {whose} {moved} of premises."


def _shops(zones: dict[str, ZoneSummary], language: Language) -> list[str]:
    whole = zones["territory"]
    if not whole.premises:
        return []
    closed, relet = round(whole.closures.median), round(whole.relettings.median)
    rate = number(whole.closures_per_100.median, language, 1)
    before, after = (number(v.median, language) for v in (whole.open_start, whole.open_end))
    centre = zones.get("town_centre")
    inner = number(centre.closures_per_100.median, language, 1) if centre else ""
    if language == "fr":
        shops = "commerce a" if closed < 2 else "commerces ont"
        premises = "local vide a été repris" if relet < 2 else "locaux vides ont été repris"
        in_centre = f"{THIN} {inner} au centre-ville" if centre else ""
        net = f"reste de {after}" if before == after else f"passe de {before} à {after}"
        return [
            f"Sur tout le territoire, {number(closed, language)} {shops} fermé et"
            f" {number(relet, language)} {premises} ({rate} fermetures par an pour 100 commerces"
            f" ouverts{in_centre}){THIN} le nombre de commerces ouverts {net}."
        ]
    shops = "shop" if closed == 1 else "shops"
    premises = "vacant unit was" if relet == 1 else "vacant premises were"
    in_centre = f"; in the town centre: {inner}" if centre else ""
    net = f"stayed at {after}" if before == after else f"went from {before} to {after}"
    return [
        f"On the whole territory, {number(closed, language)} {shops} closed and"
        f" {number(relet, language)} {premises} let again (closures per 100 open-shop-years:"
        f" {rate}{in_centre}); the number of open shops {net}."
    ]


def _spending(results: Results, zones: dict[str, ZoneSummary], language: Language) -> str:
    first, last = (percent(s.median, language) for s in kept_spending(results))
    in_years = int(results.manifest["run"]["months"]) >= 24
    centre = zones.get("town_centre")
    change = ""
    if centre and centre.footfall_start.median > 0:
        moved = centre.footfall_end.median / centre.footfall_start.median - 1
        amount = percent(abs(moved), language, 0)
        none = amount.lstrip("0") == percent(0, language, 0).lstrip("0")
        if language == "fr":
            change = (
                f"{THIN} la fréquentation de ceux du centre-ville n'a guère changé"
                if none
                else f"{THIN} la fréquentation de ceux du centre-ville a "
                f"{'augmenté' if moved > 0 else 'baissé'} de {amount}"
            )
        else:
            change = (
                "; visits to those of the town centre hardly changed"
                if none
                else f"; visits to those of the town centre {'rose' if moved > 0 else 'fell'}"
                f" by {amount}"
            )
    if language == "fr":
        when = ("la première année", "la dernière") if in_years else ("au début", "à la fin")
        then = "" if first == last else f" {when[0]} et {last} {when[1]}"
        return (
            f"Les commerces du territoire ont retenu {first} des dépenses des consommateurs"
            f"{then}{change}."
        )
    when = ("in the first year", "in the last") if in_years else ("at first", "at the end")
    then = "" if first == last else f" {when[0]} and {last} {when[1]}"
    return f"Shops on the territory kept {first} of consumers' spending{then}{change}."


def _range(spread: Spread, language: Language) -> str:
    low, high = percent(spread.low, language), percent(spread.high, language)
    return f"entre {low} et {high}" if language == "fr" else f"between {low} and {high}"


def _luck(results: Results, zones: dict[str, ZoneSummary], language: Language) -> str:
    reps = int(results.manifest["run"]["reps"])
    if reps == 1:
        if language == "fr":
            return (
                "C'est une seule simulation\N{NO-BREAK SPACE}: une autre graine donnerait d'autres"
                " chiffres, et --reps 20 montre de combien."
            )
        return "This is one run: another seed gives other figures, and --reps 20 shows by how much."
    zone = zones.get("town_centre", zones["territory"])
    ends = _range(zone.vacancy_end, language)
    rate = zone.closures_per_100
    low, high = number(rate.low, language, 1), number(rate.high, language, 1)
    if language == "fr":
        often = "toutes les simulations" if reps < FEW_REPS else "neuf simulations sur dix"
        where = "au centre-ville" if "town_centre" in zones else "sur le territoire"
        return (
            f"Ces chiffres sont les médianes de {number(reps, language)} simulations qui ne"
            f" diffèrent que par le hasard, chacune prise à part{THIN} leurs sommes ne tombent donc"
            f" pas toujours juste. Dans {often}, la vacance {where}"
            f" finit {ends}, avec {low} à {high} fermetures par an pour 100 commerces ouverts."
        )
    often = "all of them" if reps < FEW_REPS else "nine runs in ten"
    where = "in the town centre" if "town_centre" in zones else "on the territory"
    return (
        f"These are medians of {number(reps, language)} runs that differ by luck alone, each taken"
        f" by itself, so that they need not add up. In {often}, vacancy {where} ends {ends}, with"
        f" {low} to {high} closures per 100 open-shop-years."
    )


def starting_point(territory: dict[str, Any], language: Language) -> list[str]:
    """Describe whether the people and premises of the start were observed or generated.

    Parameters
    ----------
    territory : dict
        As in a manifest: counts and provenance.
    language : {"en", "fr"}

    Returns
    -------
    list of str
        One or two sentences.
    """
    sources: dict[str, Any] = territory["provenance"]
    residents = sources.get("residents", {})
    premises = sources.get("premises", {})
    vacancy = sources.get("vacancy", {})
    total, vacant = (number(territory[k], language) for k in ("premises", "premises_vacant"))
    french = language == "fr"
    said = []
    if residents.get("generated") and premises.get("generated"):
        return [
            f"Les habitants et les {total} locaux de départ sont générés d'après les paramètres du"
            " scénario, et non observés."
            if french
            else f"The residents and the {total} premises of the start are generated from the"
            " scenario's parameters, not observed."
        ]
    if not residents.get("generated"):
        people = number(territory["residents"], language)
        source = residents.get("source", "?")
        said.append(
            f"Les {people} habitants de départ sont observés ({source})."
            if french
            else f"The {people} residents of the start are observed ({source})."
        )
    source = premises.get("source", "?")
    if premises.get("generated"):
        said.append(
            f"Les {total} locaux de départ sont générés d'après les paramètres du scénario, faute"
            " de fichier de commerces."
            if french
            else f"The {total} premises of the start are generated from the scenario's parameters,"
            " for want of a file of shops."
        )
    elif vacancy.get("generated"):
        said.append(
            f"Les commerces de départ sont observés ({source}), mais les {vacant} locaux vides"
            f" parmi {total} sont générés."
            if french
            else f"The shops of the start are observed ({source}), but the {vacant} vacant premises"
            f" among {total} are generated."
        )
    else:
        said.append(
            f"Les {total} locaux de départ, dont {vacant} vides, sont observés ({source})."
            if french
            else f"The {total} premises of the start, {vacant} of them vacant, are observed"
            f" ({source})."
        )
    return said


def caveat(manifest: Any, language: Language) -> str:
    """Return the caveat on forecasts and assumptions."""
    assumed = number(len(manifest["assumed_parameters"]), language)
    total = number(manifest["uncertain_parameters"], language)
    if language == "fr":
        return (
            f"C'est un scénario conditionnel, pas une prévision\N{NO-BREAK SPACE}: {assumed} de ses"
            f" {total} paramètres incertains sont des hypothèses (sim params)."
        )
    return (
        f"This is a conditional scenario, not a forecast: {assumed} of its {total} uncertain"
        " parameters are assumptions (sim params)."
    )


_HEADS: Final = {
    "en": ("", "premises", "vacant at start", "at end", "open at start", "at end", "closures",
           "relettings", "closures per 100 shop-years"),
    "fr": ("", "locaux", "vides au départ", "à la fin", "ouverts au départ", "à la fin",
           "fermetures", "reprises", "fermetures/an pour 100 commerces"),
}  # fmt: skip


def summary_table(results: Results, language: Language) -> list[list[str]]:
    """Return medians by zone: a header row, then one row per zone."""
    rows = [list(_HEADS[language])]
    whole = {"en": "whole territory", "fr": "territoire"}
    zones = summarise(results)
    for name in (*(z for z in zones if z != "territory"), "territory"):
        zone = zones[name]
        rows.append(
            [
                (whole if name == "territory" else ZONE_LABELS[name])[language],
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
