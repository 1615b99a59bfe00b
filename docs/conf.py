"""Configuration of the documentation: Sphinx, MyST and furo, without requests to the internet.

Before Sphinx reads a page, `generate` writes the pages that come from the registries and
`run_examples` runs the tutorial. MyST-NB runs each notebook in its own folder. The build stops if
an output differs from the tutorial or a cell fails.
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

# Compiled functions hide the signatures and docstrings that the reference needs. Do not set this in
# the environment: subprocesses that run the model need the compiler.
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

extensions = ["myst_nb", "numpydoc", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
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
    """Write the generated pages and run the tutorial."""
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
    """Escape bars so that ``|dx|`` in a docstring is an absolute value, not a substitution."""
    lines[:] = [re.sub(r"(?<!`)\|(\w+)\|", r"\\|\1\\|", line) for line in lines]


def setup(app: Sphinx) -> None:
    """Hook into the build."""
    app.connect("builder-inited", write_generated)
    app.connect("autodoc-process-docstring", keep_bars)
