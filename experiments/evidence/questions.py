"""The questions, and the kinds of records from which each is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from experiments.evidence import (
    baskets,
    between_towns,
    closures,
    clustering,
    decay,
    floor,
    gradient,
    letting,
    neighbours,
    online,
    successors,
    vacancy_duration,
)
from experiments.evidence.estimates import Estimate
from experiments.evidence.records import Records


@dataclass(frozen=True)
class Question:
    """A question, the kinds of records that bear on it, and its estimator."""

    title: str
    kinds: tuple[str, ...]
    estimate: Callable[..., list[Estimate]]

    def answer(self, records: Records) -> list[Estimate]:
        """Estimate the figures of records of these kinds; the others have none to give."""
        if records.kind not in self.kinds:
            return []
        if records.since is None:
            return self.estimate(records.table)
        return self.estimate(records.table, since=records.since, until=records.until)


QUESTIONS = {
    "closures": Question("closures by age", ("lifetimes", "licences"), closures.estimate),
    "letting": Question("letting by time empty", ("licences",), letting.estimate),
    "vacancy_duration": Question("length of vacancy", ("licences",), vacancy_duration.estimate),
    "successors": Question("direct successors", ("licences",), successors.estimate),
    "neighbours": Question("closures after neighbours'", ("licences",), neighbours.estimate),
    "clustering": Question("vacant premises together", ("premises",), clustering.estimate),
    "gradient": Question("vacancy from centre to edge", ("premises",), gradient.estimate),
    "decay": Question("decay with distance", ("choices",), decay.estimate),
    "floor": Question("pull of floor", ("choices",), floor.estimate),
    "online": Question("online share", ("purchases",), online.estimate),
    "baskets": Question("baskets", ("purchases",), baskets.estimate),
    "between_towns": Question("differences between towns", ("towns",), between_towns.estimate),
}
