"""Codes of what happened this month to premises and to young people; 0 is nothing."""

from __future__ import annotations

CLOSED, RELET, TAKEN, SUCCEEDED = 1, 2, 3, 4
"""Values of ``premises.event``: the shop closed and left them vacant, a shop opened, a project
moved in, the shop closed and a successor took over at once."""

LEFT, ARRIVED, TURNED_30 = 1, 2, 3
"""Values of ``youth.event``."""
