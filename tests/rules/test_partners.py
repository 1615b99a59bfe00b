"""Partners, public partners, trust and grants act on approval, funding and survival."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels.odds import multiply_odds
from sim.kernels.project_codes import BORN, INCUBATING, LATENT, RUNNING
from sim.processes import application_review, project_birth, project_funding
from sim.start.partner_teams import teams_of
from sim.start.projects import _kinds
from sim.start.stationary_pipeline import solve_pipeline
from tests.reference.projects_towns import projects_town, values_of
from tests.reference.towns import everything_at_once

shares, odds = st.floats(0.0, 1.0), st.floats(0.1, 10.0)
change = multiply_odds.py_func


@given(shares, odds, odds)
def test_odds_keep_a_probability_within_0_and_1_and_rise_with_the_ratio(p, a, b):
    low, high = sorted((a, b))
    assert 0.0 <= change(p, low) <= change(p, high) <= 1.0
    assert change(change(p, a), 1 / a) == pytest.approx(p, abs=1e-12)
    assert change(p, 1.0) == p


NEUTRAL = SimpleNamespace(
    public_partner_approval_odds=1.0,
    accompanied_approval_odds=1.0,
    trust_approval=0.0,
    partners_funding_odds=1.0,
    public_partner_funding_odds=1.0,
    partners_risk_ratio=1.0,
    loan_leverage=0.0,
)


@given(shares, st.integers(0, 9), st.booleans(), st.booleans(), shares, shares)
def test_partners_and_trust_have_no_effect_by_default(p, partners, public, helped, trust, before):
    approval = application_review.approval_chance.py_func
    assert approval(p, public, helped, trust, before, NEUTRAL) == p
    assert project_funding.outside_chance.py_func(p, partners, public, NEUTRAL) == p
    assert project_birth.partners_ratio.py_func(1.0, partners, NEUTRAL) == 1.0


@given(st.floats(0.01, 0.99), shares, shares)
def test_trust_and_a_public_partner_favour_approval_if_they_are_said_to(p, a, b):
    low, high = sorted((a, b))
    favour = SimpleNamespace(
        public_partner_approval_odds=2.0, accompanied_approval_odds=1.3, trust_approval=1.5
    )
    approval = application_review.approval_chance.py_func
    alone = approval(p, False, False, low, 0.4, favour)
    assert alone <= approval(p, False, False, high, 0.4, favour)
    assert alone < approval(p, False, True, low, 0.4, favour)
    assert alone < approval(p, True, False, low, 0.4, favour)
    assert approval(p, False, False, 0.4, 0.4, favour) == p


effects = st.fixed_dictionaries(
    {
        "public_partner_approval_odds": odds,
        "public_partner_funding_odds": odds,
        "partners_funding_odds": odds,
        "partners_risk_ratio": st.floats(0.2, 5.0),
        "approval_probability": st.floats(0.3, 1.0),
        "funding_probability": st.floats(0.02, 1.0),
        "origin_official": st.floats(0.0, 0.33),
        "usual_partners": st.floats(0.0, 10.0),
        "idea_start_share": st.floats(0.02, 0.1),
    }
)


@given(effects)
def test_however_partners_matter_the_means_at_the_start_are_those_stated(parameters):
    """Approval and funding of all ideas, the share that starts, and the risk of those born."""
    values = values_of(**parameters)
    teams = teams_of(values)
    assert teams.share.sum() == pytest.approx(1)
    assert teams.share @ teams.approval == pytest.approx(values["approval_probability"])
    assert teams.share @ teams.funding == pytest.approx(values["funding_probability"])
    assert teams.share @ teams.above == pytest.approx(values["origin_official"])
    kinds = _kinds()
    skill, office = np.full(20_000, 0.5), np.zeros(20_000, np.int64)
    solved = solve_pipeline(values, kinds, 50_000.0, skill, office, 1)
    assert kinds.share @ solved.born == pytest.approx(values["idea_start_share"], rel=1e-6)
    of_teams = np.tensordot(teams.share, solved.months_of_teams, 1)
    np.testing.assert_allclose(of_teams, solved.months)


def test_without_effects_all_ideas_are_one_group():
    assert teams_of(values_of() | vars(NEUTRAL)).share.tolist() == [1.0]


def test_at_the_start_those_whom_partners_help_have_come_further():
    """More of the running projects have partners than of the ideas, and they are older."""
    helped = {"partners_funding_odds": 8.0, "partners_risk_ratio": 0.3}
    with_partners = {}
    for name, changes in (("as it is", {}), ("helped", helped)):
        found = {RUNNING: [], INCUBATING: []}
        for seed in range(4):
            state, _ = projects_town(seed, transition_births=2.0, **changes)
            for stage, seen in found.items():
                here = state["entrepreneur.stage"] == stage
                seen += (state["entrepreneur.partners"][here] > 0).tolist()
        with_partners[name] = {stage: np.mean(seen) for stage, seen in found.items()}
    assert with_partners["helped"][RUNNING] > with_partners["as it is"][RUNNING] + 0.1
    assert with_partners["helped"][INCUBATING] < with_partners["as it is"][INCUBATING]


# Grants and loans

cents = st.integers(1, 100_000_00)


@given(cents, st.integers(0, 100_000_00), shares)
def test_without_leverage_a_grant_counts_as_its_share_of_the_capital(capital, grant, outside):
    grant = min(grant, capital)
    found = project_funding.funding_chance.py_func(capital, grant, 0, outside, NEUTRAL)
    assert found == max(outside, grant / capital)


@given(cents, st.integers(0, 100_000_00), shares, st.floats(0.1, 20.0), st.floats(0.1, 20.0))
def test_grant_and_loan_help_the_more_they_cover_and_suffice_if_they_cover_all(
    capital, grant, outside, a, b
):
    chance, loan_of = project_funding.funding_chance.py_func, project_funding.bank_loan.py_func
    grant = min(grant, capital)
    chances = []
    for leverage in sorted((a, b)):
        p = SimpleNamespace(loan_leverage=leverage)
        loan = loan_of(capital, grant, p)
        assert isinstance(loan, int) and 0 <= loan <= leverage * grant + 0.5
        assert grant + loan <= capital
        chances.append(chance(capital, grant, loan, outside, p))
        assert outside <= chances[-1] <= 1.0
        assert chances[-1] == 1.0 or grant + loan < capital
        if grant < capital:  # the bank does not follow
            assert chance(capital, grant, 0, outside, p) == outside
    assert chances[0] <= chances[1] * (1 + 1e-12)
    assert chance(capital, capital, 0, outside, SimpleNamespace(loan_leverage=a)) == 1.0


def _waiting_for_money(**parameters):
    """A town in which some 300 shops wait for money, all with a grant of a fifth in reach."""
    state, values = projects_town(funding_probability=0.05, idea_start_share=0.02, **parameters)
    n = 300
    state["entrepreneur.stage"] = LATENT
    state["entrepreneur.stage"][:n], state["entrepreneur.stage_months"][:n] = INCUBATING, 50
    state["entrepreneur.kind"][:n], state["entrepreneur.projects"][:n] = 0, 1
    state["account.grant_reach"], state["account.grant"] = 1000.0, [8_000_00, 0, 0]
    state["account.purse"][0, 0, 3] = 1_000_000_000_00
    state["town.abandonment"], state["town.usual_funding"] = 0, 0
    state["work.project_row"][:n], state["work.projects"] = np.arange(n), n
    return state, project_funding.PROCESS.bind(state, values, 1), np.arange(n)


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_bank_follows_a_share_of_projects_once_and_for_all(share):
    state, fund, waiting = _waiting_for_money(loan_leverage=4.0, loan_probability=share)
    born = []
    for month in range(3):
        state["entrepreneur.event"] = 0
        state["ledger.spending"] = 0
        fund(month, 0)
        here = state["entrepreneur.event"][waiting] == BORN
        born.append(here)
        # The loan is counted, and the grant alone is paid.
        assert state["account.bank_loans"].sum() == here.sum() * 32_000_00
        assert state["ledger.spending"].sum() == here.sum() * 8_000_00
    assert np.array_equal(born[0], born[1]) and np.array_equal(born[1], born[2])
    assert born[0].mean() == pytest.approx(share, abs=4 * 0.5 / waiting.size**0.5 * (0 < share < 1))


def test_loans_are_measured_and_stay_out_of_the_ledger():
    run = everything_at_once(loan_leverage=6.8, loan_probability=1.0)
    run.run(36)
    loans = run.indicators["bank_loans"]
    assert loans.sum() > 0
    assert (100 * loans == np.round(100 * loans)).all()
    grants = run.ledger.query("line == 'grants'").groupby("month")["cents"].sum() / 100
    lent = loans[loans > 0]
    assert (lent <= 6.8 * grants.reindex(lent.index) + 0.01).all()
