"""Read files that a user names: regular ones, and no larger than what they are for."""

from __future__ import annotations

from pathlib import Path

from sim.errors import InputError


def is_file(path: Path) -> bool:
    """Return whether there is such a regular file; a name that no file can have is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def check_regular(path: Path) -> None:
    """Raise `InputError` if a path is a pipe, which waits for a writer, or an endless device."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(f"{path}: not a regular file.")


def read_file(path: Path, largest: int, missing: str = "no such file") -> bytes:
    """Return the content of a file of at most `largest` bytes.

    Raise `InputError` if there is none, in the words of `missing`, or it cannot be read.
    """
    try:
        check_regular(path)
        if path.stat().st_size <= largest:
            return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: {missing}.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {(error.strerror or '').lower()}.") from None
    raise InputError(f"{path}: larger than {largest:,} bytes, the most that is read.")
