"""Local benefits of projects and third places, in plain Python."""

from __future__ import annotations

from tests.reference.means_month import around
from tests.reference.projects_month import BORN, CEASED, RUNNING, apart
from tests.reference.retail_month import DAYS_OF_A_MONTH, Town, Values, gained

RESIDENTS = "cell.residents_nearby"


def local_benefits(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    rows, columns = len(town["cell.office"]), len(town["cell.office"][0])
    cells = range(rows * columns)
    if {BORN, CEASED} & set(town["entrepreneur.event"]):
        jobs = [0.0] * (rows * columns)
        for i in [i for i, s in enumerate(town["entrepreneur.stage"]) if s == RUNNING]:
            p = town["entrepreneur.premises_row"][i]
            where = town["premises.cell_row"][p] if p >= 0 else town["entrepreneur.cell_row"][i]
            kind = town["entrepreneur.kind"][i]
            relative = town["entrepreneur.weight"][i][0] / town["project_kind.weight"][kind][0]
            share = values["economic_jobs"]
            jobs[where] += town["project_kind.jobs"][kind] * (1 - share + share * relative)
        town["cell.project_jobs"] = [jobs[y * columns : (y + 1) * columns] for y in range(rows)]
        town["cell.project_jobs_nearby"] = around(town, jobs)

    def flat(name: str) -> list[float]:
        return [x for row in town[name] for x in row]

    brought = values["new_job_share"] * values["job_spending"]
    moved = [
        brought * (now - before)
        for now, before in zip(flat("cell.project_jobs"), flat("cell.jobs_at_start"), strict=True)
    ]
    people = [
        r * p + v
        for r, p, v in zip(
            flat("cell.residents"),
            flat("cell.purchasing_power"),
            flat("cell.visitors"),
            strict=True,
        )
    ]
    a_year = sum(values[f"spending_{s}"] for s in ("convenience", "comparison", "hospitality"))
    each = values["visitor_spending"] * DAYS_OF_A_MONTH / (a_year / 12) if a_year else 0.0
    of_worker = values["work_day_spending"] * 21 / (a_year / 12) if a_year else 0.0
    homes = ("youth", "entrepreneur", "official", "worker")
    use = [values[f"seat_use_{name}"] for name in ("youth", "holders", "officials", "workers")]
    for v in range(town["visitor.count"][0]):
        who, row = divmod(town["visitor.agent"][v], 2**32)
        home = town[f"{homes[who]}.cell_row"][row]
        there = town["third_place.cell_row"][town["visitor.key"][v] >> 32]
        is_worker = homes[who] == "worker"
        outside = 0.0 if is_worker else values["outside_visitors"]
        spent = use[who] * (of_worker if is_worker else each)
        taken = min((1 - outside) * spent, max(people[home] + moved[home], 0.0))
        moved[home] -= taken
        moved[there] += taken + outside * spent
    visits = [0.0] * (rows * columns)
    for t, seats in enumerate(town["third_place.seats_used"]):
        if town["third_place.is_open"][t] and not town["third_place.is_mobile"][t]:
            for c in cells:
                away = apart(town, c, town["third_place.cell_row"][t])
                if away * town["town.cell_km"][0] <= 0.4 + 1e-9:
                    visits[c] += seats
    for name, values_by_cell in (("moved_consumers", moved), ("place_visitors", visits)):
        town[f"cell.{name}"] = [
            values_by_cell[y * columns : (y + 1) * columns] for y in range(rows)
        ]


def project_dimensions(town: Town, values: Values, seed: int, month: int, calendar: int) -> None:
    columns = len(town["cell.office"][0])
    effects = (
        "ecological_retention", "social_exposure", "social_staying", "cultural_visits",
        "cultural_openness",
    )  # fmt: skip
    if not any(values[effect] for effect in effects):
        return
    if (month + 1) % 3 == 0:
        for d, name in ((1, "ecological"), (2, "social"), (3, "cultural")):
            weight = [0.0] * (len(town["cell.office"]) * columns)
            for i in [i for i, s in enumerate(town["entrepreneur.stage"]) if s == RUNNING]:
                p = town["entrepreneur.premises_row"][i]
                where = town["premises.cell_row"][p] if p >= 0 else town["entrepreneur.cell_row"][i]
                weight[where] += town["entrepreneur.weight"][i][d]
            fields = around(town, weight), town[f"cell.{name}_at_start"], town[RESIDENTS]
            town[f"cell.{name}_gained"] = [
                [
                    1000 * (n - before) / max(people, 1)
                    for n, before, people in zip(*row, strict=True)
                ]
                for row in zip(*fields, strict=True)
            ]
    for y, is_present in enumerate(town["youth.is_present"]):
        if is_present:
            projects = gained(town, "social", *divmod(town["youth.cell_row"][y], columns))
            seen = min(max(values["social_exposure"] * projects, -1.0), 1.0)
            town["youth.exposure"][y] += seen


MONTH = {f.__name__: f for f in (local_benefits, project_dimensions)}
"""Twins by process name."""
