"""The moratorium on the periphery: no floor space is added in retail parks."""

from __future__ import annotations

from functools import partial

from sim.interventions.drivers import freeze
from sim.interventions.kind import InterventionType
from sim.interventions.levers import LONGEST, TimedLevers
from sim.interventions.plan import Plan


def plan_moratorium(levers: TimedLevers) -> Plan:
    """Plan a freeze of peripheral floor space; afterwards it resumes its growth."""
    months = levers.stop - levers.start if levers.stop else LONGEST
    return Plan(actions=((levers.start, partial(freeze, name="series.periphery", months=months)),))


TYPE = InterventionType(
    name="periphery_moratorium",
    english_title="Moratorium on the periphery",
    english_description="Floor space in retail parks stays as it is; it costs no public money.",
    levers=TimedLevers,
    plan=plan_moratorium,
)
