"""``sim report``: the page about results, in either language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.console import CONSOLE
from sim.cli.lang import Lang
from sim.words.folders import ENGLISH

if TYPE_CHECKING:
    from sim.words.folders import Language


def report_command(
    folder: Annotated[
        Path, typer.Argument(help="Folder that a run, a comparison or a sweep wrote.")
    ],
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
    """Write the report of results in a folder: one page that needs nothing else.

    Of a run, its pictures.
    """
    from sim.experiments.whole_folder import whole_folder
    from sim.words.folders import check_language

    files = _report(folder, check_language(lang), png)
    place = out or folder / "report"
    with whole_folder(place, force=force or out is None) as report:
        for name, content in files.items():
            report.write(name, content)
        report.write_manifest({"format": "essaim report 1"})
    CONSOLE.data(str(place / ("report.html" if "report.html" in files else "")))


def _report(folder: Path, language: Language, png: bool) -> dict[str, bytes]:
    from sim.experiments.results import load_results

    results = load_results(folder)
    match results.kind:
        case "run":
            from sim.figures import picture_files

            return picture_files(results, language, png=png)
        case "comparison":
            from sim.report.report import write_report

            elsewhere = list(results.elsewhere.values())
            return write_report(results, language, elsewhere=elsewhere, png=png)
        case "sweep":
            from sim.report.report import write_report

            return write_report(results, language, png=png)
