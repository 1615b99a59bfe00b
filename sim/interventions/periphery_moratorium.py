"""The moratorium on the periphery: no floor space is added in retail parks."""

from __future__ import annotations

from functools import partial

from sim.interventions.drivers import freeze
from sim.interventions.kind import InterventionType
from sim.interventions.levers import LONGEST, TimedLevers
from sim.interventions.plan import Plan

__all__ = ["TYPE"]


def plan_moratorium(levers: TimedLevers) -> Plan:
    """Plan a freeze of peripheral floor space; afterwards it resumes its growth."""
    months = levers.stop - levers.start if levers.stop else LONGEST
    return Plan(actions=((levers.start, partial(freeze, name="series.periphery", months=months)),))


TYPE = InterventionType(
    name="periphery_moratorium",
    title={"en": "Moratorium on the periphery", "fr": "Moratoire sur la périphérie"},
    description={
        "en": "Floor space in retail parks stays as it is; it costs no public money.",
        "fr": "Les surfaces des zones commerciales n'augmentent plus ; sans argent public.",
    },
    levers=TimedLevers,
    plan=plan_moratorium,
)
