"""``sim report``: the page about a sweep or a comparison, in either language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import CONSOLE
from sim.cli.lang import Lang
from sim.errors import InputError
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.words.folders import Language


def report_command(
    folder: Annotated[Path, typer.Argument(help="Folder that a sweep or a comparison wrote.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="FOLDER", help="Folder of the report; FOLDER/report if unset."
        ),
    ] = None,
    lang: Lang = ENGLISH,
    png: Annotated[bool, typer.Option("--png", help="Draw pictures as PNG, too.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a report that stands in the folder.")
    ] = False,
) -> None:
    """Write the report of results that lie in a folder: one page that needs nothing else."""
    from sim.experiments.whole_folder import whole_folder
    from sim.words.folders import check_language

    files = _report(folder, check_language(lang), png)
    place = out or folder / "report"
    with whole_folder(place, force=force or out is None) as report:
        for name, content in files.items():
            report.write(name, content)
        report.write_manifest({"format": "essaim report 1"})
    CONSOLE.data(str(place / "report.html"))


def _report(folder: Path, language: Language, png: bool) -> dict[str, bytes]:
    from sim.experiments.describe_comparison import FORMAT as COMPARISON
    from sim.experiments.store import FORMAT as SWEEP
    from sim.experiments.whole_folder import manifest_format
    from sim.report.report import write_report

    kind = manifest_format(folder)
    if kind == SWEEP:
        from sim.experiments.sweep import Sweep

        return write_report(Sweep.open(folder), language, png=png)
    if kind == COMPARISON:
        from sim.experiments.comparison_folder import load_comparison

        return write_report(load_comparison(folder), language, png=png)
    raise InputError(f"{folder} holds no sweep and no comparison; name the folder of one.")
