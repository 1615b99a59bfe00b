"""Factors of an experiment, with levels or a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import Any, Final, Literal, cast, get_args

from sim.errors import InputError, nearest
from sim.experiments.draws import Range, triangular
from sim.registry.parameters import ParameterInfo
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = ["SCENARIO", "Distribution", "Factor", "read_factor"]

Distribution = Literal["uniform", "triangular", "log_uniform", "normal", "truncated_normal"]

NORMAL_REACH: Final = 3.090232306167813
"""Standard deviations to which a normal distribution reaches: its quantiles of 0.1 and 99.9 %. What
lies beyond would be 0.2 % of the points, or infinite in designs that take the ends of ranges."""

SCENARIO: Final = "scenario"
"""The factor whose levels are whole scenarios."""

_KEYS = ("levels", "distribution", "low", "mode", "high", "mean", "sd")


@dataclass(frozen=True)
class Factor:
    """A factor of an experiment.

    Attributes
    ----------
    name : str
        Flat name of a parameter or lever, ``intervention.lever``, or `SCENARIO`.
    kind : type
        bool, int, float or str.
    levels : tuple or None
        Levels; None with a distribution.
    distribution : str or None
        A `Distribution` between `low` and `high`; None with levels.
    low, mode, high : float or None
        Limits, and for "triangular" the most likely value.
    mean, sd : float or None
        Of "normal", which reaches over `NORMAL_REACH`, and of "truncated_normal" before it is cut.
    unit : str
        Unit in words or symbols.
    label : mapping
        A few words by language.
    """

    name: str
    kind: type
    levels: tuple[Any, ...] | None = None
    distribution: Distribution | None = None
    low: float | None = None
    mode: float | None = None
    high: float | None = None
    mean: float | None = None
    sd: float | None = None
    unit: str = "1"
    label: Mapping[str, str] = field(default_factory=dict)

    def value(self, u: float) -> Any:
        """Map a probability `u` in [0, 1] to a value (the quantile function).

        Levels divide the interval equally; whole numbers are rounded.

        Examples
        --------
        >>> Factor("size", int, levels=(0, 20, 40)).value(0.5)
        20
        >>> Factor("rate", float, distribution="uniform", low=0.1, high=0.3).value(0.5)
        0.2
        """
        if self.levels is not None:
            return self.levels[min(int(u * len(self.levels)), len(self.levels) - 1)]
        low, high = cast(float, self.low), cast(float, self.high)
        if self.distribution == "log_uniform":
            drawn = math.exp(math.log(low) + u * (math.log(high) - math.log(low)))
        elif self.distribution == "triangular":
            drawn = triangular(u, Range(low, cast(float, self.mode), high))
        elif self.mean is not None and self.sd is not None:
            normal = NormalDist(self.mean, self.sd)
            below, above = normal.cdf(low), normal.cdf(high)
            inside = min(max(below + u * (above - below), _LEAST), 1 - _LEAST)
            drawn = normal.inv_cdf(inside)
        else:
            drawn = low + u * (high - low)
        drawn = min(max(drawn, low), high)
        return round(drawn) if self.kind is int else drawn


def read_factor(
    name: str, entry: Any, info: ParameterInfo | None, value: Any, where: str
) -> Factor:
    """Read a factor from an experiment file.

    Parameters
    ----------
    name : str
    entry : mapping
        ``levels``, or ``distribution`` with ``low``, ``high`` and optionally ``mode``, or with
        ``mean`` and ``sd``.
    info : ParameterInfo or None
        Declaration of the parameter; None for `SCENARIO`.
    value : bool, int, float or str
        Value without factors, the default mode of a triangular distribution.
    where : str
        Start of error messages: the file.

    Raises
    ------
    InputError
        If the entry is invalid.
    """
    at = f"{where}factor '{name}'"
    if isinstance(entry, list):
        entry = {"levels": entry}
    if not isinstance(entry, dict):
        raise InputError(f"{at}: expected levels or a distribution, not {entry!r}.")
    if unknown := sorted(set(entry) - set(_KEYS)):
        raise InputError(f"{at}: unknown key '{unknown[0]}'.{nearest(unknown[0], _KEYS)}")
    words: dict[str, Any] = (
        {"kind": str, "label": Texts({ENGLISH: "Territory"}, "factor.territory")}
        if info is None
        else {"kind": info.kind, "unit": info.unit, "label": dict(info.label)}
    )
    if "levels" in entry:
        if len(entry) > 1:
            raise InputError(
                f"{at}: levels and '{sorted(set(entry) - {'levels'})[0]}' exclude each other."
            )
        return Factor(name, levels=_levels(entry["levels"], info, at), **words)
    if "distribution" not in entry:
        raise InputError(f"{at}: expected levels or a distribution.")
    if info is None or info.kind not in (int, float):
        raise InputError(f"{at}: has no distribution, as it is no number; give it levels.")
    return Factor(name, **words, **_distribution(entry, info, value, at))


def check_value(value: Any, info: ParameterInfo | None, at: str) -> Any:
    """Return a level of a factor, or raise `InputError` if its parameter does not admit it."""
    if info is None:
        if not isinstance(value, str):
            raise InputError(f"{at}: {value!r} is no name of a scenario.")
        return value
    if info.kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    fits = type(value) is info.kind and (not info.choices or value in info.choices)
    if fits and info.low is not None and info.high is not None:
        fits = info.low <= value <= info.high
    if not fits:
        raise InputError(f"{at}: {value!r} is not admissible; expected {info.admits()}.")
    return value


def _levels(levels: Any, info: ParameterInfo | None, at: str) -> tuple[Any, ...]:
    if not isinstance(levels, Sequence) or isinstance(levels, str) or not levels:
        raise InputError(f"{at}: levels must be a list of at least one value.")
    found = tuple(check_value(level, info, at) for level in levels)
    if len(set(found)) < len(found):
        twice = next(level for k, level in enumerate(found) if level in found[:k])
        raise InputError(f"{at}: level {twice!r} stands twice.")
    return found


def _distribution(
    entry: Mapping[str, Any], info: ParameterInfo, value: Any, at: str
) -> dict[str, Any]:
    kind = entry["distribution"]
    known = get_args(Distribution)
    if kind not in known:
        raise InputError(
            f"{at}: unknown distribution {kind!r}.{nearest(str(kind), known)} "
            f"Known: {', '.join(known)}."
        )
    if kind in ("normal", "truncated_normal"):
        return _normal(entry, info, value, at)
    if given := [key for key in ("mean", "sd") if key in entry]:
        raise InputError(f"{at}: only a normal distribution has a '{given[0]}'.")
    low, high = _ends(entry, info, info.plausible or (info.low, info.high), at)
    if kind == "log_uniform" and low <= 0:
        raise InputError(f"{at}: low = {low:g} must be above 0 for a log_uniform distribution.")
    found = {"distribution": kind, "low": low, "high": high}
    if kind == "triangular":
        mode = float(check_value(entry.get("mode", value), info, f"{at}: mode"))
        if not low <= mode <= high:
            raise InputError(f"{at}: mode = {mode:g} is not between {low:g} and {high:g}.")
        found["mode"] = mode
    elif "mode" in entry:
        raise InputError(f"{at}: only a triangular distribution has a mode.")
    return found


def _ends(
    entry: Mapping[str, Any], info: ParameterInfo, usual: tuple[Any, Any], at: str
) -> tuple[float, float]:
    """Read the ends of a range; those that are not stated are the usual ones."""
    low, high = (
        float(check_value(entry[end], info, f"{at}: {end}") if end in entry else value)
        for end, value in zip(("low", "high"), usual, strict=True)
    )
    if not low < high:
        raise InputError(f"{at}: low = {low:g} is not below high = {high:g}.")
    return low, high


def _normal(entry: Mapping[str, Any], info: ParameterInfo, value: Any, at: str) -> dict[str, Any]:
    """Read a normal distribution, whole or between limits."""
    kind = entry["distribution"]
    if "mode" in entry:
        raise InputError(f"{at}: only a triangular distribution has a mode.")
    if "sd" not in entry:
        raise InputError(f"{at}: lacks its standard deviation, sd.")
    mean, sd = (_number(entry.get(key, value), f"{at}: {key}") for key in ("mean", "sd"))
    if not sd > 0:
        raise InputError(f"{at}: sd = {sd:g} must be above 0.")
    low, high = mean - NORMAL_REACH * sd, mean + NORMAL_REACH * sd
    if kind == "normal":
        if given := [key for key in ("low", "high") if key in entry]:
            raise InputError(
                f"{at}: a normal distribution has no '{given[0]}'; say truncated_normal."
            )
        if (
            info.low is not None
            and info.high is not None
            and not info.low <= low < high <= info.high
        ):
            raise InputError(
                f"{at}: a normal distribution with mean = {mean:g} and sd = {sd:g} reaches from "
                f"{low:g} to {high:g}; expected {info.admits()}. Say truncated_normal to cut it."
            )
        return {"distribution": kind, "low": low, "high": high, "mean": mean, "sd": sd}
    low, high = _ends(entry, info, (info.low, info.high), at)
    if not low - _FARTHEST * sd < mean < high + _FARTHEST * sd:
        raise InputError(
            f"{at}: mean = {mean:g} with sd = {sd:g} leaves nothing between {low:g} and {high:g}."
        )
    return {"distribution": kind, "low": low, "high": high, "mean": mean, "sd": sd}


_LEAST: Final = 1e-12
"""Probability beyond which quantiles are infinite."""

_FARTHEST: Final = 5
"""Standard deviations from the limits beyond which a truncated normal distribution is refused."""


def _number(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{at} = {value!r} is not a finite number.")
    return float(value)
