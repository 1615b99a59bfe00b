"""Reports of comparisons: one self-contained page in English or French, and its pictures."""

from __future__ import annotations

from sim.report.comparison_report import write_report

__all__ = ["write_report"]
