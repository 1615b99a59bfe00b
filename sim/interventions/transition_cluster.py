"""The transition cluster: third places with facilitators, seed grants and a short loop."""

from __future__ import annotations

from typing import Any, Final, Literal

from sim.errors import InputError
from sim.interventions.frugality import FrugalLevers, furnished_place
from sim.interventions.kind import InterventionType
from sim.interventions.levers import SupportLevers, funding, lever, share
from sim.interventions.parts import MOST_OFFICIALS, NOBODY_PAID, Budget, Part, Values, support_parts
from sim.interventions.plan import (
    RESERVE_MONTHS,
    Plan,
    PlannedPlace,
    cents,
    kind_code,
    support_account,
)
from sim.registry.catalogues import third_place_kinds

MOST_SEATS: Final = 5_000
MOST_PLACES: Final = 50


def cluster_size() -> Any:
    """Declare the seats of a cluster."""
    return lever(
        40,
        "Size of the cluster",
        "Seats in all its places; without seats, facilitators travel.",
        unit="seats",
        bounds=(0, MOST_SEATS),
    )


def cluster_funding() -> Any:
    """Declare the public funding of a cluster."""
    return funding(
        25_000.0,
        "Funding of the cluster",
        "Monthly public money for seats, facilitation, grants and evenings; set-up is extra.",
        "six facilitators' worth",
    )


