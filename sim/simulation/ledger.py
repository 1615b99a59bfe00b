"""The ledger of all income and spending, by month, account, source and line.

All amounts are whole cents, so income minus spending equals the balance, to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.kernels.machine.compile import kernel
from sim.kernels.machine.sequence import KernelCall
from sim.registry.state import State
from sim.registry.variables.money import LINES, SOURCES

if TYPE_CHECKING:
    import pandas as pd

Cents = npt.NDArray[np.int64]


def ledger_shape(state: State) -> tuple[int, int, int]:
    """Return the shape of a month in the ledger: accounts, sources, and income plus each line."""
    return (state["account.is_active"].size, len(SOURCES), 1 + len(LINES))


@kernel
def book_month(ledger: Any, page: Cents) -> None:
    """Write the money of the month just run into a page of the ledger, in cents.

    Parameters
    ----------
    ledger : Record
        With ``income``, (account, source), and ``spending``, (account, source, line).
    page : (account, source, 1 + line) int64 array
        Written.
    """
    for a in range(page.shape[0]):
        for s in range(page.shape[1]):
            page[a, s, 0] = ledger.income[a, s]
            for line in range(ledger.spending.shape[2]):
                page[a, s, 1 + line] = ledger.spending[a, s, line]


def book_call(state: State, page: Cents) -> KernelCall:
    """Return the call that books a month into a page, as `book_month` does."""
    return KernelCall(
        book_month.__name__, book_month, (state.record_for(book_month, "ledger"), page)
    )


def ledger_frame(pages: Cents, accounts: Sequence[str]) -> pd.DataFrame:
    """Return the ledger as a tidy table without empty entries.

    Parameters
    ----------
    pages : (month, account, source, 1 + line) int64 array
        Cents.
    accounts : sequence of str
        Names of the accounts.

    Returns
    -------
    pandas.DataFrame
        ``month`` from 1, ``account``, ``source`` (public, matched, own_revenue), ``line`` ("income"
        or a line of spending) and ``cents`` (int64).
    """
    import pandas as pd

    month, account, source, column = np.nonzero(pages)
    return pd.DataFrame(
        {
            "month": month + 1,
            "account": _words(accounts, account),
            "source": _words(SOURCES, source),
            "line": _words(("income", *LINES), column),
            "cents": pages[month, account, source, column],
        }
    )


def unspent_frame(state: State, accounts: Sequence[str]) -> pd.DataFrame:
    """Return unspent money, including the reserves of third places.

    Parameters
    ----------
    state : State
    accounts : sequence of str
        Names of the accounts.

    Returns
    -------
    pandas.DataFrame
        ``account``, ``source``, ``line`` and ``cents``.
    """
    import pandas as pd

    purse = state["account.purse"]
    account, source, line = np.nonzero(purse)
    return pd.DataFrame(
        {
            "account": _words(accounts, account),
            "source": _words(SOURCES, source),
            "line": _words(LINES, line),
            "cents": purse[account, source, line],
        }
    )


def _words(names: Sequence[str], codes: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    return np.array(names, dtype=object)[codes] if codes.size else np.zeros(0, dtype=object)
