"""The transition cluster: third places with facilitators, seed grants and a short loop."""

from __future__ import annotations

from typing import Any, Literal

from sim.errors import InputError
from sim.interventions.kind import InterventionType
from sim.interventions.levers import SupportLevers, funding
from sim.interventions.plan import Plan, PlannedPlace, cents, kind_code, support_account
from sim.registry.catalogues import third_place_kinds
from sim.registry.parameters import parameter


def cluster_size() -> Any:
    """Declare the seats of a cluster."""
    return parameter(
        40,
        unit="seats",
        bounds=(0, 5_000),
        label="Size of the cluster",
        help="Seats in all its places; without seats, facilitators travel.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )


def cluster_funding() -> Any:
    """Declare the public funding of a cluster."""
    return funding(
        25_000.0,
        "Funding of the cluster",
        "Monthly public money for seats, facilitation, grants and evenings; set-up is extra.",
        "six facilitators' worth",
    )


class TransitionClusterLevers(SupportLevers):
    """Size, funding and operation of a transition cluster."""

    cluster_size: int = cluster_size()
    cluster_funding: float = cluster_funding()
    matched_funding: float = parameter(
        0.0,
        unit="EUR/month",
        bounds=(0.0, 1e7),
        label="Matched funding",
        help="Money from other funders on top of the public funding.",
        source="nobody else has promised any",
        evidence="assumed",
        role="lever",
    )
    places: int = parameter(
        1,
        unit="places",
        bounds=(1, 50),
        label="Number of places",
        help="Third places over which the seats are spread evenly.",
        source="one house",
        evidence="assumed",
        role="lever",
    )
    kinds: str = parameter(
        "living_lab",
        unit="1",
        label="Kinds of its places",
        help="Kinds of third place from the catalogue; several places take them in turn.",
        source="the kind that residents, project holders and officials share",
        evidence="assumed",
        role="lever",
    )
    officials_role: Literal["absent", "invited", "embedded"] = parameter(
        "invited",
        unit="1",
        label="Role of officials",
        help="Absent; invited as guests; or embedded, working there and examining files.",
        source="public and private actors are to meet",
        evidence="assumed",
        role="lever",
    )
    embedded_officials: float = parameter(
        1.0,
        unit="FTE",
        bounds=(0.0, 100.0),
        label="Embedded officials",
        help="Officials who examine files at the cluster, paid first; if embedded.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    embedded_visits: float = parameter(
        2.0,
        unit="1",
        bounds=(0.0, 10.0),
        label="Visits where officials are embedded",
        help="Visits of officials relative to invited ones; used if officials are embedded.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    idea_choice: Literal["bottom_up", "top_down"] = parameter(
        "bottom_up",
        unit="1",
        label="Who chooses ideas",
        help="Residents bring the ideas, or officials choose them.",
        source="what a transition cluster is meant to be",
        evidence="assumed",
        role="lever",
    )
    review_at_cluster: float = parameter(
        0.2,
        unit="share",
        bounds=(0.0, 1.0),
        label="Short loop",
        help="Share of supported applications that are examined at the cluster.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )

    def check(self) -> None:
        """Check the consistency of levers, including that the places can hold the seats."""
        super().check()
        kinds = _kinds(self)
        if 0 < self.cluster_size < self.places:
            raise InputError(
                f"cluster_size = {self.cluster_size} is too small for places = {self.places}; "
                "expected a seat in each."
            )
        catalogue = third_place_kinds()
        room = [catalogue[kind_code(kind)]["max_seats"] for kind in kinds]
        for kind, seats, most in zip(kinds, _seats(self), room, strict=True):
            if seats > most:
                raise InputError(
                    f"cluster_size = {self.cluster_size} is more than fit into "
                    f"places = {self.places}: a {kind} holds up to {most} seats, not {seats}."
                )


def _kinds(levers: TransitionClusterLevers) -> list[str]:
    named = levers.kinds.split()
    if not named:
        raise InputError("kinds is empty; expected kinds of third place such as 'living_lab'.")
    for name in named:
        kind_code(name)
    return [named[n % len(named)] for n in range(levers.places)]


def _seats(levers: TransitionClusterLevers) -> list[int]:
    each, more = divmod(levers.cluster_size, levers.places)
    return [each + (n < more) for n in range(levers.places)]


def plan_cluster(levers: TransitionClusterLevers) -> Plan:
    """Plan places with seats, or travelling facilitators, or nothing without seats and money."""
    is_embedded = levers.officials_role == "embedded"
    visits = {"absent": 0.0, "invited": 1.0, "embedded": levers.embedded_visits}
    ways: dict[str, Any] = {
        "official_visits": visits[levers.officials_role],
        "review_share": levers.review_at_cluster,
        "is_top_down": levers.idea_choice == "top_down",
    }
    places: tuple[PlannedPlace, ...] = ()
    if levers.cluster_size:
        each = zip(_kinds(levers), _seats(levers), strict=True)
        places = tuple(PlannedPlace(kind, seats, **ways) for kind, seats in each)
    elif levers.cluster_funding + levers.matched_funding > 0:
        places = (PlannedPlace(_kinds(levers)[0], 0, is_mobile=True, **ways),)
    account = support_account(levers, levers.cluster_funding) | {
        "matched_funding": cents(levers.matched_funding),
        "embedded_officials": levers.embedded_officials if is_embedded else 0.0,
    }
    return Plan(
        account,
        places,
        set_up=sum(p.set_up for p in places),
        reserves=sum(p.reserves for p in places),
    )


TYPE = InterventionType(
    name="transition_cluster",
    english_title="Transition cluster",
    english_description=(
        "Third places with facilitators, seed grants, evenings of ideas and a short loop "
        "from idea to project."
    ),
    levers=TransitionClusterLevers,
    plan=plan_cluster,
)
