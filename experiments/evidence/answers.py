"""Answers of records and of the model, one row a figure, and the verdict on the model's."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.evidence.bands import Band, verdict
from experiments.evidence.estimates import Estimate
from experiments.evidence.questions import QUESTIONS
from experiments.evidence.records import Records

MODEL = "model"
"""Mark of simulated figures in the column ``records``."""

FEWEST = 10
"""Cases of a register below which it says nothing about the model: a judgement."""

ROUNDING = 1e-12
"""Tolerance at the upper end of an interval: Wilson's may miss 1 by its last digit."""

COLUMNS = (
    *("question", "records", "is_real", "figure", "estimate", "low", "high", "n", "unit"),
    *("band_low", "band_high", "use", "verdict"),
)
"""Columns of answers: where a figure comes from, the fields of `Estimate`, and its band."""

NO_BAND = (np.nan, np.nan, "", "")

Answer = tuple[str, Estimate]
"""A question, by its key, and one of its figures."""


def answer(records: Records, questions: Sequence[str] = tuple(QUESTIONS)) -> list[Answer]:
    """Return the figures that records give."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of fits to few cases, whose intervals say so
        return [(name, found) for name in questions for found in QUESTIONS[name].answer(records)]


def tabulate(
    records: str, answers: Sequence[Answer], bands: Mapping[str, Band], *, is_real: bool = True
) -> pd.DataFrame:
    """Return a row for each answer, with its band and where it lies in it.

    Returns
    -------
    DataFrame
        ``question``, ``records``, ``is_real``, ``figure``, ``estimate``, ``low`` and ``high`` (90 %
        interval), ``n``, ``unit``, ``band_low``, ``band_high``, ``use`` and ``verdict`` (empty
        where there is no band).
    """
    rows = []
    for question, found in answers:
        band = bands.get(found.figure)
        held = (band.low, band.high, band.use, band.verdict(found)) if band else NO_BAND
        rows.append((question, records, is_real, *found, *held))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def agreement(simulated: Estimate, real: Estimate) -> str:
    """Return whether a figure of the model agrees with that of a register.

    Within the register's interval, outside if the two intervals do not overlap, and otherwise, or
    with fewer than ten cases, the register cannot tell.
    """
    ends = (real.value, real.low, real.high, simulated.value)
    if real.n < FEWEST or not np.isfinite(ends).all():
        return "cannot tell"
    return verdict(simulated, real.low, real.high + ROUNDING)


def compare(
    real: Sequence[tuple[str, Sequence[Answer]]],
    simulated: Sequence[Answer],
    bands: Mapping[str, Band],
    *,
    by_register: bool = False,
) -> pd.DataFrame:
    """Return real and simulated figures in one table, ordered by question.

    The verdict on each of the model's figures is where it lies in its band or, ``by_register``,
    whether it agrees with the first register that has it. Figures with neither are left out, and,
    ``by_register``, those that no register has.
    """
    of_register: dict[str, Estimate] = {}
    for _, answers in real:
        of_register |= {e.figure: e for _, e in answers if e.figure not in of_register}
    known = set(of_register) if by_register else set(of_register) | set(bands)
    kept = [(question, found) for question, found in simulated if found.figure in known]
    model = tabulate(MODEL, kept, bands, is_real=False)
    if by_register and kept:
        model["verdict"] = [agreement(found, of_register[found.figure]) for _, found in kept]
    parts = [tabulate(name, answers, bands) for name, answers in real]
    parts = [part for part in (*parts, model) if len(part)]
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    table = pd.concat(parts, ignore_index=True)
    order = {"question": list(QUESTIONS), "figure": list(table["figure"].unique())}
    return table.sort_values(
        list(order),
        key=lambda column: column.map(order[column.name].index),
        kind="stable",
        ignore_index=True,
    )
