"""What a user did that cannot be accepted, said in one sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["InputError", "nearest"]


class InputError(ValueError):
    """A value, file or name from the user that cannot be accepted.

    The message is one sentence that names what is wrong (file, key, value), what would be right
    (range, nearest name) and nothing of the program's insides. The command line prints it and ends
    with exit code 2.
    """


def nearest(name: str, known: Iterable[str]) -> str:
    """The hint ``" Did you mean 'x'?"`` for a mistyped name, or an empty string.

    Parameters
    ----------
    name : str
        What the user wrote.
    known : iterable of str
        The names that exist.

    Returns
    -------
    str
        A sentence with a leading space, so that it can be appended to a message.

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
        found = [n for n in names if name in n]  # half a name, such as "online"
    return f" Did you mean '{found[0]}'?" if found else ""
