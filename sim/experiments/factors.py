"""Factors of an experiment, with levels or a distribution."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, cast, get_args

from sim.errors import InputError, nearest
from sim.experiments.draws import Range, triangular
from sim.registry.parameters import ParameterInfo
from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = ["SCENARIO", "Distribution", "Factor", "read_factor"]

Distribution = Literal["uniform", "triangular", "log_uniform"]

SCENARIO: Final = "scenario"
"""The factor whose levels are whole scenarios."""

_KEYS = ("levels", "distribution", "low", "mode", "high")


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
    distribution : {"uniform", "triangular", "log_uniform"} or None
        Distribution between `low` and `high`; None with levels.
    low, mode, high : float or None
        Limits, and for "triangular" the most likely value.
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
        ``levels``, or ``distribution`` with ``low``, ``high`` and optionally ``mode``.
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
    ends = dict(zip(("low", "high"), info.plausible or (info.low, info.high), strict=True))
    for end in ends:
        if end in entry:
            ends[end] = check_value(entry[end], info, f"{at}: {end}")
    low, high = float(cast(float, ends["low"])), float(cast(float, ends["high"]))
    if not low < high:
        raise InputError(f"{at}: low = {low:g} is not below high = {high:g}.")
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
