"""Declare parameters with their unit, bounds, source and meaning.

Each process declares its parameters next to its rule, as a `ParameterGroup`; `sim.scenario.schema`
combines the groups into the one schema of a scenario.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

from sim.words.catalogue import Texts
from sim.words.folders import ENGLISH

__all__ = ["Evidence", "ParameterGroup", "ParameterInfo", "Role", "parameter", "response"]

Evidence = Literal["found", "derived", "recalled", "assumed"]
"""found in a public source; derived from such figures by arithmetic; recalled from the literature
without a check; assumed, a judgement."""

Role = Literal["uncertainty", "lever", "constant"]
"""uncertainty: not known, drawn by experiments; lever: somebody's choice; constant: fixed."""


class ParameterGroup(BaseModel):
    """Parameters of one process or part; immutable, strictly typed, without unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def parameter(
    default: Any,
    *,
    label: str,
    help: str,
    unit: str = "1",
    source: str = "judgement",
    evidence: Evidence = "assumed",
    role: Role = "uncertainty",
    bounds: tuple[float, float] | None = None,
    plausible: tuple[float, float] | None = None,
) -> Any:
    """Declare a parameter of a `ParameterGroup`.

    Parameters
    ----------
    default : bool, int, float or str
        Value unless a scenario sets another.
    label, help : str
        A few words, and one sentence that a resident of the territory understands, in English;
        other languages have them in ``sim/words``.
    unit : str
        Unit in words or symbols; ``"1"`` for pure numbers, ``"share"`` for a share in [0, 1].
    source : str
        Source of the default; without one it is a judgement.
    evidence : {"found", "derived", "recalled", "assumed"}
        How well it is known.
    role : {"uncertainty", "lever", "constant"}
        How an experiment may treat it.
    bounds : (float, float), optional
        Smallest and largest admissible value, both included; required for numbers other than
        shares.
    plausible : (float, float), optional
        Range from which comparisons draw an uncertain value; contains the default.
    """
    if unit == "share":
        bounds = bounds or (0.0, 1.0)
    if isinstance(default, (int, float)) and not isinstance(default, bool) and bounds is None:
        raise TypeError(f"a number needs bounds: {label}")
    low, high = bounds if bounds else (None, None)
    if plausible and not (
        bounds and bounds[0] <= plausible[0] <= default <= plausible[1] <= bounds[1]
    ):
        raise TypeError(f"the plausible range must hold the default, within the bounds: {label}")
    return Field(
        default,
        ge=low,
        le=high,
        allow_inf_nan=False if isinstance(default, float) else None,
        title=label,
        description=help,
        json_schema_extra={
            "unit": unit,
            "source": source,
            "evidence": evidence,
            "role": role,
            "plausible": list(plausible) if plausible else None,
        },
    )


def response(
    default: float,
    highest: float,
    *,
    most: float,
    label: str,
    help: str,
    unit: str = "1",
    source: str = "judgement; no comparison group measured it, so 0 is plausible (docs/sources.md)",
) -> Any:
    """Declare the strength of a reaction, which is plausibly 0.

    Parameters
    ----------
    default, highest : float
        Value unless a scenario sets another, and the highest plausible one.
    most : float
        Largest admissible value; the smallest is 0, no reaction.
    label, help, unit, source : str
        As of `parameter`.
    """
    return parameter(
        default,
        bounds=(0.0, most),
        plausible=(0.0, highest),
        label=label,
        help=help,
        unit=unit,
        source=source,
    )


@dataclass(frozen=True)
class ParameterInfo:
    """The declaration of a parameter.

    Attributes
    ----------
    name : str
        Flat name, unique in the model; used as a keyword, in ``--set`` and as a sweep's factor.
    group : str
        TOML table of the parameter.
    kind : type
        bool, int, float or str.
    low, high : float or None
        Bounds of a number.
    choices : tuple of str
        Admissible words of a str parameter.
    """

    name: str
    group: str
    kind: type
    default: Any
    unit: str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    label: Texts
    help: Texts
    source: str
    evidence: Evidence
    role: Role
    plausible: tuple[float, float] | None

    @classmethod
    def of(cls, group: str, name: str, field: FieldInfo) -> ParameterInfo:
        """Read the declaration back from a pydantic field."""
        extra = field.json_schema_extra
        if not isinstance(extra, dict):
            raise TypeError(f"{group}.{name} was not declared with parameter()")
        marks: dict[str, Any] = dict(extra)
        marks["plausible"] = tuple(marks["plausible"]) if marks["plausible"] else None
        limits = {type(m).__name__: m for m in field.metadata}
        annotation = field.annotation
        choices = get_args(annotation) if get_origin(annotation) is Literal else ()
        return cls(
            name=name,
            group=group,
            kind=str if choices else cast(type, annotation),
            default=field.default,
            label=_texts(group, name, "label", field.title),
            help=_texts(group, name, "help", field.description),
            low=getattr(limits.get("Ge"), "ge", None),
            high=getattr(limits.get("Le"), "le", None),
            choices=choices,
            **marks,
        )

    def admits(self) -> str:
        """Describe the admissible values for an error message."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        if self.low is None:
            return "text"
        number = "a whole number" if self.kind is int else "a number"
        return f"{number} from {self.low:g} to {self.high:g} ({self.unit})"


def _texts(group: str, name: str, what: str, english: str | None) -> Texts:
    """Return a text of a parameter; a lever of many interventions may have its own in some."""
    keys = (f"parameters.{group}.{name}.{what}", f"parameters.{name}.{what}")
    return Texts({ENGLISH: english or ""}, *keys)


def parameters_of(groups: dict[str, type[ParameterGroup]]) -> Iterator[ParameterInfo]:
    """Return every parameter of these groups in the order of declaration."""
    for group, model in groups.items():
        for name, field in model.model_fields.items():
            yield ParameterInfo.of(group, name, field)
