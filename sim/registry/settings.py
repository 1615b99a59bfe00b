"""Settings: values that a file or a user sets instead of defaults, and their TOML format.

Scenarios and interventions share this format: texts by language, and parameters as plain values or
``{ value, source, evidence }``.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Final, get_args

from pydantic import ValidationError

from sim.errors import InputError, nearest
from sim.registry.parameters import Evidence, ParameterInfo
from sim.registry.user_files import read_file
from sim.words.catalogue import Texts
from sim.words.folders import languages

LARGEST_FILE: Final = 1_000_000
"""Maximum size of a TOML file, bytes; those of the package have up to 7,000."""

_DEEPEST, _LONGEST_KEY, _MOST_DOTS = 20, 200, 100
_TOO_DEEP, _TOO_LARGE = "nested too deeply", "a whole number has more than 64 bits"
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f]")  # all but tab and line feed
_SHORT_TEXT = re.compile(r"""\"[^\n"]{,200}\"|'[^\n']{,200}'""")


@dataclass(frozen=True)
class Setting:
    """A value that a scenario or its user sets instead of a parameter's default.

    Attributes
    ----------
    value : bool, int, float or str
    origin : str
        File or option that sets it.
    source, evidence : str
        Source of the value, and how well it is known.
    scale : float or None
        Factor by which a budget scaled the value; None if none did.
    """

    value: Any
    origin: str
    source: str = "not stated"
    evidence: Evidence = "assumed"
    scale: float | None = None


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file of a user; raise `InputError` if it cannot be read, see `parse_toml`."""
    try:
        return parse_toml(read_file(path, LARGEST_FILE).decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text file in UTF-8.") from None
    except TOMLDecodeError as error:
        raise InputError(f"{path}: not a valid TOML file: {error}.") from None


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML without what no setting is made of, so that all readers are spared it.

    Raise `TOMLDecodeError` if it is not valid TOML, or has deep nesting, a key that is very long or
    not printable, a control character or a whole number beyond 64 bits.
    """
    if any(p.count(".") > _MOST_DOTS for p in re.split("[,\n]", _SHORT_TEXT.sub("", text))):
        raise TOMLDecodeError(_TOO_DEEP)  # tomllib takes hours for a key of many parts
    try:
        content = tomllib.loads(text)
    except TOMLDecodeError:
        raise
    except (ValueError, RecursionError) as error:  # Python's limits on digits and calls
        reason = _TOO_LARGE if isinstance(error, ValueError) else _TOO_DEEP
        raise TOMLDecodeError(reason) from None
    level: list[Any] = [content]
    for _ in range(_DEEPEST):
        level = [inner for value in level for inner in _parts(value)]
        if not level:
            return content
    raise TOMLDecodeError(_TOO_DEEP)


def _parts(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        for key in value:
            if len(key) > _LONGEST_KEY or not key.isprintable():
                raise TOMLDecodeError(f"the key {key[:_LONGEST_KEY]!r} is no name")
        return value.values()
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise TOMLDecodeError(_TOO_LARGE)
    if isinstance(value, str) and _CONTROL.search(value):
        raise TOMLDecodeError(f"the text {value[:_LONGEST_KEY]!r} has a control character")
    return value if isinstance(value, list) else ()


def read_texts(value: Any, where: str, key: str, *words: str) -> Texts:
    """Read a title or description by language.

    Parameters
    ----------
    value : object
        The table, such as ``{ en = "...", fr = "..." }``.
    where, key : str
        File and key, for the error.
    *words : str
        Keys in `sim.words` of other languages.

    Raises
    ------
    InputError
        If it is no table of texts by language.
    """
    texts = value if isinstance(value, dict) else {}
    known = languages()
    if texts and all(k in known and isinstance(v, str) for k, v in texts.items()):
        return Texts(texts, *words)
    raise InputError(
        f'{where}: {key} must be a table of texts by language, such as {{ en = "..." }}; known '
        f"languages: {', '.join(known)}."
    )


def read_setting(entry: Any, name: str, where: str) -> Setting:
    """Read a parameter from a file: a plain value, or one with source and evidence.

    Files of results also state the factor by which a budget scaled it.

    Raises
    ------
    InputError
        If the table lacks its value, or has unknown keys or invalid entries.
    """
    if not isinstance(entry, dict):
        return Setting(entry, where)
    known = ("value", "source", "evidence", "scale")
    if unknown := sorted(set(entry) - set(known)):
        hint = nearest(unknown[0], known)
        raise InputError(f"{where}: unknown key '{unknown[0]}' under '{name}'.{hint}")
    if "value" not in entry:
        raise InputError(f"{where}: '{name}' lacks its value.")
    evidence = entry.get("evidence", "assumed")
    if evidence not in get_args(Evidence):
        marks = ", ".join(get_args(Evidence))
        raise InputError(f"{where}: evidence of '{name}' is {evidence!r}, not one of {marks}.")
    source = entry.get("source", "not stated")
    if not isinstance(source, str):
        raise InputError(f"{where}: source of '{name}' is {source!r}, not a text.")
    scale = entry.get("scale")
    if scale is not None and not (type(scale) is float and 0 < scale < math.inf):
        raise InputError(f"{where}: scale of '{name}' is {scale!r}, not a number above 0.")
    return Setting(entry["value"], where, source, evidence, scale)


def split_assignment(text: str) -> tuple[str, str]:
    """Split a ``key=value`` text into name and value.

    Raises
    ------
    InputError
        If the text is not an assignment.
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name or not value:
        raise InputError(f"--set {text!r}: expected key=value, such as closure_rate=0.08.")
    return name, value


def read_value(text: str, info: ParameterInfo) -> Any:
    """Parse a value of a parameter as typed by a user."""
    return text.strip("\"'") if info.kind is str else typed_value(text)


def typed_value(text: str) -> Any:
    """Parse a value as in TOML; words need no quotes, and a comma is not a decimal point."""
    try:
        return parse_toml(f"v = {text}")["v"]
    except TOMLDecodeError:
        return {"True": True, "False": False}.get(text, text)


def refusal(
    error: ValidationError, settings: Mapping[str, Setting], infos: Mapping[str, ParameterInfo]
) -> InputError:
    """Turn pydantic's refusal of a value into an error for the user who set it.

    Parameters
    ----------
    error : ValidationError
    settings, infos : mapping of str to Setting and to ParameterInfo
        Settings and declarations by the names in the error's locations.
    """
    where = [str(part) for part in error.errors()[0]["loc"]]
    name = next(part for part in reversed(where) if part in settings)
    setting = settings[name]
    origin = "" if setting.origin == "keyword" else f"{setting.origin}: "
    return InputError(
        f"{origin}{name} = {setting.value!r} is not admissible; expected {infos[name].admits()}."
    )
