"""How the documentation is built: Sphinx, MyST and furo, without any request to outside.

Before Sphinx reads a page, `generate` writes the pages that come from the registries, and
`run_examples` runs the tutorial; a figure that is not what the tutorial says stops the build.
Notebooks are run by MyST-NB as they are read, in a folder of their own; so does a cell that fails.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numba
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

HERE = Path(__file__).parent
GENERATED = HERE / "generated"

# The reference reads signatures and docstrings, which compiled functions hide. Whatever runs the
# model does so in a process of its own, compiled: this must not reach the environment.
numba.config.DISABLE_JIT = True
sys.path.insert(0, str(HERE.parent))
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(HERE.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
)

from sim.version import package_version  # noqa: E402 - after the path is set

project = "Essaim"
author = "The Essaim developers"
copyright = "the Essaim developers"
release = package_version()

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", "generated", "examples", "validation", "**.ipynb_checkpoints"]
default_role = "py:obj"
toc_object_entries = False

myst_enable_extensions = ["colon_fence", "deflist", "smartquotes"]
myst_heading_anchors = 3

nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_merge_streams = True

autodoc_member_order = "bysource"
autodoc_typehints = "none"
numpydoc_show_class_members = False

html_theme = "furo"
html_title = "Essaim"
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False


def write_generated(app: Sphinx) -> None:
    """Write the pages made from the registries, and run the tutorial."""
    for command in (
        ["generate.py", str(GENERATED)],
        ["run_examples.py", "tutorial.md", str(GENERATED / "tutorial")],
    ):
        done = subprocess.run(
            [sys.executable, str(HERE / command[0]), *command[1:]],
            cwd=HERE,
            env=os.environ | {"MPLBACKEND": "Agg"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ExtensionError(f"docs/{command[0]} failed:\n{done.stdout}\n{done.stderr}")


def keep_bars(
    app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]
) -> None:
    """Let ``|dx|`` in a docstring be the size of a number, not a substitution."""
    lines[:] = [re.sub(r"(?<!`)\|(\w+)\|", r"\\|\1\\|", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Hook into the build."""
    app.connect("builder-inited", write_generated)
    app.connect("autodoc-process-docstring", keep_bars)
