"""The inert cluster, a placebo: the money of a cluster is spent elsewhere and no place opens."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Plan, PlannedPlace, cents, split_over
from sim.interventions.transition_cluster import cluster_funding, cluster_size


class InertClusterLevers(TimedLevers):
    """Size and funding of the cluster whose money is spent elsewhere."""

    SIZES = ("cluster_size",)

    cluster_size: int = cluster_size()
    cluster_funding: float = cluster_funding()


def plan_inert(levers: InertClusterLevers) -> Plan:
    """Plan the money of a cluster, including set-up and reserves, spent elsewhere."""
    cluster = PlannedPlace("living_lab", levers.cluster_size)
    return Plan(
        {"funding": cents(levers.cluster_funding), "split": split_over(elsewhere=1.0)},
        set_up=cluster.set_up + cluster.reserves,
    )


TYPE = InterventionType(
    name="inert_cluster",
    english_title="Inert cluster",
    english_description=(
        "The placebo: the same money is booked and spent elsewhere; no place opens and "
        "nobody visits."
    ),
    levers=InertClusterLevers,
    plan=plan_inert,
    is_placebo=True,
)
