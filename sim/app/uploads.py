"""A visitor's files as one body: a line of JSON with their names and sizes, then their bytes.

Names only serve in sentences: whatever they hold, files land in one folder of the server.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.app.guard import LARGEST_UPLOAD
from sim.errors import InputError

MOST_FILES: Final = 6
LONGEST_HEAD: Final = 8192
MOST_COMMUNES: Final = 50
MOST_CENTRES: Final = 8
MOST_VACANT: Final = 0.9
"""Largest share of vacant premises that an import takes."""

_BROKEN: Final = "the files did not arrive as they were announced; send them again."


Short = Annotated[str, Field(min_length=1, max_length=200)]
Metres = Annotated[float, Field(allow_inf_nan=False)]


class UploadedFile(BaseModel):
    """Name and bytes of a file, and its use if it is neither of residents, of shops nor a map."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(max_length=255)]
    size: Annotated[int, Field(ge=0, le=LARGEST_UPLOAD)]
    use: Literal["kinds", "vacancy_file"] | None = None


class Upload(BaseModel):
    """The name of a town, its files in the order in which they follow, and what is known of them.

    What is known goes by the names of `sim.territory.import_territory.import_territory`; places are
    texts, ``48.07,-0.77``.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=60)]
    files: Annotated[list[UploadedFile], Field(min_length=1, max_length=MOST_FILES)]
    communes: Annotated[
        list[Annotated[str, Field(max_length=20)]], Field(max_length=MOST_COMMUNES)
    ] = []
    around: Short | None = None
    radius: Metres | None = None
    buffer: Metres = 0.0
    centres: Annotated[list[Short], Field(max_length=MOST_CENTRES)] = []
    vacancy: Annotated[float, Field(ge=0, le=MOST_VACANT, allow_inf_nan=False)] | None = None
    year: int | None = None
    columns: dict[Literal["ind", "ind_snv", "depcom", "shop", "lon", "lat"], Short] = {}
    layer: Short | None = None
    population_source: Short | None = None
    shops_source: Short | None = None

    @property
    def names(self) -> list[str]:
        """Names of the files in the folder of the server."""
        return plain_names([file.name for file in self.files])

    @property
    def said(self) -> dict[str, Any]:
        """Knowledge of the files, in the words of `sim.app.read_town.read_town`."""
        used = {f.use: n for n, f in zip(self.names, self.files, strict=True) if f.use}
        return self.model_dump(exclude={"files"}) | used


def plain_names(names: list[str]) -> list[str]:
    """Return a distinct name for each file: of its last part, letters, digits, dots and dashes."""
    found: list[str] = []
    for name in names:
        last = PurePosixPath(name.replace("\\", "/")).name
        plain = re.sub(r"[^\w.-]+", "_", last)[-80:].lstrip(".-") or "file"
        while plain.lower() in (one.lower() for one in found):
            plain = f"2_{plain}"
        found.append(plain)
    return found


async def receive(pieces: AsyncIterator[bytes], folder: Path) -> Upload:
    """Write the files of a body into a folder as they come, and return what was announced.

    Raise `InputError` if the body is not what it announces.
    """
    head = b""
    async for piece in pieces:
        head += piece
        if b"\n" in head or len(head) > LONGEST_HEAD:
            break
    line, ends, rest = head.partition(b"\n")
    if not ends or len(line) > LONGEST_HEAD:
        raise InputError(_BROKEN)
    try:
        upload = Upload.model_validate_json(line)
    except ValidationError as error:
        reason = error.errors()[0]["msg"].rstrip(".").lower()
        raise InputError(f"these files cannot be taken: {reason}.") from None
    paths = [folder / name for name in upload.names]
    waiting = list(zip(paths, (file.size for file in upload.files), strict=True))
    for path in paths:
        path.touch(exist_ok=False)

    def write(content: bytes) -> None:
        while content:
            if not waiting:
                raise InputError(_BROKEN)
            path, size = waiting[0]
            with path.open("ab") as file:
                file.write(content[:size])
            content, left = content[size:], size - len(content[:size])
            waiting[0] = (path, left)
            if not left:
                waiting.pop(0)

    write(rest)
    async for piece in pieces:
        write(piece)
    if any(left for _, left in waiting):
        raise InputError(_BROKEN)
    return upload
