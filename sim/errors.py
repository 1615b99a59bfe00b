"""Errors for invalid input by a user."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Final

__all__ = ["InputError", "nearest", "one_line"]

_LONGEST: Final = 499
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class InputError(ValueError):
    """An invalid value, file or name from the user.

    The message is one sentence that names the error (file, key, value) and the remedy (range,
    nearest name), without internals of the program. The command line prints it and ends with exit
    code 2. `one_line` shortens it, whatever the user's value was.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(one_line(sentence))


def one_line(text: str) -> str:
    """Return a message on one line and under 500 characters.

    A longer one is cut in the middle, where the value stands, between its place and the remedy.

    Examples
    --------
    >>> one_line("rows = '" + 1000 * "9" + "'\\nis not admissible.")[240:257]
    '9999999 ... 99999'
    """
    text = _UNPRINTABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    if len(text) <= _LONGEST:
        return text
    kept = (_LONGEST - 5) // 2
    return f"{text[:kept]} ... {text[-kept:]}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the hint ``" Did you mean 'x'?"`` for a mistyped name, or an empty string.

    Parameters
    ----------
    name : str
        Name as written by the user.
    known : iterable of str
        Valid names.

    Returns
    -------
    str
        A sentence with a leading space, to append to a message.

    Examples
    --------
    >>> nearest("fundng", ["funding", "size"])
    " Did you mean 'funding'?"
    >>> nearest("zzz", ["funding", "size"])
    ''
    """
    names = list(known)
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if not found and len(name) >= 3:
        found = [n for n in names if name in n]  # part of a name, such as "online"
    return f" Did you mean '{found[0]}'?" if found else ""
