"""Print what records say beside the bands; see README.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.evidence.bands import Band, load_bands
from experiments.evidence.questions import QUESTIONS
from experiments.evidence.readers.folder import read_folder
from experiments.evidence.readers.register import NEEDED, OPTIONAL, read_register
from experiments.evidence.records import Records, premises_at
from sim.errors import InputError, nearest


def answers(records: Sequence[Records], bands: dict[str, Band]) -> pd.DataFrame:
    """Return a row for each figure of each set of records.

    Returns
    -------
    DataFrame
        ``question``, ``records``, ``figure``, ``estimate``, ``low`` and ``high`` (90 % interval),
        ``n``, ``unit``, ``band_low``, ``band_high``, ``use`` and ``verdict``.
    """
    rows = []
    for name, question in QUESTIONS.items():
        for source in records:
            for found in question.answer(source):
                band = bands.get(found.figure)
                rows.append(
                    {
                        "question": name,
                        "records": source.name,
                        "figure": found.figure,
                        "estimate": found.value,
                        "low": found.low,
                        "high": found.high,
                        "n": found.n,
                        "unit": found.unit,
                        "band_low": band.low if band else None,
                        "band_high": band.high if band else None,
                        "use": band.use if band else "",
                        "verdict": band.verdict(found) if band else "",
                    }
                )
    return pd.DataFrame(rows)


def number(value: float) -> str:
    """Return a number with three significant digits."""
    return f"{value:.0f}" if 100 <= abs(value) < 1e6 else f"{value:.3g}"


def say(table: pd.DataFrame) -> str:
    """Return the table of answers as aligned text."""
    shown = table[["question", "records", "figure"]].copy()
    shown["estimate"] = table["estimate"].map(number)
    pairs = zip(table["low"], table["high"], strict=True)
    shown["90 % interval"] = [f"{number(low)} to {number(high)}" for low, high in pairs]
    shown[["n", "unit"]] = table[["n", "unit"]]
    pairs = zip(table["band_low"], table["band_high"], strict=True)
    shown["band"] = ["" if pd.isna(a) else f"{number(a)} to {number(b)}" for a, b in pairs]
    shown[["use", "verdict"]] = table[["use", "verdict"]]
    return shown.to_string(index=False)


def parser() -> argparse.ArgumentParser:
    """Return the options of the command."""
    command = argparse.ArgumentParser(
        prog="python -m experiments.evidence", description="What records of shops say."
    )
    command.add_argument("path", type=Path, help="folder of evidence, or a register of one's own")
    command.add_argument("--question", action="append", metavar="NAME", help="only this question")
    command.add_argument("--write", type=Path, metavar="CSV", help="also write the table there")
    own = command.add_argument_group("a register of one's own: the file's columns, and its period")
    for name in (*NEEDED, *OPTIONAL):
        default = name if name in NEEDED else None
        own.add_argument(f"--{name}", metavar="COLUMN", default=default)
    own.add_argument("--shops", metavar="KINDS", default="", help="kinds that are shops, by commas")
    own.add_argument("--since", metavar="DATE", help="starts and ends are complete from here")
    own.add_argument("--until", metavar="DATE", help="and until here")
    return command


def read(options: argparse.Namespace) -> list[Records]:
    """Return the records that the options name."""
    if options.path.is_dir():
        return read_folder(options.path)
    columns = {c: getattr(options, c) for c in (*NEEDED, *OPTIONAL) if getattr(options, c)}
    kinds = tuple(kind.strip() for kind in options.shops.split(",") if kind.strip())
    register = read_register(
        options.path, columns, shop_kinds=kinds, since=options.since, until=options.until
    )
    if "x" not in columns:
        return [register]
    premises = premises_at(register.table, register.until)
    return [register, Records("premises", premises, register.name)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer all questions that the records can, and return the exit code."""
    options = parser().parse_args(arguments)
    try:
        for name in options.question or ():
            if name not in QUESTIONS:
                raise InputError(f"There is no question '{name}'.{nearest(name, QUESTIONS)}")
        table = answers(read(options), load_bands())
        if options.question:
            table = table[table["question"].isin(options.question)]
        if table.empty:
            raise InputError(f"'{options.path}' holds no records that bear on this question.")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    print(say(table))
    if options.write:
        table.to_csv(options.write, index=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
