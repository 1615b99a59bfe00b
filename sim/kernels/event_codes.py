"""Codes of what happened this month to premises and to young people; 0 is nothing."""

from __future__ import annotations

CLOSED, RELET, TAKEN = 1, 2, 3
"""Values of ``premises.event``: the shop closed, a shop opened, a project moved in."""

LEFT, ARRIVED, TURNED_30 = 1, 2, 3
"""Values of ``youth.event``."""
