"""Numbers as people write them: decimal points or commas, thousands separators, missing words.

A separator is read where the column proves what it is, and refused where it could be either.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sim.kernels.arrays import Bools, Floats

MISSING: Final = (
    "",
    "na",
    "n/a",
    "#n/a",
    "nan",
    "null",
    "none",
    "nd",
    "n.d.",
    "[nd]",
    "-",
    "–",
    "—",
    "..",
)
"""Words for a missing value, in lower case."""

_SPACES: Final = "[\\s\u00a0\u202f\u2009'\u2019]"
_GROUPED: Final = rf"^-?\d{{1,3}}({_SPACES}\d{{3}})+([.,]\d+)?$"


class AmbiguousNumber(ValueError):
    """A separator that may mean thousands or decimals, with the row and the reason."""

    def __init__(self, row: int, why: str) -> None:
        super().__init__(why)
        self.row = row


def without_missing(column: Any) -> Any:
    """Return trimmed Arrow strings, null where missing."""
    text = pc.utf8_trim_whitespace(column)
    is_missing = pc.is_in(pc.utf8_lower(text), value_set=pa.array(MISSING))
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), text)


def plain_numbers(text: Any, *, degrees: bool = False) -> Any:
    """Return Arrow strings as numbers are written in programs: no thousands, a decimal point.

    Texts that are no numbers stay as they are. `degrees` never have thousands. Raise
    `AmbiguousNumber` if a column can be read in two ways.
    """
    is_grouped = pc.match_substring_regex(text, _GROUPED)
    if pc.any(is_grouped).as_py():
        ungrouped = pc.replace_substring_regex(text, _SPACES, "")
        text = pc.if_else(is_grouped, ungrouped, text)
    if degrees:
        return pc.replace_substring(text, ",", ".")
    point_first = _has(text, r"^-?\d{1,3}(\.\d{3})+,\d+$|^-?\d+(\.\d+){2,}$")
    comma_first = _has(text, r"^-?\d{1,3}(,\d{3})+\.\d+$|^-?\d+(,\d+){2,}$")
    if point_first.any():
        _refuse(comma_first, "elsewhere in the column commas and points are the other way round")
        return _thousands(text, r"\.", ",")
    if comma_first.any():
        return _thousands(text, ",", ".")
    for separator in (",", "."):
        if _means_thousands(text, separator):
            return _thousands(text, "\\" + separator, ".")
    return pc.replace_substring(text, ",", ".")


def _thousands(text: Any, separator: str, decimal: str) -> Any:
    """Remove the separator of thousands, and refuse numbers that contradict it."""
    grouped = rf"^-?\d{{1,3}}({separator}\d{{3}})+$"
    is_other = _has(text, rf"^-?\d+{separator}\d+$") & ~_has(text, grouped)
    _refuse(is_other, "its separator means thousands elsewhere in the column")
    other = "," if separator == r"\." else r"\."
    fits = pc.match_substring_regex(text, rf"^-?\d{{1,3}}({separator}\d{{3}})+({other}\d+)?$")
    plain = pc.replace_substring(pc.replace_substring_regex(text, separator, ""), decimal, ".")
    return pc.if_else(fits, plain, pc.replace_substring(text, ",", "."))


def _means_thousands(text: Any, separator: str) -> bool:
    """Return whether d,ddd in a column are thousands; refuse where they could be decimals.

    Decimals that a program writes have either all the same length or no zero at their end.
    """
    s, other = ("\\" + separator, r"\." if separator == "," else ",")
    three = _has(text, rf"^-?[1-9]\d{{0,2}}{s}\d{{3}}$")
    decimals = rf"^-?(0\d*{s}\d+|\d+{s}(\d{{1,2}}|\d{{4,}})|\d{{4,}}{s}\d+)$"
    if not three.any() or _has(text, decimals).any():
        return False
    has_decimals = _has(text, rf"^-?\d+{other}(\d{{1,2}}|\d{{4,}})$").any()
    is_round = _has(text, rf"^-?[1-9]\d{{0,2}}{s}\d\d0$").any() and _has(text, r"^-?\d+$").any()
    contradicts = _has(text, rf"^-?\d{{4,}}$|^-?\d+{other}\d{{3}}$").any()
    if (has_decimals or is_round) and not contradicts:
        return True
    return _doubt(three, separator)


def _doubt(three: Bools, separator: str) -> bool:
    raise AmbiguousNumber(
        int(np.argmax(three)),
        f"its {'comma' if separator == ',' else 'point'} may mean thousands or decimals: write"
        " thousands without a separator, and decimals all with one more or less digit",
    )


def _refuse(is_bad: Bools, why: str) -> None:
    if is_bad.any():
        raise AmbiguousNumber(int(np.argmax(is_bad)), why)


def _has(text: Any, pattern: str) -> Bools:
    found = pc.fill_null(pc.match_substring_regex(text, pattern), False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def as_floats(column: Any) -> Floats:
    """Return Arrow numbers as floats, NaN where null."""
    values = pc.cast(column, pa.float64())
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
