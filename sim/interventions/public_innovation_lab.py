"""The public innovation lab: officials meet innovators, some examine files on the spot."""

from __future__ import annotations

from functools import partial

from sim.interventions.kind import InterventionType
from sim.interventions.levers import SitedLevers, funding, lever, reach, share
from sim.interventions.parts import MOST_OFFICIALS, Budget, Part, Values
from sim.interventions.plan import Plan, PlannedPlace, cents, split_over


class PublicInnovationLabLevers(SitedLevers):
    """Meetings and money of a lab."""

    SHARES = ("meetings_share", "facilitation_share")
    SIZES = ("embedded_officials",)

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


def _alone(levers: PublicInnovationLabLevers, budget: Budget, **left: float) -> Values:
    off = {"meetings_share": 0.0, "facilitation_share": 0.0, "embedded_officials": 0.0}
    return off | {"lab_funding": budget.monthly()} | left


PARTS = (
    Part(
        "meetings_only",
        "meetings only",
        "Meetings of officials and innovators as often as in the whole; money beyond their cost "
        "stays unspent.",
        lambda levers: levers.meetings_share > 0 and levers.lab_meetings > 0,
        partial(_alone, meetings_share=1.0),
    ),
    Part(
        "officials_only",
        "freed officials only",
        "Officials freed to examine files, paid with all of the money; no meetings, no "
        "facilitators.",
        lambda levers: levers.facilitation_share > 0 and levers.embedded_officials > 0,
        partial(_alone, facilitation_share=1.0, embedded_officials=MOST_OFFICIALS, lab_meetings=0),
    ),
    Part(
        "facilitation_only",
        "facilitation only",
        "Facilitators who travel to project holders, paid with all of the money; no place, no "
        "grants, no evenings.",
        lambda levers: levers.facilitation_share > 0,
        partial(_alone, facilitation_share=1.0, lab_meetings=0.0),
    ),
)

TYPE = InterventionType(
    name="public_innovation_lab",
    english_title="Public innovation lab",
    english_description=(
        "Officials regularly meet innovators, and some are freed to examine their files."
    ),
    levers=PublicInnovationLabLevers,
    plan=plan_lab,
    parts=PARTS,
    first=(
        "lab_funding",
        *PublicInnovationLabLevers.SHARES,
        "embedded_officials",
        "lab_meetings",
        "lab_reach",
        "start",
    ),
)
