"""Errors for invalid input by a user."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["InputError", "nearest"]


class InputError(ValueError):
    """An invalid value, file or name from the user.

    The message is one sentence that names the error (file, key, value) and the remedy (range,
    nearest name), without internals of the program. The command line prints it and ends with exit
    code 2.
    """


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
