"""Measures of projects: ideas, births, survival, how they came about, and where."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.measures.measure import ELSEWHERE, Floats, Measure, Windows, gini, ratio, theil
from sim.territory.territory import ZONES

__all__ = ["PROJECT_MEASURES"]


def _between_zones(index: Callable[[Floats, Floats], Floats]) -> Callable[[Windows], Floats]:
    """An index of inequality of births per resident between the zones."""

    def formula(w: Windows) -> Floats:
        births = np.stack([w.total("births", z) for z in ZONES])
        people = np.stack([w.total("residents", z) for z in ZONES])
        return index(births, people)

    return formula


def _dimension(name: str, en: str, fr: str) -> Measure:
    return Measure(
        f"{name}_births",
        "projects",
        {"en": f"Project births, {en}", "fr": f"Créations, part {fr}"},
        {
            "en": f"Project births so far, each counted by its {en} weight.",
            "fr": f"Projets nés en cumul, chacun compté selon son poids {fr}.",
        },
        1,
        lambda w: w.total(f"births_weight_{name}"),
        relevant=0.5,
        relevant_share=0.02,
    )


PROJECT_MEASURES: Final = (
    Measure(
        "births_per_1000",
        "per 1,000 residents and year",
        {"en": "Project birth rate", "fr": "Taux de création de projets"},
        {
            "en": "Transition projects in their first running month, per 1,000 inhabitants a year.",
            "fr": "Projets de transition entrant en activité, pour 1 000 habitants et par an.",
        },
        1,
        lambda w: 12_000 * ratio(w.total("births"), w.total("residents")),
        relevant=0.01,
    ),
    Measure(
        "project_births",
        "projects",
        {"en": "Project births", "fr": "Projets nés"},
        {
            "en": "Transition projects that began to run so far.",
            "fr": "Projets de transition entrés en activité, en cumul.",
        },
        1,
        lambda w: w.total("births"),
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "project_births_town_centre",
        "projects",
        {"en": "Project births, town centre", "fr": "Projets nés, centre-ville"},
        {
            "en": "Project births so far by holders who live in the town centre.",
            "fr": "Projets nés en cumul dont le porteur habite le centre-ville.",
        },
        1,
        lambda w: w.total("births", "town_centre"),
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "project_births_elsewhere",
        "projects",
        {"en": "Project births, outside the centre", "fr": "Projets nés, hors centre"},
        {
            "en": "Project births so far by holders who live outside the town centre.",
            "fr": "Projets nés en cumul dont le porteur habite hors du centre-ville.",
        },
        1,
        lambda w: w.total("births", *ELSEWHERE),
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "running_projects",
        "projects",
        {"en": "Surviving projects", "fr": "Projets en activité"},
        {
            "en": "Transition projects that run, mean of the last twelve months.",
            "fr": "Projets de transition en activité, moyenne des douze derniers mois.",
        },
        1,
        lambda w: w.recent("running"),
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "project_end_rate",
        "per 100 and year",
        {"en": "Projects ended", "fr": "Fins de projets"},
        {
            "en": "Projects that ended per 100 running project-years.",
            "fr": "Projets arrêtés pour 100 années-projets en activité.",
        },
        -1,
        lambda w: 1200 * ratio(w.total("projects_ended"), w.total("running")),
        relevant=0.25,
    ),
    _dimension("economic", "economic", "économique"),
    _dimension("ecological", "ecological", "écologique"),
    _dimension("social", "social", "sociale"),
    _dimension("cultural", "cultural", "culturelle"),
    Measure(
        "ideas",
        "ideas",
        {"en": "Ideas", "fr": "Idées"},
        {"en": "Ideas of projects so far.", "fr": "Idées de projets, en cumul."},
        1,
        lambda w: w.total("ideas"),
        relevant=5.0,
        relevant_share=0.02,
    ),
    Measure(
        "project_takeovers",
        "premises",
        {"en": "Premises taken by projects", "fr": "Locaux repris par des projets"},
        {
            "en": "Vacant premises that projects moved into so far.",
            "fr": "Locaux vides repris par des projets, en cumul.",
        },
        1,
        lambda w: w.total("takeovers"),
        relevant=0.5,
        relevant_share=0.02,
    ),
    Measure(
        "bottom_up_share",
        "share",
        {"en": "Bottom-up share", "fr": "Part ascendante"},
        {
            "en": "Share of project births that began with residents, youth or entrepreneurs.",
            "fr": "Part des projets nés d'habitants, de jeunes ou d'entrepreneurs.",
        },
        1,
        lambda w: ratio(w.total("bottom_up_births"), w.total("births")),
        relevant=0.02,
    ),
    Measure(
        "partners_per_project",
        "partners",
        {"en": "Partners per project", "fr": "Partenaires par projet"},
        {
            "en": "Partners at the birth of a project, mean over births so far.",
            "fr": "Partenaires à la naissance d'un projet, moyenne des créations en cumul.",
        },
        1,
        lambda w: ratio(w.total("partners_at_birth"), w.total("births")),
        relevant=0.1,
    ),
    Measure(
        "public_partner_share",
        "share",
        {"en": "Share with a public partner", "fr": "Part avec partenaire public"},
        {
            "en": "Share of project births with a public partner.",
            "fr": "Part des projets nés avec un partenaire public.",
        },
        1,
        lambda w: ratio(w.total("public_partner_births"), w.total("births")),
        relevant=0.02,
    ),
    Measure(
        "months_to_birth",
        "months",
        {"en": "From idea to birth", "fr": "De l'idée à la création"},
        {
            "en": "Months from idea to birth, mean over births so far.",
            "fr": "Mois entre l'idée et la création, moyenne des créations en cumul.",
        },
        -1,
        lambda w: ratio(w.total("months_to_birth"), w.total("births")),
        relevant=0.5,
    ),
    Measure(
        "review_delay",
        "months",
        {"en": "Review delay", "fr": "Délai d'instruction"},
        {
            "en": "Months from filing to decision, mean over files decided in the last year.",
            "fr": "Mois entre dépôt et décision, moyenne des dossiers jugés depuis un an.",
        },
        -1,
        lambda w: ratio(w.recent("decided_months"), w.recent("approvals") + w.recent("refusals")),
        relevant=0.25,
    ),
    Measure(
        "waiting_files",
        "files",
        {"en": "Files waiting", "fr": "Dossiers en attente"},
        {
            "en": "Applications that nobody has opened yet, mean of the last twelve months.",
            "fr": "Dossiers pas encore ouverts, moyenne des douze derniers mois.",
        },
        -1,
        lambda w: w.recent("waiting_files"),
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "birth_gini",
        "1",
        {"en": "Gini of births between zones", "fr": "Gini des créations entre zones"},
        {
            "en": "Inequality of project births per resident between the zones: 0 none, 1 all in"
            " one.",
            "fr": "Inégalité des créations par habitant entre zones : 0 aucune, 1 tout dans une"
            " seule.",
        },
        -1,
        _between_zones(gini),
        relevant=0.01,
    ),
    Measure(
        "birth_theil",
        "1",
        {"en": "Theil index of births between zones", "fr": "Indice de Theil entre zones"},
        {
            "en": "Theil's T of project births per resident between the zones: 0 where all get the"
            " same.",
            "fr": "T de Theil des créations par habitant entre zones : 0 à parts égales.",
        },
        -1,
        _between_zones(theil),
        relevant=0.01,
    ),
)
"""Measures of projects. Smallest relevant effects are judgements (J)."""
