"""Read the bands that were written before the model was refitted."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from experiments.evidence.estimates import Estimate

PATH = Path(__file__).with_name("bands.toml")

USES = ("fitted", "checked")

EVIDENCE = ("measured", "literature", "judgement")


def verdict(estimate: Estimate, low: float, high: float) -> str:
    """Return where an estimate lies against a range: within, outside, or cannot tell.

    It is within if its value is in the range, outside if its whole interval is not, and otherwise
    its data cannot tell.
    """
    if low <= estimate.value <= high:
        return "within"
    if estimate.high < low or estimate.low > high:
        return "outside"
    return "cannot tell"


@dataclass(frozen=True)
class Band:
    """The range in which a figure of the model must lie, and why.

    Parameters
    ----------
    low, high
        The range, in ``unit``.
    use
        ``fitted`` if the model's parameters are fitted to it, ``checked`` if only compared.
    evidence
        ``measured`` here by the estimators, ``literature``, or ``judgement``.
    source
        Records or publication, and how the range follows.
    n
        Size of the sample, or nothing if the source does not say.
    value
        Best single figure, if there is one.
    is_to_be_verified
        If the publication was read in part only.
    """

    low: float
    high: float
    unit: str
    use: str
    evidence: str
    source: str
    n: int | None = None
    value: float | None = None
    is_to_be_verified: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError(f"the band from {self.low} to {self.high} is empty")
        if self.use not in USES or self.evidence not in EVIDENCE or not self.source:
            raise ValueError(f"use in {USES}, evidence in {EVIDENCE} and a source are needed")

    def verdict(self, estimate: Estimate) -> str:
        """Return the verdict on an estimate: within, outside, or cannot tell."""
        return verdict(estimate, self.low, self.high)


def load_bands(path: Path = PATH) -> dict[str, Band]:
    """Return the band of each figure."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return {figure: Band(**entry) for figure, entry in table.items()}
