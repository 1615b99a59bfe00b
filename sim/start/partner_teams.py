"""Groups of ideas by their partners, where partners change approval, funding or survival.

Ideas are followed in four groups, with and without partners and a public partner. The usual
probabilities are solved so that their means over all ideas are `approval_probability` and
`funding_probability`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import scipy

from sim.kernels.arrays import Floats
from sim.kernels.elementary import dot, power
from sim.kernels.odds import multiply_odds

PARTNER_EFFECTS: Final = (
    "public_partner_approval_odds",
    "public_partner_funding_odds",
    "partners_funding_odds",
    "partners_risk_ratio",
)
"""Parameters by which partners matter; at 1 they do not."""


class Teams(NamedTuple):
    """Groups of ideas by partners, arrays of length (groups,): one group if partners do not matter.

    Attributes
    ----------
    share : float64
        Share of all ideas.
    above, partnered : float64
        Share of the group's ideas that begin with officials, who are public partners; and of those
        with partners.
    approval, funding : float64
        Probability that a file is approved, and monthly probability that the capital is found.
    usual_approval, usual_funding : float
        The same without partners.
    """

    share: Floats
    above: Floats
    partnered: Floats
    approval: Floats
    funding: Floats
    usual_approval: float
    usual_funding: float


def teams_of(v: Mapping[str, Any]) -> Teams:
    """Divide ideas into groups whose partners matter alike, and solve for the usual chances."""
    from_above = v["origin_official"]
    with_partners = v["usual_partners"] / (1.0 + v["usual_partners"])  # geometric
    approval, funding = v["approval_probability"], v["funding_probability"]
    if all(v[name] == 1.0 for name in PARTNER_EFFECTS):
        share, above, partnered = np.array([[1.0], [from_above], [with_partners]])
        chances = np.array([approval]), np.array([funding])
        return Teams(share, above, partnered, *chances, approval, funding)
    above, partnered = np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0])
    share = np.abs(1 - above - from_above) * np.abs(1 - partnered - with_partners)
    of_file = power(v["public_partner_approval_odds"], above)
    of_money = power(v["public_partner_funding_odds"], above)
    of_money *= power(v["partners_funding_odds"], partnered)
    usual_approval, approvals = _usual_chance(approval, share, of_file)
    usual_funding, fundings = _usual_chance(funding, share, of_money)
    return Teams(share, above, partnered, approvals, fundings, usual_approval, usual_funding)


def _usual_chance(mean: float, share: Floats, odds: Floats) -> tuple[float, Floats]:
    """Find the chance at odds ratio 1 at which the mean over groups is as stated, and all of them.

    Where nobody or everybody succeeds, all do alike.
    """

    def chances(usual: float) -> Floats:
        return np.array([multiply_odds.py_func(usual, ratio) for ratio in odds])

    usual = mean
    if mean not in (0.0, 1.0):
        usual = scipy.optimize.brentq(
            lambda u: float(dot(share, chances(u))) - mean, 0.0, 1.0, xtol=1e-15
        )
    return usual, chances(usual)
