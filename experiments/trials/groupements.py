"""Groupements de Créateurs: coaching for young people who want to start something.

Of 902 people, most without a diploma, by lot 469 were offered the phase of emergence: talks with an
adviser who leaves the lead to the young, and workshops. Algan, Ceci-Renaud, Crépon, Huillery and
Parienté (2016), AEARCTR-0000391; summaries were read.
"""

from __future__ import annotations

from functools import partial

from experiments.trials.coaching import WORTH, Programme, replicate
from experiments.trials.trial import Trial
from sim.experiments.draws import Range

PROGRAMME = Programme(
    name="groupements",
    offered=469,
    others=433,
    months=6,  # assumed
    asked=21,
)

TRIAL = Trial(
    name="groupements",
    given={
        "worth": WORTH,
        # Assumed: a talk or half a workshop every week or two; no account of the hours was read.
        "groupements_hours": Range(5.0, 20.0, 60.0),
        # 60 % came to a workshop, 83 % to a talk with an adviser (letowski.fr, read).
        "groupements_takeup": Range(0.6, 0.83, 0.9),
    },
    hold=partial(replicate, PROGRAMME),
)