class TransitionClusterLevers(FrugalLevers):
    """Size, funding and operation of a transition cluster."""

    SIZES = ("cluster_size", "embedded_officials")

    cluster_size: int = cluster_size()
    cluster_funding: float = cluster_funding()
    matched_funding: float = lever(
        0.0,
        "Matched funding",
        "Money from other funders on top of the public funding.",
        "nobody else has promised any",
        unit="EUR/month",
        bounds=(0.0, 1e7),
    )
    places: int = lever(
        1,
        "Number of places",
        "Third places over which the seats are spread evenly.",
        "one house, where there are seats",
        unit="places",
        bounds=(1, MOST_PLACES),
    )
    kinds: str = lever(
        "living_lab",
        "Kinds of its places",
        "Kinds of third place from the catalogue; several places take them in turn.",
        "the kind that residents, project holders and officials share",
    )
    officials_role: Literal["absent", "invited", "embedded"] = lever(
        "invited",
        "Role of officials",
        "Absent; invited as guests; or embedded, working there and examining files.",
        "public and private actors are to meet",
    )
    embedded_officials: float = lever(
        1.0,
        "Embedded officials",
        "Officials who examine files at the cluster, paid first; if embedded.",
        unit="FTE",
        bounds=(0.0, 100.0),
    )
    embedded_visits: float = lever(
        2.0,
        "Visits where officials are embedded",
        "Visits of officials relative to invited ones; used if officials are embedded.",
        bounds=(0.0, 10.0),
    )
    idea_choice: Literal["bottom_up", "top_down"] = lever(
        "bottom_up",
        "Who chooses ideas",
        "Residents bring the ideas, or officials choose them.",
        "what a transition cluster is meant to be",
    )
    review_at_cluster: float = share(
        0.2, "Short loop", "Share of supported applications that are examined at the cluster."
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

    def scaled(self, factor: float) -> dict[str, Any]:
        """Return the levers of money and size, times a factor; full houses get more of them."""
        found = super().scaled(factor)
        if self.officials_role != "embedded":
            del found["embedded_officials"]
        if self.cluster_size:
            room = _room(self)
            seats = min(found["cluster_size"], room * MOST_PLACES)
            places = max(min(self.places, seats), -(-seats // room))
            found |= {"cluster_size": seats, "places": places}
        return found


def _room(levers: TransitionClusterLevers) -> int:
    """Return the seats that the smallest of its kinds of places holds."""
    catalogue = third_place_kinds()
    return min(int(catalogue[kind_code(kind)]["max_seats"]) for kind in levers.kinds.split())


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
    """Plan places with seats, or travelling facilitators if they are paid, or no place."""
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
        places = tuple(furnished_place(levers, kind, seats, **ways) for kind, seats in each)
    elif levers.facilitation_share * (levers.cluster_funding + levers.matched_funding) > 0:
        places = (PlannedPlace(_kinds(levers)[0], 0, is_mobile=True, **ways),)
    account = support_account(levers, levers.cluster_funding) | {
        "matched_funding": cents(levers.matched_funding),
        "embedded_officials": levers.embedded_officials if is_embedded else 0.0,
        "shares_staff": levers.shared_staff,
    }
    return Plan(
        account,
        places,
        set_up=sum(p.set_up for p in places),
        reserves=sum(p.reserves for p in places),
    )


_NO_SHORT_LOOP: Final = {"officials_role": "absent", "review_at_cluster": 0.0}
_NO_PLACE: Final = {"cluster_size": 0, "places": 1}


def place_alone(levers: TransitionClusterLevers, budget: Budget) -> Values:
    """Return levers of as many seats as the money keeps open, in no fewer houses than before.

    Raises
    ------
    InputError
        If it pays no seat.
    """
    catalogue = third_place_kinds()
    kinds = [catalogue[kind_code(kind)] for kind in levers.kinds.split()]
    seats_alone = [furnished_place(levers, k.name, 1) for k in kinds]
    dearest = max(
        s.set_up / 100 + (RESERVE_MONTHS + budget.worth) * s.monthly_seat / 100 for s in seats_alone
    )
    room = _room(levers)
    seats = min(int(budget.money / dearest), room * MOST_PLACES, MOST_SEATS)
    if seats < 1:
        raise InputError(
            f"{budget.money:,.0f} EUR of public money pays no seat for the whole run, so the place "
            "cannot be compared alone."
        )
    places = min(max(levers.places, -(-seats // room)), seats)
    size = {"cluster_size": seats, "places": places}
    plan = plan_cluster(levers.model_copy(update=size))
    once = budget.at_start * (plan.set_up + plan.reserves) / 100
    money = {"cluster_funding": budget.monthly(once), "grant": 0.0}
    return size | NOBODY_PAID | _NO_SHORT_LOOP | money


def short_loop_alone(levers: TransitionClusterLevers, budget: Budget) -> Values:
    """Return levers of officials who examine files away from their office, and nothing else."""
    return {
        **_NO_PLACE,
        "officials_role": "embedded",
        "embedded_officials": MOST_OFFICIALS,
        "review_at_cluster": 1.0,
        "facilitation_share": 1.0,
        "grants_share": 0.0,
        "events_share": 0.0,
        "cluster_funding": budget.monthly(),
    }


def has_short_loop(levers: TransitionClusterLevers) -> bool:
    """Return whether officials are detached, or files of supported projects examined on the spot.

    Grants come after the file, so that they alone support nobody in time.
    """
    has_evenings = levers.events_share > 0 and levers.evening_every > 0
    supports = levers.cluster_size > 0 or levers.facilitation_share > 0 or has_evenings
    return levers.officials_role == "embedded" or (levers.review_at_cluster > 0 and supports)


PARTS: Final = (
    *support_parts("cluster_funding", **_NO_PLACE, **_NO_SHORT_LOOP),
    Part(
        "place_only",
        "place only",
        "As many seats as all of the money sets up and keeps open; nobody who facilitates, no "
        "grants, no evenings, files examined at their office.",
        lambda levers: levers.cluster_size > 0,
        place_alone,
    ),
    Part(
        "short_loop_only",
        "short loop only",
        "Officials detached to examine files, paid with all of the money; no place, no grants. "
        "Nobody is supported whose file could be examined on the spot: what acts is their time.",
        has_short_loop,
        short_loop_alone,
    ),
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
    parts=PARTS,
    first=("cluster_funding", "cluster_size", *SupportLevers.SHARES, "grant", "triage", "start"),
)
