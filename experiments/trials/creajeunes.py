"""CréaJeunes: training and a tutor for young people of poor neighbourhoods who want a firm.

Of 1,445 people by lot 970 were offered the programme of the Adie: six weeks of training in groups,
a tutor, help in finding money. Crépon, Duflo, Huillery, Parienté and Seban (2014), AEARCTR-0000023;
the summary was read. Loans of the Adie are left out.
"""

from __future__ import annotations

from functools import partial

from experiments.trials.coaching import WORTH, Programme, replicate
from experiments.trials.trial import Trial
from sim.experiments.draws import Range

PROGRAMME = Programme(
    name="creajeunes",
    offered=970,
    others=475,
    months=2,  # six weeks (Le Monde, 9 October 2013, read), and the first meetings with the tutor
    asked=28,
)

TRIAL = Trial(
    name="creajeunes",
    given={
        "worth": WORTH,
        # Assumed: no account of the hours was read. Forty are seven a week for six weeks.
        "creajeunes_hours": Range(10.0, 40.0, 120.0),
        # Assumed, after Groupements de Créateurs.
        "creajeunes_takeup": Range(0.5, 0.8, 1.0),
    },
    hold=partial(replicate, PROGRAMME),
)
