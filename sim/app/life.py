"""Biographies: what the state of a month knows of one shop, place, office, project or youth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from sim.app.pair import Pair
from sim.errors import InputError
from sim.kernels.project_codes import IDEA, INCUBATING, LATENT, REVIEW, RUNNING
from sim.registry.catalogues import project_kinds, third_place_kinds
from sim.registry.state import State
from sim.report.quantity import euros
from sim.simulation.simulation import Simulation
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.language import calendar_month, number, percent, typeset

Sentences = Iterator[str]
Kind = Literal["shops", "places", "offices", "projects", "young"]
Side = Literal["without", "with"]


def biography(pair: Pair, side: Side, kind: Kind, row: int, language: Language) -> dict[str, Any]:
    """Return the title and sentences about one row in the present month.

    Raise `InputError` for a row that does not exist.
    """
    table, tell = _KINDS[kind]
    run = pair.with_it if side == "with" else pair.without
    size = run.state[f"{table}.cell_row"].size
    if not row < size:
        raise InputError(f"row {row} is outside the {size} rows of {table}.")
    title, *sentences = tell(_Subject(run, table, row, Words(language)))
    return {"title": title, "sentences": sentences}


class _Subject:
    """One row of a table of the state, in words."""

    def __init__(self, run: Simulation, table: str, row: int, words: Words) -> None:
        self.state: State = run.state
        self.row, self._table, self._run, self._words = row, table, run, words

    def __getitem__(self, quantity: str) -> Any:
        return self.state[f"{self._table}.{quantity}"][self.row]

    def say(self, key: str, **values: Any) -> str:
        """Return the words of a key, with numbers as the language writes them."""
        language = self._words.language
        shown = {
            n: v if n == "count" or isinstance(v, str) else number(float(v), language)
            for n, v in values.items()
        }
        return self._words(f"life.{key}", **shown)

    def since(self, key: str, months: int) -> str:
        """Return since when something is so, ``months`` before the end of the present one."""
        first = self._run.month - 1 - int(months)
        if first < 0:
            return self.say(f"{key}_before", count=max(1, round(int(months) / 12)))
        year = int(self._run.values["start_year"]) + first // 12
        return self.say(key, date=calendar_month(year, first % 12 + 1, self._words.language))

    def euros(self, value: float) -> str:
        """Return money in words."""
        return euros(float(value), self._words.language)

    def percent(self, value: float) -> str:
        """Return a share as per cent, without decimals."""
        return percent(float(value), self._words.language, 0)

    def label(self, kinds: Any) -> str:
        """Return the name of the row's kind in a catalogue."""
        language = self._words.language
        return typeset(kinds[int(self["kind"])].label[language], language)


def _shop(it: _Subject) -> Sentences:
    yield it.say(f"shop_{int(it['sector'])}")
    if it["third_place"] >= 0:
        yield it.say("premises_of_place")
        return
    if not it["is_open"]:
        yield it.since("vacant", it["months_vacant"])
        yield it.say("rent_asked", rent=it.euros(it["rent"]))
        yield it.say("occupants_so_far", count=int(it["tenancy"]))
        return
    yield it.since("open", it["shop_age"])
    if it["operator"] >= 0:
        yield it.say("shop_of_project")
    revenue, rent = (it.euros(it[name]) for name in ("revenue", "rent"))
    yield it.say("accounts", revenue=revenue, rent=rent)
    word = "margin_above" if it["margin"] >= 0 else "margin_below"
    yield it.say(word, share=it.percent(abs(it["margin"])))
    if it["subsidy"] > 0:
        yield it.say("subsidy", amount=it.euros(it["subsidy"]))
    yield it.say("occupant", n=it["tenancy"])


def _place(it: _Subject) -> Sentences:
    yield it.label(third_place_kinds())
    if not it["is_open"]:
        yield it.say("place_closed")
        return
    yield it.since("place_open", it["age"] - 1)
    yield it.say("place_users", count=int(it["users"]), holders=it["holders"], joined=it["joined"])
    yield it.say("place_seats", count=int(it["seats"]))
    yield it.say("place_hours", hours=it["hours"])
    if it["accompanied"]:
        yield it.say("place_accompanied", count=int(it["accompanied"]))


def _office(it: _Subject) -> Sentences:
    yield it.say("office")
    yield it.say("office_waiting", count=int(it["waiting"]))
    yield it.say("office_ideas", count=int(it["ideas_in_work"]))
    yield it.say("office_trust", share=it.percent(it["trust"]))


def _project(it: _Subject) -> Sentences:
    stage = int(it["stage"])
    if stage == LATENT:
        yield it.say("no_project_title")
        yield it.say("no_project", count=int(it["projects"]))
        yield from _visits(it)
        return
    yield it.label(project_kinds())
    yield it.since(f"origin_{int(it['origin'])}", it["project_months"])
    if stage == IDEA:
        kind = project_kinds()[int(it["kind"])]
        need = kind["engineering_hours"]
        yield it.say("idea", hours=it["engineering"], need=need)
    elif stage == REVIEW and it["review_left"] > 0:
        yield it.say("examined", months=max(1.0, it["review_left"]))
    elif stage == REVIEW:
        yield it.since("waiting", it["review_months"])
    elif stage == INCUBATING:
        yield it.since("incubating", it["stage_months"])
    elif stage == RUNNING:
        yield it.since("running", it["stage_months"])
        yield it.say("in_premises" if it["premises_row"] >= 0 else "without_premises")
    else:
        yield it.say("ended")
    if it["partners"]:
        yield it.say("partners", count=int(it["partners"]))
    if it["team"]:
        yield it.say("team", count=int(it["team"]))
    if it["supporter"] >= 0:
        yield it.say("supported")
    yield from _visits(it)


def _youth(it: _Subject) -> Sentences:
    if not it["is_present"]:
        yield it.say("gone_title")
        yield it.say("gone")
        return
    yield it.say("youth", age=it["age"] // 12)
    yield it.say("active" if it["is_active"] else "not_active")
    if it["role"] >= 0:
        yield it.say("role")
    yield from _visits(it)


def _visits(it: _Subject) -> Sentences:
    if it["at_place"]:
        yield it.say("visits")
    elif it["member_of"] >= 0:
        yield it.say("member")
    elif it["recency"]:
        yield it.say("visited", count=13 - int(it["recency"]))


_KINDS: Final[dict[Kind, tuple[str, Callable[[_Subject], Sentences]]]] = {
    "shops": ("premises", _shop),
    "places": ("third_place", _place),
    "offices": ("office", _office),
    "projects": ("entrepreneur", _project),
    "young": ("youth", _youth),
}
