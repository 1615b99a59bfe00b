"""What all tests share: the way to their twins, and property-based tests without a clock."""

import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

# Twins are imported as tests.reference.*, however pytest is started.
sys.path.insert(0, str(Path(__file__).parents[1]))

# The first example compiles kernels, so time says nothing; the same examples each run.
settings.register_profile(
    "essaim",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("essaim")
