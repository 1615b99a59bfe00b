"""Generated pages on parameters: their tables, their posterior and their evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable

from docs.markdown_text import code, in_all, number, table
from sim.registry.parameters import ParameterInfo
from sim.scenario.posterior import default_posterior
from sim.scenario.schema import PARAMETERS, AllParameters


def admitted(info: ParameterInfo) -> str:
    """The admissible values of a parameter."""
    if info.choices:
        return " or ".join(info.choices)
    if info.kind is bool:
        return "true or false"
    return "text" if info.low is None else f"{info.low:g} to {info.high:g}"


def drawn(info: ParameterInfo) -> str:
    """The range in which a comparison draws a parameter, or a dash."""
    return f"{info.plausible[0]:g} to {info.plausible[1]:g}" if info.plausible else "-"


def source(text: str) -> str:
    """A source, with links to the pages that it names."""
    return re.sub(r"docs/(\w+)\.md", r"[\1](/\1.md)", text)


def fitted(info: ParameterInfo) -> str:
    """The default posterior of a parameter from 5 to 95 %, with its median, or a dash."""
    posterior = default_posterior()
    if posterior is None or info.name not in posterior.parameters:
        return "-"
    low, median, high = posterior.interval(info.name)
    return f"{low:.3g} to {high:.3g}, median {median:.3g}"


def behind(info: ParameterInfo) -> str:
    """The figures that inform a parameter of the default posterior."""
    posterior = default_posterior()
    return code(posterior.figures(info.name) if posterior else ())


def posterior_page() -> str:
    """Prior, posterior and data of each parameter of the default posterior."""
    posterior = default_posterior()
    if posterior is None:
        return (
            "No posterior comes with this version: uncertain parameters are drawn from their"
            " plausible ranges.\n"
        )
    return table(
        ("parameter", "unit", "prior", "posterior, 5 to 95 %", "figures behind it"),
        (
            (f"`{i.name}`", i.unit, drawn(i), fitted(i), behind(i))
            for i in (PARAMETERS[name] for name in posterior.parameters)
        ),
    )


def parameter_table(names: Iterable[str]) -> str:
    """Value, unit, bounds, plausible range, posterior, evidence and source of some parameters."""
    return table(
        ("parameter", "value", "unit", "bounds", "plausible", "posterior", "evidence", "source"),
        (
            (
                f"`{n}`",
                number(i.default),
                i.unit,
                admitted(i),
                drawn(i),
                fitted(i),
                i.evidence,
                source(i.source),
            )
            for n, i in PARAMETERS.items()
            if n in set(names)
        ),
    )


def parameters_of(group: str) -> list[str]:
    """Flat names of the parameters of a TOML table."""
    return [n for n, i in PARAMETERS.items() if i.group == group]


def parameters_page() -> str:
    """Every parameter with its label and help in both languages, by TOML table."""
    text = ""
    for group in AllParameters.model_fields:
        text += f"## `[{group}]`\n\n"
        for name in parameters_of(group):
            i = PARAMETERS[name]
            text += (
                f"`{name}`: {in_all(i.label, ' / ')}\n"
                f": {in_all(i.help, '\n  ')}\n\n"
                f"  Default {number(i.default)} ({i.unit}); {admitted(i)}; {i.role}"
                + (f", plausibly {drawn(i)}" if i.plausible else "")
                + (f", posterior {fitted(i)}" if fitted(i) != "-" else "")
                + f"; **{i.evidence}**: {source(i.source)}."
                + (f" Figures behind it: {behind(i)}.\n\n" if behind(i) != "-" else "\n\n")
            )
    return text


def evidence_page() -> str:
    """The number of parameters by role and evidence mark."""
    marks = ("found", "derived", "recalled", "assumed")
    roles = ("uncertainty", "lever", "constant")
    everything = PARAMETERS.values()
    return table(
        ("role", *marks, "in all"),
        (
            (
                role,
                *(sum(i.role == role and i.evidence == m for i in everything) for m in marks),
                sum(i.role == role for i in everything),
            )
            for role in roles
        ),
    )


def parameter_pages() -> dict[str, str]:
    """Pages of all parameters, by file name without suffix."""
    tables = {
        f"parameters_{g}": parameter_table(parameters_of(g)) for g in AllParameters.model_fields
    }
    pages = {"parameters": parameters_page(), "posterior": posterior_page()}
    return tables | pages | {"evidence": evidence_page()}
