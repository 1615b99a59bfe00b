"""A release states tested versions, a manifest records all that ran, and licences are known."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from sim.simulation.provenance import describe_environment
from sim.version import versions_needed

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [Requirement(text) for text in PROJECT["dependencies"]]
OPTIONAL = [
    requirement
    for extra in PROJECT["optional-dependencies"].values()
    for requirement in map(Requirement, extra)
    if requirement.name != PROJECT["name"]
]
CONSTRAINTS = [
    line
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]

ACCEPTED = re.compile(r"Apache|BSD|ISC|MIT|Mozilla|MPL|PSF|Python Software Foundation|Zlib|CC0")
"""Licences of packages that a run needs; all of them admit any use of results."""


def test_constraints_are_names_and_versions_only():
    assert all(re.fullmatch(r"[a-z0-9-]+==[\w.]+", line) for line in CONSTRAINTS)
    assert sorted(set(CONSTRAINTS)) == sorted(CONSTRAINTS)


def test_each_dependency_has_a_tested_version_within_its_bounds():
    tested = dict(line.split("==") for line in CONSTRAINTS)
    for requirement in [*NEEDED, *OPTIONAL]:
        version = tested[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}: {version} was tested"


def test_what_dependencies_need_has_a_tested_version_too():
    tested = {line.split("==")[0] for line in CONSTRAINTS}
    assert {"llvmlite", "networkx", "pydantic-core", "contourpy", "botocore"} <= tested


def test_a_manifest_records_all_that_a_run_needs():
    recorded = describe_environment()["packages"]
    assert {"essaim", "numpy", "numba", "llvmlite", "networkx", "pydantic-core"} <= set(recorded)
    for name, version in recorded.items():
        assert version == metadata.version(name)


def test_extras_count_only_where_they_are_named():
    assert "networkx" in versions_needed("mesa[network]")
    assert "networkx" not in versions_needed("mesa")
    assert versions_needed("no-such-package") == {"no-such-package": "not installed"}


def test_the_licences_of_all_that_a_run_needs_are_accepted():
    for name in versions_needed(*PROJECT["dependencies"]):
        about = metadata.metadata(name)
        stated = [about.get("License-Expression"), (about.get("License") or "")[:100]]
        stated += [c for c in about.get_all("Classifier") or () if c.startswith("License ::")]
        licence = " ".join(filter(None, stated))
        assert ACCEPTED.search(licence), f"{name}: {licence!r}"
        assert "GNU" not in licence and "GPL" not in licence, f"{name}: {licence!r}"
