"""Codes of a project's stage, its event of the month and its origin."""

from __future__ import annotations

LATENT, IDEA, REVIEW, INCUBATING, RUNNING, ENDED = range(6)
"""Stages: values of ``entrepreneur.stage``."""

NOTHING, HAD_IDEA, APPLIED, APPROVED, REFUSED, ABANDONED, BORN, CEASED = range(8)
"""Events: values of ``entrepreneur.event``. At most one happens to a project in a month."""

BY_RESIDENT, BY_YOUTH, BY_ENTREPRENEUR, BY_OFFICIAL = range(4)
"""Origins: values of ``entrepreneur.origin``."""
