"""Parts of addresses that the server answers to: a session's name, and a language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query
from pydantic import AfterValidator

from sim.words.folders import Language, check_language, languages

Name = Annotated[str, Path(max_length=64)]
In = Annotated[
    Language,
    Query(alias="lang", json_schema_extra={"enum": list(languages())}),
    AfterValidator(check_language),
]
