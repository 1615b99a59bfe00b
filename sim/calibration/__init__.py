"""Calibration of parameters against observed figures.

`sim.calibration.calibrate` calibrates a scenario by approximate Bayesian computation
(`sim.calibration.abc_smc`, on pyABC) or by history matching (`sim.calibration.history_matching`).
It writes a posterior that a scenario can name.
"""

from sim.calibration.abc_smc import abc_smc
from sim.calibration.calibrate import calibrate
from sim.calibration.calibration import Calibration
from sim.calibration.ensemble import Ensemble
from sim.calibration.history_matching import Matching, history_matching
from sim.calibration.patterns import PATTERNS, patterns
from sim.calibration.priors import Prior, scenario_prior
from sim.calibration.targets import Target

__all__ = [
    "PATTERNS",
    "Calibration",
    "Ensemble",
    "Matching",
    "Prior",
    "Target",
    "abc_smc",
    "calibrate",
    "history_matching",
    "patterns",
    "scenario_prior",
]
