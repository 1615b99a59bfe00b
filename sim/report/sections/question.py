"""Top of a report: the title, the question and the key facts."""

from __future__ import annotations

from typing import Final

from sim.report.facts import Facts
from sim.report.quantity import about_euros
from sim.words.language import span, typeset

MOST_PLACES: Final = 12
"""Territories that are named rather than counted."""


def kicker(facts: Facts) -> str:
    """Return what kind of report this is."""
    if not facts.is_compared:
        return facts.words("run.kicker")
    return facts.words("sweep.kicker" if facts.factors else "page.kicker")


def title(facts: Facts) -> str:
    """Return what the experiment is called, or what a comparison asks in one line."""
    words, experiment = facts.words, facts.experiment
    if facts.factors or experiment.question[facts.language] != experiment.name:
        return typeset(experiment.title[facts.language], facts.language)
    if not facts.is_compared:
        return words("run.title", place=facts.place, span=span(facts.months, facts.language))
    if len(facts.wholes) == 1:
        quoted = facts.quoted(facts.wholes[0])
        return words("page.title", place=facts.place, interventions=quoted)
    return words("page.title_several", place=facts.place, count=len(facts.wholes))


def question(facts: Facts) -> str:
    """Return what is asked, and why what differs is an effect."""
    how = _how(facts)
    name, given = facts.experiment.name, (facts.experiment.title, facts.experiment.question)
    asked = typeset(facts.experiment.question[facts.language], facts.language)
    if asked == name:
        return how
    is_told = all(text.has(facts.language) or text[facts.language] == name for text in given)
    return " ".join([asked, *([] if is_told else [facts.words("page.untranslated")]), how])


def _how(facts: Facts) -> str:
    words = facts.words
    if not facts.is_compared:
        return words("run.question")
    if facts.is_independent:
        return words("page.question_independent")
    if not facts.has_interventions:
        against = "mean" if facts.is_sampled else "first"
        return words(f"sweep_how.{against}", point=facts.point_label(0))
    if facts.factors:
        return words(f"sweep_how.{_compared(facts)}")
    *others, last = (facts.quoted(arm) for arm in facts.wholes)
    if not others:
        return words("page.question", interventions=last)
    listed = words("page.and", a=", ".join(others), b=last)
    return words("page.question_several", interventions=listed)


def _compared(facts: Facts) -> str:
    """Return the key of what each variant is simulated with and without."""
    if facts.experiment.luck != "common":
        return "own_luck"
    if len(facts.wholes) > 1:
        return "several"
    return "shock" if facts.inputs.is_only_shock(facts.wholes[0].name) else "common"


def key_facts(facts: Facts) -> list[tuple[str, str]]:
    """Return territory, period, what is tried, variants, replications and public cost."""
    words, count = facts.words, facts.levels.count
    found = [
        (words("page.territory"), _places(facts)),
        (words("page.period"), f"{span(facts.months, words.language)}, {facts.years}"),
    ]
    reps = facts.reps_in_words
    if not facts.is_compared:
        return [*found, (words("page.replications"), reps)]
    if not facts.factors:
        is_alone = len(facts.wholes) == 1
        of = "page.replications_value" if is_alone else "page.replications_several"
        found.append((words("page.replications"), words(of, count=reps)))
        if is_alone:  # that of several stands in a table of the answer
            amount = about_euros(facts.wholes[0].cost, words.language)
            found.append((words("page.cost"), words("page.cost_value", amount=amount)))
        return found
    tried = [arm.label for arm in facts.wholes if arm.label]
    return [
        *found,
        *([(words("sweep.tried"), ", ".join(tried))] if tried else []),
        (words("sweep.variants"), count(len(facts.points))),
        (words("page.replications"), words("sweep.of_each", count=reps)),
        (words("sweep.runs"), count(facts.results.counts.planned)),
    ]


def _places(facts: Facts) -> str:
    """Name the territories with their residents; count them where they are many."""
    words, count, residents = facts.words, facts.levels.count, facts.residents
    if len(residents) > MOST_PLACES:
        total = count(sum(residents.values()))
        return words("towns.territories", count=len(residents), residents=total)
    return words("answer.separator").join(
        words("page.territory_value", place=place, residents=count(residents[name]))
        for name, place in facts.territories.items()
    )
