"""Columns of the tables of experiments, apart from measures, parameters and factors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True)
class TableColumn:
    """A column, with the same meaning in every table.

    The unit is ``text`` for words, ``measure`` for the unit of the measure that the row names.
    """

    unit: str
    meaning: str


COLUMNS: Final[Mapping[str, TableColumn]] = MappingProxyType(
    {
        # Which run, month or row
        "arm": TableColumn("text", "Arm of the experiment: 'baseline', or what is added to it."),
        "rep": TableColumn("index", "Replication, from 0; all arms share its random draws."),
        "luck": TableColumn(
            "index",
            "Random stream: 0, or 1 for the second run with the same parameters that splits the "
            "variance.",
        ),
        "seed": TableColumn("1", "Seed of the run."),
        "point": TableColumn("index", "Point of the design: one combination of factor values."),
        "idx": TableColumn("index", "Row of the design, from 0."),
        "key": TableColumn("text", "Hash of everything that decides the outcome of the run."),
        "horizon": TableColumn("months", "Month from the start at which a run is measured."),
        "window": TableColumn(
            "text",
            "Months that the measure covers: 'horizon' for all up to the horizon, 'last_year' for "
            "the last twelve.",
        ),
        "month": TableColumn("months", "Month of the run, from 1."),
        "date": TableColumn("date", "First day of the month."),
        "year": TableColumn("years", "Year of the run, from 1."),
        "zone": TableColumn(
            "code",
            "Zone of each cell of a map: 0 town centre, 1 periphery, 2 neighbourhoods; 3 more in "
            "the buffer of a place.",
        ),
        # Whether a run succeeded
        "status": TableColumn("text", "'ok', 'error', 'crashed', 'timeout' or 'missing'."),
        "error_type": TableColumn("text", "Type of the error that ended the run."),
        "error": TableColumn("text", "Message of the error that ended the run."),
        "traceback": TableColumn("text", "Where in the program the error arose."),
        "seconds": TableColumn("s", "Time that the run took."),
        # Effects
        "intervention": TableColumn("text", "Arm that is compared with the baseline."),
        "indicator": TableColumn("text", "Measure that the row is about."),
        "mean": TableColumn("measure", "Mean of the paired differences from the baseline."),
        "median": TableColumn("measure", "Median of the paired differences from the baseline."),
        "lo50": TableColumn(
            "measure",
            "Lower end of the 50% interval of the mean effect. Intervals of effects hold at any "
            "number of replications, however often they are looked at; none with fewer than 10.",
        ),
        "hi50": TableColumn("measure", "Upper end of the 50% interval of the mean effect."),
        "lo90": TableColumn(
            "measure", "Lower end of the 90% interval of the mean effect or of the ratio."
        ),
        "hi90": TableColumn(
            "measure", "Upper end of the 90% interval of the mean effect or of the ratio."
        ),
        "p_positive": TableColumn("share", "Probability that the mean effect is above 0."),
        "replications": TableColumn("runs", "Pairs of runs in which the measure is defined."),
        "still_needed": TableColumn(
            "runs",
            "Further replications that would probably settle the finding; 0 where it is settled.",
        ),
        "variance_luck": TableColumn(
            "measure squared", "Variance of the effect of one replication that random draws cause."
        ),
        "variance_parameters": TableColumn(
            "measure squared", "Variance of that effect that uncertain parameters add."
        ),
        "variance_paired": TableColumn(
            "measure squared", "Variance of the differences between runs that share their draws."
        ),
        "variance_unpaired": TableColumn(
            "measure squared", "Variance of the differences if draws were not shared."
        ),
        "baseline_mean": TableColumn("measure", "Mean of the measure in the baseline."),
        "smallest_relevant": TableColumn("measure", "Smallest effect that matters: a judgement."),
        "p_value": TableColumn(
            "share",
            "Two-sided p-value of a mean effect of 0, valid at any number of replications; below "
            "0.1 if the 90% interval excludes 0.",
        ),
        "p_beyond": TableColumn(
            "share",
            "The same of a mean effect that is too small to matter; below 0.1 if the 90% interval "
            "holds relevant effects only.",
        ),
        "draws_lo90": TableColumn(
            "measure",
            "Effect at the lower end of nine in ten draws of the uncertain parameters, luck taken "
            "out where replications were rerun.",
        ),
        "draws_hi90": TableColumn("measure", "Effect at the upper end of nine in ten draws."),
        "p_relevant": TableColumn(
            "share",
            "Share of draws whose effect is at least the smallest relevant one, in either "
            "direction.",
        ),
        "explained": TableColumn(
            "share",
            "Variance between left-out replications that the leading parameters predict; 0 if "
            "none does.",
        ),
        "leading": TableColumn(
            "text",
            "Parameters on which an effect that is not relevant depends, and the end (+ or "
            "-) of their range at which it is larger as wanted.",
        ),
        "largest": TableColumn(
            "measure", "Fitted effect with the leading parameters at the favourable ends."
        ),
        "relevant_if": TableColumn(
            "text", "Values of the leading parameters from which on the fitted effect is relevant."
        ),
        "q_value": TableColumn(
            "share",
            "p-value adjusted for all effects of the table, or for the primary outcomes of an arm.",
        ),
        "q_beyond": TableColumn("share", "p_beyond, adjusted in the same way."),
        "finding": TableColumn(
            "text",
            "The verdict among all effects: no difference from 0 if q_value is above 0.1, and "
            "relevance open if q_beyond is.",
        ),
        "verdict": TableColumn(
            "text",
            "'increase' and 'decrease' (all of the interval is relevant), 'some_' (other than 0, "
            "relevance open), 'small_' (other than 0, not relevant), 'no_relevant_effect', "
            "'not_determinable', 'too_few' or 'missing'; for costs 'ratio', 'free', 'loss' and the "
            "last four.",
        ),
        # Cost-effectiveness
        "outcome": TableColumn(
            "text", "What is gained: surviving_projects, closures_avoided or active_youth_years."
        ),
        "cost": TableColumn("EUR", "Mean discounted public money more than in the baseline."),
        "gained": TableColumn("outcome", "Mean gain over the baseline."),
        "gained_lo90": TableColumn("outcome", "Lower end of the 90% interval of the gain."),
        "gained_hi90": TableColumn("outcome", "Upper end of the 90% interval of the gain."),
        "eur_per_unit": TableColumn("EUR", "Mean cost over mean gain; only where there is a gain."),
        "measure": TableColumn("text", "Measure by which arms are ranked."),
        "rank": TableColumn(
            "1", "Place by the mean effect in the wanted direction, which luck may change."
        ),
        "unit_lo90": TableColumn("EUR", "Lower end of the 90% interval of the ratio."),
        "unit_hi90": TableColumn("EUR", "Upper end of the 90% interval of the ratio."),
        "cost_verdict": TableColumn("text", "The verdict on the cost of a unit."),
        # Money
        "planned": TableColumn(
            "EUR/year",
            "Public money that the plan gives: the even yearly sum over the lifetime of an arm "
            "with the same present value, set-up included.",
        ),
        "spent": TableColumn("EUR/year", "Public money spent beyond the baseline, as a mean."),
        "spent_lo90": TableColumn("EUR/year", "Lower end of the 90% interval of this mean."),
        "spent_hi90": TableColumn("EUR/year", "Upper end of the 90% interval of this mean."),
        "unspent": TableColumn("EUR/year", "Public money planned and not spent."),
        "budget": TableColumn("EUR/year", "Public money that the arm was to spend."),
        "left": TableColumn("EUR/year", "Part of the budget that is not spent."),
        "limit": TableColumn(
            "text",
            "Why: 'none' (it is spent), 'demand' (too few ask for more), 'levers' (they end), "
            "'steps' (seats are whole numbers), 'free' (it costs no public money).",
        ),
        "scale": TableColumn("1", "Factor by which levers of money and size are scaled."),
        "levers": TableColumn("text", "Their values, as they are set on the command line."),
        "account": TableColumn("text", "Intervention, or existing place, that has the money."),
        "source": TableColumn("text", "Where money comes from."),
        "line": TableColumn("text", "What money is for, or 'income'."),
        "cents": TableColumn("EUR cents", "Amount of money."),
        "eur": TableColumn("EUR", "Amount of money, mean of the replications."),
    }
)
"""Every column by name."""
