"""The public innovation lab: officials meet innovators, some examine files on the spot."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import SitedLevers, check_shares, funding
from sim.interventions.plan import Plan, PlannedPlace, cents, split_over
from sim.registry.parameters import parameter


class PublicInnovationLabLevers(SitedLevers):
    """Meetings and money of a lab."""

    lab_funding: float = funding(
        25_700.0,
        "Funding of the lab",
        "Monthly public money for meetings, officials freed to examine files, and facilitators.",
        "costs what the default cluster costs over twenty years, discounted",
    )
    lab_meetings: float = parameter(
        0.25,
        unit="share",
        bounds=(0.0, 1.0),
        label="Meetings",
        help="Monthly probability that an official in reach meets an innovator at the lab.",
        source="each official about three times a year",
        evidence="assumed",
        role="lever",
    )
    lab_reach: float = parameter(
        10.0,
        unit="km",
        bounds=(0.0, 200.0),
        label="Reach of the lab",
        help="Largest distance from the site at which officials are invited to its meetings.",
        source="a town and its surroundings",
        evidence="assumed",
        role="lever",
    )
    meeting_cost: float = parameter(
        75.0,
        unit="EUR",
        bounds=(1.0, 10_000.0),
        label="Cost of a meeting",
        help="Cost of one official's meeting, including preparation.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    meetings_share: float = parameter(
        0.35,
        unit="share",
        bounds=(0.0, 1.0),
        label="Money for meetings",
        help="Share of the money that pays for meetings.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    facilitation_share: float = parameter(
        0.65,
        unit="share",
        bounds=(0.0, 1.0),
        label="Money for facilitation",
        help="Share of the money that pays embedded officials first, then facilitators.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )
    embedded_officials: float = parameter(
        2.0,
        unit="FTE",
        bounds=(0.0, 100.0),
        label="Embedded officials",
        help="Officials whom the lab frees to examine files.",
        source="judgement",
        evidence="assumed",
        role="lever",
    )

    def check(self) -> None:
        """Check the consistency of levers, including that shares add up to 1."""
        super().check()
        check_shares(self, "meetings_share", "facilitation_share")


def plan_lab(levers: PublicInnovationLabLevers) -> Plan:
    """Plan meetings at an office and travelling facilitators."""
    has_money = levers.lab_funding > 0
    account = {
        "funding": cents(levers.lab_funding),
        "split": split_over(events=levers.meetings_share, facilitation=levers.facilitation_share),
        "lab_meetings": levers.lab_meetings if has_money else 0.0,
        "participant_cost": cents(levers.meeting_cost),
        "grant_reach": levers.lab_reach,
        "embedded_officials": levers.embedded_officials if has_money else 0.0,
    }
    places = (PlannedPlace("living_lab", 0, is_mobile=True),) if has_money else ()
    return Plan(account, places)


TYPE = InterventionType(
    name="public_innovation_lab",
    english_title="Public innovation lab",
    english_description=(
        "Officials regularly meet innovators, and some are freed to examine their files."
    ),
    levers=PublicInnovationLabLevers,
    plan=plan_lab,
)
