"""The public innovation lab: officials meet innovators, some examine files on the spot."""

from __future__ import annotations

from sim.interventions.kind import InterventionType
from sim.interventions.levers import SitedLevers, check_shares, funding, lever, reach, share
from sim.interventions.plan import Plan, PlannedPlace, cents, split_over


class PublicInnovationLabLevers(SitedLevers):
    """Meetings and money of a lab."""

    lab_funding: float = funding(
        25_700.0,
        "Funding of the lab",
        "Monthly public money for meetings, officials freed to examine files, and facilitators.",
    )
    lab_meetings: float = share(
        0.25,
        "Meetings",
        "Monthly probability that an official in reach meets an innovator at the lab.",
        "each official about three times a year",
    )
    lab_reach: float = reach(
        "Reach of the lab",
        "Largest distance from the site at which officials are invited to its meetings.",
    )
    meeting_cost: float = lever(
        75.0,
        "Cost of a meeting",
        "Cost of one official's meeting, including preparation.",
        unit="EUR",
        bounds=(1.0, 10_000.0),
    )
    meetings_share: float = share(
        0.35, "Money for meetings", "Share of the money that pays for meetings."
    )
    facilitation_share: float = share(
        0.65,
        "Money for facilitation",
        "Share of the money that pays embedded officials first, then facilitators.",
    )
    embedded_officials: float = lever(
        2.0,
        "Embedded officials",
        "Officials whom the lab frees to examine files.",
        unit="FTE",
        bounds=(0.0, 100.0),
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
