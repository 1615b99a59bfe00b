"""Scale interventions to a budget: the public money that they spend a year, not what they plan.

Money is often left over: too few people ask for it, or a lever has an end. Paired runs of a few
replications say how much an arm spends; a search for the factor of its levers of money and size
repeats them, with the same random draws, until it spends the budget or cannot.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Final, get_args

from sim.errors import InputError
from sim.experiments.designs import ONE_POINT, Design
from sim.experiments.experiment import BASELINE, Arms, Experiment, Limit, Scale
from sim.experiments.factors import SCENARIO, Factor
from sim.experiments.spending import levers_of, planned_a_year, spent_a_year
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.experiments.results import Results

REPLICATIONS: Final = 4
"""Replications of the paired runs that measure spending: the first ones of the experiment."""

CLOSE: Final = 0.005
"""Share of the budget to which spending comes close."""

LEAST_ABSORBED: Final = 0.1
"""Share of further money below which an arm is said to absorb no more."""

ROUNDS: Final = 12
"""Scales that are tried at most."""

LARGEST_BUDGET: Final = 1e10
"""EUR a year."""


class TooLittle(InputError):
    """Raised if an arm spends more than the budget at its smallest: its name and EUR a year."""

    def __init__(self, budget: float, arm: str, levers: str, spent: float, place: str = "") -> None:
        super().__init__(
            f"budget = {budget:,.0f} EUR a year is too little for {arm}"
            f"{place and f' in {place}'}: at its smallest, {levers}, it spends {spent:,.0f}."
        )
        self.arm, self.spent = arm, spent


Spend = Callable[[Arms], Mapping[str, Mapping[str, float]]]
"""Measures the EUR a year that arms spend, by scenario; the baseline is among them."""


def scaled(arm: Scenario, kept: int, scale: float) -> Scenario:
    """Return an arm with its interventions scaled, but for the first, which all arms keep."""
    added = tuple(i.scaled(scale) for i in arm.interventions[kept:])
    return replace(arm, interventions=arm.interventions[:kept] + added)


class _Search:
    """The scales tried for one arm, with the EUR a year planned and spent at each."""

    def __init__(self, arm: Scenario, kept: int, months: int, budget: float) -> None:
        self._arm, self._kept, self._months, self._budget = arm, kept, months, budget
        self._tried: dict[float, tuple[float, float]] = {}
        self.limit: Limit = "none"
        planned = planned_a_year(arm.interventions[kept:], months)
        self.next: float | None = budget / planned if planned > 0 else None
        if self.next is None:
            self.limit, self._tried[1.0] = "free", (0.0, 0.0)

    def at(self, scale: float) -> Scenario:
        """Return the arm at a scale."""
        return scaled(self._arm, self._kept, scale)

    def learn(self, spent: float) -> None:
        """Note what is spent at the next scale, and choose the one after it; None ends."""
        assert self.next is not None
        added = self.at(self.next).interventions[self._kept :]
        self._tried[self.next] = planned_a_year(added, self._months), spent
        self.next = self._another()

    def _another(self) -> float | None:
        tried, budget = sorted(self._tried), self._budget
        below = [s for s in tried if self._tried[s][1] <= budget]
        above = [s for s in tried if self._tried[s][1] > budget]
        if abs(self._tried[self.best][1] - budget) <= CLOSE * budget:
            self.limit = "none"
            return None
        self.limit = "steps"
        if len(tried) == ROUNDS:
            return None
        if not above:
            return self._higher(below)
        if not below:
            lowest = above[0]
            lower = lowest * max(0.01, 0.9 * budget / self._tried[lowest][1])
            return lower if self._differs(lower, lowest) else None
        low, high = below[-1], above[0]
        least, most = self._tried[low][1], self._tried[high][1]
        middle = low + (high - low) * (budget - least) / (most - least)
        return middle if self._differs(middle, low) and self._differs(middle, high) else None

    def _higher(self, below: list[float]) -> float | None:
        """Return a higher scale while an arm absorbs a good part of the further money."""
        highest = below[-1]
        planned, spent = self._tried[highest]
        if len(below) > 1:
            before = self._tried[below[-2]]
            if spent - before[1] < LEAST_ABSORBED * (planned - before[0]):
                self.limit = "demand"
                return None
        higher = highest * min(2.0, self._budget / max(spent, 1e-9))
        if not self._differs(higher, highest):
            self.limit = "levers"
            return None
        return higher

    def _differs(self, one: float, other: float) -> bool:
        return [i.values for i in self.at(one).interventions] != [
            i.values for i in self.at(other).interventions
        ]

    @property
    def best(self) -> float:
        """The scale that spends closest to the budget, the smaller where more does little."""
        tried = sorted(self._tried)
        if self.limit == "demand":
            return tried[-2]
        return min(tried, key=lambda s: abs(self._tried[s][1] - self._budget))

    @property
    def found(self) -> Scale:
        """The scale that is kept."""
        return Scale(self.best, self._tried[self.best][1], self.limit)


def scale_arms(
    scenarios: Arms, budget: float, months: int, spend: Spend
) -> dict[str, dict[str, Scale]]:
    """Search for the scale at which each arm spends a budget, by scenario, all side by side.

    Raises
    ------
    TooLittle
        If an arm spends more than the budget at its smallest.
    """
    kept = {place: len(arms[BASELINE].interventions) for place, arms in scenarios.items()}
    searches = {
        (place, name): _Search(arm, kept[place], months, budget)
        for place, arms in scenarios.items()
        for name, arm in arms.items()
        if name != BASELINE
    }
    while todo := [(*at, s, s.next) for at, s in searches.items() if s.next is not None]:
        tried = {place: {BASELINE: scenarios[place][BASELINE]} for place, *_ in todo}
        for place, name, search, scale in todo:
            tried[place][name] = search.at(scale)
        spent = spend(tried)
        for place, name, search, _ in todo:
            search.learn(spent[place][name])
    found: dict[str, dict[str, Scale]] = {place: {} for place in scenarios}
    for (place, name), search in searches.items():
        kept_at = found[place][name] = search.found
        if kept_at.spent > (1 + 10 * CLOSE) * budget and kept_at.limit != "free":
            added = search.at(kept_at.scale).interventions[kept[place] :]
            where = place if len(scenarios) > 1 else ""
            raise TooLittle(budget, name, levers_of(added), kept_at.spent, where)
    return found


def within_budget(
    experiment: Experiment, run: Callable[[Experiment], Results], known: Experiment | None = None
) -> Experiment:
    """Return the experiment with its arms scaled to its budget, in each scenario for itself.

    Parameters
    ----------
    experiment : Experiment
        With a `budget`.
    run : callable
        Runs an experiment.
    known : Experiment, optional
        Whose scales to keep if it has the same budget and arms, so that nothing is measured again.
    """
    budget, months = experiment.budget, experiment.months
    assert budget is not None
    before = known.scales if known is not None and known.budget == budget else {}
    others = set(experiment.arms) - {BASELINE}
    new = {n: arms for n, arms in experiment.scenarios.items() if set(before.get(n, {})) != others}
    found = scale_arms(new, budget, months, lambda tried: measure_spending(experiment, tried, run))
    scales = {name: dict(found.get(name) or before[name]) for name in experiment.scenarios}
    scenarios = {
        name: {
            arm: one
            if arm == BASELINE
            else scaled(one, len(arms[BASELINE].interventions), scales[name][arm].scale)
            for arm, one in arms.items()
        }
        for name, arms in experiment.scenarios.items()
    }
    stated = {n: {arm: asdict(s) for arm, s in of.items()} for n, of in scales.items()}
    content = {**experiment.content, "scales": stated}
    return replace(experiment, scenarios=scenarios, scales=scales, content=content)


def measure_spending(
    experiment: Experiment, tried: Arms, run: Callable[[Experiment], Results]
) -> dict[str, dict[str, float]]:
    """Return the EUR a year that arms spend beyond the baseline, by short paired runs.

    Raises
    ------
    InputError
        If no run of a scenario succeeds.
    """
    names = [name for name in experiment.arms if any(name in arms for arms in tried.values())]
    pilot = replace(
        experiment,
        # An arm that is not tried is the baseline, whose run is done anyway.
        scenarios={
            place: {name: arms.get(name, arms[BASELINE]) for name in names}
            for place, arms in tried.items()
        },
        design=ONE_POINT
        if len(tried) == 1
        else Design("full_factorial", (Factor(SCENARIO, str, levels=tuple(tried)),)),
        replications=REPLICATIONS,
        horizons=(experiment.months,),
        luck="common",
        series=(),
        every_month=False,
        ledger=False,
        maps=(),
        variance=False,
        budget=None,
        scales={},
        classes={},
        content={},
    )
    results, spent = run(pilot), dict[str, dict[str, float]]()
    for point, (place, arms) in enumerate(tried.items()):
        runs, kept = results.at(point).runs, len(arms[BASELINE].interventions)
        if runs.empty:
            raise InputError(
                f"{place}: what its arms spend is unknown, since none of {REPLICATIONS} runs of"
                " each succeeds."
            )
        spent[place] = {
            name: float(
                spent_a_year(runs, name, arm.interventions[kept:], experiment.months).mean()
            )
            for name, arm in arms.items()
            if name != BASELINE
        }
    return spent


def describe_budget(experiment: Experiment) -> dict[str, Any]:
    """Return the budget for the manifest: how each arm is scaled, and what it plans and spends.

    Sums are EUR a year; what is spent is that of the replications with which the scale was found.
    """
    kept, found = len(experiment.arms[BASELINE].interventions), {}
    for name, of_name in experiment.scales.items():
        arms = experiment.scenarios[name]
        found[name] = {
            arm: asdict(scale)
            | {"planned": planned_a_year(added, experiment.months), "levers": levers_of(added)}
            for arm, scale in of_name.items()
            for added in [arms[arm].interventions[kept:]]
        }
    return {"eur_a_year": experiment.budget, "replications": REPLICATIONS, "scenarios": found}


def read_budget(content: Mapping[str, Any], arms: Arms, where: str) -> float | None:
    """Return the EUR a year that an experiment's file asks for; None without a budget.

    Raises
    ------
    InputError
        If it is no admissible sum, or does not go with the arms.
    """
    budget = content.get("budget")
    if budget is None:
        return None
    is_number = isinstance(budget, (int, float)) and not isinstance(budget, bool)
    if not is_number or not 0 < budget <= LARGEST_BUDGET:
        raise InputError(
            f"{where}budget = {budget!r} is out of range; expected above 0 to"
            f" {LARGEST_BUDGET:,.0f} EUR a year."
        )
    if content.get("parts") is True:
        raise InputError(
            f"{where}budget does not go with parts, whose money is that which the whole plans; ask"
            " for one of the two."
        )
    if len(next(iter(arms.values()))) == 1:
        raise InputError(f"{where}budget needs an arm with an intervention to scale.")
    return float(budget)


def read_scales(content: Mapping[str, Any], arms: Arms, where: str) -> dict[str, dict[str, Scale]]:
    """Return the scales that were found before, by scenario and arm; empty where none were.

    Raises
    ------
    InputError
        If they are damaged.
    """
    stated = content.get("scales")
    if stated is None:
        return {}
    try:
        found = {
            name: {
                arm: Scale(float(of["scale"]), float(of["spent"]), str(of["limit"]))  # type: ignore[arg-type]
                for arm, of in of_name.items()
            }
            for name, of_name in stated.items()
        }
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InputError(
            f"{where}scales is damaged: each arm has scale, spent and limit."
        ) from None
    for name, of_name in found.items():
        known = set(arms.get(name, {})) - {BASELINE}
        for arm, scale in of_name.items():
            is_known = arm in known and scale.limit in get_args(Limit)
            if not (is_known and 0 < scale.scale < math.inf and math.isfinite(scale.spent)):
                raise InputError(f"{where}scales is damaged at {name}, {arm}.")
    return found
