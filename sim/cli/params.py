"""``sim params``: every parameter with value, unit, bounds, evidence and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.cli import options
from sim.cli.console import CONSOLE
from sim.errors import InputError
from sim.words.folders import ENGLISH, Language

if TYPE_CHECKING:
    from sim.registry.parameters import ParameterInfo
    from sim.scenario.posterior import Posterior


def params_command(
    name: Annotated[
        str | None,
        typer.Argument(help="Parameter, group, or part of a name; all of them if left out."),
    ] = None,
    language: options.Lang = ENGLISH,
    as_json: options.AsJson = False,
) -> None:
    """List parameters with their sources.

    Default, unit, range, plausible range, evidence, role, meaning and source of each; also the
    posterior of fitted ones (5 to 95 %), and the figures behind it.
    """
    from sim.scenario.posterior import default_posterior
    from sim.scenario.schema import PARAMETERS, AllParameters, right_name

    chosen = list(PARAMETERS.values())
    if name is not None:
        chosen = (
            [i for i in chosen if i.name == name]
            or [i for i in chosen if i.group == name]
            or [i for i in chosen if name in i.name]
        )
        if not chosen:
            known = [*PARAMETERS, *AllParameters.model_fields]
            raise InputError(f"unknown parameter or group '{name}'.{right_name(name, known)}")
    posterior = default_posterior()
    if as_json:
        CONSOLE.json({info.name: _described(info, posterior) for info in chosen})
    else:
        group = ""
        for info in chosen:
            if info.group != group:
                CONSOLE.data(f"{chr(10) if group else ''}[{info.group}]")
                group = info.group
            CONSOLE.data(_line(info, language, posterior))
    CONSOLE.next(f"sim explain {chosen[0].name}")


def _described(info: ParameterInfo, posterior: Posterior | None) -> dict[str, Any]:
    fitted = None
    if posterior and info.name in posterior.parameters:
        low, median, high = posterior.interval(info.name)
        figures = {name: dict(band) for name, band in posterior.figures(info.name).items()}
        fitted = {"low": low, "median": median, "high": high, "figures": figures}
    return {
        "group": info.group,
        "value": info.default,
        "unit": info.unit,
        "bounds": None if info.low is None else [info.low, info.high],
        "plausible": None if info.plausible is None else list(info.plausible),
        "posterior": fitted,
        "choices": list(info.choices),
        "evidence": info.evidence,
        "source": info.source,
        "role": info.role,
        "label": dict(info.label),
        "help": dict(info.help),
    }


def _line(info: ParameterInfo, language: Language, posterior: Posterior | None) -> str:
    from sim.words.sources import source_in

    value = str(info.default).lower() if isinstance(info.default, bool) else info.default
    shown = '""' if value == "" else value
    unit = "" if info.unit == "1" else f" {info.unit}"
    admits = info.admits().removeprefix("a number ").removeprefix("a whole number ")
    admits = admits.removesuffix(f" ({info.unit})")
    if info.plausible:
        admits += f"; plausibly {info.plausible[0]:g} to {info.plausible[1]:g}"
    data = ""
    if posterior and info.name in posterior.parameters:
        low, median, high = posterior.interval(info.name)
        admits += f"; posterior {low:.3g} to {high:.3g}, median {median:.3g}"
        data = f" Data: {', '.join(posterior.figures(info.name)) or 'none of its own'}."
    return (
        f"  {info.name} = {shown}{unit}   [{admits}; {info.evidence}; {info.role}]\n"
        f"      {info.help[language]} Source: {source_in(info.source, language)}.{data}"
    )
