"""Remedies for faults of files and doubts about a place, worded where they are read.

The command line names its options, the page its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Self

from sim.errors import InputError, one_line
from sim.words.catalogue import Words
from sim.words.folders import Language
from sim.words.sentences import translated

__all__ = ["Refusal", "Remedy"]

COMMAND_LINE: Final = {
    "column": "say which with --columns {name}=NAME",
    "columns": "if one of its columns holds this, say so with --columns {names}",
    "columns_given": "correct --columns",
    "layer": "choose one with --layer",
    "kinds": "say what they are with --kinds FILE",
    "part": "keep a part of it with --commune, or --around and --radius",
    "communes": "use --around and --radius",
    "circle": "keep a part of it with --around and --radius",
    "place": "say where it ends with --commune or --around",
    "larger": "give the file of a larger region, or leave out --buffer",
    "shops": "give them with --shops",
    "income": "INSEE's 'données carroyées' of Filosofi have it (column ind_snv)",
    "ages": "INSEE's 'données carroyées' of Filosofi have them (ind_11_17, ind_18_24, ind_25_39)",
    "find_shops": "INSEE's 'Base permanente des équipements' has them, and so has OpenStreetMap",
    "query_shops": "INSEE's 'Base permanente des équipements' has them, and so has OpenStreetMap,"
    " by this Overpass query: {query}",
    "whole_place": "see whether the file of residents holds the whole place",
    "vacancy": "a count by the town hall, --vacancy or --vacancy-file tells it",
    "centre": "look at the map, and say where the centre is with --centre",
    "source_residents": "state source and licence with --population-source",
    "source_shops": "state source and licence with --shops-source",
    "year": "state it with --year",
}
"""Remedies by key, as the command line words them; the page has them among its words."""


@dataclass(frozen=True)
class Remedy:
    """A remedy: what a user can do, by its key, with the values that its words hold."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def on_command_line(self) -> str:
        """The remedy as a clause, with options."""
        return COMMAND_LINE[self.key].format(**self.values)

    def on_page(self, language: Language) -> str:
        """Return the remedy as a clause, with the fields of the page."""
        return Words(language)(f"remedies.{self.key}", **self.values)


class Refusal(InputError):
    """An invalid file or value of an import whose remedy depends on where it is read.

    Parameters
    ----------
    fact : str
        What is wrong, without a full stop.
    remedy : str
        Key of the remedy, if there is one.
    hint : str
        The nearest right name, as `sim.errors.nearest` returns it.
    **values : str
        Values of the remedy.
    """

    def __init__(self, fact: str, remedy: str = "", hint: str = "", **values: str) -> None:
        self.fact, self.hint = one_line(fact), hint
        self.remedy = Remedy(remedy, values)
        clause = f"; {self.remedy.on_command_line}" if remedy else ""
        super().__init__(f"{fact}{clause}.{hint}")

    def renamed(self, path: str, known_as: str) -> Self:
        """Return the same of a file by the name that the user gave it."""
        return type(self)(**{**self.as_json(), "fact": self.fact.replace(path, known_as)})

    def as_json(self) -> dict[str, str]:
        """Return its arguments as plain JSON values."""
        said = {"fact": self.fact, "remedy": self.remedy.key, "hint": self.hint}
        return said | dict(self.remedy.values)

    def on_page(self, language: Language) -> str:
        """Return the sentence as the page says it."""
        fact, hint = (translated(part, language) for part in (self.fact, self.hint))
        if not self.remedy.key:
            return f"{fact}.{hint}"
        remedy = self.remedy.on_page(language)
        return Words(language)("remedies.sentence", fact=fact, remedy=remedy, hint=hint)


def sentence(clause: str) -> str:
    """Return a remedy that stands alone as a sentence."""
    return f"{clause[:1].upper()}{clause[1:]}."
