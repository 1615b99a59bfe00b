"""The manifest of an experiment: what must be in it, and how it is opened."""

from __future__ import annotations

import shlex
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.errors import InputError
from sim.experiments.experiment import BASELINE
from sim.experiments.written import FORMER, MANIFEST, load_manifest

FORMAT: Final = "essaim experiment 2"
EXPERIMENT: Final = "experiment.toml"
DESIGN: Final = "design.parquet"

INPUTS: Final = "inputs"
"""Folder of the scenarios, with a folder per territory and a file per arm."""


def _inside(name: str) -> str:
    """Refuse paths that lead out of a folder, on any system, or that no system takes."""
    paths = PurePosixPath(name), PureWindowsPath(name)
    if any(path.anchor or ".." in path.parts for path in paths) or not paths[0].parts:
        raise ValueError("is no path inside the folder")
    if not name.isprintable() or any(len(part.encode()) > 255 for part in paths[0].parts):
        raise ValueError("is no name of a file")
    return name


def _arm(name: str) -> str:
    if "/" in name:
        raise ValueError("is no name of an arm")
    return _inside(name)


def _command(text: str) -> str:
    shlex.split(text)
    return text


Arm = Annotated[str, AfterValidator(_arm)]
Inside = Annotated[str, AfterValidator(_inside)]
Text = Annotated[str, Field(max_length=100_000)]
Count = Annotated[int, Field(ge=0, le=10**12)]
Sha = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class _Part(BaseModel):
    """A part of the manifest; what else it holds is for its readers."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)


class _File(_Part):
    bytes: Count
    sha256: Sha
    before: Sha | None = None


class _Origin(_Part):
    source: Text = ""
    generated: Text | bool = ""


class _Provenance(_Part):
    residents: _Origin = _Origin()
    premises: _Origin = _Origin()
    vacancy: _Origin = _Origin()


class _Territory(_Part):
    residents: Count
    premises: Count
    premises_vacant: Count
    provenance: _Provenance


class _Scenario(_Part):
    name: Arm
    territory: _Territory


class _Range(_Part):
    low: float
    high: float


class _Code(_Part):
    package: Text
    sources: Text = ""
    libraries: dict[str, Text] = {}


class _Run(_Part):
    horizons: list[Count]
    parameters: Text
    command: Annotated[Text, AfterValidator(_command)]
    python: Text
    package_version: Text
    model_version: Text
    code: _Code


class _Manifest(_Part):
    name: Text
    arm_order: Annotated[list[Arm], Field(min_length=1)]
    scenario_order: Annotated[list[Text], Field(min_length=1)]
    scenarios: dict[str, _Scenario]
    run: _Run
    assumed_parameters: list[Text]
    uncertain_parameters: Count
    drawn_parameters: dict[str, _Range]
    workers: list[dict[str, Any]] = []
    files: dict[Inside, _File]

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        """Check that lists name each thing once, and that all inputs are listed."""
        if self.arm_order[0] != BASELINE or len(set(self.arm_order)) < len(self.arm_order):
            raise ValueError(f"arm_order must begin with {BASELINE} and name each arm once")
        if sorted(self.scenario_order) != sorted(self.scenarios):
            raise ValueError("scenario_order does not name the scenarios")
        for name in (EXPERIMENT, DESIGN, *input_files(self.model_dump())):
            if name not in self.files:
                raise ValueError(f"files lacks {name}")
        return self


def input_files(manifest: dict[str, Any]) -> list[str]:
    """Return the path of the file of each arm within the folder, scenario by scenario."""
    numbers, arms = range(len(manifest["scenario_order"])), manifest["arm_order"]
    return [f"{INPUTS}/{k}/{arm}.toml" for k in numbers for arm in arms]


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of an experiment.

    Raise `InputError` if it is missing, damaged, or has another format.
    """
    path = folder / MANIFEST
    try:
        manifest = load_manifest(folder)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{folder} holds no results: it has no {MANIFEST}.") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}.") from None
    except ValueError:
        raise InputError(f"{path} is torn or no manifest of results.") from None
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if isinstance(found, str) and found in FORMER:
        raise InputError(
            f"{folder} was written by an earlier version, which kept results in another way;"
            f" make them again with the command in its manifest.json.{_renamed(found)}"
        )
    if found != FORMAT:
        raise InputError(f"{path} is no manifest of results.")
    try:
        _Manifest.model_validate(manifest)
    except ValidationError as error:
        fault = error.errors()[0]
        key = "".join(filter(str.isprintable, ".".join(map(str, fault["loc"]))))[:100]
        said = fault["msg"].removeprefix("Value error, ")[:200]
        raise InputError(f"{path} is damaged: {key}{': ' * bool(key)}{said}.") from None
    return dict(manifest)


def _renamed(former: str) -> str:
    """Return how to learn the new names of monthly columns, which earlier runs held."""
    if former != FORMER[0]:
        return ""
    from sim.measures.registry import RENAMED

    old, new = next(iter(RENAMED.items()))
    return (
        f" {len(RENAMED)} of their columns have new names, such as {new} for {old};"
        " 'sim explain NAME' says the new one."
    )
