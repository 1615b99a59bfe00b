"""The ledger of all income and spending, by month, account, source and line.

All amounts are whole cents, so income minus spending equals the balance, to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.kernels.arrays import Ints
from sim.kernels.machine.compile import kernel
from sim.kernels.machine.sequence import KernelCall
from sim.registry.state import State
from sim.registry.variables.money import LINES, SOURCES

if TYPE_CHECKING:
    import pandas as pd

Cents = Ints


def ledger_shape(state: State) -> tuple[int, int, int]:
    """Return the shape of a month in the ledger: accounts, sources, and income plus each line."""
    return (state["account.is_active"].size, len(SOURCES), 1 + len(LINES))


@kernel
def book_month(ledger: Any, page: Cents) -> None:
    """Write the money of the month just run into a page: account, source, and income or line."""
    for a in range(page.shape[0]):
        for s in range(page.shape[1]):
            page[a, s, 0] = ledger.income[a, s]
            for line in range(ledger.spending.shape[2]):
                page[a, s, 1 + line] = ledger.spending[a, s, line]


def book_call(state: State, page: Cents) -> KernelCall:
    """Return the call that books a month into a page, as `book_month` does."""
    return KernelCall(book_month.__name__, book_month, (state.lend(book_month, "ledger"), page))


def ledger_frame(pages: Cents, accounts: Sequence[str]) -> pd.DataFrame:
    """Return pages (month, account, source, 1 + line) as a tidy table without empty entries.

    Columns are ``month`` from 1, ``account``, ``source`` (public, matched, own_revenue), ``line``
    ("income" or a line of spending) and ``cents`` (int64).
    """
    month, *places = np.nonzero(pages)
    frame = _frame(pages[month, *places], places, accounts, ("income", *LINES))
    frame.insert(0, "month", month + 1)
    return frame


def unspent_frame(state: State, accounts: Sequence[str]) -> pd.DataFrame:
    """Return unspent money, including the reserves of third places, like `ledger_frame`."""
    purse = state["account.purse"]
    places = np.nonzero(purse)
    return _frame(purse[places], places, accounts, LINES)


def _frame(
    cents: Cents, places: Sequence[Ints], accounts: Sequence[str], lines: Sequence[str]
) -> pd.DataFrame:
    import pandas as pd

    names = {"account": accounts, "source": SOURCES, "line": lines}
    words = zip(names.items(), places, strict=True)
    columns = {name: np.array(known, dtype=object)[codes] for (name, known), codes in words}
    return pd.DataFrame({**columns, "cents": cents})
