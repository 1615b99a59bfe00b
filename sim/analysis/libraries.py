"""Import optional libraries of analysis."""

from __future__ import annotations

import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sim.errors import InputError


def library(module: str) -> Any:
    """Import a module of an optional library, such as ``SALib.analyze.sobol``, on first use.

    Raises
    ------
    InputError
        If the library is not installed.

    Examples
    --------
    >>> library("SALib_of_tomorrow")
    Traceback (most recent call last):
    ...
    sim.errors.InputError: this analysis needs SALib_of_tomorrow, which is not installed; install \
it with: pip install 'essaim[analysis]'.
    """
    if module in sys.modules:
        return sys.modules[module]
    try:
        # In a thread for its short stack: the EMA Workbench reads the sources of all that calls it
        # several times while it is imported.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(importlib.import_module, module).result()
    except ModuleNotFoundError as error:
        name = module.partition(".")[0]
        if error.name != name:
            raise
        raise InputError(
            f"this analysis needs {name}, which is not installed; "
            "install it with: pip install 'essaim[analysis]'."
        ) from None
