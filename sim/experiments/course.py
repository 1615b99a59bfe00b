"""Monthly counts and money of a finished run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.experiments.run import Table
from sim.interventions.plan import present_values
from sim.kernels.arrays import Floats
from sim.measures.counting import COUNTS
from sim.registry.variables.money import LINES, SOURCES
from sim.simulation.simulation import Simulation

Cents = npt.NDArray[np.int64]

LEDGER_LINES: Final = ("income", *LINES, "unspent")
"""Lines of the yearly ledger: income, lines of spending, and the balance."""


@dataclass(frozen=True)
class Course:
    """Monthly counts and money of a run.

    Attributes
    ----------
    counts : mapping of str to (months,) float64 array
        Counts of each month and public money, for `sim.measures.measure.Windows`.
    money : (months, sources, lines) int64 array
        Cents, in the order of `LEDGER_LINES`; the balance is that at the end of the month.
    """

    counts: Mapping[str, Floats]
    money: Cents

    def ledger(self) -> Table:
        """Return the yearly ledger: ``year`` from 1, ``source``, ``line``, ``cents``; no zeros."""
        months = len(self.money)
        first = np.arange(0, months, 12)
        yearly = np.add.reduceat(self.money, first, axis=0)
        yearly[..., -1] = self.money[np.minimum(first + 12, months) - 1, :, -1]
        year, source, line = np.nonzero(yearly)
        return {
            "year": (year + 1).astype(np.int32),
            "source": np.array(SOURCES)[source],
            "line": np.array(LEDGER_LINES)[line],
            "cents": yearly[year, source, line],
        }


def opening_balance(simulation: Simulation) -> Cents:
    """Return the cents in the purses before the first month, by source: (sources,) int64."""
    balance: Cents = simulation.state["account.purse"].sum(axis=(0, 2))
    return balance


def course_of(simulation: Simulation, opening: Cents) -> Course:
    """Return the course of a simulation that has run, given its `opening_balance`."""
    pages = simulation.ledger_pages.sum(axis=1)
    income, spending = pages[:, :, 0], pages[:, :, 1:]
    unspent = opening + np.cumsum(income - spending.sum(axis=2), axis=0)
    counts = dict(zip(COUNTS, simulation.counts.T, strict=True)) | _public(spending, unspent)
    return Course(counts, np.concatenate([pages, unspent[..., None]], axis=2))


def _public(spending: Cents, unspent: Cents) -> dict[str, Floats]:
    """Return public money by month, EUR, under the names of measures."""
    public = SOURCES.index("public")
    spent = spending[:, public].sum(axis=1) / 100.0
    discount = present_values(spent.size)
    return {
        "public_spending_discounted": spent * discount,
        "public_money_unspent": unspent[:, public] / 100.0,
    }
