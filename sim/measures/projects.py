"""Measures of projects and their files. Smallest relevant effects are judgements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from sim.kernels.arrays import Floats
from sim.measures.measure import Measure, Windows, by_zone, gini, ratio, theil
from sim.registry.catalogues import DIMENSIONS, project_kinds
from sim.territory.territory import ZONES

Formula = Callable[[Windows], Floats]

DIMENSION_TITLES: Final = {
    "economic": "Project births, economic",
    "ecological": "Project births, ecological",
    "social": "Project births, social",
    "cultural": "Project births, cultural",
}


def _sum(count: str) -> Formula:
    return lambda w: w.sum(count)


def _per_birth(count: str) -> Formula:
    return lambda w: ratio(w.sum(count), w.sum("births"))


def _per_running_project(count: str) -> Formula:
    return lambda w: ratio(w.mean(count), w.mean("running"))


def _between_zones(index: Callable[[Floats, Floats], Floats]) -> Formula:
    """Return an index of inequality of births per resident between the zones."""

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
            "Ideas",
            "Ideas of transition projects that somebody took up.",
            "horizon",
            relevant=5.0,
            relevant_share=0.02,
        )
    ),
    *by_zone(
        Measure(
            "project_births",
            "projects",
            "Project births",
            "Transition projects that began to run, by the zone where their holder lives; classic"
            " firms are not among them.",
            "horizon",
            _sum("births"),
            relevant=1.0,
            relevant_share=0.02,
        ),
        also=("elsewhere",),
    ),
    *by_zone(
        Measure(
            "births_per_1000",
            "per 1,000 residents and year",
            "Project birth rate",
            "Transition projects that began to run, per 1,000 residents and year.",
            "horizon",
            lambda w: 12_000 * ratio(w.sum("births"), w.sum("residents")),
            relevant=0.01,
        )
    ),
    *(
        Measure(
            f"births_{kind.name}",
            "projects",
            f"Project births: {kind.label['en']}",
            f"Project births of the kind: {kind.label['en']}.",
            "horizon",
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
            "Project births, each counted by its weight on this dimension of transition.",
            "horizon",
            relevant=0.5,
            relevant_share=0.02,
        )
        for dimension in DIMENSIONS
    ),
    *by_zone(
        Measure(
            "running_projects",
            "projects",
            "Running projects",
            "Transition projects that run at the end of a month.",
            "last_year",
            lambda w: w.mean("running"),
            relevant=1.0,
            relevant_share=0.02,
        ),
        Measure(
            "projects_ended",
            "projects",
            "Projects ended",
            "Running projects that ended.",
            "horizon",
            good=-1,
            relevant=1.0,
            relevant_share=0.02,
        ),
    ),
    Measure(
        "project_end_rate",
        "per 100 and year",
        "Project end rate",
        "Projects that ended per 100 running project-years.",
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
            "Premises taken by projects",
            "Vacant premises that transition projects moved into.",
            "horizon",
            _sum("takeovers"),
            relevant=0.5,
            relevant_share=0.02,
        )
    ),
    Measure(
        "bottom_up_share",
        "share",
        "Bottom-up share",
        "Share of project births that began with residents, youth or entrepreneurs.",
        "horizon",
        _per_birth("bottom_up_births"),
        relevant=0.02,
        is_monthly=False,
    ),
    Measure(
        "running_bottom_up_share",
        "share",
        "Running projects, bottom-up",
        "Share of running projects that did not begin with an official.",
        "last_year",
        _per_running_project("running_bottom_up"),
        relevant=0.02,
    ),
    Measure(
        "public_partner_share",
        "share",
        "Share with a public partner",
        "Share of project births with a public partner.",
        "horizon",
        _per_birth("public_partner_births"),
        relevant=0.02,
        is_monthly=False,
    ),
    Measure(
        "running_public_partner_share",
        "share",
        "Running projects with a public partner",
        "Share of running projects with an official among their partners.",
        "last_year",
        _per_running_project("running_public_partner"),
        relevant=0.02,
    ),
    Measure(
        "partners_per_project",
        "partners",
        "Partners per project",
        "Mean number of partners of a project at its birth.",
        "horizon",
        _per_birth("partners_at_birth"),
        relevant=0.1,
        is_monthly=False,
    ),
    Measure(
        "running_partners_per_project",
        "partners",
        "Partners per running project",
        "Mean number of partners of running projects.",
        "last_year",
        _per_running_project("running_partners"),
        relevant=0.1,
    ),
    Measure(
        "months_to_birth",
        "months",
        "From idea to birth",
        "Mean months from idea to birth, over project births.",
        "horizon",
        _per_birth("months_to_birth_sum"),
        -1,
        relevant=0.5,
        is_monthly=False,
    ),
    Measure(
        "running_months_to_birth",
        "months",
        "From idea to birth, running projects",
        "Mean months that running projects took from idea to birth.",
        "last_year",
        _per_running_project("running_months_to_birth_sum"),
        -1,
        relevant=0.5,
    ),
    Measure(
        "projects_in_work",
        "projects",
        "Projects under way",
        "Ideas being worked out, files in review and projects that look for money.",
        "last_year",
        lambda w: w.mean("ideas_in_work") + w.mean("in_review") + w.mean("incubating"),
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "projects_abandoned",
        "projects",
        "Projects given up",
        "Projects given up before they ran.",
        "horizon",
        _sum("abandoned"),
        -1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "applications",
        "files",
        "Applications",
        "Files that came in.",
        "horizon",
        relevant=1.0,
        relevant_share=0.02,
        is_outcome=True,
    ),
    Measure(
        "approvals",
        "files",
        "Approvals",
        "Files approved.",
        "horizon",
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "refusals",
        "files",
        "Refusals",
        "Files refused.",
        "horizon",
        good=-1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "review_delay",
        "months",
        "Review delay",
        "Mean months from filing to decision, over files decided.",
        "last_year",
        lambda w: ratio(w.mean("decided_months"), w.mean("approvals") + w.mean("refusals")),
        -1,
        relevant=0.25,
    ),
    Measure(
        "waiting_files",
        "files",
        "Files waiting",
        "Files that no office has opened by the end of a month.",
        "last_year",
        good=-1,
        relevant=1.0,
        relevant_share=0.02,
    ),
    Measure(
        "birth_gini",
        "1",
        "Inequality of births between zones (Gini)",
        "Inequality of project births per resident between the zones: 0 none, 1 all in one.",
        "horizon",
        _between_zones(gini),
        -1,
        relevant=0.01,
        is_monthly=False,
    ),
    Measure(
        "birth_theil",
        "1",
        "Theil index of births between zones",
        "Theil's T of project births per resident between the zones: 0 where all get the same.",
        "horizon",
        _between_zones(theil),
        -1,
        relevant=0.01,
        is_monthly=False,
    ),
)
