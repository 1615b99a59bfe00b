"""Indicators of residents, youth, projects, officials and third places."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sim.measures.indicator import Counts, Indicator, Values, count, ratio
from sim.registry.catalogues import DIMENSIONS, project_kinds

__all__ = ["PEOPLE_INDICATORS"]

DIMENSION_LABELS: Final = {
    "economic": ("economic", "économique"),
    "ecological": ("ecological", "écologique"),
    "social": ("social", "sociale"),
    "cultural": ("cultural", "culturelle"),
}


def _stands(
    name: str,
    unit: str,
    label: tuple[str, str],
    definition: tuple[str, str],
    formula: Callable[[Counts], Values] | None = None,
    *,
    by_zone: bool = False,
    is_flow: bool = False,
) -> Indicator:
    """An indicator with its words in English and French; by default the count of its name."""
    en_fr = ("en", "fr")
    return Indicator(
        name,
        unit,
        dict(zip(en_fr, label, strict=True)),
        dict(zip(en_fr, definition, strict=True)),
        formula or count(name),
        by_zone=by_zone,
        is_flow=is_flow,
    )


def _flow(
    name: str,
    unit: str,
    label: tuple[str, str],
    definition: tuple[str, str],
    formula: Callable[[Counts], Values] | None = None,
    *,
    by_zone: bool = False,
) -> Indicator:
    """The same for what happens in a month."""
    return _stands(name, unit, label, definition, formula, by_zone=by_zone, is_flow=True)


def _share(part: str, whole: str) -> Callable[[Counts], Values]:
    def formula(c: Counts) -> Values:
        return ratio(c[part], c[whole])

    return formula


def _yearly(part: str, whole: str, per: float) -> Callable[[Counts], Values]:
    def formula(c: Counts) -> Values:
        return 12 * per * ratio(c[part], c[whole])

    return formula


PEOPLE_INDICATORS: Final = (
    _stands(
        "residents",
        "people",
        ("Residents", "Habitants"),
        (
            "People of all ages who live on the grid.",
            "Personnes de tous âges vivant sur le territoire.",
        ),
        by_zone=True,
    ),
    _stands(
        "youth",
        "people",
        ("Residents aged 15 to 29", "Habitants de 15 à 29 ans"),
        ("Residents aged 15 to 29.", "Habitants âgés de 15 à 29 ans."),
        by_zone=True,
    ),
    _stands(
        "participation",
        "share",
        ("Participation", "Engagement"),
        (
            "Share of residents aged 15 to 29 who take part in local life in the month.",
            "Part des 15-29 ans qui s'engagent dans la vie locale au cours du mois.",
        ),
        _share("youth_active", "youth"),
        by_zone=True,
    ),
    _stands(
        "out_migration",
        "per 100 and year",
        ("Departures of youth", "Départs de jeunes"),
        (
            "Residents aged 15 to 29 who left in the month, a year's worth, per 100.",
            "Départs d'habitants de 15 à 29 ans dans le mois, en rythme annuel, pour 100.",
        ),
        _yearly("youth_left", "youth", 100.0),
    ),
    _stands(
        "in_migration",
        "per 100 and year",
        ("Arrivals of youth", "Arrivées de jeunes"),
        (
            "People aged 15 to 29 who moved in in the month, a year's worth, per 100.",
            "Arrivées de personnes de 15 à 29 ans dans le mois, en rythme annuel, pour 100.",
        ),
        _yearly("youth_arrived", "youth", 100.0),
    ),
    _flow(
        "ideas",
        "projects/month",
        ("Ideas", "Idées"),
        (
            "Ideas of transition projects that somebody took up in the month.",
            "Idées de projets de transition dont quelqu'un s'est saisi dans le mois.",
        ),
        by_zone=True,
    ),
    _flow(
        "project_births",
        "projects/month",
        ("Project births", "Créations de projets"),
        (
            "Transition projects in their first running month; classic firms are not among them.",
            "Projets de transition dans leur premier mois d'activité, hors entreprises classiques.",
        ),
        count("births"),
        by_zone=True,
    ),
    _stands(
        "births_per_1000",
        "per 1,000 residents and year",
        ("Project births per 1,000 residents", "Créations pour 1 000 habitants"),
        (
            "Project births of the month, a year's worth, per 1,000 residents.",
            "Créations de projets du mois, en rythme annuel, pour 1 000 habitants.",
        ),
        _yearly("births", "residents", 1000.0),
        by_zone=True,
    ),
    *(
        _flow(
            f"births_{k.name}",
            "projects/month",
            (f"Births: {k.label['en']}", f"Créations : {k.label['fr']}"),
            (
                f"Project births of the month of the kind: {k.label['en']}.",
                f"Créations du mois de la catégorie : {k.label['fr']}.",
            ),
        )
        for k in project_kinds()
    ),
    *(
        _flow(
            f"births_weight_{name}",
            "projects/month",
            (f"Births, {en} weight", f"Créations, poids {fr}"),
            (
                f"Weights of the month's project births on the {en} dimension, added up.",
                f"Somme des poids des créations du mois sur la dimension {fr}.",
            ),
        )
        for name, (en, fr) in DIMENSION_LABELS.items()
    ),
    _stands(
        "running_projects",
        "projects",
        ("Running projects", "Projets en activité"),
        (
            "Transition projects that run at the end of the month.",
            "Projets de transition en activité en fin de mois.",
        ),
        count("running"),
        by_zone=True,
    ),
    _flow(
        "projects_ended",
        "projects/month",
        ("Projects ended", "Projets terminés"),
        ("Running projects that ended in the month.", "Projets en activité arrêtés dans le mois."),
        by_zone=True,
    ),
    _flow(
        "project_takeovers",
        "premises/month",
        ("Premises taken by projects", "Locaux repris par des projets"),
        (
            "Vacant premises that a transition project moved into in the month.",
            "Locaux vides dans lesquels un projet de transition s'est installé dans le mois.",
        ),
        count("takeovers"),
        by_zone=True,
    ),
    _stands(
        "bottom_up_share",
        "share",
        ("Begun by residents, youth or entrepreneurs", "Projets venus d'en bas"),
        (
            "Share of running projects that did not begin with an official.",
            "Part des projets en activité qui ne sont pas nés chez un élu ou un agent public.",
        ),
        _share("running_bottom_up", "running"),
    ),
    _stands(
        "public_partner_share",
        "share",
        ("With a public partner", "Avec un partenaire public"),
        (
            "Share of running projects with an official among their partners.",
            "Part des projets en activité qui comptent un élu ou un agent public parmi leurs "
            "partenaires.",
        ),
        _share("running_public_partner", "running"),
    ),
    _stands(
        "partners_per_project",
        "partners",
        ("Partners per project", "Partenaires par projet"),
        ("Mean number of partners of running projects.", "Partenaires par projet en activité."),
        _share("running_partners", "running"),
    ),
    _stands(
        "months_to_birth",
        "months",
        ("From idea to birth", "De l'idée à la création"),
        (
            "Mean months that running projects took from idea to birth.",
            "Mois écoulés en moyenne entre l'idée et la création des projets en activité.",
        ),
        _share("running_months_to_birth", "running"),
    ),
    _stands(
        "projects_in_work",
        "projects",
        ("Projects under way", "Projets en préparation"),
        (
            "Ideas being worked out, files in review and projects that look for money.",
            "Idées en cours d'élaboration, dossiers en instruction et projets qui cherchent des "
            "financements.",
        ),
        lambda c: c["ideas_in_work"] + c["in_review"] + c["incubating"],
    ),
    _flow(
        "projects_abandoned",
        "projects/month",
        ("Projects given up", "Projets abandonnés"),
        (
            "Projects given up before they ran, in the month.",
            "Projets abandonnés dans le mois avant d'avoir démarré.",
        ),
        count("abandoned"),
    ),
    _flow(
        "applications",
        "files/month",
        ("Applications", "Dossiers déposés"),
        ("Files that came in in the month.", "Dossiers déposés dans le mois."),
    ),
    _flow(
        "approvals",
        "files/month",
        ("Approvals", "Dossiers acceptés"),
        ("Files approved in the month.", "Dossiers acceptés dans le mois."),
    ),
    _flow(
        "refusals",
        "files/month",
        ("Refusals", "Dossiers refusés"),
        ("Files refused in the month.", "Dossiers refusés dans le mois."),
    ),
    _stands(
        "review_delay",
        "months",
        ("Review delay", "Délai d'instruction"),
        (
            "Mean months from filing to decision of the files decided in the month; 0 if none was.",
            "Mois écoulés en moyenne entre dépôt et décision des dossiers décidés dans le mois ; "
            "0 s'il n'y en a pas.",
        ),
        lambda c: ratio(c["decided_months"], c["approvals"] + c["refusals"]),
    ),
    _stands(
        "waiting_files",
        "files",
        ("Files that wait", "Dossiers en attente"),
        (
            "Files that no office has opened by the end of the month.",
            "Dossiers qu'aucune administration n'a ouverts en fin de mois.",
        ),
    ),
    _stands(
        "trust",
        "share",
        ("Officials' trust", "Confiance des élus et agents"),
        (
            "Mean trust of officials in the holders of local projects, 0 to 1.",
            "Confiance moyenne des élus et agents publics envers les porteurs de projet, de 0 à 1.",
        ),
        _share("trust", "officials"),
    ),
    _stands(
        "openness",
        "share",
        ("Officials' openness", "Ouverture des élus et agents"),
        (
            "Mean openness of officials to responsible innovation, 0 to 1.",
            "Ouverture moyenne des élus et agents publics à l'innovation responsable, de 0 à 1.",
        ),
        _share("openness", "officials"),
    ),
    _stands(
        "third_places",
        "places",
        ("Third places", "Tiers-lieux"),
        ("Third places that are open.", "Tiers-lieux ouverts."),
        count("open_places"),
    ),
    _stands(
        "third_place_users",
        "people",
        ("Users of third places", "Usagers des tiers-lieux"),
        ("People who used a third place in the month.", "Usagers des tiers-lieux dans le mois."),
        count("users"),
    ),
    _stands(
        "occupancy",
        "share",
        ("Occupancy of third places", "Occupation des tiers-lieux"),
        ("Users over seats.", "Usagers rapportés aux places."),
        _share("users", "seats"),
    ),
    _flow(
        "evening_participants",
        "people/month",
        ("At evenings of ideas", "Participants aux soirées"),
        (
            "Participants of evenings of ideas in the month.",
            "Participants aux soirées d'émergence d'idées dans le mois.",
        ),
    ),
    _flow(
        "votes",
        "people/month",
        ("Votes", "Votants"),
        (
            "Residents who voted on projects in the month.",
            "Habitants ayant voté pour des projets dans le mois.",
        ),
    ),
    _flow(
        "classic_births",
        "firms/month",
        ("Births of classic firms", "Créations d'entreprises classiques"),
        (
            "New firms of all other kinds to be expected in the month, an exogenous background.",
            "Autres créations d'entreprises attendues dans le mois, un arrière-plan exogène.",
        ),
    ),
)
"""Indicators that concern people, in the order in which they are shown."""

if tuple(DIMENSION_LABELS) != DIMENSIONS:
    raise TypeError("every dimension of transition needs its words")
