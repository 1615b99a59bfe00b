"""Print the installed version of all that pyproject.toml asks for: `make constraints`."""

import sys
import tomllib
from pathlib import Path

from sim.version import versions_needed

project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
extras = project["optional-dependencies"].values()
asked = [*project["dependencies"], *(name for extra in extras for name in extra)]
found = versions_needed(*(name for name in asked if not name.startswith(project["name"])))
if missing := [name for name, version in found.items() if version == "not installed"]:
    sys.exit(f"not installed: {', '.join(missing)}; begin with 'make check'")
print("# Versions with which this release was tested; see CONTRIBUTING.md.")
print(*(f"{name}=={version}" for name, version in found.items()), sep="\n")
