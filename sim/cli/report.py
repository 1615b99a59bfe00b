"""``sim report``: the page about results, in either language."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import options
from sim.cli.console import CONSOLE
from sim.errors import InputError
from sim.words.folders import ENGLISH


def report_command(
    folder: options.Folder,
    out: Annotated[
        str | None, options.out("Folder of the report, or an address; FOLDER/report if unset.")
    ] = None,
    language: options.Lang = ENGLISH,
    png: options.Png = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace an existing report in the folder.")
    ] = False,
) -> None:
    """Write the report of results in a folder: one page that needs nothing else."""
    from sim.experiments.remote import mirrored
    from sim.experiments.results import load_results
    from sim.experiments.whole_folder import whole_folder
    from sim.report.report import write_report

    results = load_results(folder)
    elsewhere = list(results.elsewhere.values())
    files = write_report(results, language, elsewhere=elsewhere, png=png)
    place = out or f"{folder}/report"
    with mirrored(place) as local:
        if out is None and not local.resolve().is_relative_to(local.parent.resolve()):
            raise InputError(f"{place} leads out of the folder; name another one with --out.")
        with whole_folder(local, force=force or out is None) as report:
            for name, content in files.items():
                report.write(name, content)
            report.write_manifest({"format": "essaim report 1"})
    CONSOLE.data(f"{place}/report.html")
