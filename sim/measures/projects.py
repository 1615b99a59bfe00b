"""Measures of projects and their files. Smallest relevant effects are judgements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.measures.measure import Floats, Measure, Windows, by_zone, gini, ratio, theil
from sim.registry.catalogues import DIMENSIONS, project_kinds
from sim.territory.territory import ZONES

__all__ = ["PROJECT_MEASURES"]

Formula = Callable[[Windows], Floats]

DIMENSION_TITLES: Final = {
    "economic": {"en": "Project births, economic", "fr": "Créations, part économique"},
    "ecological": {"en": "Project births, ecological", "fr": "Créations, part écologique"},
    "social": {"en": "Project births, social", "fr": "Créations, part sociale"},
    "cultural": {"en": "Project births, cultural", "fr": "Créations, part culturelle"},
}


def _sum(count: str) -> Formula:
    return lambda w: w.sum(count)


def _per_birth(count: str) -> Formula:
    return lambda w: ratio(w.sum(count), w.sum("births"))


def _per_running_project(count: str) -> Formula:
    return lambda w: ratio(w.mean(count), w.mean("running"))


def _between_zones(index: Callable[[Floats, Floats], Floats]) -> Formula:
    """An index of inequality of births per resident between the zones."""

    def formula(w: Windows) -> Floats:
        births = np.stack([w.within(z).sum("births") for z in ZONES])
        people = np.stack([w.within(z).sum("residents") for z in ZONES])
        return index(births, people)

    return formula


PROJECT_MEASURES: Final = (
    *by_zone(
        Measure(
            "ideas",
            "ideas",
            {"en": "Ideas", "fr": "Idées"},
            {
                "en": "Ideas of transition projects that somebody took up.",
                "fr": "Idées de projets de transition dont quelqu'un s'est saisi.",
            },
            "horizon",
            _sum("ideas"),
            1,
            relevant=5.0,
            relevant_share=0.02,
        )
    ),
    *by_zone(
        Measure(
            "project_births",
            "projects",
            {"en": "Project births", "fr": "Projets nés"},
            {
                "en": "Transition projects that began to run, by the zone where their holder lives;"
                " classic firms are not among them.",
                "fr": "Projets de transition entrés en activité, selon la zone où habite leur"
                " porteur, hors entreprises classiques.",
            },
            "horizon",
            _sum("births"),
            1,
            relevant=1.0,
            relevant_share=0.02,
        ),
        "elsewhere",
    ),
    *by_zone(
        Measure(
            "births_per_1000",
            "per 1,000 residents and year",
            {"en": "Project birth rate", "fr": "Taux de création de projets"},
            {
                "en": "Transition projects that began to run, per 1,000 residents and year.",
                "fr": "Projets de transition entrés en activité, pour 1 000 habitants et par an.",
            },
            "horizon",
            lambda w: 12_000 * ratio(w.sum("births"), w.sum("residents")),
            1,
            relevant=0.01,
        )
    ),
    *(
        Measure(
            f"births_{kind.name}",
            "projects",
            {
                "en": f"Project births: {kind.label['en']}",
                "fr": f"Créations : {kind.label['fr']}",
            },
            {
                "en": f"Project births of the kind: {kind.label['en']}.",
                "fr": f"Créations de projets de la catégorie : {kind.label['fr']}.",
            },
            "horizon",
            _sum(f"births_{kind.name}"),
            1,
            relevant=0.5,
            relevant_share=0.02,
        )
        for kind in project_kinds()
    ),
    *(
        Measure(
            f"{dimension}_births",
            "projects",
            DIMENSION_TITLES[dimension],
            {
                "en": "Project births, each counted by its weight on this dimension of transition.",
                "fr": "Projets nés, chacun compté selon son poids dans cette dimension de la"
                " transition.",
            },
            "horizon",
            _sum(f"{dimension}_births"),
            1,
            relevant=0.5,
            relevant_share=0.02,
        )
        for dimension in DIMENSIONS
    ),
    *by_zone(
        Measure(
            "running_projects",
            "projects",
            {"en": "Running projects", "fr": "Projets en activité"},
            {
                "en": "Transition projects that run at the end of a month.",
                "fr": "Projets de transition en activité en fin de mois.",
            },
            "last_year",
            lambda w: w.mean("running"),
            1,
            relevant=1.0,
            relevant_share=0.02,
        )
    ),
    *by_zone(
        Measure(
            "projects_ended",
            "projects",
            {"en": "Projects ended", "fr": "Projets terminés"},
            {"en": "Running projects that ended.", "fr": "Projets en activité arrêtés."},
            "horizon",
            _sum("projects_ended"),
            -1,
            relevant=1.0,
            relevant_share=0.02,
        )
    ),
    Measure(
        "project_end_rate",
        "per 100 and year",
        {"en": "Project end rate", "fr": "Taux d'arrêt des projets"},
        {
            "en": "Projects that ended per 100 running project-years.",
            "fr": "Projets arrêtés pour 100 années-projets en activité.",
        },
        "horizon",
        lambda w: 1200 * ratio(w.sum("projects_ended"), w.sum("running")),
        -1,
        relevant=0.25,
        is_monthly=False,
    ),
    *by_zone(
        Measure(
            "project_takeovers",
            "premises",
            {"en": "Premises taken by projects", "fr": "Locaux repris par des projets"},
            {
                "en": "Vacant premises that transition projects moved into.",
                "fr": "Locaux vides dans lesquels des projets de transition se sont installés.",
            },
            "horizon",
            _sum("takeovers"),
            1,
            relevant=0.5,
            relevant_share=0.02,
        )
    ),
    Measure(
        "bottom_up_share",
        "share",
        {"en": "Bottom-up share", "fr": "Part ascendante"},
        {
            "en": "Share of project births that began with residents, youth or entrepreneurs.",
            "fr": "Part des projets nés d'habitants, de jeunes ou d'entrepreneurs.",
        },
        "horizon",
        _per_birth("bottom_up_births"),
        1,
        relevant=0.02,
        is_monthly=False,
    ),
    Measure(
        "running_bottom_up_share",
        "share",
        {"en": "Running projects, bottom-up", "fr": "Projets en activité venus d'en bas"},
        {
            "en": "Share of running projects that did not begin with an official.",
            "fr": "Part des projets en activité qui ne sont pas nés chez un élu ou un agent"
            " public.",
        },
        "last_year",
        _per_running_project("running_bottom_up"),
        1,
        relevant=0.02,
    ),
    Measure(
        "public_partner_share",
        "share",
        {"en": "Share with a public partner", "fr": "Part avec partenaire public"},
        {
            "en": "Share of project births with a public partner.",
            "fr": "Part des projets nés avec un partenaire public.",
        },
        "horizon",
        _per_birth("public_partner_births"),
        1,
        relevant=0.02,
        is_monthly=False,
    ),
    Measure(
        "running_public_partner_share",
        "share",
        {
            "en": "Running projects with a public partner",
            "fr": "Projets en activité avec partenaire public",
        },
        {
            "en": "Share of running projects with an official among their partners.",
            "fr": "Part des projets en activité qui comptent un élu ou un agent public parmi leurs"
            " partenaires.",
        },
        "last_year",
        _per_running_project("running_public_partner"),
        1,
        relevant=0.02,
    ),
    Measure(
        "partners_per_project",
        "partners",
        {"en": "Partners per project", "fr": "Partenaires par projet"},
        {
            "en": "Mean number of partners of a project at its birth.",
            "fr": "Nombre moyen de partenaires d'un projet à sa naissance.",
        },
        "horizon",
        _per_birth("partners_at_birth"),
        1,
        relevant=0.1,
        is_monthly=False,
    ),
    Measure(
        "running_partners_per_project",
        "partners",
        {"en": "Partners per running project", "fr": "Partenaires par projet en activité"},
        {
            "en": "Mean number of partners of running projects.",
            "fr": "Nombre moyen de partenaires des projets en activité.",
        },
        "last_year",
        _per_running_project("running_partners"),
        1,
        relevant=0.1,
    ),
    Measure(
        "months_to_birth",
        "months",
        {"en": "From idea to birth", "fr": "De l'idée à la création"},
        {
            "en": "Mean months from idea to birth, over project births.",
            "fr": "Nombre moyen de mois entre l'idée et la création, sur les projets nés.",
        },
        "horizon",
        _per_birth("months_to_birth_sum"),
        -1,
        relevant=0.5,
        is_monthly=False,
    ),
    Measure(
        "running_months_to_birth",
        "months",
        {
            "en": "From idea to birth, running projects",
            "fr": "De l'idée à la création, projets en activité",
        },
        {
            "en": "Mean months that running projects took from idea to birth.",
            "fr": "Nombre moyen de mois entre l'idée et la création des projets en activité.",
        },
        "last_year",
        _per_running_project("running_months_to_birth_sum"),
        -1,
        relevant=0.5,
    ),
    Measure(
        "projects_in_work",
        "projects",
        {"en": "Projects under way", "fr": "Projets en préparation"},
        {
            "en": "Ideas being worked out, files in review and projects that look for money.",
            "fr": "Idées en cours d'élaboration, dossiers en instruction et projets qui cherchent"
            " des financements.",
        },
        "last_year",
        lambda w: w.mean("ideas_in_work") + w.mean("in_review") + w.mean("incubating"),
        1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "projects_abandoned",
        "projects",
        {"en": "Projects given up", "fr": "Projets abandonnés"},
        {
            "en": "Projects given up before they ran.",
            "fr": "Projets abandonnés avant d'avoir démarré.",
        },
        "horizon",
        _sum("abandoned"),
        -1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "applications",
        "files",
        {"en": "Applications", "fr": "Dossiers déposés"},
        {"en": "Files that came in.", "fr": "Dossiers déposés."},
        "horizon",
        _sum("applications"),
        1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "approvals",
        "files",
        {"en": "Approvals", "fr": "Dossiers acceptés"},
        {"en": "Files approved.", "fr": "Dossiers acceptés."},
        "horizon",
        _sum("approvals"),
        1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "refusals",
        "files",
        {"en": "Refusals", "fr": "Dossiers refusés"},
        {"en": "Files refused.", "fr": "Dossiers refusés."},
        "horizon",
        _sum("refusals"),
        -1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "review_delay",
        "months",
        {"en": "Review delay", "fr": "Délai d'instruction"},
        {
            "en": "Mean months from filing to decision, over files decided.",
            "fr": "Nombre moyen de mois entre dépôt et décision, sur les dossiers jugés.",
        },
        "last_year",
        lambda w: ratio(w.mean("decided_months"), w.mean("approvals") + w.mean("refusals")),
        -1,
        relevant=0.25,
    ),
    Measure(
        "waiting_files",
        "files",
        {"en": "Files waiting", "fr": "Dossiers en attente"},
        {
            "en": "Files that no office has opened by the end of a month.",
            "fr": "Dossiers qu'aucune administration n'a ouverts en fin de mois.",
        },
        "last_year",
        lambda w: w.mean("waiting_files"),
        -1,
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
        "horizon",
        _between_zones(gini),
        -1,
        relevant=0.01,
        is_monthly=False,
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
        "horizon",
        _between_zones(theil),
        -1,
        relevant=0.01,
        is_monthly=False,
    ),
)
