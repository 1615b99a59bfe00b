"""Vacant premises: as counted or stated, or from a sample of tags held against a prior."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.special import betaincinv

from sim.errors import InputError
from sim.territory.read_shops import ShopPoints

__all__ = ["ASSUMED_VACANCY", "Vacancy", "VacancyRequest"]

ASSUMED_VACANCY: Final = 0.12
"""Share of vacant premises where nothing tells it.

Derived: French town centres, about 2019, between 10.4 % in 2015 (CGEDD-IGF) and 14 % in 2024
(vie-publique.fr).
"""

PRIOR_WEIGHT: Final = 41.0
"""Premises that the prior counts for: a standard deviation of 5 points around `ASSUMED_VACANCY`, so
that nine French centres in ten lie between 5 % and 21 %; assumed."""

LEAST_TAGGED: Final = 0.03
"""Share marked by tags below which mappers have not looked for vacancy; assumed."""

CERTAINTY: Final = 0.9


@dataclass(frozen=True)
class VacancyRequest:
    """Statements of the user on vacancy.

    `share` is a known share; `is_counted` says that the marks of the file of shops are a complete
    count; `file` lists all vacant premises.
    """

    share: float | None = None
    is_counted: bool = False
    file: Path | None = None
    assumed: float = ASSUMED_VACANCY

    def __post_init__(self) -> None:
        """Raise `InputError` if a share is not in [0, 0.9]."""
        for name, value in (("vacancy", self.share), ("assumed vacancy", self.assumed)):
            if value is not None and not 0 <= value <= 0.9:
                raise InputError(f"{name} is {value:g}; it must be in [0, 0.9].")


@dataclass(frozen=True)
class Vacancy:
    """The share of vacant premises of a place, and the number to add to those marked.

    `low` and `high` bound it with a certainty of `CERTAINTY`.
    """

    share: float
    low: float
    high: float
    n_added: int
    source: dict[str, Any]


def vacancy_of(points: ShopPoints, request: VacancyRequest) -> Vacancy:
    """Decide on the vacancy of premises that were read.

    Marks of a count, and of tags if they are many enough to have been looked for, stand as they
    are; fewer tags are combined with the prior, and next to none leave it alone.

    Raise `InputError` if the file marks more than the user states.
    """
    marked, n = int(points.is_vacant.sum()), points.cell.size
    low, high = _interval(marked, n, request.assumed)
    seen = marked / n
    span = f"{CERTAINTY:.0%} interval {low:.1%} to {high:.1%}"
    if request.share is not None:
        n_added = _to_add(request.share, marked, n)
        if n_added < 0:
            raise InputError(
                f"the share of vacant premises, {request.share:g}, is too low: the file of shops"
                f" marks {marked} of {n} premises vacant ({seen:.1%}), more than that."
            )
        words = f"{request.share:.1%}, as stated; {marked} premises are marked"
        return _made(
            request.share, (request.share, request.share), n_added, "found", "as stated", words
        )
    if request.is_counted or request.file or (points.is_count and marked):
        how = "the list of vacant premises has them" if request.file else "the file counts them"
        words = f"{marked} of {n} premises are vacant ({seen:.1%}), as {how}"
        return _made(seen, (seen, seen), 0, "found", points.provenance["source"], words)
    if seen >= LEAST_TAGGED:
        estimate = (marked + request.assumed * PRIOR_WEIGHT) / (n + PRIOR_WEIGHT)
        words = f"{marked} of {n} premises are vacant ({seen:.1%}), as the file of shops marks them"
        if estimate <= seen:
            words += f": a sample of tags, whose {span} counts what is usual in French centres too"
            return _made(seen, (low, high), 0, "found", points.provenance["source"], words)
        n_added = _to_add(estimate, marked, n)
        words += (
            f"; mappers seldom set such tags, so together with what is usual in French centres"
            f" ({request.assumed:.0%}) {estimate:.1%} are vacant ({span})"
        )
        return _made(estimate, (low, high), n_added, "derived", points.provenance["source"], words)
    why = "the file lists open shops only"
    if marked:
        why = f"only {marked} of {n} premises are marked vacant, too few to have been looked for"
    prior = _interval(0, 0, request.assumed)
    words = (
        f"Generated: {why}, so {request.assumed:.0%} are taken to be vacant, as in French centres"
    )
    words += f" ({CERTAINTY:.0%} of these lie between {prior[0]:.0%} and {prior[1]:.0%})"
    made = _made(
        request.assumed, prior, max(0, _to_add(request.assumed, marked, n)), "assumed",
        "open shops of the same place, some of them copied as vacant premises", words,
    )  # fmt: skip
    made.source.update(generated=True, why=why)
    return made


def with_vacancy_list(points: ShopPoints, listed: ShopPoints) -> ShopPoints:
    """Return premises with those of a list as the only vacant ones."""
    is_open = ~points.is_vacant
    replaced = int(points.is_vacant.sum())
    words = points.provenance["in_words"].removesuffix(".")
    words += f"; {listed.cell.size} vacant ones of the list" + (
        f" instead of the {replaced} marked" if replaced else ""
    )
    return replace(
        points,
        row=np.concatenate([points.row[is_open], listed.row]),
        cell=np.concatenate([points.cell[is_open], listed.cell]),
        group=np.concatenate([points.group[is_open], listed.group]),
        is_vacant=np.concatenate([points.is_vacant[is_open], listed.is_vacant]),
        provenance=points.provenance | {"vacancy_list": listed.provenance, "in_words": f"{words}."},
    )


def _to_add(share: float, marked: int, n: int) -> int:
    """Return the vacant premises to add to `marked` among `n` for a share of vacant ones."""
    return round(share / (1 - share) * (n - marked)) - marked


def _interval(marked: int, n: int, mean: float) -> tuple[float, float]:
    """Return the interval of the share, by a beta prior and `marked` vacant of `n`."""
    if not mean:
        return 0.0, 0.0
    a, b = mean * PRIOR_WEIGHT, (1 - mean) * PRIOR_WEIGHT
    tail = (1 - CERTAINTY) / 2
    low, high = betaincinv(a + marked, b + n - marked, [tail, 1 - tail])
    return float(low), float(high)


def _made(
    share: float, span: tuple[float, float], n_added: int, evidence: str, source: str, words: str
) -> Vacancy:
    added = f"; {n_added} vacant premises were added beside small open ones" if n_added else ""
    return Vacancy(
        share,
        *span,
        n_added,
        {
            "source": source,
            "evidence": evidence,
            "share": round(share, 4),
            "low": round(span[0], 4),
            "high": round(span[1], 4),
            "premises_added": n_added,
            "in_words": f"{words}{added}.",
        },
    )
