"""Reports of sweeps: one self-contained page in English or French, and its pictures."""

from __future__ import annotations

from sim.report.sweeps.sweep_report import write_sweep_report

__all__ = ["write_sweep_report"]
