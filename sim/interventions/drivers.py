"""Change the dated series of exogenous drivers from a month on."""

from __future__ import annotations

from functools import partial

from sim.interventions.levers import TimedLevers
from sim.interventions.plan import Action, Dated
from sim.registry.state import State


def freeze(state: State, account: int, calendar: int, name: str, months: int) -> None:
    """Keep a series constant for some months; afterwards it resumes its growth."""
    series = state[name]
    now, after = min(calendar, series.size - 1), min(calendar + months, series.size - 1)
    held = series[now]
    series[after:] *= held / series[after]
    series[now:after] = held


def _add(state: State, account: int, calendar: int, name: str, amount: float) -> None:
    state[name][min(calendar, state[name].size - 1) :] += amount


def _multiply(state: State, account: int, calendar: int, name: str, factor: float) -> None:
    state[name][min(calendar, state[name].size - 1) :] *= factor


def raised(levers: TimedLevers, name: str, amount: float) -> Dated:
    """Return actions that add an amount to a series from start to stop."""
    return during(
        levers, partial(_add, name=name, amount=amount), partial(_add, name=name, amount=-amount)
    )


def scaled(levers: TimedLevers, name: str, factor: float) -> Dated:
    """Return actions that multiply a series by a factor from start to stop."""
    return during(
        levers,
        partial(_multiply, name=name, factor=factor),
        partial(_multiply, name=name, factor=1 / factor),
    )


def during(levers: TimedLevers, begin: Action, end: Action) -> Dated:
    """Return the action at the start and, if there is a stop, the one that undoes it."""
    return ((levers.start, begin), (levers.stop, end)) if levers.stop else ((levers.start, begin),)
