"""The option ``--lang``: the languages that have a folder in `sim.words`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.words.folders import languages

Lang = Annotated[
    str, typer.Option("--lang", help=f"Language of what is written: {', '.join(languages())}.")
]
