"""Keep machine code on disk, under a hash of what it is made of.

Paths and dates of sources do not count, so that two checkouts with the same sources share it.
Numba itself would check only the file of a kernel and miss edits of other files whose rules are
inlined, as well as numbers from elsewhere. Every kernel may take rules from `sim.kernels`. No
process takes a rule from another, so an edit of one leaves the machine code of the others valid;
kernels elsewhere may take rules from all processes.
"""

from __future__ import annotations

import functools
import hashlib
import os
import pickle
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator

_KERNELS = Path(__file__).parents[1]
_PROCESSES = Path(__file__).parents[2] / "processes"

# Folders of older sources are kept while they are probably in use.
_KEPT_FOLDERS = 8
_KEPT_SECONDS = 24 * 3600


def source_hash(folders: Iterable[Path], version: str = numba.__version__) -> str:
    """Return a name for the machine code of all Python files in folders and a numba version.

    Parameters
    ----------
    folders : iterable of Path
        Folders of sources, searched recursively. Their names and locations do not matter.
    version : str
        The version of numba.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    digest = hashlib.sha256(version.encode())
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            source = path.read_bytes()
            digest.update(f"\0{path.relative_to(folder).as_posix()}\0{len(source)}\0".encode())
            digest.update(source)
    return digest.hexdigest()[:16]


def constants_hash(function: Callable[..., Any]) -> str:
    """Return a name for the numbers that a function's module holds so far.

    Machine code has them as constants, and they may come from elsewhere: the counts of a month
    have an offset for each kind of project of a catalogue.

    Parameters
    ----------
    function : callable
        A kernel or a rule.

    Returns
    -------
    str
        8 hexadecimal digits.
    """

    def is_constant(value: Any) -> bool:
        if isinstance(value, tuple):
            return all(map(is_constant, value))
        return isinstance(value, (int, float, np.number))

    found = {n: v for n, v in function.__globals__.items() if is_constant(v)}
    return hashlib.sha256(repr(sorted(found.items())).encode()).hexdigest()[:8]


@functools.cache
def _file_hash(path: str, *, with_processes: bool) -> str:
    digest = hashlib.sha256(Path(path).read_bytes())
    if with_processes:
        digest.update(source_hash([_PROCESSES]).encode())
    return digest.hexdigest()[:16]


@functools.cache
def cache_folder() -> Path | None:
    """Return the folder of the machine code of the present sources.

    ``SIM_CACHE_DIR`` names its parent; the default is the user's cache folder. Folders of older
    sources are removed after a day without use, except the eight newest.

    Returns
    -------
    Path or None
        None, after one warning, if nothing can be written: each process then compiles its kernels.
    """
    try:
        root = _cache_root()
        folder = root / f"kernels-{source_hash([_KERNELS])}"
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
        os.utime(folder)  # The date of last use protects it from pruning.
    except (OSError, RuntimeError) as error:  # RuntimeError: the user has no home folder.
        warnings.warn(
            f"Compiled kernels cannot be kept on disk ({error}), so each run compiles them again; "
            "set SIM_CACHE_DIR to a folder that can be written.",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
    prune_folders(root.glob("kernels-*"), time.time())
    return folder


def _cache_root() -> Path:
    if chosen := os.environ.get("SIM_CACHE_DIR"):
        return Path(chosen)
    if base := os.environ.get("XDG_CACHE_HOME"):
        return Path(base) / "essaim"
    if sys.platform == "win32" and (base := os.environ.get("LOCALAPPDATA")):
        return Path(base) / "essaim" / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "essaim"
    return Path.home() / ".cache" / "essaim"


def prune_folders(folders: Iterable[Path], now: float) -> None:
    """Remove folders of older sources. Another process may do the same at the same time.

    Parameters
    ----------
    folders : iterable of Path
        Folders of machine code, each of different sources.
    now : float
        Present time in seconds, on the clock of the files' dates.
    """
    last_use: list[tuple[float, Path]] = []
    for folder in folders:
        try:
            last_use.append((folder.stat().st_mtime, folder))
        except OSError:
            continue
    for used, folder in sorted(last_use, reverse=True)[_KEPT_FOLDERS:]:
        if now - used > _KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def cached(dispatcher: Any, kind: str) -> Any:
    """Give a numba function its cache; `kind` separates variants, which numba's key does not."""
    folder = cache_folder()
    if folder is None or not hasattr(dispatcher, "enable_caching"):  # NUMBA_DISABLE_JIT
        return dispatcher
    dispatcher._cache = _KernelCache(dispatcher.py_func, folder / kind)
    return dispatcher


class _SourceLocator(_CacheLocator):
    """The location of a function's machine code for numba: a folder named by its sources."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        code, module = function.__code__, function.__module__
        by_itself = module.startswith(("sim.kernels.", "sim.processes."))
        self._py_file = code.co_filename
        self._name = f"{code.co_firstlineno}-{constants_hash(function)}"
        self._stamp = _file_hash(self._py_file, with_processes=not by_itself)
        self._folder = folder / f"{module}-{self._stamp}"

    def ensure_cache_path(self) -> None:
        super().ensure_cache_path()
        older = self._folder.name.replace(self._stamp, "*")
        prune_folders(self._folder.parent.glob(older), time.time())

    def from_function(self, function: Any, path: str) -> _SourceLocator:  # type: ignore[override]
        return self

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return self._stamp

    def get_disambiguator(self) -> str:
        return self._name


class _CacheOfSources(CompileResultCacheImpl):
    """Numba's serialisation of machine code, in the folder of `_SourceLocator`."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._locator_classes = [_SourceLocator(function, folder)]  # type: ignore[list-item]
        super().__init__(function)


class _KernelCache(FunctionCache):
    """Numba's cache without failures: unreadable or unwritable code is compiled again."""

    def __init__(self, function: Callable[..., Any], folder: Path) -> None:
        self._impl_class = functools.partial(_CacheOfSources, folder=folder)  # type: ignore[assignment]
        super().__init__(function)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        try:
            try:
                found = super().load_overload(sig, target_context)
            except (EOFError, pickle.UnpicklingError):  # The machine stopped while writing it.
                self.flush()
                return None
        except OSError:
            return None
        # Numba writes its index without a lock, so two processes that compile different signatures
        # at once may use the same file.
        if found is None or tuple(found.signature.args) != tuple(getattr(sig, "args", sig)):
            return None
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        try:
            super().save_overload(sig, data)
        except OSError:  # The disk is full, or the folder was removed during the run.
            self.disable()
