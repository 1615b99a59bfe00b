"""The option ``--lang`` over the languages of `sim.words`."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.words.folders import languages

Lang = Annotated[
    str, typer.Option("--lang", help=f"Language of the output: {', '.join(languages())}.")
]
